"""Why a task does not run: exactly one reason for every task that is neither ended nor running.

The rules stand in their order of rank; the first that applies is the reason. Claiming asks the same rules, so what
`status` says and what the daemon does cannot differ.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum

import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import ENDED, Status
from orchestrator.model.truth import dependency_met
from orchestrator.model.world import Step, Task, World
from orchestrator.policy import budgets, catchup, handoff, resources, rollback
from orchestrator.policy.accounts import BY_A_PERSON, shut, waits_for
from orchestrator.policy.gates import waiting_for
from orchestrator.policy.holds import conflicting, foreseen
from orchestrator.policy.limits import earliest, is_fresh, is_human, notice_ends
from orchestrator.policy.requests import awaited
from orchestrator.policy.seat import Seat, running
from orchestrator.policy.taking import Taken
from orchestrator.policy.visits import holder
from orchestrator.policy.yielding import Patience, patience


class Code(StrEnum):
    """The reasons, in order of rank."""

    PERSON = "person"
    FAULT = "fault"
    ORPHAN = "orphan"
    GATE = "gate"
    DEPENDENCY = "dependency"
    LOCKED = "locked"
    PAUSED = "paused"
    PARKED = "parked"
    TIME = "time"
    BUDGET = "budget"
    CONFLICT = "conflict"
    READY = "ready"


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why, on whom or what, since and until when (milliseconds), in words."""

    code: Code
    on: tuple[str, ...] = ()
    since: int = 0
    until: int | None = None
    text: str = ""


BLOCKED = "blocked: waits for a decision"
"""Why a task is blocked that says nothing itself: one that came so in its file."""
Rule = Callable[[World, Task, int, Seat], Reason | None]


def reason_for(
    world: World, task: Task, now: int, seat: Seat, *, probe: bool = False, at_work: Taken | None = None
) -> Reason | None:
    """Give the reason, or None when the task is ended or running.

    `probe` looks past a fault that is due for a try; `at_work` is what claims have taken, where somebody knows already.
    """
    if task.status in ENDED or running(world, task.ref, seat):
        return None
    for rule in _RULES:
        if probe and rule is _fault:
            continue
        if (reason := rule(world, task, now, seat)) is not None:
            return reason
    clash = at_work.clash(task) if at_work is not None else conflicting(world, task, now, seat)
    if clash is not None:
        return Reason(code=Code.CONFLICT, on=clash.on, since=task.since, text=clash.text)
    on, text = foreseen(world, task, seat)
    later = f", after others of its priority: {text}" if on else ""
    return Reason(code=Code.READY, on=on, since=task.since, text=f"could start now{later}")


def _person(world: World, task: Task, _now: int, seat: Seat) -> Reason | None:
    if (held := holder(task, seat)) is not None:
        text = f"{held.by} is attached to it; it goes on when they have left"
        return Reason(code=Code.PERSON, on=(f"person:{held.by}",), since=held.since, text=text)
    if task.status is Status.BLOCKED:
        return Reason(code=Code.PERSON, since=task.since, text=task.reason or BLOCKED)
    if task.awaits and seat.scope.interactive:
        asked = " ".join(task.awaits)
        text = f"waits for an answer to {asked}: `orchestrator inbox`, then `orchestrator answer {task.ref} TEXT`"
        since = min((q.at for q in task.questions if q.id in task.awaits), default=task.since)
        return Reason(code=Code.PERSON, since=since, text=text)
    if (request := awaited(task)) is not None:
        text = f"waits for a person to merge {request.url}"
        return Reason(
            code=Code.PERSON, on=(request.url,), since=request.opened or request.seen, until=task.not_before, text=text
        )
    if is_human(world, task, seat) and all(dependency_met(world, d) for d in task.spec.dependencies):
        who = task.spec.owner or "a person"
        since = _free_since(world, task)
        return Reason(code=Code.PERSON, since=since, text=f"waits for {who} to do it: `orchestrator done`")
    return None


def _free_since(world: World, task: Task) -> int:
    """Say since when nothing stands before a task any more."""
    stops = [world.gates.get(name.removeprefix("gate:")) or world.tasks.get(name) for name in task.spec.dependencies]
    return max(task.since, *(stop.since for stop in stops if stop is not None), 0)


def _fault(world: World, task: Task, _now: int, _seat: Seat) -> Reason | None:
    park = world.queues[queue_of(task.ref)].park
    if park is None or park.code != "fault":
        return None
    return Reason(code=Code.FAULT, since=park.since, until=park.until, text=park.text)


def _account_fault(world: World, task: Task, now: int, seat: Seat) -> Reason | None:
    return _account(world, task, now, seat, Code.FAULT)


def _account_limit(world: World, task: Task, now: int, seat: Seat) -> Reason | None:
    return _account(world, task, now, seat, Code.PARKED)


