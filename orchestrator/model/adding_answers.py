"""What `discover` answers."""

import msgspec


class DiscoveredTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task made of findings, and which check or tool reported how many."""

    id: str
    title: str
    priority: int
    source: str
    findings: int


class DiscoverAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`orchestrator discover --json`."""

    seq: int
    queue: str
    tasks: tuple[DiscoveredTask, ...]
    """Those that are new; with --dry-run, those that would be."""
    found: int
    """All findings."""
    known: int
    """Findings that an open task is there to mend."""
    baseline: int
    """Findings of the recorded baseline."""
    left: int
    """Tasks beyond --max, for the next time."""
    gone: tuple[str, ...]
    """Open tasks whose findings are no longer reported."""
    closed: tuple[str, ...]
    """Those of them that were skipped."""
    faults: tuple[str, ...]
    """Checks that could not answer."""
