"""What every probe is made with. Standard library only: it runs where nothing of ours is."""

import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

C = SimpleNamespace()
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = ctypes.c_void_p
PROBES: dict[str, tuple[str, Callable[[], Any]]] = {}
MACHINE = os.uname().machine


class NothingToTry(Exception):  # noqa: N818  # not an error: a system without the thing
    """The system does not have what the probe is after."""


def probe(group: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register an attempt; it got out if it gives something true."""

    def register(attempt: Callable[[], Any]) -> Callable[[], Any]:
        PROBES[attempt.__name__.strip("_").replace("_", "-")] = (group, attempt)
        return attempt

    return register


def read(path: str) -> bool:
    return Path(path).read_bytes()[:4] != b""


def append(path: str) -> bool:
    with Path(path).open("ab") as stream:
        stream.write(b"\nescaped\n")
    return True


def call(name: str, *args: Any) -> int:
    """Call into libc; raises OSError."""
    answer = int(getattr(LIBC, name)(*args))
    if answer < 0:
        raise OSError(ctypes.get_errno(), name)
    return answer


def is_permitted(name: str, *args: Any) -> bool:
    """Call something that cannot succeed but is refused before that to who may not."""
    try:
        call(name, *args)
    except OSError as problem:
        return problem.errno not in (errno.EPERM, errno.EACCES, errno.ENOSYS)
    return True
