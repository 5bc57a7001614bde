"""When windows are open, over midnight, over the week, over changes of the clocks, in any zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.model.hours import Window
from orchestrator.policy.hours import opens, said

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Window(start=22 * 60, end=6 * 60, text="22:00-06:00")
WEEKEND = Window(start=0, end=24 * 60, days=(5, 6), text="sat,sun 00:00-24:00")


def at(text: str, zone: ZoneInfo | None = None) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone or UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2026-03-02T21:59:59", "2026-03-02T22:00"),
        ("2026-03-02T22:00:00", None),
        ("2026-03-03T00:00:00", None),
        ("2026-03-03T05:59:59", None),
        ("2026-03-03T06:00:00", "2026-03-03T22:00"),
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_it_begins_on(now: str, opening: str | None) -> None:
    assert opens((NIGHT,), at(now), UTC) == (at(opening) if opening else None)


def test_days_of_the_week_count_and_a_window_to_24_00_ends_with_the_day() -> None:
    assert opens((WEEKEND,), at("2026-03-06T23:59"), UTC) == at("2026-03-07T00:00")
    assert opens((WEEKEND,), at("2026-03-08T23:59:59"), UTC) is None
    assert opens((WEEKEND,), at("2026-03-09T00:00"), UTC) == at("2026-03-14T00:00")


def test_of_several_the_first_to_open_counts_and_none_is_always() -> None:
    assert opens((WEEKEND, NIGHT), at("2026-03-02T12:00"), UTC) == at("2026-03-02T22:00")
    assert opens((WEEKEND, NIGHT), at("2026-03-07T12:00"), UTC) is None
    assert opens((), at("2026-03-02T12:00"), UTC) is None
    assert said((WEEKEND, NIGHT)) == "sat,sun 00:00-24:00, 22:00-06:00"


def test_a_zone_of_its_own_goes_before_the_machines() -> None:
    there = Window(start=22 * 60, end=6 * 60, zone="Asia/Kolkata", text="x")
    assert opens((there,), at("2026-03-02T12:00"), UTC) == at("2026-03-02T16:30")
    assert opens((NIGHT,), at("2026-03-02T12:00"), BERLIN) == at("2026-03-02T21:00")


def test_the_clock_on_the_wall_counts_when_clocks_are_changed() -> None:
    early = Window(start=2 * 60 + 30, end=4 * 60, text="02:30-04:00")
    assert opens((early,), at("2026-03-28T12:00"), BERLIN) == at("2026-03-29T01:30")  # no 02:30 that night: 03:30
    assert opens((NIGHT,), at("2026-10-25T00:30", BERLIN), BERLIN) is None
    assert opens((NIGHT,), at("2026-10-25T05:30", BERLIN), BERLIN) is None
    assert opens((NIGHT,), at("2026-10-25T06:00", BERLIN), BERLIN) == at("2026-10-25T22:00", BERLIN)


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - hypothesis wants bounds without a zone
    start=st.integers(0, 1439),
    length=st.integers(1, 1439),
    days=st.sets(st.integers(0, 6), min_size=1),
)
def test_it_is_open_when_it_says_it_opens_and_shut_just_before(
    now: datetime, start: int, length: int, days: set[int]
) -> None:
    window = Window(start=start, end=(start + length) % 1440, days=tuple(days), text="w")
    moment = round(now.replace(tzinfo=UTC).timestamp() * 1000)
    opening = opens((window,), moment, UTC)
    if opening is not None:
        assert moment < opening <= moment + 8 * timedelta(days=1) // timedelta(milliseconds=1)
        assert opens((window,), opening, UTC) is None
        assert opens((window,), opening - 1, UTC) == opening
