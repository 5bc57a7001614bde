"""A run that goes only so far does what its target needs, and nothing else."""

import msgspec

from orchestrator.model import conditions as c
from orchestrator.model import events as e
from orchestrator.model.scope import Leave, Scope
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.initiative import initiative
from orchestrator.policy.outlook import outlook
from orchestrator.policy.until import is_known, is_reached, needed
from tests.policy.playing.planning import NOW, gate, queue, seat_of, task, then, world_of

TASKS = (
    task("q/A"),
    task("q/B", 1, "A"),
    task("q/C", 1, "B"),
    queue("r", unlock_when=c.Any(of=(c.TaskIs(task="q/A"), c.TaskIs(task="q/X")))),
    task("r/T"),
    task("q/X"),
    gate("g", requires=c.QueueIs(queue="r")),
    task("q/D", 1, "B C"),
)


def test_what_a_target_needs_is_followed_through_gates_and_locks() -> None:
    world = world_of(*TASKS)
    assert needed(world, "q/B") == {"q/A", "q/B"}
    assert needed(world, "q/D") == {"q/A", "q/B", "q/C", "q/D"}
    assert needed(world, "r/T") == {"r/T", "q/A", "q/X"}
    assert needed(world, "gate:g") == {"r/T", "q/A", "q/X"}
    assert needed(world, "gate:none") == frozenset()
    known = [is_known(world, name) for name in ("q/A", "gate:g", "q/NONE", "gate:none")]
    assert known == [True, True, False, False]


def test_a_target_is_reached_when_it_has_ended_or_is_open() -> None:
    world = world_of(*TASKS)
    assert not any(is_reached(world, name) for name in ("q/A", "gate:g", "q/NONE", "gate:none"))
    then(world, e.TaskSkipped(task="q/A", reason="x"), e.GateOpened(gate="g"))
    assert is_reached(world, "q/A")
    assert is_reached(world, "gate:g")


def test_it_claims_what_is_needed_and_leaves_at_the_target() -> None:
    world = world_of(*TASKS)
    agenda = Agenda()
    agenda.update(world, ())
    scope = Scope(until="q/A")
    seat = msgspec.structs.replace(seat_of(world), scope=scope, only=needed(world, "q/A"), peers={"w": None})
    assert initiative(world, agenda, NOW, seat) == (e.TaskClaimed(task="q/A", attempt=1, worker="w"),)
    then(world, e.TaskCompleted(task="q/A"))
    agenda.update(world, ("q/A",))
    assert not any(isinstance(event, e.TaskClaimed) for event in initiative(world, agenda, NOW, seat))
    assert outlook(world, NOW, seat) == Leave(0, "q/A is completed")
    then(world, e.TaskReset(task="q/A", reason="x"), e.TaskFailed(task="q/A", reason="no"))
    left = outlook(world, NOW, seat)
    assert isinstance(left, Leave)
    assert left.exit_code == 1
    then(world, e.GateOpened(gate="g"))
    at_gate = msgspec.structs.replace(seat, scope=Scope(until="gate:g"))
    assert outlook(world, NOW, at_gate) == Leave(0, "gate:g is open")
