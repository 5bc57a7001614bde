"""`orchestrator explain worker:ID`: what a worker is at, since when, who waits for it, what helps if it is gone."""

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, waits
from orchestrator.daemon.desk import reading
from orchestrator.errors import InvalidInputError
from orchestrator.model.answers import StatusAnswer, WorkerAnswer

PREFIX = "worker:"


def tells(context: Context, what: str, *, as_json: bool) -> int:
    """Say what a worker does; one that has no task is not known."""
    name = what.removeprefix(PREFIX)

    async def ask() -> tuple[StatusAnswer, dict[str, tuple[str, ...]]]:
        async with reading(context.project) as desk:
            return await desk.status(), {ref: tuple(sorted(them)) for ref, them in desk.world.dependents.items()}

    answer, behind = waits(ask)
    mine = [worker for worker in answer.workers if worker.id == name]
    if not mine:
        known = ", ".join(dict.fromkeys(worker.id for worker in answer.workers)) or "none"
        raise InvalidInputError(f"no worker {name!r} has a task (at work: {known})")
    if as_json:
        click.echo(msgspec.json.encode(mine))
        return 0
    click.echo(clean(paint(f"{PREFIX}{name}", "head") + f"  {'alive' if mine[0].alive else 'gone'}"))
    for line in (line for worker in mine for line in _task(worker, behind.get(worker.task, ()))):
        click.echo(clean(line))
    return 0


def _task(worker: WorkerAnswer, behind: tuple[str, ...]) -> list[str]:
    agent = f", agent {worker.agent}" if worker.agent else ""
    pid = f", process {worker.pid}" if worker.pid is not None else ""
    lines = [f"  {worker.task}: attempt {worker.attempt}, iteration {worker.iteration}{agent}{pid}"]
    lines.append(f"  {worker.step} since {worker.since}")
    if worker.alive:
        lines.append(f"  what follows: `orchestrator logs {worker.task} -f` shows it; if it hangs, what helps is")
        lines.append(f"    `orchestrator retry {worker.task} --take-over`: the next run goes on with the same attempt")
    else:
        lines.append(f"  what helps: `orchestrator run --queue {worker.queue}` goes on with the same attempt")
    return [*lines, *([f"  behind it wait: {', '.join(behind)}"] if behind else [])]
