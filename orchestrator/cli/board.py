"""`orchestrator board`: every queue on one page, in Markdown."""

import click

from orchestrator.cli.context import Context, clean, pass_context, waits
from orchestrator.daemon.desk import reading
from orchestrator.views.board import board


@click.command("board")
@pass_context
def command(context: Context) -> int:
    """Print the board over all queues."""

    async def ask() -> str:
        async with reading(context.project) as desk:
            return board(await desk.status(), desk.now(), context.project.name)

    click.echo(clean(waits(ask)), nl=False)
    return 0
