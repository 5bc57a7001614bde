"""`orchestrator resume`: let a held queue go on, and try a parked one, or a parked account, now."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, by_option, pass_context, who
from orchestrator.model.commands import Resume


@click.command("resume")
@click.argument("queue")
@by_option
@pass_context
def command(context: Context, queue: str, by: str | None) -> int:
    """Let QUEUE go on; what a fault has parked is probed now. A parked `account:NAME` is used again at once."""
    return do(context, "resume", Resume(queue=queue, by=by or who()))
