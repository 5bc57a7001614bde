"""`orchestrator ack`: say that somebody sees to what waits, so that its ladder tells nobody further."""

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context, who
from orchestrator.cli.durations import span, until_option, within_option
from orchestrator.model.commands import Acknowledge


@click.command("ack")
@click.argument("about", metavar="gate:ID|TASK")
@click.option("--as", "by", help="Who sees to it (default: you).")
@within_option("For how long nobody further is told, as 2h.")
@until_option("Until when nobody further is told.")
@click.option("--note", default="", help="A remark that is recorded.")
@pass_context
def command(context: Context, *, about: str, by: str | None, within: str | None, until: str | None, note: str) -> int:
    """Acknowledge that gate:ID or TASK waits for people: nobody further of its ladder is told.

    Without --for or --until that lasts until what it waits for changes. It signs nothing and decides nothing.
    """
    within_ms, moment = span(within, until)
    ask = Acknowledge(about=about, by=by or who(), until=moment, within_ms=within_ms, note=note)
    return do(context, "ack", ask)
