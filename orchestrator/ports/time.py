"""Time and identity as arguments."""

from typing import Protocol


class Clock(Protocol):
    """Wall time, milliseconds since the epoch (UTC)."""

    def now(self) -> int:
        """Read the wall clock."""
        ...

    async def sleep_until(self, at: int) -> None:
        """Return once the wall clock reads `at` or later; re-reads it, so a suspended machine loses nothing."""
        ...


class Ids(Protocol):
    """Fresh, unique, short names."""

    def new(self) -> str:
        """Give an id nobody had before."""
        ...
