"""Facts: everything that can stand in the journal. Past tense, frozen, closed.

Users script against these names and fields: fields are added, never renamed, and every one added has a default,
so that journals of every version fold for ever. Times are milliseconds since the epoch, durations seconds.
"""

from typing import TypeAlias

import msgspec

from orchestrator.model.budget_events import BudgetNeared as BudgetNeared
from orchestrator.model.budget_events import BudgetReached as BudgetReached
from orchestrator.model.coordination import Handed
from orchestrator.model.coordination_events import CatchUpStarted as CatchUpStarted
from orchestrator.model.coordination_events import ConflictFound as ConflictFound
from orchestrator.model.coordination_events import InputsMissed as InputsMissed
from orchestrator.model.coordination_events import NoticeAnnounced as NoticeAnnounced
from orchestrator.model.coordination_events import ResourceLocked as ResourceLocked
from orchestrator.model.coordination_events import ResourceUnlocked as ResourceUnlocked
from orchestrator.model.coordination_events import TaskYielded as TaskYielded
from orchestrator.model.coordination_events import WorkersSet as WorkersSet
from orchestrator.model.definition_events import EditRefused as EditRefused
from orchestrator.model.definition_events import QueueAdded as QueueAdded
from orchestrator.model.definition_events import QueueEdited as QueueEdited
from orchestrator.model.definition_events import QueuePaused as QueuePaused
from orchestrator.model.definition_events import QueueResumed as QueueResumed
from orchestrator.model.definition_events import QueueUnlocked as QueueUnlocked
from orchestrator.model.definition_events import TaskAdded as TaskAdded
from orchestrator.model.definition_events import TaskEdited as TaskEdited
from orchestrator.model.definition_events import TaskRemoved as TaskRemoved
from orchestrator.model.digest_events import DigestDue as DigestDue
from orchestrator.model.discovery_events import BaselineRecorded as BaselineRecorded
from orchestrator.model.event_parts import CheckSummary as CheckSummary
from orchestrator.model.event_parts import EventBase
from orchestrator.model.event_parts import Imported as Imported
from orchestrator.model.gate_events import FileSeen as FileSeen
from orchestrator.model.gate_events import GateApproved as GateApproved
from orchestrator.model.gate_events import GateChecked as GateChecked
from orchestrator.model.gate_events import GateChecking as GateChecking
from orchestrator.model.gate_events import GateDefined as GateDefined
from orchestrator.model.gate_events import GateExpired as GateExpired
from orchestrator.model.gate_events import GateOpened as GateOpened
from orchestrator.model.gate_events import GateReady as GateReady
from orchestrator.model.gate_events import GateRejected as GateRejected
from orchestrator.model.gate_events import GateRemoved as GateRemoved
from orchestrator.model.gate_events import GateRevoked as GateRevoked
from orchestrator.model.gate_events import MomentReached as MomentReached
from orchestrator.model.gate_events import TargetMoved as TargetMoved
from orchestrator.model.ladder_events import EscalationAcknowledged as EscalationAcknowledged
from orchestrator.model.ladder_events import EscalationRaised as EscalationRaised
from orchestrator.model.lane_events import AccountParked as AccountParked
from orchestrator.model.lane_events import AccountResumed as AccountResumed
from orchestrator.model.lane_events import ActionBlocked as ActionBlocked
from orchestrator.model.lane_events import ActionDecided as ActionDecided
from orchestrator.model.lane_events import ActionFinished as ActionFinished
from orchestrator.model.lane_events import ActionStarted as ActionStarted
from orchestrator.model.lane_events import LaneParked as LaneParked
from orchestrator.model.lane_events import LaneResumed as LaneResumed
from orchestrator.model.lane_events import TriggerDefined as TriggerDefined
from orchestrator.model.lane_events import TriggerFired as TriggerFired
from orchestrator.model.lane_events import TriggerRemoved as TriggerRemoved
from orchestrator.model.message_events import MessageDue as MessageDue
from orchestrator.model.message_events import MessageFailed as MessageFailed
from orchestrator.model.message_events import MessageSending as MessageSending
from orchestrator.model.message_events import MessageSent as MessageSent
from orchestrator.model.race_events import RaceWon as RaceWon
from orchestrator.model.race_events import RivalLeft as RivalLeft
from orchestrator.model.request_events import RequestOpened as RequestOpened
from orchestrator.model.request_events import RequestSeen as RequestSeen
from orchestrator.model.rollback_events import RollbackBlocked as RollbackBlocked
from orchestrator.model.rollback_events import RollbackDecided as RollbackDecided
from orchestrator.model.rollback_events import RollbackFinished as RollbackFinished
from orchestrator.model.rollback_events import RollbackStarted as RollbackStarted
from orchestrator.model.rollback_events import RollbackStep as RollbackStep
from orchestrator.model.rollback_events import TaskRolledBack as TaskRolledBack
from orchestrator.model.talk_events import AgentAsked as AgentAsked
from orchestrator.model.talk_events import AgentLearned as AgentLearned
from orchestrator.model.talk_events import AgentProposed as AgentProposed
from orchestrator.model.talk_events import AgentReported as AgentReported
from orchestrator.model.talk_events import LearningDropped as LearningDropped
from orchestrator.model.talk_events import ProposalAccepted as ProposalAccepted
from orchestrator.model.talk_events import ProposalRejected as ProposalRejected
from orchestrator.model.talk_events import QuestionAnswered as QuestionAnswered
from orchestrator.model.train_events import TrainBoarded as TrainBoarded
from orchestrator.model.train_events import TrainDoubted as TrainDoubted
from orchestrator.model.train_events import TrainEvicted as TrainEvicted
from orchestrator.model.train_events import TrainMissed as TrainMissed
from orchestrator.model.train_events import TrainProposed as TrainProposed
from orchestrator.model.verdicts import Finding, Verdict

