"""What a run folder tells about its process tree: the lock, the guardian's record, the recorded end.

Reads only; it signals nothing but what is left of a tree whose guardian is dead.
"""

import contextlib
import fcntl
import os
import signal
from pathlib import Path
from typing import TypeVar

import anyio
import msgspec

from orchestrator.ports.runner import End

_MARKER = "ORCHESTRATOR_RUN"
_SETTLE_S = 10.0
_AGAIN_S = 0.01
_T = TypeVar("_T")


class Guarded(msgspec.Struct, frozen=True):
    """`guardian.json`: who guards, and the root of the tree guarded."""

    pid: int
    start: int
    boot: str
    root: int
    root_start: int
    isolation: str
    marker: str


def read_guarded(run_dir: str) -> Guarded | None:
    """Read who guards or guarded the run, or None."""
    return _read(Path(run_dir) / "guardian.json", Guarded)


def read_end(run_dir: str) -> End | None:
    """Read how the run ended, if that was recorded."""
    return _read(Path(run_dir) / "exit.json", End)


def _read(path: Path, kind: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None


def is_locked(run_dir: str) -> bool:
    """Say whether a guardian or the root of its tree holds the folder."""
    try:
        handle = os.open(Path(run_dir) / "guardian.lock", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


async def wait_until_free(run_dir: str) -> None:
    """Return once nothing holds the folder any more: a large tree takes a moment to die after it was killed."""
    with anyio.move_on_after(_SETTLE_S):
        while is_locked(run_dir):  # noqa: ASYNC110 - a lock tells nobody that it is free
            await anyio.sleep(_AGAIN_S)


def is_alive(pid: int, start: int, boot: str) -> bool:
    """Say whether the very process lives: its number, its start and the boot of the machine must all agree."""
    return start != 0 and _boot() == boot and _start(pid) == start


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _start(pid: int) -> int:
    """Give a live process's start in ticks; 0 for none, or one that is dead and only waits to be collected."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().decode("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] in "ZX" else int(fields[19])


async def kill_rest(guarded: Guarded) -> None:
    """End what is left of a tree whose guardian is dead, and return when it is; usually the kernel was quicker."""
    await kill_process(guarded.root, guarded.root_start, guarded.boot)
    if guarded.isolation != "subreaper" or _boot() != guarded.boot:
        return
    with anyio.move_on_after(_SETTLE_S):
        while left := _marked(guarded.marker):
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            await anyio.sleep(_AGAIN_S)


async def kill_process(pid: int, start: int, boot: str) -> None:
    """Kill the very process, if it lives, and return when it is gone."""
    try:
        handle = os.pidfd_open(pid)  # from here on the number cannot be another's
    except OSError:
        return
    try:
        if not is_alive(pid, start, boot):
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            with anyio.move_on_after(_SETTLE_S):
                await anyio.wait_readable(handle)
    finally:
        os.close(handle)


def _marked(marker: str) -> list[int]:
    needle = f"{_MARKER}={marker}".encode()
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if needle in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def collect(pid: int) -> None:
    """Collect a dead guardian where it became our child: where we are pid 1 of a container."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
