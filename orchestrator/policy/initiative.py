"""What a process does of its own accord: one small commit at a time, as a function of the world.

Rules, in order; the first that has something to say is appended, expecting the very world it was decided on:
1. what is owed: gates that open or expire, unlocks, triggers, rollbacks, actions, checks of gates, rungs, messages;
2. lanes whose wait is over;
3. own attempts: begin the next iteration, fail at the limit, release when draining, board the train;
4. orphans: tasks whose worker is gone are taken over on the same attempt;
5. further attempts beside one under way, requests on a code host that are due for a look;
6. tasks whose upstream has failed, where they are to be skipped or to fail with it, and people's whose `when` is false;
7. new claims, most urgent first, of equals rather one that will not conflict with what runs.
On conflict nothing of it was stored and everything is asked again.
"""

from collections.abc import Callable
from typing import assert_never

from orchestrator.model import events as e
from orchestrator.model.ids import queue_of, ref_of_lane
from orchestrator.model.specs import (
    Action,
    Add,
    Notify,
    PauseQueue,
    ResumeQueue,
    RunAction,
    Status,
    Unlock,
    WriteRecord,
)
from orchestrator.model.spending import Spent
from orchestrator.model.world import LANDING, Attempt, Queue, Step, Task, Trigger, World
from orchestrator.policy import announcing, catchup, digests, ladders, resources, rollback
from orchestrator.policy.accounts import serving
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.budgets import notices, run_over, run_words
from orchestrator.policy.claiming import claim, omit, startable
from orchestrator.policy.due import under_way
from orchestrator.policy.gates import arrivals, expirations, inspections, openings
from orchestrator.policy.landing import convict
from orchestrator.policy.limits import exhausted, max_iterations, retry_at, used_iterations
from orchestrator.policy.post import sendings
from orchestrator.policy.progress import diagnosis, rescuer, stuck
from orchestrator.policy.race import in_race
from orchestrator.policy.reasons import over_budget, over_catch_up, over_hours, over_lock
from orchestrator.policy.requests import to_look_at
from orchestrator.policy.rivals import join, racing
from orchestrator.policy.seat import Seat, free_slot, spare, surplus
from orchestrator.policy.train import is_proved, may_board, target_of
from orchestrator.policy.versions import behind_last
from orchestrator.policy.visits import holder

Events = tuple[e.Event, ...]
Rule = Callable[[World, Agenda, int, Seat], Events]


def initiative(world: World, agenda: Agenda, now: int, seat: Seat) -> Events:
    """Give the next commit this process ought to make, or nothing."""
    for rule in _RULES:
        if events := rule(world, agenda, now, seat):
            return events
    return ()


# -- what is owed --------------------------------------------------------------------------------------------------


def _unlock(world: World, _agenda: Agenda, _now: int, _seat: Seat) -> Events:
    return _unlocked(world)


def _unlocked(world: World) -> Events:
    return tuple(
        e.QueueUnlocked(queue=queue.name, because="unlock_when")
        for queue in world.queues.values()
        if queue.unlock_due and not queue.unlocked
    )


def _open(world: World, _agenda: Agenda, now: int, _seat: Seat) -> Events:
    return arrivals(world, now) or expirations(world, now) or openings(world, now)


def _inspect(world: World, _agenda: Agenda, now: int, seat: Seat) -> Events:
    return () if seat.draining or seat.full else inspections(world, now, seat)


def _overtake(world: World, _agenda: Agenda, _now: int, _seat: Seat) -> Events:
    return catchup.starts(world)


def _announce(world: World, agenda: Agenda, _now: int, seat: Seat) -> Events:
    return announcing.announcements(world, agenda, seat.settings)


def _unlock_resources(world: World, _agenda: Agenda, now: int, _seat: Seat) -> Events:
    return resources.ended(world, now)


def _fire(world: World, _agenda: Agenda, now: int, _seat: Seat) -> Events:
    return _fired(world, now)


def _fired(world: World, now: int) -> Events:
    trigger = next((t for t in world.triggers.values() if t.due), None)
    if trigger is None:
        return ()
    fired = e.TriggerFired(trigger=trigger.id, count=trigger.fired + 1)
    return (fired, *(event for action in trigger.spec.do for event in _deed(world, trigger, action, now)))


