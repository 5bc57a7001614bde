"""The seam to checks that other packages bring, under the entry point group `orchestrator.checks`.

A plug-in is a function of a `Subject`. It runs in the orchestrator's own process, so it must only read what it is
given: never run, import or unpack anything of a tree that is judged.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeAlias

import msgspec

from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.ports.workspace import Change


class Subject(Protocol):
    """One tree against its base, for one task."""

    @property
    def task(self) -> str:
        """Name the task, as `queue/ID`."""
        ...

    @property
    def title(self) -> str:
        """Give the task's title."""
        ...

    @property
    def description(self) -> str:
        """Give the task's description; of a commit that is judged, its message."""
        ...

    @property
    def options(self) -> Mapping[str, object]:
        """Give the check's `options`, as the configuration has them."""
        ...

    def changes(self) -> tuple[Change, ...]:
        """List what differs from the base; all files where there is no base."""
        ...

    def paths(self) -> tuple[str, ...]:
        """List all files."""
        ...

    def read(self, path: str) -> bytes | None:
        """Give a file's content; None where there is none."""
        ...

    def before(self, path: str) -> bytes | None:
        """Give a file's content on the base; None where there was none."""
        ...


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a plug-in says where findings alone do not say it."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()


Plugged: TypeAlias = Callable[[Subject], Said | Iterable[Finding]]
"""A check: findings (one whose severity is `error` makes it FAIL), or `Said`."""


class Plugin(msgspec.Struct, frozen=True, kw_only=True):
    """A check that is installed, and what of: `release` is its package and version, for answers that are kept."""

    check: Plugged
    release: str = ""


class Plugins(Protocol):
    """Finds installed checks."""

    def find(self, name: str) -> Plugin:
        """Load a check. Raises FaultError where there is none, or it cannot be loaded, with the remedy."""
        ...
