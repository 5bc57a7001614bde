"""What events are made of: their common base and the small values some of them carry."""

import msgspec

from orchestrator.model.specs import Status


class EventBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of all events; carries nothing."""


class Imported(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Results a queue file already had when its task was first seen; kept as they were, never believed as verdicts."""

    status: Status = Status.PENDING
    attempts: int = 0
    iterations: int = 0
    verdict: str = ""
    error: str = ""
    completed_at: str = ""
    commit: str = ""


class CheckSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check's part in a verdict, short; the whole report is in the run folder's `verdict.json`."""

    name: str
    report: str
    summary: str = ""
    seconds: float = 0.0
    cached: bool = False
