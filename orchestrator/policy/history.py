"""How long things really took: working spans of tasks, from the journal's commits. Pure; estimates learn from it."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.spending import MICROS
from orchestrator.model.world import World
from orchestrator.policy.landing import CONFLICT, RED

ENOUGH = 5
"""Completed tasks of a queue before its own history counts, not the project's."""


class Span(msgspec.Struct, kw_only=True):
    """One task's time: when it was first claimed, when it ended (milliseconds), and seconds under a claim."""

    began: int | None = None
    ended: int | None = None
    worked_s: float = 0.0
    iterations: int = 0
    passed: int = 0
    """Verdicts PASS, and all of them."""
    judged: int = 0
    collisions: int = 0
    """Attempts that ended because they did not fit what landed meanwhile."""
    claimed: int | None = None
    """Since when it is under a claim."""


class Ratios(msgspec.Struct, frozen=True, kw_only=True):
    """What tasks took over what they were estimated at: of the project, and of each queue with enough of them."""

    every: tuple[float, ...] = ()
    queues: dict[str, tuple[float, ...]] = {}

    def of(self, queue: str) -> tuple[float, ...]:
        """Give what is known for a queue's tasks; empty: nothing."""
        return self.queues.get(queue, self.every)


class Rates(msgspec.Struct, frozen=True):
    """Shares seen so far; None where too little was seen."""

    fail: float | None
    conflict: float | None


class Odds(msgspec.Struct, frozen=True, kw_only=True):
    """How things go. `spread` is P90 over P50 of a task's duration where no history tells; USD of one iteration."""

    fail: float = 0.3
    conflict: float = 0.05
    spread: float = 1.8
    usd: float | None = None
    ratios: Ratios = Ratios()


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of the odds a person says themselves; None: as it is known."""

    fail: float | None = None
    conflict: float | None = None
    spread: float | None = None


_MOST = 0.95
"""No rate is believed to be worse: a forecast in which nothing ever passes says nothing."""


def spans(commits: Iterable[e.Commit]) -> dict[str, Span]:
    """Go through the journal once."""
    found: dict[str, Span] = {}
    for commit in commits:
        for event in commit.events:
            task = getattr(event, "task", "")
            if task:
                _note(found.setdefault(task, Span()), event, commit.at)
    return {task: span for task, span in found.items() if span.began is not None or span.ended is not None}


def ratios(world: World, known: Mapping[str, Span]) -> Ratios:
    """Compare what completed tasks took with their estimates."""
    queues: dict[str, list[float]] = {}
    for ref, span in known.items():
        task = world.tasks.get(ref)
        if task is not None and task.status == "completed" and span.worked_s > 0 and task.spec.estimate_s:
            queues.setdefault(queue_of(ref), []).append(span.worked_s / task.spec.estimate_s)
    every = sorted(ratio for found in queues.values() for ratio in found)
    own = {name: tuple(sorted(found)) for name, found in queues.items() if len(found) >= ENOUGH}
    return Ratios(every=tuple(every), queues=own)


def odds_of(known: Mapping[str, Span]) -> Rates:
    """Say how often verdicts were no PASS and merges collided, where enough of them are known."""
    judged = sum(span.judged for span in known.values())
    passed = sum(span.passed for span in known.values())
    merges = sum(1 for span in known.values() if span.ended is not None) + sum(s.collisions for s in known.values())
    collided = sum(span.collisions for span in known.values())
    return Rates(
        fail=min(_MOST, 1 - passed / judged) if judged >= ENOUGH else None,
        conflict=min(_MOST, collided / merges) if merges >= ENOUGH else None,
    )


def chosen_odds(world: World, commits: Iterable[e.Commit], wanted: Wanted) -> Odds:
    """Take what was asked for, else what the journal tells, else what is usual. A spread asked for is not learned."""
    known = spans(commits)
    found, spent, usual = odds_of(known), world.spent, Odds()
    return Odds(
        fail=_first(wanted.fail, found.fail, usual.fail),
        conflict=_first(wanted.conflict, found.conflict, usual.conflict),
        spread=wanted.spread or usual.spread,
        usd=spent.micros / MICROS / spent.iterations if spent.micros and spent.iterations else None,
        ratios=usual.ratios if wanted.spread else ratios(world, known),
    )


def _first(asked: float | None, seen: float | None, usual: float) -> float:
    return next((share for share in (asked, seen) if share is not None), usual)


def quantile(values: Sequence[float], share: float) -> float:
    """Give the value below which so large a share of sorted values lies, between neighbours in proportion."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def _note(span: Span, event: e.Event, at: int) -> None:
    match event:
        case e.TaskClaimed() if not event.rival:
            span.began = at if span.began is None else span.began
            span.claimed = at
        case e.IterationStarted():
            span.iterations += not event.restarted
        case e.VerdictReached():
            span.judged += 1
            span.passed += event.verdict == "PASS"
        case e.AttemptEnded() if event.reason in {CONFLICT, RED}:
            span.collisions += 1
        case e.TaskReleased() | e.TaskBlocked():
            _stop(span, at)
        case e.TaskCompleted() | e.TaskFailed() | e.TaskSkipped():
            _stop(span, at)
            span.ended = at
        case e.TaskReset():
            span.ended = None
        case _:
            pass


def _stop(span: Span, at: int) -> None:
    if span.claimed is not None:
        span.worked_s += (at - span.claimed) / 1000
        span.claimed = None
