"""Two names change places in one step, and whether somebody is writing. Never decides what to do about either.

Where the system has no exchange it is made of links and renames: then a save by rename that falls between two of them
is lost, which is why the caller looks at the file right before.
"""

import contextlib
import errno
import fcntl
import functools
import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

_AT_FDCWD = -100
_NOREPLACE = 1
_EXCHANGE = 2
_MAC_SWAP = 2
_MAC_EXCL = 4
_NOT_HERE = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM})
"""What a kernel or file system answers that knows no such rename."""


def exchange(one: Path, other: Path) -> None:
    """Let two files on one file system change places. Raises OSError (FileNotFoundError: one of them is missing)."""
    if not exchange_at_once(one, other):
        exchange_by_links(one, other)


def exchange_at_once(one: Path, other: Path) -> bool:
    """Let two files change places in one step, if this system can; False: it cannot, and nothing was changed."""
    return _renamed(one, other, _EXCHANGE, _MAC_SWAP)


def place(new: Path, target: Path) -> None:
    """Give `new` the name `target` if nothing has it. Raises FileExistsError if something has."""
    if not _renamed(new, target, _NOREPLACE, _MAC_EXCL):
        os.link(new, target)
        new.unlink()


def exchange_by_links(one: Path, other: Path) -> None:
    """Do what `exchange` does in three steps, of which the second is the one readers see."""
    aside = one.with_suffix(f".aside{one.suffix}")
    aside.unlink(missing_ok=True)
    try:
        os.link(other, aside)
    except FileNotFoundError:
        raise
    except OSError:  # no hard links here: the name is absent for a moment
        other.rename(aside)
    one.replace(other)
    aside.replace(one)


def being_written(path: Path) -> bool:
    """Say whether some process has the file open for writing; False where the system cannot tell."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and has_writer(descriptor)
    finally:
        os.close(descriptor)


def has_writer(descriptor: int) -> bool:
    """Say the same of a file that is open here, for reading only.

    A read lease is refused exactly then. It is given back at once; whoever opens the file in between waits that long,
    and the signal that tells us so is one that is ignored unless somebody asks for it.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    if not _leased(descriptor):
        return True
    _unleased(descriptor)
    return False


def settled(descriptor: int) -> bytes | None:
    """Give the content of a file that is open here for reading only; None while somebody has it open for writing.

    The lease is held meanwhile: who opens the file for writing waits until it has been read.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return _content(descriptor)
    if not _leased(descriptor):
        return None
    try:
        return _content(descriptor)
    finally:
        _unleased(descriptor)


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _leased(descriptor: int) -> bool:
    """Take a read lease, or find out that there is none to be had here; False: somebody writes."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno != errno.EAGAIN  # others: not ours to lease, or no leases on this file system
    return True


def _unleased(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)


def _renamed(one: Path, other: Path, linux: int, mac: int) -> bool:
    rename = _native()
    if rename is None:
        return False
    if rename(os.fsencode(one), os.fsencode(other), mac if sys.platform == "darwin" else linux) == 0:
        return True
    import ctypes  # noqa: PLC0415 - commands that only read exchange nothing

    code = ctypes.get_errno()
    if code in _NOT_HERE:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


@functools.cache
def _native() -> Callable[[bytes, bytes, int], int] | None:
    import ctypes  # noqa: PLC0415 - commands that only read exchange nothing

    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "renameat2"):
        return lambda one, other, flags: int(libc.renameat2(_AT_FDCWD, one, _AT_FDCWD, other, flags))
    if hasattr(libc, "renamex_np"):
        return lambda one, other, flags: int(libc.renamex_np(one, other, flags))
    return None
