from datetime import date, datetime

from harbour.sailings import Sailing, Timetable

NOON = Sailing("N1", "Inishbeg", datetime(2031, 5, 4, 12, 0), 80, 2000)
EARLY = Sailing("E1", "Skerry", datetime(2031, 5, 4, 7, 30), 40, 1500)
LATER = Sailing("L1", "Skerry", datetime(2031, 5, 5, 7, 30), 40, 1500)


def test_a_sailing_is_found_by_its_code():
    assert Timetable([NOON, EARLY]).find("E1") == EARLY


def test_a_day_lists_its_sailings_in_order():
    assert Timetable([NOON, LATER, EARLY]).on(date(2031, 5, 4)) == [EARLY, NOON]
