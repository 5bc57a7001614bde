"""Who lets whom go first although it could start: waiting on purpose, while the plan is shorter by it. Pure.

Rules
1. `chains` says who is to let whom go first. One that was never begun does, from the moment it could start itself,
   while all is under way that the other waits for.
2. It waits once for each, at most until what is under way has taken twice its estimate, and for all of them no longer
   than twice as long as it takes itself: what takes longer than it was said to holds up nobody.
3. Nobody waits for one that could not start then either, whatever holds it up; nor does who probes a fault, catches up
   with others, is not wanted, or was asked for by name.
4. It ends, on record, once the plan says so no more.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import Status
from orchestrator.model.truth import dependency_met
from orchestrator.model.world import Task, World
from orchestrator.policy.catchup import hurried
from orchestrator.policy.limits import earliest, is_unwanted
from orchestrator.policy.rollback import is_held

GRACE = 2
"""How many times its estimate what is under way may take before nobody waits for it any more."""
Alive = Callable[[str], bool]
"""Whether a worker's process lives."""
Able = Callable[[Task, int], bool]
"""Whether nothing else holds up a task at a moment (milliseconds)."""


def _always(_task: Task, _at: int) -> bool:
    return True


class Patience(NamedTuple):
    """Whom a task lets go first, from when until when at the latest (milliseconds)."""

    to: str
    since: int
    until: int


def patience(
    world: World, task: Task, others: Iterable[str], now: int, alive: Alive, able: Able = _always
) -> Patience | None:
    """Say whom of `others` a task lets go first now, be that on record or not; None where it may start."""
    if world.queues[queue_of(task.ref)].park is not None or is_unwanted(world, task) or task.ref in hurried(world):
        return None
    for other in others:
        comes = _comes(world, other, alive)
        if comes is None:
            continue
        found = _found(task, other, now, comes)
        if found.until > now and able(world.tasks[other], found.until):
            return found
    return None


def _found(task: Task, other: str, now: int, comes: int) -> Patience:
    known = task.yields.get(other)
    if known is not None:
        return Patience(other, known.since, min(known.until, comes))
    waited = sum(held.until - held.since for held in task.yields.values())
    return Patience(other, now, min(comes, now + task.spec.estimate_s * GRACE * 1000 - waited))


def moments(world: World, tasks: Iterable[str]) -> Iterator[int]:
    """Give the moments (milliseconds) at which time alone ends the patience of these tasks."""
    yield from (held.until for ref in tasks for held in world.tasks[ref].yields.values())


def _comes(world: World, ref: str, alive: Alive) -> int | None:
    """Say when a task can start by the estimates of what it waits for; None where not all of that is under way."""
    task = world.tasks.get(ref)
    if task is None or task.status is not Status.PENDING or is_unwanted(world, task):
        return None
    queue = world.queues[queue_of(ref)]
    if queue.locked or queue.paused or queue.park is not None or is_held(queue):
        return None
    moments: list[int] = []
    for name in task.spec.dependencies:
        if dependency_met(world, name):
            continue
        need = world.tasks.get(name)
        if need is None or need.claim is None or not alive(need.claim.worker):
            return None
        moments.append(need.claim.since + need.spec.estimate_s * GRACE * 1000)
    comes = max(moments, default=None)
    return comes if comes is not None and earliest(task) <= comes else None
