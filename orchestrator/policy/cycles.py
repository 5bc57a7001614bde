"""Waiting that would never end: rings of open tasks, gates and locked queues. Never guesses: what is certain counts.

A gate waits for what its condition surely needs, a task of a locked queue for what surely unlocks it; of `any`, only
what every branch needs.
"""

from collections.abc import Mapping, Sequence
from functools import reduce

from orchestrator.model.conditions import All, Any, Condition, GateIs, QueueIs, TaskIs, VerdictIs
from orchestrator.model.ids import queue_of
from orchestrator.model.specs import ENDED
from orchestrator.model.world import World

Graph = Mapping[str, Sequence[str]]
_BY_WORK = frozenset({"completed", "ended", "failed", "blocked"})
"""States a task only reaches by running."""


def cycles(world: World) -> tuple[tuple[str, ...], ...]:
    """Give rings of things that wait for each other, as `(a, b, a)`, tasks first; no two share a member."""
    graph = trimmed(_waits(world))
    starts = sorted(graph, key=lambda name: _place(world, name))
    found: list[tuple[str, ...]] = []
    told: set[str] = set()
    for start in starts:
        circle = () if start in told else ring(graph, start)
        if circle and told.isdisjoint(circle):
            found.append(circle)
        told.update(circle)
    return tuple(found)


def _place(world: World, name: str) -> tuple[bool, str, int, str]:
    task = world.tasks.get(name)
    return task is None, queue_of(name), task.order if task else 0, name


def _waits(world: World) -> dict[str, tuple[str, ...]]:
    """Draw who waits for whom, over open tasks and gates that are not open."""
    graph: dict[str, tuple[str, ...]] = {}
    for gate in world.gates.values():
        if not gate.open:
            graph[f"gate:{gate.id}"] = tuple(_needs(world, gate.spec.requires))
    for queue in world.queues.values():
        unlocking = tuple(_needs(world, queue.spec.unlock_when)) if queue.locked and not queue.unlock_due else ()
        for ref in queue.tasks:
            task = world.tasks[ref]
            if task.status not in ENDED:
                graph[ref] = tuple(dict.fromkeys((*task.spec.dependencies, *unlocking)))
    return {name: tuple(other for other in needs if other in graph) for name, needs in graph.items()}


def _needs(world: World, condition: Condition | None) -> dict[str, None]:
    match condition:
        case TaskIs(task=ref, state=state):
            return {ref: None} if state in _BY_WORK else {}
        case VerdictIs(task=ref):
            return {ref: None}
        case QueueIs(queue=name, state="completed" | "ended") if name in world.queues:
            return dict.fromkeys(world.queues[name].tasks)
        case GateIs(gate=gate, state="open"):
            return {f"gate:{gate}": None}
        case All(of=parts):
            return {name: None for part in parts for name in _needs(world, part)}
        case Any(of=parts) if parts:
            return reduce(_both, (_needs(world, part) for part in parts))
        case _:
            return {}


def _both(one: dict[str, None], other: dict[str, None]) -> dict[str, None]:
    return {name: None for name in one if name in other}


def trimmed(graph: Graph) -> Graph:
    """Leave out what can end: whatever waits for nothing that remains, again and again."""
    waiting = {name: len(set(needs)) for name, needs in graph.items()}
    dependents: dict[str, list[str]] = {}
    for name, needs in graph.items():
        for need in set(needs):
            dependents.setdefault(need, []).append(name)
    free = [name for name, count in waiting.items() if not count]
    while free:
        name = free.pop()
        del waiting[name]
        for dependent in dependents.get(name, ()):
            waiting[dependent] -= 1
            if not waiting[dependent]:
                free.append(dependent)
    return {name: tuple(need for need in graph[name] if need in waiting) for name in waiting}


def ring(graph: Graph, start: str) -> tuple[str, ...]:
    """Walk from a name back to itself by the shortest way; empty if there is none."""
    before: dict[str, str] = {}
    edge = [start]
    while edge and start not in before:
        following: list[str] = []
        for name in edge:
            for need in graph[name]:
                if need not in before:
                    before[need] = name
                    following.append(need)
        edge = following
    if start not in before:
        return ()
    way = [start, before[start]]
    while way[-1] != start:
        way.append(before[way[-1]])
    return tuple(reversed(way))
