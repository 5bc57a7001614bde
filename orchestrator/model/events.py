"""Facts: everything that can stand in the journal. Past tense, frozen, closed.

Users script against these names and fields: fields are added, never renamed, and every one added has a default,
so that journals of every version fold for ever. Times are milliseconds since the epoch, durations seconds.
"""

from typing import TypeAlias

import msgspec

from orchestrator.model.specs import GateSpec, QueueSpec, Status, TaskSpec, TriggerSpec
from orchestrator.model.verdicts import Finding, Verdict


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of all events; carries nothing."""


class Imported(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Results a queue file already had when its task was first seen; kept as they were, never believed as verdicts."""

    status: Status = Status.PENDING
    attempts: int = 0
    iterations: int = 0
    verdict: str = ""
    error: str = ""
    completed_at: str = ""
    commit: str = ""


class CheckSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check's part in a verdict, short; the whole report is in the run folder's `verdict.json`."""

    name: str
    report: str
    summary: str = ""
    seconds: float = 0.0
    cached: bool = False


# -- queues and tasks as people define them ------------------------------------------------------------------------


class QueueAdded(_Event, frozen=True, tag="queue.added"):
    queue: str
    spec: QueueSpec


class QueueEdited(_Event, frozen=True, tag="queue.edited"):
    queue: str
    spec: QueueSpec


class QueueUnlocked(_Event, frozen=True, tag="queue.unlocked"):
    queue: str
    because: str = ""


class QueuePaused(_Event, frozen=True, tag="queue.paused"):
    queue: str
    because: str = ""


class QueueResumed(_Event, frozen=True, tag="queue.resumed"):
    queue: str
    because: str = ""


class TaskAdded(_Event, frozen=True, tag="task.added"):
    task: str
    spec: TaskSpec
    imported: Imported | None = None
    order: int = 0
    """Position in its file; tasks of equal urgency start in this order."""


class TaskEdited(_Event, frozen=True, tag="task.edited"):
    task: str
    spec: TaskSpec
    order: int | None = None


class TaskRemoved(_Event, frozen=True, tag="task.removed"):
    task: str


class EditRefused(_Event, frozen=True, tag="edit.refused"):
    """A person's save asked for something that is not done. `of` names what was asked, so that it is refused once."""

    queue: str
    reason: str
    task: str = ""
    of: str = ""


# -- a task on its way ---------------------------------------------------------------------------------------------


class TaskClaimed(_Event, frozen=True, tag="task.claimed"):
    """A worker took the task. `resumed`: the same attempt goes on under a new owner, whose fence this seq is."""

    task: str
    attempt: int
    worker: str
    slot: int = 1
    resumed: bool = False


class AttemptPrepared(_Event, frozen=True, tag="attempt.prepared"):
    """The workspace stands at `base` (a commit of the target)."""

    task: str
    attempt: int
    base: str


class IterationStarted(_Event, frozen=True, tag="iteration.started"):
    """The agent is to run. Repeated with the same number when the iteration had to be started over; counts once."""

    task: str
    attempt: int
    iteration: int
    agent: str
    sandbox: str
    base: str
    restarted: bool = False


class AgentFinished(_Event, frozen=True, tag="agent.finished"):
    task: str
    attempt: int
    iteration: int
    outcome: str
    claimed: bool
    seconds: float
    usd: float = 0.0
    tokens: int = 0
    exit_code: int | None = None
    note: str = ""


class IterationCaptured(_Event, frozen=True, tag="iteration.captured"):
    """The workspace as the agent left it is a synced commit under a ref of ours. `files` differ from the base."""

    task: str
    attempt: int
    iteration: int
    commit: str
    tree: str
    ref: str
    files: tuple[str, ...] = ()


class VerdictReached(_Event, frozen=True, tag="verdict.reached"):
    """What policy concludes about one tree. `merged`: the tree is the one that would land, after the merge."""

    task: str
    attempt: int
    iteration: int
    verdict: Verdict
    tree: str
    base: str
    checks: tuple[CheckSummary, ...] = ()
    findings: tuple[Finding, ...] = ()
    merged: bool = False
    by: str = ""
    reason: str = ""


class TrainBoarded(_Event, frozen=True, tag="train.boarded"):
    """The attempt holds the target's train: nobody else lands there until it has left."""

    task: str
    attempt: int
    target: str


class TrainProposed(_Event, frozen=True, tag="train.proposed"):
    """The commit that would land: the verified work merged onto `onto`, the target's head."""

    task: str
    attempt: int
    target: str
    commit: str
    tree: str
    onto: str


class TrainMissed(_Event, frozen=True, tag="train.missed"):
    """The target moved under the proposal; it is built again on the new head."""

    task: str
    attempt: int
    target: str


