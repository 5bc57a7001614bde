"""The accounts that agents use, as data: what keeps one from being used, until when, and who waits for it."""

from orchestrator.codec.moments import moment_or_none
from orchestrator.model import answers as a
from orchestrator.model.specs import ENDED
from orchestrator.model.world import World
from orchestrator.policy.accounts import account_of, hold_of, park_holds, shut
from orchestrator.policy.reasons import reason_for
from orchestrator.policy.seat import Seat
from orchestrator.policy.staffing import KNOWN_CLIS


def held_accounts(world: World, now: int, seat: Seat) -> tuple[a.AccountAnswer, ...]:
    """Tell of every account that may not be used now."""
    found = (account(world, name, now, seat) for name in known(world, seat))
    return tuple(answer for answer in found if answer.code)


def known(world: World, seat: Seat) -> tuple[str, ...]:
    """Name every account there is: those that agents use, those that are configured, those that were parked."""
    settings = seat.settings
    used = (account_of(settings, agent) for agent in _agents(seat))
    return tuple(dict.fromkeys((*used, *settings.accounts, *world.accounts)))


def account(world: World, name: str, now: int, seat: Seat) -> a.AccountAnswer:
    """Tell of one account; `code` is empty while nothing holds it."""
    park = world.accounts.get(name)
    if park is not None and park_holds(park, now):
        hold = hold_of(name, park)
        code, since, until, text = hold.code, hold.since, hold.until, hold.text
        resets = park.until if park.by_hand else None
    else:
        closed = _shut(name, now, seat)
        code, since, resets = "hours" if closed else "", None, None
        text, until = closed or ("nothing holds it", None)
    return a.AccountAnswer(
        name=name,
        code=code,
        since=moment_or_none(since),
        until=moment_or_none(until),
        text=text,
        agents=tuple(agent for agent in _agents(seat) if account_of(seat.settings, agent) == name),
        waiting=_waiting(world, name, now, seat) if code else (),
        resets=moment_or_none(resets),
    )


def _agents(seat: Seat) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*seat.settings.agents, *(name for name in KNOWN_CLIS if name in seat.installed))))


def _shut(name: str, now: int, seat: Seat) -> tuple[str, int] | None:
    """Say that its hours are over, or those of every agent that uses it."""
    own = seat.settings.accounts.get(name)
    if own is not None and (closed := shut(f"account {name}", own.hours, now, seat)) is not None:
        return closed
    users = [agent for agent in seat.settings.agents.values() if account_of(seat.settings, agent.name) == name]
    each = [shut(f"agent {agent.name}", agent.hours, now, seat) for agent in users]
    closed_ones = [one for one in each if one is not None]
    return min(closed_ones, key=lambda one: one[1]) if closed_ones and len(closed_ones) == len(users) else None


def _waiting(world: World, name: str, now: int, seat: Seat) -> tuple[str, ...]:
    """Name the tasks that wait for it, and for nothing that comes first."""
    waiting: list[str] = []
    for task in world.tasks.values():
        reason = None if task.status in ENDED else reason_for(world, task, now, seat)
        if reason is not None and f"account:{name}" in reason.on:
            waiting.append(task.ref)
    return tuple(waiting)
