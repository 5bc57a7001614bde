"""A backup put back: into an empty folder, a clone of the repository, or over a journal that is damaged.

Everything is unpacked aside and checked first: every member against the manifest, the journal's chain to its last line.
Refs come next, then files, the journal last, by one rename: cut short anywhere, the same command does it again.
"""

import hashlib
import os
import shutil
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

import msgspec

from orchestrator.daemon.backup import FILES, JOURNAL, MANIFEST, REPOSITORIES, RUNS
from orchestrator.daemon.project import STATE
from orchestrator.errors import InvalidInputError, JournalError, OrchestratorError
from orchestrator.files.atomic import ignore_itself, private_dir, sync_folder, write_atomic
from orchestrator.journal.examine import Examination, examine
from orchestrator.journal.presence import FilePresence
from orchestrator.journal.segments import Segments, segment_numbers
from orchestrator.model.backups import FORMAT, KeptRepository, Manifest, Restored
from orchestrator.workspace.bundles import Heads, check_out, git_dir_of, is_unborn, make, make_bare, move, unpack
from orchestrator.workspace.names import STORE

_CHUNK = 1 << 20
_TOPS = (JOURNAL, RUNS, FILES, REPOSITORIES)
_WINDOWS = ("views.json", "views.level", "logs", "ralph-verification.log", "board.md")
"""What is rendered anew from the journal that takes the other's place."""


async def restore(root: Path, source: IO[bytes], name: str, *, replace: bool) -> Restored:
    """Put a backup back into `root`. `replace` sets a journal that is there, and work that differs, aside.

    Raises InvalidInputError where the backup is not whole, OrchestratorError where it would go over something.
    """
    state = root / STATE
    made, aside = _begin(root, state)
    try:
        manifest = _unpack(source, aside, name)
        _vet_journal(aside / JOURNAL, manifest, name)
        return await _put(root, aside, manifest, replace=replace)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        _clear(root, state, made=made)


def _begin(root: Path, state: Path) -> tuple[bool, Path]:
    """Make the folder to unpack into; say whether the project's own was missing."""
    made, aside = not root.exists(), state / "restoring"
    private_dir(state)
    ignore_itself(state)
    shutil.rmtree(aside, ignore_errors=True)
    return made, private_dir(aside)


def _clear(root: Path, state: Path, *, made: bool) -> None:
    """Leave no trace of a restore that was refused before it put anything back."""
    if sorted(path.name for path in state.iterdir()) == [".gitignore"]:
        shutil.rmtree(state)
        if made:
            root.rmdir()


# -- unpacking and checking ----------------------------------------------------------------------------------------


def _unpack(source: IO[bytes], aside: Path, name: str) -> Manifest:
    found: dict[str, tuple[int, str]] = {}
    try:
        with tarfile.open(fileobj=source, mode="r|*") as tar:
            for info in tar:
                content = tar.extractfile(info) if info.isreg() else None
                if content is None or not _is_safe(info.name):
                    raise InvalidInputError(f"{name}: holds {info.name!r}, which no backup does; take another")
                found[info.name] = _write(aside / info.name, content)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InvalidInputError(f"{name}: is no whole backup: {error}; take another") from error
    if MANIFEST not in found:
        raise InvalidInputError(f"{name}: is no whole backup: its end is missing; take another")
    manifest = _manifest((aside / MANIFEST).read_bytes(), name)
    del found[MANIFEST]
    said = {member.path: (member.bytes, member.sha256) for member in manifest.members}
    if wrong := sorted(path for path in {*said, *found} if said.get(path) != found.get(path)):
        raise InvalidInputError(f"{name}: {wrong[0]} is not what was backed up; take another backup")
    return manifest


def _manifest(content: bytes, name: str) -> Manifest:
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"{name}: its manifest cannot be read: {error}; take another backup") from None
    if manifest.format != FORMAT:
        raise InvalidInputError(f"{name}: was made by version {manifest.version}: restore it with that or a newer one")
    return manifest


