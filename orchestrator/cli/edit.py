"""`orchestrator edit`: change a task; what is not named stays."""

from typing import Any

import click

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, by_option, pass_context, who
from orchestrator.cli.specifying import fields, options, split
from orchestrator.daemon.plugins import check_names
from orchestrator.errors import InvalidInputError
from orchestrator.model.commands import EditTask
from orchestrator.model.specs import TaskSpec
from orchestrator.policy.preflight import unmet


@click.command("edit")
@click.argument("task")
@options
@click.option("--no-dependencies", is_flag=True, help="Drop every dependency.")
@by_option
@pass_context
def command(context: Context, /, task: str, *, no_dependencies: bool, by: str | None, **values: Any) -> int:
    """Change the named fields of TASK (`queue/ID`); they hold from its next iteration on."""
    queue, task_id = split(task)
    changes = fields(queue, values)
    if no_dependencies:
        changes["dependencies"] = ()
    if not changes:
        raise InvalidInputError(f"nothing to change in {task}: name a field, e.g. --priority P0")
    asked = TaskSpec(id=task_id, **changes)
    if problems := unmet(task, asked, context.project.settings, check_names()):
        raise InvalidInputError(*(f"{task}: {text}" for text in problems))
    return do(context, "edit", EditTask(task=task, changes=changes, by=by or who()))
