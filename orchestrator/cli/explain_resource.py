"""What `orchestrator explain resource:NAME` says."""

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, waits
from orchestrator.daemon.desk import reading
from orchestrator.errors import InvalidInputError
from orchestrator.model.answers import ResourceAnswer
from orchestrator.policy.resources import known
from orchestrator.views.sharing import resource_of

PREFIX = "resource:"


def tells(context: Context, what: str, *, as_json: bool) -> int:
    """Say who has a resource, until when, and who waits for it."""
    name = what.removeprefix(PREFIX)

    async def ask() -> ResourceAnswer:
        async with reading(context.project) as desk:
            found = resource_of(desk.world, name, desk.now(), desk.seat())
            if found is None:
                names = ", ".join(known(desk.world, context.project.settings)) or "none"
                raise InvalidInputError(f"nothing shares a resource {name!r} (known: {names})")
            return found

    answer = waits(ask)
    for line in [msgspec.json.encode(answer).decode()] if as_json else map(clean, _resource(answer)):
        click.echo(line)
    return 0


def _resource(found: ResourceAnswer) -> list[str]:
    places = f"  {found.places} places" if found.places > 1 else ""
    lines = [paint(f"resource:{found.name}", "head") + f"{places}  {found.title}".rstrip()]
    lines += [f"  locked by {k.by} ({k.how}) since {k.since}, until {k.until}: {k.reason}" for k in found.locks]
    lines += [f"  what helps: orchestrator unlock {found.name} --as {k.by}" for k in found.locks]
    named = {"owner": [found.owner] * bool(found.owner), "being changed by": found.changing, "read by": found.reading}
    named |= {"waited for by": found.waiting, "wanted later by": found.later}
    return [*lines, *(f"  {word}: {', '.join(names)}" for word, names in named.items() if names)]
