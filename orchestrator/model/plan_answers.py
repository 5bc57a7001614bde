"""What `plan` answers: the shapes of its JSON. Hours from now, of working time; dates by the calendar."""

import msgspec


class SlotAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One task's place in the schedule. `worker` is a number, or the name of the person who does it."""

    task: str
    worker: int | str
    start: float
    end: float
    slack: float = 0.0
    """Hours it may end later without delaying the end of the plan, as far as dependencies go."""
    yields_to: tuple[str, ...] = ()
    """Whom it lets go first, though it could start: the plan is shorter so."""


class MilestoneAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """When a queue is completed (`queue:NAME`), a gate can open (`gate:ID`) or a task with a due date ends."""

    id: str
    hours: float
    date: str
    due: str | None = None
    late: bool = False


class PlanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`orchestrator plan --format json`."""

    tiers: tuple[tuple[str, ...], ...]
    critical_path: tuple[str, ...]
    critical_path_hours: float
    sequential_hours: float
    barrier_hours: float
    makespan_hours: float
    lower_bound_hours: float
    schedule: tuple[SlotAnswer, ...]
    foundation: tuple[str, ...]
    advice: str
    problems: tuple[str, ...]
    workers: int = 1
    """How many in all the schedule is for."""
    useful_workers: int = 1
    """With more than these the plan gets no shorter."""
    milestones: tuple[MilestoneAnswer, ...] = ()


class RangeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What half of the runs stayed within, and nine of ten."""

    p50: float
    p90: float


class OddsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was assumed: how often an iteration fails and a merge collides, P90 over P50 of a duration, USD a call.

    `history` counts the completed tasks whose times were drawn from instead of `spread`.
    """

    fail: float
    conflict: float
    spread: float
    usd: float | None
    history: int


class ForecastAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`orchestrator simulate --json`. Hours from now, of working time; shares from 0 to 1."""

    seed: int
    runs: int
    odds: OddsAnswer
    finish_hours: RangeAnswer
    queues: dict[str, RangeAnswer]
    gates: dict[str, RangeAnswer]
    workers: dict[str, float]
    """Worker -> share of the whole time it is busy."""
    waits_hours: dict[str, float]
    """Queue -> how long its tasks stand ready before they start, on average."""
    decides_the_end: dict[str, float]
    failed: dict[str, float]
    iterations: RangeAnswer
    usd: RangeAnswer | None
    stuck: tuple[str, ...]
