"""`orchestrator decide`: a person's word on a blocked task, recorded with who and why."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context, who
from orchestrator.model.commands import Decide


@click.command("decide")
@click.argument("task")
@click.argument("decision", type=click.Choice(["revert", "override", "abort"]))
@click.option("--reason", required=True, help="Why; recorded in the journal.")
@click.option("--as", "by", help="Who decides (default: you).")
@pass_context
def command(context: Context, task: str, decision: str, reason: str, by: str | None) -> int:
    """Revert (do it again from a clean base), override (call this very tree PASS) or abort a blocked TASK."""
    return do(context, "decide", Decide(task=task, decision=decision, reason=reason, by=by or who()))
