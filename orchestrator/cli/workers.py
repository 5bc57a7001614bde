"""`orchestrator workers`: who works and how many at once; more or fewer of them while runs go on."""

import click
import msgspec

from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, by_option, clean, paint, pass_context, waits, who
from orchestrator.daemon.desk import Desk, reading
from orchestrator.errors import InvalidInputError
from orchestrator.model.answers import PlacesAnswer, RunAnswer, WorkersAnswer
from orchestrator.model.commands import SetWorkers
from orchestrator.policy.seat import of_queue


@click.command("workers", context_settings={"ignore_unknown_options": True})
@click.argument("queue", required=False)
@click.argument("number", required=False, metavar="[N|+N|-N|reset]")
@click.option("--all", "in_all", is_flag=True, help="Instead of QUEUE: how many in all, as `run --workers` says.")
@click.option("--json", "as_json", is_flag=True, help="Who works, as JSON (`orchestrator schema workers`).")
@by_option
@pass_context
def command(
    context: Context, *, queue: str | None, number: str | None, in_all: bool, as_json: bool, by: str | None
) -> int:
    """Show who works; or let every run work on N tasks of QUEUE at once from now on, N more or N fewer.

    A run goes by it at once, and so does the next one. Fewer workers stop nothing: an iteration that runs is finished,
    then what was claimed last waits. `reset` goes back to what the configuration says.
    """
    if in_all and queue is not None and number is None:
        queue, number = None, queue
    if in_all and queue is not None:
        raise InvalidInputError(f"--all is for every queue together: leave out {queue}")
    if number is None:
        if queue is not None or in_all:
            raise InvalidInputError("say how many: `orchestrator workers QUEUE 3`, `+1`, `-1` or `reset`")
        return _show(context, as_json=as_json)
    workers, more = _read(number)
    return do(context, "workers", SetWorkers(queue=queue or "", workers=workers, more=more, by=by or who()))


def _read(number: str) -> tuple[int | None, int]:
    """Read a number, or how many more or fewer."""
    if number == "reset":
        return None, 0
    digits = number.removeprefix("+") if number[:1] == "+" else number.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidInputError(f"{number!r} is no number of workers: write 3, +1, -1 or reset")
    return (int(number), 0) if digits == number else (None, int(number))


def _show(context: Context, *, as_json: bool) -> int:
    async def ask() -> WorkersAnswer:
        async with reading(context.project) as desk:
            return _answer(desk)

    answer = waits(ask)
    if as_json:
        click.echo(msgspec.json.encode(answer))
        return 0
    if answer.in_all is not None:
        click.echo(f"{answer.in_all} at once in all, set by hand")
    for places in answer.queues:
        click.echo(clean(f"{places.queue}  {places.workers} at once{', set by hand' if places.by_hand else ''}"))
    for run in answer.runs:
        served = ", ".join(run.queues) if run.queues is not None else "every queue"
        does = ", ".join(run.tasks) or "waits"
        click.echo(paint(clean(f"run {run.id}  process {run.pid}, serves {served}: {does}"), "good"))
    if not answer.runs:
        click.echo("nothing is running in this project")
    return 0


def _answer(desk: Desk) -> WorkersAnswer:
    world, settings = desk.world, desk.project.settings
    return WorkersAnswer(
        in_all=world.workers,
        queues=tuple(
            PlacesAnswer(queue=name, workers=of_queue(world, name, settings), by_hand=queue.workers is not None)
            for name, queue in world.queues.items()
        ),
        runs=tuple(
            RunAnswer(
                id=card.worker,
                pid=card.pid,
                queues=card.queues,
                tasks=tuple(key for key, worker in world.claims.items() if worker == card.worker),
            )
            for card in desk.presence.cards()
            if card.queues != ()
        ),
    )
