"""Windows of the week as people write them: `22:00-06:00`, `mon-fri 18:00-24:00 Europe/Berlin`. Asks no clock."""

import re
from zoneinfo import ZoneInfo

from orchestrator.codec.canonical import Json
from orchestrator.codec.fields import Fields, as_lines
from orchestrator.model.hours import DAYS, Appointment, Window

REMEDY = 'write hours, as "22:00-06:00", "mon-fri 18:00-24:00" or "22:00-06:00 Europe/Berlin"'
_DAY = f"(?:{'|'.join(DAYS)})"
_RUN = rf"{_DAY}(?:\s*-\s*{_DAY})?"
_WINDOW = re.compile(
    rf"(?:(?P<days>{_RUN}(?:\s*,\s*{_RUN})*)\s+)?"
    r"(?P<start>\d{1,2}:\d\d)\s*-\s*(?P<end>\d{1,2}:\d\d)(?:\s+(?P<zone>[A-Za-z][\w/+-]*))?",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"(?:(?P<days>{_RUN}(?:\s*,\s*{_RUN})*)\s+)?(?P<at>\d{{1,2}}:\d\d)(?:\s+(?P<zone>[A-Za-z][\w/+-]*))?",
    re.IGNORECASE,
)
_MIDNIGHT = 24 * 60


def read_hours(fields: Fields, key: str = "hours") -> tuple[Window, ...]:
    """Read `hours`, or another member that is one window or a list of them."""
    nothing: tuple[Window, ...] = ()
    return fields.read(key, _windows, nothing, REMEDY)


def read_times(fields: Fields, key: str) -> tuple[Appointment, ...]:
    """Read a time of the day or the week, or a list of them."""
    nothing: tuple[Appointment, ...] = ()
    return fields.read(key, _appointments, nothing, 'write a time, as "09:00" or "mon-fri 09:00 Europe/Berlin"')


def _appointments(value: Json) -> tuple[Appointment, ...] | None:
    lines = as_lines(value)
    found = [_appointment(line) for line in lines or ()]
    return tuple(each for each in found if each) if lines and all(found) else None


def _appointment(text: str) -> Appointment | None:
    found = _TIME.fullmatch(text)
    minute = _minutes(found["at"]) if found else None
    zone = (found["zone"] or "") if found else ""
    if found is None or minute is None or minute == _MIDNIGHT or not _known(zone):
        return None
    return Appointment(minute=minute, days=_days(found["days"]), zone=zone)


def _windows(value: Json) -> tuple[Window, ...] | None:
    lines = as_lines(value)
    windows = [_window(line) for line in lines or ()]
    return tuple(window for window in windows if window) if lines and all(windows) else None


def _window(text: str) -> Window | None:
    found = _WINDOW.fullmatch(text)
    if found is None:
        return None
    start, end = _minutes(found["start"]), _minutes(found["end"])
    zone = found["zone"] or ""
    if start is None or end is None or start in {_MIDNIGHT, end} or not _known(zone):
        return None
    return Window(start=start, end=end, days=_days(found["days"]), zone=zone, text=text)


def _minutes(clock: str) -> int | None:
    hours, minutes = map(int, clock.split(":"))
    total = hours * 60 + minutes
    return total if minutes < 60 and total <= _MIDNIGHT else None  # noqa: PLR2004 - minutes of an hour


def _days(text: str | None) -> tuple[int, ...]:
    if not text:
        return tuple(range(len(DAYS)))
    found: set[int] = set()
    for part in text.lower().split(","):
        run = [DAYS.index(word.strip()) for word in part.split("-")]
        found |= set(_around(run[0], run[-1]))
    return tuple(sorted(found))


def _around(first: int, last: int) -> range | tuple[int, ...]:
    """Give the days from one to another; `fri-mon` goes over the weekend."""
    return range(first, last + 1) if first <= last else (*range(first, len(DAYS)), *range(last + 1))


def _known(zone: str) -> bool:
    try:
        return not zone or ZoneInfo(zone) is not None
    except (KeyError, ValueError, OSError):  # KeyError: nobody knows such a zone
        return False
