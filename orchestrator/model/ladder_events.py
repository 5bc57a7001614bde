"""Facts about waiting for people for too long: rungs of ladders, and who has acknowledged them. See `events`.

Each is about a `gate` or a `task`. `cause` and `since` say which wait of it is meant.
"""

from orchestrator.model.event_parts import EventBase


class EscalationRaised(EventBase, frozen=True, tag="escalation.raised"):
    """It has waited for `after_s` seconds: `notify` (a person, a role or an address) is told."""

    cause: str
    since: int
    after_s: int
    notify: str
    text: str = ""
    gate: str = ""
    task: str = ""


class EscalationAcknowledged(EventBase, frozen=True, tag="escalation.acknowledged"):
    """Somebody sees to it: nobody further is told until what it waits for changes, or until `until`."""

    cause: str
    since: int
    by: str
    until: int | None = None
    note: str = ""
    gate: str = ""
    task: str = ""
