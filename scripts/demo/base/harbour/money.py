"""Amounts are whole cents."""

from decimal import Decimal


def cents(text: str) -> int:
    """Read an amount such as "12.50"."""
    amount = Decimal(text) * 100
    if amount != amount.to_integral_value():
        raise ValueError(f"{text} has fractions of a cent")
    return int(amount)


def show(amount: int) -> str:
    """Write an amount such as 1250 as "12.50"."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"
