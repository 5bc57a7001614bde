"""Files beneath a folder somebody else filled. Never follows a link, so never leaves the folder."""

import contextlib
import os
import stat
from pathlib import Path

from orchestrator.files.atomic import write_all

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def read_beneath(root: Path, path: str, limit: int) -> bytes | None:
    """Give a regular file's first `limit` bytes; None where there is none, or a link on the way to it."""
    try:
        folder = _folder(root, path, make=False)
    except OSError:
        return None
    try:
        descriptor = os.open(Path(path).name, _READ, dir_fd=folder)
    except OSError:
        return None
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(limit)


def write_beneath(root: Path, path: str, content: bytes) -> None:
    """Put a file where the path says, in place of what was there; a link on the way is an OSError."""
    folder = _folder(root, path, make=True)
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(Path(path).name, dir_fd=folder)
        descriptor = os.open(Path(path).name, _WRITE, 0o644, dir_fd=folder)
        try:
            write_all(descriptor, content)
        finally:
            os.close(descriptor)
    finally:
        os.close(folder)


def remove_beneath(root: Path, path: str) -> None:
    """Remove a file (a link itself, never its goal), if it is there."""
    folder = _folder(root, path, make=False)
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(Path(path).name, dir_fd=folder)
    finally:
        os.close(folder)


def _folder(root: Path, path: str, *, make: bool) -> int:
    """Open the folder a path lies in, one part after the other."""
    parts = Path(path).parts[:-1]
    if Path(path).is_absolute() or ".." in parts or not Path(path).name:
        raise PermissionError(f"{path}: does not lie beneath {root}")
    here = os.open(root, _FOLDER)
    for part in parts:
        try:
            if make and not _is_there(part, here):
                os.mkdir(part, 0o755, dir_fd=here)
            deeper = os.open(part, _FOLDER, dir_fd=here)
        finally:
            os.close(here)
        here = deeper
    return here


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