# -- a task on its way ---------------------------------------------------------------------------------------------


class TaskClaimed(EventBase, frozen=True, tag="task.claimed"):
    """A worker took the task. `resumed`: the same attempt goes on under a new owner, whose fence this seq is.

    `rival`: one more attempt, by `agent`, beside the one that is under way.
    """

    task: str
    attempt: int
    worker: str
    slot: int = 1
    resumed: bool = False
    rival: bool = False
    agent: str = ""


class AttemptPrepared(EventBase, frozen=True, tag="attempt.prepared"):
    """The workspace stands at `base` (a commit of the target)."""

    task: str
    attempt: int
    base: str
    inputs: tuple[Handed, ...] = ()
    """Outputs of other tasks that it finds there."""


class IterationStarted(EventBase, frozen=True, tag="iteration.started"):
    """The agent is to run. Repeated with the same number when the iteration had to be started over; counts once."""

    task: str
    attempt: int
    iteration: int
    agent: str
    sandbox: str
    base: str
    restarted: bool = False


class AgentFinished(EventBase, frozen=True, tag="agent.finished"):
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
    consumed: bool = True
    """False: the account or its service failed, not the agent; the iteration is had again."""
    session: str = ""
    model: str = ""
    summary: str = ""
    """Its last words, short; for whoever builds on its work."""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    priced: bool = True
    """False: it used tokens whose price nobody knows; `usd` leaves them out."""
    price: str = ""
    """The row of the price table that `usd` was reckoned by; empty: the agent's own word."""


class IterationCaptured(EventBase, frozen=True, tag="iteration.captured"):
    """The workspace as the agent left it is a synced commit under a ref of ours. `files` differ from the base."""

    task: str
    attempt: int
    iteration: int
    commit: str
    tree: str
    ref: str
    files: tuple[str, ...] = ()


class VerdictReached(EventBase, frozen=True, tag="verdict.reached"):
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
    usd: float = 0.0
    """What reviewers cost, where checks are reviews."""
    tokens: int = 0
    priced: bool = True


