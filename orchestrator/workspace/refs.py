"""The refs that keep work, in the person's repository: read, compare-and-swap, ancestry.

`refs/orchestrator/<queue>/<task>/<attempt>/` holds `base`, `carry`, one ref an iteration, `merged` and `conflict`.
Never deletes one: what is under them is somebody's work.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.model.ids import SAFE_ID_RULE, id_of, is_safe_id, queue_of
from orchestrator.ports.workspace import AttemptKey, Head
from orchestrator.workspace.git import dated
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.shadow import through

_ID = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\n")
_MOST_KNOWN = 10_000
_heads: dict[tuple[Path, str], Head] = {}
"""What was read of commits: what an id names never changes."""


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
    """Read refs by their full names; those that do not exist are left out.

    One that lies in a file of its own, as git leaves it when it moves, is read there: it is asked for all the time, and
    a program would cost a hundred times as much. For all others git is asked, in one go.
    """
    if _kept_otherwise(repository):
        return await _asked(repository, *names)
    found: dict[str, str] = {}
    rest: list[str] = []
    for name in names:
        text = _text_of(repository.git_dir / name)
        if text is not None and (commit := _ID.fullmatch(text)) is not None:
            found[name] = commit[1]
        elif text is not None or _packed(repository):
            rest.append(name)
    return {**found, **(await _asked(repository, *rest) if rest else {})}


async def names_under(repository: Repository, prefix: str) -> tuple[str, ...]:
    """List the refs below a prefix by their full names."""
    if _kept_otherwise(repository) or _packed(repository):
        said = await repository.git("for-each-ref", "--format=%(refname)", prefix)
        return tuple(said.line().split())
    return tuple(sorted(_loose(repository.git_dir, repository.git_dir / prefix)))


def _loose(top: Path, folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.suffix != ".lock" and _ID.fullmatch(_text_of(path) or ""):
            yield str(path.relative_to(top))


async def _asked(repository: Repository, *names: str) -> dict[str, str]:
    said = await repository.git("for-each-ref", "--format=%(objectname) %(refname)", *names)
    rows = (row.decode(errors="backslashreplace").partition(" ") for row in said.out.splitlines())
    return {ref: commit for commit, _, ref in rows if ref in names}


async def refs_of(repository: Repository, key: AttemptKey) -> dict[str, str]:
    """Read all refs of an attempt: full name -> commit."""
    said = await repository.git("for-each-ref", "--format=%(objectname) %(refname)", ref_of(key, ""))
    rows = (row.decode(errors="backslashreplace").partition(" ") for row in said.out.splitlines())
    return {ref: commit for commit, _, ref in rows}


def _kept_otherwise(repository: Repository) -> bool:
    return (repository.git_dir / "reftable").exists()


def _packed(repository: Repository) -> bool:
    return (repository.git_dir / "packed-refs").exists()


def _text_of(path: Path) -> str | None:
    """Read a file; None where there is none."""
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


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
    if not head or not commit or head == commit:
        return bool(commit) and head == commit
    said = await repository.git("merge-base", "--is-ancestor", commit, head, accept=(0, 1, 128))
    return said.code == 0


async def head_of(repository: Repository, commit: str) -> Head:
    """Give a commit (or what names one) with its tree. A missing one is a FaultError."""
    known = _heads.get((repository.objects, commit))
    if known is not None:
        return known
    said = await through(repository, "rev-parse", f"{commit}^{{commit}}", f"{commit}^{{tree}}", accept=(0, 128))
    if said.code:
        raise FaultError(f"commit {commit} is not in {repository.top}: restore it from a backup, or `retry` the task")
    head = Head(*said.line().split())
    if head.commit == commit:
        if len(_heads) >= _MOST_KNOWN:
            _heads.clear()
        _heads[repository.objects, commit] = head
    return head


async def moments(repository: Repository, *commits: str) -> list[int]:
    """Give when commits were made, in milliseconds since the epoch."""
    said = await through(repository, "show", "--no-patch", "--format=%ct", *commits)
    return [int(second) * 1000 for second in said.line().split()]


async def commit_tree(repository: Repository, tree: str, parents: tuple[str, ...], message: str, at: int) -> str:
    """Make a commit of a stored tree, dated `at` (milliseconds since the epoch)."""
    flags = [part for parent in parents for part in ("-p", parent)]
    text = message.replace("\0", "").encode(errors="replace")
    return (await through(repository, "commit-tree", tree, *flags, stdin=text, env=dated(at))).line()
