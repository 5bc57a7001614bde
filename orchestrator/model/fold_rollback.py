"""How rollbacks follow from the journal. See `fold` for the rules.

A failed step of a queue with rollbacks is remembered as owed until the rollback itself is recorded.
"""

from functools import singledispatch

from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.moves import move
from orchestrator.model.rollback import Rollback
from orchestrator.model.specs import Status
from orchestrator.model.world import PendingAction, Queue, World


def is_whole(world: World, queue: Queue) -> bool:
    """Say whether a failure of one of its steps takes the queue back."""
    return any(world.tasks[ref].spec.rollback for ref in queue.tasks)


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold an event about a rollback."""


@fold.register
def _(event: e.TaskFailed, world: World) -> None:
    queue = world.queues.get(queue_of(event.task))
    if queue is None or event.task not in queue.tasks or queue.rollback is not None:
        return
    if not queue.rollback_due and is_whole(world, queue):
        queue.rollback_due = event.task
        _touch(world, queue)


@fold.register
def _(event: e.RollbackStarted, world: World) -> None:
    if queue := world.queues.get(event.queue):
        queue.rollbacks, queue.rollback_due = queue.rollbacks + 1, ""
        queue.rollback = Rollback(because=event.task, since=world.at)
        _touch(world, queue)


@fold.register
def _(event: e.RollbackStep, world: World) -> None:
    if found := _under_way(world, event.queue):
        queue, rollback = found
        rollback.task, rollback.action, rollback.key = event.task, event.action, event.key
        _owe(world, rollback)
        _touch(world, queue)


@fold.register
def _(event: e.TaskRolledBack, world: World) -> None:
    if found := _under_way(world, event.queue):
        queue, rollback = found
        rollback.undone.append(event.task)
        rollback.task = ""
        _touch(world, queue)
    task = world.tasks.get(event.task)
    if task is None:
        return
    task.attempt, task.carry, task.carry_base, task.feedback = None, "", "", ()
    task.commit, task.completed_at, task.verdict, task.by = "", None, "", ""
    task.granted_at, task.reason = task.iterations, f"rolled back because {event.because} failed"
    move(world, task, Status.PENDING)


@fold.register
def _(event: e.RollbackBlocked, world: World) -> None:
    if found := _under_way(world, event.queue):
        queue, rollback = found
        rollback.blocked, rollback.blocked_since = event.reason, world.at
        world.actions.pop(rollback.key, None)  # nobody tries it before a person has spoken
        _touch(world, queue)


@fold.register
def _(event: e.RollbackDecided, world: World) -> None:
    if found := _under_way(world, event.queue):
        queue, rollback = found
        rollback.blocked = ""
        if event.decision == "again":
            task = world.tasks.get(event.task)
            rollback.action = (task.spec.rollback if task is not None else "") or rollback.action
            _owe(world, rollback)
        else:
            rollback.left.append(event.task)
            rollback.task = ""
        _touch(world, queue)


@fold.register
def _(event: e.RollbackFinished, world: World) -> None:
    if queue := world.queues.get(event.queue):
        queue.rollback, queue.rolled_back = None, event.task
        _touch(world, queue)


@fold.register
def _(event: e.QueueResumed, world: World) -> None:
    if queue := world.queues.get(event.queue):
        queue.rolled_back = ""


def _under_way(world: World, name: str) -> tuple[Queue, Rollback] | None:
    queue = world.queues.get(name)
    return (queue, queue.rollback) if queue is not None and queue.rollback is not None else None


def _owe(world: World, rollback: Rollback) -> None:
    """Owe the command of the step; the same key each time, so that it can tell a repetition."""
    world.actions[rollback.key] = PendingAction(
        key=rollback.key, trigger="", action=rollback.action, task=rollback.task
    )


def _touch(world: World, queue: Queue) -> None:
    world.touched[f"queue:{queue.name}"] = None
    for ref in queue.tasks:
        world.touched[ref] = None