class AttemptEnded(EventBase, frozen=True, tag="attempt.ended"):
    """Immutable from here. `carry` is the commit whose files the next attempt starts from."""

    task: str
    attempt: int
    reason: str
    findings: tuple[Finding, ...] = ()
    carry: str = ""
    carry_base: str = ""


class TaskMerged(EventBase, frozen=True, tag="task.merged"):
    task: str
    attempt: int
    commit: str
    tree: str
    target: str
    branch: str = ""


class TaskCompleted(EventBase, frozen=True, tag="task.completed"):
    task: str
    by: str = ""
    note: str = ""
    branch: str = ""
    commit: str = ""


class TaskFailed(EventBase, frozen=True, tag="task.failed"):
    task: str
    reason: str


class TaskBlocked(EventBase, frozen=True, tag="task.blocked"):
    task: str
    reason: str
    findings: tuple[Finding, ...] = ()


class TaskSkipped(EventBase, frozen=True, tag="task.skipped"):
    task: str
    reason: str
    by: str = ""
    root: str = ""
    """The task or gate (`gate:ID`) that was given up, and this with it."""


class TaskReleased(EventBase, frozen=True, tag="task.released"):
    """The claim is given back; the attempt stays as it is and can be resumed by anyone."""

    task: str
    reason: str


class TaskReset(EventBase, frozen=True, tag="task.reset"):
    """`retry`, a revert or a hand edit to `pending`: the iterations are granted anew."""

    task: str
    reason: str
    by: str = ""


class TaskAttached(EventBase, frozen=True, tag="task.attached"):
    """A person has the task's folder for as long as the process `worker` lives. `now`: its agent was stopped for it."""

    task: str
    attempt: int
    by: str
    worker: str
    now: bool = False


class TaskDetached(EventBase, frozen=True, tag="task.detached"):
    """The person has left; the work goes on with the next iteration."""

    task: str
    by: str
    seconds: float = 0.0
    note: str = ""


class TaskDecided(EventBase, frozen=True, tag="task.decided"):
    """A person's word on a blocked task: `revert`, `override` or `abort`."""

    task: str
    decision: str
    by: str
    reason: str
    tree: str = ""


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
    | TrainDoubted
    | TrainEvicted
    | RequestOpened
    | RequestSeen
    | RivalLeft
    | RaceWon
    | AttemptEnded
    | TaskMerged
    | TaskCompleted
    | TaskFailed
    | TaskBlocked
    | TaskSkipped
    | TaskReleased
    | TaskReset
    | TaskDecided
    | TaskAttached
    | TaskDetached
    | AgentReported
    | AgentAsked
    | AgentProposed
    | AgentLearned
    | QuestionAnswered
    | ProposalAccepted
    | ProposalRejected
    | LearningDropped
    | LaneParked
    | LaneResumed
    | AccountParked
    | AccountResumed
    | BudgetNeared
    | BudgetReached
    | TriggerDefined
    | TriggerRemoved
    | TriggerFired
    | ActionStarted
    | ActionFinished
    | ActionBlocked
    | ActionDecided
    | RollbackStarted
    | RollbackStep
    | TaskRolledBack
    | RollbackBlocked
    | RollbackDecided
    | RollbackFinished
    | GateDefined
    | GateRemoved
    | GateApproved
    | GateRejected
    | GateRevoked
    | GateOpened
    | GateReady
    | GateExpired
    | GateChecking
    | GateChecked
    | TargetMoved
    | FileSeen
    | MomentReached
    | EscalationRaised
    | EscalationAcknowledged
    | MessageDue
    | MessageSending
    | MessageSent
    | MessageFailed
    | BaselineRecorded
    | CatchUpStarted
    | ConflictFound
    | NoticeAnnounced
    | TaskYielded
    | InputsMissed
    | ResourceLocked
    | ResourceUnlocked
    | WorkersSet
    | DigestDue
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
