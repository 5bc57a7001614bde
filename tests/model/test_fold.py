"""How the world follows from the journal: what names nothing is nothing, and what is known is kept."""

from decimal import Decimal
from functools import reduce
from operator import add

import msgspec
import pytest

from orchestrator.codec.worlds import copy_world, decode_world, encode_world
from orchestrator.model import events as e
from orchestrator.model.conditions import FileExists, GateIs, Not, QueueIs, TaskIs, TimeReached, VerdictIs
from orchestrator.model.fold import apply
from orchestrator.model.specs import (
    GateSpec,
    Notify,
    QueueSpec,
    RunAction,
    Status,
    TaskSpec,
    TriggerSpec,
    WriteRecord,
)
from orchestrator.model.spending import Spent
from orchestrator.model.truth import names_in
from orchestrator.model.verdicts import Verdict
from orchestrator.model.world import Step, World
from tests.model.every_event import DEFINING, EVERY_EVENT

DAY = 86_400_000
ABOUT_NOTHING = [event for event in EVERY_EVENT if not isinstance(event, DEFINING)]


def happen(world: World, *events: e.Event, at: int = 1) -> World:
    """Fold one commit."""
    apply(world, e.Commit(seq=world.seq + 1, id=f"c{world.seq + 1}", prev="", at=at, by="t", events=events))
    return world


@pytest.fixture
def world() -> World:
    """Make a queue with two tasks, the second after the first."""
    second = TaskSpec(id="B", dependencies=("q/A",))
    return happen(
        World(),
        e.QueueAdded(queue="q", spec=QueueSpec(name="q")),
        e.TaskAdded(task="q/A", spec=TaskSpec(id="A"), order=1),
        e.TaskAdded(task="q/B", spec=second, order=2),
    )


# -- what names nothing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ABOUT_NOTHING, ids=lambda event: str(event.__struct_config__.tag))
def test_an_event_about_what_is_not_there_changes_nothing(world: World, event: e.Event) -> None:
    before = copy_world(world)
    happen(world, event)
    world.seq, world.touched, before.touched = before.seq, {}, {}
    assert world == before


@pytest.mark.parametrize(
    "event",
    [
        e.AttemptPrepared(task="q/A", attempt=7, base="b"),
        e.IterationStarted(task="q/A", attempt=7, iteration=1, agent="a", sandbox="L0", base="b"),
        e.AttemptEnded(task="q/A", attempt=7, reason="late"),
        e.TrainBoarded(task="q/A", attempt=7, target="main"),
    ],
)
def test_an_event_about_another_attempt_changes_nothing(world: World, event: e.Event) -> None:
    happen(world, e.TaskClaimed(task="q/A", attempt=1, worker="w"))
    before = copy_world(world)
    happen(world, event)
    world.seq = before.seq
    assert world == before


def test_a_verdict_about_an_attempt_that_has_ended_is_told_and_moves_nothing(world: World) -> None:
    happen(world, e.TaskClaimed(task="q/A", attempt=1, worker="w"))
    late = e.VerdictReached(task="q/A", attempt=7, iteration=1, verdict=Verdict.PASS, tree="t", base="b")
    happen(world, late)
    task = world.tasks["q/A"]
    assert (task.verdict, task.attempt.step if task.attempt else None) == ("PASS", Step.PREPARE)


def test_what_reviewers_cost_is_put_down_for_the_task_its_queue_and_the_project(world: World) -> None:
    happen(world, e.TaskClaimed(task="q/A", attempt=1, worker="w"))
    verdict = e.VerdictReached(task="q/A", attempt=1, iteration=1, verdict=Verdict.FAIL, tree="t", base="b")
    happen(world, verdict, msgspec.structs.replace(verdict, usd=0.25, tokens=100, priced=False))
    happen(world, msgspec.structs.replace(verdict, task="gone/A", usd=5.0))
    for spent in (world.tasks["q/A"].spent, world.queues["q"].spent, world.spent):
        assert (spent.micros, spent.tokens, spent.unpriced, spent.ms) == (250_000, 100, 1, 0)


