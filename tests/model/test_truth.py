"""When a condition is true."""

import pytest

from orchestrator.model import conditions as q
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.specs import GateSpec, QueueSpec, TaskSpec
from orchestrator.model.truth import dependency_met, holds
from orchestrator.model.verdicts import Verdict
from orchestrator.model.world import World


@pytest.fixture
def world() -> World:
    """DONE and SKIPPED are finished, BAD failed, OPEN is pending; `shut` is locked and empty; gate `g` is open."""
    found = World()
    events: list[e.Event] = [e.QueueAdded(queue=name, spec=QueueSpec(name=name)) for name in ("done", "mixed", "held")]
    events.append(e.QueueAdded(queue="shut", spec=QueueSpec(name="shut", locked=True)))
    events += [
        e.TaskAdded(task=ref, spec=TaskSpec(id=ref.partition("/")[2]))
        for ref in ("done/DONE", "done/SKIPPED", "mixed/BAD", "mixed/OPEN", "mixed/STUCK")
    ]
    events += [
        e.TaskCompleted(task="done/DONE"),
        e.TaskSkipped(task="done/SKIPPED", reason="no"),
        e.TaskFailed(task="mixed/BAD", reason="no"),
        e.TaskBlocked(task="mixed/STUCK", reason="no"),
        e.VerdictReached(task="mixed/BAD", attempt=1, iteration=1, verdict=Verdict.FAIL, tree="t", base="b"),
        e.QueuePaused(queue="held"),
        e.GateDefined(gate="g", spec=GateSpec(id="g")),
        e.GateDefined(gate="h", spec=GateSpec(id="h")),
        e.GateOpened(gate="g"),
    ]
    apply(found, e.Commit(seq=1, id="c", prev="", at=1000, by="t", events=tuple(events)))
    found.seen_files["docs/api.md"] = 1
    return found


TRUE: tuple[q.Condition, ...] = (
    q.TaskIs(task="done/DONE"),
    q.TaskIs(task="mixed/BAD", state="failed"),
    q.TaskIs(task="mixed/BAD", state="ended"),
    q.QueueIs(queue="done"),
    q.QueueIs(queue="done", state="ended"),
    q.QueueIs(queue="shut"),
    q.QueueIs(queue="shut", state="locked"),
    q.QueueIs(queue="done", state="unlocked"),
    q.QueueIs(queue="held", state="paused"),
    q.QueueIs(queue="mixed", state="failed"),
    q.QueueIs(queue="mixed", state="blocked"),
    q.GateIs(gate="g"),
    q.GateIs(gate="h", state="waiting"),
    q.VerdictIs(task="mixed/BAD", state="FAIL"),
    q.FileExists(path="docs/api.md"),
    q.TimeReached(at=1000),
    q.All(of=()),
    q.All(of=(q.TimeReached(at=1), q.TaskIs(task="done/DONE"))),
    q.Any(of=(q.TimeReached(at=9999), q.TaskIs(task="done/DONE"))),
    q.Not(of=q.TaskIs(task="mixed/OPEN")),
    q.Not(of=q.TaskIs(task="no/SUCH")),
)
FALSE: tuple[q.Condition, ...] = (
    q.TaskIs(task="done/SKIPPED"),
    q.TaskIs(task="no/SUCH"),
    q.TaskIs(task="mixed/STUCK", state="ended"),
    q.QueueIs(queue="mixed"),
    q.QueueIs(queue="mixed", state="ended"),
    q.QueueIs(queue="done", state="failed"),
    q.QueueIs(queue="done", state="locked"),
    q.QueueIs(queue="shut", state="unlocked"),
    q.QueueIs(queue="done", state="paused"),
    q.QueueIs(queue="none"),
    q.GateIs(gate="h"),
    q.GateIs(gate="g", state="waiting"),
    q.GateIs(gate="none"),
    q.VerdictIs(task="mixed/BAD"),
    q.VerdictIs(task="no/SUCH", state="FAIL"),
    q.FileExists(path="docs/none.md"),
    q.TimeReached(at=1001),
    q.Any(of=()),
    q.All(of=(q.TimeReached(at=1), q.TaskIs(task="mixed/OPEN"))),
    q.Not(of=q.TaskIs(task="done/DONE")),
)


@pytest.mark.parametrize("condition", TRUE, ids=str)
def test_it_is_true(world: World, condition: q.Condition) -> None:
    assert holds(world, condition)


@pytest.mark.parametrize("condition", FALSE, ids=str)
def test_it_is_not(world: World, condition: q.Condition) -> None:
    assert not holds(world, condition)


@pytest.mark.parametrize(
    ("name", "met"),
    [
        ("done/DONE", True),
        ("done/SKIPPED", True),
        ("mixed/BAD", False),
        ("mixed/OPEN", False),
        ("no/SUCH", False),
        ("gate:g", True),
        ("gate:h", False),
        ("gate:none", False),
    ],
)
def test_a_dependency_is_met_by_what_is_completed_skipped_or_open(world: World, name: str, *, met: bool) -> None:
    assert dependency_met(world, name) is met
