"""Giving up: a task or a gate, and with it what could only come after it, in one commit and nothing else."""

from typing import Any as Anything

import msgspec
import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.conditions import All, Any, FileExists, GateIs, Not, QueueIs, TaskIs, VerdictIs
from orchestrator.model.specs import Status
from orchestrator.model.world import Step, World
from orchestrator.policy.abandoning import behind
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.asks import answer
from orchestrator.policy.initiative import initiative
from orchestrator.policy.seat import Seat
from tests.policy.playing.planning import NOW, gate, queue, seat_of, task, then, world_of


def tree() -> World:
    return world_of(
        task("q/A"),
        task("q/B", 1, "A"),
        task("q/C", 1, "B"),
        task("q/D", 1, "A"),
        task("q/E"),
        task("r/F", 1, "gate:g"),
        task("r/G", 1, "gate:h"),
        task("r/H", 1, "r/F"),
        gate("g", requires=All(of=(TaskIs(task="q/C"), TaskIs(task="q/E"))), approvers=("ana",)),
        gate("h", requires=Any(of=(TaskIs(task="q/C"), TaskIs(task="q/E")))),
    )


def ask(world: World, asked: c.Ask, seat: Seat | None = None) -> Anything:
    return answer(world, asked, seat or seat_of(world), NOW)


def skip(world: World, ref: str = "q/A", seat: Seat | None = None) -> Anything:
    return ask(world, c.Skip(task=ref, reason="no market", by="ana", dependents=True), seat)


def test_what_could_only_come_after_it_goes_with_it_through_tasks_and_gates() -> None:
    world = tree()
    events = skip(world)
    assert [(event.task, event.root) for event in events] == [
        ("q/A", ""),
        ("q/B", "q/A"),
        ("q/D", "q/A"),
        ("q/C", "q/A"),
        ("r/F", "q/A"),
        ("r/H", "q/A"),
    ]
    assert {event.by for event in events} == {"ana"}
    assert events[1].reason == "no market (given up with q/A)"
    then(world, *events)
    assert {t.ref for t in world.tasks.values() if t.status is Status.PENDING} == {"q/E", "r/G"}


def test_what_has_ended_well_stays_and_what_failed_or_is_blocked_goes() -> None:
    world = tree()
    then(
        world, e.TaskCompleted(task="q/A"), e.TaskFailed(task="q/B", reason="x"), e.TaskBlocked(task="q/D", reason="x")
    )
    assert isinstance(skip(world), c.Refusal)
    assert [event.task for event in skip(world, "q/B")] == ["q/B", "q/C", "r/F", "r/H"]
    then(world, e.TaskSkipped(task="q/B", reason="earlier"))
    assert [event.task for event in skip(world, "q/B")] == ["q/C", "r/F", "r/H"]
    assert isinstance(ask(world, c.Skip(task="q/B", reason="again")), c.Refusal)
    world = tree()
    then(world, e.TaskSkipped(task="q/B", reason="earlier"), e.TaskCompleted(task="r/F"))
    assert [event.task for event in skip(world)] == ["q/A", "q/D", "q/C", "r/H"]


def test_a_gate_is_rejected_and_what_stands_behind_it_given_up_in_one_commit() -> None:
    world = tree()
    asked = c.RejectGate(gate="g", by="ana", reason="no-go", abandon=True)
    rejected, *others = ask(world, asked)
    assert rejected == e.GateRejected(gate="g", by="ana", reason="no-go")
    assert [(event.task, event.root) for event in others] == [("r/F", "gate:g"), ("r/H", "gate:g")]


@pytest.mark.parametrize(
    ("condition", "follows"),
    [
        (TaskIs(task="q/A"), True),
        (VerdictIs(task="q/A"), True),
        (TaskIs(task="q/A", state="skipped"), False),
        (VerdictIs(task="q/A", state="FAIL"), False),
        (GateIs(gate="other"), False),
        (All(of=(TaskIs(task="q/A"), FileExists(path="x"))), True),
        (Any(of=(TaskIs(task="q/A"), FileExists(path="x"))), False),
        (Any(of=(TaskIs(task="q/A"), All(of=(TaskIs(task="q/A"), FileExists(path="x"))))), True),
        (Any(of=()), False),
        (Not(of=TaskIs(task="q/A")), False),
        (QueueIs(queue="q"), False),
    ],
)
def test_a_gate_goes_with_it_only_if_it_can_open_no_more(condition: Anything, follows: bool) -> None:  # noqa: FBT001
    world = world_of(task("q/A"), task("r/B", 1, "gate:g"), task("r/C", 1, "gate:h"))
    then(world, gate("g", requires=condition), gate("h", requires=GateIs(gate="g")), gate("free"))
    assert behind(world, "q/A") == (("r/B", "r/C") if follows else ())
    then(world, e.GateOpened(gate="g"))
    assert behind(world, "q/A") == ()


def test_it_is_all_of_it_or_nothing() -> None:
    world = tree()
    then(world, e.TaskAttached(task="q/C", attempt=1, by="bea", worker="p"))
    attached = skip(world, seat=msgspec.structs.replace(seat_of(world), peers={"p": None}))
    assert "bea is attached to q/C" in attached.text
    world = tree()
    then(world, e.RollbackStarted(queue="r", task="r/F"))
    assert "ask again once that is over" in skip(world).text
    refused = ask(world, c.RejectGate(gate="g", by="ana", reason="no", abandon=True))
    assert "ask again once that is over" in refused.text
    world = tree()
    claimed = e.TaskClaimed(task="q/B", attempt=1, worker="w")
    then(world, claimed)
    found = world.tasks["q/B"].attempt
    assert found is not None
    found.step = Step.ADVANCE
    assert "q/B is landing this very moment" in skip(world).text


# -- tasks with a condition of their own ---------------------------------------------------------------------------


def omitted(world: World, now: int = NOW) -> list[str]:
    found: list[str] = []
    for _ in world.tasks:
        agenda = Agenda()
        agenda.update(world, ())
        events = initiative(world, agenda, now, seat_of(world))
        found += [event.task for event in events if isinstance(event, e.TaskSkipped)]
        then(world, *(event for event in events if isinstance(event, e.TaskSkipped)))
    return found


def test_a_persons_task_whose_condition_is_false_is_skipped_like_an_agents() -> None:
    never = TaskIs(task="q/NONE")
    world = world_of(
        task("q/A", agent="human", when=never),
        task("q/B", 1, "A", agent="human", when=TaskIs(task="q/A", state="skipped")),
        task("q/C", agent="human", when=never, start=NOW + 5),
        task("q/D", when=never),
    )
    assert omitted(world) == ["q/A", "q/D"]
    assert omitted(world, NOW + 5) == ["q/C"]


def test_a_persons_task_of_a_queue_that_is_held_is_not_looked_at_yet() -> None:
    never = TaskIs(task="q/NONE")
    world = world_of(queue("q", locked=True), task("q/A", agent="human", when=never))
    assert omitted(world) == []
    then(world, e.QueueUnlocked(queue="q"))
    assert omitted(world) == ["q/A"]


def test_who_follows_a_task_that_was_skipped_may_ask_for_more_than_that() -> None:
    world = world_of(
        task("q/A", when=TaskIs(task="q/NONE")), task("q/B", 1, "A", when=TaskIs(task="q/A")), task("q/C", 1, "A")
    )
    assert omitted(world) == ["q/A", "q/B"]
    assert world.tasks["q/C"].status is Status.PENDING
