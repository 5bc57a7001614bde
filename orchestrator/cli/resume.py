"""`orchestrator resume`: let a held queue go on, and probe a parked one now."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context, who
from orchestrator.model.commands import Resume


@click.command("resume")
@click.argument("queue")
@pass_context
def command(context: Context, queue: str) -> int:
    """Let QUEUE go on; if a fault has parked it, it is probed now."""
    return do(context, "resume", Resume(queue=queue, by=who()))
