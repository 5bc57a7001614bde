"""Takes up a fast-forward of the base that was cut off in a person's checkout: by a full disk, a kill, a power cut.

Git writes files first, then the index, then the branch. Cut off between, it refuses the checkout for ever, since it
does not know its own files again.

Rules
1. A file that is as the landed commit has it needs nobody's consent: the index is told that it is there.
2. A file that ends too early is ours to write anew only where our mark says that git was on its way to that commit and
   did not say that it had begun nothing. It holds nothing that what replaces it does not.
3. Whatever else stands there is the person's. If git still refuses because of it, the index is as it was before.
"""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from orchestrator.workspace.git import git
from orchestrator.workspace.repository import Repository

_REFUSED = "\nAborting\n"
"""What git says where it looked, and touched nothing."""
_FILE, _LINK = ("100644", "100755"), "120000"


class Row(NamedTuple):
    """A path that the fast-forward changes to a file or a link: mode (empty: it is not there) and object in both."""

    path: bytes
    was: tuple[str, str]
    becomes: tuple[str, str]


class Taken(NamedTuple):
    """What was done for git to go on: entries the index was told of, and files that ended too early."""

    known: list[Row]
    dropped: list[bytes]


def begin(repository: Repository, base: str, goal: str) -> None:
    """Mark that git is about to move the checkout from one commit to another."""
    mark = _mark(repository)
    mark.parent.mkdir(exist_ok=True)
    mark.write_text(f"{base} {goal}")


def end(repository: Repository) -> None:
    """Take the mark away: git did it all, or nothing."""
    _mark(repository).unlink(missing_ok=True)


def refused(said: str) -> bool:
    """Say whether git touched nothing, by what it said."""
    return said.endswith(_REFUSED)


def goal_of(repository: Repository, base: str) -> str:
    """Name the commit to which the base was on its way when it was cut off; empty if it was not."""
    try:
        began, _, goal = _mark(repository).read_text().partition(" ")
    except FileNotFoundError:
        return ""
    return goal if began == base else ""


async def take_up(folder: Path, quiet: list[str], base: str, goal: str, *, ours: bool) -> Taken:
    """Make git know its own files again; gives what was changed for that. `ours`: by rule 2 too."""
    said = await git("diff-tree", "-r", "-z", "--no-renames", base, goal, cwd=str(folder))
    rows = [row for row in _rows(said.items()) if _reachable(folder, row)]
    staged, none = await _staged(folder), ("", "0" * len(goal))
    hashes = await _hashes(folder, quiet, [row.path for row in rows if staged.get(row.path, none) == row.was])
    rows = [row for row in rows if row.path in hashes]
    known = [row for row in rows if hashes[row.path] == row.becomes[1]]
    if not await _tell(folder, {row.path: row.becomes for row in known}):
        return Taken([], [])
    open_ones = [row for row in rows if ours and hashes[row.path] not in {row.was[1], row.becomes[1]}]
    return Taken(known, [row.path for row in open_ones if await _dropped(folder, row)])


async def put_back(folder: Path, taken: Taken) -> None:
    """Let the index be as it was."""
    await _tell(folder, {row.path: row.was for row in taken.known})


def _rows(items: list[bytes]) -> list[Row]:
    rows: list[Row] = []
    for told, path in zip(items[::2], items[1::2], strict=True):
        old, new, before, after, _ = told[1:].decode().split()
        if new in (*_FILE, _LINK):
            rows.append(Row(path, (old.lstrip("0"), before), (new, after)))
    return rows


def _reachable(folder: Path, row: Row) -> bool:
    """Say whether what stands at the path is a file or link as it is to be, and no link on the way leads elsewhere."""
    path, there = row.path, _at(folder, row.path)
    try:
        kind = there.lstat().st_mode
    except OSError:
        return False
    inside = there.parent.resolve() == folder.resolve() / os.fsdecode(path.rpartition(b"/")[0])
    fits = stat.S_ISLNK(kind) if row.becomes[0] == _LINK else stat.S_ISREG(kind)
    return inside and fits and not _odd(path)


def _odd(path: bytes) -> bool:
    """Say whether git would read the path as something else in a list of lines."""
    return b"\n" in path or path.startswith(b'"')


async def _staged(folder: Path) -> dict[bytes, tuple[str, str]]:
    said = await git("ls-files", "-s", "-z", cwd=str(folder))
    found: dict[bytes, tuple[str, str]] = {}
    for item in said.items():
        told, _, path = item.partition(b"\t")
        mode, name, stage = told.decode().split()
        found[path] = (mode, name) if stage == "0" else ("", name)
    return found


async def _hashes(folder: Path, quiet: list[str], paths: list[bytes]) -> dict[bytes, str]:
    """Name the objects that the files would be: of a link its goal."""
    links = {path: os.fsencode(_at(folder, path).readlink()) for path in paths if _at(folder, path).is_symlink()}
    files = [path for path in paths if path not in links]
    asked = b"".join(path + b"\n" for path in files)
    said = await git(*quiet, "hash-object", "--stdin-paths", cwd=str(folder), stdin=asked, accept=(0, 128))
    if said.code:
        return {}  # one cannot be read: the person is asked
    found = dict(zip(files, said.out.decode().split(), strict=True))
    for path, goal in links.items():
        found[path] = (await git("hash-object", "--stdin", cwd=str(folder), stdin=goal)).line()
    return found


async def _dropped(folder: Path, row: Row) -> bool:
    """Remove a file that is the beginning of what it is to be: git writes it whole."""
    there = _at(folder, row.path)
    if row.becomes[0] == _LINK:
        return False
    whole = (await git("cat-file", "blob", row.becomes[1], cwd=str(folder))).out
    if not whole.startswith(there.read_bytes()):
        return False
    there.unlink()
    return True


async def _tell(folder: Path, entries: dict[bytes, tuple[str, str]]) -> bool:
    """Put entries into the index: all, or none where git cannot (another git has it, a folder is now a file)."""
    if not entries:
        return True
    rows = b"".join(f"{mode or '0'} {name}".encode() + b"\t" + path + b"\0" for path, (mode, name) in entries.items())
    told = await git("update-index", "-z", "--index-info", cwd=str(folder), stdin=rows, accept=(0, 1, 128))
    if told.code == 0:
        await git("update-index", "-q", "--refresh", cwd=str(folder), accept=(0, 1, 128))
    return told.code == 0


def _at(folder: Path, path: bytes) -> Path:
    return folder / os.fsdecode(path)


def _mark(repository: Repository) -> Path:
    return repository.shadow / "following" / repository.base.replace("/", "%")
