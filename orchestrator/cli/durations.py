"""`--for` and `--until`: how long something a person asks for lasts."""

from collections.abc import Callable
from typing import Any

import click

from orchestrator.codec.moments import parse_duration, parse_moment
from orchestrator.errors import InvalidInputError

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def within_option(words: str) -> Decorator:
    """Make `--for DURATION`."""
    return click.option("--for", "within", metavar="DURATION", help=words)


def until_option(words: str) -> Decorator:
    """Make `--until TIME`."""
    return click.option("--until", metavar="TIME", help=words)


def span(within: str | None, until: str | None) -> tuple[int | None, int | None]:
    """Read both: milliseconds from now on, and a moment; at most one of them is given."""
    if within is not None and until is not None:
        raise click.UsageError("say how long it lasts once: --for DURATION, or --until TIME")
    seconds = parse_duration(within) if within is not None else None
    if within is not None and not seconds:
        raise InvalidInputError(f"--for {within!r} is no duration; write it as 2h or 1h30m")
    moment = parse_moment(until) if until is not None else None
    if until is not None and moment is None:
        raise InvalidInputError(f"--until {until!r} is no moment; write it as 2026-03-01T09:00:00Z")
    return round(seconds * 1000) if seconds else None, moment
