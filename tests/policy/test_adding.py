"""Tasks that people add: one, many at once, and what agents propose."""

import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.ids import SAFE_ID_RULE
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.specs import GateSpec, QueueSpec, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.adding import judged, rings
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import Answer
from orchestrator.policy.seat import Seat


@pytest.fixture
def world() -> World:
    found = World()
    queues = [e.QueueAdded(queue=name, spec=QueueSpec(name=name)) for name in ("q", "r")]
    there = e.TaskAdded(task="q/A", spec=TaskSpec(id="A"), order=500)
    gate = e.GateDefined(gate="g", spec=GateSpec(id="g"))
    events: tuple[e.Event, ...] = (*queues, there, gate)
    apply(found, e.Commit(seq=1, id="c", prev="", at=1, by="t", events=events))
    return found


def ask(world: World, asked: c.Ask) -> Answer:
    return answer(world, asked, Seat(me="cli", scope=Scope(), settings=Settings(), peers={}, targets={}))


def of(queue: str, name: str, *needs: str) -> c.AddTask:
    return c.AddTask(queue=queue, spec=TaskSpec(id=name, dependencies=needs))


def test_tasks_that_wait_for_each_other_are_added_in_the_order_they_are_named(world: World) -> None:
    said = ask(world, c.AddTasks(tasks=(of("q", "B", "q/C", "q/A", "gate:g"), of("r", "R"), of("q", "C"))))
    assert not isinstance(said, c.Refusal)
    assert [(event.task, event.order) for event in said if isinstance(event, e.TaskAdded)] == [
        ("q/B", 1500),
        ("r/R", 1000),
        ("q/C", 2500),
    ]


def test_where_one_cannot_be_added_none_is_and_every_problem_is_told(world: World) -> None:
    tasks = (
        of("q", "Good"),
        of("x", "B"),
        of("q", "a"),
        of("q", "bad id"),
        of("q", "C", "q/Z", "gate:h"),
        of("q", "good"),
        of("q", "D", "q/E"),
        of("q", "E", "q/D"),
    )
    said = ask(world, c.AddTasks(tasks=tasks))
    assert isinstance(said, c.Refusal)
    assert [line.partition(";")[0] for line in said.text.splitlines()] == [
        "there is no queue x",
        "q/a exists",
        "'bad id' cannot be a task id: " + SAFE_ID_RULE,
        "q/C depends on q/Z, gate:h, which does not exist",
        "q/good stands twice",
        "q/D would wait for itself: q/D -> q/E -> q/D",
    ]
    assert judged(world, tasks)[0] == ""


def test_a_ring_is_told_once_however_many_are_on_it() -> None:
    chain = {f"q/{n}": TaskSpec(id=str(n), dependencies=(f"q/{(n + 1) % 3000}",)) for n in range(3000)}
    (way,) = rings(World(), chain).values()
    assert len(way) == 3001


def test_what_leads_into_a_ring_is_on_none() -> None:
    specs = {"q/A": ("q/B",), "q/B": ("q/C",), "q/C": ("q/B",)}
    found = rings(World(), {ref: TaskSpec(id=ref[-1], dependencies=needs) for ref, needs in specs.items()})
    assert found == {"q/B": ("q/B", "q/C", "q/B")}


def propose(world: World, number: int, spec: TaskSpec) -> None:
    """Let the agent of an attempt under way propose work."""
    if number == 1:
        claimed = e.TaskClaimed(task="q/A", attempt=1, worker="w", slot=1)
        apply(world, e.Commit(seq=2, id="c0", prev="", at=1, by="t", events=(claimed,)))
    said = e.AgentProposed(
        task="q/A", attempt=1, iteration=1, word=f"w{number}", proposal=f"P{number}", queue="q", spec=spec
    )
    apply(world, e.Commit(seq=world.seq + 1, id=f"c{number}", prev="", at=1, by="t", events=(said,)))


def test_all_that_agents_propose_is_added_at_once(world: World) -> None:
    propose(world, 1, TaskSpec(id="B"))
    propose(world, 2, TaskSpec(id="C", dependencies=("q/B",)))
    said = ask(world, c.AcceptProposals(by="ana"))
    assert not isinstance(said, c.Refusal)
    kinds = [type(event).__name__ for event in said]
    assert kinds == ["ProposalAccepted", "ProposalAccepted", "TaskAdded", "TaskAdded"]
    apply(world, e.Commit(seq=world.seq + 1, id="d", prev="", at=1, by="t", events=said))
    assert not world.proposals
    assert ask(world, c.AcceptProposals(by="ana")) == ()


def test_a_proposal_that_cannot_be_added_keeps_the_others_out_and_is_named(world: World) -> None:
    propose(world, 1, TaskSpec(id="B"))
    propose(world, 2, TaskSpec(id="a"))
    said = ask(world, c.AcceptProposals(by="ana"))
    assert said == c.Refusal("P2: q/a exists; `orchestrator edit q/a` changes it")
    elsewhere = ask(world, c.AcceptProposals(by="ana", queue="r"))
    assert not isinstance(elsewhere, c.Refusal)
