"""When an agent may be called, and what follows when its account or its service fails. The one home of that. Pure.

Rules
1. What fails outside the agent parks its account, not the task and not the lane: until the reset it names, else with
   growing pauses. Other agents go on; a `fallback` takes over; the iteration is had again. A wrong configuration is the
   agent's own, and parks it alone.
2. A limit, an outage and hours that are over end by themselves. A refused login or configuration needs a person, so a
   run waits for those only while its patience lasts. Where people say so (`resume_after_limit = false`) a limit too
   ends only by their hand.
3. A call that began before its account was parked proves nothing about it now: it neither frees the account nor makes
   its wait shorter, nor does a second one count as another failure.
"""

import msgspec

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.hours import Window
from orchestrator.model.settings import AccountSettings, Settings
from orchestrator.model.world import Park, Task, World
from orchestrator.policy import hours
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


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Why an agent may not be called now. `until` None: until a person says so."""

    on: str
    """`account:NAME`."""
    code: str
    text: str
    since: int = 0
    until: int | None = None

    @property
    def fault(self) -> bool:
        """Say whether a person must mend something; it is tried now and then all the same."""
        return self.code in BY_A_PERSON

    @property
    def by_itself(self) -> bool:
        """Say whether it ends without a person."""
        return not self.fault and self.until is not None


# -- who may be called ---------------------------------------------------------------------------------------------


def account_of(settings: Settings, agent: str) -> str:
    """Name the account an agent uses: the configured one, else one of its own."""
    found = agent_settings(settings, agent)
    return (found.account if found is not None else "") or agent


def held(world: World, agent: str, now: int, seat: Seat) -> Hold | None:
    """Give what keeps the agent from being called now, of several what lasts longest; None when nothing does."""
    holds = [*_parks(world, seat.settings, agent, now), *_closed(seat, agent, now)]
    return max(holds, key=lambda hold: (hold.fault, hold.until is None, hold.until or 0), default=None)


def serving(world: World, task: Task, now: int, seat: Seat) -> str | None:
    """Name the agent that takes the task's next iteration: its own, or the first fallback that may be called."""
    return next((name for name in _candidates(world, task, seat) if held(world, name, now, seat) is None), None)


def waits_for(world: World, task: Task, now: int, seat: Seat) -> Hold | None:
    """Give what the task waits for, of several agents what ends first; None while one of them is free."""
    if not world.accounts and not any(_hours(seat.settings)):
        return None
    holds = [held(world, name, now, seat) for name in _candidates(world, task, seat)]
    found = [hold for hold in holds if hold is not None]
    if len(found) < len(holds):
        return None
    return min(found, key=lambda hold: (not hold.by_itself, hold.until or 0))


def park_holds(park: Park, now: int) -> bool:
    """Say whether a parked account may not be used."""
    return park.by_hand or park.until > now


def opening(now: int, seat: Seat) -> int | None:
    """Give the moment the next of all windows that are shut opens."""
    of_queues = [queue.hours for queue in seat.settings.queues.values()]
    moments = (hours.opens(windows, now, seat.zone) for windows in (*_hours(seat.settings), *of_queues))
    return min((moment for moment in moments if moment is not None), default=None)


def _candidates(world: World, task: Task, seat: Seat) -> tuple[str, ...]:
    first = staffed(world, task, seat).agent
    found = agent_settings(seat.settings, first)
    return (first, *(found.fallback if found is not None else ()))


def _hours(settings: Settings) -> list[tuple[Window, ...]]:
    shared = [account.hours for account in settings.accounts.values()]
    return [*shared, *(agent.hours for agent in settings.agents.values())]


def _parks(world: World, settings: Settings, agent: str, now: int) -> list[Hold]:
    """Look at the account the agent shares, and at what is its own."""
    found: list[Hold] = []
    for name in dict.fromkeys((account_of(settings, agent), agent)):
        park = world.accounts.get(name)
        if park is not None and park_holds(park, now):
            found.append(hold_of(name, park))
    return found


