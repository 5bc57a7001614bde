"""What happens inside one agent call, in one vocabulary for every agent, and how such a call can end.

Values only: these never reach the journal. Normalisers make them from the streams of particular programs,
`policy.outcome` concludes from them, `logs` shows them. Token counts follow one rule whatever the program's own:
`input` excludes what was `cached`, `output` includes `reasoning`.
"""

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """How an agent call ended; the exit code is evidence, never the answer."""

    CLAIMED = "claimed"
    """It says it is done. The only outcome that starts the verifier."""
    INCOMPLETE = "incomplete"
    """It ended properly and claimed nothing."""
    RATE_LIMITED = "rate_limited"
    """Its account has used up what it may; nothing to do before the limit resets."""
    TRANSIENT = "transient"
    """The service it uses is overloaded or out of reach."""
    AUTH = "auth"
    """It is not logged in, or its key is refused: a person must see to it."""
    CONFIGURATION = "configuration"
    """It was asked for what its program or service does not know: a person must see to it."""
    CRASHED = "crashed"
    KILLED = "killed"
    """Ended from outside: by a signal, by hand, or because it wrote more than it may."""
    BUDGET = "budget"
    """Its own money limit was reached."""
    TURN_LIMIT = "turn_limit"
    """A limit of its turns was reached: its own, or ours of tool calls."""
    TRUNCATED = "truncated"
    """Its words stop in the middle, whatever its exit code says."""
    TIMEOUT = "timeout"
    STALLED = "stalled"
    LOOPING = "looping"
    """Its model answered again and again without doing anything; it was stopped."""


class FailureKind(StrEnum):
    """What a program's structured fields say of a failure. OTHER: nothing; its text must be read."""

    LIMIT = "limit"
    TRANSIENT = "transient"
    AUTH = "auth"
    CONFIGURATION = "configuration"
    BUDGET = "budget"
    TURNS = "turns"
    TRUNCATED = "truncated"
    INTERRUPTED = "interrupted"
    SESSION = "session"
    """The conversation to go on with is unknown to it."""
    OTHER = "other"


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag=str.lower):
    """Base of all agent events."""


class Started(_Event, frozen=True):
    """The program is up. `session` is what a later call can go on with, if it says so."""

    session: str = ""
    model: str = ""


class Text(_Event, frozen=True):
    """The agent said something; whole messages where the program gives them whole, else pieces in order."""

    text: str


class ToolStart(_Event, frozen=True, tag="tool_start"):
    """The agent began to use a tool. `title` is one line for people: the command, the path."""

    id: str
    name: str
    title: str = ""


class ToolEnd(_Event, frozen=True, tag="tool_end"):
    """A tool came back. `summary` is one line of what it gave."""

    id: str
    ok: bool
    summary: str = ""


class Permission(_Event, frozen=True):
    """The agent asked whether it may use a tool, and was answered by rule. `why` is the rule, or that there is none."""

    id: str
    title: str
    allowed: bool
    why: str = ""


class Usage(_Event, frozen=True):
    """Tokens and USD. `total`: replaces everything counted so far in this call; else it is added."""

    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    usd: float | None = None
    total: bool = False


class Retry(_Event, frozen=True):
    """The program itself is trying a request again. `of` is 0 where it does not say how often it will."""

    attempt: int = 0
    of: int = 0
    delay_s: float = 0.0
    status: int | None = None
    text: str = ""


class Limit(_Event, frozen=True):
    """The service said that a limit is reached (never: that one exists). `until_ms` is Unix milliseconds."""

    kind: str = ""
    until_ms: int | None = None
    text: str = ""


class Failure(_Event, frozen=True):
    """Something failed for good, as far as the program can tell. `status` is an HTTP status."""

    kind: FailureKind = FailureKind.OTHER
    status: int | None = None
    text: str = ""


class Final(_Event, frozen=True):
    """The stream came to its proper end with this as the final message."""

    text: str
    is_error: bool = False


class Raw(_Event, frozen=True):
    """A line nobody understood, kept as it is."""

    text: str


AgentEvent = Started | Text | ToolStart | ToolEnd | Permission | Usage | Retry | Limit | Failure | Final | Raw
