"""From a level to what a guardian is told: mounts, a cage, doors, and how the tree is held together. Starts nothing.

Every way is tried before it is promised: a level that does not work here is a fault that says so, never a lesser one.
"""

import os
import stat
from pathlib import Path

import msgspec

from orchestrator.errors import FaultError
from orchestrator.model.egress import Allowed
from orchestrator.ports.runner import Launch, Level
from orchestrator.processes import landlock, sandbox, system
from orchestrator.processes.landlock import Cage

_NEVER = ("keys", "terminal")
_CAGED = (*_NEVER, "limits", "ipc", "rings", "unix")
_PORTS_ONLY = ("rings", "inet")
_KNOWS_CUTS = 3


class Egress(msgspec.Struct, frozen=True):
    """What may be reached, and what keeps the tree from all else, as the guardian's `egress` reads it."""

    how: str
    rules: tuple[Allowed, ...]


class Confinement(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a launch that confines."""

    sandbox: tuple[str, ...]
    cage: Cage | None
    egress: Egress | None
    isolation: tuple[str, ...]


def detect() -> Level:
    """Say the best level that works here."""
    if not sandbox.complaint():
        return Level.L2
    return Level.L0 if system.landlock_complaint() else Level.L1


def confine(
    launch: Launch, level: Level, allowed: tuple[Allowed, ...] | None, real_home: str, isolation: tuple[str, ...]
) -> Confinement:
    """Say how a launch is confined. Raises FaultError where this system cannot."""
    own = sandbox.Home(launch.run_dir, launch.home, launch.tmp, launch.env.get("PATH", ""))
    egress = None if allowed is None else Egress(_how(), allowed)
    return Confinement(
        sandbox=_bubblewrap(launch, own, real_home) if level is Level.L2 else (),
        cage=_cage(launch, level, own, real_home, ports=egress is not None and egress.how == "ports"),
        egress=egress,
        isolation=isolation,
    )


def _bubblewrap(launch: Launch, own: sandbox.Home, real_home: str) -> tuple[str, ...]:
    problem = sandbox.complaint()
    if problem:
        raise FaultError(f'bubblewrap does not work here: {problem}; repair it or set sandbox = "auto"')
    argv = sandbox.bwrap_argv(sandbox.program(), launch.place, own, real_home)
    return tuple(word for word in argv if not (launch.terminal and word == sandbox.NEW_SESSION))


def _cage(launch: Launch, level: Level, own: sandbox.Home, real_home: str, *, ports: bool) -> Cage | None:
    """Give what the program's process gives up itself; under bubblewrap what that does not take."""
    calls = _PORTS_ONLY if ports else ()
    match level:
        case Level.L1:
            problem = system.landlock_complaint()
            if problem:
                raise FaultError(f'Landlock does not work here: {problem}; repair it or set sandbox = "auto"')
            outputs = () if launch.redact else (launch.stdout, launch.stderr)
            cage = landlock.cage_of(launch.place, own, real_home, outputs)
            cuts = ("cuts",) if system.found().landlock < _KNOWS_CUTS else ()
            return msgspec.structs.replace(cage, calls=tuple(dict.fromkeys((*_CAGED, *cuts, *calls))))
        case Level.L2:
            return Cage(calls=(*_NEVER, *calls), version=0 if _is_setuid() else landlock.NEWEST)
        case Level.L0 | Level.L3:
            return Cage(calls=calls) if ports else None


def _is_setuid() -> bool:
    """Say whether bubblewrap needs powers its file gives it: then nothing may be given up before it has them."""
    try:
        return os.getuid() != 0 and bool(Path(sandbox.program()).stat().st_mode & stat.S_ISUID)
    except OSError:
        return False


def _how() -> str:
    """Say what keeps a tree from the network."""
    problem = system.network_complaint()
    if problem:
        raise FaultError(f"egress cannot be held here: {problem}; remove egress or make one of them possible")
    return "ports" if system.found().network else "namespace"
