from datetime import datetime

import pytest

from harbour.bookings import BookingDesk, SoldOutError
from harbour.sailings import Sailing, Timetable


@pytest.fixture
def desk():
    return BookingDesk(Timetable([Sailing("S1", "Skerry", datetime(2031, 5, 4, 7, 30), 6, 1500)]))


def test_bookings_are_numbered_and_found(desk):
    first = desk.book("S1", "Ada", adults=2)
    assert first == 1
    assert desk.find(first).paid == 3000


def test_free_seats_count_people_not_bookings(desk):
    desk.book("S1", "Ada", adults=2, children=1)
    assert desk.free_seats("S1") == 3


def test_a_party_that_just_fits_is_taken(desk):
    desk.book("S1", "Ada", adults=4)
    desk.book("S1", "Ben", adults=2)
    assert desk.free_seats("S1") == 0


def test_a_party_that_does_not_fit_is_refused_and_nothing_is_booked(desk):
    desk.book("S1", "Ada", adults=4)
    with pytest.raises(SoldOutError, match="S1 has 2 seats left"):
        desk.book("S1", "Cleo", adults=3)
    assert [booking.name for booking in desk.on("S1")] == ["Ada"]


def test_nobody_is_no_party(desk):
    with pytest.raises(ValueError, match="at least one"):
        desk.book("S1", "Nobody")