def _deed(world: World, trigger: Trigger, action: Action, now: int) -> Events:
    because = f"trigger {trigger.id}"
    match action:
        case Unlock(queue=name):
            return (e.QueueUnlocked(queue=name, because=because),)
        case PauseQueue(queue=name, for_s=seconds, until=until):
            until = now + seconds * 1000 if seconds is not None else until
            over = until is not None and until <= now
            return () if over or _is_rolled_back(world, name) else (_paused(name, because, until),)
        case ResumeQueue(queue=name):
            return () if _is_rolled_back(world, name) else (e.QueueResumed(queue=name, because=because),)
        case Add(queue=name, spec=spec):
            ref = f"{name}/{spec.id}"
            known = ref in world.tasks or name not in world.queues
            return () if known else (e.TaskAdded(task=ref, spec=spec, order=behind_last(world, name)),)
        case RunAction() | WriteRecord() | Notify():
            return ()  # owed by the fold and done by its key; told by a message in the same commit
        case _:  # pragma: no cover - the union is closed
            assert_never(action)


def _paused(queue: str, because: str, until: int | None) -> e.Event:
    return e.QueuePaused(queue=queue, because=because, until=until)


def _is_rolled_back(world: World, name: str) -> bool:
    """Say whether a queue was taken back: that it goes on is a person's word."""
    return name in world.queues and bool(world.queues[name].rolled_back)


def _roll_back(world: World, _agenda: Agenda, _now: int, seat: Seat) -> Events:
    return rollback.starts(world) or (() if seat.draining or seat.full else rollback.steps(world, seat))


def _act(world: World, _agenda: Agenda, now: int, seat: Seat) -> Events:
    if seat.draining:
        return ()
    for action in world.actions.values():
        if action.task and not seat.scope.covers(queue_of(action.task)):
            continue
        waiting = action.tries and retry_at(action) > now
        if not action.done and not action.blocked and not seat.alive(action.worker) and not waiting:
            return (e.ActionStarted(key=action.key, worker=seat.me),)
    return ()


def _escalate(world: World, agenda: Agenda, now: int, seat: Seat) -> Events:
    return ladders.raises(world, agenda.laddered, now, seat)


def _digest(world: World, _agenda: Agenda, now: int, seat: Seat) -> Events:
    return () if seat.full else digests.owed(world, now, seat)


def _post(world: World, _agenda: Agenda, now: int, seat: Seat) -> Events:
    return () if seat.full else sendings(world, now, seat)


# -- lanes ---------------------------------------------------------------------------------------------------------


def _unpark(world: World, _agenda: Agenda, now: int, _seat: Seat) -> Events:
    return tuple(
        e.LaneResumed(queue=queue.name, because="its time has come")
        for queue in world.queues.values()
        if queue.park is not None and queue.park.code == "parked" and queue.park.until <= now
    )


def _resume(world: World, _agenda: Agenda, now: int, _seat: Seat) -> Events:
    return _resumed(world, now)


def _resumed(world: World, now: int) -> Events:
    return tuple(
        e.QueueResumed(queue=queue.name, because="its time has come")
        for queue in world.queues.values()
        if queue.paused and queue.paused_until is not None and queue.paused_until <= now
    )


# -- own attempts --------------------------------------------------------------------------------------------------


def _own(world: World, _agenda: Agenda, now: int, seat: Seat) -> Events:
    for task, attempt, _ in under_way(world, seat):
        if attempt.step is Step.START:
            return in_race(world, task, attempt, _begin(world, task, attempt, now, seat))
        if attempt.step in LANDING and (events := _land(world, task, attempt, now, seat)):
            return events
    return ()


def _land(world: World, task: Task, attempt: Attempt, now: int, seat: Seat) -> Events:
    """Join the train, or leave it where a doubt has proved right."""
    if seat.settings.land != "merge":
        return ()
    doubt = attempt.doubt if attempt.step is Step.DOUBT else None
    if doubt is not None and is_proved(world, seat, task, attempt.onto):
        return convict(world, task, attempt, (attempt.onto, doubt), (now, seat))
    if not may_board(world, seat, task):
        return ()
    limit = max(1, seat.settings.train_window)
    return (e.TrainBoarded(task=task.ref, attempt=attempt.number, target=target_of(task.ref, seat), limit=limit),)