class AttemptEnded(_Event, frozen=True, tag="attempt.ended"):
    """Immutable from here. `carry` is the commit whose files the next attempt starts from."""

    task: str
    attempt: int
    reason: str
    findings: tuple[Finding, ...] = ()
    carry: str = ""
    carry_base: str = ""


class TaskMerged(_Event, frozen=True, tag="task.merged"):
    task: str
    attempt: int
    commit: str
    tree: str
    target: str
    branch: str = ""


class TaskCompleted(_Event, frozen=True, tag="task.completed"):
    task: str
    by: str = ""
    note: str = ""
    branch: str = ""
    commit: str = ""


class TaskFailed(_Event, frozen=True, tag="task.failed"):
    task: str
    reason: str


class TaskBlocked(_Event, frozen=True, tag="task.blocked"):
    task: str
    reason: str
    findings: tuple[Finding, ...] = ()


class TaskSkipped(_Event, frozen=True, tag="task.skipped"):
    task: str
    reason: str
    by: str = ""


class TaskReleased(_Event, frozen=True, tag="task.released"):
    """The claim is given back; the attempt stays as it is and can be resumed by anyone."""

    task: str
    reason: str


class TaskReset(_Event, frozen=True, tag="task.reset"):
    """`retry`, a revert or a hand edit to `pending`: the iterations are granted anew."""

    task: str
    reason: str
    by: str = ""


class TaskDecided(_Event, frozen=True, tag="task.decided"):
    """A person's word on a blocked task: `revert`, `override` or `abort`."""

    task: str
    decision: str
    by: str
    reason: str
    tree: str = ""


# -- lanes ---------------------------------------------------------------------------------------------------------


class LaneParked(_Event, frozen=True, tag="lane.parked"):
    """The queue waits: for a fault to clear (`code` = fault, probed from `until` on) or until a time (`parked`)."""

    queue: str
    code: str
    text: str
    until: int
    task: str = ""
    attempt: int = 0
    iteration: int = 0
    tree: str = ""


class LaneResumed(_Event, frozen=True, tag="lane.resumed"):
    queue: str
    because: str = ""


# -- triggers and gates --------------------------------------------------------------------------------------------


class TriggerDefined(_Event, frozen=True, tag="trigger.defined"):
    trigger: str
    spec: TriggerSpec


class TriggerRemoved(_Event, frozen=True, tag="trigger.removed"):
    trigger: str


class TriggerFired(_Event, frozen=True, tag="trigger.fired"):
    """The condition became true for the `count`-th time; what it does stands in the same commit or follows by key."""

    trigger: str
    count: int


class ActionStarted(_Event, frozen=True, tag="action.started"):
    key: str
    worker: str


class ActionFinished(_Event, frozen=True, tag="action.finished"):
    key: str
    ok: bool
    note: str = ""


class GateDefined(_Event, frozen=True, tag="gate.defined"):
    gate: str
    spec: GateSpec


class GateRemoved(_Event, frozen=True, tag="gate.removed"):
    gate: str


class GateApproved(_Event, frozen=True, tag="gate.approved"):
    gate: str
    by: str
    note: str = ""
    evidence: tuple[str, ...] = ()


class GateRejected(_Event, frozen=True, tag="gate.rejected"):
    gate: str
    by: str
    reason: str


class GateOpened(_Event, frozen=True, tag="gate.opened"):
    gate: str


Event: TypeAlias = (
    QueueAdded
    | QueueEdited
    | QueueUnlocked
    | QueuePaused
    | QueueResumed
    | TaskAdded
    | TaskEdited
    | TaskRemoved
    | EditRefused
    | TaskClaimed
    | AttemptPrepared
    | IterationStarted
    | AgentFinished
    | IterationCaptured
    | VerdictReached
    | TrainBoarded
    | TrainProposed
    | TrainMissed
    | AttemptEnded
    | TaskMerged
    | TaskCompleted
    | TaskFailed
    | TaskBlocked
    | TaskSkipped
    | TaskReleased
    | TaskReset
    | TaskDecided
    | LaneParked
    | LaneResumed
    | TriggerDefined
    | TriggerRemoved
    | TriggerFired
    | ActionStarted
    | ActionFinished
    | GateDefined
    | GateRemoved
    | GateApproved
    | GateRejected
    | GateOpened
)


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """The unit of order, atomicity and dedup: one journal line.

    `seq` is 1, 2, 3, ... without holes; `prev` the SHA-256 of the line before; `at` milliseconds since the epoch, for
    people, never for order; `id` chosen by the writer before the first try.
    """

    seq: int
    id: str
    prev: str
    at: int
    by: str
    events: tuple[Event, ...]
