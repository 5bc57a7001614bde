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
from orchestrator.model.coordination import Handed
from orchestrator.model.talk import Word
from orchestrator.model.verdicts import Judgement


class _Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what an effect reports: refused unless `fence` is still the claim's."""

    task: str
    fence: int


class NotePrepared(_Outcome, frozen=True):
    """The workspace stands at `base`; `inputs` are the outputs of other tasks in it."""

    base: str
    inputs: tuple[Handed, ...] = ()


class NoteMissing(_Outcome, frozen=True):
    """Nothing was prepared: outputs of tasks it builds on are not in the target at `base`."""

    base: str
    tasks: tuple[str, ...]
    paths: tuple[str, ...]


class NoteLost(_Outcome, frozen=True):
    """The agent's run was cut short and nothing of it lives: the iteration starts over under its own number."""

    agent: str
    sandbox: str


class NoteWorkspaceLost(_Outcome, frozen=True):
    """The attempt's workspace is gone: a new attempt starts from its last captured commit."""


class NoteAgent(_Outcome, frozen=True):
    """The agent's call ended."""

    outcome: str
    claimed: bool
    seconds: float
    usd: float = 0.0
    tokens: int = 0
    exit_code: int | None = None
    note: str = ""
    until_ms: int | None = None
    session: str = ""
    model: str = ""
    summary: str = ""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    priced: bool = True
    """`usd` is the agent's own word; False: it names only tokens."""


class NoteWord(_Outcome, frozen=True):
    """The agent of an iteration said something, while it ran or before it ended."""

    iteration: int
    id: str
    word: Word


class NoteCapture(_Outcome, frozen=True):
    """The workspace was captured."""

    commit: str
    tree: str
    ref: str
    files: tuple[str, ...] = ()


class NoteJudgement(_Outcome, frozen=True):
    """The checks have answered."""

    judgement: Judgement
    merged: bool


class NoteProposal(_Outcome, frozen=True):
    """The commit that would land exists; `behind` is the member whose proposal it was merged onto."""

    commit: str
    tree: str
    onto: str
    behind: str = ""


class NoteCollision(_Outcome, frozen=True):
    """The work does not merge; `marked` holds it with conflict markers on `onto`, the proposal of `behind` if named."""

    onto: str
    paths: tuple[str, ...]
    marked: str
    behind: str = ""


class NoteAdvance(_Outcome, frozen=True):
    """The target contains the proposal (`landed`) or moved elsewhere."""

    landed: bool


class NoteKept(_Outcome, frozen=True):
    """The verified commit is on a branch."""

    branch: str


class NotePublished(_Outcome, frozen=True):
    """The request is open."""

    url: str
    branch: str


class NoteRequest(_Outcome, frozen=True):
    """How the request stands: `open`, `merged` as `commit`, `closed`, or `unknown`."""

    state: str
    commit: str = ""
    tree: str = ""
    note: str = ""


class NoteFault(_Outcome, frozen=True):
    """The environment failed under an effect."""

    text: str


class NoteAction(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger's command ended."""

    key: str
    ok: bool
    note: str = ""


class NoteInspection(msgspec.Struct, frozen=True, kw_only=True):
    """A gate's checks have spoken about a commit, or could not (`fault`)."""

    gate: str
    commit: str
    tries: int
    """Which of the gate's looks it was: its checks may be others by now."""
    judgement: Judgement | None = None
    fault: str = ""


class NoteDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A channel took what was sent, or did not."""

    channel: str
    messages: tuple[str, ...]
    ok: bool
    note: str = ""


Outcome: TypeAlias = (
    NotePrepared
    | NoteMissing
    | NoteLost
    | NoteWorkspaceLost
    | NoteAgent
    | NoteWord
    | NoteCapture
    | NoteJudgement
    | NoteProposal
    | NoteCollision
    | NoteAdvance
    | NoteKept
    | NotePublished
    | NoteRequest
    | NoteFault
    | NoteAction
    | NoteInspection
    | NoteDelivery
)


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
