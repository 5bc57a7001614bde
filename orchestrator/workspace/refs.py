"""The refs that keep work, in the person's repository: read, compare-and-swap, ancestry.

`refs/orchestrator/<queue>/<task>/<attempt>/` holds `base`, `carry`, one ref an iteration, `merged` and `conflict`.
Never deletes one: what is under them is somebody's work.
"""

from collections.abc import Mapping

from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.model.ids import SAFE_ID_RULE, id_of, is_safe_id, queue_of
from orchestrator.ports.workspace import AttemptKey, Head
from orchestrator.workspace.git import dated
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.shadow import through


def attempt_path(key: AttemptKey) -> str:
    """Give `<queue>/<task>/<attempt>`, the part of paths and refs that names an attempt. Refuses unsafe names."""
    queue, task = queue_of(key.task), id_of(key.task)
    if not (is_safe_id(queue) and is_safe_id(task) and key.attempt > 0):
        raise InvalidInputError(f"{key.task!r} attempt {key.attempt} names no attempt: use {SAFE_ID_RULE}")
    return f"{queue}/{task}/{key.attempt}"


def ref_of(key: AttemptKey, leaf: str) -> str:
    """Name one of an attempt's refs."""
    return f"refs/orchestrator/{attempt_path(key)}/{leaf}"


async def lookup(repository: Repository, *names: str) -> dict[str, str]:
    """Read refs by their full names, in one go; those that do not exist are left out."""
    said = await repository.git("for-each-ref", "--format=%(objectname) %(refname)", *names)
    rows = (row.decode(errors="backslashreplace").partition(" ") for row in said.out.splitlines())
    return {ref: commit for commit, _, ref in rows if ref in names}


async def refs_of(repository: Repository, key: AttemptKey) -> dict[str, str]:
    """Read all refs of an attempt: full name -> commit."""
    said = await repository.git("for-each-ref", "--format=%(objectname) %(refname)", ref_of(key, ""))
    rows = (row.decode(errors="backslashreplace").partition(" ") for row in said.out.splitlines())
    return {ref: commit for commit, _, ref in rows}


async def hold(repository: Repository, refs: Mapping[str, str]) -> None:
    """Set refs, all of them or none, synced, whatever they were."""
    orders = "".join(f"update {ref}\0{commit}\0\0" for ref, commit in refs.items())
    await repository.git("update-ref", "--stdin", "-z", stdin=orders.encode())


async def swap(repository: Repository, ref: str, new: str, old: str) -> bool:
    """Move a ref from `old` (empty: it must not exist) to `new`; False if it is not at `old`."""
    said = await repository.git(
        "update-ref", "--create-reflog", "-m", "orchestrator", ref, new, old or repository.zero, accept=(0, 128)
    )
    if said.code == 0:
        return True
    now = (await lookup(repository, ref)).get(ref, "")
    if now == old:
        raise FaultError(f"{ref} cannot be moved: {said.err.strip()[:400]}")
    return False


async def contains(repository: Repository, head: str, commit: str) -> bool:
    """Say whether `commit` is `head` or one of its ancestors."""
    if head == commit:
        return True
    return (await repository.git("merge-base", "--is-ancestor", commit, head, accept=(0, 1))).code == 0


async def landed(repository: Repository, commit: str) -> bool:
    """Say whether the target's history holds the commit; one nobody has is not in it."""
    track = f"refs/heads/{repository.target}"
    head = (await lookup(repository, track)).get(track, "")
    if not head or not commit:
        return False
    said = await repository.git("merge-base", "--is-ancestor", commit, head, accept=(0, 1, 128))
    return said.code == 0


async def head_of(repository: Repository, commit: str) -> Head:
    """Give a commit (or what names one) with its tree. A missing one is a FaultError."""
    said = await through(repository, "rev-parse", f"{commit}^{{commit}}", f"{commit}^{{tree}}", accept=(0, 128))
    if said.code:
        raise FaultError(f"commit {commit} is not in {repository.top}: restore it from a backup, or `retry` the task")
    return Head(*said.line().split())


async def moments(repository: Repository, *commits: str) -> list[int]:
    """Give when commits were made, in milliseconds since the epoch."""
    said = await through(repository, "show", "--no-patch", "--format=%ct", *commits)
    return [int(second) * 1000 for second in said.line().split()]


async def commit_tree(repository: Repository, tree: str, parents: tuple[str, ...], message: str, at: int) -> str:
    """Make a commit of a stored tree, dated `at` (milliseconds since the epoch)."""
    flags = [part for parent in parents for part in ("-p", parent)]
    text = message.replace("\0", "").encode(errors="replace")
    return (await through(repository, "commit-tree", tree, *flags, stdin=text, env=dated(at))).line()
