"""`orchestrator stop`: ask the live runs of this project to end."""

import os
import signal
import time

import click

from orchestrator.cli.context import Context, pass_context, refuse_agents
from orchestrator.daemon.project import STATE
from orchestrator.journal.presence import FilePresence

_APART_S = 0.3
"""Two signals of a kind that are pending together are one."""


@click.command("stop")
@click.option("--now", is_flag=True, help="Stop the agents and give the claims back, instead of finishing what runs.")
@pass_context
def command(context: Context, *, now: bool) -> int:
    """Ask every live run of this project to end: it finishes what runs and starts nothing.

    Whoever is attached to a task serves no queue and is left alone. The configuration is not read: it may be broken.
    """
    refuse_agents("stop")
    cards = [card for card in FilePresence(context.root / STATE / "workers").cards() if card.queues != ()]
    for card in cards:
        os.kill(card.pid, signal.SIGTERM)
        if now:
            time.sleep(_APART_S)
            os.kill(card.pid, signal.SIGTERM)
        served = ", ".join(card.queues) if card.queues is not None else "every queue"
        click.echo(f"asked {card.worker} (process {card.pid}, {served}) to {'stop now' if now else 'finish and stop'}")
    if not cards:
        click.echo("nothing is running in this project")
    return 0
