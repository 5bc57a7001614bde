"""How every verb that asks for something does so: open, decide, append, render, say what happened."""

from collections.abc import Callable, Iterable

import click

from orchestrator.cli.context import Context, clean, paint, refuse_agents, waits, who
from orchestrator.daemon.desk import Desk, reading, writing
from orchestrator.model.commands import Ask, Refusal
from orchestrator.model.events import Event
from orchestrator.policy.asks import answer as answer_to
from orchestrator.views.story import tell


def do(context: Context, verb: str, ask: Ask | Callable[[Desk], Ask]) -> int:
    """Do what a person asks and say what came of it: 0 done, 1 refused. An ask may be made at the desk."""
    return ask_desk(context, verb, ask)


def ask_desk(context: Context, verb: str, ask: Ask | Callable[[Desk], Ask], *, dry_run: bool = False) -> int:
    """Do what a person asks, or (`dry_run`) only say what would come of it."""
    refuse_agents(verb)

    async def act() -> tuple[Event, ...] | Refusal:
        if dry_run:
            async with reading(context.project) as desk:
                return answer_to(desk.world, ask(desk) if callable(ask) else ask, desk.seat(), desk.now())
        me = "" if callable(ask) else getattr(ask, "by", "")
        async with writing(context.project, me or who()) as desk:
            return await desk.ask(ask(desk) if callable(ask) else ask)

    answer = waits(act)
    if isinstance(answer, Refusal):
        for line in answer.text.splitlines():
            click.echo(f"cannot {verb}: {clean(line)}", err=True)
        return 1
    tell_events(answer)
    if dry_run:
        click.echo("dry run: nothing has been changed", err=True)
    if not answer:
        click.echo("nothing to do: it is so already")
    return 0


def tell_events(events: Iterable[Event]) -> None:
    """Say what happened, a line each."""
    for event in events:
        told = tell(event)
        if told is not None:
            where = told.task or told.queue
            click.echo(f"{where}  {paint(clean(told.text), told.level)}" if where else clean(told.text))
