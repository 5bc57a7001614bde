"""The page that tells a party what it will pay."""

from harbour.fares import party_fare
from harbour.money import show
from harbour.sailings import Sailing


def quote_page(sailing: Sailing, *, adults: int = 0, children: int = 0, seniors: int = 0) -> str:
    """Write the quote as text."""
    total = party_fare(sailing.fare, adults=adults, children=children, seniors=seniors)
    return f"{sailing.route}\nTotal {show(total)}\n"
