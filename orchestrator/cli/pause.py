"""`orchestrator pause`: hold a queue by hand."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context, who
from orchestrator.model.commands import Pause


@click.command("pause")
@click.argument("queue")
@pass_context
def command(context: Context, queue: str) -> int:
    """Hold QUEUE: what runs finishes its iteration, nothing new starts."""
    return do(context, "pause", Pause(queue=queue, by=who()))
