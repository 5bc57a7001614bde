"""What reading commands answer: the shapes of their JSON. Moments are RFC 3339 UTC text, durations seconds."""

import msgspec


class ReasonAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Why a task does not run."""

    code: str
    on: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    text: str = ""


class UsageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was used of a limit; no limit is null."""

    used: float
    limit: float | None


class BudgetAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the project, a queue or a task has used of its limits."""

    iterations: UsageAnswer
    usd: UsageAnswer
    day_usd: UsageAnswer
    """Of this UTC day."""
    wall_s: UsageAnswer
    """Of agents' calls, those side by side each in full."""
    tokens: UsageAnswer | None = None
    unpriced: int = 0
    """Calls that used tokens whose price nobody knows: `usd` leaves them out."""


class RungAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of a ladder: whom it tells, and when it did or will."""

    notify: str
    at: str | None


class EscalationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How far the ladder of what waits for people is: who was told, who is next (null: nobody), who sees to it."""

    since: str | None
    told: tuple[RungAnswer, ...] = ()
    next: RungAnswer | None = None
    acknowledged_by: str = ""
    """Empty where nobody has, or what they said holds no longer."""
    until: str | None = None
    """Until when that stops the ladder; null: for as long as it waits for this."""
    note: str = ""


class TaskAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One task of `status`."""

    id: str
    status: str
    attempts: int
    iterations: int
    verdict: str | None
    reason: ReasonAnswer | None
    agent: str | None
    owner: str | None
    """The worker that has it."""
    branch: str | None
    commit: str | None
    cost_usd: float
    title: str = ""
    error: str | None = None
    budget: BudgetAnswer | None = None
    """Null where it has no limits of its own."""
    escalation: EscalationAnswer | None = None
    """Null where it waits for nobody or has no ladder."""
    conflicts: tuple[str, ...] = ()
    """What its work last did not merge with: `PATH: whose change, as which commit, and why that one stands`."""
    told: tuple[str, ...] = ()
    """The tasks that its notice concerns."""


class RollbackAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A queue being taken back. `task` is the step whose rollback is owed now, `blocked` why a person is waited for."""

    because: str
    """The step that failed."""
    since: str | None
    task: str
    undone: tuple[str, ...]
    left: tuple[str, ...]
    """Steps that a person left as they are."""
    blocked: str
    text: str


class QueueAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One queue of `status`."""

    name: str
    locked: bool
    paused: bool
    parked_until: str | None
    summary: dict[str, int]
    tasks: tuple[TaskAnswer, ...]
    park: ReasonAnswer | None = None
    budget: BudgetAnswer | None = None
    """Null where it has no limits of its own."""
    rollback: RollbackAnswer | None = None
    rolled_back: str = ""
    """How to go on with a queue that was rolled back and is paused since."""
    paused_until: str | None = None
    """When it goes on by itself; null: when it is resumed."""
    workers: int = 1
    """Tasks of it that a run works on at once."""


class GateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One gate: `waiting_for` is empty exactly when it is open."""

    id: str
    state: str
    waiting_for: tuple[str, ...] = ()
    title: str = ""
    signed_by: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    deadline: str | None = None
    approvers: tuple[str, ...] = ()
    """Who may sign: names and roles of the gate, and the people of these roles."""
    unsigned: tuple[str, ...] = ()
    """Those of them whose signature would count now."""
    behind: tuple[str, ...] = ()
    """The tasks that wait for it."""
    escalation: EscalationAnswer | None = None
    """Null where it waits for nobody or has no ladder."""


class WorkerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One claim under way. `pid` is the agent's guardian's, if one runs."""

    id: str
    queue: str
    task: str
    attempt: int
    iteration: int
    step: str
    since: str
    agent: str
    pid: int | None
    alive: bool


class AccountAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An account that agents use. `code`, while it may not be used: limit, transient, auth, configuration, hours."""

    name: str
    code: str
    since: str | None
    until: str | None
    """When it goes on by itself, or, where a person must mend something, is tried again; null: by hand only."""
    text: str
    agents: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """Tasks that wait for it."""
    resets: str | None = None
    """When the limit resets of an account that goes on by hand only."""


class ActionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A command of a trigger that has not succeeded yet. `blocked`: it is tried no more before a person has spoken."""

    key: str
    trigger: str
    action: str
    tries: int
    since: str | None
    until: str | None
    """When it is tried again."""
    note: str
    blocked: bool
    text: str


class QuestionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent asks a person. `holds`: its task waits for the answer; `blocked`: it reported being blocked."""

    id: str
    task: str
    text: str
    since: str | None
    holds: bool
    blocked: bool


class ProposalAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Work an agent proposes, for a person to accept or reject."""

    id: str
    task: str
    """Who proposes it."""
    queue: str
    title: str
    description: str
    adds: str
    """The task it would become, `queue/ID`."""
    since: str | None


class ChannelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A way to somebody. `ok`: the last message got through; null before the first. Addresses are never shown."""

    name: str
    ok: bool | None = None
    waiting: int = 0
    """Messages that still have to go through it."""
    tries: int = 0
    since: str | None = None
    """Since when it takes nothing."""
    note: str = ""


class LockAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A lock in force. `how` is exclusive, shared or `N places`; `in_use_by` are tasks that still have it."""

    resource: str
    by: str
    since: str | None
    until: str | None
    reason: str
    how: str
    in_use_by: tuple[str, ...] = ()


class ResourceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Something tasks share: who has it, who waits for it, and who will want it later."""

    name: str
    title: str
    owner: str
    places: int
    locks: tuple[LockAnswer, ...]
    changing: tuple[str, ...]
    reading: tuple[str, ...]
    waiting: tuple[str, ...]
    later: tuple[str, ...]


class StatusAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`orchestrator status --json`."""

    seq: int
    queues: tuple[QueueAnswer, ...]
    gates: tuple[GateAnswer, ...]
    workers: tuple[WorkerAnswer, ...]
    budget: BudgetAnswer
    accounts: tuple[AccountAnswer, ...] = ()
    questions: tuple[QuestionAnswer, ...] = ()
    proposals: tuple[ProposalAnswer, ...] = ()
    channels: tuple[ChannelAnswer, ...] = ()
    locks: tuple[LockAnswer, ...] = ()
    actions: tuple[ActionAnswer, ...] = ()
    """Commands of triggers that fail."""
    headline: str = ""
    """The one thing that matters."""
    notices: tuple[str, ...] = ()
    """What needs a person's hand: the base branch could not follow, a file was refused."""


class PlacesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many tasks of a queue a run works on at once, and whether somebody has set that."""

    queue: str
    workers: int
    by_hand: bool


class RunAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A live run: the queues it serves (null: every one), and the tasks it works on."""

    id: str
    pid: int
    queues: tuple[str, ...] | None
    tasks: tuple[str, ...]


class WorkersAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`orchestrator workers --json`. `in_all`: what somebody has set for all queues of a run together."""

    in_all: int | None
    queues: tuple[PlacesAnswer, ...]
    runs: tuple[RunAnswer, ...]


class DoctorLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing `doctor` looked at."""

    level: str
    """`ok`, `warn` or `bad`."""
    what: str
    remedy: str = ""


class DoctorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`orchestrator doctor --json`."""

    exit: int
    """0 nothing bad, 1 something is, 4 the journal is damaged or cannot be read."""
    lines: tuple[DoctorLine, ...]
