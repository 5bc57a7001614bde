"""The options that describe a task, shared by `add` and `edit`."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from orchestrator.codec.words import read_priority
from orchestrator.errors import InvalidInputError
from orchestrator.policy.catchup import TIER

Values = Mapping[str, Any]


def options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of a task's fields to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS: tuple[Any, ...] = (
    click.option("--title", help="One line."),
    click.option("--description", help="What is to be done; '-' reads standard input."),
    click.option("--priority", help="P0..P3, high, medium, low, or a number; lower is more urgent."),
    click.option("--depends-on", "dependencies", multiple=True, metavar="TASK", help="queue/ID or ID; repeatable."),
    click.option("--file", "files", multiple=True, metavar="PATH", help="What it will touch; repeatable."),
    click.option("--test", "tests", multiple=True, metavar="PATH", help="Tests that must pass; repeatable."),
    click.option("--resource", "resources", multiple=True, metavar="NAME[:read]", help="Repeatable."),
    click.option(
        "--catch-up",
        "catch_up",
        multiple=True,
        metavar="tier:N|TASK",
        help="What lets it go first; repeatable.",
    ),
    click.option("--check", "checks", multiple=True, metavar="NAME", help="Checks that judge it; repeatable."),
    click.option("--agent", help="An agent or role."),
    click.option("--max-iterations", type=click.IntRange(1)),
    click.option("--promise", "completion_promise", metavar="WORD", help="The word it claims completion with."),
)


def fields(queue: str, values: Values) -> dict[str, Any]:
    """Give the fields that were named, in canonical form."""
    found = {name: value for name, value in values.items() if value not in {None, ()}}
    if found.get("description") == "-":
        found["description"] = sys.stdin.read()
    if "title" in found:
        found["title"] = " ".join(str(found["title"]).split())
    if "priority" in found:
        found["priority"] = _priority(str(found["priority"]))
    for field in ("dependencies", "catch_up"):
        if field in found:
            found[field] = tuple(_named(queue, name) for name in found[field])
    return found


def _priority(word: str) -> int:
    priority = read_priority(int(word) if word.isdigit() else word)
    if priority is None:
        raise InvalidInputError(f"--priority {word!r} is none: P0..P3, high, medium, low or a number from 0")
    return priority


def _named(queue: str, name: str) -> str:
    return name if "/" in name or name.startswith(("gate:", TIER)) else f"{queue}/{name}"


def split(task: str) -> tuple[str, str]:
    """Split `queue/ID`."""
    queue, slash, name = task.partition("/")
    if not slash or not queue or not name:
        raise InvalidInputError(f"{task!r} is no task's name: write it as queue/ID")
    return queue, name
