"""`orchestrator skip`: leave a task undone, with a reason."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, by_option, pass_context, who
from orchestrator.cli.retry import TRIGGER
from orchestrator.model.commands import DecideAction, Skip


@click.command("skip")
@click.argument("task")
@click.option("--reason", required=True, help="Why; recorded in the journal.")
@click.option("--with-dependents", is_flag=True, help="Give up what could only come after it, too.")
@by_option
@pass_context
def command(context: Context, task: str, *, reason: str, with_dependents: bool, by: str | None) -> int:
    """Skip TASK: its dependents may start, or are given up with it.

    `skip trigger:ID` drops the failing commands of a trigger.
    """
    if task.startswith(TRIGGER):
        name = task.removeprefix(TRIGGER)
        return do(context, "skip", DecideAction(trigger=name, decision="drop", reason=reason, by=by or who()))
    return do(context, "skip", Skip(task=task, reason=reason, by=by or who(), dependents=with_dependents))
