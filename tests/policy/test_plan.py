"""What the queues add up to: levels, schedules and bounds, followed through gates, unlocks and conflicts."""

import random

import pytest

from orchestrator.model import conditions as c
from orchestrator.model import events as e
from orchestrator.model.specs import Notify, QueueSpec, Unlock
from orchestrator.model.world import World
from orchestrator.policy import plan as planning
from orchestrator.policy import plan_graph
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.claiming import claim
from orchestrator.policy.plan import estimated
from orchestrator.policy.plan_play import play
from tests.policy.playing.planning import HOUR, NOW, gate, hours, plan_of, queue, seat_of, task, then, trigger, world_of

DIAMOND = (task("q/A", 2), task("q/B", 3, "A"), task("q/C", 1, "A"), task("q/D", 2, "B C"))


def test_tiers_critical_path_and_sums_of_a_diamond() -> None:
    plan = plan_of(world_of(*DIAMOND), workers=2)
    assert plan.tiers == (("q/A",), ("q/B", "q/C"), ("q/D",))
    assert plan.critical_path == ("q/A", "q/B", "q/D")
    assert (plan.critical_s, plan.sequential_s, plan.lower_bound_s) == (7 * HOUR, 8 * HOUR, 7 * HOUR)
    assert hours(plan) == {"A": (0, 2), "B": (2, 5), "C": (2, 3), "D": (5, 7)}
    assert plan.slack == {"q/A": 0, "q/B": 0, "q/C": 2 * HOUR, "q/D": 0}
    assert plan.problems == ()


def test_what_follows_longest_starts_first_and_priority_before_that() -> None:
    world = world_of(task("q/SHORT", 1), task("q/LONG", 1), task("q/AFTER", 5, "LONG"), task("q/NOW", 1, priority=0))
    assert list(hours(plan_of(world))) == ["NOW", "LONG", "AFTER", "SHORT"]


def claimed(world: World) -> str:
    agenda = Agenda()
    agenda.update(world, ())
    (event,) = claim(world, agenda, NOW, seat_of(world, workers=2))
    assert isinstance(event, e.TaskClaimed)
    return event.task


def test_of_tasks_equally_urgent_those_of_the_more_urgent_queue_go_first() -> None:
    tasks = (task("q/LONG", 1), task("q/AFTER", 5, "LONG"), task("q/NOW", 1, priority=0), task("r/SHORT", 1))
    world = world_of(queue("q"), queue("r", priority=0), *tasks)
    assert list(hours(plan_of(world, workers=1))) == ["NOW", "SHORT", "LONG", "AFTER"]
    assert claimed(world) == "q/NOW"
    then(world, e.TaskSkipped(task="q/NOW", reason="no"))
    assert claimed(world) == "r/SHORT"
    then(world, e.QueueEdited(queue="q", spec=QueueSpec(name="q", priority=0)))
    assert claimed(world) == "q/LONG"
    then(world, e.QueueEdited(queue="q", spec=QueueSpec(name="q")), e.TaskClaimed(task="q/LONG", attempt=1, worker="w"))
    then(world, e.TaskReleased(task="q/LONG", reason="stopped"))
    assert claimed(world) == "q/LONG"  # what has begun goes first


def test_each_queue_has_its_own_workers_unless_a_number_in_all_is_given() -> None:
    world = world_of(task("q/A", 2), task("q/B", 2), task("r/A", 2))
    assert plan_of(world).played.seconds == 4 * HOUR
    assert plan_of(world).workers == 2
    assert plan_of(world, workers=3).played.seconds == 2 * HOUR
    assert {slot.worker for slot in plan_of(world, workers=3).played.slots} == {1, 2, 3}


def test_a_worker_that_is_free_again_is_used_again() -> None:
    plan = plan_of(world_of(task("q/A", 1), task("q/B", 3), task("q/C", 1)), workers=2)
    assert {slot.worker for slot in plan.played.slots} == {1, 2}


