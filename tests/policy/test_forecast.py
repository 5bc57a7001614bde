"""The queues played many times: what to expect, where it stops whatever the dice say."""

import random

import pytest

from orchestrator.model import conditions as c
from orchestrator.model import events as e
from orchestrator.model.world import World
from orchestrator.policy.forecast import Forecast, forecast
from orchestrator.policy.history import Odds, Ratios
from tests.policy.playing.planning import HOUR, NOW, gate, queue, seat_of, task, then, trigger, world_of

SURE = Odds(fail=0.0, conflict=0.0, spread=1.000001)


def forecast_of(world: World, odds: Odds = SURE, runs: int = 20, seed: int = 1, workers: int = 2) -> Forecast:
    dice = random.Random(seed)  # noqa: S311 - reproducible on purpose
    return forecast(world, seat_of(world), NOW, odds, (dice, runs), workers)


def test_with_nothing_left_to_chance_it_is_the_plan() -> None:
    world = world_of(
        task("q/A", 2),
        task("q/B", 1, "A"),
        task("q/C", 1, "gate:go"),
        task("q/P", 1, agent="human", owner="ana"),
        gate("go", requires=c.TaskIs(task="q/A")),
    )
    found = forecast_of(world, Odds(fail=0.0, conflict=0.0, spread=1.000001, usd=0.5))
    assert (round(found.finish.p50), round(found.finish.p90)) == (3 * HOUR, 3 * HOUR)
    assert round(found.queues["q"].p90) == 3 * HOUR
    assert round(found.gates["go"].p50) == 2 * HOUR
    assert found.iterations.p50 == 3
    assert found.usd is not None
    assert found.usd.p50 == 1.5
    assert found.busy["ana"] == pytest.approx(1 / 3, abs=0.01)
    assert found.waits == {"q": 0.0}
    assert found.stuck == ()
    assert set(found.last) <= {"q/B", "q/C"}


def test_the_same_seed_gives_the_same_answer_and_another_another() -> None:
    world = world_of(*(task(f"q/T{n}", n + 1) for n in range(6)))
    assert forecast_of(world, Odds()) == forecast_of(world, Odds())
    assert forecast_of(world, Odds()) != forecast_of(world, Odds(), seed=2)


def test_failures_conflicts_and_spread_take_time() -> None:
    world = world_of(*(task(f"q/T{n}", 1) for n in range(6)))
    sure = forecast_of(world).finish.p90
    assert forecast_of(world, Odds(fail=0.6, conflict=0.0, spread=1.01)).finish.p50 > sure
    assert forecast_of(world, Odds(fail=0.0, conflict=0.9, spread=1.01)).finish.p50 > sure
    assert forecast_of(world, Odds(fail=0.0, conflict=0.0, spread=3.0)).finish.p90 > sure


def test_a_task_whose_iterations_do_not_suffice_is_named() -> None:
    world = world_of(task("q/HARD", 1, max_iterations=1), task("q/EASY", 1))
    found = forecast_of(world, Odds(fail=0.9, conflict=0.9), runs=50)
    assert found.failed["q/HARD"] > 0.5
    assert "q/EASY" not in found.failed or found.failed["q/EASY"] < found.failed["q/HARD"]


def test_history_is_drawn_from_where_there_is_one() -> None:
    odds = Odds(fail=0.0, conflict=0.0, ratios=Ratios(every=(3.0, 3.0), queues={"r": (2.0,)}))
    world = world_of(task("q/A", 1), task("r/A", 1))
    found = forecast_of(world, odds)
    assert (found.queues["q"].p50, found.queues["r"].p50) == (3 * HOUR, 2 * HOUR)


def test_what_stands_ready_without_a_worker_waits() -> None:
    opened = trigger("t", when=c.TaskIs(task="q/A"), do=())
    world = world_of(queue("r", unlock_when=c.TaskIs(task="q/A")), task("q/A"), task("q/B"), task("r/A"), opened)
    found = forecast_of(world, workers=1)
    assert found.waits["q"] > 0
    assert found.busy == {"1": pytest.approx(1.0)}


def test_where_it_gets_stuck_is_told() -> None:
    world = then(
        world_of(task("q/A"), task("q/B", 1, "gate:none"), task("r/A")),
        e.TaskBlocked(task="q/A", reason="a secret"),
    )
    found = forecast_of(world)
    assert found.stuck == ("q/A waits for a person: `orchestrator inbox`", "q/B can never become ready")
    assert list(found.queues) == ["r"]


def test_nothing_open_is_nothing_to_forecast() -> None:
    found = forecast_of(world_of(queue("q")))
    assert (found.finish.p90, found.last, found.queues) == (0.0, {}, {})
