import pytest

from harbour.ledger import Ledger


def test_what_enters_one_account_leaves_another():
    ledger = Ledger()
    ledger.post("cash", "sales", 500)
    assert ledger.balance("cash") == 500
    assert ledger.balance("sales") == -500


def test_entries_are_positive():
    with pytest.raises(ValueError, match="-5 cents"):
        Ledger().post("cash", "sales", -5)
