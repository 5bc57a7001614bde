"""Time and identity of the simulation: a wall clock over the loop's virtual time, and names that are counted."""

import anyio

EPOCH = 1_767_225_600_000
"""2026-01-01T00:00:00Z in milliseconds: when every simulation begins."""


class VirtualClock:
    """`ports.time.Clock` over the running loop's time. Can jump, as wall clocks do; the loop's own time never does."""

    def __init__(self, epoch: int = EPOCH) -> None:
        self._skew = epoch
        self._jumped = anyio.Event()

    def now(self) -> int:
        """Read the wall clock, in milliseconds since the epoch."""
        return self._skew + round(anyio.current_time() * 1000)

    async def sleep_until(self, at: int) -> None:
        """Return once the wall clock reads `at` or later, however it comes to read it."""
        while (left := at - self.now()) > 0:
            with anyio.move_on_after(left / 1000):
                await self._jumped.wait()

    def jump(self, milliseconds: int) -> None:
        """Move the wall clock (negative: back) and let sleepers read it again."""
        self._skew += milliseconds
        told, self._jumped = self._jumped, anyio.Event()
        told.set()


class CountedIds:
    """`ports.time.Ids`: a prefix and a number. Never gives the same one twice."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._given = 0

    def new(self) -> str:
        """Give the next."""
        self._given += 1
        return f"{self._prefix}-{self._given:06d}"
