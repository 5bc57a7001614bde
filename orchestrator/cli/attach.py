"""`orchestrator attach TASK`: the agent's own session in this terminal, in the task's folder; handed back on exit."""

import sys

import click

from orchestrator.cli.context import Context, by_option, clean, pass_context, refuse_agents, waits, who
from orchestrator.errors import InvalidInputError


@click.command("attach")
@click.argument("task")
@click.option("--now", is_flag=True, help="Stop its agent now and keep its session, instead of waiting for it.")
@by_option
@pass_context
def command(context: Context, task: str, *, now: bool, by: str | None) -> int:
    """Take TASK in hand: pause it at the end of its iteration and open its agent's own session in this terminal.

    The session (a shell, where the agent has none) runs in the task's folder, with the agent's HOME and in its sandbox.
    Nobody else works on the task until you leave; then it goes on with the next iteration, which is told that you were
    there. Exit codes: 0 you were there, 1 refused.
    """
    from orchestrator.daemon.attach import attach  # noqa: PLC0415 - terminals are for those who attach

    refuse_agents("attach")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InvalidInputError("attach needs a terminal: its input and output are not one")
    waits(lambda: attach(context.project, task, by or who(), lambda text: click.echo(clean(text), err=True), now=now))
    return 0
