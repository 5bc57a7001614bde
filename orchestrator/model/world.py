"""The world: what the journal adds up to. Plain state, no choices; only `fold` writes it.

Everything here is reproducible from the commits in order. Times are milliseconds since the epoch.
"""

from enum import StrEnum

import msgspec

from orchestrator.model.coordination import CatchUp, Conflict, Handed, Lack, Lock
from orchestrator.model.events import CheckSummary, Imported
from orchestrator.model.gates import Gate
from orchestrator.model.ladders import Ladder
from orchestrator.model.messages import Post
from orchestrator.model.rollback import Rollback
from orchestrator.model.specs import GateSpec, QueueSpec, Status, TaskSpec, TriggerSpec, WriteRecord
from orchestrator.model.spending import Spent, usd
from orchestrator.model.talk import Learning, Proposal, Question
from orchestrator.model.train import Train
from orchestrator.model.verdicts import Finding


class Step(StrEnum):
    """What an attempt needs next. Each step ends with a commit."""

    PREPARE = "prepare"
    """Make the workspace."""
    START = "start"
    """Begin the next iteration (a decision: limits are asked here)."""
    AGENT = "agent"
    """Run, adopt or read the agent of the iteration that started."""
    CAPTURE = "capture"
    """Snapshot the workspace."""
    VERIFY = "verify"
    """Judge the captured tree."""
    BOARD = "board"
    """Verified; wait for a place in the target's train."""
    COMBINE = "combine"
    """Build the commit that would land behind those before it."""
    REVERIFY = "reverify"
    """Judge the merged tree."""
    ADVANCE = "advance"
    """Move the target, once all before it have landed."""
    REVIEW = "review"
    """A request for it is open on the code host: a person merges it."""
    DOUBT = "doubt"
    """Red, or in conflict with what stands before it; whose fault that is shows once that has landed."""


LANDING = frozenset({Step.BOARD, Step.COMBINE, Step.REVERIFY, Step.ADVANCE, Step.DOUBT})
"""Steps of verified work on its way to the target."""


class Claim(msgspec.Struct, kw_only=True):
    """Who serves the task. `fence` is the seq of the commit that gave it."""

    worker: str
    slot: int
    fence: int
    since: int


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """An open request on a code host: when it was last looked at, and how often."""

    url: str
    branch: str
    seen: int
    looks: int = 0
    opened: int = 0


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """Why an attempt is to leave the train if what it stands on lands; `carry` holds the merged state."""

    reason: str
    findings: tuple[Finding, ...] = ()
    carry: str = ""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Who sits in the task's folder, by which process; it is as alive as that process."""

    by: str
    worker: str
    since: int


class Yielding(msgspec.Struct, frozen=True, kw_only=True):
    """Since when a task lets another go first, and until when at the latest (milliseconds)."""

    since: int
    until: int


class Attempt(msgspec.Struct, kw_only=True):
    """The attempt under way. `iteration` counts from 1 within the attempt; 0 before the first."""

    number: int
    step: Step = Step.PREPARE
    began: int = 0
    since: int = 0
    """When its step began."""
    base: str = ""
    iteration: int = 0
    started_seq: int = 0
    """The commit that last started the iteration: before the claim's fence, somebody else launched it."""
    agent: str = ""
    sandbox: str = ""
    commit: str = ""
    tree: str = ""
    ref: str = ""
    idle: list[str] = []
    """Agents of the last iterations in a row that left the files as they found them."""
    claimed: bool = False
    consumed: bool = True
    """False: the iteration under way was cut off by its account, and is had again under its number."""
    resumes: int = 0
    resumed: int = 0
    """How often the iteration `resumed` was cut off by its account, each time to be had again."""
    passed: list[tuple[str, str]] = []
    """(tree, base) of every verdict of this attempt that says PASS."""
    proposal: str = ""
    """Commit that would land, its tree, and the commit it stands on."""
    proposal_tree: str = ""
    onto: str = ""
    doubt: Doubt | None = None
    request: Request | None = None
    heard: dict[str, str] = {}
    """`iteration/word` -> kind: what its agents said back, each counted once."""
    inputs: tuple[Handed, ...] = ()
    plea: str = ""
    """The question (`Q1`) in which the agent under way said that it is blocked."""