def test_barriers_cost_what_dataflow_gains() -> None:
    world = world_of(task("q/A", 1), task("q/B", 5), task("q/C", 5, "A"), task("q/D", 1, "B"))
    plan = plan_of(world, workers=2)
    assert plan.played.seconds == 6 * HOUR
    assert plan.barrier_s == 10 * HOUR


def test_what_shares_a_resource_or_a_file_never_overlaps() -> None:
    world = world_of(
        task("q/A", 2, resources=("db",)),
        task("q/B", 2, resources=("db",)),
        task("q/C", 2, files=("src/*.py",)),
        task("q/D", 2, files=("src/x.py",)),
        task("q/E", 2, resources=("db:read",), files=("README",)),
    )
    plan = plan_of(world, workers=5)
    spans = hours(plan)
    assert spans["A"][1] <= spans["B"][0] or spans["B"][1] <= spans["A"][0]
    assert spans["C"][1] <= spans["D"][0]
    assert spans["E"][0] >= 2
    assert plan.lower_bound_s == 4 * HOUR


def test_the_users_of_a_bottleneck_are_urgent_and_so_is_what_they_wait_for() -> None:
    users = [task(f"q/U{n}", 2, resources=("db",)) for n in range(3)]
    world = world_of(task("q/LONG", 3), *users, task("q/LAST", 2, "FIRST", resources=("db",)), task("q/FIRST", 1))
    assert plan_of(world, workers=2).played.seconds == 8 * HOUR


def test_a_resource_with_room_is_shared() -> None:
    world = world_of(*(task(f"q/U{n}", 2, resources=("db",)) for n in range(4)))
    assert plan_of(world, workers=4, resources={"db": 2}).played.seconds == 4 * HOUR


def test_tasks_of_people_take_their_people_and_no_worker() -> None:
    world = world_of(
        task("q/A", 2, agent="human", owner="ana"), task("q/B", 2, agent="human", owner="ana"), task("q/C", 2)
    )
    plan = plan_of(world, workers=1)
    assert plan.played.seconds == 4 * HOUR
    assert {slot.worker for slot in plan.played.slots} == {"ana", 1}
    assert plan_of(world_of(task("q/A", agent="human"))).played.slots[0].worker == "human"


def test_a_gate_stands_between_what_it_requires_and_what_depends_on_it() -> None:
    world = world_of(
        task("q/A", 2),
        task("q/B", 1, "gate:go"),
        gate("go", requires=c.All(of=(c.TaskIs(task="q/A"), c.GateIs(gate="free")))),
        gate("free"),
    )
    plan = plan_of(world, workers=2)
    assert plan.tiers == (("q/A",), ("q/B",))
    assert hours(plan)["B"] == (2, 3)
    assert plan.played.opened == {"gate:free": 0, "gate:go": 2 * HOUR}


def test_a_gate_that_is_open_and_one_nobody_defined() -> None:
    world = then(world_of(gate("go"), task("q/A", 1, "gate:go")), e.GateOpened(gate="go"))
    assert hours(plan_of(world)) == {"A": (0, 1)}
    missing = plan_of(world_of(task("q/A", 1, "gate:none q/NONE")))
    assert missing.problems == ("q/A can never start: it waits for gate:none, q/NONE",)


@pytest.mark.parametrize("by_trigger", [True, False])
def test_unlocks_are_followed(*, by_trigger: bool) -> None:
    when = c.TaskIs(task="q/A")
    opening = trigger(
        "t", when=when, do=(Notify(message="go"), Unlock(queue="ui"), Unlock(queue="q"), Unlock(queue="none"))
    )
    how = (queue("ui", locked=True), opening) if by_trigger else (queue("ui", unlock_when=when),)
    plan = plan_of(world_of(*how, task("q/A", 2), task("ui/X", 1), task("ui/Y", 1, "X")), workers=2)
    assert plan.tiers == (("q/A",), ("ui/X",), ("ui/Y",))
    assert hours(plan)["X"] == (2, 3)
    assert plan.played.opened == {"queue:ui": 2 * HOUR}


