"""`orchestrator done`: a person reports that they did a task; its checks decide all the same."""

from pathlib import Path

import click

from orchestrator.cli.answering import tell_events
from orchestrator.cli.context import Context, clean, pass_context, refuse_agents, waits
from orchestrator.daemon.desk import writing
from orchestrator.daemon.human import judged
from orchestrator.daemon.signing import digests
from orchestrator.model.commands import Done, Refusal
from orchestrator.model.events import Event, TaskCompleted
from orchestrator.policy.humans import objection


@click.command("done")
@click.argument("task")
@click.option("--as", "by", required=True, metavar="WHO", help="Who did it.")
@click.option("--evidence", multiple=True, type=click.Path(path_type=Path), help="A file this rests on; repeatable.")
@click.option("--note", default="", help="A remark that is recorded.")
@pass_context
def command(context: Context, *, task: str, by: str, evidence: tuple[Path, ...], note: str) -> int:
    """Report TASK, one that a person does, as done: its checks run on the target as it is now."""
    refuse_agents("done")
    files = (*digests(context.project, evidence), *((note,) if note else ()))
    ask = Done(task=task, by=by, evidence=files)

    async def act() -> tuple[Event, ...] | Refusal:
        async with writing(context.project, by) as desk:
            found = desk.world.tasks.get(task)
            refusal = objection(desk.world, found, desk.seat()) if found is not None else None
            if refusal is not None:
                return refusal
            return await desk.ask(await judged(desk, found, ask) if found is not None else ask)

    answer = waits(act)
    if isinstance(answer, Refusal):
        click.echo(f"cannot report it as done: {clean(answer.text)}", err=True)
        return 1
    tell_events(answer)
    return 0 if any(isinstance(event, TaskCompleted) for event in answer) else 1
