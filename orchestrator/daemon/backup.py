"""A project's state in one file: journal, run folders, queue files, configuration and the work in git.

The journal is read first, to its last whole commit, and everything else after it: what a commit speaks of was on disk
before it, so that a backup made while runs are alive holds all that its journal knows. Logs, board and snapshots follow
from the journal; workspaces are what agents have open, and their last capture is in git.
"""

import contextlib
import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from orchestrator import __version__
from orchestrator.codec.lines import understand
from orchestrator.codec.moments import format_moment
from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.project import CONFIG, Project
from orchestrator.errors import InvalidInputError, JournalError
from orchestrator.journal.segments import Segments, segment_name, segment_numbers
from orchestrator.model.backups import KeptRepository, Manifest, Member
from orchestrator.model.settings import RepoSettings
from orchestrator.workspace.bundles import pack
from orchestrator.workspace.names import INPLACE, STORE
from orchestrator.workspace.repository import OWN, Repository, find

MANIFEST = "manifest.json"
JOURNAL, RUNS, FILES, REPOSITORIES = "journal", "runs", "files", "repositories"
_CHUNK = 1 << 20


class _Tape:
    """Writes members one after another and remembers what each was."""

    def __init__(self, out: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - `close` does
        self.members: list[Member] = []

    def add(self, path: str, source: IO[bytes], size: int) -> None:
        """Write `size` bytes of a source; what has grown meanwhile is left out."""
        digest = hashlib.sha256()
        info = tarfile.TarInfo(path)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, _Hashing(source, digest, size))
        self.members.append(Member(path=path, bytes=size, sha256=digest.hexdigest()))

    def add_file(self, path: str, file: Path) -> None:
        """Write a regular file; one that is gone, or is none, is left out."""
        try:
            if not stat.S_ISREG(file.lstat().st_mode):
                return
            handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        except OSError as error:
            raise InvalidInputError(f"{file}: cannot read it: {error.strerror}; let it be read") from error
        with os.fdopen(handle, "rb") as source:
            self.add(path, source, os.fstat(handle).st_size)

    def end(self, manifest: Manifest) -> None:
        """Write what all of it is, last: a file that was cut off has none."""
        content = msgspec.json.format(msgspec.json.encode(manifest))
        self.add(MANIFEST, io.BytesIO(content), len(content))

    def close(self) -> None:
        """Write the archive's end."""
        self._tar.close()


class _Hashing(io.RawIOBase):
    """Reads through a digest; a source that was cut short meanwhile is filled with zeros, as its size is promised."""

    def __init__(self, source: IO[bytes], digest: "hashlib._Hash", size: int) -> None:
        self._source, self._digest, self._left = source, digest, size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = min(self._left, _CHUNK if size < 0 else size)
        data = self._source.read(wanted).ljust(wanted, b"\0")
        self._left -= wanted
        self._digest.update(data)
        return data


async def back_up(project: Project, out: IO[bytes], scratch: Path, *, lean: bool = False) -> Manifest:
    """Write a backup to `out`; `scratch` is an empty folder for what must be made first. `lean`: no run folders.

    Raises JournalError where the journal is damaged or was never begun: such a backup would restore nothing.
    """
    with contextlib.closing(_Tape(out)) as tape:
        return await _fill(project, tape, scratch, lean=lean)


async def _fill(project: Project, tape: _Tape, scratch: Path, *, lean: bool) -> Manifest:
    seq, head, journal = _journal(project.journal_folder, tape)
    if not lean:
        for path, file in _tree(project.state / RUNS):
            tape.add_file(f"{RUNS}/{path}", file)
    for path in _written(project):
        tape.add_file(f"{FILES}/{path}", project.root / path)
    repositories = await _repositories(project, tape, scratch)
    manifest = Manifest(
        version=__version__,
        made_at=format_moment(WallClock().now()),
        journal=journal,
        seq=seq,
        head_hash=head,
        inplace=project.settings.workspace == INPLACE,
        repositories=tuple(repositories),
        members=tuple(tape.members),
    )
    tape.end(manifest)
    return manifest


def _journal(folder: Path, tape: _Tape) -> tuple[int, str, str]:
    segments = Segments(folder, read_only=True)
    try:
        segments.skim()
        if segments.damage is not None:
            raise JournalError(
                f"{segments.damage.file}: the line of commit {segments.damage.seq} {segments.damage.reason}: a damaged"
                " journal is not backed up; an older backup may hold what is damaged (`orchestrator doctor`)"
            )
        if not segments.head:
            raise InvalidInputError(f"{folder}: there is no journal yet, so there is nothing to back up")
        firsts = [first for first in segment_numbers(folder) if first <= segments.head]
        identity = understand(next(segments.lines(0, 1))).id
        for first, behind in zip(firsts, [*firsts[1:], segments.head + 1], strict=True):
            content = b"".join(line + b"\n" for line in segments.lines(first - 1, behind - 1))
            tape.add(f"{JOURNAL}/{segment_name(first)}", io.BytesIO(content), len(content))
        return segments.head, segments.head_hash, identity
    finally:
        segments.close()


def _tree(folder: Path) -> Iterator[tuple[str, Path]]:
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(top) / name
            yield str(file.relative_to(folder)), file


def _written(project: Project) -> list[str]:
    """Name the person's files that say what is to be done, from the root: what git may not have of them."""
    settings = project.settings
    queues = sorted(path.name for path in (project.root / "queues").glob("*.json"))
    texts = {*settings.prompts.values(), *([settings.rules] if settings.rules else [])}
    inside = sorted(text for text in texts if not Path(text).is_absolute() and ".." not in Path(text).parts)
    return [CONFIG, *(f"queues/{name}" for name in queues), *inside]


async def _repositories(project: Project, tape: _Tape, scratch: Path) -> list[KeptRepository]:
    kept: list[KeptRepository] = []
    for label, path, base, git_dir in await _stores(project):
        file = scratch / f"{label}.bundle"
        if await pack(git_dir, (base, *_bases(project, label)), file):
            tape.add_file(f"{REPOSITORIES}/{label}.bundle", file)
            kept.append(KeptRepository(label=label, path=path, base=base))
            file.unlink()
    return kept


async def _stores(project: Project) -> list[tuple[str, str, str, Path]]:
    settings = project.settings
    if settings.workspace == INPLACE:
        store = project.state / STORE
        return [(OWN, ".", INPLACE, store)] if store.exists() else []
    wanted = [RepoSettings(base=settings.base)] if (project.root / ".git").exists() else []
    wanted += [msgspec.structs.replace(repo, base=repo.base or settings.base) for repo in settings.repos.values()]
    found: list[tuple[str, str, str, Path]] = []
    for each in wanted:
        repository: Repository = await find(project.root, project.state, each)
        found.append((repository.label, each.path, repository.base, repository.git_dir))
    return found


def _bases(project: Project, label: str) -> list[str]:
    queues = project.settings.queues.values()
    return [queue.base for queue in queues if queue.base and (queue.repo or OWN) == label]
