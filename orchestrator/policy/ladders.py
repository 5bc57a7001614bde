"""Who is told when people are waited for too long, and what an acknowledgement does. Pure; the one home of these rules.

Rules
1. What waits is a gate that stands because of people, or a task whose reason is a person. A wait is known by what it is
   for and since when: what waits for something else, or anew, begins its ladder at the first rung.
2. A rung is told once in a wait, whoever is first to record it. Rungs are known by their words: a ladder may be edited.
3. Who acknowledges stops the ladder of this wait, for good or until a moment; that time is taken out of its age.
4. An acknowledgement is a word about a wait. It signs nothing, decides nothing, and lets nothing start.
"""

from collections.abc import Iterable, Iterator

import msgspec

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.gates import Gate
from orchestrator.model.ladders import Ladder, wait_key
from orchestrator.model.specs import Rung, Status
from orchestrator.model.world import Task, World
from orchestrator.policy.gates import is_expired, is_rejected, waiting_for, waits_for_people
from orchestrator.policy.reasons import Code, reason_for
from orchestrator.policy.seat import Seat

GATE = "gate:"
_NAMED = 4


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """That people are waited for: what about, what for, since when, and who is told in turn."""

    about: str
    cause: str
    since: int
    text: str
    rungs: tuple[Rung, ...]


# -- what waits ----------------------------------------------------------------------------------------------------


def of_gate(world: World, gate: Gate, now: int) -> Wait | None:
    """Give what a gate waits for of people, if it is they who keep it shut."""
    found = _cause(world, gate, now)
    if found is None:
        return None
    cause, since = found
    needs = waiting_for(world, gate, now)
    text = f"{', '.join(needs[:_NAMED])}{' ...' if len(needs) > _NAMED else ''}"
    return Wait(about=f"{GATE}{gate.id}", cause=cause, since=since, text=text, rungs=gate.spec.escalate)


def _cause(world: World, gate: Gate, now: int) -> tuple[str, int] | None:
    if gate.open:
        return None
    if is_rejected(gate):
        return "rejected", gate.signatures[-1].at
    if is_expired(gate, now):
        return "expired", gate.spec.deadline or 0
    return waits_for_people(world, gate)


def of_task(world: World, task: Task, now: int, seat: Seat) -> Wait | None:
    """Give what a task waits for of a person; somebody who is attached to it is there already."""
    reason = reason_for(world, task, now, seat)
    if reason is None or reason.code is not Code.PERSON or any(name.startswith("person:") for name in reason.on):
        return None
    cause = "blocked" if task.status is Status.BLOCKED else "person"
    since = max(reason.since, task.spec.start or 0)
    return Wait(about=task.ref, cause=cause, since=since, text=reason.text, rungs=task.spec.escalate)


def _waits(world: World, tasks: Iterable[str], now: int, seat: Seat) -> Iterator[Wait]:
    """Give the waits that have a ladder; `tasks` are those that have one and may wait for a person."""
    for gate in world.gates.values():
        if gate.spec.escalate and (wait := of_gate(world, gate, now)) is not None:
            yield wait
    for ref in tasks:
        task = world.tasks.get(ref)
        if task is not None and (wait := of_task(world, task, now, seat)) is not None:
            yield wait


# -- how far its ladder is -----------------------------------------------------------------------------------------


def ladder_of(world: World, wait: Wait) -> Ladder:
    """Give how far the ladder of a wait was climbed."""
    return world.ladders.get(wait_key(wait.about, wait.cause, wait.since)) or Ladder()


def rests(ladder: Ladder, now: int) -> bool:
    """Say whether somebody has acknowledged it, so that nobody further is told."""
    return bool(ladder.seen_by) and (ladder.seen_until is None or now < ladder.seen_until)


def following(wait: Wait, ladder: Ladder) -> Iterator[tuple[int, Rung]]:
    """Give the rungs that are still to be told, each with the moment at which it is due."""
    if ladder.seen_by and ladder.seen_until is None:
        return
    told = {(step.after_s, step.notify) for step in ladder.told}
    slept = ladder.rested
    if ladder.seen_by and ladder.seen_until is not None:
        slept += max(0, ladder.seen_until - ladder.seen_at)
    for rung in wait.rungs:
        if (rung.after_s, rung.notify) not in told:
            yield wait.since + slept + rung.after_s * 1000, rung


def raises(world: World, tasks: Iterable[str], now: int, seat: Seat) -> tuple[e.Event, ...]:
    """Tell the rungs that are due."""
    return tuple(
        _raised(wait, rung)
        for wait in _waits(world, tasks, now, seat)
        if not rests(ladder := ladder_of(world, wait), now)
        for due, rung in following(wait, ladder)
        if due <= now
    )


def _raised(wait: Wait, rung: Rung) -> e.EscalationRaised:
    gate, task = _about(wait.about)
    return e.EscalationRaised(
        cause=wait.cause,
        since=wait.since,
        after_s=rung.after_s,
        notify=rung.notify,
        text=wait.text,
        gate=gate,
        task=task,
    )


def _about(about: str) -> tuple[str, str]:
    return (about.removeprefix(GATE), "") if about.startswith(GATE) else ("", about)


def moments(world: World, tasks: Iterable[str], now: int, seat: Seat) -> Iterator[int]:
    """Give the moments at which time alone makes a rung due."""
    for wait in _waits(world, tasks, now, seat):
        yield from (due for due, _ in following(wait, ladder_of(world, wait)))


# -- acknowledging -------------------------------------------------------------------------------------------------


def acknowledged(world: World, ask: c.Acknowledge, now: int, seat: Seat) -> tuple[e.Event, ...] | c.Refusal:
    """Record that somebody sees to what waits, or say why that would stop nothing."""
    wait = _found(world, ask.about, now, seat)
    if isinstance(wait, c.Refusal):
        return wait
    if not wait.rungs:
        return c.Refusal(f'{wait.about} has no ladder, so nobody further would be told; give it one: "escalate"')
    until = ask.until if ask.within_ms is None else now + ask.within_ms
    if until is not None and until <= now:
        return c.Refusal("that moment has passed; name one that comes, or none")
    gate, task = _about(wait.about)
    words = e.EscalationAcknowledged(
        cause=wait.cause, since=wait.since, by=ask.by, until=until, note=ask.note, gate=gate, task=task
    )
    return (words,)


def _found(world: World, about: str, now: int, seat: Seat) -> Wait | c.Refusal:
    gate, name = _about(about)
    if gate:
        known = world.gates.get(gate)
        if known is None:
            return c.Refusal(f"there is no gate {gate} (known: {', '.join(world.gates) or 'none'})")
        wait = of_gate(world, known, now)
    else:
        task = world.tasks.get(name)
        if task is None:
            return c.Refusal(f"there is no task {name}; `orchestrator status` lists them")
        wait = of_task(world, task, now, seat)
    return wait if wait is not None else c.Refusal(f"nobody is waited for: `orchestrator explain {about}`")
