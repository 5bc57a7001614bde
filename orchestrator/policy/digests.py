"""When people are told how things stand at set times, and what they are told. Pure; the one home of these rules.

Rules
1. Whichever live process first sees that a set time has come records it, once: what it tells stands in that commit.
2. A time that came while nothing ran is caught up when something does: only the last of each kind, and it tells of all
   that happened since the one before. A project that is younger than the time is told of nothing.
3. Who is told: `[notify] urls`, and people who chose the kind; where nobody can be reached nothing is recorded.
4. Everything in it follows from the world; `report --standup` says the same at any time.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from orchestrator.model import events as e
from orchestrator.model.hours import Appointment
from orchestrator.model.messages import DIGESTS, Tally
from orchestrator.model.settings import Settings
from orchestrator.model.specs import SATISFIES, Status
from orchestrator.model.spending import usd
from orchestrator.model.world import Queue, Task, World
from orchestrator.policy import hours, people
from orchestrator.policy.ladders import of_gate
from orchestrator.policy.plan import Plan, make_plan
from orchestrator.policy.reasons import Code, reason_for
from orchestrator.policy.seat import Seat

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_AHEAD_MS = {"standup": _DAY_MS, "daily": 7 * _DAY_MS}
"""How far a digest looks for what is due."""
_NAMED, _NEXT = 8, 3
_WORDS = ("completed", "started", "failed", "blocked", "skipped", "added")
_STUCK = frozenset({Code.PERSON, Code.FAULT})
Section = tuple[str, list[str]]


def owed(world: World, now: int, seat: Seat) -> tuple[e.Event, ...]:
    """Give the digest whose time has come and that nobody has told yet."""
    if not people.addresses(seat.settings) or not world.queues:
        return ()
    born = min(queue.since for queue in world.queues.values())
    for kind in DIGESTS:
        moment = hours.last(_times(seat.settings, kind), now, seat.zone)
        if moment is not None and moment > max(born, world.post.tallies.get(kind, Tally()).moment):
            text = said(world, kind, now, seat)
            title = f"{kind} of {_local(moment, seat.zone)}"
            return (e.DigestDue(kind=kind, moment=moment, title=title, text=text),)
    return ()


def moments(now: int, seat: Seat) -> Iterator[int]:
    """Give the moments the next ones are due."""
    if people.addresses(seat.settings):
        for kind in DIGESTS:
            coming = hours.coming(_times(seat.settings, kind), now, seat.zone)
            yield from () if coming is None else (coming,)


def _times(settings: Settings, kind: str) -> tuple[Appointment, ...]:
    return settings.notify.standup if kind == "standup" else settings.notify.daily


def said(world: World, kind: str, now: int, seat: Seat) -> str:
    """Say how things stand, as plain text."""
    lines: list[str] = []
    for heading, rows in sections(world, kind, now, seat):
        shown = rows[:_NAMED] + ([f"and {len(rows) - _NAMED} more"] if len(rows) > _NAMED else [])
        lines += ["", f"{heading}:", *(f"- {row}" for row in shown)] if heading else shown
    return "\n".join(lines)


def sections(world: World, kind: str, now: int, seat: Seat) -> list[Section]:
    """Give the parts of a digest that have something to say: a heading and its lines."""
    tally = world.post.tallies.get(kind, Tally())
    plan = make_plan(world, seat, now)
    found: list[Section] = [
        ("", [_headline(world), _happened(tally, seat.zone)]),
        *((word, [_titled(world, ref) for ref in reversed(tally.names.get(word, []))]) for word in _WORDS[:1]),
        ("under way", [_under_way(task, now) for task in world.tasks.values() if task.status is Status.IN_PROGRESS]),
        ("waits", [*_stuck(world, now, seat), *_gates(world, now)]),
        ("late", [f"{name}, due {_local(due, seat.zone)}" for due, name in _dates(world, 0, now)]),
        ("due", [f"{name}, {_local(due, seat.zone)}" for due, name in _dates(world, now, now + _AHEAD_MS[kind])]),
    ]
    if kind == "daily":
        found += [
            ("teams", [_team(world, queue, tally) for queue in world.queues.values() if queue.tasks]),
            ("critical path", [" -> ".join(plan.critical_path)] if plan.critical_path else []),
        ]
    found.append(("next", list(_next(world, plan))))
    return [section for section in found if section[1]]


def _headline(world: World) -> str:
    count = sum(1 for task in world.tasks.values() if task.status in SATISFIES)
    return f"{count} of {len(world.tasks)} tasks are done ({_percent(count, len(world.tasks))} %)"


def _happened(tally: Tally, zone: tzinfo) -> str:
    parts = [f"{tally.counts[word]} {word}" for word in _WORDS if tally.counts.get(word)]
    judged, passed = (sum(column) for column in zip((0, 0), *tally.verdicts.values(), strict=True))
    if judged:
        parts.append(f"{passed} of {judged} verdicts PASS")
    if tally.micros:
        parts.append(f"{usd(tally.micros):.2f} USD")
    since = f"since {_local(tally.since, zone)}" if tally.since else "since the beginning"
    return f"{since}: {', '.join(parts) or 'nothing happened'}"


def _team(world: World, queue: Queue, tally: Tally) -> str:
    done = sum(1 for ref in queue.tasks if world.tasks[ref].status in SATISFIES)
    judged, passed = tally.verdicts.get(queue.name, (0, 0))
    rate = f", {_percent(passed, judged)} % of {judged} verdicts PASS" if judged else ""
    return (
        f"{queue.spec.title or queue.name}: {done} of {len(queue.tasks)} ({_percent(done, len(queue.tasks))} %){rate}"
    )


def _under_way(task: Task, now: int) -> str:
    who = task.spec.owner or task.agent
    return f"{_named(task)}{f' ({who})' if who else ''}, for {_age(now - task.since)}"


def _stuck(world: World, now: int, seat: Seat) -> Iterator[str]:
    """Tell of tasks that wait for a person or a fault, the oldest first, and what they hold up."""
    reasons = ((task, reason_for(world, task, now, seat)) for task in world.tasks.values())
    found = [(task, reason) for task, reason in reasons if reason is not None and reason.code in _STUCK]
    for task, reason in sorted(found, key=lambda pair: pair[0].since):
        held = len(world.dependents.get(task.ref, ()))
        who = f" [{task.spec.owner}]" if task.spec.owner else ""
        rest = f"; holds up {held}" if held else ""
        yield f"{task.ref}{who}, for {_age(now - task.since)}: {' '.join(reason.text.split())[:200]}{rest}"


def _gates(world: World, now: int) -> Iterator[str]:
    for gate in world.gates.values():
        if (wait := of_gate(world, gate, now)) is not None:
            yield f"{wait.about}, for {_age(now - wait.since)}: {wait.text}"


def _dates(world: World, after: int, until: int) -> Iterable[tuple[int, str]]:
    tasks = world.tasks.values()
    named = [(t.spec.due, _named(t)) for t in tasks if t.status not in SATISFIES and t.spec.due is not None]
    named += [(g.spec.deadline, f"gate:{g.id}") for g in world.gates.values() if not g.open and g.spec.deadline]
    return sorted((due, name) for due, name in named if after < due <= until)


def _next(world: World, plan: Plan) -> Iterator[str]:
    waiting = [slot.task for slot in plan.played.slots if world.tasks[slot.task].status is Status.PENDING]
    yield from (_titled(world, ref) for ref in waiting[:_NEXT])


def _titled(world: World, ref: str) -> str:
    task = world.tasks.get(ref)
    return _named(task) if task is not None else ref


def _named(task: Task) -> str:
    title = " ".join((task.spec.title or task.spec.description).split())[:80]
    return f"{task.ref} {title}".strip()


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _age(ms: int) -> str:
    left = max(0, ms)
    if left >= 2 * _DAY_MS:
        return f"{left // _DAY_MS} days"
    return f"{left // _HOUR_MS} h" if left >= _HOUR_MS else f"{left // 60_000} min"


def _local(at: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at / 1000, zone).strftime("%a %Y-%m-%d %H:%M")
