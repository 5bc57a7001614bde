"""Limits in whole units, in words, and where they are written."""

import pytest

from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import QueueSettings, Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.spending import Budget, Spent
from orchestrator.model.world import World
from orchestrator.policy import budgets
from orchestrator.policy.seat import Seat

DAY = 86_400_000


def project(task: Budget | None = None, queue: Budget | None = None, each: Budget | None = None) -> World:
    world, spec = World(), QueueSpec(name="q", path="queues/q.json", budget=queue, task_budget=each)
    added = e.TaskAdded(task="q/T", spec=TaskSpec(id="T", budget=task))
    apply(world, e.Commit(seq=1, id="c", prev="", at=1, by="t", events=(e.QueueAdded(queue="q", spec=spec), added)))
    return world


def seat(settings: Settings, scope: Scope | None = None) -> Seat:
    return Seat(me="w", scope=scope or Scope(), settings=settings, peers={}, targets={}, since=1000)


def told(world: World, settings: Settings, more: Spent) -> list[str]:
    return [budgets.said(gauge) for gauge in budgets.gauges(world, world.tasks["q/T"], DAY, seat(settings), more)]


def test_a_limit_is_looked_up_key_by_key_and_says_where_it_is_written() -> None:
    world = project(Budget(usd=1), Budget(usd=2), Budget(usd=9, tokens=10))
    settings = Settings(
        queues={"q": QueueSettings(budget=Budget(usd=9, wall_s=7200))}, budget=Budget(iterations=4, per_day_usd=0.5)
    )
    used = Spent(iterations=4, micros=2_000_000, tokens=10, ms=7_200_000)
    assert told(world, settings, used) == [
        "task q/T: the task's 1 USD are spent: raise `budget.usd` of q/T in queues/q.json",
        "task q/T: the task's 10 tokens are used up: raise `defaults.budget.tokens` in queues/q.json",
        "queue q: the queue's 2 USD are spent: raise `budget.usd` in queues/q.json",
        "queue q: the queue's 2 h of agents' time are used up: raise [queues.q.budget] wall",
        "project: the project's 4 iterations are used up: raise [budget] iterations",
        "project: the project's 0.5 USD for today are spent: it goes on at 00:00 UTC, or raise [budget] per_day_usd",
    ]


def test_what_is_left_is_said_in_the_units_of_the_limit() -> None:
    settings = Settings(budget=Budget(iterations=10, usd=10, per_day_usd=1000, tokens=1_000_000, wall_s=60))
    used = Spent(iterations=8, micros=8_000_001, tokens=999_999, ms=59_999)
    assert told(project(), settings, used) == [
        "project: 8 of 10 iterations are used",
        "project: 8.000001 of 10 USD are used",
        "project: 8.000001 of 1000 USD for today are used",
        "project: 999999 of 1000000 tokens are used",
        "project: 59.999 of 60 seconds of agents' time are used",
    ]


@pytest.mark.parametrize(
    ("used", "near", "over"), [(79_999_999, False, False), (80_000_000, True, False), (100_000_000, True, True)]
)
def test_near_is_four_fifths_and_over_is_all_of_it(used: int, *, near: bool, over: bool) -> None:
    world = project()
    (gauge,) = budgets.gauges(world, world.tasks["q/T"], 1, seat(Settings(budget=Budget(usd=100))), Spent(micros=used))
    assert (gauge.near, gauge.over) == (near, over)


def test_a_limit_of_nothing_is_reached_from_the_start() -> None:
    world = project()
    assert budgets.over(world, world.tasks["q/T"], 1, seat(Settings(budget=Budget(usd=0)))) is not None


def test_a_run_ends_by_its_own_clock_else_by_the_projects() -> None:
    settings = Settings(budget=Budget(wall_s=60))
    assert budgets.run_ends(seat(settings)) == 61_000
    assert budgets.run_ends(seat(settings, Scope(max_wall_s=5))) == 6000
    assert budgets.run_ends(seat(Settings())) is None
    assert budgets.run_over(seat(settings), 60_999) is None
    assert budgets.run_over(seat(settings), 61_000) is not None
