"""The train's track: `orchestrator/<base>` moves by compare-and-swap, and `<base>` follows.

Rules. 1: the target only ever moves to a commit that contains it. 2: what is merged is the difference between the
attempt's base and its capture, whatever else the agent committed. 3: merges are made in the store, through the shadow:
no worktree, no driver and no hook takes part. 4: every commit made here is held by a ref before it is returned, and is
dated by what it merges, so that a line rebuilt after a crash is the very line that was there.
"""

from orchestrator.errors import FaultError
from orchestrator.ports.workspace import AttemptKey, Collision, Head, Merged
from orchestrator.workspace.follow import follow, settle
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.refs import commit_tree, contains, head_of, hold, lookup, moments, ref_of, swap
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.shadow import through

_TRIES = 20
"""Times a moving ref is looked at again before something must be wrong."""


async def take_in(ground: Ground, repository: Repository, also: str = "") -> Head:
    """Give the target's head, made from the base branch if absent, with the base's new commits merged into it.

    `also` names another ref whose commits are taken in: the base branch as a code host has it.
    """
    track, branch = f"refs/heads/{repository.target}", f"refs/heads/{repository.base}"
    for _ in range(_TRIES):
        refs = await lookup(repository, track, branch, *([also] if also else []))
        head, base, theirs = refs.get(track, ""), refs.get(branch, ""), refs.get(also, "")
        if not base:
            raise FaultError(f"the branch {repository.base} of {repository.top} is gone: make it again, or set `base`")
        goal = await _with_base(ground, repository, head, base)
        goal = await _with_base(ground, repository, goal, theirs) if theirs else goal
        if goal == head or await swap(repository, track, goal, head):
            await settle(repository, base)
            await follow(repository)
            return await head_of(repository, goal)
    raise FaultError(f"{track} keeps moving: stop what moves it beside the orchestrator")


async def _with_base(ground: Ground, repository: Repository, head: str, base: str) -> str:
    if not head or await contains(repository, base, head):
        return base
    if await contains(repository, head, base):
        return head
    tree, conflicts = await _merge(repository, head, base)
    if conflicts:
        raise FaultError(
            f"{repository.base} and {repository.target} conflict in {', '.join(conflicts[:5])}: on {repository.base}"
            f" run `git merge {repository.target}`, resolve and commit; the orchestrator takes it from there"
        )
    message = f"Take {repository.base} into {repository.target}\n"
    return await commit_tree(repository, tree, (head, base), message, ground.clock.now())


async def combine(
    repository: Repository, key: AttemptKey, work: tuple[str, str], message: str, onto: Head
) -> Merged | Collision:
    """Merge `work` (capture, its base) onto a commit, in the store alone. The same merge is always the same commit."""
    commit = work[0]
    if await contains(repository, onto.commit, commit):
        return Merged(commit=onto.commit, tree=onto.tree, onto=onto.commit)
    at = max(await moments(repository, onto.commit, commit))
    ours, theirs = await _sides(repository, onto, work, at)
    tree, conflicts = await _merge(repository, ours, theirs)
    made = await commit_tree(repository, tree, (onto.commit, commit), message, at)
    await hold(repository, {ref_of(key, "conflict" if conflicts else "merged"): made})
    if conflicts:
        return Collision(onto=onto.commit, paths=conflicts, marked=made)
    return Merged(commit=made, tree=tree, onto=onto.commit)


async def _sides(repository: Repository, onto: Head, work: tuple[str, str], at: int) -> tuple[str, str]:
    """Give two commits whose one merge base is the attempt's base: the real ones, or stand-ins with the same trees."""
    commit, base = work
    found = await through(repository, "merge-base", "--all", onto.commit, commit, accept=(0, 1))
    if found.line() == base:
        return onto.commit, commit
    root = await commit_tree(repository, (await head_of(repository, base)).tree, (), "base\n", at)
    ours = await commit_tree(repository, onto.tree, (root,), "target\n", at)
    theirs = await commit_tree(repository, (await head_of(repository, commit)).tree, (root,), "work\n", at)
    return ours, theirs


async def _merge(repository: Repository, ours: str, theirs: str) -> tuple[str, tuple[str, ...]]:
    """Merge two commits; give the tree (with conflict markers where they conflict) and the paths that conflict."""
    flags = ("--write-tree", "-z", "--name-only", "--no-messages")
    said = await through(repository, "merge-tree", *flags, ours, theirs, accept=(0, 1))
    tree, *paths = (item.decode(errors="backslashreplace") for item in said.items())
    if said.code and not paths:
        raise FaultError(f"git merge-tree of {ours} and {theirs} names no conflict: {said.err[:300]}")
    return tree, tuple(dict.fromkeys(paths)) if said.code else ()


async def advance(repository: Repository, commit: str, onto: str) -> bool:
    """Move the target from `onto` to `commit`, then let the base follow; True if the target contains the commit."""
    track = f"refs/heads/{repository.target}"
    for _ in range(_TRIES):
        head = (await lookup(repository, track)).get(track, "")
        landed = bool(head) and await contains(repository, head, commit)
        if not landed and head != onto:
            return False
        if landed or await swap(repository, track, commit, onto):
            await follow(repository)
            return True
    raise FaultError(f"{track} keeps moving: stop what moves it beside the orchestrator")
