"""Moments and durations mean the same however people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.codec import moments as m


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01T00:00:01", 1000),
        ("1970-01-01 00:00:01.5", 1500),
        ("1970-01-01T00:00:01.123456789z", 1123),
        ("1970-01-01T02:00+02:00", 0),
        ("1969-12-31T22:00:00-0200", 0),
        ("1970-01-02", 86_400_000),
        ("1970-02-30", None),
        ("1970-01-01T25:00", None),
        ("1970-01-01T00:00+99:00", None),
        ("yesterday", None),
        ("", None),
        ("1970-01-01T00:00:01Z; rm", None),
    ],
)
def test_a_moment_without_zone_is_utc_and_nonsense_is_none(text: str, at: int | None) -> None:
    assert m.parse_moment(text) == at


@given(
    st.integers(0, 4_000_000_000_000),
    st.builds(m.Shape, st.sampled_from("T "), st.sampled_from([0, 3, 6]), st.sampled_from(["Z", "", "+02:00"])),
)
def test_a_moment_keeps_its_files_shape(at: int, shape: m.Shape) -> None:
    text = m.format_moment(at, shape)
    assert m.shape_of(text) == shape
    assert m.parse_moment(text) == (at if shape.decimals else at // 1000 * 1000)


def test_a_date_and_nonsense_have_no_shape() -> None:
    assert m.shape_of("2026-01-01") is None
    assert m.shape_of("soon") is None
    assert m.shape_of("2026-13-01T00:00:00Z") is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800),
        ("1h30m", 5400),
        ("14d", 1_209_600),
        ("6w", 3_628_800),
        (" 1.5H ", 5400),
        ("250ms", 0.25),
        ("1d 2h", 93_600),
        ("", None),
        ("10", None),
        ("m", None),
        ("-3m", None),
        ("9999999w", None),
        ("1h and more", None),
    ],
)
def test_durations_are_wall_time(text: str, seconds: float | None) -> None:
    assert m.parse_duration(text) == seconds


def test_estimates_are_work_time() -> None:
    assert m.parse_estimate("6w") == 6 * 5 * 8 * 3600
    assert m.parse_estimate("2d", day_s=6 * 3600) == 12 * 3600
    assert m.parse_estimate("1w", day_s=3600, week_days=4) == 4 * 3600


@given(st.integers(0, 10_000_000))
def test_durations_are_read_back(seconds: int) -> None:
    assert m.parse_duration(m.format_duration(seconds)) == seconds


def test_no_moment_is_written_as_nothing() -> None:
    assert (m.moment_or_none(1000), m.moment_or_none(0), m.moment_or_none(None)) == ("1970-01-01T00:00:01Z", None, None)
