"""`orchestrator approve`: one person's signature under a gate; it never opens one by itself."""

from pathlib import Path

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context, refuse_agents
from orchestrator.daemon.desk import Desk
from orchestrator.daemon.signing import digests, signed
from orchestrator.model.commands import Approve
from orchestrator.policy.gates import signer


@click.command("approve")
@click.argument("gate", metavar="gate:ID")
@click.option("--as", "by", required=True, metavar="WHO", help="A person or role the gate names.")
@click.option("--evidence", multiple=True, type=click.Path(path_type=Path), help="A file this rests on; repeatable.")
@click.option("--note", default="", help="A remark that is recorded.")
@click.option("--sign", "key", is_flag=False, flag_value="", help="Sign with an SSH key (default: git's signing key).")
@pass_context
def command(context: Context, *, gate: str, by: str, evidence: tuple[Path, ...], note: str, key: str | None) -> int:
    """Sign gate:ID, affirming its checklist. It opens once its condition, checks and evidence hold as well."""
    refuse_agents("approve")
    name = gate.removeprefix("gate:")
    files = digests(context.project, evidence)

    def ask(desk: Desk) -> Approve:
        gate = desk.world.gates.get(name)
        who = signer(context.project.settings, gate.spec, by) if gate is not None else None
        ask = Approve(gate=name, by=who or by, note=note, evidence=files)  # what is signed names them as it is recorded
        return signed(context.project, ask, desk.world.journal, key)

    return do(context, "approve", ask)
