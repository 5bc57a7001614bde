"""`orchestrator prompt TASK`: what the agent of its next iteration would be told."""

import click

from orchestrator.cli.context import Context, clean, pass_context, waits
from orchestrator.daemon.desk import reading


@click.command("prompt")
@click.argument("task")
@pass_context
def command(context: Context, task: str) -> int:
    """Print the prompt of TASK's next iteration."""

    async def ask() -> str:
        async with reading(context.project) as desk:
            return desk.prompt(task)

    click.echo(clean(waits(ask)), nl=False)
    return 0
