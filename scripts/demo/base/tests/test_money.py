import pytest

from harbour.money import cents, show


def test_amounts_are_read_as_cents():
    assert cents("12.50") == 1250
    assert cents("3") == 300


def test_fractions_of_a_cent_are_refused():
    with pytest.raises(ValueError, match="fractions"):
        cents("0.005")


def test_amounts_are_shown_with_two_digits():
    assert show(1250) == "12.50"
    assert show(-5) == "-0.05"
