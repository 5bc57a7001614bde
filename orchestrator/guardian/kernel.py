"""What the guardian asks of the system: process attributes, namespaces, the table of processes, signals.

Never signals a process outside the tree it was given, and waits for nothing but the death of what it killed.
"""

import contextlib
import ctypes
import errno
import os
import signal
import time
from collections.abc import Callable, Iterable

MARKER = "ORCHESTRATOR_RUN"
SETTLE_S = 10.0
AGAIN_S = 0.002
_NEWNS, _NEWUSER, _NEWPID, _NEWNET = 0x00020000, 0x10000000, 0x20000000, 0x40000000
_NEWUTS, _NEWIPC = 0x04000000, 0x08000000
_PDEATHSIG, _CHILD_SUBREAPER = 1, 36
_CPU_FIELDS = slice(11, 15)
"""utime, stime, cutime, cstime in `/proc/PID/stat`, counted from the state."""
_PPID, _START = 1, 19
_TRACES = 5
_ARGUMENTS = 45


# -- process attributes and namespaces -----------------------------------------------------------------------------


def libc(name: str, *args: object) -> None:
    """Call into libc; raises OSError with its errno."""
    function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if function is None:
        raise OSError(errno.ENOSYS, f"{name}: this system has none")
    if function(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def syscall(number: int, *args: object) -> int:
    """Make a system call libc has no name for; raises OSError."""
    answer = int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *args))
    if answer < 0:
        problem = ctypes.get_errno()
        raise OSError(problem, f"system call {number}: {os.strerror(problem)}")
    return answer


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process where the system knows it."""
    with contextlib.suppress(OSError):  # a system without it goes without: the pipes and the sweep remain
        libc("prctl", option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3)


def be_called(old: str, new: str) -> None:
    """Show another command line from the argument `old` on, where it fits and the system shows what stands there."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        with open("/proc/self/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        with open("/proc/self/cmdline", "rb") as shown:
            line = shown.read()
        place = line.index(b"\0" + os.fsencode(old) + b"\0") + 1
        name = os.fsencode(new).ljust(len(line) - place, b"\0")
        if len(name) == len(line) - place:
            ctypes.memmove(int(fields[_ARGUMENTS]) + place, name, len(name))


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it dies."""
    prctl(_PDEATHSIG, signal.SIGKILL)


def take_terminal(handle: int) -> None:
    """Make a terminal this session's own, so that its keys reach whoever is in its foreground."""
    import fcntl  # noqa: PLC0415 - few runs have a terminal, and every start would pay for it
    import termios  # noqa: PLC0415 - as above

    fcntl.ioctl(handle, termios.TIOCSCTTY, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies."""
    prctl(_CHILD_SUBREAPER, 1)


def limit(resource: int, most: int) -> None:
    """Set the most of a resource this process and its children may ever use; where it is less already, that stays."""
    with contextlib.suppress(OSError):  # it may only be lowered
        libc("setrlimit", resource, (ctypes.c_ulong * 2)(most, most))


def leave_namespaces(*, as_user: bool, network: bool, all_else: bool) -> None:
    """Leave for new PID and mount namespaces, a network, all else; `as_user` in a user namespace with our own ids."""
    more = (_NEWNET if network else 0) | (_NEWUTS | _NEWIPC if all_else else 0)
    _leave(_NEWPID | _NEWNS | more, as_user=as_user)


def leave_network() -> None:
    """Leave for a network of our own, in a user namespace where we may not otherwise."""
    try:
        _leave(_NEWNET, as_user=False)
    except PermissionError:
        _leave(_NEWNET, as_user=True)


def _leave(namespaces: int, *, as_user: bool) -> None:
    uid, gid = os.getuid(), os.getgid()
    libc("unshare", namespaces | (_NEWUSER if as_user else 0))
    maps = (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1"))
    for name, text in maps if as_user else ():
        with open(f"/proc/self/{name}", "w", encoding="ascii") as stream:
            stream.write(text)


# -- the table of processes ----------------------------------------------------------------------------------------


def boot_id() -> str:
    """Name this boot of the machine, so that a pid of another is never believed."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
            return stream.read().strip()
    except OSError:
        return ""


def _stat(pid: int | str) -> list[str]:
    """Give `/proc/PID/stat` after the program's name: state, ppid, ...; empty if there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            return stream.read().decode("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return []


def start_time(pid: int | str) -> int:
    """Give field 22: when the process started, in ticks since boot; 0 if there is no such process."""
    fields = _stat(pid)
    return int(fields[_START]) if fields else 0


def _pids() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def family(root: int) -> dict[int, list[str]]:
    """Give the live processes below `root`, without it: pid to stat fields. Zombies are dead.

    What is just being born or dying may be missed; whoever needs them all asks again until nobody is left to wait for.
    """
    below = _born_of if os.path.exists(f"/proc/self/task/{os.getpid()}/children") else _in_table()
    found: dict[int, list[str]] = {}
    parents = [root]
    while parents:
        for pid in below(parents.pop()):
            if pid not in found and (fields := _stat(pid)):
                parents.append(pid)
                found[pid] = fields
    return {pid: fields for pid, fields in found.items() if fields[0] not in "ZX"}


def _born_of(parent: int) -> list[int]:
    """Ask the kernel for the children of one process: costs nothing for the thousands that are not ours."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{parent}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{parent}/task/{thread}/children", "rb") as stream:
                found.extend(map(int, stream.read().split()))
    return found


