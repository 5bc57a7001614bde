"""Being woken when something in a folder changes. Never polls, never says what changed: the woken look for themselves.

Rules
1. A bell is armed from the moment it is made: what happens before `wait` is called ends that wait at once.
2. Look, then wait, with no `await` between: several tasks share a bell, and a ring wakes all who wait at that time.
3. A wait may end for nothing. It never misses a change.
"""

import contextlib
import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event as ThreadEvent
from threading import Lock
from typing import Protocol

import anyio
import anyio.to_thread

from orchestrator.errors import FaultError

_MODIFY, _CLOSE_WRITE, _MOVED_TO, _CREATE, _DELETE = 0x2, 0x8, 0x80, 0x100, 0x200
CONTENT = _MODIFY | _MOVED_TO | _CREATE
"""Files in the folder grow, appear or are replaced."""
HOLDERS = _CLOSE_WRITE | _CREATE | _DELETE
"""Files in the folder are let go by who held them open for writing (also by dying), or come and go."""
_BUFFER = 64 << 10
_DEBOUNCE_MS, _STEP_MS = 10, 5


class _Source(Protocol):
    """Where rings come from."""

    async def ring(self) -> None:
        """Return after the next change since the last ring."""
        ...

    def close(self) -> None:
        """Let go of the descriptor."""
        ...


class Bell:
    """Wakes whoever waits for a change in `folder`, which must exist. `what` is CONTENT or HOLDERS."""

    def __init__(self, folder: Path, what: int = CONTENT) -> None:
        self._source = _source(folder, what)
        self._rung: anyio.Event | None = None

    async def wait(self) -> None:
        """Return after a change since the bell was made or last rang.

        The first to wait listens for all; if it is cancelled the others wake, look, and one of them listens.
        """
        if self._rung is not None:
            await self._rung.wait()
            return
        rung = self._rung = anyio.Event()
        try:
            await self._source.ring()
        finally:
            self._rung = None
            rung.set()

    def close(self) -> None:
        """Stop listening. Nobody may be waiting."""
        self._source.close()


async def ringing(folder: Path, rung: Callable[[], None]) -> None:
    """Call `rung` at once, and for ever when the folder's content changes or, until it is there, may come nearer."""
    while True:
        here = next(path for path in (folder, *folder.parents) if path.is_dir())
        bell = Bell(here)
        try:
            rung()
            while here == folder or not (here / folder.relative_to(here).parts[0]).is_dir():
                await bell.wait()
                rung()
        finally:
            bell.close()


def _source(folder: Path, what: int) -> _Source:
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "inotify_init1"):
        return _Inotify(libc, folder, what)
    return Watchfiles(folder)  # pragma: no cover - tested directly where inotify exists


class _Inotify:
    """The kernel's own queue of changes: one descriptor, woken in 0.04 ms."""

    def __init__(self, libc: ctypes.CDLL, folder: Path, what: int) -> None:
        self._descriptor = int(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        if self._descriptor < 0:
            raise _cannot_watch(folder)
        if libc.inotify_add_watch(self._descriptor, os.fsencode(folder), what) < 0:
            error = _cannot_watch(folder)
            self.close()
            raise error

    async def ring(self) -> None:
        """Return once the queue is not empty, and empty it."""
        await anyio.wait_readable(self._descriptor)
        with contextlib.suppress(BlockingIOError):
            while os.read(self._descriptor, _BUFFER):
                pass

    def close(self) -> None:
        """Let go of the descriptor."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _cannot_watch(folder: Path) -> FaultError:
    code = ctypes.get_errno()
    remedy = {
        errno.EMFILE: "too many programs watch: raise fs.inotify.max_user_instances",
        errno.ENOSPC: "too many folders are watched: raise fs.inotify.max_user_watches",
    }.get(code, "check that it exists and may be read")
    return FaultError(f"cannot watch {folder}: {os.strerror(code)}; {remedy}")


class Watchfiles:
    """The same through watchfiles, where the system has no inotify: slower, and every change in the folder rings."""

    def __init__(self, folder: Path, what: int = CONTENT) -> None:  # noqa: ARG002 - it cannot tell kinds of change
        from watchfiles._rust_notify import RustNotify  # noqa: PLC0415 - costs 13 ms, unused on Linux

        self._notify = RustNotify([str(folder)], False, False, 0, False, False)
        self._alone = Lock()
        self._closing = ThreadEvent()
        self._rung = False

    async def ring(self) -> None:
        """Return after the next batch of changes."""
        await anyio.to_thread.run_sync(self._listen, abandon_on_cancel=True)
        self._rung = False

    def _listen(self) -> None:
        """Wait in a thread. One whose waiter was cancelled listens on (stopped, it would forget what it just heard)."""
        with self._alone:
            if not self._rung:
                self._notify.watch(_DEBOUNCE_MS, _STEP_MS, 0, self._closing)
                self._rung = True

    def close(self) -> None:
        """Stop listening, also in a thread that was left to it."""
        self._closing.set()
        with self._alone:
            self._notify.close()
