"""What a mount namespace of our own is made of, where bubblewrap does not do it. Never mounts in anybody else's.

With Landlock it only adds: what that does not know (owners, modes and times of files, terminals, shared memory) is held
by mounts where they can be made.
"""

import ctypes
import os

from orchestrator.guardian import kernel

_SLAVE = 0x80000 | 0x4000
"""Recursively: the system's later mounts show, ours do not leave."""
_BIND = 0x1000 | 0x4000
_NO_SETUID, _NO_DEVICES, _NO_EXECUTION = 0x2, 0x4, 0x8
_SET_ATTRIBUTES, _HERE, _RECURSIVELY = 442, -100, 0x8000
_READ_ONLY = 1
_SHARED_MEMORY, TERMINALS = "/dev/shm", "/dev/pts"  # noqa: S108  # what stands there is ours


def show_own_processes() -> None:
    """Show this PID namespace's own processes in /proc; from here on no mount of ours leaves."""
    kernel.libc("mount", b"none", b"/", None, ctypes.c_ulong(_SLAVE), None)
    _mount(b"proc", "/proc", _NO_SETUID | _NO_DEVICES | _NO_EXECUTION, b"")


def hold_files(writable: list[str]) -> None:
    """Make everything read-only but what is named, and give shared memory and terminals of our own."""
    for path in writable:
        kernel.libc("mount", path.encode(), path.encode(), None, ctypes.c_ulong(_BIND), None)
    _set_attributes("/", _READ_ONLY, 0)
    for path in writable:
        _set_attributes(path, 0, _READ_ONLY)
    _mount(b"tmpfs", _SHARED_MEMORY, _NO_SETUID | _NO_DEVICES, b"mode=1777")
    _mount(b"devpts", TERMINALS, _NO_SETUID | _NO_EXECUTION, b"newinstance,ptmxmode=0666,mode=620")
    kernel.libc("mount", f"{TERMINALS}/ptmx".encode(), b"/dev/ptmx", None, ctypes.c_ulong(_BIND), None)


def own(paths: list[str]) -> list[str]:
    """Leave out of paths that are to be writable those that will be mounts of our own."""
    return [path for path in paths if path != _SHARED_MEMORY and os.path.exists(path)]


def _mount(kind: bytes, where: str, flags: int, options: bytes) -> None:
    kernel.libc("mount", b"none", where.encode(), kind, ctypes.c_ulong(flags), options or None)


def _set_attributes(path: str, given: int, taken: int) -> None:
    attributes = (ctypes.c_uint64 * 4)(given, taken, 0, 0)
    arguments = (ctypes.c_long(_HERE), path.encode(), ctypes.c_long(_RECURSIVELY), attributes, ctypes.c_long(32))
    kernel.syscall(_SET_ATTRIBUTES, *arguments)
