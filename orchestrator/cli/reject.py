"""`orchestrator reject`: hold a gate, with the reason, until someone approves it anew."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context
from orchestrator.model.commands import RejectGate


@click.command("reject")
@click.argument("gate", metavar="gate:ID")
@click.option("--as", "by", required=True, metavar="WHO", help="A person or role the gate names.")
@click.option("--reason", required=True, help="Why; recorded in the journal.")
@click.option("--abandon", is_flag=True, help="Give up what could only come after it: it is skipped.")
@pass_context
def command(context: Context, gate: str, *, by: str, reason: str, abandon: bool) -> int:
    """Reject gate:ID: what stands behind it is held, or given up, and nothing else."""
    return do(context, "reject", RejectGate(gate=gate.removeprefix("gate:"), by=by, reason=reason, abandon=abandon))
