"""Late arrivals, beyond what the transcript shows."""

from typing import Any

import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.model.specs import TaskSpec
from orchestrator.model.world import World
from orchestrator.policy import catchup
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.asks import answer
from orchestrator.policy.reasons import Code, reason_for
from orchestrator.policy.seat import Seat
from orchestrator.views.story import tell
from tests.policy.playing.planning import NOW, hours, plan_of, task, then, world_of

SETTINGS = Settings(agent="sh", agents={"sh": AgentSettings(name="sh")})


def seat_at(world: World, *, peers: dict[str, tuple[str, ...] | None] | None = None, **scope: object) -> Seat:
    given = Scope(**scope)  # type: ignore[arg-type]
    everybody = {"A": given.queues} if peers is None else peers
    return Seat(me="A", scope=given, settings=SETTINGS, peers=everybody, targets=dict.fromkeys(world.queues, "m"))


def arrived(*more: e.Event, needs: str = "", **late: Any) -> World:
    """Two tiers in q, and a newcomer in another queue that is to be level with the first; it may need r/BASE."""
    base = (task("r/BASE"),) if needs else ()
    spec: dict[str, Any] = {"catch_up": ("tier:1",), **late}
    world = world_of(task("q/A", 2), task("q/B", 1, "A"), *base, task("r/LATE", 3, needs, **spec), *more)
    return then(world, *catchup.starts(world))


def held(world: World, ref: str = "q/A", seat: Seat | None = None) -> bool:
    reason = reason_for(world, world.tasks[ref], NOW, seat or seat_at(world))
    return reason is not None and reason.text == "lets r/LATE catch up first"


@pytest.mark.parametrize(
    ("name", "tier"), [("tier:1", 1), ("tier:12", 12), ("tier:x", None), ("q/A", None), ("tier:²", None)]
)
def test_a_tier_is_named_by_its_number(name: str, tier: int | None) -> None:
    assert catchup.tier_of(name) == tier


def test_tiers_are_counted_as_the_plan_counts_them() -> None:
    assert catchup.levels(arrived()) == {"q/A": 1, "q/B": 2, "r/LATE": 1}


def test_whom_it_overtakes_is_recorded_once_and_what_it_needs_is_spared() -> None:
    world = arrived(e.TaskCompleted(task="q/A"), needs="BASE")
    assert world.overtaking["r/LATE"].over == {}
    world = arrived(needs="BASE")
    assert world.overtaking["r/LATE"].over == {"q/A": None}
    assert catchup.starts(world) == ()
    assert catchup.hurried(world) == {"r/LATE", "r/BASE"}
    by_name = arrived(catch_up=("q/B", "tier:9"))
    assert by_name.overtaking["r/LATE"].over == {"q/B": None}


def test_two_newcomers_overtake_neither_each_other_nor_what_the_other_needs() -> None:
    world = arrived()
    second = TaskSpec(id="SECOND", catch_up=("tier:1",))
    then(world, e.TaskAdded(task="r/SECOND", spec=second))
    assert world.overtaking == {}  # it is looked at anew
    then(world, *catchup.starts(world))
    assert {name: [*one.over] for name, one in world.overtaking.items()} == {"r/LATE": ["q/A"], "r/SECOND": ["q/A"]}


def test_an_edit_is_looked_at_anew_and_one_that_takes_it_back_ends_it() -> None:
    world = arrived()
    then(world, e.TaskEdited(task="q/A", spec=TaskSpec(id="A", dependencies=("r/LATE",))))
    assert not held(world)
    then(world, *catchup.starts(world), e.TaskEdited(task="r/LATE", spec=TaskSpec(id="LATE")))
    assert (world.newcomers, world.overtaking, catchup.starts(world)) == ({}, {}, ())
    gone = then(arrived(), e.TaskRemoved(task="r/LATE"))
    assert (gone.newcomers, gone.overtaking) == ({}, {})


@pytest.mark.parametrize(
    "end",
    [
        e.TaskCompleted(task="r/LATE"),
        e.TaskFailed(task="r/LATE", reason="no"),
        e.TaskSkipped(task="r/LATE", reason="no"),
    ],
)
def test_its_end_lets_everybody_go_on_and_a_retry_lets_it_catch_up_again(end: e.Event) -> None:
    world = arrived()
    assert held(world)
    then(world, end)
    assert not held(world)
    assert catchup.starts(world) == ()
    then(world, e.TaskReset(task="r/LATE", reason="retry"))
    assert [event.task for event in catchup.starts(world)] == ["r/LATE"]


def test_a_catch_up_of_what_is_no_newcomer_is_nothing() -> None:
    world = then(arrived(), e.TaskCompleted(task="r/LATE"), e.CatchUpStarted(task="r/LATE", over=("q/A",)))
    assert world.overtaking == {}


