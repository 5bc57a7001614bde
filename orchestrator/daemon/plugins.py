"""What other packages bring by entry points: checks (`orchestrator.checks`), kinds of agents (`orchestrator.agents`).

Looks at what is installed beside the orchestrator itself; nothing of a project's is ever imported.
"""

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from orchestrator.codec.canonical import Json
from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.ports.checks import Plugin

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

CHECKS, AGENTS = "orchestrator.checks", "orchestrator.agents"


@cache
def installed(group: str) -> Mapping[str, "EntryPoint"]:
    """Give what is registered in a group, by name."""
    if not any(_may_hold(Path(entry or "."), group.encode()) for entry in sys.path):
        return {}
    from importlib.metadata import entry_points  # noqa: PLC0415 - it costs a tenth of a command, and few have plug-ins

    return {point.name: point for point in entry_points(group=group)}


def _may_hold(entry: Path, group: bytes) -> bool:
    """Say whether a place that packages are imported from may hold one that registers something in a group."""
    if entry.is_file():
        return True  # an archive: to look into it is not quicker
    files = (file for kind in ("dist", "egg") for file in entry.glob(f"*.{kind}-info/entry_points.txt"))
    return any(group in file.read_bytes() for file in files)


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


def _release(point: "EntryPoint") -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else point.value
