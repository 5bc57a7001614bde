from datetime import datetime

from harbour.quote_page import quote_page
from harbour.sailings import Sailing

SAILING = Sailing("S1", "Skerry", datetime(2031, 5, 4, 7, 30), 40, 1500)


def test_the_quote_names_route_and_departure():
    assert quote_page(SAILING, adults=1).splitlines()[0] == "Skerry, 4 May 2031, 07:30"


def test_each_kind_of_passenger_has_a_line():
    assert quote_page(SAILING, adults=2, children=1, seniors=1).splitlines()[1:] == [
        "2 x adult   15.00    30.00",
        "1 x child    7.50     7.50",
        "1 x senior   9.75     9.75",
        "Total                47.25",
    ]


def test_kinds_nobody_belongs_to_are_left_out():
    assert quote_page(SAILING, adults=1).splitlines()[1:] == [
        "1 x adult   15.00    15.00",
        "Total                15.00",
    ]