def _begin(world: World, task: Task, attempt: Attempt, now: int, seat: Seat) -> Events:
    if person := _waits_for_a_person(task, seat):
        return (e.TaskReleased(task=task.ref, reason=person),)
    limit = max_iterations(world, task, seat)
    if used_iterations(world, task) >= limit:
        return (e.TaskFailed(task=task.ref, reason=exhausted(task.ref, limit, task.feedback)),)
    if seat.draining:
        return (e.TaskReleased(task=task.ref, reason="draining"),)
    if (full := run_over(seat, now)) is not None:
        return (e.TaskReleased(task=task.ref, reason=run_words(full)),)
    over = over_budget(world, task, now, seat) or over_hours(task, now, seat) or over_lock(world, task, now, seat)
    over = over or over_catch_up(world, task, now, seat)
    if over is not None:
        return (e.TaskReleased(task=task.ref, reason=over.text),)
    if held := surplus(world, task, seat) or _held_queue(world.queues[queue_of(task.ref)]):
        return (e.TaskReleased(task=task.ref, reason=held),)
    agent = serving(world, task, now, seat)
    if stuck(world, task, attempt, seat):
        agent = rescuer(world, task, attempt, now, seat)
        if agent is None:
            return (e.TaskBlocked(task=task.ref, reason=diagnosis(task, attempt)),)
    if agent is None:
        return (e.TaskReleased(task=task.ref, reason="its agent's account is parked"),)
    started = e.IterationStarted(
        task=task.ref,
        attempt=attempt.number,
        iteration=attempt.iteration + 1,
        agent=agent,
        sandbox=seat.sandbox,
        base=attempt.base,
    )
    return (started, *notices(world, task, now, seat, Spent(iterations=1)))


def _held_queue(queue: Queue) -> str:
    """Say why no iteration of a queue's tasks begins."""
    if rollback.is_held(queue):
        return rollback.words(queue)
    if queue.paused:
        return f"queue {queue.name} is paused"
    return f"queue {queue.name} is parked" if queue.park is not None and queue.park.code == "parked" else ""


def _waits_for_a_person(task: Task, seat: Seat) -> str:
    if (held := holder(task, seat)) is not None:
        return f"{held.by} attached"
    return f"waits for an answer to {' '.join(task.awaits)}" if task.awaits and seat.scope.interactive else ""


# -- claims --------------------------------------------------------------------------------------------------------


def _adopt(world: World, _agenda: Agenda, _now: int, seat: Seat) -> Events:
    if seat.draining:
        return ()
    for key, worker in world.claims.items():
        ref = ref_of_lane(key)
        if holder(world.tasks[ref], seat) is not None:
            continue
        if not seat.alive(worker) and seat.serves(ref) and spare(world, queue_of(ref), seat):
            return (_taken_over(world.claimed(key), seat, rival=key != ref),)
    return ()


def _taken_over(lane: Task, seat: Seat, *, rival: bool) -> e.Event:
    number = lane.attempt.number if lane.attempt is not None else lane.attempts
    # its agent may live, and knows the slot (and the port) it was given
    return e.TaskClaimed(task=lane.ref, attempt=number, worker=seat.me, slot=lane.slot, resumed=True, rival=rival)


def _race(world: World, _agenda: Agenda, now: int, seat: Seat) -> Events:
    """Begin one more attempt beside one under way, where a task asks for several."""
    if seat.draining or seat.full:
        return ()
    open_ = (task for task in racing(world, seat) if startable(world, queue_of(task.ref), now, seat))
    return next((events for task in open_ if (events := join(world, task, now, seat))), ())


def _spoil(world: World, agenda: Agenda, _now: int, seat: Seat) -> Events:
    for ref in agenda.spoiled:
        task = world.tasks[ref]
        if not seat.serves(ref) or task.status is not Status.PENDING:
            continue
        upstream = ", ".join(
            d for d in task.spec.dependencies if d in world.tasks and world.tasks[d].status in {"failed", "blocked"}
        )
        if task.spec.on_upstream == "skip":
            return (e.TaskSkipped(task=ref, reason=f"upstream did not complete: {upstream}"),)
        return (e.TaskFailed(task=ref, reason=f"upstream did not complete: {upstream}"),)
    return ()


def _look(world: World, agenda: Agenda, now: int, seat: Seat) -> Events:
    """Take up a task whose request is due for a look."""
    if seat.draining:
        return ()
    for task, attempt in to_look_at((world.tasks[ref] for ref in agenda.reviews), now, seat):
        name = queue_of(task.ref)
        slot = free_slot(world, name, seat) if startable(world, name, now, seat) else None
        if slot is not None:
            return (e.TaskClaimed(task=task.ref, attempt=attempt.number, worker=seat.me, slot=slot, resumed=True),)
    return ()


_RULES: tuple[Rule, ...] = (
    *(_open, _unlock, _unlock_resources, _overtake, _announce, _fire, _roll_back, _act, _inspect),
    *(_escalate, _digest, _post, _unpark, _resume),
    *(_own, _adopt, _race, _look, _spoil, omit, claim),
)


def owed(world: World, agenda: Agenda, now: int, seat: Seat) -> Events:
    """Give what follows from what stands, whoever records it: gates that open or expire, unlocks, firings, rungs."""
    came = expirations(world, now) or openings(world, now) or _resumed(world, now)
    follows = came or _unlocked(world) or _fired(world, now) or rollback.starts(world) or catchup.starts(world)
    return follows or announcing.announcements(world, agenda, seat.settings) or _escalate(world, agenda, now, seat)
