"""The line of verified work before one target, and who left it last. A part of `world`."""

import msgspec


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """How one member left a train: `how` is landed or evicted."""

    task: str
    attempt: int
    how: str
    at: int
    commit: str = ""
    reason: str = ""


class Train(msgspec.Struct, kw_only=True):
    """The line of verified work before one target."""

    members: list[str] = []
    """Task refs, in the order in which they are to land."""
    head: str = ""
    """The target's head as last heard of."""
    window: int = 1
    """How many may be in the line now: one more with every landing, half with every eviction."""
    limit: int = 0
    left: list[Departure] = []
    """The last who left it, oldest first."""