def _account(world: World, task: Task, now: int, seat: Seat, code: Code) -> Reason | None:
    """Say that no agent the task may get may be called: by a person's fault, or for a while."""
    if code is Code.FAULT and not any(park.code in BY_A_PERSON for park in world.accounts.values()):
        return None
    hold = None if _has_worked(task) else waits_for(world, task, now, seat)
    if hold is None or hold.fault is not (code is Code.FAULT):
        return None
    return Reason(code=code, on=(hold.on,), since=hold.since or task.since, until=hold.until, text=hold.text)


def _has_worked(task: Task) -> bool:
    """Say whether what comes next needs no agent any more: work that is there is judged and lands all the same."""
    return task.attempt is not None and task.attempt.step not in {Step.PREPARE, Step.START}


def _orphan(_world: World, task: Task, _now: int, _seat: Seat) -> Reason | None:
    if task.status is not Status.IN_PROGRESS:
        return None
    worker = task.claim.worker if task.claim else "nobody"
    return Reason(code=Code.ORPHAN, since=task.since, text=f"its worker {worker} is gone: any `run` takes it over")


def _gate(world: World, task: Task, now: int, _seat: Seat) -> Reason | None:
    gates = tuple(d for d in task.spec.dependencies if d.startswith("gate:") and not dependency_met(world, d))
    if not gates:
        return None
    text = f"waits for {', '.join(gates)} to open{_first(world, gates[0], now)}"
    return Reason(code=Code.GATE, on=gates, since=task.since, text=text)


def _first(world: World, name: str, now: int) -> str:
    """Say what the first of the gates waits for."""
    gate = world.gates.get(name.removeprefix("gate:"))
    waits = waiting_for(world, gate, now) if gate is not None else ()
    return f": {', '.join(waits[:_NAMED])}{' ...' if len(waits) > _NAMED else ''}" if waits else ""


_NAMED = 4


def _dependency(world: World, task: Task, _now: int, _seat: Seat) -> Reason | None:
    unmet = tuple(d for d in task.spec.dependencies if not dependency_met(world, d))
    if not unmet:
        return _missing(world, task)
    red = [gate for gate in handoff.shut(world, task) if gate.spec.of in unmet]
    if len(red) == len(unmet):
        since = max(world.tasks[gate.spec.of].since for gate in red)
        text = "; ".join(handoff.words(world, gate) for gate in red)
        return Reason(code=Code.DEPENDENCY, on=unmet, since=since, text=text)
    return Reason(code=Code.DEPENDENCY, on=unmet, since=task.since, text=f"waits for {', '.join(unmet)}")


def _missing(world: World, task: Task) -> Reason | None:
    """Say that what it builds on was not there as it was to begin."""
    missed = handoff.missed(world, task)
    if not missed or task.lack is None:
        return None
    names = ", ".join(f"{path} of {ref}" for ref, path in missed)
    text = f"waits for {names}: missing or empty in the target ({task.lack.base[:12]}); it begins once that holds it"
    on = tuple(dict.fromkeys(ref for ref, _ in missed))
    return Reason(code=Code.DEPENDENCY, on=on, since=task.lack.since, text=text)


def _overtaken(world: World, task: Task, now: int, seat: Seat) -> Reason | None:
    return None if not world.overtaking or _has_worked(task) else over_catch_up(world, task, now, seat)


def over_catch_up(world: World, task: Task, now: int, seat: Seat) -> Reason | None:
    """Say that a late arrival overtakes the task: no iteration of it starts until that one has ended."""
    for name in catchup.ahead(world, task.ref):
        if _gets_on(world, world.tasks[name], now, seat):
            since = max(task.since, world.overtaking[name].since)
            return Reason(code=Code.DEPENDENCY, on=(name,), since=since, text=f"lets {name} catch up first")
    return None


def _gets_on(world: World, task: Task, now: int, seat: Seat) -> bool:
    """Say whether a late arrival, or a task it needs, gets on: nobody waits for one that does not."""
    if running(world, task.ref, seat):
        return True
    reason = reason_for(world, task, now, seat) if _is_served(task, now, seat) else None
    if reason is None:
        return False
    if reason.code is Code.DEPENDENCY:
        return any(_gets_on(world, world.tasks[name], now, seat) for name in reason.on if name in world.tasks)
    return reason.code in {Code.READY, Code.ORPHAN} or (reason.code is Code.CONFLICT and reason.until is None)


def _is_served(task: Task, now: int, seat: Seat) -> bool:
    """Say whether a live process would take it: another one, or this one while it takes anything."""
    queue = queue_of(task.ref)
    if any(queues is None or queue in queues for peer, queues in seat.peers.items() if peer != seat.me):
        return True
    return seat.serves(task.ref) and not seat.draining and not seat.sated() and budgets.run_over(seat, now) is None


def _locked(world: World, task: Task, _now: int, _seat: Seat) -> Reason | None:
    queue = world.queues[queue_of(task.ref)]
    if not queue.locked:
        return None
    return Reason(
        code=Code.LOCKED, on=(queue.name,), since=queue.since, text=f"queue {queue.name} is locked until it is unlocked"
    )


