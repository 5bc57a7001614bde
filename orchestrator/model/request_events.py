"""Facts about requests: verified work that waits on a code host for a person to merge it. See `events`."""

from orchestrator.model.event_parts import EventBase


class RequestOpened(EventBase, frozen=True, tag="request.opened"):
    """The verified branch is pushed and a person is asked to merge it; it is looked at again from `until` on."""

    task: str
    attempt: int
    url: str
    branch: str
    commit: str
    target: str
    until: int = 0


class RequestSeen(EventBase, frozen=True, tag="request.seen"):
    """The request was looked at and is still `open`, or could not be seen (`unknown`)."""

    task: str
    attempt: int
    url: str
    state: str
    until: int
    note: str = ""
