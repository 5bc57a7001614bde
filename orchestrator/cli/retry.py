"""`orchestrator retry`: grant a task its iterations anew."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context, who
from orchestrator.model.commands import Retry


@click.command("retry")
@click.argument("task")
@click.option("--take-over", is_flag=True, help="Also take it from a worker that is alive but hangs.")
@pass_context
def command(context: Context, task: str, *, take_over: bool) -> int:
    """Grant TASK its iterations anew; its attempt goes on where there is one."""
    return do(context, "retry", Retry(task=task, by=who(), take_over=take_over))
