"""Workers are more or fewer while runs go on, by what stands in the journal."""

import msgspec
import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.world import World
from orchestrator.policy.asks import answer
from orchestrator.policy.seat import Seat, free_slot, in_all, of_queue, spare, surplus
from orchestrator.views.story import tell
from tests.policy.playing.planning import NOW, plan_of, seat_of, task, then, world_of


def seat(world: World, workers: int = 1, **sat: object) -> Seat:
    return msgspec.structs.replace(seat_of(world, workers=workers), peers={"w": None}, **sat)


def world() -> World:
    return world_of(*(task(f"{name}/T{number}") for name in "qr" for number in (1, 2, 3)))


def claimed(made: World, *refs: str) -> World:
    for ref in refs:
        then(made, e.TaskClaimed(task=ref, attempt=1, worker="w"))
    return made


def asked(made: World, *, queue: str = "q", workers: int | None = None, more: int = 0, config: int = 1) -> str:
    """Ask; fold what follows, and give the refusal, else nothing."""
    ask = c.SetWorkers(queue=queue, workers=workers, more=more, by="ana")
    answered = answer(made, ask, seat(made, config), NOW)
    if isinstance(answered, c.Refusal):
        return answered.text
    then(made, *answered)
    return ""


def test_a_queue_has_more_workers_from_now_on_or_as_configured_again() -> None:
    made = claimed(world(), "q/T1")
    assert not spare(made, "q", seat(made))
    assert not asked(made, workers=2)
    assert of_queue(made, "q", seat(made).settings) == 2
    assert (spare(made, "q", seat(made)), free_slot(made, "q", seat(made))) == (True, 2)
    claimed(made, "q/T2")
    assert not spare(made, "q", seat(made))
    assert spare(made, "r", seat(made))
    assert not asked(made)  # no number: as configured
    assert of_queue(made, "q", Settings()) == 1
    assert of_queue(made, "unknown", Settings()) == 1


def test_more_or_fewer_are_counted_from_what_there_is() -> None:
    made = world()
    assert not asked(made, more=2, config=3)
    assert made.queues["q"].workers == 5
    assert not asked(made, more=-4, config=3)
    assert made.queues["q"].workers == 1
    assert "that leaves 0 workers" in asked(made, more=-1)
    assert "1024 are the most" in asked(made, workers=1025)
    assert "no queue nowhere (known: q, r)" in asked(made, queue="nowhere", workers=1)
    assert "no queue q (known: none yet)" in asked(World(), workers=1)
    assert "nobody has said how many in all" in asked(made, queue="", more=1)
    assert "`orchestrator pause QUEUE`" in asked(made, queue="", workers=0)
    seq = made.seq
    assert not asked(made, workers=1)  # it is so already
    assert answer(made, c.SetWorkers(queue="q", workers=1), seat(made), NOW) == ()
    assert made.seq == seq + 1


def test_in_all_the_later_word_counts() -> None:
    made = claimed(world(), "q/T1", "r/T1")
    assert in_all(made, seat(made)) is None
    assert not asked(made, queue="", workers=3)
    assert in_all(made, seat(made)) == 3
    assert in_all(made, seat(made, scope=Scope(workers=2), since=NOW)) == 3
    assert in_all(made, seat(made, scope=Scope(workers=2), since=NOW + 1)) == 2
    assert spare(made, "q", seat(made))
    claimed(made, "q/T2")
    assert not spare(made, "q", seat(made))
    assert not asked(made, queue="", workers=9)
    assert not asked(made, queue="q", workers=2)
    assert not spare(made, "q", seat(made))  # a number of its own holds beside it
    assert spare(made, "r", seat(made))


def test_what_was_claimed_last_waits_where_there_are_fewer() -> None:
    made = claimed(world(), "q/T2", "r/T1", "q/T1")
    three = seat(made, 3)
    assert [surplus(made, made.tasks[ref], three) for ref in ("q/T2", "r/T1", "q/T1")] == ["", "", ""]
    assert not asked(made, workers=1)
    assert [surplus(made, made.tasks[ref], three) for ref in ("q/T2", "r/T1", "q/T1")] == [
        "",
        "",
        "fewer workers: 1 of queue q at once",
    ]
    assert not asked(made, queue="", workers=1)
    assert surplus(made, made.tasks["r/T1"], three) == "fewer workers: 1 at once in all"
    assert surplus(made, made.tasks["q/T3"], three) == ""  # it is nobody's


@pytest.mark.parametrize(("queue", "workers", "hours"), [("", 4, 2), ("", 6, 1), ("", 1, 6), ("q", 3, 3), ("r", 2, 3)])
def test_the_plan_goes_by_it(queue: str, workers: int, hours: int) -> None:
    made = world()
    assert not asked(made, queue=queue, workers=workers)
    assert plan_of(made).played.seconds == hours * 3600


def test_a_queue_with_a_number_of_its_own_takes_no_more_of_those_in_all() -> None:
    made = world_of(*(task(f"q/A{number}") for number in range(4)), task("r/B"), task("r/C"))
    assert not asked(made, queue="q", workers=1)
    plan = plan_of(made, 2)
    assert plan.played.seconds == 4 * 3600
    together = [slot for slot in plan.played.slots if slot.start == 0]
    assert len(together) == 2
    made = world_of(*(task(f"q/A{number}") for number in range(3)), *(task(f"r/B{number}") for number in range(3)))
    assert not asked(made, queue="q", workers=2)
    assert not asked(made, queue="r", workers=2)
    assert plan_of(made, 3).played.seconds == 2 * 3600


def test_what_is_set_of_a_queue_that_is_gone_is_nothing() -> None:
    made = World()
    apply(
        made,
        e.Commit(seq=1, id="c", prev="", at=NOW, by="t", events=(e.WorkersSet(queue="gone", workers=2),)),
    )
    assert made.workers is None


def test_it_is_told() -> None:
    said = [
        tell(e.WorkersSet(queue="q", workers=2, by="ana")),
        tell(e.WorkersSet(workers=3)),
        tell(e.WorkersSet(queue="q")),
    ]
    assert [line.text for line in said if line is not None] == [
        "workers of queue q: 2 by ana",
        "workers of all queues together: 3",
        "workers of queue q: as configured",
    ]
