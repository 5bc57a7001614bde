"""`orchestrator unlock`: give a shared resource back before its time."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context, who
from orchestrator.model.commands import UnlockResource


@click.command("unlock")
@click.argument("resource")
@click.option("--as", "by", help="Who gives it back (default: you).")
@click.option("--whose", default="", metavar="WHO", help="Take away somebody else's lock; needs a reason.")
@click.option("--reason", default="", help="Why; recorded in the journal.")
@pass_context
def command(context: Context, *, resource: str, by: str | None, whose: str, reason: str) -> int:
    """Give back the lock on RESOURCE."""
    return do(context, "unlock", UnlockResource(resource=resource, by=by or who(), whose=whose, reason=reason))
