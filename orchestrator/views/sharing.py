"""What tasks and people share, as data: who has a resource, how and until when, and who waits for it."""

from orchestrator.codec.moments import moment_or_none
from orchestrator.model import answers as a
from orchestrator.model.coordination import Lock
from orchestrator.model.settings import ResourceSettings
from orchestrator.model.specs import ENDED
from orchestrator.model.world import Task, World
from orchestrator.policy import resources
from orchestrator.policy.reasons import reason_for
from orchestrator.policy.seat import Seat


def locks_of(world: World, now: int, seat: Seat) -> tuple[a.LockAnswer, ...]:
    """List the locks in force, the one that ends first first."""
    held = [lock for name in world.locks for lock in resources.locks_on(world, name, now)]
    return tuple(_lock(world, lock, seat) for lock in sorted(held, key=lambda lock: (lock.until, lock.resource)))


def _lock(world: World, lock: Lock, seat: Seat) -> a.LockAnswer:
    return a.LockAnswer(
        resource=lock.resource,
        by=lock.by,
        since=moment_or_none(lock.since),
        until=moment_or_none(lock.until),
        reason=lock.reason,
        how=resources.terms(lock),
        in_use_by=resources.users_of(world, lock.resource, seat.settings),
    )


def resource_of(world: World, name: str, now: int, seat: Seat) -> a.ResourceAnswer | None:
    """Tell of one resource; None where nothing shares one of that name."""
    if name not in resources.known(world, seat.settings):
        return None
    entry = seat.settings.registry.get(name) or ResourceSettings(name=name)
    users = resources.users_of(world, name, seat.settings)
    wanted = {task.ref: own for task in world.tasks.values() if (own := _own(task, name, seat)) is not None}
    left = [ref for ref in wanted if ref not in users]
    waiting = [ref for ref in left if _waits(world, ref, name, now, seat)]
    return a.ResourceAnswer(
        name=name,
        title=entry.title,
        owner=entry.owner,
        places=resources.capacity(seat.settings, name),
        locks=tuple(lock for lock in locks_of(world, now, seat) if lock.resource == name),
        changing=tuple(ref for ref in users if not wanted[ref].reads),
        reading=tuple(ref for ref in users if wanted[ref].reads),
        waiting=tuple(waiting),
        later=tuple(ref for ref in left if ref not in waiting),
    )


def _own(task: Task, name: str, seat: Seat) -> resources.Want | None:
    """Say how an open task shares it."""
    if task.status in ENDED:
        return None
    return next((own for own in resources.wants(task, seat.settings) if own.name == name), None)


def _waits(world: World, ref: str, name: str, now: int, seat: Seat) -> bool:
    reason = reason_for(world, world.tasks[ref], now, seat)
    return reason is not None and (f"lock:{name}" in reason.on or reason.text.startswith(f"{name} is in use by"))
