"""Whose changes a conflict is with: real ones, attributed by what the journal knows of who landed what. Pure.

Of two that conflict, the one that lands first stands, and the other's agent resolves. Who lands first is the train's
order: the more urgent, never before what it depends on, then who was verified first.
"""

from orchestrator.model.coordination import Conflict
from orchestrator.model.specs import Status
from orchestrator.model.verdicts import Finding
from orchestrator.model.world import Attempt, Task, World
from orchestrator.policy.globs import matches_any
from orchestrator.policy.seat import Seat
from orchestrator.policy.train import target_of

RULE = "merge-conflict"
OUTSIDE = "what landed meanwhile, from outside the queues"


def attributed(world: World, task: Task, attempt: Attempt, paths: tuple[str, ...], seat: Seat) -> tuple[Conflict, ...]:
    """Say of each path that does not merge who changed it since the attempt began: who landed it last."""
    target = target_of(task.ref, seat)
    landed = [
        other
        for other in world.tasks.values()
        if other.status is Status.COMPLETED
        and other.ref != task.ref
        and (other.completed_at or 0) >= attempt.began
        and target_of(other.ref, seat) == target
    ]
    landed.sort(key=lambda other: (other.completed_at or 0, other.statuses[-1][0]))
    return tuple(_conflict(path, task, landed) for path in paths)


def _conflict(path: str, task: Task, landed: list[Task]) -> Conflict:
    other = next((one for one in reversed(landed) if path in one.files), None)
    if other is None:
        return Conflict(path=path)
    silent = tuple(one.ref for one in (task, other) if not matches_any(path, one.spec.files))
    return Conflict(path=path, task=other.ref, commit=other.commit, undeclared=silent)


def unattributed(paths: tuple[str, ...]) -> tuple[Finding, ...]:
    """Name what does not merge, before it is known whose change is to stand."""
    return tuple(Finding(path=path, rule=RULE, message="does not merge", id=f"{RULE}:{path}") for path in paths)


def findings(world: World, task: Task, found: tuple[Conflict, ...]) -> tuple[Finding, ...]:
    """Put conflicts into findings for the agent that resolves them."""
    return tuple(
        Finding(
            path=conflict.path,
            rule=RULE,
            message=f"conflicts with {words(world, task, conflict)}: resolve the markers, keeping both changes' intent",
            id=f"{RULE}:{conflict.path}",
        )
        for conflict in found
    )


def words(world: World, task: Task, conflict: Conflict) -> str:
    """Say whose change it is, and why that one stands."""
    other = world.tasks.get(conflict.task)
    if other is None:
        return conflict.task or OUTSIDE
    title = f" ({other.spec.title})" if other.spec.title else ""
    landed = f", landed as {conflict.commit[:12]}" if conflict.commit else ""
    first = "it is more urgent" if other.spec.priority < task.spec.priority else "it was verified first"
    silent = f"; `files` of {' and '.join(conflict.undeclared)} do not name it" if conflict.undeclared else ""
    return f"{conflict.task}{title}{landed}; {first}{silent}"


def lines(world: World, task: Task) -> tuple[str, ...]:
    """List the files that hold conflict markers, each with whose change it conflicts with."""
    known = {conflict.path: conflict for conflict in task.conflicts}
    marked = [finding.path for finding in task.feedback if finding.rule == RULE]
    return tuple(f"{path}: {words(world, task, known[path])}" if path in known else path for path in marked)
