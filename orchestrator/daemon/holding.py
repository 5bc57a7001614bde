"""How agents and checks are held here: the sandbox level, what it does not hold, the network. Changes nothing."""

import shutil

from orchestrator.daemon.machine import bad, doubtful, ok
from orchestrator.model.answers import DoctorLine
from orchestrator.model.egress import Allowed
from orchestrator.model.settings import Settings
from orchestrator.ports.runner import Level
from orchestrator.processes import GuardedRunner, sandbox, system

_UNCONFINED = 'agents can reach everything you can, and "done" is not proof'
_BUBBLEWRAP = "install bubblewrap, and let it make user namespaces (kernel.unprivileged_userns_clone)"
_INPLACE = 'Landlock cannot protect the state in a folder that is worked in itself (workspace = "inplace")'


def level(settings: Settings) -> Level:
    """Say how agents are held here."""
    return GuardedRunner.of(settings).level()


def confinement(settings: Settings) -> tuple[DoctorLine, ...]:
    """Say the sandbox level agents and checks get, and why; what it does not hold; and what of the network is open."""
    return (_sandbox(settings), _network(settings.egress, level(settings)))


def _sandbox(settings: Settings) -> DoctorLine:
    match level(settings):
        case Level.L0:
            return _none(settings)
        case Level.L1:
            return _landlock(settings)
        case Level.L2:
            return _bubblewrap(settings)
        case Level.L3:
            return _wrapper(settings.wrapper[0])


def _none(settings: Settings) -> DoctorLine:
    if settings.sandbox == "none":
        return doubtful(f'sandbox L0, none (sandbox = "none"): {_UNCONFINED}', 'say sandbox = "auto"')
    why = f"{sandbox.complaint()}; {system.landlock_complaint() or _INPLACE}"
    return doubtful(f"sandbox L0, none: {why}; {_UNCONFINED}", _BUBBLEWRAP)


def _landlock(settings: Settings) -> DoctorLine:
    if settings.workspace == "inplace":
        return bad(f'sandbox = "landlock": {_INPLACE}', 'install bubblewrap and say sandbox = "bwrap"')
    complaint = system.landlock_complaint()
    if complaint:
        return bad(f'sandbox = "landlock" does not work: {complaint}', 'say sandbox = "auto"')
    why = f"bubblewrap does not work: {sandbox.complaint()}" if settings.sandbox == "auto" else 'sandbox = "landlock"'
    name = f"sandbox L1, Landlock {system.found().landlock} ({why})"
    gaps = system.landlock_gaps()
    return doubtful(f"{name}; not held: {', '.join(gaps)}", _BUBBLEWRAP) if gaps else ok(name)


def _bubblewrap(settings: Settings) -> DoctorLine:
    complaint = sandbox.complaint()
    if complaint:
        return bad(f'sandbox = "bwrap" does not work: {complaint}', 'install bubblewrap, or say sandbox = "auto"')
    gap = "; not held: abstract sockets of your other programs (Linux 6.12 or egress holds them)"
    held = settings.egress is not None or system.abstract_sockets_are_held()
    return ok(f'sandbox L2, bubblewrap (sandbox = "{settings.sandbox}"){"" if held else gap}')


def _wrapper(program: str) -> DoctorLine:
    if shutil.which(program) is None:
        return bad(f"sandbox L3: the wrapper {program} is not found", "install it or correct [project] sandbox")
    return ok(f"sandbox L3, the wrapper {program}: what it keeps out is yours to say")


def _network(egress: tuple[Allowed, ...] | None, held: Level) -> DoctorLine:
    if egress is None:
        return ok("the network is open to agents and checks (no egress is set)")
    complaint = system.network_complaint()
    if complaint:
        return bad(f"egress cannot be held here: {complaint}", "remove egress, or make one of them possible")
    what = f"network: {len(egress)} allowed, the rest is out of reach"
    if not held.holds:
        return doubtful(f"{what}, but at {held} an agent can get round it", _BUBBLEWRAP)
    if not system.found().network:
        return ok(what)
    return doubtful(
        f"{what} but for servers elsewhere on the very port of the proxy, and so are programs' own servers: "
        f"no network of its own can be made ({system.found().network})",
        "let user namespaces be made (kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)",
    )
