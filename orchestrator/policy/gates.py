"""What a gate waits for, who may sign it, when it opens. Pure; the one home of these rules.

Rules
1. A gate opens when its condition holds, its evidence exists, its checks are green on the target's head (for as long as
   `hold` says: they are asked anew meanwhile, and once more at its end) and enough people have signed. Whoever sees it
   first records it. An open gate stays open, unless somebody who may sign revokes it.
2. Signing may come early, counts once a person, and never opens a gate by itself.
3. A rejection holds the gate until someone who may sign approves anew; so does a deadline that has passed.
4. Checks run once everything but signatures holds, and again when the head has moved, until the gate opens.
"""

from collections.abc import Iterable
from enum import StrEnum

from orchestrator.model import conditions as q
from orchestrator.model import events as e
from orchestrator.model.gates import Gate
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import Settings
from orchestrator.model.specs import ENDED, GateSpec, Status
from orchestrator.model.truth import holds, moments_in, names_in
from orchestrator.model.world import Task, World
from orchestrator.policy.people import named
from orchestrator.policy.seat import Seat

FAULT = "FAULT"
_AGAIN_MS = 60_000
"""A check that could not say anything is asked again after so long, and one that must stay green at the earliest."""
_LOOKS = 4
"""How often checks are asked while they must stay green, where that lasts long enough."""


class State(StrEnum):
    """Where a gate stands."""

    WAITING = "waiting"
    READY = "ready"
    """Only people are waited for."""
    OPEN = "open"
    REJECTED = "rejected"
    EXPIRED = "expired"


def state_of(world: World, gate: Gate, now: int) -> State:
    """Say where a gate stands at `now` (milliseconds)."""
    if gate.open:
        return State.OPEN
    if is_rejected(gate):
        return State.REJECTED
    if is_expired(gate, now):
        return State.EXPIRED
    return State.WAITING if any(_before_people(world, gate)) else State.READY


def waiting_for(world: World, gate: Gate, now: int) -> tuple[str, ...]:
    """List what a gate waits for, in words; empty exactly when it is open (or about to be recorded as such)."""
    return () if gate.open else (*_before_people(world, gate), *_of_people(gate, now))


def is_rejected(gate: Gate) -> bool:
    """Say whether the last word about it is a rejection."""
    return bool(gate.signatures) and not gate.signatures[-1].approved


def is_expired(gate: Gate, now: int) -> bool:
    """Say whether its deadline has passed and nobody has approved it since."""
    deadline = gate.spec.deadline
    return deadline is not None and deadline <= now and not any(s.approved and s.at > deadline for s in gate.signatures)


def waits_for_people(world: World, gate: Gate) -> tuple[str, int] | None:
    """Say what of people an unopened gate waits for, and since when; None while work, checks or time come first."""
    spec = gate.spec
    if _unmet(world, spec.requires):
        return None
    if any(path not in world.seen_files for path in spec.evidence):
        return ("evidence", gate.met_since) if gate.met_since is not None else None
    if gate.red_since is not None:
        return "checks", gate.red_since
    if gate.ready_since is None or any(_before_people(world, gate)):
        return None
    return "signatures", gate.ready_since


def signed_by(gate: Gate) -> tuple[str, ...]:
    """Name those whose last word is an approval."""
    return tuple(signature.by for signature in gate.signatures if signature.approved)


def _before_people(world: World, gate: Gate) -> Iterable[str]:
    spec = gate.spec
    yield from _unmet(world, spec.requires)
    yield from (f"evidence {path}" for path in spec.evidence if path not in world.seen_files)
    if not spec.checks:
        return
    if gate.verdict != "PASS" or gate.checked != head_of(world, gate):
        names = gate.failing if gate.failing and gate.checked == head_of(world, gate) else spec.checks
        yield from (f"check {name}" for name in names)
    elif gate.checked_at < _green_at(gate):
        yield f"checks to stay green for {spec.hold_s} s"


def _green_at(gate: Gate) -> int:
    """Give the moment from which its checks have been green for long enough."""
    return (gate.green_since or 0) + (gate.spec.hold_s or 0) * 1000


