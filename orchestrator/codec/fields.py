"""Typed reading of what people wrote: every complaint is collected with its place, so that all are told at once.

Never stops at the first mistake and never guesses: a field that cannot be read has its default and a complaint.
"""

import json
import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from orchestrator.codec.canonical import Json
from orchestrator.codec.moments import parse_duration, parse_moment
from orchestrator.errors import InvalidInputError

T = TypeVar("T")
_CONTROL = re.compile(r"[\x00-\x1f]")
_UNITS = {
    "": 1,
    "b": 1,
    **{unit: 1000**power for power, unit in enumerate(("kb", "mb", "gb"), 1)},
    **{unit: 1024**power for power, unit in enumerate(("kib", "mib", "gib"), 1)},
    **{unit: 1024**power for power, unit in enumerate(("k", "m", "g"), 1)},
}
_SIZE = re.compile(rf"(\d+(?:\.\d+)?) ?({'|'.join(_UNITS)})")
MOST_BYTES = 1 << 40
MOST = 1_000_000_000
"""Counts beyond it are mistakes."""


def shown(value: Json) -> str:
    """Show a value in a message, short."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - a message stays one line


def nearest(word: str, known: Collection[str], likeness: float = 0.75) -> str:
    """Complete a message about an unknown word with the known one it resembles, if one does."""
    import difflib  # noqa: PLC0415 - most words are right

    found = difflib.get_close_matches(word, sorted(known), 1, likeness)
    return f"; did you mean {found[0]}?" if found else ""


class Complaints:
    """What is wrong in one file: `problems` refuse it, `warnings` do not. While `lenient`, problems are warnings."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self.lenient = False

    def refuse(self, what: str) -> None:
        """Note a mistake; `what` starts with its place and ends with the remedy."""
        if self.lenient:
            self.warnings.append(what)
        else:
            self.problems.append(f"{self.path}: {what}")

    def warn(self, what: str) -> None:
        """Note an oddity."""
        self.warnings.append(what)

    def settle(self) -> tuple[str, ...]:
        """Raise every problem as one error; else give the warnings."""
        if self.problems:
            raise InvalidInputError(*self.problems)
        return tuple(self.warnings)