def test_a_locked_queue_that_nothing_unlocks_is_a_problem() -> None:
    plan = plan_of(
        world_of(queue("ui", locked=True), task("ui/X"), task("ui/Y"), trigger("t", when=c.All(of=()), do=()))
    )
    assert plan.problems == ("queue ui is locked and nothing in the plan unlocks it: add unlock_when or a trigger",)
    never = plan_of(world_of(queue("ui", unlock_when=c.TaskIs(task="q/NONE")), task("ui/X")))
    assert never.problems == ("ui/X can never start: it waits for what never comes",)


def test_what_failed_holds_up_what_waits_for_it() -> None:
    world = then(world_of(task("q/A"), task("q/B", 1, "A")), e.TaskFailed(task="q/A", reason="no"))
    assert plan_of(world).problems == ("q/B can never start: it waits for q/A",)


def test_of_any_the_branch_that_is_true_first_counts() -> None:
    either = c.Any(of=(c.TaskIs(task="q/SLOW"), c.TaskIs(task="q/FAST")))
    world = world_of(task("q/SLOW", 9), task("q/FAST", 1), gate("go", requires=either), task("q/B", 1, "gate:go"))
    plan = plan_of(world, workers=3)
    assert hours(plan)["B"] == (1, 2)
    assert plan.tiers == (("q/SLOW", "q/FAST"), ("q/B",))


def test_conditions_over_queues_verdicts_and_files_are_followed() -> None:
    needs = c.All(
        of=(
            c.QueueIs(queue="q"),
            c.VerdictIs(task="q/A"),
            c.FileExists(path="out.md"),
            c.FileExists(path="there.md"),
            c.Not(of=c.QueueIs(queue="q", state="failed")),
            c.TaskIs(task="q/NONE", state="failed"),
        )
    )
    world = world_of(task("q/A", 1, outputs=("out.md",)), task("q/C", 1), gate("go", requires=needs))
    assert plan_graph.Graph(world).gate("go", frozenset()) == (("q/A", "q/C", "q/A", "q/A"),)
    assert plan_graph.Graph(world).need(c.Any(of=())) == ((),)


def test_moments_hold_what_they_hold() -> None:
    hour_ms = HOUR * 1000
    at = c.Any(of=(c.Not(of=c.Not(of=c.TimeReached(at=NOW + 4 * hour_ms))),))
    world = world_of(
        task("q/A", 1, start=NOW + 2 * hour_ms),
        task("q/B", 1, notice_s=3 * HOUR),
        task("q/C", 1, "gate:late"),
        gate("late", requires=at),
    )
    plan = plan_of(world, workers=3)
    assert hours(plan) == {"A": (2, 3), "B": (3, 4), "C": (4, 5)}
    assert plan.lower_bound_s == 4 * HOUR


def test_what_is_not_wanted_is_skipped_and_frees_what_waits_for_it() -> None:
    world = world_of(task("q/A", 5, when=c.TaskIs(task="q/NONE")), task("q/B", 1, "A"))
    plan = plan_of(world)
    assert plan.played.skipped == ("q/A",)
    assert hours(plan) == {"B": (0, 1)}


def test_what_has_ended_takes_no_time_and_what_is_under_way_has_its_worker() -> None:
    world = then(
        world_of(*DIAMOND),
        e.TaskSkipped(task="q/A", reason="done by hand"),
        e.TaskClaimed(task="q/C", attempt=1, worker="w"),
    )
    plan = plan_of(world, workers=1)
    assert hours(plan) == {"C": (0, 1), "B": (1, 4), "D": (4, 6)}
    assert plan.critical_path == ("q/B", "q/D")
    assert plan.barrier_s == 6 * HOUR
    assert plan_of(then(world_of(task("q/A")), e.TaskSkipped(task="q/A", reason="x"))).advice == "nothing is left to do"


