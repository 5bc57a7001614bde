"""`agent-loop.<queue>[.<slot>].local.md`: where one worker slot stands, in the form loop tools and people know."""

from orchestrator.codec.canonical import dumps
from orchestrator.codec.moments import moment_or_none
from orchestrator.model.ids import queue_of
from orchestrator.model.world import Step, Task, World
from orchestrator.policy.limits import max_iterations, promise, staffed
from orchestrator.policy.seat import Seat
from orchestrator.views.story import finding_line

_NEXT = {
    Step.PREPARE: "prepare the workspace",
    Step.START: "start the next iteration",
    Step.AGENT: "the agent is working",
    Step.CAPTURE: "snapshot the work",
    Step.VERIFY: "verify the snapshot",
    Step.BOARD: "wait for the train",
    Step.COMBINE: "merge onto the target",
    Step.REVERIFY: "verify the merged tree",
    Step.ADVANCE: "land",
    Step.REVIEW: "see whether its request was merged",
    Step.DOUBT: "wait for those before it in the train",
}


def file_name(task: Task) -> str:
    """Name the slot's file; the first slot has no number."""
    queue = queue_of(task.ref)
    return f"agent-loop.{queue}{f'.{task.slot}' if task.slot > 1 else ''}.local.md"


def loop_state(world: World, task: Task, seat: Seat, project: str) -> str:
    """Write the slot's state: front matter for machines, the task for people."""
    attempt = task.attempt
    fields: dict[str, object] = {
        "iteration": attempt.iteration if attempt else task.iterations,
        "max_iterations": max_iterations(world, task, seat),
        "completion_promise": promise(world, task),
        "agent_name": (attempt.agent if attempt and attempt.agent else staffed(world, task, seat).agent) or None,
        "session_id": task.claim.worker if task.claim else None,
        "started_at": moment_or_none(task.last_attempt),
        "project_name": project,
        "task_id": task.spec.id,
        "queue": queue_of(task.ref),
        "attempt": attempt.number if attempt else task.attempts,
        "verdict": task.verdict or None,
        "next_step": _next(task),
    }
    front = "\n".join(f"{name}: {dumps(value).decode()}" for name, value in fields.items())
    parts = [f"# {task.spec.title or task.spec.id}", task.spec.description.strip()]
    if task.feedback:
        parts.append("## Last findings\n\n" + "\n".join(f"- {finding_line(f)}" for f in task.feedback[:20]))
    body = "\n\n".join(part for part in parts if part)
    return f"---\n{front}\n---\n{body}\n"


def _next(task: Task) -> str:
    if task.claim is not None and task.attempt is not None:
        return _NEXT[task.attempt.step]
    if task.attempt is not None and task.status.value == "pending":
        return f"resume: {_NEXT[task.attempt.step]}"
    return f"none: {task.status.value}" if task.status.value != "pending" else "claim it again"
