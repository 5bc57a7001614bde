"""What other packages bring by entry points: checks (`orchestrator.checks`), kinds of agents (`orchestrator.agents`).

Looks at what is installed beside the orchestrator itself; nothing of a project's is ever imported.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from orchestrator.codec.canonical import Json
from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.ports.checks import Plugin

CHECKS, AGENTS = "orchestrator.checks", "orchestrator.agents"


@cache
def installed(group: str) -> Mapping[str, EntryPoint]:
    """Give what is registered in a group, by name."""
    return {point.name: point for point in entry_points(group=group)}


def check_names() -> frozenset[str]:
    """Name the checks that are installed."""
    return frozenset(installed(CHECKS))


class EntryPointPlugins:
    """Implements `ports.checks.Plugins`."""

    def find(self, name: str) -> Plugin:
        """Load a check."""
        point = installed(CHECKS).get(name)
        if point is None:
            known = ", ".join(sorted(installed(CHECKS))) or "none"
            raise FaultError(
                f"no package brings a check {name} (known: {known}); install one beside orchestrator, or give "
                f"[checks.{name}] a command"
            )
        try:
            check = point.load()
        except Exception as error:
            raise FaultError(f"plug-in {name} ({point.value}) cannot be loaded: {error}; repair its package") from error
        if not callable(check):
            raise FaultError(f"plug-in {name} ({point.value}) is no function; repair its package")
        return Plugin(check=check, release=_release(point))


def profiles() -> Mapping[str, Json]:
    """Give the kinds of agents that are installed, as `[profiles.NAME]` would have them."""
    found: dict[str, Json] = {}
    for name, point in installed(AGENTS).items():
        try:
            table = point.load()
        except Exception as error:
            raise InvalidInputError(
                f"plug-in {name} ({point.value}) cannot be loaded: {error}; repair or remove {_release(point)}"
            ) from error
        if not isinstance(table, dict):
            raise InvalidInputError(f"plug-in {name} ({point.value}) is no table; repair or remove {_release(point)}")
        found[name] = cast("Json", table)
    return found


def _release(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else point.value
