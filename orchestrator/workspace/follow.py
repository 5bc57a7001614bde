"""Lets `<base>` follow `orchestrator/<base>` by fast-forward, where that harms nothing.

In the worktree that has it checked out, git itself moves files and branch, and refuses rather than touch uncommitted,
untracked or ignored files; checked out nowhere, only the ref moves. A person who moved it back is not overruled. What
stands in the way is kept as one readable line, and is no fault: the work has landed on the target.
"""

import contextlib
from pathlib import Path

from orchestrator.workspace import interrupted
from orchestrator.workspace.git import Said, git
from orchestrator.workspace.refs import contains, hold, lookup, swap
from orchestrator.workspace.repository import Repository


def _seen(repository: Repository) -> str:
    """Name the ref that remembers where the base was last seen, so that moving it back is noticed."""
    return f"refs/orchestrator-base/{repository.base}"


async def settle(repository: Repository, base: str) -> None:
    """Remember where the base branch is, unless the person moved it back from there."""
    seen = (await lookup(repository, _seen(repository))).get(_seen(repository), "")
    if seen != base and not (seen and await contains(repository, seen, base)):
        await hold(repository, {_seen(repository): base})


async def follow(repository: Repository) -> None:
    """Fast-forward the base to the target if it can be done; keep what stands in the way for `problem`."""
    track, branch, mark = f"refs/heads/{repository.target}", f"refs/heads/{repository.base}", _seen(repository)
    refs = await lookup(repository, track, branch, mark)
    head, base, seen = refs.get(track, ""), refs.get(branch, ""), refs.get(mark, "")
    if not head or not base:
        return
    text = ""
    if head != base:
        try:
            text = await _step(repository, head, base, seen)
        except OSError as error:  # no room, most often: the work has landed all the same
            text = f"{repository.base} cannot follow {repository.target} now: {error.strerror}; it is tried again"
    elif seen != base:
        await hold(repository, {mark: base})
    _keep(repository, head, text)
    if head != base and not text:
        await hold(repository, {mark: head})


async def problem(repository: Repository) -> str:
    """Say why the base does not have what landed on the target, and how to take it; empty if it has."""
    track, branch = f"refs/heads/{repository.target}", f"refs/heads/{repository.base}"
    refs = await lookup(repository, track, branch)
    head, base = refs.get(track, ""), refs.get(branch, "")
    if not head or not base or await contains(repository, base, head):
        return ""
    kept, _, text = _kept(repository).partition("\n")
    if kept == head and text:
        return text
    return f"{repository.base} is behind {repository.target}: run `git merge --ff-only {repository.target}` on it"


async def _step(repository: Repository, head: str, base: str, seen: str) -> str:
    name, goal = repository.base, repository.target
    if await contains(repository, base, head):
        return ""
    if not await contains(repository, head, base):
        return (
            f"{name} has commits that {goal} lacks: they are taken in before the next landing;"
            f" to take what landed now, run `git merge {goal}` on {name}"
        )
    if seen and seen != base and await contains(repository, seen, base):
        return (
            f"{name} was moved back to {base[:12]}, so it does not follow {goal}: to take what landed, run"
            f" `git merge --ff-only {goal}` on {name}; to drop it, run `git branch -f {goal} {name}`"
        )
    worktrees = await _worktrees(repository)
    for folder in worktrees:
        busy = _busy(repository, folder)
        if busy:
            return f"{name} is in the middle of a {busy} in {folder}: finish it, then run `git merge --ff-only {goal}`"
    for folder, checked_out in worktrees.items():
        if checked_out == f"refs/heads/{name}":
            return await _merge(repository, folder, base, head)
    moved = await swap(repository, f"refs/heads/{name}", head, base)
    return "" if moved else f"{name} moved just now: run `git merge --ff-only {goal}` on it"


async def _merge(repository: Repository, folder: str, base: str, head: str) -> str:
    """Fast-forward the worktree that has the base checked out."""
    quiet = [part for key in await _filter_keys(repository) for part in ("-c", f"{key}=")]
    halfway = await _halfway(repository, base, head)
    if halfway and await _taken_up(repository, folder, quiet, base, halfway, ours=True):
        base, halfway = halfway, ""
    said = await _forward(repository, folder, quiet, base, head, marked=bool(halfway))
    if said.code == 0 or await _taken_up(repository, folder, quiet, base, head, ours=False):
        return ""
    why = " ".join(line.strip() for line in said.err.splitlines() if line.strip() and not line.startswith("hint:"))
    return (
        f"{repository.base} in {folder} cannot follow {repository.target}: {why[:500]}"
        f" Then run `git merge --ff-only {repository.target}` there"
    )


