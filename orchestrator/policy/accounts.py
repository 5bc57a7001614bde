"""What follows when an agent's account or its service fails, not the agent: the one home of that policy. Pure.

The account is parked, not the task and not the lane: until the reset it names, else with growing pauses. Other agents
go on; a `fallback` takes over; the iteration is had again. A limit and an outage end by themselves; a refused login or
configuration needs a person, so a run waits for those only while its patience lasts.
"""

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.settings import Settings
from orchestrator.model.world import Park, Task, World
from orchestrator.policy.limits import staffed
from orchestrator.policy.seat import Seat
from orchestrator.policy.staffing import agent_settings

CODES = {"rate_limited": "limit", "transient": "transient", "auth": "auth", "configuration": "configuration"}
"""Outcomes that are the account's, and the code it is parked under."""
BY_A_PERSON = frozenset({"auth", "configuration"})
_FIRST_PAUSE_MS = {"limit": 300_000, "transient": 10_000, "auth": 30_000, "configuration": 30_000}
_LONGEST_PAUSE_MS = {"limit": 3_600_000, "transient": 300_000, "auth": 300_000, "configuration": 300_000}
_SLACK_MS = 2_000
"""Clocks differ: a moment after the reset is surely after it."""


def account_of(settings: Settings, agent: str) -> str:
    """Name the account an agent uses: the configured one, else one of its own."""
    found = agent_settings(settings, agent)
    return (found.account if found is not None else "") or agent


def parked(world: World, settings: Settings, agent: str, now: int) -> Park | None:
    """Give why the agent's account may not be used now, or None."""
    park = world.accounts.get(account_of(settings, agent))
    return park if park is not None and park.until > now else None


def serving(world: World, task: Task, now: int, seat: Seat) -> str | None:
    """Name the agent that takes the task's next iteration: its own, or the first fallback whose account is free."""
    first = staffed(world, task, seat).agent
    found = agent_settings(seat.settings, first)
    candidates = (first, *(found.fallback if found is not None else ()))
    return next((name for name in candidates if parked(world, seat.settings, name, now) is None), None)


def waits_for(world: World, task: Task, now: int, seat: Seat) -> tuple[str, Park] | None:
    """Give the account the task waits for and why; None while an agent of its is free."""
    if serving(world, task, now, seat) is not None:
        return None
    account = account_of(seat.settings, staffed(world, task, seat).agent)
    return account, world.accounts[account]


def consequences(
    world: World, task: Task, agent: str, outcome: c.NoteAgent, moment: tuple[int, Seat]
) -> tuple[e.Event, ...]:
    """Give what an agent call's end does to its account: park it, free it, or nothing."""
    now, seat = moment
    account = account_of(seat.settings, agent)
    known = world.accounts.get(account)
    code = CODES.get(outcome.outcome)
    if code is None:
        return (e.AccountResumed(account=account, because=f"{agent} works again"),) if known is not None else ()
    probes = known.probes if known is not None and known.code == code else 0
    pause = min(_LONGEST_PAUSE_MS[code], _FIRST_PAUSE_MS[code] << min(probes, 10))
    named = outcome.until_ms is not None and outcome.until_ms > now
    until = outcome.until_ms + _SLACK_MS if named and outcome.until_ms is not None else now + pause
    text = f"account {account}: {outcome.note or code}"
    return (e.AccountParked(account=account, code=code, text=text, until=until, agent=agent, task=task.ref),)
