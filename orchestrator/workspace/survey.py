"""Writes a tree from the files as they lie in a folder somebody else may fill: what `git add` alone would lose.

Repositories nested in the folder are taken as plain files, untracked files count; devices, pipes and names that git
takes from nobody do not. Never runs anything the folder names, never follows its links, never changes a file (only its
owner's permission to read it).
"""

import os
import re
from collections.abc import Collection
from pathlib import Path

import msgspec

from orchestrator.errors import FaultError
from orchestrator.workspace.git import complaint, tool
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.shadow import through

_GLOB = re.compile(r"([*?\[\]\\])")
_ROOTS_A_FIND = 500
"""Nested repositories looked through by one `find`: far below any limit on arguments."""


class _Finds(msgspec.Struct, frozen=True):
    """What needs care in a folder: nested repositories, and things that are neither file, folder nor link."""

    nested: tuple[bytes, ...]
    special: tuple[bytes, ...]


async def write_tree(
    repository: Repository, folder: Path, index: Path, base: str, excluded: tuple[str, ...] = ()
) -> str:
    """Store the folder's files as a tree and give its id; `base` may be empty.

    `index` is kept between calls and makes the next one quick. Paths under `excluded` stay as they are in `base`.
    Raises FaultError where the files cannot be read or stored.
    """
    try:
        return await _write(repository, folder, index, base, excluded)
    except FaultError:
        # unreadable files are made readable; an index that crashed or lost its objects is made anew
        await _open_up(folder)
        forget(index)
        return await _write(repository, folder, index, base, excluded)


async def _open_up(folder: Path) -> None:
    """Give the owner the right to read everything: folders first, or what is in them is not seen."""
    await tool("find", ".", "-type", "d", "!", "-perm", "-0700", "-exec", "chmod", "u+rwx", "{}", ";", cwd=str(folder))
    await tool("find", ".", "-type", "f", "!", "-perm", "-0400", "-exec", "chmod", "u+r", "{}", "+", cwd=str(folder))


async def settle(folder: Path) -> None:
    """Bring everything on the folder's file system to the disk.

    Nobody else syncs a workspace: after a power cut files that no agent touched would be empty, and taken for its work.
    """
    if (await tool("sync", "-f", str(folder))).code:
        await tool("sync")  # one that knows no file systems


def is_there(path: Path) -> bool:
    """Say whether something stands at the path."""
    return os.path.lexists(path)


def forget(index: Path) -> None:
    """Remove an index and the lock a crash may have left on it."""
    index.unlink(missing_ok=True)
    index.with_name(f"{index.name}.lock").unlink(missing_ok=True)


async def _write(repository: Repository, folder: Path, index: Path, base: str, excluded: tuple[str, ...]) -> str:
    env = {"GIT_INDEX_FILE": str(index), "GIT_WORK_TREE": str(folder)}
    if not is_there(index):
        await through(repository, "read-tree", base or "--empty", env=env)
    finds = await _look(folder, excluded)
    if finds.special:
        await through(repository, "update-index", "--force-remove", "-z", "--stdin", stdin=_nul(finds.special), env=env)
    spared = (*(path.encode(errors="surrogateescape") for path in excluded), *finds.nested)
    pathspec = _nul([b":(top)", *(rule for path in spared for rule in _exclusions(path))])
    added = ("add", "-A", "--ignore-errors", "--pathspec-from-file=-", "--pathspec-file-nul")
    said = await through(repository, *added, stdin=pathspec, env=env, accept=(0, 1))
    if said.code and not _refused_names_alone(said.err):
        raise FaultError(complaint(added, said))
    if finds.nested:
        await _take_nested(repository, folder, env, finds.nested, excluded)
    return (await through(repository, "write-tree", env=env)).line()


def _refused_names_alone(err: str) -> bool:
    """Say whether all that git did not add are names it takes from nobody (`git~1`, `.GIT`): they count like pipes."""
    errors = [line for line in err.splitlines() if line.startswith(("error: ", "fatal: "))]
    refused = {line.removeprefix("error: invalid path ") for line in errors if line.startswith("error: invalid path ")}
    echoed = {f"error: unable to add {name} to index" for name in refused} | {"fatal: adding files failed"}
    return bool(refused) and all(line.startswith("error: invalid path ") or line in echoed for line in errors)


