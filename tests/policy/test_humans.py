"""A person's word that a task is done: refused where it cannot be so, judged by its checks, recorded."""

import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.verdicts import Finding, Judgement, Report, Verdict
from orchestrator.model.world import World
from orchestrator.policy.asks import answer
from orchestrator.policy.humans import checks_of_person
from tests.policy.playing.planning import queue, seat_of, task, then, world_of

DONE = c.Done(task="q/A", by="ana", evidence=("a.md sha256:1", "a note"))


def asked(world: World, ask: c.Done = DONE) -> object:
    return answer(world, ask, seat_of(world))


def judgement(verdict: Verdict) -> Judgement:
    findings = () if verdict is Verdict.PASS else (Finding(message="no"),)
    return Judgement(
        verdict=verdict, tree="t", base="", checks=(Report(name="smoke", report=verdict),), regressions=findings
    )


def test_it_is_recorded_by_whom_and_on_what() -> None:
    world = world_of(task("q/A", agent="human"))
    assert asked(world) == (e.TaskCompleted(task="q/A", by="ana", note="a.md sha256:1; a note"),)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_its_checks_decide(verdict: Verdict) -> None:
    world = world_of(task("q/A", agent="human"))
    ask = c.Done(task="q/A", by="ana", judgement=judgement(verdict), commit="c1")
    said = asked(world, ask)
    assert isinstance(said, tuple)
    assert isinstance(said[0], e.VerdictReached)
    assert said[0].verdict is verdict
    assert len(said[0].findings) == (verdict is not Verdict.PASS)
    assert [type(event) for event in said[1:]] == ([e.TaskCompleted] if verdict is Verdict.PASS else [])


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ((task("q/A"),), "done by an agent"),
        ((task("q/A", agent="human"), e.TaskSkipped(task="q/A", reason="x")), "is skipped already"),
        ((task("q/A", 1, "B", agent="human"), task("q/B")), "waits for q/B"),
        ((queue("q", locked=True), task("q/A", agent="human")), "queue q is locked"),
    ],
)
def test_what_cannot_be_done_now_is_refused(events: tuple[e.Event, ...], why: str) -> None:
    ended = tuple(event for event in events if isinstance(event, e.TaskSkipped))
    world = then(world_of(*(event for event in events if event not in ended)), *ended)
    said = asked(world)
    assert isinstance(said, c.Refusal)
    assert why in said.text


def test_a_person_is_not_looked_at_for_cheats() -> None:
    world = world_of(task("q/A", agent="human", checks=("smoke", "honest")), task("q/B", agent="human"))
    settings = seat_of(world).settings
    assert checks_of_person(world, world.tasks["q/A"], settings) == ("smoke",)
    assert checks_of_person(world, world.tasks["q/B"], settings) == ()