class Task(msgspec.Struct, kw_only=True):
    """A task and what happened to it."""

    ref: str
    spec: TaskSpec
    order: int
    status: Status = Status.PENDING
    since: int = 0
    """When the status last changed."""
    added_seq: int = 0
    added_at: int = 0
    specs: list[tuple[int, TaskSpec]] = []
    """(seq, spec) of every version, oldest first: what a save is merged against."""
    statuses: list[tuple[int, Status]] = []
    """(seq, status) of every change, oldest first."""
    imported: Imported | None = None
    reported: bool = False
    """Has an event of its own besides task.added and task.edited: result fields are rendered from then on."""
    claim: Claim | None = None
    slot: int = 1
    """The worker slot that last had it: which loop-state file tells of it."""
    attempt: Attempt | None = None
    attempts: int = 0
    spent: Spent = msgspec.field(default_factory=Spent)
    """Over all attempts; a restarted iteration counts once."""
    granted_at: int = 0
    """`iterations` when they were last granted anew: used = iterations - granted_at."""
    agent: str = ""
    """Who worked on it last."""
    verdict: str = ""
    checks: tuple[CheckSummary, ...] = ()
    feedback: tuple[Finding, ...] = ()
    """For the next prompt."""
    note: str = ""
    """One line for the next prompt: no claim, timeout, interrupted."""
    session: str = ""
    """The agent's own session of the last call, and by which agent (`agent:session`)."""
    summary: str = ""
    """What its agent said last."""
    held: Hold | None = None
    hands: str = ""
    """Who worked in its folder by hand, until an agent that was started after that (`hands_seq`) has ended."""
    hands_seq: int = 0
    repeated: int = 0
    """How often in a row the same findings came back."""
    reason: str = ""
    """Why it is blocked, failed or skipped."""
    by: str = ""
    files: tuple[str, ...] = ()
    branch: str = ""
    commit: str = ""
    last_attempt: int | None = None
    completed_at: int | None = None
    carry: str = ""
    carry_base: str = ""
    """The commit the next attempt starts from, and what it was based on."""
    overrides: list[str] = []
    """Trees a person called PASS."""
    overridden_by: str = ""
    """Who said so of the work its verdict is about, and why; empty where checks did."""
    override_reason: str = ""
    not_before: int = 0
    announced: int = 0
    """When its notice began to run, and the tasks it concerns."""
    told: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    """What its work conflicted with when it last did not merge."""
    lack: Lack | None = None
    """Outputs it builds on that were not there when it was to begin."""
    questions: list[Question] = []
    """What its agents asked people, oldest first."""
    awaits: list[str] = []
    """The questions whose answers the next iteration waits for."""

    yields: dict[str, Yielding] = {}
    """Whom it let go first, though it could start."""
    rivals: dict[int, "Task"] = {}
    """Attempts beside its own, by number: each a task in miniature."""
    raced: int = 0
    """How many there were in all."""

    @property
    def iterations(self) -> int:
        """Count its iterations over all attempts."""
        return self.spent.iterations

    @property
    def usd(self) -> float:
        """Say what its agents cost, in USD."""
        return usd(self.spent.micros)


class Park(msgspec.Struct, kw_only=True):
    """Why and until when a lane waits. `since` is kept over repeated probes of the same fault; `at` is the last."""

    code: str
    text: str
    since: int
    until: int
    at: int = 0
    task: str = ""
    probes: int = 1
    judging: bool = False
    """Of a lane: what failed was to judge a tree."""
    by_hand: bool = False
    """Of an account: it ends when a person says so."""


class Queue(msgspec.Struct, kw_only=True):
    """A queue and how it stands."""

    name: str
    spec: QueueSpec
    tasks: dict[str, int] = {}
    """Refs of its tasks, in file order (value: order)."""
    specs: list[tuple[int, QueueSpec]] = []
    added_seq: int = 0
    refused: dict[str, tuple[int, str]] = {}
    """Task ref (empty: the queue itself) -> (seq, what): what was last refused about it."""
    unlocked: bool = False
    unlock_due: bool = False
    """`unlock_when` was true at some commit and the unlocking is not yet recorded."""
    paused: bool = False
    paused_since: int = 0
    paused_until: int | None = None
    """When it goes on by itself."""
    park: Park | None = None
    rollback: Rollback | None = None
    rollback_due: str = ""
    """The step whose failure a rollback is to follow, not yet recorded."""
    rollbacks: int = 0
    rolled_back: str = ""  # whose failure it was rolled back for, until it is resumed
    since: int = 0
    spent: Spent = msgspec.field(default_factory=Spent)
    """By all tasks it ever had: removing one gives nothing back."""
    baseline: frozenset[str] = frozenset()
    """Keys of findings that stood there before: `discover` makes no tasks of them."""
    workers: int | None = None
    """Tasks a run works on at once, as somebody has set it; None: as configured."""

    @property
    def locked(self) -> bool:
        """Say whether its tasks may not start."""
        return (self.spec.locked or self.spec.unlock_when is not None) and not self.unlocked


