"""What people are told, and the ways to them. Defines; chooses nothing."""

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What people are told of, until every channel it goes through has taken it."""

    id: str
    kind: str
    about: str
    title: str
    text: str
    urgent: bool
    at: int


class Channel(msgspec.Struct, kw_only=True):
    """A way to somebody, and what still has to go through it, oldest first."""

    name: str
    waiting: list[str] = []
    sending: tuple[str, ...] = ()
    worker: str = ""
    """Who sends now; `sending` is what."""
    tries: int = 0
    """Since something last got through."""
    note: str = ""
    """Why the last try failed."""
    failing_since: int | None = None
    failed_at: int = 0
    sent_at: int = 0
    lost: int = 0
    """Messages that were given up since something last got through."""


DIGESTS = ("standup", "daily")
"""What people are told at set times."""
MOST_NAMED = 50
"""Of each word, the newest names a tally keeps."""


class Tally(msgspec.Struct, kw_only=True):
    """What has happened since people were last told at a set time."""

    moment: int = 0
    """The set time that was told last, in milliseconds."""
    since: int = 0
    """When it was told; 0: never yet, everything counts."""
    counts: dict[str, int] = {}
    names: dict[str, list[str]] = {}
    """By word (`completed`, `started`, ...): tasks, each once, the newest last."""
    verdicts: dict[str, tuple[int, int]] = {}
    """By queue: how many there were, how many of them PASS."""
    micros: int = 0


class Post(msgspec.Struct, kw_only=True):
    """All that people are still to be told, and what they were told last."""

    messages: dict[str, Message] = {}
    """What some channel still has to send."""
    channels: dict[str, Channel] = {}
    numbered: int = 0
    """The highest number given to a message."""
    told: dict[str, tuple[str, int]] = {}
    """Kind and subject of messages -> the words that were last said of it, and when."""
    tallies: dict[str, Tally] = {}
    """By kind of digest."""
