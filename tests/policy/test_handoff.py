"""What is handed from task to task, beyond what the transcripts show."""

from typing import Any

import pytest

from orchestrator.model import events as e
from orchestrator.model.coordination import Handed
from orchestrator.model.settings import NotifySettings, PersonSettings, Settings
from orchestrator.model.specs import Status, TaskSpec
from orchestrator.model.truth import dependency_met
from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.model.world import World
from orchestrator.policy import handoff
from orchestrator.policy.handoff import Need
from orchestrator.policy.limits import checks
from orchestrator.policy.prompt import MAX_HANDED, PromptInput, Upstream, compose
from orchestrator.policy.prompting import prompt_input
from orchestrator.policy.tidings import messages
from orchestrator.views.story import tell
from tests.policy.playing.planning import NOW, hours, plan_of, seat_of, task, then, world_of

GATE = "handoff:q/A"
DONE = e.TaskCompleted(task="q/A", commit="c1")
MISSED = e.InputsMissed(task="q/B", attempt=1, base="m1", tasks=("q/A",), paths=("docs/a.md",))
RED = e.GateChecked(
    gate=GATE, commit="m1", verdict="FAIL", findings=(Finding(path="a", rule="r", message="v1 is gone"),)
)


def pair(*events: e.Event, **spec: Any) -> World:
    made: dict[str, Any] = {"outputs": ("docs/a.md",), **spec}
    return then(world_of(task("q/A", 1, **made), task("q/B", 1, "A")), *events)


def test_outputs_are_needed_of_what_completed_and_was_not_called_pass_by_a_person() -> None:
    assert handoff.needs(pair(), pair().tasks["q/B"], Settings()) == ()
    done = pair(DONE)
    assert handoff.needs(done, done.tasks["q/B"], Settings()) == (Need(task="q/A", patterns=("docs/a.md",)),)
    kept = Need(task="q/A", patterns=("docs/a.md",), commit="c1")
    assert handoff.needs(done, done.tasks["q/B"], Settings(land="branch")) == (kept,)
    said = e.VerdictReached(task="q/A", attempt=1, iteration=1, verdict=Verdict.PASS, tree="t", base="", by="ana")
    called = pair(said, DONE)
    assert handoff.needs(called, called.tasks["q/B"], Settings()) == ()
    skipped = pair(e.TaskSkipped(task="q/A", reason="no"))
    assert handoff.needs(skipped, skipped.tasks["q/B"], Settings()) == ()


def test_what_was_missed_is_waited_for_until_the_target_moves_or_nobody_wants_it_any_more() -> None:
    world = pair(DONE, MISSED)
    task_b = world.tasks["q/B"]
    assert handoff.missed(world, task_b) == (("q/A", "docs/a.md"),)
    assert handoff.watched(world) == ("q",)
    assert task_b.status is Status.PENDING
    moved = then(pair(DONE, MISSED), e.TargetMoved(target="t", commit="m2", queues=("q",)))
    assert handoff.missed(moved, moved.tasks["q/B"]) == ()
    for change in (
        e.TaskRemoved(task="q/A"),
        e.TaskEdited(task="q/B", spec=TaskSpec(id="B")),
        e.TaskEdited(task="q/A", spec=TaskSpec(id="A", outputs=("docs/b.md",))),
        e.TaskReset(task="q/A", reason="retry"),
        e.TaskReset(task="q/B", reason="retry"),
    ):
        world = pair(DONE, MISSED, change)
        assert handoff.missed(world, world.tasks["q/B"]) == (), change


def test_what_misses_and_is_not_in_progress_stays_as_it_is() -> None:
    world = pair(DONE, e.TaskSkipped(task="q/B", reason="no"), MISSED)
    assert world.tasks["q/B"].status is Status.SKIPPED
    elsewhere = pair(e.InputsMissed(task="q/B", attempt=1, base="m1", tasks=("r/A",), paths=("x",)))
    assert "r" not in elsewhere.heads


def test_a_hand_off_comes_and_goes_with_the_specification() -> None:
    world = pair(handoff=("contract",))
    assert world.gates[GATE].spec.checks == ("contract",)
    more = TaskSpec(id="A", handoff=("contract", "load"))
    then(world, DONE, e.GateOpened(gate=GATE), e.TaskEdited(task="q/A", spec=TaskSpec(id="A", handoff=("contract",))))
    assert dependency_met(world, "q/A")
    then(world, e.TaskEdited(task="q/A", spec=more))
    assert not dependency_met(world, "q/A")
    then(world, e.TaskEdited(task="q/A", spec=TaskSpec(id="A")))
    assert (world.gates, dependency_met(world, "q/A")) == ({}, True)
    then(world, e.TaskEdited(task="q/A", spec=more), e.TaskRemoved(task="q/A"))
    assert world.gates == {}


