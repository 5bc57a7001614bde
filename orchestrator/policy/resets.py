"""When a limit resets, as the words of a final error say it. Pure: the moment it was said and the zone are arguments.

Never guesses: words that name no moment give None, and how long to wait then is somebody else's rule.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_JUST_NOW = timedelta(minutes=3)
"""A clock time is said without seconds: one that passed this lately means now, not tomorrow."""
_HALF = 12
_MILLISECONDS = 100_000_000_000
_CLOCK = re.compile(
    r"(?:resets?|try again|available again|retry)(?:\s+(?:at|on))?\s+"
    r"(?:(?P<month>[A-Z][a-z]{2})[a-z]*\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s*(?:(?P<year>\d{4}),?)?\s*(?:at\s+)?)?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?(?::\d\d)?\s?(?P<half>[ap])\.?m\b\.?(?:\s*\((?P<zone>[\w/+-]+)\))?",
    re.IGNORECASE,
)
_STAMP = re.compile(r"\b(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)")
_EPOCH = re.compile(r"limit reached\|(\d{10,13})\b", re.IGNORECASE)
_SPAN = re.compile(
    r"(?:resets?|reset after|try again|retry|retrying|wait)(?:\s+(?:in|after|for))?[\s:]+"
    r"(?P<span>(?:~?\d+(?:\.\d+)?\s*(?:days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|ms|[dhms])[\s,]*(?:and\s+)?)+)",
    re.IGNORECASE,
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|[dhms])", re.IGNORECASE)
_UNITS = {"ms": 1.0, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0, "d": 86_400_000.0}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def epoch_ms(value: float) -> int:
    """Give Unix milliseconds for a number that may be seconds or milliseconds."""
    return int(value if value >= _MILLISECONDS else value * 1000)


def reset_ms(text: str, at_ms: int, zone: tzinfo = UTC) -> int | None:
    """Find the moment a limit resets in an error said at `at_ms`; `zone` is where a bare clock time was read off."""
    epoch = _EPOCH.search(text)
    if epoch is not None:
        return epoch_ms(int(epoch[1]))
    clock = _CLOCK.search(text)
    if clock is not None:
        return _on_the_clock(clock, at_ms, zone)
    stamp = _STAMP.search(text)
    if stamp is not None and re.search(r"reset|again|until|retry", text, re.IGNORECASE):
        return _stamped(stamp[1], zone)
    span = _SPAN.search(text)
    return at_ms + _length_ms(span["span"]) if span is not None else None


def _on_the_clock(said: re.Match[str], at_ms: int, zone: tzinfo) -> int | None:
    there = _zone(said["zone"], zone)
    now = datetime.fromtimestamp(at_ms / 1000, there)
    hour = int(said["hour"]) % _HALF + (_HALF if said["half"].lower() == "p" else 0)
    if int(said["hour"]) > _HALF:
        return None
    try:
        moment = now.replace(hour=hour, minute=int(said["minute"] or 0), second=0, microsecond=0)
        if said["month"]:
            moment = _dated(said, moment, now)
        elif moment < now - _JUST_NOW:
            moment = _next_day(moment)
    except ValueError:  # the 31st of a short month, hour 25: not a moment
        return None
    return int(moment.timestamp() * 1000)


def _dated(said: re.Match[str], moment: datetime, now: datetime) -> datetime:
    month = said["month"].lower()
    if month not in _MONTHS:
        raise ValueError(month)
    year = int(said["year"]) if said["year"] else now.year
    moment = moment.replace(year=year, month=_MONTHS.index(month) + 1, day=int(said["day"]))
    past = moment < now - timedelta(days=180)
    return moment.replace(year=year + 1) if past and not said["year"] else moment


def _next_day(moment: datetime) -> datetime:
    """Give the same clock time tomorrow, also over a change of the clocks."""
    return (moment.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=moment.tzinfo)


def _zone(name: str | None, zone: tzinfo) -> tzinfo:
    if not name:
        return zone
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # KeyError: nobody knows such a zone
        return zone


def _stamped(text: str, zone: tzinfo) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp() * 1000)


def _length_ms(span: str) -> int:
    return int(sum(float(number) * _UNITS[unit.lower()] for number, unit in _PART.findall(span)))