def test_nobody_waits_for_what_does_not_get_on() -> None:
    world = arrived()
    assert held(world)
    assert not held(world, seat=seat_at(world, queues=("q",)))  # nobody serves its queue
    assert held(world, seat=seat_at(world, peers={"A": ("q",), "B": ("r",)}, queues=("q",)))
    assert held(world, seat=seat_at(world, peers={"A": ("q",), "B": None}, queues=("q",)))
    assert not held(world, seat=seat_at(world, max_tasks=0))
    assert not held(world, seat=seat_at(world, max_iterations=0))
    for stop in (
        e.TaskBlocked(task="r/LATE", reason="no"),
        e.QueuePaused(queue="r"),
        e.LaneParked(queue="r", code="fault", text="no git", until=NOW + 1000),
    ):
        assert not held(then(arrived(), stop)), stop
    assert not held(arrived(start=NOW + 1000))


def test_it_gets_on_while_what_it_needs_does() -> None:
    world = arrived(needs="BASE")
    assert held(world)
    assert not held(then(arrived(needs="BASE"), e.TaskBlocked(task="r/BASE", reason="no")))
    begun = e.TaskClaimed(task="r/BASE", attempt=1, worker="A")
    assert held(then(arrived(needs="BASE"), begun))
    orphan = e.TaskClaimed(task="r/BASE", attempt=1, worker="gone")
    assert held(then(arrived(needs="BASE"), orphan))


def test_it_gets_on_behind_a_task_that_runs_and_not_behind_a_lock() -> None:
    more = (task("r/OTHER", resources=("db",)), e.TaskClaimed(task="r/OTHER", attempt=1, worker="A"))
    assert held(then(arrived(more[0], resources=("db",)), more[1]))
    locked = e.ResourceLocked(resource="db", by="ana", until=NOW + 1000, reason="x")
    assert not held(then(arrived(resources=("db",)), locked))


def test_what_is_verified_waits_for_nobody() -> None:
    world = arrived()
    then(
        world,
        e.TaskClaimed(task="q/A", attempt=1, worker="A"),
        e.AttemptPrepared(task="q/A", attempt=1, base="m"),
        e.IterationStarted(task="q/A", attempt=1, iteration=1, agent="sh", sandbox="L0", base="m"),
        e.AgentFinished(task="q/A", attempt=1, iteration=1, outcome="claimed", claimed=True, seconds=1),
        e.IterationCaptured(task="q/A", attempt=1, iteration=1, commit="c", tree="t", ref="r"),
        e.TaskReleased(task="q/A", reason="draining"),
    )
    reason = reason_for(world, world.tasks["q/A"], NOW, seat_at(world))
    assert reason is not None
    assert reason.code is Code.READY


def test_it_is_claimed_before_everything_else_and_so_is_what_it_needs() -> None:
    world = arrived(task("r/URGENT", priority=0), needs="BASE")
    agenda = Agenda()
    agenda.update(world, ())
    assert list(agenda.candidates(("r",))) == ["r/BASE", "r/URGENT"]
    then(world, e.TaskCompleted(task="r/BASE"))
    agenda.update(world, world.touched)
    assert list(agenda.candidates(("r",))) == ["r/LATE", "r/URGENT"]


def test_the_plan_follows_it() -> None:
    assert hours(plan_of(arrived(), workers=4)) == {"LATE": (0, 3), "A": (3, 5), "B": (5, 6)}
    not_seen = world_of(task("q/A", 2), task("r/LATE", 3, catch_up=("q/A",)))
    assert hours(plan_of(not_seen, workers=4)) == {"LATE": (0, 3), "A": (3, 5)}


def test_in_the_plan_what_is_under_way_waits_too_and_not_for_what_waits_itself() -> None:
    begun = (e.TaskClaimed(task="q/A", attempt=1, worker="w"),)
    assert hours(plan_of(then(arrived(), *begun), workers=4))["A"] == (3, 5)
    later = arrived(start=NOW + 4 * 3_600_000)
    assert hours(plan_of(later, workers=4))["A"] == (0, 2)
    chained = arrived(needs="BASE")
    assert hours(plan_of(chained, workers=4))["A"] == (4, 6)


@pytest.mark.parametrize(
    ("catch_up", "said"),
    [
        (("tier:3",), "r/X catches up with tier:3, and there are 2 tiers (`orchestrator plan`)"),
        (("tier:0",), "r/X catches up with tier:0, and there are 2 tiers (`orchestrator plan`)"),
        (("q/Z",), "r/X catches up with q/Z, which is no other task; name one, or tier:1 to tier:2"),
        (("r/X",), "r/X catches up with r/X, which is no other task; name one, or tier:1 to tier:2"),
    ],
)
def test_it_catches_up_with_what_there_is(catch_up: tuple[str, ...], said: str) -> None:
    world = arrived()
    refused = answer(world, c.AddTask(queue="r", spec=TaskSpec(id="X", catch_up=catch_up)), seat_at(world))
    assert isinstance(refused, c.Refusal)
    assert refused.text == said


def test_it_is_told() -> None:
    told = tell(e.CatchUpStarted(task="r/LATE", over=("q/A",)))
    assert told is not None
    assert told.text == "catches up: q/A lets it go first"


def test_tasks_and_tiers_that_there_are_can_be_caught_up_with() -> None:
    spec = TaskSpec(id="X", catch_up=("q/A", "tier:2"))
    world = arrived()
    assert answer(world, c.AddTask(queue="r", spec=spec), seat_at(world)) == (
        e.TaskAdded(task="r/X", spec=spec, order=1000),
    )
