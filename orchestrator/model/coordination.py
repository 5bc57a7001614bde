"""What people and tasks share and hand over: locks on resources, outputs of tasks. Plain values, no choices."""

import msgspec


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """One person's hold on a resource, until a moment (milliseconds)."""

    resource: str
    by: str
    since: int
    until: int
    reason: str = ""
    shared: bool = False
    """Readers may go on."""
    places: int = 0
    """Of a counted resource, how many; 0 is all of it."""


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a task made as its output and that another one builds on, as it stood where that one began."""

    task: str
    path: str
    size: int = 0
    """Bytes of the whole file."""
    text: str = ""
    """How it begins; empty where it is no text."""


class Lack(msgspec.Struct, frozen=True, kw_only=True):
    """Why an attempt did not begin: outputs that were not in the target of their task, at its commit `base`."""

    tasks: tuple[str, ...]
    """Whose outputs they are; of each path its own."""
    paths: tuple[str, ...]
    base: str
    since: int


class CatchUp(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks that a newcomer overtakes, since when."""

    over: dict[str, None]
    since: int


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A file that did not merge, and the task that had changed it; empty where none of ours did."""

    path: str
    task: str = ""
    commit: str = ""
    undeclared: tuple[str, ...] = ()
    """Those of the two whose `files` do not name it: had both, they would not have run side by side."""
