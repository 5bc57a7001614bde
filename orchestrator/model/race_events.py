"""Facts about races: attempts at one task side by side, of which the first to pass is the task's. See `events`."""

from orchestrator.model.event_parts import EventBase


class RivalLeft(EventBase, frozen=True, tag="rival.left"):
    """One of the attempts side by side is given up; its work stays under its refs and the others go on."""

    task: str
    attempt: int
    reason: str


class RaceWon(EventBase, frozen=True, tag="race.won"):
    """The attempt passed first: it is the task's from here, and the `lost` ones have ended."""

    task: str
    attempt: int
    lost: tuple[int, ...] = ()
