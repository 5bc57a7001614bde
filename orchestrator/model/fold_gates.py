"""How gates follow from the journal, and what conditions have seen outside it. See `fold` for the rules."""

from functools import singledispatch

from orchestrator.model import events as e
from orchestrator.model.gates import Gate, Signature
from orchestrator.model.world import World


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold an event about a gate, a target, a file or time."""


def _touch(world: World, gate: str) -> None:
    world.touched[f"gate:{gate}"] = None


@fold.register
def _(event: e.GateDefined, world: World) -> None:
    gate = world.gates.setdefault(event.gate, Gate(id=event.gate, spec=event.spec, since=world.at))
    if gate.spec.checks != event.spec.checks:
        gate.forget_checks()
    gate.spec = event.spec
    world.gate_specs.setdefault(event.gate, []).append((world.seq, event.spec))
    world.definitions += 1
    _touch(world, event.gate)


@fold.register
def _(event: e.GateRemoved, world: World) -> None:
    world.gates.pop(event.gate, None)
    world.gate_specs.setdefault(event.gate, []).append((world.seq, None))
    world.definitions += 1


@fold.register
def _(event: e.GateApproved, world: World) -> None:
    _sign(world, event.gate, Signature(by=event.by, at=world.at, approved=True, note=event.note))


@fold.register
def _(event: e.GateRejected, world: World) -> None:
    _sign(world, event.gate, Signature(by=event.by, at=world.at, approved=False, note=event.reason))


@fold.register
def _(event: e.GateRevoked, world: World) -> None:
    gate = world.gates.get(event.gate)
    if gate is None:
        return
    gate.signatures = [signature for signature in gate.signatures if signature.by != event.by]
    if gate.open:
        gate.open, gate.since, gate.ready_since = False, world.at, None
        gate.forget_checks()
        word = Signature(by=event.by, at=world.at, approved=False, revoked=True, note=event.reason)
        gate.signatures.append(word)
    _touch(world, event.gate)


def _sign(world: World, gate_id: str, signature: Signature) -> None:
    if gate := world.gates.get(gate_id):
        gate.signatures = [*(s for s in gate.signatures if s.by != signature.by), signature]
        gate.ready_since = gate.ready_since if signature.approved else None
        _touch(world, gate_id)


@fold.register
def _(event: e.GateReady, world: World) -> None:
    if gate := world.gates.get(event.gate):
        gate.ready_since = world.at
        _touch(world, event.gate)


@fold.register
def _(event: e.GateExpired, world: World) -> None:
    if gate := world.gates.get(event.gate):
        gate.lapsed = event.deadline
        _touch(world, event.gate)


@fold.register
def _(event: e.GateOpened, world: World) -> None:
    if gate := world.gates.get(event.gate):
        gate.open, gate.since, gate.checker = True, world.at, ""
        _touch(world, event.gate)


@fold.register
def _(event: e.GateChecking, world: World) -> None:
    if gate := world.gates.get(event.gate):
        gate.checker, gate.checking = event.worker, event.commit
        gate.tries += 1


@fold.register
def _(event: e.GateChecked, world: World) -> None:
    gate = world.gates.get(event.gate)
    if gate is None:
        return
    gate.checker, gate.checked, gate.checked_at = "", event.commit, world.at
    gate.verdict, gate.findings, gate.note = event.verdict, event.findings, event.note
    gate.failing = tuple(check.name for check in event.checks if check.report != "PASS")
    if event.verdict != "PASS":
        gate.green_since, gate.ready_since = None, None
        gate.red_since = world.at if gate.red_since is None else gate.red_since
    else:
        gate.green_since = world.at if gate.green_since is None else gate.green_since
        gate.red_since = None
    _touch(world, event.gate)


@fold.register
def _(event: e.TargetMoved, world: World) -> None:
    world.heads.update(dict.fromkeys(event.queues, event.commit))


@fold.register
def _(event: e.TaskMerged, world: World) -> None:
    # nobody has looked yet at what lies there now; on another target the next look says the same once more
    world.heads = {queue: head for queue, head in world.heads.items() if head == event.commit}


@fold.register
def _(event: e.FileSeen, world: World) -> None:
    world.seen_files.setdefault(event.path, world.seq)
