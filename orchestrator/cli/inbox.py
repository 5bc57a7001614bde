"""`orchestrator inbox`: what waits for a person, with the evidence and the command that answers it."""

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, pass_context, waits
from orchestrator.daemon.desk import Desk, reading
from orchestrator.model.specs import Status
from orchestrator.model.world import Task
from orchestrator.views.story import finding_line


@click.command("inbox")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_context
def command(context: Context, *, as_json: bool) -> int:
    """List what waits for a person."""

    async def ask() -> list[tuple[Task, str]]:
        async with reading(context.project) as desk:
            return [(t, _diff(desk, t)) for t in desk.world.tasks.values() if t.status is Status.BLOCKED]

    found = waits(ask)
    if as_json:
        click.echo(msgspec.json.encode([_entry(task, diff) for task, diff in found]))
        return 0
    if not found:
        click.echo("nothing waits for a person")
    for task, diff in found:
        click.echo(clean("\n".join(_lines(task, diff))))
    return 0


def _entry(task: Task, diff: str) -> dict[str, object]:
    attempt = task.attempt
    return {
        "task": task.ref,
        "reason": task.reason,
        "findings": msgspec.to_builtins(task.feedback),
        "files": task.files,
        "commit": attempt.commit if attempt else "",
        "diff": diff,
    }


def _lines(task: Task, diff: str) -> list[str]:
    lines = [paint(task.ref, "head") + f"  {task.spec.title or task.spec.description[:60]}", f"  {task.reason}"]
    lines += [f"  - {finding_line(finding)}" for finding in task.feedback[:10]]
    if task.files:
        lines.append(f"  changed: {', '.join(task.files[:10])}{' ...' if len(task.files) > 10 else ''}")  # noqa: PLR2004 - ten are readable
    if diff:
        lines.append(f"  diff: {diff}")
    lines.append(f"  answer: orchestrator decide {task.ref} revert|override|abort --reason '...'")
    return lines


def _diff(desk: Desk, task: Task) -> str:
    """Name the command that shows the work in question."""
    attempt = task.attempt
    if attempt is None or not attempt.commit:
        return ""
    return f"git -C {desk.repository_of(task.ref)} diff {attempt.base[:12]} {attempt.commit[:12]}"
