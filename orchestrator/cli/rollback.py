"""`orchestrator rollback`: a person's word on a rollback that does not succeed."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context, who
from orchestrator.model.commands import DecideRollback


@click.command("rollback")
@click.argument("queue")
@click.option("--again", is_flag=True, help="Try the step's rollback again.")
@click.option("--leave", is_flag=True, help="Leave the step as it is and go on with the others.")
@click.option("--reason", default="", help="Why; recorded in the journal.")
@click.option("--as", "by", help="Who says so (default: you).")
@pass_context
def command(context: Context, *, queue: str, again: bool, leave: bool, reason: str, by: str | None) -> int:
    """Say how the rollback of QUEUE goes on after one of its steps could not be undone."""
    if again == leave:
        raise click.UsageError("say one of the two: --again, or --leave --reason WHY")
    decision = "again" if again else "leave"
    return do(context, "rollback", DecideRollback(queue=queue, decision=decision, reason=reason, by=by or who()))