async def _halfway(repository: Repository, base: str, head: str) -> str:
    """Name the commit to which a step was cut off, if it is still on the way: the target may have been moved back."""
    goal = interrupted.goal_of(repository, base)
    known = goal and (await repository.git("cat-file", "-e", goal, accept=(0, 1, 128))).code == 0
    return goal if known and await contains(repository, head, goal) else ""


async def _taken_up(repository: Repository, folder: str, quiet: list[str], base: str, goal: str, *, ours: bool) -> bool:
    """Go on with a step that was cut off, if that is what stands in the way."""
    taken = await interrupted.take_up(Path(folder), quiet, base, goal, ours=ours)
    if not taken.known and not taken.dropped:
        return False
    if (await _forward(repository, folder, quiet, base, goal, marked=ours)).code == 0:
        return True
    await interrupted.put_back(Path(folder), taken)
    return False


async def _forward(
    repository: Repository, folder: str, quiet: list[str], base: str, goal: str, *, marked: bool
) -> Said:
    """Let git do one step. `marked`: an earlier one was cut off, whose mark stays until it is done."""
    if not marked:
        interrupted.begin(repository, base, goal)
    # the person's standing options for merges (`--squash`, say) are not for this one
    options = (*quiet, "-c", f"branch.{repository.base}.mergeOptions=")
    argv = ("merge", "--ff-only", "--no-edit", "--no-stat", "--no-overwrite-ignore", goal)
    said = await git(*options, *argv, cwd=folder, accept=tuple(range(256)))
    if said.code == 0 or (not marked and interrupted.refused(said.err)):
        interrupted.end(repository)
    return said


async def _filter_keys(repository: Repository) -> list[str]:
    """List the filter programs of the repository: landed attributes must not be able to start one."""
    said = await repository.git("config", "-z", "--name-only", "--get-regexp", r"^filter\.", accept=(0, 1))
    return [item.decode(errors="surrogateescape") for item in said.items()]


async def _worktrees(repository: Repository) -> dict[str, str]:
    """Give the existing worktrees and the ref each has checked out (empty: none)."""
    said = await repository.git("worktree", "list", "--porcelain", "-z")
    found: dict[str, str] = {}
    folder = ""
    for row in said.out.decode(errors="surrogateescape").split("\0"):
        key, _, value = row.partition(" ")
        if key == "worktree":
            folder = value if _stands(value) else ""
            found |= {folder: ""} if folder else {}
        elif key == "branch" and folder:
            found[folder] = value
    return found


def _stands(folder: str) -> bool:
    return Path(folder).is_dir()


def _busy(repository: Repository, folder: str) -> str:
    """Name the operation on the base branch that a worktree is in the middle of, during which its HEAD is detached."""
    git_dir = _git_dir(Path(folder))
    for file, what in (
        ("rebase-merge/head-name", "rebase"),
        ("rebase-apply/head-name", "rebase"),
        ("BISECT_START", "bisect"),
    ):
        try:
            name = (git_dir / file).read_text(errors="replace").strip()
        except OSError:
            continue
        if name.removeprefix("refs/heads/") == repository.base:
            return what
    return ""


def _git_dir(folder: Path) -> Path:
    entry = folder / ".git"
    if entry.is_dir():
        return entry
    text = entry.read_text(errors="surrogateescape") if entry.is_file() else ""
    return folder / text.removeprefix("gitdir:").strip()


def _note(repository: Repository) -> Path:
    return repository.shadow / "follow" / repository.base.replace("/", "%")


def _keep(repository: Repository, head: str, text: str) -> None:
    note = _note(repository)
    if not text:
        note.unlink(missing_ok=True)
        return
    with contextlib.suppress(OSError):  # without room for the reason it is said that the base is behind, and what to do
        note.parent.mkdir(exist_ok=True)
        note.write_text(f"{head}\n{text}", errors="backslashreplace")


def _kept(repository: Repository) -> str:
    try:
        return _note(repository).read_text(errors="replace")
    except FileNotFoundError:
        return ""