def _paused(world: World, task: Task, now: int, _seat: Seat) -> Reason | None:
    queue = world.queues[queue_of(task.ref)]
    if rollback.is_held(queue):
        since = queue.rollback.since if queue.rollback is not None else task.since
        return Reason(code=Code.PAUSED, on=(queue.name,), since=since, text=rollback.words(queue))
    if not queue.paused:
        return None
    if queue.rolled_back:
        text = rollback.words_after(queue)
        return Reason(code=Code.PAUSED, on=(queue.name,), since=queue.paused_since, text=text)
    until = queue.paused_until
    if until is not None and until <= now:
        return None
    goes_on = f"`orchestrator resume {queue.name}`{'' if until is None else ', or by itself when its time has come'}"
    text = f"queue {queue.name} is paused: {goes_on}"
    return Reason(code=Code.PAUSED, on=(queue.name,), since=queue.paused_since, until=until, text=text)


def _parked(world: World, task: Task, now: int, _seat: Seat) -> Reason | None:
    park = world.queues[queue_of(task.ref)].park
    if park is None or park.code != "parked" or park.until <= now:
        return None
    return Reason(code=Code.PARKED, since=park.since, until=park.until, text=park.text)


def _time(_world: World, task: Task, now: int, seat: Seat) -> Reason | None:
    until = earliest(task)
    if until <= now:
        return None if _has_worked(task) else over_hours(task, now, seat)
    told = f": {len(task.told)} task(s) are told" if task.told else ""
    text = f"its notice is running{told}" if until == notice_ends(task) else "its start has not come"
    return Reason(code=Code.TIME, since=task.since, until=until, text=text)


def over_hours(task: Task, now: int, seat: Seat) -> Reason | None:
    """Say that the hours of the task's queue are over: no iteration of it starts until they begin again."""
    name = queue_of(task.ref)
    queue = seat.settings.queues.get(name)
    closed = shut(f"queue {name}", queue.hours, now, seat) if queue is not None else None
    if closed is None:
        return None
    text, until = closed
    return Reason(code=Code.TIME, since=task.since, until=until, text=text)


def _budget(world: World, task: Task, now: int, seat: Seat) -> Reason | None:
    return None if _has_worked(task) else over_budget(world, task, now, seat)


def over_budget(world: World, task: Task, now: int, seat: Seat) -> Reason | None:
    """Say which budget keeps the task's next iteration from starting; None while there is room."""
    gauge = budgets.over(world, task, now, seat)
    if gauge is None:
        return None
    on = (gauge.name,) if gauge.scope == "queue" else ()
    return Reason(code=Code.BUDGET, on=on, since=task.since, until=gauge.until, text=budgets.words(gauge))


def _lock(world: World, task: Task, now: int, seat: Seat) -> Reason | None:
    return None if _has_worked(task) else over_lock(world, task, now, seat)


def over_lock(world: World, task: Task, now: int, seat: Seat) -> Reason | None:
    """Say that somebody has locked what the task shares: no iteration of it starts until that ends."""
    held = resources.locked_out(world, task, now, seat.settings)
    if held is None:
        return None
    on = (f"lock:{held.resource}",)
    return Reason(code=Code.CONFLICT, on=on, since=held.since, until=held.until, text=resources.words(held))


def first_of(world: World, task: Task, others: Iterable[str], now: int, seat: Seat) -> Patience | None:
    """Say whom of others a task lets go first that could start: one that somebody would do then, and could."""
    if not is_fresh(task) or seat.scope.task is not None or seat.only is not None:
        return None
    return patience(world, task, others, now, seat.alive, lambda other, at: _starts_by(world, other, at, now, seat))


def _starts_by(world: World, task: Task, at: int, now: int, seat: Seat) -> bool:
    """Say whether nothing but what it waits for holds up a task of an open queue at a moment."""
    reasons = (rule(world, task, now, seat) for rule in _BESIDES)
    return _is_served(task, now, seat) and all(one is None or (one.until or at + 1) <= at for one in reasons)


def _yields(world: World, task: Task, now: int, seat: Seat) -> Reason | None:
    """Say that it lets another go first, which will want what it would take."""
    first = first_of(world, task, task.yields, now, seat) if task.yields else None
    if first is None:
        return None
    text = f"lets {first.to} go first, as planned: all that one waits for is under way"
    return Reason(code=Code.CONFLICT, on=(first.to,), since=first.since, until=first.until, text=text)


_RULES: tuple[Rule, ...] = (
    _person,
    _fault,
    _account_fault,
    _orphan,
    _gate,
    _dependency,
    _overtaken,
    _locked,
    _paused,
    _parked,
    _account_limit,
    _time,
    _budget,
    _lock,
    _yields,
)
_BESIDES: tuple[Rule, ...] = (_account_fault, _account_limit, _time, _budget, _lock)
"""What may hold up a task beside what stands before it and the state of its queue."""
