"""`orchestrator answer`: a person's answer to an agent; it hears it while it waits, else in its next prompt."""

import sys

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context, who
from orchestrator.model.commands import AnswerQuestion


@click.command("answer")
@click.argument("task")
@click.argument("text")
@click.option("--question", default="", metavar="Q1", help="Which one, where several are open.")
@click.option("--as", "by", help="Who answers (default: you).")
@pass_context
def command(context: Context, *, task: str, text: str, question: str, by: str | None) -> int:
    """Answer what the agent of TASK asks. TEXT '-' is read from standard input.

    An agent that waits hears it at once, else it stands in its next prompt. A task that was blocked by its agent's own
    report goes on.
    """
    said = sys.stdin.read() if text == "-" else text
    return do(context, "answer", AnswerQuestion(task=task, text=said, question=question, by=by or who()))