def test_a_ring_is_told_and_the_rest_is_planned() -> None:
    plan = plan_of(world_of(task("q/A", 1, "B"), task("q/B", 1, "A"), task("q/C", 1, "B"), task("q/D")))
    assert plan.problems == ("q/A -> q/B -> q/A wait for each other: drop one of these dependencies",)
    assert plan.tiers == (("q/D",),)
    ring = (gate("a", requires=c.GateIs(gate="b")), gate("b", requires=c.GateIs(gate="a")))
    assert plan_graph.Graph(world_of(*ring)).gate("a", frozenset()) == ((),)


def test_many_ways_to_open_something_are_taken_as_one() -> None:
    tasks = [task(f"q/{kind}{n}") for kind in "AB" for n in range(9)]
    both = c.All(of=tuple(c.Any(of=tuple(c.TaskIs(task=f"q/{kind}{n}") for n in range(9))) for kind in "AB"))
    assert plan_graph.Graph(world_of(*tasks)).need(both) == (("q/A0", "q/B0"),)


@pytest.mark.parametrize(
    ("events", "workers", "said"),
    [
        (DIAMOND, 2, "not worth it: only 4 task(s) are left"),
        ([task(f"q/{n}", 1, str(n - 1) if n else "") for n in range(6)], 2, "the tasks form a chain"),
        ([task(f"q/{n}") for n in range(6)], 1, "one worker does one task after another; 6 would be of use"),
        ([task(f"q/{n}") for n in range(6)], 2, "2 workers take 3 h instead of 6 h; up to 6 would be of use"),
        ([task(f"q/{n}") for n in range(6)], 8, "8 workers take 1 h instead of 6 h; more than 6 gain nothing"),
    ],
)
def test_advice_is_honest(events: list[e.Event], workers: int, said: str) -> None:
    assert said in plan_of(world_of(*events), workers=workers).advice


def test_a_task_that_three_wait_for_is_foundation() -> None:
    world = world_of(task("q/A"), task("q/B"), *(task(f"q/C{n}", 1, "A" if n else "A B") for n in range(3)))
    assert plan_of(world).foundation == ("q/A",)


def test_a_large_plan_is_not_played_for_every_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "_TRIED_TASKS", 2)
    assert plan_of(world_of(*DIAMOND), workers=3).useful_workers == 3


def test_a_plan_of_nothing() -> None:
    plan = plan_of(world_of(queue("q")))
    assert (plan.tiers, plan.critical_path, plan.sequential_s, plan.played.slots) == ((), (), 0, ())


@pytest.mark.parametrize("seed", range(25))
def test_random_schedules_keep_every_rule_and_come_close_to_the_bound(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - plans, not secrets
    count, workers = rng.randrange(5, 60), rng.randrange(1, 6)
    tasks = [
        task(
            f"q/T{n}",
            rng.randrange(1, 8),
            " ".join({f"T{rng.randrange(n)}" for _ in range(rng.randrange(3))} if n else ()),
            resources=tuple({f"r{rng.randrange(6)}" for _ in range(rng.randrange(2))}),
        )
        for n in range(count)
    ]
    world = world_of(*tasks)
    plan = plan_of(world, workers=workers)
    spans = {slot.task: slot for slot in plan.played.slots}
    assert len(spans) == count
    for ref, slot in spans.items():
        spec = world.tasks[ref].spec
        assert all(spans[other].end <= slot.start for other in spec.dependencies)
        for other in plan.played.slots:
            if other.task != ref and other.start < slot.end and slot.start < other.end:
                assert other.worker != slot.worker
                assert not set(spec.resources) & set(world.tasks[other.task].spec.resources)
    assert plan.lower_bound_s <= plan.played.seconds <= plan.barrier_s
    assert plan.played.seconds <= plan.lower_bound_s * 1.35


def test_the_same_plan_is_played_the_same_way() -> None:
    world = world_of(*DIAMOND)
    seat = seat_of(world)
    assert play(world, seat, NOW, estimated) == play(world, seat, NOW, estimated)
