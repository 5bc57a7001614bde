"""How ladders follow from the journal. See `fold` for the rules."""

from functools import singledispatch

from orchestrator.model import events as e
from orchestrator.model.ladders import Ladder, Told, wait_key
from orchestrator.model.world import World


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold an event about a ladder."""


def _ladder(world: World, event: e.EscalationRaised | e.EscalationAcknowledged) -> Ladder:
    """Give the ladder of the wait that is meant: one that comes back is the same wait."""
    about = f"gate:{event.gate}" if event.gate else event.task
    if event.gate not in world.gates and event.task not in world.tasks:
        return Ladder()
    world.touched[about] = None
    return world.ladders.setdefault(wait_key(about, event.cause, event.since), Ladder())


@fold.register
def _(event: e.EscalationRaised, world: World) -> None:
    _ladder(world, event).told.append(Told(after_s=event.after_s, notify=event.notify, at=world.at))


@fold.register
def _(event: e.EscalationAcknowledged, world: World) -> None:
    ladder = _ladder(world, event)
    if ladder.seen_by:
        ends = world.at if ladder.seen_until is None else min(world.at, ladder.seen_until)
        ladder.rested += max(0, ends - ladder.seen_at)
    ladder.seen_by, ladder.seen_at, ladder.seen_until = event.by, world.at, event.until
    ladder.note = event.note
