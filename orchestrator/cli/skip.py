"""`orchestrator skip`: leave a task undone, with a reason."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context, who
from orchestrator.model.commands import Skip


@click.command("skip")
@click.argument("task")
@click.option("--reason", required=True, help="Why; recorded in the journal.")
@pass_context
def command(context: Context, task: str, reason: str) -> int:
    """Skip TASK: its dependents may start."""
    return do(context, "skip", Skip(task=task, reason=reason, by=who()))
