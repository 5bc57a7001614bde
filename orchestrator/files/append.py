"""A file that only grows, durably. Never appends again once a sync has failed.

The kernel reports a failed sync once and then forgets it: a second try would answer "fine" over lost pages. So after
the first failure this object refuses, the process ends, and the next one reads what is really there.
"""

import fcntl
import os
from pathlib import Path

from orchestrator.errors import DiskFullError, JournalError
from orchestrator.files.atomic import PRIVATE_FILE, sync_folder
from orchestrator.files.locks import is_at
from orchestrator.files.room import NO_ROOM

_FULL_SYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)


class Disk:
    """The three system calls that can betray an append; a test puts a worse disk in its place."""

    def write(self, descriptor: int, content: memoryview) -> int:
        """Write some of the bytes and say how many."""
        return os.write(descriptor, content)

    def sync(self, descriptor: int) -> None:
        """Return when the bytes and the length of the file are durable."""
        if _FULL_SYNC is None:
            os.fdatasync(descriptor)
        else:  # pragma: no cover - macOS, where fsync does not reach the platter
            fcntl.fcntl(descriptor, _FULL_SYNC)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file."""
        os.ftruncate(descriptor, size)


class AppendFile:
    """One long-lived descriptor on a file that grows. The caller holds the lock that makes it the only writer."""

    def __init__(self, path: Path, *, read_only: bool = False, disk: Disk | None = None) -> None:
        self.path = path
        self._disk = disk or Disk()
        flags = os.O_RDONLY if read_only else os.O_RDWR | os.O_APPEND
        self._descriptor = os.open(path, flags | os.O_CLOEXEC)
        self.poisoned = ""
        """Why nothing is ever appended here again; empty while all is well."""

    def size(self) -> int:
        """Give the length in bytes as the kernel has it now."""
        return os.fstat(self._descriptor).st_size

    def in_place(self) -> bool:
        """Say whether the file still stands under its name; what is appended to a deleted file is lost."""
        return is_at(self._descriptor, self.path)

    def read(self, offset: int, size: int) -> bytes:
        """Read up to `size` bytes from `offset`; fewer only at the end of the file."""
        parts: list[bytes] = []
        while size > 0 and (part := os.pread(self._descriptor, size, offset)):
            parts.append(part)
            offset += len(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def append(self, content: bytes) -> None:
        """Append all of it durably, or nothing.

        Raises DiskFullError (the file is as it was) and JournalError (the fate of the bytes is unknown, and this
        object is poisoned).
        """
        self._refuse_if_poisoned()
        before = self.size()
        rest = memoryview(content)
        try:
            while rest:
                rest = rest[self._disk.write(self._descriptor, rest) :]
        except OSError as error:
            self._take_back(before, error)
        self.sync()

    def _take_back(self, size: int, error: OSError) -> None:
        """Cut what a failed write left, so that a full disk leaves whole lines only."""
        try:
            self._disk.truncate(self._descriptor, size)
        except OSError as second:
            self._poison(f"a failed write could not be taken back ({second.strerror})")
        if error.errno not in NO_ROOM:
            self._poison(f"write failed ({error.strerror})")
        raise DiskFullError(
            f"cannot write {self.path}: {error.strerror}; nothing was stored: make room on the disk, and it goes on"
        ) from error

    def cut(self, size: int) -> None:
        """Cut the file to `size`, durably. What is cut must be safe elsewhere."""
        self._refuse_if_poisoned()
        try:
            self._disk.truncate(self._descriptor, size)
        except OSError as error:
            self._poison(f"cannot be cut ({error.strerror})")
        self.sync()

    def sync(self) -> None:
        """Return when everything in the file is durable. Raises JournalError and poisons this object if it fails."""
        self._refuse_if_poisoned()
        try:
            self._disk.sync(self._descriptor)
        except OSError as error:
            self._poison(f"sync failed ({error.strerror})")

    def _poison(self, why: str) -> None:
        self.poisoned = why
        self._refuse_if_poisoned()

    def _refuse_if_poisoned(self) -> None:
        if self.poisoned:
            raise JournalError(
                f"cannot write {self.path}: {self.poisoned}; what the disk holds is unknown, so nothing more is"
                " written: check the disk and start again, the next start reads what is there"
            )

    def close(self) -> None:
        """Close the descriptor; using the file afterwards is a bug."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def create(path: Path) -> None:
    """Make an empty file under a durable name; one that is there is left as it is."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
    sync_folder(path.parent)
