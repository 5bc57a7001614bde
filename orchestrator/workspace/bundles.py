"""A repository's work in one file, and back: our refs with all they reach, the base branches and their targets.

Taking in never moves a branch of the person's and never drops a commit: what stands further on stays, what stands
elsewhere is refused, or set aside under `refs/orchestrator-replaced/` where the person said so.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from orchestrator.errors import InvalidInputError
from orchestrator.workspace.git import git
from orchestrator.workspace.names import INPLACE

_OURS = ("refs/orchestrator/", "refs/orchestrator-", "refs/heads/orchestrator/")
REPLACED = "refs/orchestrator-replaced"


class Heads(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of the refs a bundle holds."""

    moved: Mapping[str, str]
    ahead: tuple[str, ...]
    """Ours that stand further on here than in the bundle."""
    apart: Mapping[str, str]
    """Ours that stand elsewhere: name to where they are."""
    left: tuple[str, ...]
    """The person's branches that are there and differ."""


async def pack(git_dir: Path, bases: Sequence[str], file: Path) -> bool:
    """Write our refs and these branches, with all they reach, to a file. False: there is none."""
    store = f"--git-dir={git_dir}"
    listed = await git(store, "for-each-ref", "--format=%(refname)")
    wanted = {f"refs/heads/{base}" for base in bases}
    names = [name for name in listed.out.decode().splitlines() if name in wanted or name.startswith(_OURS)]
    names = [name for name in names if not name.startswith(REPLACED)]
    if names:
        orders = "".join(f"{name}\n" for name in names).encode()
        await git(store, "bundle", "create", "-q", str(file), "--stdin", stdin=orders)
    return bool(names)


async def make(folder: Path, base: str) -> Path:
    """Make an empty repository with a checkout; give its git directory."""
    await git("init", "-q", "--template=", f"--initial-branch={base}", str(folder))
    return folder / ".git"


async def make_bare(git_dir: Path) -> Path:
    """Make the repository that keeps the snapshots of a folder without git."""
    await git("init", "-q", "--bare", "--template=", f"--initial-branch={INPLACE}", str(git_dir))
    return git_dir


async def git_dir_of(folder: Path) -> Path | None:
    """Give where the refs of a checkout live; None where there is no repository of its own."""
    if not (folder / ".git").exists():
        return None
    said = await git("rev-parse", "--path-format=absolute", "--git-common-dir", cwd=str(folder), accept=(0, 128))
    return Path(said.line()) if said.code == 0 else None


async def is_unborn(git_dir: Path) -> bool:
    """Say whether a repository has no commit yet."""
    said = await git(f"--git-dir={git_dir}", "rev-parse", "-q", "--verify", "HEAD^{commit}", accept=(0, 1, 128))
    return said.code != 0


async def unpack(git_dir: Path, file: Path) -> Heads:
    """Take in the objects of a bundle and say what is to become of its refs; no ref is touched yet."""
    store = f"--git-dir={git_dir}"
    said = await git(store, "bundle", "unbundle", str(file), accept=(0, 1, 128))
    if said.code:
        raise InvalidInputError(f"{git_dir}: git cannot take in {file.name}: {said.err.strip()[:300]}")
    wanted = {name: commit for commit, _, name in (row.partition(" ") for row in said.out.decode().splitlines())}
    listed = await git(store, "for-each-ref", "--format=%(objectname) %(refname)")
    rows = (row.partition(" ") for row in listed.out.decode().splitlines())
    here = {name: commit for commit, _, name in rows}
    moved = {name: commit for name, commit in wanted.items() if name not in here}
    differ = [name for name, commit in wanted.items() if here.get(name, commit) != commit]
    ours = [name for name in differ if name.startswith(_OURS)]
    ahead: list[str] = []
    apart: dict[str, str] = {}
    for name in ours:
        if await _reaches(git_dir, wanted[name], here[name]):
            ahead.append(name)
        elif await _reaches(git_dir, here[name], wanted[name]):
            moved[name] = wanted[name]
        else:
            apart[name] = here[name]
            moved[name] = wanted[name]
    left = tuple(name for name in differ if name not in ours)
    return Heads(moved=moved, ahead=tuple(ahead), apart=apart, left=left)


async def _reaches(git_dir: Path, old: str, new: str) -> bool:
    return (await git(f"--git-dir={git_dir}", "merge-base", "--is-ancestor", old, new, accept=(0, 1, 128))).code == 0


async def move(git_dir: Path, heads: Heads, stamp: str) -> None:
    """Set the refs, all or none; what stood elsewhere is kept under `refs/orchestrator-replaced/<stamp>/`."""
    kept = {f"{REPLACED}/{stamp}/{name.removeprefix('refs/')}": commit for name, commit in heads.apart.items()}
    orders = "".join(f"update {ref}\0{commit}\0\0" for ref, commit in {**kept, **heads.moved}.items())
    await git(f"--git-dir={git_dir}", "update-ref", "--stdin", "-z", stdin=orders.encode())


async def check_out(folder: Path) -> None:
    """Write the files of HEAD into a checkout that was just made."""
    await git("read-tree", "-u", "-m", "HEAD", cwd=str(folder))
