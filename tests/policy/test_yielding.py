"""Waiting on purpose: who lets whom go first, for how long, and that nobody does in vain."""

import msgspec
import pytest

from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.alarm import alarm
from orchestrator.policy.chains import chains
from orchestrator.policy.claiming import claim
from orchestrator.policy.outlook import Stay, outlook
from orchestrator.policy.reasons import Code, reason_for
from orchestrator.policy.seat import Seat
from tests.policy.playing.planning import HOUR, NOW, hours, plan_of, queue, seat_of, task, world_of

SHORT, SHARED, LAST, LONG = "q/SHORT", "q/SHARED", "q/LAST", "q/LONG"
PLAN = (
    task(SHORT, 1),
    task(SHARED, 2, "SHORT", resources=("db",)),
    task(LAST, 6, "SHARED"),
    task(LONG, 5, resources=("db",)),
)
"""LONG could have the database at once, and SHARED would wait for it for four hours, and LAST with it."""


class Shop:
    """A world that moves, and one process that claims."""

    def __init__(self, *events: e.Event, **settings: int) -> None:
        self.world, self.now = world_of(*events), NOW
        self.seat: Seat = msgspec.structs.replace(seat_of(self.world, workers=3, **settings), peers={"w": None})
        self.agenda = Agenda(lambda _: self.seat)
        self.agenda.update(self.world, ())

    def happen(self, *events: e.Event) -> None:
        seq = self.world.seq + 1
        self.world.touched = {}
        apply(self.world, e.Commit(seq=seq, id=f"c{seq}", prev="", at=self.now, by="w", events=events))
        self.agenda.update(self.world, self.world.touched)

    def claims(self) -> list[str]:
        """Claim all that can be; name who was claimed, and who yielded (with a minus)."""
        said: list[str] = []
        while events := claim(self.world, self.agenda, self.now, self.seat):
            said += [f"-{event.task}" for event in events if isinstance(event, e.TaskYielded)]
            said += [event.task for event in events if isinstance(event, e.TaskClaimed)]
            self.happen(*events)
        return said

    def why(self, ref: str) -> str:
        reason = reason_for(self.world, self.world.tasks[ref], self.now, self.seat)
        return reason.code if reason is not None else ""


def done(ref: str) -> tuple[e.Event, ...]:
    return e.TaskCompleted(task=ref), e.AttemptEnded(task=ref, attempt=1, reason="merged")


@pytest.fixture
def shop() -> Shop:
    made = Shop(*PLAN)
    assert made.claims() == [SHORT, f"-{LONG}"]
    return made


# -- the plan ------------------------------------------------------------------------------------------------------


def test_a_plan_waits_where_it_is_shorter_by_it() -> None:
    plan = plan_of(world_of(*PLAN), 3)
    assert plan.played.seconds == 9 * HOUR == plan.lower_bound_s
    assert hours(plan)["LONG"] == (3, 8)


def test_nobody_waits_where_that_gains_little() -> None:
    world = world_of(
        task("q/SHORT", 1), task("q/SHARED", 2, "SHORT", resources=("db",)), task(LONG, 5, resources=("db",))
    )
    assert chains(world, seat_of(world, workers=3)).yields == {}
    assert hours(plan_of(world, 3))["LONG"] == (0, 5)


def test_nobody_lets_what_is_less_important_go_first() -> None:
    world = world_of(*PLAN[:3], task(LONG, 5, resources=("db",), priority=1))
    assert chains(world, seat_of(world, workers=3)).yields == {}


@pytest.mark.parametrize("whose", [SHORT, SHARED, LONG])
def test_nobody_waits_for_people_and_people_for_nobody(whose: str) -> None:
    """When a person begins is not known."""
    world = world_of(*PLAN)
    known = world.tasks[whose]
    known.spec = msgspec.structs.replace(known.spec, agent="human")
    assert chains(world, seat_of(world, workers=3)).yields == {}


def test_barriers_between_tiers_are_played_without() -> None:
    assert plan_of(world_of(*PLAN), 3).barrier_s == 13 * HOUR


# -- claims --------------------------------------------------------------------------------------------------------


