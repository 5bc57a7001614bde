"""`orchestrator cancel`: stop working on a task and hold it."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, by_option, pass_context, who
from orchestrator.model.commands import Cancel


@click.command("cancel")
@click.argument("task")
@by_option
@pass_context
def command(context: Context, task: str, by: str | None) -> int:
    """Stop working on TASK and hold it; its work is kept and `retry` goes on with it."""
    return do(context, "cancel", Cancel(task=task, by=by or who()))
