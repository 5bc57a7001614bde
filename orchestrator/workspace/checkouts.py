"""A pool of folders that become clean checkouts: exactly one tree's files, however they were left before.

A folder belongs to one user at a time, across processes, by a lock beside it. What it holds is compared with the tree
before it is given out; a folder that cannot be made clean is thrown away. Never gives out a folder another one uses.
"""

import fcntl
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from orchestrator.errors import FaultError
from orchestrator.ports.runner import Place
from orchestrator.workspace.git import tool
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.private import hide, literal, make_git_dir, write_files
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.setup import Plan, bring, furnish, plan, read_paths, write_paths
from orchestrator.workspace.shadow import through
from orchestrator.workspace.survey import forget, is_there

_SPECIAL = ("!", "-type", "f", "!", "-type", "d", "!", "-type", "l")

LIMIT = 1000
"""Checkouts one repository may have in use at once: more is a leak."""


class Wanted(msgspec.Struct, frozen=True):
    """What a checkout is to hold: `commit`, with the `overlay` paths as `overlay_from` has them (removed if not)."""

    commit: str
    overlay_from: str
    overlay: tuple[str, ...]


@asynccontextmanager
async def checkout(ground: Ground, repository: Repository, wanted: Wanted) -> AsyncGenerator[Place, None]:
    """Give a clean, furnished checkout that is the caller's alone until the context ends."""
    folder, lock = _take(ground.state / "checkouts" / repository.label)
    try:
        yield await _fill(ground, repository, folder, wanted)
    finally:
        os.close(lock)


def _take(pool: Path) -> tuple[Path, int]:
    """Lock the first free folder of the pool; the lock ends with the descriptor, or with the process."""
    pool.mkdir(parents=True, exist_ok=True)
    for number in range(1, LIMIT):
        descriptor = os.open(pool / f"{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        return pool / str(number), descriptor
    raise FaultError(f"{LIMIT} checkouts of {pool} are in use: stop what holds them")


async def _fill(ground: Ground, repository: Repository, folder: Path, wanted: Wanted) -> Place:
    index, listed = folder.with_name(f"{folder.name}.index"), folder.with_name(f"{folder.name}.setup")
    tree = await _mixed(repository, folder.with_name(f"{folder.name}.mix"), wanted)
    furnishing = await plan(ground, repository, commit=wanted.commit, trusted=wanted.overlay_from or wanted.commit)
    kept = _kept(ground, listed, furnishing)
    # a `.git` that was used may be anything by now, a link out of here included
    ground.throw_away(folder / ".git")
    if not await _clean(repository, folder, index, tree, kept):
        kept = ()
        ground.throw_away(folder)
        forget(index)
        if not await _clean(repository, folder, index, tree, kept):
            raise FaultError(f"a checkout of {wanted.commit} in {folder} does not hold its files: is the disk sound?")
    make_git_dir(repository, folder, index, head=wanted.commit, base=wanted.overlay_from or wanted.commit)
    if kept:
        bring(ground, repository, folder)
    else:
        write_paths(listed, ())
        products = await furnish(ground, repository, folder, index, furnishing)
        write_paths(listed, (furnishing.key, *products))
        kept = products
    hide(folder, kept)
    return ground.place(repository, folder)


def _kept(ground: Ground, listed: Path, furnishing: Plan) -> tuple[str, ...]:
    """Name what an earlier `setup` left in the folder and this use may keep.

    Only where nothing can be mounted: products name their absolute path there and cannot be copied from a clean place.
    """
    key, *products = read_paths(listed) or ("",)
    return tuple(products) if furnishing.key and key == furnishing.key and not ground.furnishing.mounts else ()


async def _clean(repository: Repository, folder: Path, index: Path, tree: str, kept: tuple[str, ...]) -> bool:
    """Bring the folder to exactly the tree (but for what is kept) and say whether it is."""
    env = {"GIT_INDEX_FILE": str(index), "GIT_WORK_TREE": str(folder)}
    _ensure(folder)
    # git sees neither pipes nor sockets, and would leave them
    await tool("find", ".", *_SPECIAL, "-exec", "rm", "-f", "--", "{}", "+", cwd=str(folder))
    try:
        spare = [part for path in kept for part in ("-e", literal(path))]
        if is_there(index):
            # before the files are written: a folder moved away behind a link to it would pass for the real one
            await through(repository, "clean", "-ffdxq", *spare, env=env)
        await write_files(repository, folder, index, tree)
        await through(repository, "clean", "-ffdxq", *spare, env=env)
        status = (await through(repository, "diff-files", "--name-only", "-z", env=env)).items()
        if not kept:
            status += (await through(repository, "ls-files", "--others", "-z", env=env)).items()
    except FaultError:
        return False
    return not status


def _ensure(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


async def _mixed(repository: Repository, index: Path, wanted: Wanted) -> str:
    """Store the tree of the commit with the overlay in it; the tree itself without one."""
    paths = tuple(path.strip("/") for path in wanted.overlay if path.strip("/"))
    if not paths:
        return wanted.commit
    forget(index)  # a git that died may have left it, and its lock
    env = {"GIT_INDEX_FILE": str(index), "GIT_LITERAL_PATHSPECS": "1"}
    await through(repository, "read-tree", wanted.commit, env=env)
    listing = ("ls-tree", "-r", "-z", "--full-tree")
    old = (await through(repository, *listing, wanted.commit, "--", *paths)).items()
    new = (await through(repository, *listing, wanted.overlay_from, "--", *paths)).items()
    gone = [b"0 " + repository.zero.encode() + b"\t" + row.partition(b"\t")[2] for row in old]
    orders = b"".join(row + b"\0" for row in (*gone, *new))
    await through(repository, "update-index", "--replace", "-z", "--index-info", stdin=orders, env=env)
    tree = (await through(repository, "write-tree", env=env)).line()
    forget(index)
    return tree
