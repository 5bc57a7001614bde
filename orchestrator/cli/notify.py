"""`orchestrator notify`: the ways to people, what waits for them; sends what is due, or a test."""

import click
import msgspec

from orchestrator.cli.answering import tell_events
from orchestrator.cli.context import Context, clean, paint, pass_context, refuse_agents, waits
from orchestrator.daemon.desk import reading
from orchestrator.daemon.posting import send_due, try_channels
from orchestrator.model.answers import ChannelAnswer
from orchestrator.model.events import MessageFailed


@click.command("notify")
@click.option("--send", is_flag=True, help="Send what is due now, also where nothing runs or the last try failed.")
@click.option("--test", is_flag=True, help="Send a test through every channel; nothing of it is recorded.")
@click.option("--json", "as_json", is_flag=True, help="The channels, as JSON.")
@pass_context
def command(context: Context, *, send: bool, test: bool, as_json: bool) -> int:
    """List the channels by which people are told, and what waits for them.

    A run sends by itself what is due while it lives; `--send` is for the system's scheduler. 1: a channel took nothing.
    """
    if send and not test:
        return _send(context)
    found = waits(lambda: _tested(context) if test else _look(context))
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        for line in map(_line, found):
            click.echo(line)
        if not found:
            click.echo("nobody is told of anything: set [notify] urls, or notify under [people.NAME]")
    return 1 if any(channel.ok is False for channel in found) else 0


def _send(context: Context) -> int:
    refuse_agents("notify")
    events = waits(lambda: send_due(context.project))
    tell_events(events)
    if not events:
        click.echo("nothing is due")
    return 1 if any(isinstance(event, MessageFailed) for event in events) else 0


async def _tested(context: Context) -> tuple[ChannelAnswer, ...]:
    refuse_agents("notify")
    return await try_channels(context.project)


async def _look(context: Context) -> tuple[ChannelAnswer, ...]:
    async with reading(context.project) as desk:
        return (await desk.status()).channels


def _line(channel: ChannelAnswer) -> str:
    word, level = {True: ("ok", "good"), False: ("bad", "bad"), None: ("new", "dim")}[channel.ok]
    waiting = f"  {channel.waiting} message(s) wait" if channel.waiting else ""
    since = f"  takes nothing since {channel.since} ({channel.tries} tries)" if channel.since else ""
    note = f": {clean(channel.note)}" if channel.note else ""
    return f"{paint(f'{word:<4}', level)}  {channel.name}{waiting}{since}{note}"
