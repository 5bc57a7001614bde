"""Facts about standups and daily reports. See `events` for the rules."""

from orchestrator.model.event_parts import EventBase


class DigestDue(EventBase, frozen=True, tag="digest.due"):
    """The set time of a `standup` or `daily` report has come: what it tells, in the commit that owes it to people."""

    kind: str
    moment: int
    """The set time, in milliseconds; it may be told later, when a process is there again."""
    title: str
    text: str