def test_a_persons_word_stands_until_checks_speak_of_other_work(world: World) -> None:
    happen(world, e.TaskClaimed(task="q/A", attempt=1, worker="w"))
    word = e.VerdictReached(
        task="q/A", attempt=1, iteration=1, verdict=Verdict.PASS, tree="t", base="b", by="Ben", reason="we want this"
    )
    happen(world, word)
    task = world.tasks["q/A"]
    assert (task.overridden_by, task.override_reason) == ("Ben", "we want this")
    checked = e.VerdictReached(
        task="q/A", attempt=1, iteration=1, verdict=Verdict.PASS, tree="m", base="b", merged=True
    )
    happen(world, checked)
    assert task.overridden_by == "Ben"
    happen(world, e.VerdictReached(task="q/A", attempt=1, iteration=2, verdict=Verdict.FAIL, tree="u", base="b"))
    assert (task.overridden_by, task.override_reason) == ("", "")


@pytest.mark.parametrize("seq", [1, 3])
def test_a_commit_that_does_not_follow_is_a_bug(world: World, seq: int) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        apply(world, e.Commit(seq=seq, id="c", prev="", at=1, by="t", events=()))


def test_clocks_that_go_back_do_not_take_the_world_back(world: World) -> None:
    happen(world, at=500)
    happen(world, at=100)
    assert world.at == 500


def test_what_is_given_back_twice_is_given_back_once(world: World) -> None:
    happen(world, e.TaskClaimed(task="q/A", attempt=1, worker="w"), e.TaskReleased(task="q/A", reason="draining"))
    before = copy_world(world)
    happen(world, e.TaskReleased(task="q/A", reason="draining"))
    world.seq, before.touched, world.touched = before.seq, {}, {}
    assert world == before


def test_a_task_reset_while_it_runs_runs_on_with_its_iterations_granted_anew(world: World) -> None:
    start = e.IterationStarted(task="q/A", attempt=1, iteration=1, agent="a", sandbox="L0", base="b")
    happen(world, e.TaskClaimed(task="q/A", attempt=1, worker="w"), start, e.TaskReset(task="q/A", reason="by hand"))
    task = world.tasks["q/A"]
    assert (task.status, task.granted_at, world.claims) == (Status.IN_PROGRESS, 1, {"q/A": "w"})


# -- definitions ---------------------------------------------------------------------------------------------------


def test_a_queue_added_again_is_the_same_queue_specified_anew(world: World) -> None:
    happen(world, e.QueuePaused(queue="q"), e.QueueAdded(queue="q", spec=QueueSpec(name="q", title="New")))
    queue = world.queues["q"]
    assert (queue.paused, queue.spec.title, list(queue.tasks), len(queue.specs)) == (True, "New", ["q/A", "q/B"], 2)
    happen(world, e.QueueEdited(queue="q", spec=QueueSpec(name="q", title="Newer")))
    assert queue.spec.title == "Newer"


def test_a_task_added_twice_is_the_first_one(world: World) -> None:
    happen(world, e.TaskAdded(task="q/A", spec=TaskSpec(id="A", title="another")))
    assert world.tasks["q/A"].spec.title == ""


def test_an_edit_keeps_its_place_unless_it_names_one(world: World) -> None:
    happen(world, e.TaskEdited(task="q/A", spec=TaskSpec(id="A", title="x")))
    assert (world.tasks["q/A"].order, world.queues["q"].tasks["q/A"]) == (1, 1)
    happen(world, e.TaskEdited(task="q/A", spec=TaskSpec(id="A", title="x"), order=9))
    assert (world.tasks["q/A"].order, world.queues["q"].tasks["q/A"]) == (9, 9)


def test_who_waits_for_whom_follows_every_edit(world: World) -> None:
    assert world.dependents == {"q/A": {"q/B": None}}
    happen(world, e.TaskAdded(task="q/C", spec=TaskSpec(id="C", dependencies=("q/A",))))
    happen(world, e.TaskEdited(task="q/B", spec=TaskSpec(id="B", dependencies=("gate:g",))))
    assert world.dependents == {"q/A": {"q/C": None}, "gate:g": {"q/B": None}}
    happen(world, e.TaskRemoved(task="q/C"), e.TaskRemoved(task="q/B"))
    assert world.dependents == {}


