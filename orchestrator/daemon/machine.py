"""What the machine offers: Python, git, room on the disk, the file system. Never touches the project.

What has to be tried is tried in a temporary folder, which is removed again.
"""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.files.bell import Bell
from orchestrator.files.locks import FileLock, is_locked
from orchestrator.files.swap import exchange_at_once
from orchestrator.model.answers import DoctorLine
from orchestrator.workspace.git import MINIMUM
from orchestrator.workspace.repository import vet_git

LEAST_PYTHON = (3, 11)
SCARCE_BYTES, TOO_FEW_BYTES = 2 << 30, 200 << 20
SCARCE_FILES = 10_000
_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "drvfs", "vboxsf", "fuse.sshfs", "fuse.glusterfs"}
)


def ok(what: str) -> DoctorLine:
    """Say that something is as it should be."""
    return DoctorLine(level="ok", what=what)


def doubtful(what: str, remedy: str) -> DoctorLine:
    """Say what works and could be better."""
    return DoctorLine(level="warn", what=what, remedy=remedy)


def bad(what: str, remedy: str = "") -> DoctorLine:
    """Say what keeps work from being done. Complaints of other rooms hold their remedy already."""
    return DoctorLine(level="bad", what=what, remedy=remedy)


async def machine(root: Path) -> tuple[DoctorLine, ...]:
    """Look at everything that does not depend on the configuration."""
    return (
        python(tuple(sys.version_info[:3])),
        await git(),
        room(*_room(root)),
        kind_of_disk(root, _mounts()),
        *trials(),
    )


def python(version: tuple[int, ...]) -> DoctorLine:
    """Judge the interpreter."""
    text = f"python {'.'.join(map(str, version))}"
    if version < LEAST_PYTHON:
        return bad(text, "install Python 3.11 or later")
    return ok(text)


async def git() -> DoctorLine:
    """Judge the git on the PATH."""
    try:
        return ok(f"git {await vet_git()} (at least {'.'.join(map(str, MINIMUM))})")
    except (FaultError, InvalidInputError) as error:
        return bad(str(error))


# -- disk and files ------------------------------------------------------------------------------------------------


def _room(root: Path) -> tuple[int, int]:
    """Give the bytes and files that may still be made where the project is; -1 files: this file system has no limit."""
    found = os.statvfs(root)
    return found.f_bavail * found.f_frsize, found.f_favail if found.f_files else -1


def room(free_bytes: int, free_files: int) -> DoctorLine:
    """Judge how much room there is."""
    text = f"{free_bytes / (1 << 30):.1f} GiB free"
    if free_bytes < TOO_FEW_BYTES:
        return bad(text, "make room: nothing new is claimed on a full disk")
    if free_bytes < SCARCE_BYTES:
        return doubtful(text, "make room before a long run; `.aibrain/runs` and `.aibrain/checkouts` grow")
    if 0 <= free_files < SCARCE_FILES:
        return doubtful(f"{text}, but only {free_files} files can be made", "delete what has many small files")
    return ok(text)


def _mounts() -> tuple[tuple[str, str], ...]:
    """Give (mount point, kind) of every mount; nothing where there is no /proc."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return ()
    rows = (line.split() for line in lines)
    return tuple((row[4].replace("\\040", " "), row[row.index("-") + 1]) for row in rows if "-" in row)


def kind_of_disk(root: Path, mounts: Iterable[tuple[str, str]]) -> DoctorLine:
    """Judge the file system the project lies on: locks and renames must be believed."""
    real = Path(os.path.realpath(root))
    above = [(point, kind) for point, kind in mounts if real.is_relative_to(point)]
    if not above:
        return ok("file system of unknown kind")
    _, kind = max(reversed(above), key=lambda mount: len(mount[0]))
    if kind in _REMOTE:
        return doubtful(
            f"the project is on {kind}", "keep it on a local disk: locks between machines are not to be had"
        )
    return ok(f"file system {kind}")


def trials() -> tuple[DoctorLine, ...]:
    """Try what the orchestrator asks of a file system, in a temporary folder."""
    try:
        with tempfile.TemporaryDirectory(prefix="orchestrator-doctor-") as name:
            folder = Path(name)
            return (_locks(folder), _exchange(folder), _watching(folder))
    except OSError as error:
        return (bad(f"temporary files cannot be made: {error.strerror or error}", "make room there, or set TMPDIR"),)


def _locks(folder: Path) -> DoctorLine:
    lock = FileLock(folder / "lock")
    try:
        held = lock.try_acquire() and is_locked(folder / "lock")
    except OSError as error:
        return bad(f"files cannot be locked: {error.strerror or error}", "use a file system that has flock")
    finally:
        lock.close()
    return ok("locks hold") if held else bad("locks do not hold", "use a file system that has flock")


def _exchange(folder: Path) -> DoctorLine:
    one, other = folder / "one", folder / "other"
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    if exchange_at_once(one, other) and one.read_bytes() == b"2":
        return ok("files are exchanged in one step")
    remedy = "do not save queue files by rename while a run writes them, or use Linux 3.15 or later with a local disk"
    return doubtful("files are exchanged in three steps", remedy)


def _watching(folder: Path) -> DoctorLine:
    try:
        Bell(folder).close()
    except FaultError as error:
        return bad(f"changes cannot be watched: {error}")
    return ok("changes are heard")
