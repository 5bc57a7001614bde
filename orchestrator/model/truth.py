"""What it means for a condition to be true in a world. Defines; never decides what follows from it."""

from typing import assert_never

from orchestrator.model.conditions import (
    All,
    Any,
    Condition,
    FileExists,
    GateIs,
    Not,
    QueueIs,
    TaskIs,
    TimeReached,
    VerdictIs,
)
from orchestrator.model.ids import handoff_of
from orchestrator.model.specs import ENDED, SATISFIES, Status
from orchestrator.model.world import Queue, World


def holds(world: World, condition: Condition) -> bool:
    """Say whether the condition is true now. What it names and does not exist is false."""
    match condition:
        case TaskIs(task=ref, state=state):
            return ref in world.tasks and _task_is(world, ref, state)
        case QueueIs(queue=name, state=state):
            return name in world.queues and queue_is(world, world.queues[name], state)
        case GateIs(gate=gate, state=state):
            return gate in world.gates and world.gates[gate].open is (state == "open")
        case VerdictIs(task=ref, state=state):
            return ref in world.tasks and world.tasks[ref].verdict == state
        case FileExists(path=path):
            return path in world.seen_files
        case TimeReached(at=at):
            return world.at >= at
        case All(of=parts):
            return all(holds(world, part) for part in parts)
        case Any(of=parts):
            return any(holds(world, part) for part in parts)
        case Not(of=part):
            return not holds(world, part)
        case _:  # pragma: no cover - the union is closed
            assert_never(condition)


def _task_is(world: World, ref: str, state: str) -> bool:
    status = world.tasks[ref].status
    return status in ENDED if state == "ended" else status == state


def queue_is(world: World, queue: Queue, state: str) -> bool:
    """Say whether a queue is `completed`, `unlocked`, `locked`, `paused`, or holds a task `failed` or `blocked`."""
    match state:
        case "completed":
            return all(world.tasks[ref].status in SATISFIES for ref in queue.tasks)
        case "ended":
            return all(world.tasks[ref].status in ENDED for ref in queue.tasks)
        case "unlocked":
            return not queue.locked
        case "locked":
            return queue.locked
        case "paused":
            return queue.paused
        case _:
            return any(world.tasks[ref].status == state for ref in queue.tasks)


def dependency_met(world: World, name: str) -> bool:
    """Say whether a dependency (`queue/ID` or `gate:ID`) lets its dependents start."""
    if name.startswith("gate:"):
        gate = world.gates.get(name.removeprefix("gate:"))
        return gate is not None and gate.open
    task = world.tasks.get(name)
    if task is None or task.status not in SATISFIES:
        return False
    handoff = world.gates.get(handoff_of(name)) if task.status is Status.COMPLETED else None
    return handoff is None or handoff.open


def names_in(condition: Condition) -> tuple[str, ...]:
    """List what a condition depends on: `queue/ID`, `queue:NAME`, `gate:ID`, `file:PATH`, `at`."""
    match condition:
        case TaskIs(task=ref) | VerdictIs(task=ref):
            return (ref,)
        case QueueIs(queue=name):
            return (f"queue:{name}",)
        case GateIs(gate=gate):
            return (f"gate:{gate}",)
        case FileExists(path=path):
            return (f"file:{path}",)
        case TimeReached():
            return ("at",)
        case All(of=parts) | Any(of=parts):
            return tuple(name for part in parts for name in names_in(part))
        case Not(of=part):
            return names_in(part)
        case _:  # pragma: no cover - the union is closed
            assert_never(condition)


def moments_in(condition: Condition) -> tuple[int, ...]:
    """List the moments (milliseconds) a condition names."""
    match condition:
        case TimeReached(at=at):
            return (at,)
        case All(of=parts) | Any(of=parts):
            return tuple(at for part in parts for at in moments_in(part))
        case Not(of=part):
            return moments_in(part)
        case _:
            return ()
