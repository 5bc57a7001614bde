"""`orchestrator lock`: have a shared resource for oneself for a while."""

import anyio
import click

from orchestrator.cli.answering import tell_events
from orchestrator.cli.context import Context, clean, pass_context, refuse_agents, waits, who
from orchestrator.codec.moments import parse_duration
from orchestrator.daemon.desk import Desk, writing
from orchestrator.errors import InvalidInputError
from orchestrator.model.commands import LockResource, Refusal
from orchestrator.policy.resources import users_of, want


@click.command("lock")
@click.argument("resource", metavar="NAME[:read|=N]")
@click.option("--for", "long", required=True, metavar="DURATION", help="How long: 30m, 2h, 1d; it ends by itself.")
@click.option("--reason", required=True, help="Why; those who wait are told.")
@click.option("--as", "by", help="Who has it (default: you).")
@click.option(
    "--wait", "patience", metavar="DURATION", help="Wait so long until no task uses it any more; else exit 1."
)
@pass_context
def command(context: Context, *, resource: str, long: str, reason: str, by: str | None, patience: str | None) -> int:
    """Lock a resource that tasks share: nothing that needs it begins, what runs gives it back after its iteration.

    NAME is all of it, NAME:read lets readers go on, NAME=N takes N places of a counted one. Locked again by the same
    person it lasts as long, and for the reason, they then say.
    """
    refuse_agents("lock")
    lasts, wait = _seconds("--for", long), _seconds("--wait", patience) if patience is not None else 0.0

    async def act() -> tuple[str, ...] | Refusal:
        async with writing(context.project, who()) as desk:
            until = desk.now() + round(lasts * 1000)
            answer = await desk.ask(LockResource(resource=resource, by=by or who(), until=until, reason=reason))
            if isinstance(answer, Refusal):
                return answer
            tell_events(answer)
            with anyio.move_on_after(wait):
                await _freed(desk, resource)
            return users_of(desk.world, want(resource).name, desk.project.settings)

    found = waits(act)
    if isinstance(found, Refusal):
        click.echo(f"cannot lock: {clean(found.text)}", err=True)
        return 1
    if found:
        click.echo(f"still in use by {', '.join(found)}: given back after the iteration that runs")
    return 1 if found and patience is not None else 0


async def _freed(desk: Desk, resource: str) -> None:
    """Wait until no task has it."""
    while users_of(desk.world, want(resource).name, desk.project.settings):
        await desk.journal.wait(desk.world.seq)
        await desk.ledger.catch_up()


def _seconds(option: str, text: str) -> float:
    seconds = parse_duration(text)
    if seconds is None:
        raise InvalidInputError(f"{option} {text!r} is no duration: write 30m, 2h or 1d")
    return seconds
