"""The wall clock. Waits re-read it, so that a machine that was suspended loses nothing."""

import time

import anyio

_LOOK_AGAIN_S = 30.0


class WallClock:
    """Milliseconds since the epoch, as the system has them."""

    def now(self) -> int:
        """Read the clock."""
        return time.time_ns() // 1_000_000  # noqa: TID251 - this is the one place time comes from

    async def sleep_until(self, at: int) -> None:
        """Return once the clock reads `at`: sleeps are short enough to notice a jump or a suspended night."""
        while (left := at - self.now()) > 0:  # noqa: ASYNC110 - time itself is waited for, there is no event
            await anyio.sleep(min(left / 1000, _LOOK_AGAIN_S))