def _in_table() -> Callable[[int], list[int]]:
    """Read the whole table of processes, where the kernel was built without lists of children."""
    table: dict[int, list[int]] = {}
    for pid in _pids():
        if fields := _stat(pid):
            table.setdefault(int(fields[_PPID]), []).append(pid)
    return lambda parent: table.get(parent, [])


def is_below(root: int, pid: int) -> bool:
    """Say whether a process is in the tree of `root`. One that is gone counts as in it: nobody vouches for it."""
    ends = {root, 1, 0}
    for _ in range(_TRACES):  # a parent that dies on the way hands its children on: the next trace finds whom to
        at = pid
        while at not in ends and (fields := _stat(at)):
            at = int(fields[_PPID])
        if at in ends:
            return at == root
    return True


def children(found: dict[int, list[str]], parent: int) -> dict[int, list[str]]:
    """Give those of a family whose parent this is."""
    return {pid: fields for pid, fields in found.items() if int(fields[_PPID]) == parent}


def cpu_seconds(root: int) -> float:
    """Add up the processor time of the tree: the living, and the dead that were waited for."""
    everyone = (*family(root).values(), _stat(root))
    return sum(int(field) for fields in everyone for field in fields[_CPU_FIELDS]) / os.sysconf("SC_CLK_TCK")


def marked(marker: str) -> list[int]:
    """List the other live processes whose environment carried the marker when they started."""
    needle = f"{MARKER}={marker}".encode()
    found: list[int] = []
    for pid in _pids():
        try:
            with open(f"/proc/{pid}/environ", "rb") as stream:
                if needle in stream.read().split(b"\0") and pid != os.getpid():
                    found.append(pid)
        except OSError:
            continue
    return found


# -- signals -------------------------------------------------------------------------------------------------------


def send(targets: Iterable[int], number: int) -> None:
    """Signal every process that still is and that we may signal."""
    for pid in targets:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _wake_only(_number: int, _frame: object) -> None:
    """Do nothing: that a handler ran is what writes to the descriptor."""


def wake_on_child() -> int:
    """Give a descriptor that becomes readable with every signal that has a handler; SIGCHLD gets one."""
    wake, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, _wake_only)
    return wake


def forget_signals() -> None:
    """Give a forked process the signal handling a program expects to start with."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def kill_all(agent: int = 0) -> list[int]:
    """Kill every descendant until there is none; killed parents hand theirs to us. Gives those that would not die."""
    deadline = time.monotonic() + SETTLE_S
    left: dict[int, list[str]] = {}
    while time.monotonic() < deadline:
        left = family(os.getpid())
        send(left, signal.SIGKILL)
        if agent and not left:  # no /proc here: its process group is what can be reached
            send([-agent], signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return []
        time.sleep(AGAIN_S)
    return sorted(left)


def sweep(marker: str) -> list[int]:
    """Kill every process that carries the marker until there is none. Gives those that would not die."""
    deadline = time.monotonic() + SETTLE_S
    while (left := marked(marker)) and time.monotonic() < deadline:
        send(left, signal.SIGKILL)
        time.sleep(AGAIN_S)
    return left
