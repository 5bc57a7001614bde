"""Taking a queue back after a step has failed. Pure; the one home of these rules.

Rules
1. A queue that holds a task with `rollback` is one whole: when a step of it fails, nothing of it starts any more, what
   runs comes to the end of its iteration, and then what was completed is undone, the last completed first.
2. What lands meanwhile was completed too, and is undone first. What was imported as completed is somebody else's.
3. One rollback runs at a time, under a key of its own that is the same at every try. It is tried three times, later and
   later; then a person says whether to try again or to leave that step as it is.
4. What is undone is pending again. When all is, the queue is paused: going on is a person's word.
5. A pause by hand holds a rollback too, at the next step.
6. While it lasts nothing of the queue is retried, skipped or removed: what is owed stays owed.
7. The queue is resumed once the step that failed has failed no more: it is done whole, or taken back.
"""

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.ids import queue_of, ref_of_lane
from orchestrator.model.rollback import Rollback
from orchestrator.model.specs import Status
from orchestrator.model.world import PendingAction, Queue, Task, World
from orchestrator.policy.seat import Seat

TRIES = 3


def is_held(queue: Queue) -> bool:
    """Say whether a rollback keeps the tasks of the queue from starting."""
    return queue.rollback is not None or bool(queue.rollback_due)


def in_the_way(queue: Queue) -> str:
    """Say why nothing of the queue is retried, skipped or removed now; empty where nothing stands against it."""
    return f"{words(queue)}; ask again once that is over" if is_held(queue) else ""


def starts(world: World) -> tuple[e.Event, ...]:
    """Begin the rollbacks that are owed, whoever records it."""
    return tuple(
        e.RollbackStarted(queue=queue.name, task=queue.rollback_due, reason=_reason(world, queue.rollback_due))
        for queue in world.queues.values()
        if queue.rollback_due and queue.rollback is None
    )


def _reason(world: World, ref: str) -> str:
    return world.tasks[ref].reason if ref in world.tasks else ""


def steps(world: World, seat: Seat) -> tuple[e.Event, ...]:
    """Owe the next step of a rollback in scope, or finish it."""
    for queue in world.queues.values():
        rollback = queue.rollback
        if rollback is None or not seat.scope.covers(queue.name) or rollback.task or queue.paused:
            continue
        if not _claims(world, queue):
            return _next(world, queue, rollback)
    return ()


def _claims(world: World, queue: Queue) -> tuple[str, ...]:
    return tuple(key for key in world.claims if key.startswith(f"{queue.name}/"))


def _next(world: World, queue: Queue, rollback: Rollback) -> tuple[e.Event, ...]:
    done = [world.tasks[ref] for ref in queue.tasks if ref not in rollback.left and _is_ours(world.tasks[ref])]
    if not done:
        undone, left = tuple(rollback.undone), tuple(rollback.left)
        because = f"after its rollback: {rollback.because} failed"
        return (
            e.RollbackFinished(queue=queue.name, task=rollback.because, undone=undone, left=left),
            e.QueuePaused(queue=queue.name, because=because),
        )
    last = max(done, key=lambda task: (task.statuses[-1][0], task.order))
    key = f"rollback:{queue.name}#{queue.rollbacks}/{last.spec.id}"
    return (e.RollbackStep(queue=queue.name, task=last.ref, action=last.spec.rollback, key=key),)


def _is_ours(task: Task) -> bool:
    return task.status is Status.COMPLETED and task.completed_at is not None and bool(task.spec.rollback)


def consequences(world: World, action: PendingAction, outcome: c.NoteAction) -> tuple[e.Event, ...]:
    """Say what follows from a try at a rollback: the step is undone, or a person is asked."""
    queue = world.queues.get(queue_of(action.task))
    rollback = queue.rollback if queue is not None else None
    if queue is None or rollback is None or rollback.key != action.key:
        return ()
    if outcome.ok:
        return (e.TaskRolledBack(task=action.task, queue=queue.name, because=rollback.because),)
    if action.tries < TRIES:
        return ()
    return (e.RollbackBlocked(queue=queue.name, task=action.task, reason=outcome.note),)


def decided(world: World, ask: c.DecideRollback) -> tuple[e.Event, ...] | c.Refusal:
    """Record a person's word on a rollback that does not succeed."""
    queue = world.queues.get(ask.queue)
    if queue is None:
        return c.Refusal(f"there is no queue {ask.queue} (known: {', '.join(world.queues) or 'none yet'})")
    rollback = queue.rollback
    if rollback is None or not rollback.blocked:
        return c.Refusal(f"no rollback of queue {ask.queue} waits for a person; `orchestrator explain {ask.queue}`")
    task = world.tasks.get(rollback.task)
    if ask.decision == "again" and task is not None and not task.spec.rollback:
        return c.Refusal(f"{rollback.task} names no rollback any more; name one, or leave it as it is: --leave")
    if ask.decision == "leave" and not ask.reason.strip():
        return c.Refusal("leaving a step as it is needs a reason: --reason 'why'")
    return (
        e.RollbackDecided(queue=queue.name, task=rollback.task, decision=ask.decision, by=ask.by, reason=ask.reason),
    )


def going_on(world: World, seat: Seat) -> str:
    """Say which rollback this process is to see through; empty when none."""
    for queue in world.queues.values():
        if not seat.scope.covers(queue.name) or not is_held(queue) or queue.paused:
            continue
        if queue.rollback is not None and queue.rollback.blocked:
            continue
        if all(seat.alive(world.claims[key]) or seat.serves(ref_of_lane(key)) for key in _claims(world, queue)):
            return words(queue)
    return ""


def words(queue: Queue) -> str:
    """Say how the rollback of a queue stands, and what a person can do."""
    rollback = queue.rollback
    if rollback is None:
        return f"queue {queue.name} is about to be rolled back: {queue.rollback_due} failed"
    if rollback.blocked:
        return (
            f"the rollback of {rollback.task} failed {TRIES} times: {rollback.blocked}; mend it, then `orchestrator "
            f"rollback {queue.name} --again`, or `--leave --reason WHY` leaves that step as it is"
        )
    what = f", now {rollback.task}" if rollback.task else ""
    undone = f" ({len(rollback.undone)} undone)" if rollback.undone else ""
    return f"queue {queue.name} is being rolled back because {rollback.because} failed{what}{undone}"


def resumable(world: World, queue: Queue) -> c.Refusal | None:
    """Say why a queue that was rolled back may not go on yet, or nothing."""
    task = world.tasks.get(queue.rolled_back)
    return c.Refusal(words_after(queue)) if task is not None and task.status is Status.FAILED else None


def words_after(queue: Queue) -> str:
    """Say how to go on with a queue that was rolled back and is paused since."""
    retry = f"`orchestrator retry {queue.rolled_back}`, then `orchestrator resume {queue.name}`"
    return f"queue {queue.name} was rolled back because {queue.rolled_back} failed: {retry} goes on"