class Trigger(msgspec.Struct, kw_only=True):
    """A trigger, whether its condition held at the last commit, and firings not yet recorded."""

    id: str
    spec: TriggerSpec
    true: bool = False
    due: int = 0
    fired: int = 0


class PendingAction(msgspec.Struct, kw_only=True):
    """Something a trigger does outside the journal, retried until recorded as done."""

    key: str
    trigger: str
    action: str
    worker: str = ""
    tries: int = 0
    note: str = ""
    done: bool = False
    since: int = 0
    failing_since: int | None = None
    blocked: str = ""
    """Why it did not succeed, while a person is waited for."""
    task: str = ""
    """Of a rollback: the step it undoes."""
    record: WriteRecord | None = None
    """What it writes; None: it runs a command."""
    at: int = 0
    """When it was asked for."""


class World(msgspec.Struct, kw_only=True):
    """Everything. `touched` and `definitions` tell views and indexes what changed; they are not part of the truth."""

    seq: int = 0
    at: int = 0
    journal: str = ""
    """Id of the first commit: the journal's own."""
    queues: dict[str, Queue] = {}
    tasks: dict[str, Task] = {}
    triggers: dict[str, Trigger] = {}
    gates: dict[str, Gate] = {}
    removed: dict[str, tuple[int, Task]] = {}
    """(seq of the removal, task): what a save older than the removal is merged against."""
    trigger_specs: dict[str, list[tuple[int, TriggerSpec | None]]] = {}
    """(seq, spec) of every version, None where it was removed."""
    gate_specs: dict[str, list[tuple[int, GateSpec | None]]] = {}
    actions: dict[str, PendingAction] = {}
    trains: dict[str, Train] = {}
    """Target -> its train."""
    spent: Spent = msgspec.field(default_factory=Spent)
    unpriced: dict[str, int] = {}
    """Model (or `agent NAME` where it names none) -> its calls whose price nobody knew."""
    budgets_told: dict[str, str] = {}
    """Budget (`budget_key`) -> `near` or `reached`: what was said of it last."""
    seen_files: dict[str, int] = {}
    """Paths of conditions that exist in a target -> the seq at which that was first seen."""
    heads: dict[str, str] = {}
    """Queue -> the head of its target as last seen; only while a gate or a `when` needs to know."""
    conditional: dict[str, None] = {}
    """Tasks with a `when`."""
    dependents: dict[str, dict[str, None]] = {}
    """`queue/ID` or `gate:ID` -> refs of the tasks that name it."""
    accounts: dict[str, Park] = {}
    """Accounts that hit a limit or failed, until one of their agents works again."""
    proposals: dict[str, Proposal] = {}
    """Work agents proposed and nobody has accepted or rejected yet."""
    learnings: dict[str, Learning] = {}
    newcomers: dict[str, None] = {}
    """Open tasks that are to catch up with others."""
    overtaking: dict[str, CatchUp] = {}
    """Those of them of whom it is recorded whom they overtake."""
    locks: dict[str, dict[str, Lock]] = {}
    """Resource -> who has locked it."""
    post: Post = msgspec.field(default_factory=Post)
    ladders: dict[str, Ladder] = {}
    """Wait (`wait_key`) -> how far its ladder was climbed."""
    workers: int | None = None
    """Tasks a run works on at once in all, as somebody has set it, and when."""
    workers_since: int = 0
    talked: int = 0
    """The highest number given to a question, proposal or learning."""
    claims: dict[str, str] = {}
    """Task -> worker: every live claim."""
    definitions: int = 0
    """Counts changes of specifications: when it moves, indexes over them are rebuilt."""
    touched: dict[str, None] = {}
    """Task refs and `queue:NAME` that changed since someone last cleared it."""

    def lane(self, ref: str, attempt: int) -> Task | None:
        """Find the attempt under way with this number: the task's own, or one beside it."""
        task = self.tasks.get(ref)
        if task is None or (task.attempt is not None and task.attempt.number == attempt):
            return task
        return task.rivals.get(attempt)

    def holding(self, ref: str, fence: int) -> Task | None:
        """Find who holds the fence: the task, or one of several attempts at it."""
        task = self.tasks.get(ref)
        lanes = (task, *task.rivals.values()) if task is not None else ()
        return next((lane for lane in lanes if lane.claim is not None and lane.claim.fence == fence), None)

    def claimed(self, key: str) -> Task:
        """Give what a key of `claims` is about: a task, or one of several attempts at it."""
        ref, _, attempt = key.partition("#")
        return self.tasks[ref].rivals[int(attempt)] if attempt else self.tasks[ref]

    def train_of(self, ref: str) -> Train | None:
        """Find the train a task is in."""
        return next((train for train in self.trains.values() if ref in train.members), None)