def test_its_checks_judge_the_task_too() -> None:
    world = pair(handoff=("contract", "lint"), checks=("lint", "tests"))
    assert checks(world, world.tasks["q/A"], Settings()) == ("lint", "tests", "contract")


def test_a_task_that_is_done_again_gets_what_was_found_and_hands_over_anew() -> None:
    reset = e.TaskReset(task="q/A", reason="retry")
    world = pair(DONE, RED, reset, handoff=("contract",))
    assert world.tasks["q/A"].feedback == RED.findings
    assert world.gates[GATE].verdict == ""
    green = pair(DONE, e.GateChecked(gate=GATE, commit="m1", verdict="PASS"), e.GateOpened(gate=GATE), reset,
                 handoff=("contract",))  # fmt: skip
    assert (green.tasks["q/A"].feedback, green.gates[GATE].open) == ((), False)


def test_the_words_of_a_red_hand_off_name_what_was_found() -> None:
    world = pair(e.TargetMoved(target="t", commit="m1", queues=("q",)), DONE, RED, handoff=("contract",))
    said = handoff.words(world, world.gates[GATE])
    assert said == "the hand-off of q/A is red (): v1 is gone; `orchestrator retry q/A`"


def test_people_are_told_of_a_red_hand_off_and_not_of_one_that_is_handed_over() -> None:
    people = {name: PersonSettings(name=name, notify=(f"json://{name}",)) for name in ("ana", "bob", "eve")}
    settings = Settings(people=people, notify=NotifySettings())
    world = then(
        world_of(task("q/A", 1, handoff=("contract",), owner="ana"), task("q/B", 1, "A", owner="bob"), task("q/C")),
        DONE,
    )
    (told,) = messages(world, (RED,), NOW, settings)
    assert (told.kind, told.about) == ("blocked", "q/A")
    assert {channel.partition("#")[0] for channel in told.to} == {"people.ana", "people.bob"}
    assert told.text.startswith("the hand-off of q/A is red: v1 is gone; behind it wait q/B")
    assert messages(world, (e.GateOpened(gate=GATE),), NOW, settings) == ()
    assert messages(world, (e.GateChecked(gate=GATE, commit="m", verdict="PASS"),), NOW, settings) == ()
    (bare,) = messages(world, (e.GateChecked(gate=GATE, commit="m", verdict="FAIL"),), NOW, settings)
    assert "behind it wait q/B" in bare.text


def test_the_plan_hands_over_at_once() -> None:
    assert hours(plan_of(pair(handoff=("contract",)))) == {"A": (0, 1), "B": (1, 2)}


def test_the_prompt_shows_how_outputs_begin_as_far_as_there_is_room() -> None:
    first = Handed(task="q/A", path="docs/a.md", size=9000, text="x" * MAX_HANDED)
    files = (first, Handed(task="q/A", path="b.bin", size=5), Handed(task="q/A", path="c", size=3, text="abc"))
    made = Upstream(task="q/A", outputs=("docs/a.md",), handed=files)
    text = compose(PromptInput(task="q/B", spec=TaskSpec(id="B"), upstream=(made,)))
    assert f"\n  docs/a.md (9000 bytes; its first {MAX_HANDED} bytes):\n    xxx" in text
    assert "\n  b.bin (5 bytes)\n  c (3 bytes)\n" in text


def test_what_was_handed_to_the_attempt_stands_in_its_prompt() -> None:
    inputs = (Handed(task="q/A", path="docs/a.md", size=2, text="hi"), Handed(task="q/Z", path="z", size=1, text="z"))
    world = pair(
        DONE,
        e.TaskClaimed(task="q/B", attempt=1, worker="w"),
        e.AttemptPrepared(task="q/B", attempt=1, base="m1", inputs=inputs),
    )
    (made,) = prompt_input(world, world.tasks["q/B"], seat_of(world)).upstream
    assert made.handed == inputs[:1]


def test_what_was_missed_is_told() -> None:
    told = tell(MISSED)
    assert told is not None
    assert told.text == "cannot begin: docs/a.md of q/A missing or empty in the target at m1"


@pytest.mark.parametrize("name", ["q/NONE", "q/B"])
def test_who_has_no_hand_off_has_none(name: str) -> None:
    assert handoff.of(pair(), name) is None
