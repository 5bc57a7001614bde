"""Facts about what tasks and people share. See `events`."""

from orchestrator.model.coordination import Conflict
from orchestrator.model.event_parts import EventBase


class ResourceLocked(EventBase, frozen=True, tag="resource.locked"):
    """Somebody has a resource until a moment; the same person again holds it on these terms from now on.

    `shared`: readers may go on; `places`: so many of a counted one, 0 is all of it.
    """

    resource: str
    by: str
    until: int
    reason: str = ""
    shared: bool = False
    places: int = 0


class ResourceUnlocked(EventBase, frozen=True, tag="resource.unlocked"):
    """The lock of `by` is over: given back, taken away or run out, as `because` says."""

    resource: str
    by: str
    because: str = ""


class InputsMissed(EventBase, frozen=True, tag="inputs.missed"):
    """The task did not begin: what it builds on is not in the target at `base`. Of each path, `tasks` says whose.

    The claim is given back; it begins once the target has moved and holds them.
    """

    task: str
    attempt: int
    base: str
    tasks: tuple[str, ...]
    paths: tuple[str, ...]


class CatchUpStarted(EventBase, frozen=True, tag="catchup.started"):
    """A late arrival overtakes these tasks: until it has ended they begin no iteration while it gets on."""

    task: str
    over: tuple[str, ...] = ()


class WorkersSet(EventBase, frozen=True, tag="workers.set"):
    """From now on a run works on so many tasks of a queue at once, or (no queue) in all; null: as configured."""

    queue: str = ""
    workers: int | None = None
    by: str = ""


class TaskYielded(EventBase, frozen=True, tag="task.yielded"):
    """The task could start, and lets `to` go first, until `until` (milliseconds) at the latest.

    `over`: it need not any more, since the plan has changed.
    """

    task: str
    to: str
    until: int
    over: bool = False


class NoticeAnnounced(EventBase, frozen=True, tag="notice.announced"):
    """The change a task is going to make is announced: its notice runs from now. `told` are the tasks it concerns."""

    task: str
    told: tuple[str, ...] = ()


class ConflictFound(EventBase, frozen=True, tag="conflict.found"):
    """Its work does not merge onto `onto`: in which files, and with whose."""

    task: str
    attempt: int
    onto: str
    conflicts: tuple[Conflict, ...] = ()
