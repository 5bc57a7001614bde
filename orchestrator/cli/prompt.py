"""`orchestrator prompt TASK`: what the agent of its next iteration would be told; or the template that is made of."""

import click

from orchestrator.cli.context import Context, clean, pass_context, waits
from orchestrator.daemon.desk import reading
from orchestrator.daemon.prompts import next_prompt
from orchestrator.daemon.prompts import template as template_of
from orchestrator.errors import InvalidInputError


@click.command("prompt")
@click.argument("task", required=False)
@click.option("--template", metavar="TYPE", help="Print the template of this type of task instead, to begin one with.")
@pass_context
def command(context: Context, task: str | None, template: str | None) -> int:
    """Print the prompt of TASK's next iteration, exactly as it would be sent.

    Where its agent was interrupted, a paragraph that says so goes before it.
    """
    if (task is None) is (template is None):
        raise InvalidInputError("prompt takes either a TASK or --template TYPE")

    async def ask() -> str:
        if task is None:
            return template_of(context.project, template or "")
        async with reading(context.project) as desk:
            return await next_prompt(desk, task)

    click.echo(clean(waits(ask)), nl=False)
    return 0
