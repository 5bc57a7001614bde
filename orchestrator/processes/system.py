"""What this system can hold a program with. Asks a guardian to try it, once; believes no version number alone."""

import functools
import subprocess
import sys
from pathlib import Path

import msgspec

GUARDIAN = Path(__file__).resolve().parents[1] / "guardian" / "__main__.py"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_TRIAL_S = 20.0
_TRUNCATE, _PORTS, _DEVICES, _SCOPES = 3, 4, 5, 6
"""The versions of Landlock that know how to hold these back."""


class Found(msgspec.Struct, frozen=True):
    """What was found: of what does not work why, of what works nothing."""

    landlock: int = 0
    """The version of Landlock the kernel knows."""
    filter: bool = False
    """Whether system calls can be refused on this processor."""
    caged: str = ""
    network: str = ""
    """Whether a run can have a network of its own."""
    namespaces: str = ""
    """Whether it can have processes of its own without bubblewrap."""


@functools.cache
def found() -> Found:
    """Say what works here."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(GUARDIAN), "--probe"],
            cwd="/",
            env={"PATH": PATH},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TRIAL_S,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=Found)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as problem:
        why = f"it could not be tried: {problem}"
        return Found(caged=why, network=why, namespaces=why)


def landlock_complaint() -> str:
    """Say why Landlock does not work here, or nothing."""
    seen = found()
    if seen.landlock == 0:
        return "this kernel has no Landlock, or it is not enabled (the kernel's option lsm=landlock,...)"
    return seen.caged


def landlock_gaps() -> tuple[str, ...]:
    """Say what Landlock cannot hold back with this kernel."""
    seen = found()
    gaps = {
        "sockets in the file system": not seen.filter,
        "cutting files short": seen.landlock < _TRUNCATE and not seen.filter,
        "controlling devices": seen.landlock < _DEVICES,
        "signals to your other processes": seen.landlock < _SCOPES and bool(seen.namespaces),
        "modes and times of your files": bool(seen.namespaces),
        "the command lines of your other processes": bool(seen.namespaces),
        "shared memory of your other processes": bool(seen.namespaces),
    }
    return tuple(name for name, open_ in gaps.items() if open_)


def abstract_sockets_are_held() -> bool:
    """Say whether bubblewrap gets help with sockets that have no file: its network is the system's."""
    return found().landlock >= _SCOPES


def network_complaint() -> str:
    """Say why neither way of limiting the network works here, or nothing."""
    if not found().network or ports_can_be_held():
        return ""
    return f"no network of its own can be made ({found().network}), and Landlock cannot hold ports (Linux 6.7)"


def ports_can_be_held() -> bool:
    """Say whether Landlock and the filter can leave a program one port and nothing else."""
    return found().landlock >= _PORTS and found().filter and not found().caged
