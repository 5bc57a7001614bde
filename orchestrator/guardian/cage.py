"""What a process gives up for good, before it becomes the agent: Landlock, system calls, capabilities, key rings.

Says what it could not do by raising OSError; never goes on with less than it was told. What the kernel's Landlock does
not know yet, `doctor` says; it is left out here.
"""

import ctypes
import os
import stat
from typing import TypedDict

from orchestrator.guardian import calls, kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _BENEATH, _PORT = 1, 1, 2
_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _CUT, _CONTROL = 1 << 13, 1 << 14, 1 << 15
_MAKE_DEVICES = 1 << 6 | 1 << 11
_FIRST = (1 << 13) - 1
"""What version 1 knows of files."""
_OF_FILES = _EXECUTE | _WRITE | _READ | _CUT | _CONTROL
_CONNECT = 1 << 1
_SCOPES = 1 << 0 | 1 << 1
"""Abstract sockets and signals, of whoever is outside."""
_SECCOMP, _FILTER, _NO_NEW_PRIVILEGES = 22, 2, 38
_DROP, _AMBIENT, _CLEAR_ALL = 24, 47, 4
_CAPABILITIES, _CAP_VERSION = 64, 0x20080522
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_JOIN_RING = 1


class Cage(TypedDict):
    """What is left to a program. `files` False: everything, as far as Landlock goes."""

    files: bool
    read: list[str]
    write: list[str]
    devices: list[str]
    outputs: list[str]
    """Single files it may write to."""
    ports: list[int] | None
    """TCP ports it may connect to; None: any."""
    calls: list[str]
    """Groups of system calls it is refused."""
    version: int
    """The newest version of Landlock to make use of."""


def version() -> int:
    """Give the version of Landlock the kernel knows; 0 where there is none."""
    try:
        return kernel.syscall(_CREATE, None, ctypes.c_long(0), ctypes.c_long(_VERSION))
    except OSError:
        return 0


def enter(cage: Cage) -> None:
    """Give up what the cage does not leave; this process and all it becomes or starts never get it back."""
    leave_keys()
    drop_capabilities()
    restrict(cage)
    refuse_calls(cage)


def leave_keys() -> None:
    """Leave the session's ring of keys behind."""
    number = _KEYCTL.get(os.uname().machine)
    if number is not None:
        try:
            kernel.syscall(number, ctypes.c_long(_JOIN_RING), None)
        except OSError:
            return  # a kernel without keys


def drop_capabilities() -> None:
    """Give up root's powers, also those a program's file would give back."""
    for number in range(_CAPABILITIES):
        try:
            kernel.libc("prctl", _DROP, *[ctypes.c_ulong(value) for value in (number, 0, 0, 0)])
        except OSError:
            break  # not ours to drop, or beyond the last
    kernel.prctl(_AMBIENT, _CLEAR_ALL)
    header, none = (ctypes.c_uint32 * 2)(_CAP_VERSION, 0), (ctypes.c_uint32 * 6)()
    kernel.libc("capset", header, none)


def restrict(cage: Cage) -> None:
    """Keep to the cage's files and ports, and from signalling and reaching who is outside."""
    known = min(version(), cage["version"])
    rules = _rights(known) if cage["files"] else 0
    ports = _CONNECT if cage["ports"] is not None and known >= 4 else 0  # noqa: PLR2004  # the version that knows ports
    scopes = _SCOPES if known >= 6 else 0  # noqa: PLR2004  # the version that knows scopes
    if not rules | ports | scopes:
        return
    kernel.prctl(_NO_NEW_PRIVILEGES, 1)
    attributes = (ctypes.c_uint64 * 3)(rules, ports, scopes)
    size = 8 * (3 if known >= 6 else 2 if known >= 4 else 1)  # noqa: PLR2004  # as those versions know
    ruleset = kernel.syscall(_CREATE, attributes, ctypes.c_long(size), ctypes.c_long(0))
    read = _EXECUTE | _READ | _LIST
    for paths, rights in (
        (cage["read"], read),
        (cage["write"], rules & ~(_MAKE_DEVICES | _CONTROL)),
        (cage["devices"], read | _WRITE | _CUT | _CONTROL),
        (cage["outputs"], _WRITE | _CUT),
    ):
        for path in paths:
            _allow(ruleset, path, rights & rules)
    for port in cage["ports"] or () if ports else ():
        rule = (ctypes.c_uint64 * 2)(_CONNECT, port)
        kernel.syscall(_ADD, ctypes.c_long(ruleset), ctypes.c_long(_PORT), rule, ctypes.c_long(0))
    kernel.syscall(_RESTRICT, ctypes.c_long(ruleset), ctypes.c_long(0))
    os.close(ruleset)


def refuse_calls(cage: Cage) -> None:
    """Have the kernel refuse the cage's system calls."""
    filters = calls.program(cage["calls"], os.uname().machine)
    if filters and cage["calls"]:
        kernel.prctl(_NO_NEW_PRIVILEGES, 1)
        kept = ctypes.create_string_buffer(filters, len(filters))
        steps = _Program(len(filters) // 8, ctypes.cast(kept, ctypes.c_void_p))
        kernel.libc("prctl", _SECCOMP, ctypes.c_ulong(_FILTER), ctypes.byref(steps), *[ctypes.c_ulong(0)] * 2)


class _Program(ctypes.Structure):
    _fields_ = (("steps", ctypes.c_ushort), ("first", ctypes.c_void_p))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def _rights(known: int) -> int:
    """Give all rights to files this version of Landlock can hold back."""
    later = ((2, _REFER), (3, _CUT), (5, _CONTROL))
    return (_FIRST if known else 0) | sum(right for since, right in later if known >= since)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Allow something beneath a path; what is gone needs no leave."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        kind = stat.S_ISDIR(os.fstat(handle).st_mode)
        rule = _Beneath(rights if kind else rights & _OF_FILES, handle)
        if rule.rights:
            kernel.syscall(_ADD, ctypes.c_long(ruleset), ctypes.c_long(_BENEATH), ctypes.byref(rule), ctypes.c_long(0))
    finally:
        os.close(handle)
