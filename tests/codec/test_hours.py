"""Windows of the week are read as people write them, or refused with what to write."""

import pytest

from orchestrator.codec.canonical import Json
from orchestrator.codec.fields import Complaints, Fields
from orchestrator.codec.hours import read_hours, read_times
from orchestrator.errors import InvalidInputError
from orchestrator.model.hours import Appointment, Window

WEEK = (0, 1, 2, 3, 4, 5, 6)


def read(value: Json) -> tuple[Window, ...]:
    complaints = Complaints("orchestrator.toml")
    found = read_hours(Fields({"hours": value}, "agents.a.", complaints))
    complaints.settle()
    return found


@pytest.mark.parametrize(
    ("text", "start", "end", "days", "zone"),
    [
        ("22:00-06:00", 1320, 360, WEEK, ""),
        ("0:00 - 24:00", 0, 1440, WEEK, ""),
        ("mon-fri 18:30-24:00", 1110, 1440, (0, 1, 2, 3, 4), ""),
        ("Sat,sun 00:00-24:00", 0, 1440, (5, 6), ""),
        ("fri-mon 08:00-09:00", 480, 540, (0, 4, 5, 6), ""),
        ("mon,wed-thu 08:00-09:00 UTC", 480, 540, (0, 2, 3), "UTC"),
        ("22:00-06:00 Europe/Berlin", 1320, 360, WEEK, "Europe/Berlin"),
    ],
)
def test_a_window_is_read(text: str, start: int, end: int, days: tuple[int, ...], zone: str) -> None:
    assert read(text) == (Window(start=start, end=end, days=days, zone=zone, text=text),)


def test_there_may_be_several_or_none() -> None:
    assert [window.text for window in read(["sat 08:00-09:00", "sun 10:00-11:00"])] == [
        *("sat 08:00-09:00", "sun 10:00-11:00")
    ]
    assert read(None) == ()


@pytest.mark.parametrize(
    "value",
    [
        *("at night", "22-6", "22:00-22:00", "24:00-06:00", "22:00-25:00", "22:60-06:00", "22:00-06:00 Mars/Olympus"),
        *(
            "xyz 22:00-06:00",
            "mon-tue-wed 22:00-06:00",
            "22:00-06:00 ../../etc/passwd",
            [],
            ["22:00-06:00", "later"],
            22,
            ["22:00-06:00", 1],
        ),
    ],
)
def test_what_is_no_window_is_refused_with_what_to_write(value: Json) -> None:
    with pytest.raises(InvalidInputError, match=r"agents\.a\.hours is .*; write hours, as"):
        read(value)


def times(value: Json) -> tuple[Appointment, ...]:
    complaints = Complaints("orchestrator.toml")
    found = read_times(Fields({"standup": value}, "notify.", complaints), "standup")
    complaints.settle()
    return found


def test_a_time_is_read() -> None:
    assert times("09:00") == (Appointment(minute=540),)
    assert times(["mon-fri 9:30 Europe/Berlin", "sat 00:00"]) == (
        Appointment(minute=570, days=(0, 1, 2, 3, 4), zone="Europe/Berlin"),
        Appointment(minute=0, days=(5,)),
    )
    assert times(None) == ()


@pytest.mark.parametrize("text", ["9", "24:00", "25:00", "09:60", "09:00 Nowhere/Land", "someday 09:00", 9, []])
def test_what_is_no_time_is_refused(text: Json) -> None:
    with pytest.raises(InvalidInputError, match=r"notify\.standup is .*; write a time"):
        times(text)
