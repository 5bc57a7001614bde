"""Furnishes workspaces and checkouts: `copy`, `share` and the products of `setup`.

`setup` runs once for each set of lock files, in a tree of its own, confined; its products are copied from there, so
that nothing an agent or a test does to its copy reaches another one. A tree that changes the lock files has products of
its own: a hostile tree cannot furnish anybody else. Never writes to the person's checkout.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import msgspec

from orchestrator.errors import FaultError
from orchestrator.ports.runner import Launch, Watch
from orchestrator.workspace.git import complaint, tool
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.private import make_git_dir, write_files
from orchestrator.workspace.refs import head_of
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.shadow import through
from orchestrator.workspace.survey import is_there

LOCK_FILES = frozenset(
    {
        "Cargo.lock",
        "Cargo.toml",
        "Gemfile",
        "Gemfile.lock",
        "Pipfile",
        "Pipfile.lock",
        "build.gradle",
        "bun.lock",
        "bun.lockb",
        "composer.json",
        "composer.lock",
        "deno.lock",
        "environment.yml",
        "flake.lock",
        "go.mod",
        "go.sum",
        "mix.exs",
        "mix.lock",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "package.json",
        "pdm.lock",
        "pnpm-lock.yaml",
        "poetry.lock",
        "pom.xml",
        "pubspec.lock",
        "pyproject.toml",
        "setup.cfg",
        "setup.py",
        "uv.lock",
        "yarn.lock",
    }
)
"""Files that decide what `setup` installs, wherever they lie in the tree; `requirements*.txt` as well."""

SETUP, RUNS, LOCK = "setup", "runs", "lock"
"""Where products of `setup` and its runs lie, in the state folder; the lock of those of one repository."""
_AGAIN_S = 0.02

KEPT_OUTPUT = 600
"""Characters of a failed setup's output that are shown."""


class Plan(msgspec.Struct, frozen=True):
    """What furnishing a commit takes: `key` tells apart what `setup` makes (empty: there is no setup).

    `source` is the commit it runs on. `must`: it runs on the base's lock files, so its failure is the environment's.
    """

    key: str
    source: str
    must: bool


async def plan(ground: Ground, repository: Repository, *, commit: str, trusted: str) -> Plan:
    """Say what furnishing `commit` takes; `trusted` is its base."""
    setup = ground.furnishing.setup
    if not setup:
        return Plan("", trusted, must=True)
    own, base = await _locks(repository, commit, setup), await _locks(repository, trusted, setup)
    if own == base:
        return Plan(own, trusted, must=True)
    return Plan(f"{own}-{(await head_of(repository, commit)).tree}", commit, must=False)


async def furnish(ground: Ground, repository: Repository, folder: Path, index: Path, wanted: Plan) -> tuple[str, ...]:
    """Bring `setup`'s products, `copy` and `share` into a folder whose files `index` knows; give the products' paths.

    A `setup` that fails on the base is a FaultError; one that fails only on what the work made of the lock files leaves
    the folder without its products, and the checks say so.
    """
    products: tuple[str, ...] = ()
    if wanted.key and ground.furnishing.mounts:
        products = await _copy_products(ground, repository, folder, wanted)
    elif wanted.key:
        # what is installed names its absolute path: without mounts it works only where it was made
        await _run(ground, repository, folder, must=wanted.must)
        products = await _untracked(repository, folder, index)
    bring(ground, repository, folder)
    return products


def bring(ground: Ground, repository: Repository, folder: Path) -> None:
    """Bring in what costs nothing: copies, and links to shares where nothing can be mounted."""
    for path in ground.furnishing.copy:
        _copy(repository.top / path.strip("/"), folder, path.strip("/"))
    if not ground.furnishing.mounts:
        for path in ground.furnishing.share:
            _share(repository.top / path.strip("/"), folder, path.strip("/"))


def _copy(source: Path, folder: Path, path: str) -> None:
    if not source.is_file():
        return
    goal = _free(folder, path)
    if goal is not None:
        shutil.copy2(source, goal)


def _share(source: Path, folder: Path, path: str) -> None:
    goal = _free(folder, path) if source.exists() else None
    if goal is not None:
        goal.symlink_to(os.path.realpath(source))


def _free(folder: Path, path: str) -> Path | None:
    """Give the place for `path` with its folders made; None where the tree has something of its own in the way."""
    at = folder
    for part in path.split("/")[:-1]:
        at /= part
        if at.is_symlink() or (at.exists() and not at.is_dir()):
            return None
        at.mkdir(exist_ok=True)
    goal = at / path.rpartition("/")[2]
    return None if os.path.lexists(goal) else goal


