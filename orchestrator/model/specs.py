"""What people ask for: tasks, queues, triggers and gates as their files define them, in canonical words.

Specifications are frozen; what happened to a task is in `world`. Times are milliseconds since the epoch (UTC),
durations seconds.
"""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from orchestrator.model.conditions import Condition
from orchestrator.model.spending import Budget


class Status(StrEnum):
    """Where a task stands. Only a verdict, a person or the policy moves it; never an agent."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    BLOCKED = "blocked"
    FAILED = "failed"
    SKIPPED = "skipped"


ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.SKIPPED})
"""Statuses nothing but a person leaves."""
SATISFIES = frozenset({Status.COMPLETED, Status.SKIPPED})
"""Statuses that let dependents start."""


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an escalation ladder: who is told once something has waited so long (seconds)."""

    after_s: int
    notify: str


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The unit someone wants done, as its queue file says. `None` means: ask the queue, then the project."""

    id: str
    title: str = ""
    description: str = ""
    type: str = ""
    dependencies: tuple[str, ...] = ()
    """Canonical: `queue/ID` or `gate:ID`."""
    priority: int = 2
    """Lower is more urgent."""
    files: tuple[str, ...] = ()
    """Paths or globs it will touch, `file` first."""
    tests: tuple[str, ...] = ()
    allow_test_changes: tuple[str, ...] = ()
    allow_protected: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    handoff: tuple[str, ...] = ()
    """Checks of what it hands over: they judge its work, and the target before anything that needs it begins."""
    when: Condition | None = None
    on_upstream: str = "wait"
    agent: str | None = None
    max_iterations: int | None = None
    completion_promise: str | None = None
    checks: tuple[str, ...] | None = None
    budget: Budget | None = None
    catch_up: tuple[str, ...] = ()
    """What it overtakes: tasks (`queue/ID`), or tiers of the plan (`tier:1`)."""
    race: int = 1
    """Attempts side by side, of which the first to pass lands."""
    agents: tuple[str, ...] = ()
    """Who makes them, in turn; the first is the task's own agent."""
    owner: str = ""
    start: int | None = None
    due: int | None = None
    notice_s: int | None = None
    mends: tuple[str, ...] = ()
    """Findings it is there to mend, by id or as `rule:path`: while one stands, no attempt of it passes."""
    rollback: str = ""
    """The action (`[actions.NAME]`) that undoes it when a later step of its queue fails."""
    escalate: tuple[Rung, ...] = ()
    """Who is told in turn while it waits for a person."""
    estimate_s: int = 3600
    details: str = ""
    """JSON text of the fields we give no meaning to; handed to the agent as they are."""

    @property
    def first_agent(self) -> str | None:
        """Name who is to do it: its agent, or the first of those who race."""
        return self.agent or next(iter(self.agents), None)


class QueueSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A queue as its file says, without its tasks."""

    name: str
    path: str = ""
    """Of the queue file, relative to the project; empty for a queue without a file (`prompt`)."""
    title: str = ""
    locked: bool = False
    unlock_when: Condition | None = None
    agent: str | None = None
    max_iterations: int | None = None
    completion_promise: str | None = None
    checks: tuple[str, ...] | None = None
    budget: Budget | None = None
    """What its tasks may use together."""
    task_budget: Budget | None = None
    """What each of its tasks may use that says nothing itself."""
    repo: str | None = None
    priority: int = 2


class Unlock(msgspec.Struct, frozen=True, tag="unlock", tag_field="do"):
    """Unlock a queue; latches."""

    queue: str


class Add(msgspec.Struct, frozen=True, tag="add", tag_field="do"):
    """Add a task to a queue."""

    queue: str
    spec: TaskSpec


class RunAction(msgspec.Struct, frozen=True, tag="run", tag_field="do"):
    """Run the named command of `[actions.NAME]`."""

    action: str


class Notify(msgspec.Struct, frozen=True, tag="notify", tag_field="do"):
    """Tell someone."""

    message: str


class PauseQueue(msgspec.Struct, frozen=True, tag="pause", tag_field="do", omit_defaults=True):
    """Hold a queue: for so long, until a moment (milliseconds), or until it is resumed."""

    queue: str
    for_s: int | None = None
    until: int | None = None


class ResumeQueue(msgspec.Struct, frozen=True, tag="resume", tag_field="do"):
    """Let a held queue go on."""

    queue: str


class WriteRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="write", tag_field="do"):
    """Write a file of the target: a text, or what is rendered (`report`); in its place, or behind what it holds."""

    path: str
    text: str = ""
    render: str = ""
    append: bool = False
    queue: str = ""
    """Whose target; empty: the project's first."""


Action: TypeAlias = Unlock | Add | RunAction | Notify | PauseQueue | ResumeQueue | WriteRecord


class TriggerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A condition and what happens each time it becomes true."""

    id: str
    when: Condition
    do: tuple[Action, ...]
    source: str = ""
    """The file that defines it, for messages."""


class GateSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hard stop: what must hold before what depends on it may start."""

    id: str
    title: str = ""
    requires: Condition | None = None
    checks: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    quorum: int = 1
    checklist: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    deadline: int | None = None
    source: str = ""
    queue: str = ""
    """Whose target its checks run on; empty: the project's."""
    of: str = ""
    """The task whose hand-off it is; nobody wrote it into a file."""
    hold_s: int | None = None
    """Its checks must have been green for so long."""
    escalate: tuple[Rung, ...] = ()
