"""Moments and durations as people write them: ISO 8601 with or without a zone, `14d`, `1h30m`. Never asks a clock."""

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from orchestrator.model.wording import format_seconds

_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:([T ])(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d\d(?::?\d\d)?)?)?\Z",
    re.ASCII,
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)\s*", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
MINUTE, HOUR, DAY, WEEK = 60.0, 3600.0, 86_400.0, 604_800.0
_WALL = {"ms": 0.001, "s": 1.0, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
_LONGEST = 100 * 366 * DAY


class Shape(NamedTuple):
    """How a file writes its moments: the letter between date and time, decimals of a second, the zone."""

    letter: str = "T"
    decimals: int = 0
    zone: str = "Z"


def parse_moment(text: str) -> int | None:
    """Read a moment as milliseconds since the epoch; without a zone it is UTC. `None`: it is not one."""
    found = _MOMENT.match(text.strip())
    if found is None:
        return None
    year, month, day, _, hour, minute, second, decimals, zone = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((decimals or "0")[:6].ljust(6, "0")),
            tzinfo=_zone(zone or "Z"),
        )
    except ValueError:
        return None
    return (moment - _EPOCH) // _MILLISECOND


def _zone(text: str) -> timezone:
    if text in {"Z", "z"}:
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def shape_of(text: str) -> Shape | None:
    """Say how a moment is written. `None`: it is not one, or only a date."""
    found = _MOMENT.match(text.strip())
    if found is None or found[4] is None or parse_moment(text) is None:
        return None
    return Shape(found[4], min(len(found[8] or ""), 6), found[9] or "")


def format_moment(at: int, shape: Shape | None = None) -> str:
    """Write milliseconds since the epoch, as RFC 3339 in UTC to the second, or in the given shape."""
    letter, decimals, zone = shape or Shape()
    moment = (_EPOCH + timedelta(milliseconds=at)).astimezone(_zone(zone or "Z"))
    text = moment.strftime(f"%Y-%m-%d{letter}%H:%M:%S").rjust(19, "0")
    fraction = f".{moment.microsecond:06d}"[: decimals + 1] if decimals else ""
    return f"{text}{fraction}{zone}"


def moment_or_none(at: int | None) -> str | None:
    """Write a moment as RFC 3339, or nothing where there is none (0 too: nothing of ours happened in 1970)."""
    return format_moment(at) if at else None


def parse_duration(text: str) -> float | None:
    """Read wall time (`30m`, `14d`, `1h30m`) as seconds. `None`: it is not a duration."""
    return _sum(text, _WALL)


def parse_estimate(text: str, *, day_s: float = 8 * HOUR, week_days: float = 5) -> float | None:
    """Read work time as seconds: a day is `day_s` long, a week has `week_days` of them."""
    return _sum(text, {**_WALL, "d": day_s, "w": day_s * week_days})


def _sum(text: str, units: dict[str, float]) -> float | None:
    rest, total = text.strip().lower(), 0.0
    if not rest:
        return None
    while rest:
        found = _PART.match(rest)
        if found is None:
            return None
        total += float(found[1]) * units[found[2]]
        rest = rest[found.end() :]
    return total if math.isfinite(total) and total <= _LONGEST else None


def format_duration(seconds: float) -> str:
    """Write wall time shortly: `1h30m`, `14d`, `0s`; parts below a second are dropped."""
    return format_seconds(int(seconds))