def _next_look(gate: Gate) -> int | None:
    """Give the moment at which checks are asked again on the head they have spoken about; None: not before it moves."""
    if gate.verdict == FAULT:
        return gate.checked_at + _AGAIN_MS
    green = _green_at(gate)
    if gate.verdict != "PASS" or gate.checked_at >= green:
        return None
    return min(green, gate.checked_at + max(_AGAIN_MS, (gate.spec.hold_s or 0) * 1000 // _LOOKS))


def _of_people(gate: Gate, now: int) -> Iterable[str]:
    if is_rejected(gate):
        last = gate.signatures[-1]
        yield f"a new approval: {last.by} {'revoked' if last.revoked else 'rejected'} it ({last.note})"
    elif is_expired(gate, now):
        yield "a new approval: its deadline has passed" if gate.spec.approvers else "a later deadline: it has passed"
    left = (gate.spec.quorum if gate.spec.approvers else 0) - len(signed_by(gate))
    if left > 0:
        yield f"{left} signature{'s' if left > 1 else ''} of {', '.join(gate.spec.approvers)}"


def _unmet(world: World, condition: q.Condition | None) -> tuple[str, ...]:
    """Name the parts of a condition that are not true."""
    if condition is None or holds(world, condition):
        return ()
    match condition:
        case q.All(of=parts):
            return tuple(name for part in parts for name in _unmet(world, part))
        case q.Any(of=parts):
            return (f"any of {', '.join(name for part in parts for name in _unmet(world, part)) or 'nothing'}",)
        case q.Not(of=part):
            return (f"not {', '.join(names_in(part))}",)
        case q.TaskIs(task=ref, state=state) | q.VerdictIs(task=ref, state=state):
            return (ref if state in {"completed", "PASS"} else f"{ref} {state}",)
        case q.QueueIs(queue=name, state=state):
            return (f"queue {name}" if state == "completed" else f"queue {name} {state}",)
        case _:
            return names_in(condition)


def open_tasks(world: World, gate: Gate) -> tuple[str, ...]:
    """Name the tasks whose end a gate waits for; none where a person or a deadline holds it anyway."""
    condition = gate.spec.requires
    if condition is None or is_rejected(gate):
        return ()
    found: list[str] = []
    for name in names_in(condition):
        queue = world.queues.get(name.removeprefix("queue:")) if name.startswith("queue:") else None
        other = world.gates.get(name.removeprefix("gate:")) if name.startswith("gate:") else None
        found += queue.tasks if queue is not None else ()
        found += open_tasks(world, other) if other is not None and not other.open and other is not gate else ()
        found += (name,) if name in world.tasks else ()
    return tuple(ref for ref in dict.fromkeys(found) if world.tasks[ref].status not in ENDED)


def opens_by_itself(world: World, gate: Gate, now: int, seat: Seat) -> int | None:
    """Give the moment until which waiting may open a gate without people: checks that run, time that passes."""
    if is_rejected(gate) or is_expired(gate, now) or any(_of_people(gate, now)):
        return None
    if gate.checker and seat.alive(gate.checker):
        return now
    if _unmet(world, gate.spec.requires):
        return min((at for at in moments_in(gate.spec.requires or q.All(of=())) if at > now), default=None)
    return _next_look(gate) if gate.checked == head_of(world, gate) or gate.verdict == FAULT else None


SEVERAL = 2
"""With a quorum of so many, people are counted; one signature is one person's in any case."""


# -- who may sign --------------------------------------------------------------------------------------------------


def signer(settings: Settings, spec: GateSpec, who: str) -> str | None:
    """Give the name under which `who` signs: a person or role the gate names, or a person of such a role."""
    folded = {name.casefold(): name for name in spec.approvers}
    if who.casefold() in folded:
        return folded[who.casefold()]
    person = next((p for p in settings.people.values() if p.name.casefold() == who.casefold()), None)
    if person is not None and any(role.casefold() in folded for role in person.roles):
        return person.name
    return None


def may_sign(settings: Settings, spec: GateSpec) -> tuple[str, ...]:
    """Name everybody who may: what the gate names, and the people of these roles.

    Where people are counted a role says nothing of who it is: its people stand in its place, if any are configured.
    """
    found: dict[str, None] = {}
    for name in spec.approvers:
        people = [person.name for person in named(settings, (name,))]
        if spec.quorum < SEVERAL or not people:
            found[name] = None
        found.update(dict.fromkeys(people))
    return tuple(found)


def may_sign_yet(settings: Settings, gate: Gate, now: int) -> tuple[str, ...]:
    """Name those whose signature would count now: who has signed need not, unless all begins anew."""
    done = () if is_rejected(gate) or is_expired(gate, now) else signed_by(gate)
    return tuple(name for name in may_sign(settings, gate.spec) if name not in done)


# -- what follows of its own accord --------------------------------------------------------------------------------


def openings(world: World, now: int) -> tuple[e.Event, ...]:
    """Open the gates for which everything holds; note those that only wait for people from now on."""
    events: list[e.Event] = []
    for gate in world.gates.values():
        if gate.open or is_rejected(gate) or is_expired(gate, now) or any(_before_people(world, gate)):
            continue
        if not any(_of_people(gate, now)):
            events.append(e.GateOpened(gate=gate.id))
        elif gate.ready_since is None:
            events.append(e.GateReady(gate=gate.id))
    return tuple(events)


def expirations(world: World, now: int) -> tuple[e.Event, ...]:
    """Note that deadlines have passed, each once."""
    return tuple(
        e.GateExpired(gate=gate.id, deadline=deadline)
        for gate in world.gates.values()
        if (deadline := gate.spec.deadline) is not None and deadline != gate.lapsed
        if not gate.open and is_expired(gate, now)
    )


def inspections(world: World, now: int, seat: Seat) -> tuple[e.Event, ...]:
    """Take it on to run the checks of a gate on the head of its target, once nothing else stands before them."""
    for gate in world.gates.values():
        if not gate.open and gate.spec.checks and _wants_checks(world, gate, now, seat):
            return (e.GateChecking(gate=gate.id, commit=head_of(world, gate), worker=seat.me),)
    return ()


def _wants_checks(world: World, gate: Gate, now: int, seat: Seat) -> bool:
    head = head_of(world, gate)
    again = _next_look(gate)
    stale = gate.checked != head or (again is not None and again <= now)
    if not head or not stale or (gate.checker and seat.alive(gate.checker)):
        return False
    return not _unmet(world, gate.spec.requires) and all(path in world.seen_files for path in gate.spec.evidence)


def queue_of_gate(world: World, gate: Gate) -> str:
    """Name the queue on whose target a gate's checks run: that of its file, else the project's first."""
    return gate.spec.queue if gate.spec.queue in world.queues else next(iter(world.queues), "")


def head_of(world: World, gate: Gate) -> str:
    """Give the head of the gate's target as last seen; empty where nobody has looked yet."""
    return world.heads.get(queue_of_gate(world, gate), "")


# -- what is looked at outside the journal -------------------------------------------------------------------------


def conditions(world: World) -> Iterable[q.Condition]:
    """Give every condition that something still waits on."""
    yield from (trigger.spec.when for trigger in world.triggers.values())
    yield from (gate.spec.requires for gate in world.gates.values() if not gate.open and gate.spec.requires is not None)
    for queue in world.queues.values():
        if queue.locked and queue.spec.unlock_when is not None:
            yield queue.spec.unlock_when
    yield from (task.spec.when for task in undecided(world) if task.spec.when is not None)


def undecided(world: World) -> Iterable[Task]:
    """Give the tasks whose `when` is still to be asked."""
    tasks = (world.tasks[ref] for ref in world.conditional)
    return (task for task in tasks if task.status is Status.PENDING and not task.attempts)


def wants_a_look(world: World, task: Task) -> bool:
    """Say whether nobody has looked yet, since its target last moved, for the files that a task's `when` names."""
    if task.spec.when is None or task.attempts or holds(world, task.spec.when):
        return False
    files = (name.removeprefix("file:") for name in names_in(task.spec.when) if name.startswith("file:"))
    return queue_of(task.ref) not in world.heads and any(path not in world.seen_files for path in files)


def watched_files(world: World) -> frozenset[str]:
    """Name the paths that conditions and evidence wait for and nobody has seen yet."""
    named = {name.removeprefix("file:") for c in conditions(world) for name in names_in(c) if name.startswith("file:")}
    evidence = {path for gate in world.gates.values() if not gate.open for path in gate.spec.evidence}
    return frozenset((named | evidence) - set(world.seen_files))


def watched_queues(world: World) -> tuple[str, ...]:
    """Name the queues whose target's head a gate with checks, or a `when` that names files, needs to know."""
    gates = (queue_of_gate(world, g) for g in world.gates.values() if not g.open and g.spec.checks)
    whens = ((task.ref, names_in(task.spec.when)) for task in undecided(world) if task.spec.when is not None)
    tasks = (queue_of(ref) for ref, names in whens if any(name.startswith("file:") for name in names))
    return tuple(dict.fromkeys((*gates, *tasks)))


def moments(world: World) -> Iterable[int]:
    """Give the moments (milliseconds) at which time alone may make a condition true or open or hold up a gate."""
    yield from (at for condition in conditions(world) for at in moments_in(condition))
    for gate in world.gates.values():
        if gate.open:
            continue
        if gate.spec.deadline is not None:
            yield gate.spec.deadline
        if (look := _next_look(gate)) is not None:
            yield look


def arrivals(world: World, now: int) -> tuple[e.Event, ...]:
    """Note that a moment some condition names has come, so that it is true from a commit on."""
    come = [at for condition in conditions(world) for at in moments_in(condition) if world.at < at <= now]
    return (e.MomentReached(moment=max(come)),) if come else ()
