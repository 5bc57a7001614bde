"""When a window of the week is open, and when it opens next. Pure: the moment and the machine's zone are arguments."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from orchestrator.model.hours import Appointment, Window

_WEEK = 8
"""Days to look ahead: the same day of the next week included."""


def opens(windows: tuple[Window, ...], now: int, zone: tzinfo) -> int | None:
    """Give the moment (milliseconds) the first of them opens; None where one is open now, or there are none."""
    coming: list[int] = []
    for window in windows:
        for start, end in _spans(window, now, zone):
            if start <= now < end:
                return None
            if start > now:
                coming.append(start)
    return min(coming, default=None)


def closes(windows: tuple[Window, ...], now: int, zone: tzinfo) -> int | None:
    """Give the moment (milliseconds) the last of those that are open now closes; None where none is."""
    spans = (span for window in windows for span in _spans(window, now, zone))
    return max((end for start, end in spans if start <= now < end), default=None)


def last(appointments: tuple[Appointment, ...], now: int, zone: tzinfo) -> int | None:
    """Give the latest of these times that has come; None where there are none."""
    return max((at for at in _times(appointments, now, zone) if at <= now), default=None)


def coming(appointments: tuple[Appointment, ...], now: int, zone: tzinfo) -> int | None:
    """Give the next of these times."""
    return min((at for at in _times(appointments, now, zone) if at > now), default=None)


def _times(appointments: tuple[Appointment, ...], now: int, zone: tzinfo) -> Iterator[int]:
    """Give these times from a week ago to a week ahead."""
    for each in appointments:
        there = ZoneInfo(each.zone) if each.zone else zone
        today = datetime.fromtimestamp(now / 1000, there).date()
        for ahead in range(-_WEEK, _WEEK + 1):
            day = today + timedelta(days=ahead)
            if day.weekday() in each.days:
                yield _at(day, each.minute, there)


def said(windows: tuple[Window, ...]) -> str:
    """Write windows as people did."""
    return ", ".join(window.text for window in windows)


def _spans(window: Window, now: int, zone: tzinfo) -> Iterator[tuple[int, int]]:
    """Give when the window is open, from the one that may have begun yesterday on."""
    there = ZoneInfo(window.zone) if window.zone else zone
    today = datetime.fromtimestamp(now / 1000, there).date()
    for ahead in range(-1, _WEEK):
        day = today + timedelta(days=ahead)
        if day.weekday() in window.days:
            yield _at(day, window.start, there), _at(_last(day, window), window.end, there)


def _last(day: date, window: Window) -> date:
    return day + timedelta(days=1) if window.end <= window.start else day


def _at(day: date, minutes: int, zone: tzinfo) -> int:
    """Give the moment a clock there shows so many minutes; also where the clocks are changed that night."""
    days, left = divmod(minutes, 24 * 60)
    clock = datetime.combine(day + timedelta(days=days), time(left // 60, left % 60), zone)
    return round(clock.timestamp() * 1000)
