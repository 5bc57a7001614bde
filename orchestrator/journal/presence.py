"""Who is alive: one locked file a process. Never judges by a file's age or by a process number.

Rules
1. `<id>.lock` appears under its name already locked and filled, so whoever sees it unlocked sees a dead process's.
2. Askers test with a shared lock; only a holder's exclusive lock refuses it. Asking changes nothing.
3. What a dead process left is removed by the next that joins, holding the lock of what it removes; an asker who
   comes in that moment sees it alive once more, and the removal wakes whoever waits for changes.
4. A stopped process (SIGSTOP) keeps its lock and is alive.
"""

import contextlib
import fcntl
import os
import socket
from collections.abc import Mapping
from pathlib import Path

import anyio
import msgspec

from orchestrator.errors import JournalError
from orchestrator.files.atomic import PRIVATE_FILE, private_dir, write_all
from orchestrator.files.bell import HOLDERS, Bell
from orchestrator.files.locks import FileLock, is_locked
from orchestrator.model.ids import SAFE_ID_RULE, is_safe_id

_TRIES = 10
_RELEASE_S = 0.01
_START_TIME = 19
"""Index of `starttime` (field 22) among what follows the command in /proc/PID/stat."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a live process says of itself, for people and for `queues`; life itself is the lock."""

    worker: str
    pid: int
    started: str
    """Clock ticks since boot, as /proc has it; empty where there is no /proc."""
    boot: str
    host: str
    queues: tuple[str, ...] | None = None
    """The queues it serves; None: all."""


class FilePresence:
    """Presence of processes on this machine, in a folder of lock files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._joined: dict[str, int] = {}
        self._bell: Bell | None = None

    def join(self, worker: str, queues: tuple[str, ...] | None = None) -> None:
        """Be alive as `worker` until `leave` or death. Raises JournalError if another process is that worker."""
        if not is_safe_id(worker):
            raise ValueError(f"worker id {worker!r} is not safe: {SAFE_ID_RULE}")
        private_dir(self.folder)
        self._clean()
        content = msgspec.json.encode(_card(worker, queues)) + b"\n"
        for _ in range(_TRIES):
            if self.alive(worker):
                raise JournalError(f"cannot join as {worker}: {self._path(worker)} is held by a live process")
            with contextlib.suppress(FileExistsError, FileNotFoundError, BlockingIOError):
                self._joined[worker] = self._appear(worker, content)
                return
            self._clean()
        raise JournalError(f"cannot join as {worker}: {self.folder} keeps changing under it")

    def _appear(self, worker: str, content: bytes) -> int:
        """Make the file under another name, lock and fill it, then show it. A cleaner may come between: try again."""
        hidden = self.folder / f"{worker}.joining"
        descriptor = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            write_all(descriptor, content)
            os.link(hidden, self._path(worker))  # unlike a rename, it never takes a name that somebody has
            if is_locked(self._path(worker)):
                hidden.unlink(missing_ok=True)
            else:  # a file system, as those in user space, that takes a second name for another file
                hidden.rename(self._path(worker))
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def leave(self) -> None:
        """Be gone at once."""
        for worker, descriptor in self._joined.items():
            self._path(worker).unlink(missing_ok=True)
            os.close(descriptor)
        self._joined.clear()
        if self._bell is not None:
            self._bell.close()
            self._bell = None

    def alive(self, worker: str) -> bool:
        """Say whether the process is alive; our own is."""
        return worker in self._joined or (is_safe_id(worker) and is_locked(self._path(worker)))

    def peers(self) -> Mapping[str, tuple[str, ...] | None]:
        """Give every live process and the queues it serves (None: all), our own included."""
        return {card.worker: card.queues for card in self.cards()}

    def cards(self) -> list[Card]:
        """Give what every live process says of itself, in the order of their ids."""
        paths = sorted(self.folder.glob("*.lock"))
        return [card for path in paths if is_locked(path) and (card := _read(path)) is not None]

    async def changed(self) -> None:
        """Return when a process may have come or gone; woken by the kernel, also by a death, never polling.

        Call `peers` first, then this, with no `await` between. The first call returns at once.
        """
        if self._bell is None:
            self._bell = Bell(private_dir(self.folder), HOLDERS)
            return  # what happened before there was a bell was not heard: look again
        await self._bell.wait()
        await anyio.sleep(_RELEASE_S)  # the kernel rings a moment before it frees a dying process's lock

    def _clean(self) -> None:
        """Remove what the dead left."""
        for path in [*self.folder.glob("*.lock"), *self.folder.glob("*.joining")]:
            lock = FileLock(path, create=False)
            with contextlib.suppress(FileNotFoundError):
                if lock.try_acquire():
                    path.unlink()
            lock.close()

    def _path(self, worker: str) -> Path:
        return self.folder / f"{worker}.lock"


def _read(path: Path) -> Card | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except (OSError, msgspec.DecodeError):
        return None  # it left between the question and the answer


def _card(worker: str, queues: tuple[str, ...] | None) -> Card:
    pid = os.getpid()
    stat = _proc("self/stat").rpartition(")")[2].split()
    return Card(
        worker=worker,
        pid=pid,
        started=stat[_START_TIME] if len(stat) > _START_TIME else "",
        boot=_proc("sys/kernel/random/boot_id"),
        host=socket.gethostname(),
        queues=queues,
    )


def _proc(name: str) -> str:
    try:
        return Path("/proc", name).read_text().strip()
    except OSError:
        return ""
