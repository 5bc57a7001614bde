"""When people let agents work: windows of the week. Says what one is; when it opens is `policy.hours`'s to tell."""

import msgspec

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """A time of some days of the week, in minutes from midnight."""

    minute: int
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """Monday is 0."""
    zone: str = ""
    """IANA name; empty: the machine's."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of some days of the week. Minutes count from midnight; `end` up to `start` lies on the day after."""

    start: int
    end: int
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """The days it begins on; Monday is 0."""
    zone: str = ""
    """IANA name; empty: the machine's."""
    text: str = ""
    """As it was written."""
