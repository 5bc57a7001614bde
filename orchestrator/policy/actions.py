"""Commands that triggers run, and that do not succeed. Pure; the one home of these rules.

Rules
1. A command is owed until it is recorded as done, under one key. It is tried later and later, `TRIES` times; then it
   waits for a person, who has it tried again or drops it.
2. People are told when it first fails and when it is given up; `status` and `inbox` show it for as long as it lasts.
3. A run stays for the first `STAYS` tries. What still fails then is left to whoever comes, and said in leaving.
"""

from collections.abc import Iterable

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.world import PendingAction, World
from orchestrator.policy.limits import retry_at
from orchestrator.policy.seat import Seat

TRIES = 10
STAYS = 3


def consequences(action: PendingAction, outcome: c.NoteAction) -> tuple[e.Event, ...]:
    """Say what follows from a try at a trigger's command: a person is asked once it has failed too often."""
    if outcome.ok or action.task or action.tries < TRIES:
        return ()
    return (e.ActionBlocked(key=action.key, trigger=action.trigger, action=action.action, reason=outcome.note),)


def failing(world: World) -> tuple[PendingAction, ...]:
    """List the commands of triggers that have not succeeded yet, though they were tried."""
    return tuple(a for a in world.actions.values() if not a.done and not a.task and a.failing_since is not None)


def words(action: PendingAction) -> str:
    """Say how a command that does not succeed stands, and what a person can do."""
    what = f"action {action.action} of trigger {action.trigger}"
    helps = f"`orchestrator retry trigger:{action.trigger}`"
    if action.blocked:
        drops = f"`orchestrator skip trigger:{action.trigger} --reason WHY` drops it"
        return f"{what} failed {action.tries} times and waits for a person: {action.blocked}; {helps}, or {drops}"
    return f"{what} fails ({action.tries} tries): {action.note}; it is tried again by itself, at once by {helps}"


def next_tries(world: World, seat: Seat) -> Iterable[tuple[int, str]]:
    """Give the moments of the next tries that a run stays for, and what for."""
    for action in failing(world):
        if not action.blocked and action.tries < STAYS and not seat.alive(action.worker):
            yield retry_at(action), words(action)


def decided(world: World, ask: c.DecideAction, seat: Seat) -> tuple[e.Event, ...] | c.Refusal:
    """Record a person's word on the commands of a trigger that do not succeed."""
    found = [a for a in failing(world) if ask.trigger in {a.trigger, a.key} and not seat.alive(a.worker)]
    if not found:
        known = ", ".join(dict.fromkeys(a.trigger for a in failing(world))) or "none"
        return c.Refusal(f"no command of trigger {ask.trigger} fails and waits (those that do: {known})")
    if ask.decision == "drop" and not ask.reason.strip():
        return c.Refusal("dropping a command needs a reason: --reason 'why'")
    return tuple(
        e.ActionDecided(key=a.key, trigger=a.trigger, decision=ask.decision, by=ask.by, reason=ask.reason)
        for a in found
    )
