"""How bookings reach the ledger."""

from harbour.bookings import Booking
from harbour.ledger import Ledger


def post_sale(ledger: Ledger, booking: Booking) -> None:
    """Record what a party paid."""
    ledger.post("cash", "sales", booking.paid)


def post_refund(ledger: Ledger, booking: Booking, refund: int) -> None:
    """Record what a party got back."""
    ledger.post("cash", "sales", refund)
