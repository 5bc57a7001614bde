"""What `report` answers. Moments are RFC 3339 UTC text, durations hours; everything follows from the journal."""

import msgspec


class TaskReport(msgspec.Struct, frozen=True, kw_only=True):
    """One task (or phase): what was planned of it, and what became of it."""

    id: str
    title: str
    status: str
    owner: str
    started: str | None
    ended: str | None
    estimate_hours: float
    actual_hours: float
    iterations: int
    cost_usd: float
    outputs: tuple[str, ...]
    commit: str
    reason: str
    due: str | None = None
    late: bool = False


class QueueReport(msgspec.Struct, frozen=True, kw_only=True):
    """One team, track or capability."""

    name: str
    title: str
    done: int
    total: int
    percent: int
    pass_rate: float | None
    """Verdicts PASS of all; null before the first."""
    estimate_hours: float
    actual_hours: float
    cost_usd: float
    tasks: tuple[TaskReport, ...]


class Blocker(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for a person or a fault, and for how long."""

    id: str
    what: str
    since: str | None
    age_hours: float
    holds_up: tuple[str, ...] = ()


class DecisionReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided, when, and on what evidence."""

    at: str
    by: str
    what: str
    why: str
    evidence: tuple[str, ...] = ()


class PeriodReport(msgspec.Struct, frozen=True, kw_only=True):
    """What happened since a moment."""

    since: str
    completed: tuple[str, ...]
    started: tuple[str, ...]
    failed: tuple[str, ...]
    verdicts: int
    passed: int
    cost_usd: float


class MeasureReport(msgspec.Struct, frozen=True, kw_only=True):
    """Work against time: hours under claims, hours between the first and the last of them, and their quotient."""

    worked_hours: float
    elapsed_hours: float
    speedup: float | None
    estimated_hours: float
    """Of what is done."""


class ReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`orchestrator report --format json`."""

    project: str
    at: str
    seq: int
    headline: str
    percent: int
    queues: tuple[QueueReport, ...]
    gates: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Each (id, state, what it waits for)."""
    blockers: tuple[Blocker, ...]
    due_next: tuple[tuple[str, str], ...]
    """Each (`queue/ID` or `gate:ID`, due), soonest first."""
    slipped: tuple[tuple[str, str], ...]
    critical_path: tuple[str, ...]
    remaining_hours: float
    milestones: tuple[tuple[str, str], ...]
    next_steps: tuple[str, ...]
    decisions: tuple[DecisionReport, ...]
    period: PeriodReport
    measure: MeasureReport
    conflicts: tuple[tuple[str, str, str, str], ...] = ()
    """Each (when, the task whose work did not merge, the file, whose change it was)."""


class DigestPart(msgspec.Struct, frozen=True, kw_only=True):
    """A heading (the first part has none) and its lines."""

    heading: str
    rows: tuple[str, ...]


class DigestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`orchestrator report --standup --json`, or `--daily`. `text` is what people are told."""

    kind: str
    at: str
    seq: int
    parts: tuple[DigestPart, ...]
    text: str
