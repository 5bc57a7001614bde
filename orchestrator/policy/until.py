"""What a run that goes only so far has to do: a target, and everything it waits for. Pure."""

from orchestrator.model.specs import ENDED
from orchestrator.model.world import World
from orchestrator.policy.plan_graph import Graph, Need

GATE = "gate:"


def is_known(world: World, target: str) -> bool:
    """Say whether there is such a task (`queue/ID`) or gate (`gate:ID`)."""
    return target in world.tasks or (target.startswith(GATE) and target.removeprefix(GATE) in world.gates)


def is_reached(world: World, target: str) -> bool:
    """Say whether the task has ended, or the gate is open."""
    if target.startswith(GATE):
        gate = world.gates.get(target.removeprefix(GATE))
        return gate is not None and gate.open
    return target in world.tasks and world.tasks[target].status in ENDED


def needed(world: World, target: str) -> frozenset[str]:
    """Name the tasks that may have to be done for the target, itself included; of `any`, every branch."""
    graph = Graph(world)
    first = _tasks((graph.gate(target.removeprefix(GATE), frozenset()),)) if target.startswith(GATE) else (target,)
    found: set[str] = set()
    look = [ref for ref in first if ref in world.tasks]
    while look:
        ref = look.pop()
        if ref not in found:
            found.add(ref)
            look.extend(other for other in _tasks(graph.needs[ref]) if other in world.tasks)
    return frozenset(found)


def _tasks(needs: tuple[Need, ...]) -> tuple[str, ...]:
    return tuple(ref for need in needs for way in need for ref in way)
