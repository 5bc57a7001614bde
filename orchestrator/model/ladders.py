"""Who was told that something waits for people, and who said that they see to it. Defines; chooses nothing."""

import msgspec


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A rung that was told: after so many seconds, to whom, and when (milliseconds)."""

    after_s: int
    notify: str
    at: int


class Ladder(msgspec.Struct, kw_only=True):
    """How far the ladder of one wait was climbed: a wait is known by what it is for and since when it lasts."""

    told: list[Told] = []
    seen_by: str = ""
    """Who has acknowledged it last, when, and until when it rests for that (None: for as long as it waits)."""
    seen_at: int = 0
    seen_until: int | None = None
    note: str = ""
    rested: int = 0
    """Milliseconds that earlier acknowledgements took out of its time."""


def wait_key(about: str, cause: str, since: int) -> str:
    """Name a wait: of `gate:ID` or `queue/ID`, for what, and since when."""
    return f"{about} {cause} {since}"