class Fields:
    """The members of one object. `prefix` stands before a key in messages: `line 3: API-1: ` or `agents.claude.`."""

    def __init__(self, values: Mapping[str, Json], prefix: str, complaints: Complaints) -> None:
        self.values = values
        self.prefix = prefix
        self.complaints = complaints

    def refuse(self, key: str, remedy: str) -> None:
        """Complain about a member's value."""
        self.complaints.refuse(f"{self.prefix}{key} is {shown(self.values.get(key))}; {remedy}")

    def refuse_untold(self, key: str, what: str) -> None:
        """Complain about a member whose value may hold a secret: it is not shown."""
        self.complaints.refuse(f"{self.prefix}{key} {what}")

    def warn_unknown(self, known: Collection[str]) -> None:
        """Warn of members nobody reads."""
        for key in self.values:
            if key not in known:
                self.complaints.warn(f"{self.prefix}{key} is not known and ignored{nearest(key, known)}")

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Complain about members nobody reads, where ignoring one would change the meaning."""
        for key in self.values:
            if key not in known:
                near = nearest(key, known) or f"; it may have {', '.join(sorted(known))}"
                self.complaints.refuse(f"{self.prefix}{key} is not known{near}")

    def read(self, key: str, convert: Callable[[Json], T | None], default: T, remedy: str) -> T:
        """Convert a member; absent and null give the default, `None` from `convert` a complaint and the default."""
        value = self.values.get(key)
        if value is None:
            return default
        found = convert(value)
        if found is None:
            self.refuse(key, remedy)
            return default
        return found

    def text(self, key: str, default: str = "") -> str:
        """Read a text."""
        return self.read(key, as_text, default, "write a text in double quotes")

    def line(self, key: str, default: str = "") -> str:
        """Read a text without line breaks or other control characters."""
        return self.read(key, as_line, default, "write a text of one line")

    def heading(self, key: str) -> str:
        """Read a text that is shown on one line, however many it is written on."""
        return " ".join(self.text(key).split())

    def optional(self, key: str) -> str | None:
        """Read a text that may be absent; an empty one is."""
        return self.line(key) or None

    def choice(self, key: str, words: tuple[str, ...], default: str) -> str:
        """Read one of a few words."""
        value = self.values.get(key)
        if value is None:
            return default
        if isinstance(value, str) and value in words:
            return value
        self.refuse(key, f"write one of {', '.join(words)}{nearest(str(value), words)}")
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts; one text is a list of it."""
        return self.read(key, as_lines, (), 'write a list of texts, as ["a", "b"]')

    def some_texts(self, key: str) -> tuple[str, ...] | None:
        """Read a list of texts that may be absent, which differs from empty."""
        return None if self.values.get(key) is None else self.texts(key)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Read true or false."""
        return self.read(key, lambda value: value if isinstance(value, bool) else None, default, "write true or false")

    def whole(self, key: str, low: int, default: int) -> int:
        """Read a whole number not below `low`."""
        return self.read(key, lambda value: as_whole(value, low), default, f"write a whole number from {low}")

    def optional_whole(self, key: str, low: int) -> int | None:
        """Read a whole number that may be absent."""
        return self.read(key, lambda value: as_whole(value, low), None, f"write a whole number from {low}")

    def number(self, key: str, default: float | None) -> float | None:
        """Read a number that is not negative."""
        return self.read(key, as_number, default, "write a number from 0")

    def moment(self, key: str) -> int | None:
        """Read a moment, in milliseconds since the epoch."""
        remedy = 'write a moment, as "2026-03-01T09:00:00Z"'
        return self.read(key, lambda value: parse_moment(value) if isinstance(value, str) else None, None, remedy)

    def seconds(self, key: str, default: float) -> float:
        """Read a duration: a text with units, or a number of seconds."""
        return self.read(key, as_seconds, default, 'write a duration, as "45m" or "1h30m"')

    def inner(self, key: str) -> "Fields | None":
        """Open an object; absent, null or no object is `None`."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return Fields(value, f"{self.prefix}{key}.", self.complaints)
        self.refuse(key, "write an object with named members")
        return None

    def rows(self, key: str) -> "list[tuple[str, Fields]]":
        """Open a list of objects, each with the place to name it by."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(key, "write a list of objects")
            return []
        found: list[tuple[str, Fields]] = []
        for place, row in enumerate(value, 1):
            name = f"{self.prefix}{key}[{place}]"
            if isinstance(row, dict):
                found.append((name, Fields(row, f"{name}.", self.complaints)))
            else:
                self.complaints.refuse(f"{name} is {shown(row)}; write an object")
        return found


def as_text(value: Json) -> str | None:
    """Take a text that can be stored: half a surrogate pair cannot."""
    if not isinstance(value, str):
        return None
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return None
    return value


def as_line(value: Json) -> str | None:
    """Take a text of one line."""
    text = as_text(value)
    return None if text is None or _CONTROL.search(text) else text.strip()


def as_lines(value: Json) -> tuple[str, ...] | None:
    """Take a list of lines, or one; empty ones and repetitions fall away."""
    rows = value if isinstance(value, list) else [value]
    lines: dict[str, None] = {}
    for row in rows:
        line = as_line(row)
        if line is None:
            return None
        if line:
            lines[line] = None
    return tuple(lines)


def as_whole(value: Json, low: int) -> int | None:
    """Take a whole number from `low` on; 3.0 is 3."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= MOST:
        return value
    return None


def as_number(value: Json) -> float | None:
    """Take a number from 0 on."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= MOST:
        return value
    return None


def as_size(value: Json) -> int | None:
    """Take a size in bytes, not 0: a whole number, or a text with a unit of 1000 (MB) or 1024 (MiB, M)."""
    if not isinstance(value, str):
        return as_whole(value, 1)
    found = _SIZE.fullmatch(value.strip().lower())
    size = round(float(found[1]) * _UNITS[found[2]]) if found else 0
    return size if 0 < size <= MOST_BYTES else None


def as_seconds(value: Json) -> float | None:
    """Take a duration in seconds."""
    return parse_duration(value) if isinstance(value, str) else as_number(value)
