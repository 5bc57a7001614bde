"""`orchestrator add`: add a task to a queue; its file is written too."""

from typing import Any

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, pass_context
from orchestrator.cli.specifying import fields, options, split
from orchestrator.model.commands import AddTask
from orchestrator.model.specs import TaskSpec


@click.command("add")
@click.argument("task", metavar="QUEUE/ID")
@options
@pass_context
def command(context: Context, /, task: str, **values: Any) -> int:
    """Add QUEUE/ID to a queue that exists."""
    queue, name = split(task)
    return do(context, "add", AddTask(queue=queue, spec=TaskSpec(id=name, **fields(queue, values))))
