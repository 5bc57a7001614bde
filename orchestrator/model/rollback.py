"""A rollback under way: plain state of the world, which only the fold writes."""

import msgspec


class Rollback(msgspec.Struct, kw_only=True):
    """A queue being taken back because a step of it failed."""

    because: str
    """The step that failed."""
    since: int
    task: str = ""
    """The step whose rollback is owed now, its action and its key."""
    action: str = ""
    key: str = ""
    undone: list[str] = []
    left: list[str] = []
    """Steps that a person left as they are."""
    blocked: str = ""
    """Why the step's rollback did not succeed, while a person is waited for."""
    blocked_since: int = 0
