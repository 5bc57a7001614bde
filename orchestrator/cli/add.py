"""`orchestrator add`: add a task to a queue, many as JSON, or what agents propose; the queue files are written too."""

import sys
from typing import Any

import click

from orchestrator.cli.answering import ask_desk, do
from orchestrator.cli.context import Context, by_option, pass_context, refuse_agents, waits, warn, who
from orchestrator.cli.specifying import fields, options, split
from orchestrator.codec.taskrows import TaskRows, read_rows
from orchestrator.daemon.desk import reading
from orchestrator.daemon.plugins import check_names
from orchestrator.errors import InvalidInputError
from orchestrator.model.commands import AcceptProposals, AddTask, AddTasks
from orchestrator.model.specs import TaskSpec
from orchestrator.policy.adding import judged
from orchestrator.policy.preflight import unmet

_INPUT = "standard input"


@click.command("add")
@click.argument("task", metavar="[QUEUE/ID|-]", required=False)
@click.option("--queue", default="", metavar="Q", help="With - or --proposals: the queue of tasks that name none.")
@click.option("--proposals", is_flag=True, help="Add every task that agents propose (`inbox` lists them).")
@click.option("--dry-run", is_flag=True, help="With - or --proposals: only say what would come of it.")
@options
@by_option
@pass_context
def command(
    context: Context,
    /,
    task: str | None,
    *,
    queue: str,
    proposals: bool,
    dry_run: bool,
    by: str | None,
    **values: Any,
) -> int:
    """Add QUEUE/ID to a queue that exists; with - tasks as JSON: an object, an array, or one a line."""
    said = [name for name, value in values.items() if value not in {None, ()}]
    if (task == "-" or proposals) and said:
        raise InvalidInputError(
            f"--{said[0].replace('_', '-')} is of one task: with - or --proposals each says its own"
        )
    if proposals and task is None:
        return ask_desk(context, "add", AcceptProposals(by=by or who(), queue=queue), dry_run=dry_run)
    if task is None or proposals:
        raise InvalidInputError("say what to add: QUEUE/ID, or - for JSON on standard input, or --proposals")
    if task == "-":
        return _from_input(context, queue, by or who(), dry_run=dry_run)
    if queue or dry_run:
        raise InvalidInputError("--queue and --dry-run go with - or --proposals; a single task is QUEUE/ID")
    name, task_id = split(task)
    ask = AddTask(queue=name, spec=TaskSpec(id=task_id, **fields(name, values)), by=by or who())
    if problems := [f"{task}: {text}" for text in _unmet(context, ask)]:
        raise InvalidInputError(*problems)
    return do(context, "add", ask)


def _unmet(context: Context, ask: AddTask) -> tuple[str, ...]:
    """Say what a task asks for that no run here could give it."""
    return unmet(f"{ask.queue}/{ask.spec.id}", ask.spec, context.project.settings, check_names())


def _from_input(context: Context, queue: str, by: str, *, dry_run: bool) -> int:
    """Add the tasks that stand on standard input, or none of them and every reason."""
    refuse_agents("add")
    data = sys.stdin.buffer.read()
    found = read_rows(data, name=_INPUT, queue=queue, calendar=context.project.settings.calendar)
    problems = (*found.problems, *waits(lambda: _misfits(context, found)))
    if problems:
        raise InvalidInputError(*problems)
    for warning in found.warnings:
        warn(f"{_INPUT}: {warning}")
    return ask_desk(context, "add", AddTasks(tasks=_asks(found), by=by), dry_run=dry_run)


def _asks(found: TaskRows) -> tuple[AddTask, ...]:
    return tuple(AddTask(queue=row.queue, spec=row.spec) for row in found.rows)


async def _misfits(context: Context, found: TaskRows) -> tuple[str, ...]:
    """Say of each task why it cannot be added, with its place."""
    async with reading(context.project) as desk:
        misplaced = judged(desk.world, _asks(found))
    asked = zip(found.rows, _asks(found), misplaced, strict=True)
    return tuple(
        f"{_INPUT}: {row.place}: {problem}"
        for row, ask, wrong in asked
        for problem in (*((wrong,) if wrong else ()), *_unmet(context, ask))
    )
