"""What one task hands to another: outputs that must be there, tests that must be green before others begin. Pure.

Rules
1. Declared outputs are looked for in the target of the task that made them, where each that needs them begins: one that
   is missing or empty there lets nothing begin. It begins once the target has moved and holds them. What a person
   called PASS without them, or skipped, is handed over as it is.
2. The checks of a hand-off judge the task's own work, before and after the merge, so that what is red goes back to its
   agent. Once it has landed they run on the target's head, absolutely, until they were green once: then it is handed
   over. Meanwhile nothing that needs the task begins.
3. Red then means that something else broke it: people are told what landed since, nothing completed is undone by
   itself, and `retry` gives the findings to the task's agent.
"""

import msgspec

from orchestrator.model.gates import Gate
from orchestrator.model.ids import handoff_of, queue_of
from orchestrator.model.settings import Settings
from orchestrator.model.specs import Status
from orchestrator.model.world import Task, World
from orchestrator.policy.gates import FAULT, head_of

_SUSPECTS = 5


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """Outputs that a task builds on: whose, which, and in which commit; empty: the target's head."""

    task: str
    patterns: tuple[str, ...]
    commit: str = ""


def needs(world: World, task: Task, settings: Settings) -> tuple[Need, ...]:
    """List the outputs that must be there before a task begins."""
    made = [other for other in map(world.tasks.get, task.spec.dependencies) if other is not None and _hands_over(other)]
    branch = settings.land == "branch"
    return tuple(
        Need(task=other.ref, patterns=other.spec.outputs, commit=other.commit if branch else "") for other in made
    )


def _hands_over(task: Task) -> bool:
    return task.status is Status.COMPLETED and bool(task.spec.outputs) and not task.overridden_by


def missed(world: World, task: Task) -> tuple[tuple[str, str], ...]:
    """List the outputs (task, path) that were not there and are still waited for; none once the target has moved."""
    lack = task.lack
    if lack is None:
        return ()
    there = zip(lack.tasks, lack.paths, strict=True)
    return tuple((ref, path) for ref, path in there if _still(world, task, ref, path))


def _still(world: World, task: Task, ref: str, path: str) -> bool:
    other = world.tasks.get(ref)
    if other is None or task.lack is None or ref not in task.spec.dependencies or not _hands_over(other):
        return False
    return path in other.spec.outputs and world.heads.get(queue_of(ref)) == task.lack.base


def watched(world: World) -> tuple[str, ...]:
    """Name the queues whose targets may come to hold what somebody missed."""
    return tuple(queue_of(ref) for task in world.tasks.values() for ref, _ in missed(world, task))


def shut(world: World, task: Task) -> tuple[Gate, ...]:
    """List the hand-offs that still stand before a task, of tasks that have completed."""
    return tuple(gate for name in task.spec.dependencies if (gate := of(world, name)) is not None and not gate.open)


def of(world: World, ref: str) -> Gate | None:
    """Give the hand-off of a task that has completed, if it has one."""
    task = world.tasks.get(ref)
    return world.gates.get(handoff_of(ref)) if task is not None and task.status is Status.COMPLETED else None


def words(world: World, gate: Gate) -> str:
    """Say how a hand-off stands."""
    ref = gate.spec.of
    if gate.verdict == FAULT:
        return f"the hand-off of {ref} could not be checked: {gate.note}"
    if gate.verdict in {"", "PASS"} or gate.checked != head_of(world, gate):
        return f"the hand-off of {ref} is being checked ({', '.join(gate.spec.checks)})"
    first = f": {gate.findings[0].message}" if gate.findings else ""
    since = suspects(world, ref)
    landed = f"; landed since: {', '.join(since)}" if since else ""
    return f"the hand-off of {ref} is red ({', '.join(gate.failing)}){first}{landed}; `orchestrator retry {ref}`"


def suspects(world: World, ref: str) -> tuple[str, ...]:
    """Name the tasks that completed after this one, the last first: one of them may have broken it."""
    done = world.tasks[ref].completed_at or 0
    later = [task for task in world.tasks.values() if task.completed_at is not None and task.completed_at > done]
    return tuple(task.ref for task in sorted(later, key=lambda task: -(task.completed_at or 0)))[:_SUSPECTS]
