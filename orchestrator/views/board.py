"""`board.md`: every queue on one page, for people who look in now and then."""

from orchestrator.codec.moments import format_moment
from orchestrator.model.answers import QueueAnswer, StatusAnswer, TaskAnswer

_ORDER = ("in_progress", "blocked", "failed", "pending", "completed", "skipped")
_SHOWN = 12
_BAR = 20


def board(status: StatusAnswer, at: int, project: str) -> str:
    """Write the board from a status."""
    total = sum(queue.summary["total"] for queue in status.queues)
    done = sum(queue.summary["completed"] + queue.summary["skipped"] for queue in status.queues)
    head = [
        f"# {project}: board",
        f"{status.headline}",
        f"Updated {format_moment(at)} at seq {status.seq}. {done} of {total} tasks done {_bar(done, total)}",
        _table(status),
    ]
    return "\n\n".join([*head, *(_queue(queue) for queue in status.queues)]) + "\n"


def _bar(done: int, total: int) -> str:
    filled = round(_BAR * done / total) if total else 0
    return f"`{'█' * filled}{'░' * (_BAR - filled)}` {round(100 * done / total) if total else 0} %"


def _table(status: StatusAnswer) -> str:
    rows = ["| queue | state | progress | pending | running | blocked | failed |", "|---|---|---|---|---|---|---|"]
    for queue in status.queues:
        count = queue.summary
        done = count["completed"] + count["skipped"]
        rows.append(
            f"| {queue.name} | {_state(queue)} | {done}/{count['total']} | {count['pending']} | "
            f"{count['in_progress']} | {count['blocked']} | {count['failed']} |"
        )
    return "\n".join(rows)


def _state(queue: QueueAnswer) -> str:
    if queue.locked:
        return "locked"
    if queue.paused:
        return f"paused until {queue.paused_until}" if queue.paused_until else "paused"
    if queue.park is not None:
        return queue.park.code
    return "open"


def _queue(queue: QueueAnswer) -> str:
    parts = [f"## {queue.name}"]
    if queue.park is not None:
        parts.append(f"> {queue.park.code}: {queue.park.text}")
    for status in _ORDER:
        tasks = [task for task in queue.tasks if task.status == status]
        if tasks:
            lines = [_task(task) for task in tasks[:_SHOWN]]
            if len(tasks) > _SHOWN:
                lines.append(f"- _and {len(tasks) - _SHOWN} more_")
            parts.append(f"### {status.replace('_', ' ')} ({len(tasks)})\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def _task(task: TaskAnswer) -> str:
    why = f" — {task.reason.text}" if task.reason is not None and task.reason.text else ""
    tried = f" ({task.iterations} iteration(s), {task.attempts} attempt(s))" if task.attempts else ""
    where = f" `{task.commit[:12]}`" if task.commit else ""
    return f"- `{task.id}` {task.title}{tried}{where}{why}"