def test_a_task_that_comes_back_counts_its_attempts_on(world: World) -> None:
    happen(world, e.TaskClaimed(task="q/A", attempt=3, worker="w"))
    happen(world, e.TaskRemoved(task="q/A"))
    assert (world.claims, "q/A" in world.queues["q"].tasks) == ({}, False)
    happen(world, e.TaskAdded(task="q/A", spec=TaskSpec(id="A")))
    task = world.tasks["q/A"]
    assert (task.attempts, task.iterations, task.status, world.removed) == (3, 0, Status.PENDING, {})


@pytest.mark.parametrize(
    ("imported", "status", "reason"),
    [
        (Status.COMPLETED, Status.COMPLETED, "why"),
        (Status.IN_PROGRESS, Status.PENDING, ""),
        (Status.PENDING, Status.PENDING, ""),
        (Status.BLOCKED, Status.BLOCKED, "why"),
    ],
)
def test_a_task_seen_for_the_first_time_keeps_its_status(
    world: World, imported: Status, status: Status, reason: str
) -> None:
    results = e.Imported(status=imported, error="why")
    happen(world, e.TaskAdded(task="q/C", spec=TaskSpec(id="C"), imported=results))
    assert (world.tasks["q/C"].status, world.tasks["q/C"].reason) == (status, reason)


def test_a_reset_forgets_what_was_imported(world: World) -> None:
    results = e.Imported(status=Status.COMPLETED, commit="c")
    happen(world, e.TaskAdded(task="q/C", spec=TaskSpec(id="C"), imported=results))
    happen(world, e.TaskReset(task="q/C", reason="retry"))
    assert (world.tasks["q/C"].imported, world.tasks["q/C"].status) == (None, Status.PENDING)


# -- money ---------------------------------------------------------------------------------------------------------


START = e.IterationStarted(task="q/A", attempt=1, iteration=1, agent="a", sandbox="L0", base="b")
FINISHED = e.AgentFinished(
    task="q/A", attempt=1, iteration=1, outcome="claimed", claimed=True, seconds=1.5, usd=2.5, tokens=10
)


def work(world: World) -> None:
    happen(world, e.TaskClaimed(task="q/A", attempt=1, worker="w"), START, at=DAY)


def test_what_was_used_is_counted_by_task_by_queue_by_day_and_in_all(world: World) -> None:
    work(world)
    happen(world, FINISHED, at=DAY)
    happen(world, FINISHED, at=2 * DAY)
    happen(world, msgspec.structs.replace(FINISHED, usd=0.0), at=3 * DAY)
    days = {"1": 2_500_000, "2": 2_500_000}
    assert world.spent == Spent(iterations=1, micros=5_000_000, tokens=30, ms=4500, days=days)
    assert world.tasks["q/A"].spent == world.queues["q"].spent == world.spent
    assert world.tasks["q/A"].usd == 5.0


def test_sums_of_money_do_not_drift(world: World) -> None:
    work(world)
    amounts = [round(0.1 + n * 0.000001, 6) for n in range(3000)]
    for amount in amounts:
        happen(world, msgspec.structs.replace(FINISHED, usd=amount), at=DAY)
    exact = sum(Decimal(str(amount)) for amount in amounts)
    assert Decimal(world.spent.micros) / 1_000_000 == exact
    assert Decimal(str(world.tasks["q/A"].usd)) == exact
    drifted = reduce(add, amounts)  # `sum` makes up for what is lost since Python 3.12
    assert drifted != float(exact), "floats would have done: the test proves nothing"


def test_what_a_removed_task_used_stays_used(world: World) -> None:
    work(world)
    happen(world, FINISHED, e.TaskRemoved(task="q/A"), FINISHED, at=DAY)
    assert (world.queues["q"].spent.micros, world.spent.micros) == (5_000_000, 5_000_000)


def test_calls_nobody_knows_the_price_of_are_counted_by_model_else_by_agent(world: World) -> None:
    work(world)
    unknown = msgspec.structs.replace(FINISHED, usd=0.0, priced=False)
    happen(world, unknown, msgspec.structs.replace(unknown, model="m-1"), e.TaskRemoved(task="q/A"), unknown)
    assert world.unpriced == {"agent a": 1, "m-1": 1, "?": 1}
    assert world.spent.unpriced == 3


# -- triggers and gates --------------------------------------------------------------------------------------------


