"""System calls a program is refused for good: what Landlock and bubblewrap know nothing of. Pure: it makes filters.

A filter is a list of refusals; what none of them names is allowed. On a processor that is not in the tables there is
none, and `program` says so. Programs of a second system interface (32 bit, x32) find nothing there, unless only slight
things are refused.

Groups: `keys`, the kernel's key rings, which cross every border; `terminal`, typing into it; `limits`, what others may
use; `ipc`, memory and queues by number; `rings`, io_uring, which no filter sees through; `unix`, sockets in the file
system; `inet`, of the network all but TCP; `cuts`, cutting files short by name, which Landlock does not know before its
third version.
"""

import errno
import os
import struct

_MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "open": (2, None),
    "ioctl": (16, 29),
    "socket": (41, 198),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "socketpair": (53, 199),
    "truncate": (76, 45),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "semop": (65, 193),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "semtimedop": (220, 192),
    "mq_open": (240, 180),
    "prlimit64": (302, 261),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "openat": (257, 56),
    "sendmmsg": (307, 269),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "openat2": (437, 437),
}
"""In the order of the machines."""
_IPC = ("shmget", "shmat", "semget", "semop", "semtimedop", "msgget", "msgsnd", "msgrcv", "mq_open")
_OTHER_INTERFACE = 0x40000000

_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_STREAM, _DATAGRAM, _KIND = 1, 2, 0xF
_TCP = 6
_FAST_OPEN = 0x20000000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_ACCESS, _CUT = 3, os.O_TRUNC

Condition = tuple[int, int, tuple[int, ...], bool]
"""An argument's number, a mask, values, and whether the masked argument must be among them or must not."""
Refusal = tuple[str, tuple[Condition, ...]]

_WHOLE = 0xFFFFFFFF
_ANY_INET: Condition = (0, _WHOLE, (_INET, _INET6), True)
GROUPS: dict[str, tuple[Refusal, ...]] = {
    "keys": (("add_key", ()), ("request_key", ()), ("keyctl", ())),
    "terminal": (("ioctl", ((1, _WHOLE, (_TIOCSTI, _TIOCLINUX), True),)),),
    "limits": (("prlimit64", ((0, _WHOLE, (0,), False),)),),
    "ipc": tuple((name, ()) for name in _IPC),
    "rings": (("io_uring_setup", ()), ("io_uring_enter", ()), ("io_uring_register", ())),
    "unix": (
        ("socket", ((0, _WHOLE, (_UNIX,), True),)),
        ("socketpair", ((1, _KIND, (_DATAGRAM,), True),)),  # the one kind of pair that can be led elsewhere
    ),
    "inet": (
        ("socket", ((0, _WHOLE, (_UNIX, _INET, _INET6, _NETLINK), False),)),
        ("socket", (_ANY_INET, (1, _KIND, (_STREAM,), False))),
        ("socket", (_ANY_INET, (2, _WHOLE, (0, _TCP), False))),
        ("sendto", ((3, _FAST_OPEN, (_FAST_OPEN,), True),)),  # connects without a call of that name
        ("sendmsg", ((2, _FAST_OPEN, (_FAST_OPEN,), True),)),
        ("sendmmsg", ((3, _FAST_OPEN, (_FAST_OPEN,), True),)),
    ),
    "cuts": (
        ("truncate", ()),
        ("openat2", ()),  # its flags lie where no filter looks; programs fall back on openat
        ("open", ((1, _CUT, (_CUT,), True), (1, _ACCESS, (os.O_RDONLY,), True))),
        ("openat", ((2, _CUT, (_CUT,), True), (2, _ACCESS, (os.O_RDONLY,), True))),
    ),
}

_SLIGHT = {"keys", "terminal"}
"""What is not worth keeping programs of a second system interface out for."""

_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN, _JUMP = 0x20, 0x15, 0x35, 0x54, 0x06, 0x05
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NUMBER_AT, _MACHINE_AT, _ARGS_AT = 0, 4, 16

Step = tuple[int, int, int, int]
"""Operation, steps to skip if so, steps to skip if not, operand."""


def program(groups: list[str], machine: str) -> bytes:
    """Give the filter for these groups, or nothing where the machine is not known."""
    if machine not in _MACHINES:
        return b""
    place = list(_MACHINES).index(machine)
    missing = _ALLOW if set(groups) <= _SLIGHT else _REFUSE | errno.ENOSYS
    steps: list[Step] = [(_LOAD, 0, 0, _MACHINE_AT), (_EQUAL, 1, 0, _MACHINES[machine]), (_RETURN, 0, 0, missing)]
    steps += [(_LOAD, 0, 0, _NUMBER_AT), (_AT_LEAST, 0, 1, _OTHER_INTERFACE), (_RETURN, 0, 0, missing)]
    for group in groups:
        for name, conditions in GROUPS[group]:
            number = _NUMBERS[name][place]
            if number is not None:
                steps += _refusal(number, conditions, errno.ENOSYS if name == "openat2" else errno.EPERM)
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _refusal(number: int, conditions: tuple[Condition, ...], code: int) -> list[Step]:
    """Refuse one call where all conditions hold; skip to the next refusal where one does not."""
    steps: list[Step] = [(_RETURN, 0, 0, _REFUSE | code)]
    for argument, mask, values, wanted in reversed(conditions):
        test: list[Step] = [(_LOAD, 0, 0, _ARGS_AT + 8 * argument), (_AND, 0, 0, mask)]
        for place, value in enumerate(values):
            hit = len(values) - place - 1  # to the step after the last comparison
            last = not hit
            away = len(steps)
            if wanted:
                test.append((_EQUAL, hit, away if last else 0, value))
            else:
                test.append((_EQUAL, hit + away, 0, value))
        steps = [*test, *steps]
    return [(_LOAD, 0, 0, _NUMBER_AT), (_EQUAL, 0, len(steps), number), *steps]
