"""Starts guardians: asks the interpreter that has imported theirs to fork one, or starts an interpreter for it.

A fork costs a thirtieth of a start. The nursery holds nothing and knows nothing of the guardians it made: one that died
is replaced by the next start, and where none can be had a guardian is started by itself.
"""

import contextlib
import os
import socket
import subprocess
import sys
import weakref
from collections.abc import Sequence
from pathlib import Path

from orchestrator.processes.system import GUARDIAN, PATH

_PADDING = " " * 1024
"""Room for the name of a run folder: each guardian is called after its own."""


class Nursery:
    """One runner's. It ends with this object, or with the process."""

    def __init__(self) -> None:
        self._close: weakref.finalize[[int], Nursery] | None = None
        self._door = -1

    def start(self, folder: Path, streams: Sequence[int]) -> None:
        """Start a guardian of the folder with these descriptors as its stdin, stdout and stderr. Raises OSError."""
        if self._ask(folder, streams) or (self._open() and self._ask(folder, streams)):
            return
        _start([str(folder)], streams)

    def _ask(self, folder: Path, streams: Sequence[int]) -> bool:
        """Ask for a guardian; False: nobody is there to hear it."""
        if self._door < 0:
            return False
        with socket.socket(fileno=os.dup(self._door)) as door, contextlib.suppress(OSError):
            socket.send_fds(door, [os.fsencode(folder)], list(streams), socket.MSG_NOSIGNAL | socket.MSG_DONTWAIT)
            return True
        return False

    def _open(self) -> bool:
        if sys.platform != "linux":  # elsewhere the fork of an interpreter is not safe
            return False
        if self._close is not None:
            self._close()
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with mine, theirs:
            nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
            try:
                _start(["--nursery", _PADDING], (theirs.fileno(), nothing, nothing))
            finally:
                os.close(nothing)
            self._door = mine.detach()
        self._close = weakref.finalize(self, os.close, self._door)
        return True


def _start(words: list[str], streams: Sequence[int]) -> None:
    """Start the interpreter; it inherits three descriptors and nothing of the environment, and detaches at once."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", str(GUARDIAN), *words],
        cwd="/",
        env={"PATH": PATH},
        stdin=streams[0],
        stdout=streams[1],
        stderr=streams[2],
        start_new_session=True,
    ):
        pass