def test_what_a_trigger_does_outside_the_journal_waits_to_be_done_once_each_time_it_fires(world: World) -> None:
    record = WriteRecord(path="LOG.md", text="x", append=True)
    spec = TriggerSpec(id="t", when=TaskIs(task="q/A"), do=(Notify(message="x"), record, RunAction(action="a")))
    happen(world, e.TriggerDefined(trigger="t", spec=spec), e.TriggerFired(trigger="t", count=2))
    assert {key: (action.action, action.record) for key, action in world.actions.items()} == {
        "t#2.1": ("write LOG.md", record),
        "t#2.2": ("a", None),
    }


def test_a_trigger_that_is_removed_and_defined_again_begins_anew(world: World) -> None:
    spec = TriggerSpec(id="t", when=Not(of=TaskIs(task="q/A")), do=(Notify(message="x"),))
    happen(world, e.TriggerDefined(trigger="t", spec=spec))
    assert (world.triggers["t"].due, world.triggers["t"].true) == (1, True)
    happen(world, e.TriggerFired(trigger="t", count=1), e.TriggerRemoved(trigger="t"))
    assert world.triggers == {}
    happen(world, e.TriggerDefined(trigger="t", spec=spec))
    assert (world.triggers["t"].due, world.triggers["t"].fired) == (1, 0)
    assert [known is None for _, known in world.trigger_specs["t"]] == [False, True, False]


def test_the_same_definition_again_changes_nothing_owed(world: World) -> None:
    spec = TriggerSpec(id="t", when=Not(of=TaskIs(task="q/A")), do=())
    happen(world, e.TriggerDefined(trigger="t", spec=spec))
    happen(world, e.TriggerDefined(trigger="t", spec=spec))
    assert (world.triggers["t"].due, world.triggers["t"].true) == (1, True)


def test_a_person_signs_a_gate_once_and_may_think_again(world: World) -> None:
    happen(world, e.GateDefined(gate="g", spec=GateSpec(id="g", approvers=("ana", "ops"))))
    happen(world, e.GateApproved(gate="g", by="ana", note="fine"), at=5)
    happen(world, e.GateRejected(gate="g", by="ops", reason="not yet"))
    happen(world, e.GateRejected(gate="g", by="ana", reason="after all, no"))
    assert [(s.by, s.approved, s.note) for s in world.gates["g"].signatures] == [
        ("ops", False, "not yet"),
        ("ana", False, "after all, no"),
    ]


def test_a_hand_off_of_a_task_that_is_done_anew_forgets_since_when_its_checks_were_red(world: World) -> None:
    happen(world, e.TaskAdded(task="q/H", spec=TaskSpec(id="H", handoff=("smoke",))))
    happen(world, e.GateChecked(gate="handoff:q/H", commit="c", verdict="FAIL"))
    assert world.gates["handoff:q/H"].red_since is not None
    happen(world, e.TaskReset(task="q/H", reason="again"))
    gate = world.gates["handoff:q/H"]
    assert (gate.red_since, gate.checked, gate.verdict) == (None, "", "")


def test_a_gate_defined_anew_keeps_its_signatures_and_stays_open(world: World) -> None:
    happen(world, e.GateDefined(gate="g", spec=GateSpec(id="g")), e.GateApproved(gate="g", by="ana"))
    happen(world, e.GateOpened(gate="g"), at=9)
    happen(world, e.GateDefined(gate="g", spec=GateSpec(id="g", quorum=2)))
    gate = world.gates["g"]
    assert (gate.open, len(gate.signatures), gate.spec.quorum, gate.since) == (True, 1, 2, 9)
    happen(world, e.GateRemoved(gate="g"))
    assert (world.gates, len(world.gate_specs["g"])) == ({}, 3)


def test_names_of_conditions_are_told_in_full() -> None:
    found = [
        names_in(condition)
        for condition in (
            TaskIs(task="q/A"), VerdictIs(task="q/A"), QueueIs(queue="q"), GateIs(gate="g"), FileExists(path="a.md"),
            TimeReached(at=1), Not(of=TaskIs(task="q/B")),
        )
    ]  # fmt: skip
    assert found == [("q/A",), ("q/A",), ("queue:q",), ("gate:g",), ("file:a.md",), ("at",), ("q/B",)]


# -- the cache of it -----------------------------------------------------------------------------------------------


