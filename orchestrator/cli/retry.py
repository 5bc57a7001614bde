"""`orchestrator retry`: grant a task its iterations anew."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, by_option, pass_context, who
from orchestrator.model.commands import DecideAction, Retry

TRIGGER = "trigger:"


@click.command("retry")
@click.argument("task")
@click.option("--take-over", is_flag=True, help="Also take it from a worker that is alive but hangs.")
@by_option
@pass_context
def command(context: Context, task: str, *, take_over: bool, by: str | None) -> int:
    """Grant TASK its iterations anew; its attempt goes on where there is one.

    `retry trigger:ID` tries the failing commands of a trigger again at once.
    """
    if task.startswith(TRIGGER):
        name = task.removeprefix(TRIGGER)
        return do(context, "retry", DecideAction(trigger=name, decision="again", by=by or who()))
    return do(context, "retry", Retry(task=task, by=by or who(), take_over=take_over))
