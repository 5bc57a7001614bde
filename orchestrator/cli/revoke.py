"""`orchestrator revoke`: take an approval back; what stands behind an open gate and has not begun waits again."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context
from orchestrator.model.commands import RevokeGate


@click.command("revoke")
@click.argument("gate", metavar="gate:ID")
@click.option("--as", "by", required=True, metavar="WHO", help="A person or role the gate names.")
@click.option("--reason", required=True, help="Why; recorded in the journal.")
@pass_context
def command(context: Context, gate: str, by: str, reason: str) -> int:
    """Take WHO's approval of gate:ID back. An open gate is shut until it is approved anew; what has begun goes on."""
    return do(context, "revoke", RevokeGate(gate=gate.removeprefix("gate:"), by=by, reason=reason))
