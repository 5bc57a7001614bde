"""What `orchestrator explain QUEUE` says of the queue itself: what holds it, since when, what helps, what is next."""

from orchestrator.cli.context import paint
from orchestrator.codec.moments import moment_or_none
from orchestrator.daemon.desk import Desk
from orchestrator.model.answers import QueueAnswer, WorkerAnswer
from orchestrator.model.conditions import Condition
from orchestrator.model.specs import ENDED, Unlock
from orchestrator.model.truth import names_in
from orchestrator.model.world import World

_NEXT = 3
"""So many of the tasks that could start are named."""


def lines(desk: Desk, queue: QueueAnswer, workers: tuple[WorkerAnswer, ...]) -> list[str]:
    """Tell a person."""
    done = sum(task.status in ENDED for task in queue.tasks)
    found = [paint(queue.name, "head") + f"  {done} of {len(queue.tasks)} tasks have ended"]
    found += [*_locked(desk.world, queue), *_paused(desk.world, queue), *_parked(queue)]
    if working := [f"{worker.task} ({worker.id})" for worker in workers if worker.queue == queue.name]:
        found.append(f"  at work: {', '.join(working)}")
    ready = [task.id for task in queue.tasks if task.reason is not None and task.reason.code == "ready"]
    if ready:
        more = f" and {len(ready) - _NEXT} more" if len(ready) > _NEXT else ""
        found.append(f"  could start now: {', '.join(ready[:_NEXT])}{more}")
    return found


def _locked(world: World, queue: QueueAnswer) -> list[str]:
    if not queue.locked:
        return []
    since = moment_or_none(world.queues[queue.name].since or None)
    held = f"  locked since {since}" if since else "  locked"
    ways = _ways(world, queue.name)
    if not ways:
        return [
            held,
            "  what helps: nothing in the plan unlocks it: give it `unlock_when`, or a trigger that unlocks it",
        ]
    return [held, *(f"  is unlocked by {what}: waits for {', '.join(names)}" for what, names in ways)]


def _ways(world: World, queue: str) -> list[tuple[str, tuple[str, ...]]]:
    """Name what unlocks a queue, and what each of these waits for."""
    own = world.queues[queue].spec.unlock_when
    found: list[tuple[str, Condition]] = [] if own is None else [("its `unlock_when`", own)]
    opening = (trigger for trigger in world.triggers.values() if Unlock(queue) in trigger.spec.do)
    found += [(f"trigger {trigger.id}", trigger.spec.when) for trigger in opening]
    return [(what, names_in(condition)) for what, condition in found]


def _paused(world: World, queue: QueueAnswer) -> list[str]:
    if not queue.paused:
        return []
    since = moment_or_none(world.queues[queue.name].paused_since or None)
    until = f", until {queue.paused_until}" if queue.paused_until else ""
    held = f"  paused since {since}{until}" if since else f"  paused{until}"
    return [held, f"  what helps: `orchestrator resume {queue.name}`"]


def _parked(queue: QueueAnswer) -> list[str]:
    park = queue.park
    if park is None:
        return []
    until = f", until {park.until}" if park.until else ""
    probe = f"it is tried again by itself, or at once with `orchestrator resume {queue.name}`"
    return [f"  {park.code}: {park.text} since {park.since}{until}", f"  what helps: {probe}"]
