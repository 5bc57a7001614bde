"""What a party pays."""

CHILD_PERCENT = 50
SENIOR_PERCENT = 65
GROUP_PERCENT = 90
GROUP_SIZE = 10


def share(amount: int, percent: int) -> int:
    """Give a percentage of an amount in whole cents."""
    return round(amount * percent / 100)


def party_fare(fare: int, *, adults: int = 0, children: int = 0, seniors: int = 0) -> int:
    """Give what a party pays at this adult fare."""
    return adults * fare + children * share(fare, CHILD_PERCENT) + seniors * share(fare, SENIOR_PERCENT)
