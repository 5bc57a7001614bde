"""What was used and what may be used, in whole numbers: sums of them never drift. Chooses nothing.

Money is millionths of a USD (`micros`), time milliseconds. What people write and read, USD and seconds, is turned into
these at the edge, each amount once, and never added up as it is.
"""

import msgspec

MICROS = 1_000_000
"""Millionths in one USD."""
DAY_MS = 86_400_000


def micros(usd: float) -> int:
    """Turn USD into millionths, to the nearest."""
    return round(usd * MICROS)


def day_of(at: int) -> str:
    """Name the UTC day of a moment (milliseconds), as `Spent.days` does."""
    return str(at // DAY_MS)


def usd(amount: int) -> float:
    """Turn millionths into USD, to be shown."""
    return amount / MICROS


class Budget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hard limits of a task, a queue, a run or the project. `None` is no limit."""

    iterations: int | None = None
    usd: float | None = None
    per_day_usd: float | None = None
    """Of a day in UTC."""
    tokens: int | None = None
    wall_s: float | None = None
    """Seconds of agents' calls, those side by side each in full."""


class Spent(msgspec.Struct, kw_only=True):
    """What agents have used, for one task, one queue or the project."""

    iterations: int = 0
    micros: int = 0
    tokens: int = 0
    ms: int = 0
    unpriced: int = 0
    """Calls that used tokens whose price nobody knows: `micros` is too low by those."""
    days: dict[str, int] = {}
    """Millionths of a USD by day (days since the epoch, UTC)."""
