"""What triggers do outside, in memory: a ledger by key. Repeats are seen, as the real world would see them."""

from collections import Counter

from orchestrator.ports.actions import Record
from orchestrator.sim.chaos import Chaos, Pace


class MemoryActions:
    """`ports.actions.Actions`: succeeds, or fails now and then and says so."""

    def __init__(self, chaos: Chaos | None = None, pace: Pace | None = None) -> None:
        self.succeeded: Counter[str] = Counter()
        self._chaos, self._pace = chaos or Chaos(), pace or Pace()

    async def run(self, key: str, action: str, task: str = "") -> tuple[bool, str]:  # noqa: ARG002 - the port's signature
        """Take some time; note a success under its key."""
        await self._chaos.linger(self._pace.low, self._pace.high)
        if self._chaos.strikes("action"):
            return False, f"{action} ended with status 1"
        self.succeeded[key] += 1
        return True, ""

    async def write(self, record: Record) -> tuple[bool, str]:
        """Take some time; note a success under its key."""
        return await self.run(record.key, record.spec.path)