def _is_safe(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return path == MANIFEST or (len(parts) > 1 and parts[0] in _TOPS and ".." not in parts)


def _write(file: Path, content: IO[bytes]) -> tuple[int, str]:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with file.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            size += out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return size, digest.hexdigest()


def _vet_journal(folder: Path, manifest: Manifest, name: str) -> None:
    found = examine(folder)
    whole = found.chain_intact and not found.torn and not found.unreadable
    if not whole or (found.commits, found.head_hash) != (manifest.seq, manifest.head_hash):
        raise InvalidInputError(f"{name}: the journal in it does not hold what it says; take another backup")


# -- putting back --------------------------------------------------------------------------------------------------


async def _put(root: Path, aside: Path, manifest: Manifest, *, replace: bool) -> Restored:
    state = root / STATE
    _refuse_the_living(state)
    set_aside = _journal_there(state, aside, manifest, replace=replace)
    stamp = f"{manifest.seq}-{manifest.made_at.replace(':', '')}"
    stores = [await _take_in(root, aside, manifest, each) for each in manifest.repositories]
    apart = [f"{name} of {store.folder}" for store in stores for name in store.heads.apart]
    if apart and not replace:
        raise OrchestratorError(
            f"{apart[0]}{f' and {len(apart) - 1} more' * (len(apart) > 1)} stands elsewhere than in the backup, and"
            " neither holds the other; --replace keeps yours under refs/orchestrator-replaced and takes the backup's"
        )
    kept: list[str] = []
    for store in stores:
        await move(store.git_dir, store.heads, stamp)
        if store.fresh:
            await check_out(store.folder)
        kept += [f"branch {name.removeprefix('refs/heads/')} of {store.folder}" for name in store.heads.left]
    kept += _files(root, aside / FILES, over=any(store.fresh and store.folder == root for store in stores))
    _runs(aside / RUNS, state / RUNS)
    beside = _swap(state) if set_aside else ""
    (aside / JOURNAL).rename(state / JOURNAL)
    sync_folder(state)
    return Restored(seq=manifest.seq, made_at=manifest.made_at, kept=tuple(kept), aside=beside)


def _refuse_the_living(state: Path) -> None:
    if cards := FilePresence(state / "workers").cards():
        raise OrchestratorError(f"run {cards[0].worker} is alive (process {cards[0].pid}): `orchestrator stop` first")


def _journal_there(state: Path, aside: Path, manifest: Manifest, *, replace: bool) -> bool:
    """Say whether a journal must be set aside; refuse where nobody said so."""
    folder = state / JOURNAL
    if not folder.exists():
        return False
    if not segment_numbers(folder):
        shutil.rmtree(folder)
        return False
    if replace:
        return True
    found = examine(folder)
    told = _compared(found, folder, aside / JOURNAL, manifest)
    raise OrchestratorError(f"{folder}: there is a journal already: {told}; --replace sets it aside")


def _compared(found: Examination, folder: Path, backup: Path, manifest: Manifest) -> str:
    damaged = " and is damaged behind them" if found.damage else ""
    if _line(folder, manifest.seq) == manifest.head_hash:
        return f"it holds all of the backup and {found.commits - manifest.seq} commits more{damaged}"
    if found.commits and _line(backup, found.commits) == found.head_hash:
        return f"its {found.commits} commits are in the backup, which holds {manifest.seq}{damaged}"
    return f"its {found.commits} commits are not those of the backup{damaged}"


def _line(folder: Path, seq: int) -> str:
    """Give the hash of a journal's line; empty where it does not reach so far."""
    segments = Segments(folder, read_only=True)
    try:
        segments.skim()
        if seq > segments.head:
            return ""
        return hashlib.sha256(next(segments.lines(seq - 1, seq))).hexdigest()
    except JournalError:
        return ""
    finally:
        segments.close()


class _Store(NamedTuple):
    """A repository whose objects were taken in. `fresh`: it had no commit, so that its files are the backup's."""

    folder: Path
    git_dir: Path
    heads: Heads
    fresh: bool


async def _take_in(root: Path, aside: Path, manifest: Manifest, kept: KeptRepository) -> _Store:
    """Find or make a repository and take the objects in; no ref moves yet."""
    bundle = aside / REPOSITORIES / f"{kept.label}.bundle"
    folder = root if kept.path == "." else root / kept.path
    if manifest.inplace:
        store = root / STATE / STORE
        git_dir = store if store.exists() else await make_bare(store)
        return _Store(folder, git_dir, await unpack(git_dir, bundle), fresh=False)
    there = await git_dir_of(folder)
    fresh = there is None or await is_unborn(there)
    if fresh and folder.exists() and any(path.name not in {STATE, ".git"} for path in folder.iterdir()):
        raise OrchestratorError(f"{folder}: has no commit of git and is not empty; name an empty folder, or a clone")
    git_dir = there or await make(folder, kept.base)
    return _Store(folder, git_dir, await unpack(git_dir, bundle), fresh)


def _files(root: Path, folder: Path, *, over: bool) -> list[str]:
    """Write the person's files where there are none, or `over` a checkout that was just made; give those that stay."""
    kept: list[str] = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = root / file.relative_to(folder)
        content = file.read_bytes()
        if over or not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(place, content, mode=0o644)
        elif place.read_bytes() != content:
            kept.append(str(file.relative_to(folder)))
    return kept


def _runs(folder: Path, place: Path) -> None:
    """Put run folders back; a file that is there already is the later one."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        to = place / file.relative_to(folder)
        if not to.exists():
            to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.rename(to)


def _swap(state: Path) -> str:
    """Set the journal that is there aside, with all that was rendered from it."""
    number = next(n for n in range(1, 1 << 20) if not (state / f"replaced-{n}").exists())
    folder = private_dir(state / f"replaced-{number}")
    for name in _WINDOWS:
        if (state / name).exists():
            (state / name).rename(folder / name)
    (state / JOURNAL).rename(folder / JOURNAL)
    sync_folder(folder)
    return str(folder)
