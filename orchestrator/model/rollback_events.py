"""Facts about rollbacks: a queue whose step failed is taken back, the last completed step first. See `events`."""

from orchestrator.model.event_parts import EventBase


class RollbackStarted(EventBase, frozen=True, tag="rollback.started"):
    """A step (`task`) of a queue with rollbacks failed: nothing of the queue starts until what was done is undone."""

    queue: str
    task: str
    reason: str = ""


class RollbackStep(EventBase, frozen=True, tag="rollback.step"):
    """The rollback of one completed step is owed: the command `action`, under the idempotency key `key`."""

    queue: str
    task: str
    action: str
    key: str


class TaskRolledBack(EventBase, frozen=True, tag="task.rolled_back"):
    """Its rollback succeeded: it is pending again, because `because` (a task) failed."""

    task: str
    queue: str
    because: str = ""


class RollbackBlocked(EventBase, frozen=True, tag="rollback.blocked"):
    """The rollback of a step failed so often that a person must say how to go on."""

    queue: str
    task: str
    reason: str


class RollbackDecided(EventBase, frozen=True, tag="rollback.decided"):
    """A person's word on a blocked rollback: `again`, or `leave` this step as it is and go on with the others."""

    queue: str
    task: str
    decision: str
    by: str
    reason: str = ""


class RollbackFinished(EventBase, frozen=True, tag="rollback.finished"):
    """Everything is undone but what a person `left`; the queue is paused until a person resumes it."""

    queue: str
    task: str
    undone: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