def test_what_could_start_lets_the_other_go_first_and_says_so(shop: Shop) -> None:
    reason = reason_for(shop.world, shop.world.tasks[LONG], shop.now, shop.seat)
    assert reason is not None
    assert (reason.code, reason.on, reason.since, reason.until) == (
        Code.CONFLICT,
        (SHARED,),
        NOW,
        NOW + 2 * HOUR * 1000,
    )
    assert "lets q/SHARED go first" in reason.text
    shop.now += HOUR * 1000
    shop.happen(*done(SHORT))
    assert shop.claims() == [SHARED]
    shop.happen(*done(SHARED))
    assert shop.claims() == [LAST, LONG]


def test_others_of_the_same_kind_do_not_wait_with_it() -> None:
    shop = Shop(*PLAN, task("q/OTHER", 1, resources=("db",), priority=9))
    assert shop.claims() == [SHORT, f"-{LONG}", "q/OTHER"]


def test_it_waits_no_longer_than_twice_what_was_estimated(shop: Shop) -> None:
    assert alarm(shop.world, shop.agenda, shop.now, shop.seat) == NOW + 2 * HOUR * 1000
    shop.now += 2 * HOUR * 1000
    assert shop.claims() == [LONG]


def test_a_run_stays_for_it() -> None:
    """Another process does what it waits for; this one has nothing else to do."""
    shop = Shop(*PLAN)
    shop.happen(e.TaskClaimed(task=SHORT, attempt=1, worker="other"))
    shop.seat = msgspec.structs.replace(shop.seat, peers={"w": None, "other": None})
    assert shop.claims() == [f"-{LONG}"]
    stay = outlook(shop.world, shop.now, shop.seat)
    assert isinstance(stay, Stay)


@pytest.mark.parametrize(
    "what",
    [
        (e.TaskFailed(task=SHORT, reason="no"),),
        (e.TaskBlocked(task=SHORT, reason="no key"),),
        (e.TaskSkipped(task=SHARED, reason="not wanted", by="ana"),),
    ],
)
def test_it_waits_for_nobody_who_does_not_come(shop: Shop, what: tuple[e.Event, ...]) -> None:
    shop.happen(*what)
    assert LONG in shop.claims()


def test_it_waits_for_nobody_whose_queue_is_held_up() -> None:
    parts = (queue("q"), queue("r"), PLAN[0], task("r/SHARED", 2, "q/SHORT", resources=("db",)))
    shop = Shop(*parts, task("r/LAST", 6, "SHARED"), PLAN[3])
    assert shop.claims() == [SHORT, f"-{LONG}"]
    shop.happen(e.QueuePaused(queue="r"))
    assert shop.why(LONG) == "ready"
    assert shop.claims() == [LONG]


def test_it_waits_for_nobody_whom_nobody_serves() -> None:
    parts = (queue("q"), queue("r"), PLAN[0], task("r/SHARED", 2, "q/SHORT", resources=("db",)))
    shop = Shop(*parts, task("r/LAST", 6, "SHARED"), PLAN[3])
    shop.seat = msgspec.structs.replace(shop.seat, scope=Scope(queues=("q",)), peers={"w": ("q",)})
    assert shop.claims() == [SHORT, LONG]


def test_it_waits_for_no_work_whose_process_is_gone(shop: Shop) -> None:
    shop.seat = msgspec.structs.replace(shop.seat, me="v", peers={"v": None})
    assert shop.why(LONG) == "ready"


def test_it_lets_each_go_first_once(shop: Shop) -> None:
    """What runs out of time, fails and is begun again is not waited for again."""
    shop.now += 2 * HOUR * 1000
    shop.happen(e.TaskReleased(task=SHORT, reason="so"))
    shop.happen(e.TaskClaimed(task=SHORT, attempt=1, worker="w", resumed=True))
    assert shop.claims() == [LONG]


def test_what_was_begun_goes_on(shop: Shop) -> None:
    shop.happen(e.TaskClaimed(task=LONG, attempt=1, worker="w"))
    shop.happen(e.TaskReleased(task=LONG, reason="so"))
    assert shop.claims() == [LONG]