def hold_of(name: str, park: Park) -> Hold:
    """Say what a parked account means."""
    text = f"{park.text}; `orchestrator resume account:{name}` goes on" if park.by_hand else park.text
    until = None if park.by_hand else park.until
    return Hold(on=f"account:{name}", code=park.code, text=text, since=park.since, until=until)


def _closed(seat: Seat, agent: str, now: int) -> list[Hold]:
    account = account_of(seat.settings, agent)
    own, shared = agent_settings(seat.settings, agent), seat.settings.accounts.get(account)
    owners = ((f"account {account}", shared), (f"agent {agent}", own))
    each = (shut(whose, owner.hours, now, seat) for whose, owner in owners if owner is not None)
    over = (closed for closed in each if closed is not None)
    return [Hold(on=f"account:{account}", code="hours", text=text, until=until) for text, until in over]


def shut(whose: str, windows: tuple[Window, ...], now: int, seat: Seat) -> tuple[str, int] | None:
    """Say that somebody's hours are over, and when they begin again; None within them."""
    until = hours.opens(windows, now, seat.zone)
    return None if until is None else (f"{whose} works {hours.said(windows)}", until)


# -- what a call's end means for them ------------------------------------------------------------------------------


def consequences(
    world: World, task: Task, agent: str, outcome: c.NoteAgent, moment: tuple[int, Seat]
) -> tuple[e.Event, ...]:
    """Give what an agent call's end does to its account: park it, free it, or nothing."""
    code = CODES.get(outcome.outcome)
    if code is None:
        return _freed(world, task, agent, moment)
    now, seat = moment
    account = agent if code == "configuration" else account_of(seat.settings, agent)
    known = world.accounts.get(account)
    until = _until(known, code, outcome, now)
    if known is not None and park_holds(known, now) and not _tells_more(task, known, until, outcome):
        return ()
    return (
        e.AccountParked(
            account=account,
            code=code,
            text=f"account {account}: {outcome.note or code}",
            until=until,
            agent=agent,
            task=task.ref,
            by_hand=code == "limit" and not _resumes(seat.settings, account, agent),
        ),
    )


def _tells_more(task: Task, known: Park, until: int, outcome: c.NoteAgent) -> bool:
    """Say whether a failure under a park that holds makes it longer: it names a later end, or began since."""
    began_since = task.attempt is not None and task.attempt.since >= known.at
    return not known.by_hand and until > known.until and (outcome.until_ms is not None or began_since)


def _until(known: Park | None, code: str, outcome: c.NoteAgent, now: int) -> int:
    """Give the end: the reset the service names, else a pause that grows while nothing works in between.

    A reset that has passed meanwhile is believed once.
    """
    probes = known.probes if known is not None and known.code == code else 0
    if outcome.until_ms is not None and (outcome.until_ms > now or not probes):
        return max(outcome.until_ms, now) + _SLACK_MS
    return now + min(_LONGEST_PAUSE_MS[code], _FIRST_PAUSE_MS[code] << min(probes, 10))


def _resumes(settings: Settings, account: str, agent: str) -> bool:
    """Say whether the account goes on by itself once its limit has reset."""
    own = agent_settings(settings, agent)
    shared = settings.accounts.get(account, AccountSettings(name=account))
    return shared.resume_after_limit and (own is None or own.resume_after_limit)


def _freed(world: World, task: Task, agent: str, moment: tuple[int, Seat]) -> tuple[e.Event, ...]:
    """Free what the agent uses, if this call began after it was parked, or the wait is over anyway."""
    now, seat = moment
    began = task.attempt.since if task.attempt is not None else now
    names = dict.fromkeys((account_of(seat.settings, agent), agent))
    parks = ((name, world.accounts[name]) for name in names if name in world.accounts)
    return tuple(
        e.AccountResumed(account=name, because=f"{agent} works again")
        for name, park in parks
        if not park_holds(park, now) or (began >= park.at and not park.by_hand)
    )
