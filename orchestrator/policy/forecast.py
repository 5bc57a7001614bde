"""Plays the user's own queues many times with drawn durations, failures and conflicts: what to expect of a plan. Pure.

One run draws for every task how often the agent needs another iteration, whether its merge collides, and how much
longer or shorter than its estimate an iteration takes; then the plan's player plays it. Chance is an argument.
"""

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import ENDED, Status
from orchestrator.model.world import Task, World
from orchestrator.policy.history import Odds, quantile
from orchestrator.policy.limits import is_human, max_iterations
from orchestrator.policy.plan_play import Played, Player
from orchestrator.policy.seat import Seat

_AGAIN = 0.5
"""Share of a first iteration that another one takes: most of the work stands."""


class Dice(Protocol):
    """Chance, as `random.Random` gives it."""

    def random(self) -> float:
        """Draw from [0, 1)."""
        ...

    def gauss(self, mu: float, sigma: float) -> float:
        """Draw from a normal distribution."""
        ...


class Range(msgspec.Struct, frozen=True):
    """The middle of what was seen, and what nine of ten runs stayed within."""

    p50: float
    p90: float


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What many runs came to. Times are seconds from now; `busy` is each worker's share of the whole time."""

    runs: int
    finish: Range
    queues: dict[str, Range]
    gates: dict[str, Range]
    busy: dict[str, float]
    waits: dict[str, float]
    """Queue -> mean seconds its tasks waited for a worker or for what excludes them."""
    last: dict[str, float]
    """Task -> in which share of the runs it ended last: what decides the end."""
    iterations: Range
    usd: Range | None
    failed: dict[str, float]
    """Task -> in which share of the runs its iterations did not suffice."""
    stuck: tuple[str, ...]


def forecast(world: World, seat: Seat, now: int, odds: Odds, throws: tuple[Dice, int], workers: int | None) -> Forecast:
    """Play `throws` = (dice, how often) and sum up."""
    dice, runs = throws
    player = Player(world, seat, now, workers)
    played = [_one(world, seat, player, odds, dice, workers) for _ in range(runs)]
    return _Sum(world, seat, played).result(odds)


class _Run(msgspec.Struct, frozen=True):
    played: Played
    iterations: dict[str, int]
    short: tuple[str, ...]


def _one(world: World, seat: Seat, player: Player, odds: Odds, dice: Dice, workers: int | None) -> _Run:
    iterations: dict[str, int] = {}
    short: list[str] = []

    def duration(task: Task) -> int:
        if is_human(world, task, seat):
            return round(task.spec.estimate_s * _stretch(odds, task, dice))
        count, enough = _tries(max_iterations(world, task, seat), odds, dice)
        iterations[task.ref] = count
        if not enough:
            short.append(task.ref)
        return round(task.spec.estimate_s * _stretch(odds, task, dice) * (1 + _AGAIN * (count - 1)))

    return _Run(player.play(duration, workers=workers), iterations, tuple(short))


def _tries(limit: int, odds: Odds, dice: Dice) -> tuple[int, bool]:
    """Draw how many iterations a task takes, and whether it may have that many."""
    count = 1
    while dice.random() < odds.fail:
        count += 1
        if count > limit:
            return limit, False
    if dice.random() < odds.conflict:
        count += 1
    return min(count, limit), count <= limit


def _stretch(odds: Odds, task: Task, dice: Dice) -> float:
    """Draw what a task takes over its estimate: from history where there is one, else log-normally around 1."""
    known = odds.ratios.of(queue_of(task.ref))
    if known:
        return quantile(known, dice.random())
    return math.exp(dice.gauss(0.0, math.log(odds.spread) / _P90))


_P90 = 1.2815515655446004
"""Standard deviations from the middle to the ninth decile."""


class _Sum:
    """What many runs have in common."""

    def __init__(self, world: World, seat: Seat, runs: Sequence[_Run]) -> None:
        self._world, self._seat, self._runs = world, seat, runs
        self._ends = [{slot.task: slot.end for slot in run.played.slots} for run in runs]

    def result(self, odds: Odds) -> Forecast:
        """Put it together."""
        counts = [sum(run.iterations.values()) for run in self._runs]
        return Forecast(
            runs=len(self._runs),
            finish=_range([run.played.seconds for run in self._runs]),
            queues=self._queues(),
            gates=self._gates(),
            busy=self._busy(),
            waits=self._waits(),
            last=self._share(lambda run: [max(run.played.slots, key=lambda s: s.end).task] if run.played.slots else []),
            iterations=_range(counts),
            usd=_range([count * odds.usd for count in counts]) if odds.usd is not None else None,
            failed=self._share(lambda run: run.short),
            stuck=self._stuck(),
        )

    def _queues(self) -> dict[str, Range]:
        found: dict[str, Range] = {}
        for queue in self._world.queues.values():
            open_ = [ref for ref in queue.tasks if self._world.tasks[ref].status not in ENDED]
            ends = [max((ends.get(ref, 0) for ref in open_), default=0) for ends in self._ends]
            if open_ and not set(open_).intersection(self._runs[0].played.stuck):
                found[queue.name] = _range(ends)
        return found

    def _gates(self) -> dict[str, Range]:
        found: dict[str, list[float]] = {}
        for run in self._runs:
            for name, at in run.played.opened.items():
                if name.startswith("gate:"):
                    found.setdefault(name.removeprefix("gate:"), []).append(at)
        return {name: _range(moments) for name, moments in found.items()}

    def _busy(self) -> dict[str, float]:
        shares: dict[str, float] = {}
        for run in self._runs:
            whole = run.played.seconds or 1
            for slot in run.played.slots:
                name = str(slot.worker)
                shares[name] = shares.get(name, 0.0) + (slot.end - slot.start) / whole
        return {name: share / len(self._runs) for name, share in sorted(shares.items())}

    def _waits(self) -> dict[str, float]:
        """Say how long tasks of each queue stood ready."""
        waited: dict[str, list[float]] = {}
        for run, ends in zip(self._runs, self._ends, strict=True):
            for slot in run.played.slots:
                needs = self._world.tasks[slot.task].spec.dependencies
                ready = max((ends.get(ref, run.played.opened.get(ref, 0)) for ref in needs), default=0)
                queue = queue_of(slot.task)
                opened = run.played.opened.get(f"queue:{queue}", 0)
                waited.setdefault(queue, []).append(max(0, slot.start - max(ready, opened)))
        return {queue: sum(times) / len(times) for queue, times in waited.items()}

    def _share(self, pick: Callable[[_Run], Sequence[str]]) -> dict[str, float]:
        counts: dict[str, int] = {}
        for run in self._runs:
            for name in pick(run):
                counts[name] = counts.get(name, 0) + 1
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return {name: count / len(self._runs) for name, count in ranked}

    def _stuck(self) -> tuple[str, ...]:
        """Name where it stops whatever the dice say."""
        blocked = [t.ref for t in self._world.tasks.values() if t.status is Status.BLOCKED]
        return (
            *(f"{ref} waits for a person: `orchestrator inbox`" for ref in blocked),
            *(f"{ref} can never become ready" for ref in self._runs[0].played.stuck),
        )


def _range(values: Sequence[float]) -> Range:
    ordered = sorted(values)
    return Range(quantile(ordered, 0.5), quantile(ordered, 0.9))
