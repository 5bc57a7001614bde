"""What a tree may use of memory and processes: a ceiling for each process at once, and a count of all by looking.

Works without any privilege. Never looks at a run that was given no limits, and never counts shared pages twice.
"""

import contextlib
import os

from orchestrator.guardian import kernel
from orchestrator.guardian.launch import Launch

LOOK_S = 0.25
_DATA, _CORE = 2, 4
_BURST = 2
"""One process may reserve this many times the tree's memory: stacks of threads are reserved and hardly used."""
_KIB = 1024
_RESIDENT, _SHARED = 1, 2


def confine(launch: Launch) -> None:
    """Set what this process and all its children may use; a core dump would be taken for work."""
    kernel.limit(_CORE, 0)
    if launch["max_memory"]:
        kernel.limit(_DATA, _BURST * launch["max_memory"])


def are_set(launch: Launch) -> bool:
    """Say whether there is anything to count."""
    return bool(launch["max_memory"] or launch["max_processes"])


def excess(root: int, launch: Launch) -> str:
    """Name the limit the tree below `root` has gone beyond: `processes`, `memory`, or nothing."""
    tree = kernel.family(root)
    if 0 < launch["max_processes"] < len(tree):
        return "processes"
    most = launch["max_memory"]
    # what forked processes still share is counted once for each at first; only where that is too much, looked at well
    if 0 < most < sum(map(_at_most, tree)) and most < sum(map(_precisely, tree)):
        return "memory"
    return ""


def _at_most(pid: int) -> int:
    """Give the bytes of memory of its own a process has at most."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/statm", "rb") as stream:
        fields = stream.read().split()
        return (int(fields[_RESIDENT]) - int(fields[_SHARED])) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _precisely(pid: int) -> int:
    """Give its share of what it and others use; where that may not be seen, what it has at most."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as stream:
            shares = [line.split()[1] for line in stream if line.startswith(b"Pss_Anon:")]
        return int(shares[0]) * _KIB
    except (OSError, IndexError):
        return _at_most(pid)
