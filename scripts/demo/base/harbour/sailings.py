"""Which ferries leave when, for where, with how many seats."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Sailing:
    """One departure. `fare` is what one adult pays, in cents."""

    code: str
    route: str
    departs: datetime
    seats: int
    fare: int


class Timetable:
    """All sailings, by code."""

    def __init__(self, sailings: list[Sailing]) -> None:
        self._sailings = {sailing.code: sailing for sailing in sailings}

    def find(self, code: str) -> Sailing:
        """Give a sailing; KeyError if there is none of that code."""
        return self._sailings[code]

    def on(self, day: date) -> list[Sailing]:
        """Give the sailings of a day in order of departure."""
        todays = [sailing for sailing in self._sailings.values() if sailing.departs.date() == day]
        return sorted(todays, key=lambda sailing: (sailing.departs, sailing.code))
