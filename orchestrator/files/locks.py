"""Locks between processes: flock on a file that is never renamed. Never waits without an end.

Rules
1. The lock file is separate from what it guards and is never replaced: whoever locks a replaced file locks nothing.
   Should a person delete it all the same, the next to lock notices and locks the new one.
2. The descriptor is not inheritable: a child that kept it would keep the lock for as long as it lives.
3. The kernel frees the lock the moment the holder dies. A stopped holder (SIGSTOP) keeps it.
4. Two locks on one path exclude each other, also within a process; one lock object shared by tasks excludes nobody.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio

from orchestrator.errors import OrchestratorError
from orchestrator.files.atomic import PRIVATE_FILE

_FIRST_PAUSE_S = 0.0005
_LONGEST_PAUSE_S = 0.02


class LockHeldError(OrchestratorError):
    """Somebody else holds the lock, and held it for as long as we would wait."""


class FileLock:
    """An exclusive lock on `path`. Made unlocked; `close` gives it back and forgets the descriptor."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self._create = create
        self._descriptor: int | None = None
        self.held = False

    def try_acquire(self) -> bool:
        """Take the lock if it is free; say whether it is ours now."""
        while not self.held:
            if self._descriptor is None:
                self._descriptor = self._open()
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if is_at(self._descriptor, self.path):
                    return False
                self._forget()  # somebody holds a file that is no longer the lock
                continue
            if is_at(self._descriptor, self.path):
                self.held = True
            else:
                self._forget()
        return True

    async def acquire(self, timeout_s: float) -> None:
        """Take the lock, waiting at most `timeout_s`. Raises LockHeldError then; cancelled, it holds nothing.

        A held lock is tried again after growing pauses: flock has no wait that ends, and its holders are quick.
        """
        deadline = anyio.current_time() + timeout_s
        pause = _FIRST_PAUSE_S
        while not self.try_acquire():
            if anyio.current_time() >= deadline:
                raise LockHeldError(
                    f"{self.path}: held by another process for over {timeout_s:g} s; `fuser {self.path}` names it:"
                    " wait for it, or end it if it is stopped"
                )
            await anyio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def release(self) -> None:
        """Give the lock back; without one, nothing happens."""
        if self.held and self._descriptor is not None:
            self.held = False
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the lock back and close the descriptor."""
        self.release()
        self._forget()

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT if self._create else os.O_RDONLY
        return os.open(self.path, flags | os.O_CLOEXEC, PRIVATE_FILE)

    def _forget(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)

    def __enter__(self) -> Self:
        """Take the lock at once. Raises LockHeldError if it is not free."""
        if not self.try_acquire():
            raise LockHeldError(f"{self.path}: held by another process; `fuser {self.path}` names it")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_at(descriptor: int, path: Path) -> bool:
    """Say whether the open file is the one that stands at `path`: not deleted, not replaced."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(descriptor), there)


def is_locked(path: Path) -> bool:
    """Say whether somebody holds the lock on `path`, without keeping its holder-to-be from taking it for long.

    Asks with a shared lock, so that askers never mistake each other for holders. A taker may meet an asker for some
    microseconds: takers try again (`FileLock.acquire`).
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
