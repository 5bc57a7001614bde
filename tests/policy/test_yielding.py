"""Waiting on purpose: who lets whom go first, for how long, and that nobody does in vain."""

import msgspec
import pytest

from orchestrator.model import conditions as c
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings
from orchestrator.model.world import Yielding
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.alarm import alarm
from orchestrator.policy.chains import chains
from orchestrator.policy.claiming import claim
from orchestrator.policy.outlook import Stay, outlook
from orchestrator.policy.reasons import Code, reason_for
from orchestrator.policy.seat import Seat
from orchestrator.policy.yielding import Patience, patience
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
            assert len(said) < len(self.world.tasks) * 2
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
    shop.happen(e.AttemptEnded(task=LONG, attempt=1, reason="failed"), e.TaskReleased(task=LONG, reason="so"))
    assert hours(plan_of(shop.world, 3))["LONG"][0] == 0
    assert shop.claims() == [LONG]


# -- what a saboteur found -----------------------------------------------------------------------------------------

APART = (queue("q"), queue("r"), *PLAN[:3], task("r/LONG", 5, resources=("db",)))
"""The one who waits is in another queue."""


def apart(*then: e.Event, max_wall_s: int | None = None) -> Shop:
    """Sit as a process that has the other queue alone, while another works on SHORT."""
    shop = Shop(*APART)
    shop.happen(e.TaskClaimed(task=SHORT, attempt=1, worker="o"), *then)
    seat = Scope(queues=("r",), max_wall_s=max_wall_s)
    shop.seat = msgspec.structs.replace(shop.seat, scope=seat, peers={"w": ("r",), "o": ("q",)}, since=NOW)
    return shop


def test_a_run_with_little_time_left_stays_while_what_it_waits_for_is_worked_on() -> None:
    shop = apart(max_wall_s=5400)
    assert shop.claims() == ["-r/LONG"]
    stay = outlook(shop.world, shop.now, shop.seat)
    assert isinstance(stay, Stay)
    assert stay.until == NOW + 5_400_000


def test_a_fault_is_probed_by_one_that_waits_for_nobody() -> None:
    shop = apart(e.LaneParked(queue="r", code="fault", text="disk", until=NOW + 30_000))
    shop.now += 30_000
    assert shop.claims() == ["r/LONG"]


def edited(shop: Shop, ref: str, **what: object) -> e.TaskEdited:
    return e.TaskEdited(task=ref, spec=msgspec.structs.replace(shop.world.tasks[ref].spec, **what))


def test_what_the_plan_says_no_more_ends_on_record(shop: Shop) -> None:
    for event in (edited(shop, LONG, priority=0), edited(shop, LONG, resources=()), e.TaskRemoved(task=LAST)):
        other = Shop(*PLAN)
        other.claims()
        other.happen(event)
        assert other.claims() == [f"-{LONG}", LONG]
        assert other.world.tasks[LONG].yields[SHARED].until == NOW


def test_a_shorter_estimate_shortens_the_wait(shop: Shop) -> None:
    shop.happen(edited(shop, SHORT, estimate_s=1800))
    reason = reason_for(shop.world, shop.world.tasks[LONG], shop.now, shop.seat)
    assert reason is not None
    assert reason.until == NOW + HOUR * 1000
    assert shop.claims() == [f"-{LONG}"]
    assert alarm(shop.world, shop.agenda, shop.now, shop.seat) == NOW + HOUR * 1000


def test_what_was_asked_for_by_name_waits_for_nobody(shop: Shop) -> None:
    shop.seat = msgspec.structs.replace(shop.seat, scope=Scope(task=LONG))
    assert shop.claims() == [LONG]


WEEK = 168 * HOUR * 1000


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ({"start": NOW + WEEK}, None),
        ({"notice_s": WEEK // 1000}, None),
        ({"when": c.TaskIs(task="q/NONE")}, None),
        ({"resources": ("db", "gpu")}, e.ResourceLocked(resource="gpu", by="ana", until=NOW + WEEK, reason="mine")),
        ({"agent": "other"}, e.AccountParked(account="other", code="auth", text="log in", until=NOW + WEEK)),
    ],
)
def test_nobody_waits_for_one_that_something_else_holds_up(change: dict[str, object], more: e.Event | None) -> None:
    shop = Shop(*PLAN)
    agents = {name: AgentSettings(name=name) for name in ("sh", "other")}
    settings = msgspec.structs.replace(shop.seat.settings, agents=agents, agent="sh")
    shop.seat = msgspec.structs.replace(shop.seat, settings=settings)
    shop.happen(edited(shop, SHARED, **change), *((more,) if more is not None else ()))
    assert shop.claims() == [SHORT, LONG]


def test_what_nobody_wants_is_skipped_at_once() -> None:
    parts = (*PLAN[:3], task(LONG, 5, resources=("db",), when=c.TaskIs(task="q/NONE")), task("q/AFTER", 1, "LONG"))
    shop = Shop(*parts)
    assert shop.claims() == [SHORT, "q/AFTER"]


def test_a_late_arrival_lets_nobody_go_first() -> None:
    shop = Shop(*PLAN[:3], task("q/BIG", 5, "SHORT"))
    assert shop.claims() == [SHORT]
    shop.happen(task(LONG, 5, resources=("db",), catch_up=("q/BIG",)), e.CatchUpStarted(task=LONG, over=("q/BIG",)))
    assert shop.claims() == [LONG]


def test_all_its_waiting_together_is_bounded(shop: Shop) -> None:
    """It has waited for one after another as long as twice its own time."""
    shop.now += HOUR * 1000
    record = {f"q/T{n}": Yielding(since=NOW, until=NOW + 2 * HOUR * 1000) for n in range(4)}
    shop.world.tasks[LONG].yields = record
    assert patience(shop.world, shop.world.tasks[LONG], (SHARED,), shop.now, lambda _: True) == Patience(
        SHARED, shop.now, NOW + 2 * HOUR * 1000
    )
    shop.world.tasks[LONG].yields = {**record, "q/T4": Yielding(since=NOW, until=NOW + 2 * HOUR * 1000)}
    assert patience(shop.world, shop.world.tasks[LONG], (SHARED,), shop.now, lambda _: True) is None


def test_a_plan_tells_of_waiting_that_is_to_come_alone(shop: Shop) -> None:
    shop.happen(e.TaskClaimed(task=LONG, attempt=1, worker="w"))
    told = {slot.task: slot.yielded for slot in plan_of(shop.world, 3).played.slots}
    assert told[LONG] == ()
