"""The guardian's files in a run folder: the lock, the records, the socket.

Everything is reached through the folder's descriptor; no link an agent planted is followed.
"""

import contextlib
import fcntl
import json
import os
import socket
import time
from typing import Any

RECORD_ROOM = 4096
_LOCK_PAUSE_S = 0.005
_OWN = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class Refusal(Exception):  # noqa: N818  # not an error: the answer to whoever asked for the start
    """The run is not guarded; `kind` is `refused` (another does, or it has ended) or `fault` (the environment)."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def lock(folder: int, patience_s: float) -> int:
    """Take the folder's lock or refuse; a moment's patience, because looking at a run takes the lock for one."""
    handle = os.open("guardian.lock", _OWN, 0o600, dir_fd=folder)
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Refusal("refused", "another guardian holds this run; adopt it or stop it") from None
            time.sleep(_LOCK_PAUSE_S)
        else:
            return handle


def clear_end(folder: int, *, again: bool) -> None:
    """Refuse a run whose end is recorded, or forget that end to run it again."""
    with contextlib.suppress(FileNotFoundError):
        os.stat("exit.json", dir_fd=folder)
        if not again:
            raise Refusal("refused", "this run has ended: exit.json is its record; use a folder of its own for another")
        os.unlink("exit.json", dir_fd=folder)


def listen(folder: int) -> socket.socket:
    """Listen on `guardian.sock`, bound from inside the folder: paths of sockets must be short."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink("guardian.sock", dir_fd=folder)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    os.fchdir(folder)
    door.bind("guardian.sock")
    os.chdir("/")
    door.listen(64)
    door.setblocking(False)
    return door


def reserve(folder: int, name: str) -> None:
    """Take the room a record will need from the disk now, under the record's temporary name."""
    handle = os.open(f"{name}.part", _OWN, 0o600, dir_fd=folder)
    try:
        os.posix_fallocate(handle, 0, RECORD_ROOM)
    finally:
        os.close(handle)


def write(folder: int, name: str, content: dict[str, Any], *, synced: bool) -> None:
    """Replace a file atomically, and durably where somebody may come back for it."""
    part = f"{name}.part"
    payload = json.dumps(content).encode() + b"\n"
    handle = os.open(part, _OWN, 0o600, dir_fd=folder)
    try:
        os.pwrite(handle, payload, 0)
        os.ftruncate(handle, len(payload))
        if synced:
            os.fsync(handle)
    finally:
        os.close(handle)
    os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    if synced:
        os.fsync(folder)


def tidy(folder: int) -> None:
    """Remove what served only while the run lasted: the socket, and the log if nothing went wrong."""
    for name, wanted in (("guardian.sock", True), ("guardian.log", os.fstat(2).st_size == 0)):
        if wanted:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
