"""What this system lets a guardian do, tried in children that end with the trial. Changes nothing; says it as JSON."""

import contextlib
import json
import os
import socket
import sys
from collections.abc import Callable

from orchestrator.guardian import cage, calls, kernel, mounts, network

_NOTHING_LEFT: cage.Cage = {
    "files": True,
    "read": ["/"],
    "write": [],
    "devices": [],
    "outputs": [],
    "ports": None,
    "calls": ["keys"],
    "version": 1 << 10,
}


def main() -> None:
    """Print what was found: versions as numbers, what does not work with its reason, what works with nothing."""
    found = {
        "landlock": cage.version(),
        "filter": bool(calls.program(["keys"], os.uname().machine)),
        "caged": _tried(_be_caged),
        "network": _tried(_leave_network),
        "namespaces": _tried(_leave_namespaces),
    }
    sys.stdout.write(json.dumps(found) + "\n")


def _be_caged() -> None:
    """Enter a cage and see that it holds."""
    cage.enter(_NOTHING_LEFT)
    with contextlib.suppress(PermissionError):
        os.close(os.open(os.devnull, os.O_WRONLY))
        raise OSError("it holds nothing back")


def _leave_network() -> None:
    kernel.leave_network()
    mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with mine, theirs:
        network.make_doors([network.PROXY_PORT], theirs)


def _leave_namespaces() -> None:
    kernel.leave_namespaces(as_user=os.getuid() != 0, network=False, all_else=True)
    problem = _tried(_mount)  # only a child is in the new PID namespace
    if problem:
        raise OSError(problem)


def _mount() -> None:
    mounts.show_own_processes()
    mounts.hold_files([])


def _tried(trial: Callable[[], None]) -> str:
    """Try something in a child, and give why it did not work, or nothing."""
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            trial()
        except (OSError, AttributeError) as problem:  # what another system's library or Python does not have
            os.write(say, str(getattr(problem, "strerror", None) or problem).encode())
        finally:
            os._exit(0)
    os.close(say)
    with os.fdopen(hear, "rb") as stream:
        said = stream.read().decode("utf-8", "replace")
    status = os.waitpid(child, 0)[1]
    return said if status == 0 or said else f"it ended with {os.waitstatus_to_exitcode(status)}"
