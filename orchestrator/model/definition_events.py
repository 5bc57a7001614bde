"""Facts about queues and tasks as people define them. See `events`."""

from orchestrator.model.event_parts import EventBase, Imported
from orchestrator.model.specs import QueueSpec, TaskSpec


class QueueAdded(EventBase, frozen=True, tag="queue.added"):
    queue: str
    spec: QueueSpec


class QueueEdited(EventBase, frozen=True, tag="queue.edited"):
    queue: str
    spec: QueueSpec


class QueueUnlocked(EventBase, frozen=True, tag="queue.unlocked"):
    queue: str
    because: str = ""


class QueuePaused(EventBase, frozen=True, tag="queue.paused"):
    queue: str
    because: str = ""
    until: int | None = None
    """When it goes on by itself; None: when it is resumed."""


class QueueResumed(EventBase, frozen=True, tag="queue.resumed"):
    queue: str
    because: str = ""


class TaskAdded(EventBase, frozen=True, tag="task.added"):
    task: str
    spec: TaskSpec
    imported: Imported | None = None
    order: int = 0
    """Position in its file; tasks of equal urgency start in this order."""


class TaskEdited(EventBase, frozen=True, tag="task.edited"):
    task: str
    spec: TaskSpec
    order: int | None = None


class TaskRemoved(EventBase, frozen=True, tag="task.removed"):
    task: str


class EditRefused(EventBase, frozen=True, tag="edit.refused"):
    """A person's save asked for something that is not done. `of` names what was asked, so that it is refused once."""

    queue: str
    reason: str
    task: str = ""
    of: str = ""