async def _copy_products(ground: Ground, repository: Repository, folder: Path, wanted: Plan) -> tuple[str, ...]:
    """Copy what `setup` makes for this plan, made now if it is not there. Files of the tree are never overwritten."""
    cache = ground.state / SETUP / repository.label / wanted.key
    async with ground.lock(f"setup {cache}"):
        if not is_there(cache):
            await _make(ground, repository, cache, wanted)
    async with _in_use(cache):
        if is_there(cache):
            os.utime(cache)
            said = await tool("cp", "-an", f"{cache / 'tree'}/.", str(folder))
            if "No space left" in said.err:
                raise FaultError(complaint(("cp", "setup"), said))
            return read_paths(cache / "products")
    return await _copy_products(ground, repository, folder, wanted)  # it was idle for long, and put away just now


@contextlib.asynccontextmanager
async def _in_use(cache: Path) -> AsyncGenerator[None]:
    """Keep what `setup` made from being put away as idle, by a lock its users share."""
    descriptor = os.open(cache.with_name(LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
                break
            except BlockingIOError:  # held for the moment a rename takes
                await anyio.sleep(_AGAIN_S)
        yield
    finally:
        os.close(descriptor)


async def _locks(repository: Repository, commit: str, setup: tuple[str, ...]) -> str:
    """Hash the command and the lock files of a commit."""
    rows = (await through(repository, "ls-tree", "-r", "-z", "--full-tree", commit)).items()
    digest = hashlib.sha256("\0".join(setup).encode())
    for row in rows:
        name = row.rpartition(b"\t")[2].rpartition(b"/")[2].decode(errors="replace")
        if name in LOCK_FILES or (name.startswith("requirements") and name.endswith(".txt")):
            digest.update(b"\0" + row)
    return digest.hexdigest()[:32]


async def _make(ground: Ground, repository: Repository, cache: Path, wanted: Plan) -> None:
    """Run `setup` on a fresh tree of the plan's source and keep what it added."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".making.", dir=cache.parent))
    tree, kept, index = work / "tree", work / "kept", work / "index"
    try:
        (kept / "tree").mkdir(parents=True)
        await write_files(repository, tree, index, wanted.source)
        make_git_dir(repository, tree, index, head=(await head_of(repository, wanted.source)).commit)
        await _run(ground, repository, tree, must=wanted.must)
        products = await _untracked(repository, tree, index)
        for path in products:
            goal = kept / "tree" / path
            goal.parent.mkdir(parents=True, exist_ok=True)
            (tree / path).rename(goal)
        write_paths(kept / "products", products)
        with contextlib.suppress(OSError):  # another process was quicker: what it made is as good
            kept.rename(cache)
    finally:
        ground.throw_away(work)


async def _untracked(repository: Repository, tree: Path, index: Path) -> tuple[str, ...]:
    env = {"GIT_INDEX_FILE": str(index), "GIT_WORK_TREE": str(tree)}
    listed = await through(repository, "ls-files", "--others", "--directory", "--no-empty-directory", "-z", env=env)
    return tuple(os.fsdecode(item).rstrip("/") for item in listed.items())


def read_paths(file: Path) -> tuple[str, ...]:
    """Read a list of paths; empty if the file is not there."""
    try:
        return tuple(os.fsdecode(item) for item in file.read_bytes().split(b"\0") if item)
    except FileNotFoundError:
        return ()


def write_paths(file: Path, paths: tuple[str, ...]) -> None:
    """Write a list of paths, whole or not at all."""
    fresh = file.with_name(f"{file.name}.fresh")
    fresh.write_bytes(b"".join(os.fsencode(path) + b"\0" for path in paths))
    fresh.replace(file)


async def _run(ground: Ground, repository: Repository, tree: Path, *, must: bool) -> None:
    runner = ground.furnishing.runner
    assert runner is not None  # noqa: S101 - Furnishing refuses a setup without a runner
    run_dir = _run_dir(ground.state)
    env = {**ground.furnishing.env, "CI": "1"}
    output = run_dir / "output"
    launch = Launch(
        run_dir=str(run_dir),
        argv=ground.furnishing.setup,
        env=env,
        place=ground.place(repository, tree),
        home=str(run_dir / "home"),
        tmp=str(run_dir / "tmp"),
        stdout=str(output),
        stderr=str(output),
    )
    try:
        watch, end = await runner.run(launch, timeout_s=ground.furnishing.timeout_s)
        if must and (watch is not Watch.ENDED or end.code != 0):
            how = end.reason or (f"exit code {end.code}" if watch is Watch.ENDED else watch.value)
            raise FaultError(
                f"setup `{' '.join(ground.furnishing.setup)}` failed on the base ({how}):"
                f" make it work in a clean clone: {_tail(output)}"
            )
    finally:
        ground.throw_away(run_dir)


def _run_dir(state: Path) -> Path:
    parent = state / SETUP / RUNS
    parent.mkdir(parents=True, exist_ok=True)
    run_dir = Path(tempfile.mkdtemp(dir=parent))
    for part in ("home", "tmp"):
        (run_dir / part).mkdir()
    return run_dir


def _tail(output: Path) -> str:
    try:
        return output.read_text(errors="backslashreplace")[-KEPT_OUTPUT:].strip()
    except FileNotFoundError:
        return "no output"
