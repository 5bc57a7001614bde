"""Files that are whole or not there, in folders that are ours alone. Never leaves a half-written name behind."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
IGNORE_ALL = b"*\n"


def write_atomic(path: Path, content: bytes, *, mode: int = PRIVATE_FILE) -> None:
    """Replace a file by new content, durably: readers and crashes see the old bytes or the new, never a mixture.

    Raises OSError, having changed nothing, if there is no room or no permission.
    """
    _replace(path, content, mode, os.fsync)
    sync_folder(path.parent)


def write_whole(path: Path, content: bytes, *, mode: int = PRIVATE_FILE) -> None:
    """Replace a file by new content at once, and wait for no disk: for what can be made again from what is durable.

    Readers and processes that die see the old bytes or the new; a machine that loses its power may leave neither.
    """
    _replace(path, content, mode, lambda _: None)


def _replace(path: Path, content: bytes, mode: int, settle: Callable[[int], None]) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:64]}.", suffix=".tmp", dir=path.parent)
    try:
        try:
            write_all(descriptor, content)
            os.fchmod(descriptor, mode)
            settle(descriptor)
        finally:
            os.close(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte, however short the single writes turn out."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable: a synced file under an unsynced name is lost with the power."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def private_dir(path: Path) -> Path:
    """Make a folder, and every missing one above it, for this user alone. One that exists is left as it is."""
    missing: list[Path] = []
    here = path
    while not here.is_dir():
        missing.append(here)
        here = here.parent
    for folder in reversed(missing):
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        sync_folder(folder.parent)
    return path


def ignore_itself(folder: Path) -> None:
    """Give a folder a `.gitignore` that hides it from git. One that is there is left as it is."""
    ignore = folder / ".gitignore"
    if not ignore.exists():
        write_atomic(ignore, IGNORE_ALL, mode=0o644)
