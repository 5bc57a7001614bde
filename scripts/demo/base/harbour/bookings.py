"""Who travels on which sailing."""

from dataclasses import dataclass

from harbour.fares import party_fare
from harbour.sailings import Timetable


class SoldOutError(Exception):
    """The party does not fit on the sailing any more."""


@dataclass(frozen=True)
class Booking:
    """One party on one sailing. `paid` is in cents."""

    number: int
    sailing: str
    name: str
    adults: int
    children: int
    seniors: int
    paid: int

    @property
    def people(self) -> int:
        """Count the party."""
        return self.adults + self.children + self.seniors


class BookingDesk:
    """Takes bookings and numbers them from 1."""

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._bookings: dict[int, Booking] = {}
        self._last = 0

    def book(self, sailing: str, name: str, *, adults: int = 0, children: int = 0, seniors: int = 0) -> int:
        """Book a party on a sailing and give the booking's number."""
        fare = self._timetable.find(sailing).fare
        paid = party_fare(fare, adults=adults, children=children, seniors=seniors)
        self._last += 1
        self._bookings[self._last] = Booking(self._last, sailing, name, adults, children, seniors, paid)
        return self._last

    def find(self, number: int) -> Booking:
        """Give a booking; KeyError if there is none of that number."""
        return self._bookings[number]

    def on(self, sailing: str) -> list[Booking]:
        """Give the bookings of a sailing by number."""
        return [booking for booking in self._bookings.values() if booking.sailing == sailing]

    def free_seats(self, sailing: str) -> int:
        """Count the seats that are left on a sailing."""
        return self._timetable.find(sailing).seats - len(self.on(sailing))
