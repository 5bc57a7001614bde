"""A forecast as its JSON answer and as text. Never plays anything."""

from orchestrator.model.plan_answers import ForecastAnswer, OddsAnswer, RangeAnswer
from orchestrator.policy.forecast import Forecast, Range
from orchestrator.policy.history import Odds

_HOUR = 3600.0
_SHOWN = 5


def forecast_answer(found: Forecast, odds: Odds, seed: int) -> ForecastAnswer:
    """Put the figures into words, in hours."""
    return ForecastAnswer(
        seed=seed,
        runs=found.runs,
        odds=OddsAnswer(
            fail=odds.fail,
            conflict=odds.conflict,
            spread=odds.spread,
            usd=odds.usd,
            history=len(odds.ratios.every),
        ),
        finish_hours=_range(found.finish, _HOUR),
        queues={name: _range(range_, _HOUR) for name, range_ in found.queues.items()},
        gates={name: _range(range_, _HOUR) for name, range_ in found.gates.items()},
        workers={name: round(share, 3) for name, share in found.busy.items()},
        waits_hours={name: round(seconds / _HOUR, 3) for name, seconds in found.waits.items()},
        decides_the_end=found.last,
        failed=found.failed,
        iterations=_range(found.iterations, 1),
        usd=_range(found.usd, 1) if found.usd is not None else None,
        stuck=found.stuck,
    )


def _range(found: Range, unit: float) -> RangeAnswer:
    return RangeAnswer(p50=round(found.p50 / unit, 3), p90=round(found.p90 / unit, 3))


def forecast_lines(answer: ForecastAnswer) -> list[str]:
    """Write a forecast as text."""
    odds, cost = answer.odds, answer.usd
    drawn = (
        f"durations as {odds.history} completed tasks took them"
        if odds.history
        else f"durations around the estimates (P90 is {odds.spread:g} x P50)"
    )
    half, most = _h(answer.finish_hours.p50), _h(answer.finish_hours.p90)
    rates = f"{odds.fail:.0%} of iterations fail, {odds.conflict:.0%} of merges collide"
    lines = [
        f"done after {half} in half of {answer.runs} runs, {most} in nine of ten",
        f"assumed: {rates}, {drawn}; seed {answer.seed}",
        "",
        *(f"queue {name:<20} {_h(found.p50):>10} {_h(found.p90):>10}" for name, found in answer.queues.items()),
        *(f"gate  {name:<20} {_h(found.p50):>10} {_h(found.p90):>10}" for name, found in answer.gates.items()),
        "",
        f"iterations: {answer.iterations.p50:g}, {answer.iterations.p90:g} in nine of ten"
        + (f"; cost: {cost.p50:.2f} USD, {cost.p90:.2f} USD in nine of ten" if cost is not None else ""),
        "busy: " + ", ".join(f"{_who(name)} {share:.0%}" for name, share in answer.workers.items()),
        *(
            f"tasks of {name} stand ready for {_h(hours)} on average"
            for name, hours in answer.waits_hours.items()
            if hours
        ),
    ]
    if answer.decides_the_end:
        lines.append(f"decides the end: {_shares(answer.decides_the_end)}")
    if answer.failed:
        lines.append(f"runs out of iterations: {_shares(answer.failed)}")
    return [*lines, *(f"stuck: {line}" for line in answer.stuck)]


def _shares(found: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in list(found.items())[:_SHOWN])


def _who(name: str) -> str:
    return f"worker {name}" if name.isdigit() else name


def _h(hours: float) -> str:
    return f"{hours:.4g} h"
