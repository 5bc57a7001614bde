"""`orchestrator pause`: hold a queue by hand."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, by_option, pass_context, who
from orchestrator.cli.durations import span, until_option, within_option
from orchestrator.model.commands import Pause


@click.command("pause")
@click.argument("queue")
@within_option("How long, as 2h; then it goes on by itself.")
@until_option("Until when.")
@by_option
@pass_context
def command(context: Context, queue: str, *, within: str | None, until: str | None, by: str | None) -> int:
    """Hold QUEUE: what runs finishes its iteration, nothing new starts until it is resumed or its time has come."""
    within_ms, moment = span(within, until)
    return do(context, "pause", Pause(queue=queue, by=by or who(), until=moment, within_ms=within_ms))