def _exclusions(path: bytes) -> tuple[bytes, bytes]:
    """Exclude a path and all in it.

    As a pattern from its first byte: `add` takes a literal for a wish to add it, and refuses where it is ignored.
    """
    quoted = b"\\" + path[:1] + re.sub(rb"([*?\[\]\\])", rb"\\\1", path[1:])
    return b":(exclude,glob,top)" + quoted, b":(exclude,glob,top)" + quoted + b"/**"


async def _look(folder: Path, excluded: tuple[str, ...]) -> _Finds:
    """Search the folder, but for what is excluded: its state, the checkouts in it among them, may be far larger."""
    patterns = ["./" + _GLOB.sub(r"\\\1", path) for path in (".git", *excluded)]
    spared = [word for pattern in patterns for word in ("-path", pattern, "-prune", "-o")]
    expression = "( -name .git -print0 -prune ) -o ( ! -type f ! -type d ! -type l -print0 )"
    said = await tool("find", ".", *spared, *expression.split(), cwd=str(folder))
    if said.code:
        raise FaultError(complaint(("find", str(folder)), said))
    items = [item.removeprefix(b"./") for item in said.items()]
    roots = sorted(item.removesuffix(b"/.git") for item in items if item.endswith(b"/.git"))
    outer: list[bytes] = []
    for root in roots:
        if not (outer and root.startswith(outer[-1] + b"/")):
            outer.append(root)
    return _Finds(tuple(outer), tuple(item for item in items if not item.endswith(b"/.git")))


async def _take_nested(
    repository: Repository, folder: Path, env: dict[str, str], roots: tuple[bytes, ...], excluded: tuple[str, ...]
) -> None:
    """Bring the index in line with the files under `roots`, which git would take for other people's repositories."""
    hidden = frozenset(path.encode(errors="surrogateescape") for path in excluded)
    present = {path for path in await _files(folder, roots) if not _under(path, hidden)}
    owners = frozenset(roots)
    listed = (await through(repository, "ls-files", "-z", env=env)).items()
    tracked = {path for path in listed if _under(path, owners) and not _under(path, hidden)}
    fresh = sorted(present - tracked)
    asked = await through(
        repository, "check-ignore", "-z", "--no-index", "--stdin", stdin=_nul(fresh), env=env, accept=(0, 1)
    )
    ignored = set(asked.items())
    gone = sorted(tracked - present)
    there = sorted((present & tracked) | {path for path in fresh if path not in ignored})
    if gone:
        await through(repository, "update-index", "--force-remove", "-z", "--stdin", stdin=_nul(gone), env=env)
    if there:
        await through(repository, "update-index", "--add", "--replace", "-z", "--stdin", stdin=_nul(there), env=env)


async def _files(folder: Path, roots: tuple[bytes, ...]) -> set[bytes]:
    expression = "( -name .git -prune ) -o ( ( -type f -o -type l ) -print0 )"
    found: set[bytes] = set()
    for at in range(0, len(roots), _ROOTS_A_FIND):
        names = [f"./{root.decode(errors='surrogateescape')}" for root in roots[at : at + _ROOTS_A_FIND]]
        said = await tool("find", *names, *expression.split(), cwd=str(folder))
        if said.code:
            raise FaultError(complaint(("find", str(folder)), said))
        found.update(item.removeprefix(b"./") for item in said.items())
    return found


def _under(path: bytes, roots: Collection[bytes]) -> bool:
    """Say whether the path is one of the roots or lies in one; quick for many roots."""
    if path in roots:
        return True
    at = path.find(b"/")
    while at >= 0:
        if path[:at] in roots:
            return True
        at = path.find(b"/", at + 1)
    return False


def _nul(items: tuple[bytes, ...] | list[bytes]) -> bytes:
    return b"".join(item + b"\0" for item in items)
