"""Facts about findings that checks report outside of any attempt. See `events` for the rules."""

from orchestrator.model.event_parts import EventBase


class BaselineRecorded(EventBase, frozen=True, tag="baseline.recorded"):
    """These findings (by key) stood there already: `discover` makes no tasks of them in this queue."""

    queue: str
    keys: tuple[str, ...]
    by: str = ""