def test_a_snapshot_is_read_back_only_if_it_is_whole_and_of_this_code(world: World) -> None:
    payload = encode_world(world)
    assert decode_world(payload) == world
    assert decode_world(b"other code" + payload) is None
    assert decode_world(payload[:-1]) is None


def test_a_copied_world_is_its_own(world: World) -> None:
    copied = copy_world(world)
    happen(copied, e.QueuePaused(queue="q"))
    assert (world.queues["q"].paused, copied.queues["q"].paused) == (False, True)


# -- trains --------------------------------------------------------------------------------------------------------


def _boarded(world: World, *names: str, limit: int = 4) -> None:
    for name in names:
        ref = f"q/{name}"
        claimed = e.TaskClaimed(task=ref, attempt=1, worker="w")
        happen(world, claimed, e.TrainBoarded(task=ref, attempt=1, target="main", limit=limit))


def _proposed(task: str, onto: str, behind: str = "") -> e.TrainProposed:
    return e.TrainProposed(
        task=task, attempt=1, target="main", commit=f"{onto}+{task}", tree="t", onto=onto, behind=behind
    )


def test_the_window_opens_by_one_with_a_landing_and_halves_with_an_eviction(world: World) -> None:
    merged = e.TaskMerged(task="q/A", attempt=1, commit="c", tree="t", target="main")
    windows: list[int] = []
    evicted = e.TrainEvicted(task="q/A", attempt=1, target="main", reason="red")
    happening: list[e.Event] = [merged, merged, merged, merged, evicted, evicted, evicted, evicted]
    for happened in happening:
        _boarded(world, "A")
        windows.append(world.trains["main"].window)
        happen(world, happened)
    assert windows == [2, 3, 4, 4, 4, 2, 1, 1]
    assert [(left.how, left.reason) for left in world.trains["main"].left[-5:-3]] == [
        ("landed", ""),
        ("evicted", "red"),
    ]
    _boarded(world, "A", limit=3)
    happen(world, *[merged] * 2)
    assert (world.trains["main"].window, world.trains["main"].limit) == (2, 3)


def test_a_train_remembers_the_last_twenty_who_left_it(world: World) -> None:
    for number in range(25):
        _boarded(world, "A")
        happen(world, e.TaskMerged(task="q/A", attempt=1, commit=f"c{number}", tree="t", target="main"))
    assert [left.commit for left in world.trains["main"].left] == [f"c{number}" for number in range(5, 25)]


def test_whoever_proposes_behind_somebody_stands_there_and_the_others_are_passed_over(world: World) -> None:
    happen(world, e.TaskAdded(task="q/C", spec=TaskSpec(id="C")))
    _boarded(world, "A", "B", "C")
    train = world.trains["main"]
    happen(world, _proposed("q/C", "head"))
    assert (train.members, train.head) == (["q/C", "q/A", "q/B"], "head")
    happen(world, _proposed("q/B", "head+q/C", behind="q/C"))
    assert (train.members, train.head) == (["q/C", "q/B", "q/A"], "head")


def test_what_names_no_member_of_a_train_moves_none(world: World) -> None:
    _boarded(world, "A")
    happen(world, e.TaskClaimed(task="q/B", attempt=1, worker="w"), _proposed("q/B", "elsewhere"))
    other = e.TrainProposed(task="q/B", attempt=1, target="other", commit="c", tree="t", onto="o")
    happen(world, other, e.TrainEvicted(task="q/B", attempt=1, target="main", reason="red"))
    assert (world.trains["main"].members, world.trains["main"].head, list(world.trains)) == (["q/A"], "", ["main"])


def test_a_verdict_about_an_older_proposal_says_nothing_of_the_present_one(world: World) -> None:
    _boarded(world, "A")
    happen(world, _proposed("q/A", "head"))
    late = e.VerdictReached(
        task="q/A", attempt=1, iteration=1, verdict=Verdict.PASS, tree="t", base="older", merged=True
    )
    happen(world, late)
    assert _step(world) == "reverify"
    happen(world, msgspec.structs.replace(late, base="head"))
    assert _step(world) == "advance"
    happen(world, _proposed("q/A", "older"))
    assert _step(world) == "advance"


def _step(world: World) -> str:
    attempt = world.tasks["q/A"].attempt
    return attempt.step.value if attempt else ""
