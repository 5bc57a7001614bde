"""Where attempts work: private clones over the person's object store, and captures of what lies in them.

The base is held by a ref before the clone exists; a capture is reachable from a ref, synced, before it is returned.
Never reads a clone's `.git`: whatever the agent did to it, its files are its work.
"""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.errors import FaultError
from orchestrator.model.ids import id_of
from orchestrator.ports.workspace import AttemptKey, Capture
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.private import hide, make_git_dir, write_files
from orchestrator.workspace.refs import attempt_path, commit_tree, contains, head_of, hold, lookup, ref_of, refs_of
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.setup import furnish, plan, read_paths, write_paths
from orchestrator.workspace.shadow import through
from orchestrator.workspace.survey import forget, settle, write_tree

GITLINK = b"160000"


async def prepare(ground: Ground, repository: Repository, key: AttemptKey, base: str, carry: str) -> str:
    """Make the attempt's clone at `base` with the files of `carry`, unless it stands. Gives the base it stands at."""
    held, folder, index = ref_of(key, "base"), ground.folder(key), ground.index(key)
    if stands(ground, key):
        return (await lookup(repository, held)).get(held, base)
    await hold(repository, {held: base} | ({ref_of(key, "carry"): carry} if carry else {}))
    _clear(ground, folder, index)
    await write_files(repository, folder, index, carry or base)
    make_git_dir(repository, folder, index, head=base, branch=id_of(key.task), base=base)
    wanted = await plan(ground, repository, commit=carry or base, trusted=base)
    products = await furnish(ground, repository, folder, index, wanted)
    hide(folder, products)
    await settle(folder)
    write_paths(_marker(folder), products)
    return base


def stands(ground: Ground, key: AttemptKey) -> bool:
    """Say whether the attempt's clone is there, made to the end."""
    folder = ground.folder(key)
    return _marker(folder).exists() and folder.is_dir()


def standing(ground: Ground) -> tuple[AttemptKey, ...]:
    """List the attempts whose clones stand, made to the end or not."""
    paths = sorted((ground.state / "workspaces").glob("*/*/*"))
    named = (path for path in paths if path.name.isdigit())
    return tuple(AttemptKey(f"{path.parent.parent.name}/{path.parent.name}", int(path.name)) for path in named)


def discard(ground: Ground, key: AttemptKey) -> None:
    """Move the attempt's clone out of the way; its refs stay."""
    folder, index = ground.folder(key), ground.index(key)
    _marker(folder).unlink(missing_ok=True)
    _clear(ground, folder, index)


async def capture(ground: Ground, repository: Repository, key: AttemptKey, iteration: int, base: str) -> Capture:
    """Store the attempt's files as a commit on `base`, under the iteration's ref."""
    folder = ground.folder(key)
    if not stands(ground, key):
        raise FaultError(f"the workspace {folder} of {key.task} is gone: `retry` the task, its captures are kept")
    leaf = str(iteration)
    tree = await _tree(ground, repository, key, base)
    held = (await lookup(repository, ref_of(key, leaf))).get(ref_of(key, leaf))
    commit = held if held and await _same(repository, held, tree, base) else ""
    if not commit:
        message = f"{key.task} attempt {key.attempt} iteration {iteration}\n"
        commit = await commit_tree(repository, tree, (base,), message, ground.clock.now())
        # an earlier capture of the same iteration is work too
        older = {ref_of(key, f"earlier/{leaf}-{held}"): held} if held else {}
        await hold(repository, {**older, ref_of(key, leaf): commit})
    await settle(folder)
    return Capture(commit=commit, tree=tree, ref=ref_of(key, leaf), files=await _changed(repository, base, commit))


async def keep(ground: Ground, repository: Repository, key: AttemptKey) -> None:
    """Hold what lies in the clone of an attempt that is over, unless a ref of the attempt holds these files already."""
    if not stands(ground, key):
        return  # made in part: nobody worked in it
    held = await refs_of(repository, key)
    base = held.get(ref_of(key, "base"), "")
    if not base:
        raise FaultError(f"{ref_of(key, 'base')} is gone: {ground.folder(key)} stays as it is; look at what it holds")
    tree = await _tree(ground, repository, key, base)
    if tree not in await _trees(repository, held.values()):
        message = f"{key.task} attempt {key.attempt}: left when it ended\n"
        commit = await commit_tree(repository, tree, (base,), message, ground.clock.now())
        await hold(repository, {ref_of(key, f"left/{commit}"): commit})


async def _tree(ground: Ground, repository: Repository, key: AttemptKey, base: str) -> str:
    folder = ground.folder(key)
    async with ground.lock(f"index {folder}"):
        foreign = (*ground.excluded(repository), *read_paths(_marker(folder)))
        return await write_tree(repository, folder, ground.index(key), base, foreign)


async def _trees(repository: Repository, commits: Iterable[str]) -> frozenset[str]:
    said = await through(repository, "rev-parse", *(f"{commit}^{{tree}}" for commit in commits))
    return frozenset(said.line().split())


def branch_name(key: AttemptKey) -> str:
    """Name the branch an attempt's verified work is left on."""
    return f"orchestrator-work/{attempt_path(key).rpartition('/')[0]}-{key.attempt}"


async def keep_branch(repository: Repository, key: AttemptKey, commit: str) -> str:
    """Leave a commit on a branch of its own, whatever the person did to that branch since is kept."""
    name = branch_name(key)
    ref = f"refs/heads/{name}"
    held = (await lookup(repository, ref)).get(ref)
    if held is None:
        await hold(repository, {ref: commit})
    elif not await contains(repository, held, commit):
        raise FaultError(f"the branch {name} holds something else: rename it with `git branch -m {name} NEW-NAME`")
    return name


def _marker(folder: Path) -> Path:
    """Name the file that says the clone is complete; it lists what `setup` brought in, which is nobody's work."""
    return folder.with_name(f"{folder.name}.ready")


def _clear(ground: Ground, folder: Path, index: Path) -> None:
    """Remove a clone, or what a crash left of one."""
    ground.throw_away(folder)
    forget(index)


async def _same(repository: Repository, held: str, tree: str, base: str) -> bool:
    if (await head_of(repository, held)).tree != tree:
        return False
    return (await through(repository, "rev-parse", f"{held}^@")).line() == base


async def _changed(repository: Repository, base: str, commit: str) -> tuple[str, ...]:
    rows = (await through(repository, "diff-tree", "-r", "-z", "--no-renames", "--raw", base, commit)).items()
    if any(about.split()[1] == GITLINK for about in rows[::2]):
        raise FaultError(
            "a repository appeared in the workspace while it was captured: the next try captures its files"
        )
    return tuple(sorted(path.decode(errors="backslashreplace") for path in rows[1::2]))
