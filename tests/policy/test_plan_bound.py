"""What no schedule can beat is beaten by none; it is told where sharing makes a plan longer than its longest chain."""

import random

import msgspec
import pytest

from orchestrator.model.conditions import All, Any, TaskIs
from orchestrator.policy.plan import estimated
from orchestrator.policy.plan_bound import bound, sure, through
from orchestrator.policy.plan_graph import Graph
from orchestrator.policy.plan_play import play
from tests.plans.prove import draw
from tests.policy.playing.planning import HOUR, NOW, gate, plan_of, queue, seat_of, task, world_of


def test_users_of_one_thing_pass_one_after_another() -> None:
    users = [(0, 3, 5), (2, 4, 1), (9, 2, 0)]
    assert through(users, 1) == 11  # the last begins at 9 at the soonest
    assert through(users[:2], 1) == 8
    assert through([(0, 3, 5), (0, 4, 5)], 1) == 12
    assert through([(0, 3, 5), (0, 4, 5), (0, 2, 5)], 2) == 10  # nine hours by two are four and a half, and whole
    assert through([], 1) == 0


def test_of_many_only_all_together_are_weighed() -> None:
    users = [(0, 3, 0), (0, 4, 9)]
    assert through(users, 1) == 13
    assert through(users, 1, few=False) == 7


def test_of_many_moments_some_are_passed_over_and_the_bound_holds() -> None:
    users = [(moment, 2, 0) for moment in range(200)]
    assert 400 <= through(users, 1) <= 401


def test_what_stands_before_a_task_and_shares_delays_it() -> None:
    """Neither order of the two that share lets what needs both begin before the sum of them."""
    seconds = {"a": 16, "b": 6, "after a": 2, "after b": 2, "end": 6}
    before: dict[str, tuple[str, ...]] = {"a": (), "b": (), "after a": ("a",), "after b": ("b",)}
    before["end"] = ("after a", "after b")
    free = dict.fromkeys(seconds, 0)
    assert bound(seconds, before, free, []) == 24
    assert bound(seconds, before, free, [(1, ["a", "b"])]) == 30
    assert bound(seconds, before, free, [(2, ["a", "b"])]) == 24
    assert bound(seconds, before, {**free, "end": 40}, [(1, ["a", "b"])]) == 46


def test_of_a_long_plan_only_the_whole_is_weighed() -> None:
    names = [f"T{n}" for n in range(600)]
    found = bound(dict.fromkeys(names, 2), dict.fromkeys(names, ()), dict.fromkeys(names, 0), [(3, names)])
    assert found == 400


def test_nothing_takes_no_time() -> None:
    assert bound({}, {}, {}, []) == 0


def test_of_ways_to_satisfy_a_need_only_what_is_in_all_must_be() -> None:
    either = Any((All((TaskIs("q/A"), TaskIs("q/B"))), All((TaskIs("q/A"), TaskIs("q/C")))))
    known = [task(f"q/{name}") for name in "ABC"]
    world = world_of(*known, gate("g", requires=either), task("q/D", 1, "gate:g"))
    graph = Graph(world)
    assert sure(graph.needs, graph.ordered[0])["q/D"] == ("q/A",)


def test_the_longer_of_two_ways_does_not_bound_a_plan() -> None:
    either = Any((TaskIs("q/A"), TaskIs("q/B")))
    world = world_of(task("q/A", 1), task("q/B", 9), gate("g", requires=either), task("q/C", 2, "gate:g"))
    plan = plan_of(world, workers=2)
    assert (plan.lower_bound_s, plan.played.seconds) == (9 * HOUR, 9 * HOUR)


def test_what_can_never_start_counts_in_no_figure_of_a_schedule() -> None:
    """A locked queue that nothing unlocks holds up no tier, and what is locked in it bounds nothing."""
    tasks = [task("q/A", 2), task("q/B", 3, "A"), task("shut/X", 50)]
    plan = plan_of(world_of(queue("shut", locked=True), *tasks), workers=2)
    assert plan.played.stuck == ("shut/X",)
    assert (plan.played.seconds, plan.barrier_s, plan.lower_bound_s) == (5 * HOUR, 5 * HOUR, 5 * HOUR)


@pytest.mark.parametrize("seed", range(25))
def test_no_schedule_beats_it(seed: int) -> None:
    """Whatever the order, of plans of every kind."""
    dice = random.Random(seed)  # noqa: S311 - plans, not secrets
    world, workers = draw(seed, dice.randint(6, 60))
    told = plan_of(world, workers)
    assert told.lower_bound_s <= told.played.seconds
    for _ in range(5):
        for known in world.tasks.values():
            known.spec = msgspec.structs.replace(known.spec, priority=dice.randrange(9))
        assert told.lower_bound_s <= play(world, seat_of(world), NOW, estimated, workers=workers).seconds
