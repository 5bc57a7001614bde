"""A queue file as read: what a person asks for, in canonical words. The codec makes it, policy judges it."""

import msgspec

from orchestrator.model.events import Imported
from orchestrator.model.specs import GateSpec, QueueSpec, Status, TaskSpec, TriggerSpec


class Stamp(msgspec.Struct, frozen=True):
    """Which render a file descends from: `summary.seq` and `summary.journal`."""

    seq: int
    journal: str


class TaskEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One task as its file shows it. `line` is where it starts, from 1."""

    spec: TaskSpec
    status: Status
    imported: Imported
    line: int


class QueueDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One queue file. `warnings` complete "FILE: ..." and change nothing."""

    path: str
    """Relative to the project."""
    spec: QueueSpec
    tasks: tuple[TaskEntry, ...] = ()
    triggers: tuple[TriggerSpec, ...] = ()
    gates: tuple[GateSpec, ...] = ()
    stamp: Stamp | None = None
    warnings: tuple[str, ...] = ()


class TaskResult(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a task, as its queue file tells it. Times are milliseconds since the epoch; empty is null."""

    status: Status
    attempts: int = 0
    iterations: int = 0
    verdict: str = ""
    error: str = ""
    last_attempt: int | None = None
    completed_at: int | None = None
    files: tuple[str, ...] = ()
    branch: str = ""
    commit: str = ""
    usd: float = 0.0
    overridden_by: str = ""
    override_reason: str = ""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A queue's counts by status (absent is 0) and the stamp of the render."""

    counts: dict[Status, int]
    stamp: Stamp
