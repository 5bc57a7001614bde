"""When the next thing becomes due by time alone: the engine's one timer. Pure."""

from orchestrator.model.world import World
from orchestrator.policy import digests, gates, ladders, post, resources, yielding
from orchestrator.policy.accounts import opening
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.budgets import counts_days, next_day
from orchestrator.policy.limits import earliest, retry_at
from orchestrator.policy.seat import Seat


def alarm(world: World, agenda: Agenda, now: int, seat: Seat) -> int | None:
    """Give the next moment (milliseconds) at which time changes what may happen, or None."""
    moments = [queue.park.until for queue in world.queues.values() if queue.park is not None]
    moments += [park.until for park in world.accounts.values()]
    moments += [queue.paused_until for queue in world.queues.values() if queue.paused_until is not None]
    owed = (action for action in world.actions.values() if not action.done and not action.blocked)
    moments += [retry_at(action) for action in owed if action.tries]
    if counts_days(world, seat.settings):
        moments.append(next_day(now))
    if (opens := opening(now, seat)) is not None:
        moments.append(opens)
    moments += gates.moments(world)
    moments += resources.moments(world)
    moments += digests.moments(now, seat)
    moments += post.moments(world, now, seat)
    moments += ladders.moments(world, agenda.laddered, now, seat)
    moments += yielding.moments(world, agenda.patient)
    moments += [earliest(world.tasks[ref]) for ref in agenda.timed]
    return min((moment for moment in moments if moment > now), default=None)
