"""Asks: what comes back from effects and what people want. Imperative; whether it happens is `policy.decide`'s."""

from typing import TypeAlias

import msgspec

from orchestrator.model.adding_commands import AcceptProposal as AcceptProposal
from orchestrator.model.adding_commands import AcceptProposals as AcceptProposals
from orchestrator.model.adding_commands import AddTask as AddTask
from orchestrator.model.adding_commands import AddTasks as AddTasks
from orchestrator.model.adding_commands import AskToAdd as AskToAdd
from orchestrator.model.adding_commands import Discover as Discover
from orchestrator.model.adding_commands import Found as Found
from orchestrator.model.adding_commands import RecordBaseline as RecordBaseline
from orchestrator.model.outcomes import NoteAction as NoteAction
from orchestrator.model.outcomes import NoteAdvance as NoteAdvance
from orchestrator.model.outcomes import NoteAgent as NoteAgent
from orchestrator.model.outcomes import NoteCapture as NoteCapture
from orchestrator.model.outcomes import NoteCollision as NoteCollision
from orchestrator.model.outcomes import NoteDelivery as NoteDelivery
from orchestrator.model.outcomes import NoteFault as NoteFault
from orchestrator.model.outcomes import NoteInspection as NoteInspection
from orchestrator.model.outcomes import NoteJudgement as NoteJudgement
from orchestrator.model.outcomes import NoteKept as NoteKept
from orchestrator.model.outcomes import NoteLost as NoteLost
from orchestrator.model.outcomes import NoteMissing as NoteMissing
from orchestrator.model.outcomes import NotePrepared as NotePrepared
from orchestrator.model.outcomes import NoteProposal as NoteProposal
from orchestrator.model.outcomes import NotePublished as NotePublished
from orchestrator.model.outcomes import NoteRequest as NoteRequest
from orchestrator.model.outcomes import NoteWord as NoteWord
from orchestrator.model.outcomes import NoteWorkspaceLost as NoteWorkspaceLost
from orchestrator.model.outcomes import Outcome as Outcome
from orchestrator.model.verdicts import Judgement


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """Grant the iterations anew; `take_over` also takes it from a worker that is alive but stopped."""

    task: str
    by: str = ""
    take_over: bool = False


class Skip(msgspec.Struct, frozen=True, kw_only=True):
    """Leave it undone, with a reason; dependents go on, or are given up with it."""

    task: str
    reason: str
    by: str = ""
    dependents: bool = False


class Cancel(msgspec.Struct, frozen=True, kw_only=True):
    """Stop working on it now and hold it until `retry`."""

    task: str
    by: str = ""


class Decide(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word on a blocked task."""

    task: str
    decision: str
    reason: str
    by: str


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A person finished a human task."""

    task: str
    by: str
    evidence: tuple[str, ...] = ()
    judgement: Judgement | None = None
    """What the task's checks said of the target's head; None where it has none."""
    commit: str = ""


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a queue: until a moment, for so long, or until it is resumed."""

    queue: str
    by: str = ""
    until: int | None = None
    within_ms: int | None = None


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    """Let a held queue go on, and probe a parked one, or a parked `account:NAME`, now."""

    queue: str
    by: str = ""


class EditTask(msgspec.Struct, frozen=True, kw_only=True):
    """Change the named fields of a task's specification."""

    task: str
    changes: dict[str, object]
    by: str = ""


class Attach(msgspec.Struct, frozen=True, kw_only=True):
    """Let a person have the task's folder, while the process `worker` lives; `now`: do not wait for its iteration."""

    task: str
    by: str
    worker: str
    now: bool = False


class Detach(msgspec.Struct, frozen=True, kw_only=True):
    """The person who attached has left, after so many seconds."""

    task: str
    worker: str
    seconds: float = 0.0
    note: str = ""


class AnswerQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Answer what a task's agent asked; `question` may be left out where only one is open."""

    task: str
    text: str
    by: str
    question: str = ""


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """Drop a proposal (`P2`) or a learning (`L3`)."""

    name: str
    by: str = ""
    reason: str = ""


class Approve(msgspec.Struct, frozen=True, kw_only=True):
    """One person's signature under a gate."""

    gate: str
    by: str
    note: str = ""
    evidence: tuple[str, ...] = ()
    said: str = ""
    signature: str = ""


class RejectGate(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a gate until someone approves it anew; `abandon`: give up what could only come after it."""

    gate: str
    by: str
    reason: str
    abandon: bool = False


class DecideAction(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word on commands of a trigger that do not succeed: try them `again` now, or `drop` them."""

    trigger: str
    decision: str
    reason: str = ""
    by: str = ""


class Acknowledge(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody sees to what `about` (`gate:ID` or `queue/ID`) waits for: nobody further is told, or not before `until`.

    `within_ms` says it as a duration.
    """

    about: str
    by: str
    until: int | None = None
    within_ms: int | None = None
    note: str = ""


class RevokeGate(msgspec.Struct, frozen=True, kw_only=True):
    """Take one's approval of a gate back, and shut it where it is open."""

    gate: str
    by: str
    reason: str


class DecideRollback(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word on a rollback that does not succeed: `again`, or `leave` the step as it is."""

    queue: str
    decision: str
    reason: str = ""
    by: str = ""


class SetWorkers(msgspec.Struct, frozen=True, kw_only=True):
    """Let a run work on so many tasks of a queue at once, or (no queue) in all; more or fewer; or as configured."""

    queue: str = ""
    workers: int | None = None
    more: int = 0
    by: str = ""


class LockResource(msgspec.Struct, frozen=True, kw_only=True):
    """Have a resource until a moment (milliseconds); it may be `NAME:read` or `NAME=2`, as tasks name it."""

    resource: str
    by: str
    until: int
    reason: str = ""


class UnlockResource(msgspec.Struct, frozen=True, kw_only=True):
    """Give a lock back; somebody else's, with `whose` and a reason."""

    resource: str
    by: str
    whose: str = ""
    reason: str = ""


AskOfTalk: TypeAlias = AnswerQuestion | Reject


Ask: TypeAlias = (
    Retry
    | Skip
    | Cancel
    | Decide
    | Done
    | Pause
    | Resume
    | EditTask
    | Attach
    | Detach
    | Approve
    | RejectGate
    | RevokeGate
    | DecideRollback
    | Acknowledge
    | LockResource
    | UnlockResource
    | SetWorkers
    | DecideAction
    | AskOfTalk
    | AskToAdd
)


class Refusal(msgspec.Struct, frozen=True):
    """Why an ask does not happen, as a fragment that says what to do next. A value, not an error."""

    text: str
