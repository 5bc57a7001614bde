"""Tells when people saved something. Never says what: the folder is read for that.

Woken by the system's own events, in whatever manner an editor saves; a burst of them is told once, and not before its
writers are done. Changes of our own are told too: reading an unchanged text costs nothing.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import anyio
from anyio.abc import TaskStatus
from anyio.lowlevel import checkpoint
from anyio.to_thread import run_sync
from watchfiles import Change
from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

from orchestrator.files.exchange import until_written
from orchestrator.inbox.folder import CONFIGURATION, FOLDER, QueueFolder

SETTLE_MS = 60
"""Quiet for this long, a burst of events is over."""
_LONGEST_BURST_MS = 1000
_ROUND_MS = 60_000
_POLL_S = 1.0
"""Where no events are to be had, everything is told this often: reading what has not changed is a look at its times."""
_WRITER_PATIENCE_S = 2.0

Told = Callable[[frozenset[Path]], None]
"""Called with the paths that changed; with none when watching begins (anew): then everything may have."""


async def watch(folder: QueueFolder, told: Told, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
    """Call `told` whenever a queue file or the configuration may have changed, until cancelled.

    `task_status` is set once nothing can be missed. Cancelled, it ends within a settling time.
    """
    stop = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(_stop_when_cancelled, stop)
        await _watch_once(folder, told, stop, task_status.started)
        while True:
            await _watch_once(folder, told, stop, lambda: None)


async def _stop_when_cancelled(stop: anyio.Event) -> None:
    """End the thread that waits for events: it cannot be cancelled, but looks at this."""
    try:
        await anyio.sleep_forever()
    finally:
        stop.set()


async def _watch_once(folder: QueueFolder, told: Told, stop: anyio.Event, started: Callable[[], None]) -> None:
    """Tell of changes until the folders to watch are others."""
    folders = folder.folders()
    notifier = _notifier(folders)
    if notifier is None:
        told(frozenset())
        started()
        await anyio.sleep(_POLL_S)
        return
    try:
        told(frozenset())
        started()
        while True:
            try:
                paths = await _changes(notifier, stop)
            except WatchfilesRustInternalError:
                return  # a name that is no UTF-8: the burst is lost, so that all may have changed
            await _written(paths)
            if folder.root / FOLDER in paths or folder.folders() != folders:
                return
            told(paths)
    finally:
        notifier.close()


async def _changes(notifier: RustNotify, stop: anyio.Event) -> frozenset[Path]:
    """Wait for a burst of events that may be a save."""
    own_thread = anyio.CapacityLimiter(1)  # it waits most of its life: nobody else's share
    while True:
        found = await run_sync(notifier.watch, _LONGEST_BURST_MS, SETTLE_MS, _ROUND_MS, stop, limiter=own_thread)
        if isinstance(found, str):
            await checkpoint()  # `stop`: cancelled; `timeout`: nothing happened
            continue
        if paths := frozenset(Path(path) for change, path in found if _ours(Path(path), Change(change))):
            return paths


def _ours(path: Path, change: Change) -> bool:
    if path.name in {FOLDER, CONFIGURATION}:
        return path.name == CONFIGURATION or change is not Change.modified
    return path.suffix == ".json" and not path.name.startswith(".")


async def _written(paths: Iterable[Path]) -> None:
    for path in paths:
        await until_written(path, _WRITER_PATIENCE_S)


def _notifier(folders: tuple[Path, ...]) -> RustNotify | None:
    """Watch the folders themselves, not what is below; None without watches left, and for a path that is no UTF-8."""
    debug, polling, recursive, ignore_denied = False, False, False, True
    try:
        return RustNotify([str(path) for path in folders], debug, polling, _ROUND_MS, recursive, ignore_denied)
    except (OSError, UnicodeError, WatchfilesRustInternalError):
        return None
