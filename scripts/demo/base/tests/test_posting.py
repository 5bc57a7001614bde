from harbour.bookings import Booking
from harbour.ledger import Ledger
from harbour.posting import post_refund, post_sale

PARTY = Booking(1, "S1", "Ada", 2, 0, 0, 3000)


def test_a_sale_is_cash_in():
    ledger = Ledger()
    post_sale(ledger, PARTY)
    assert ledger.balance("cash") == 3000
    assert ledger.balance("sales") == -3000


def test_a_refund_is_cash_out_and_shows_as_refunds():
    ledger = Ledger()
    post_sale(ledger, PARTY)
    post_refund(ledger, PARTY, 1500)
    assert ledger.balance("cash") == 1500
    assert ledger.balance("sales") == -3000
    assert ledger.balance("refunds") == 1500


def test_a_refund_of_nothing_posts_nothing():
    ledger = Ledger()
    post_refund(ledger, PARTY, 0)
    assert ledger.entries == []
