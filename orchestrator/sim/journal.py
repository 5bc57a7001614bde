"""A journal that is slow, wakes for nothing, fills up, and sometimes stores a commit and does not say so.

It stands before a real one and never invents: a conflict is a conflict of the journal behind it.
"""

from collections.abc import Callable, Sequence

import anyio

from orchestrator.errors import DiskFullError, JournalError
from orchestrator.model.events import Commit, Event
from orchestrator.ports.journal import Journal
from orchestrator.sim.chaos import Chaos, Pace


class FaultyJournal:
    """`ports.journal.Journal` as one process meets it. `observe` sees each commit stored here, once, when it is."""

    def __init__(
        self,
        behind: Journal,
        chaos: Chaos | None = None,
        *,
        observe: Callable[[Commit], None] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._behind, self._chaos, self._pace = behind, chaos or Chaos(), pace or Pace()
        self._observe = observe
        self._broken = False

    async def append(self, events: Sequence[Event], *, expected: int, by: str, at: int, commit_id: str) -> Commit:
        """Store one commit, sooner or later; after a failed sync every further append is refused."""
        if self._broken:
            raise AssertionError(
                f"{by} appends after its journal failed: it must stop, its next start reads what is there"
            )
        await self._linger()
        if self._chaos.strikes("journal.full"):
            raise DiskFullError("no space left for the commit: make room, it is tried again")
        if self._chaos.strikes("journal.refused"):
            self._broken = True
            raise JournalError("cannot sync the journal: input/output error")
        commit = await self._behind.append(events, expected=expected, by=by, at=at, commit_id=commit_id)
        if self._observe is not None:
            self._observe(commit)
        if self._chaos.strikes("journal.unknown"):
            self._broken = True
            raise JournalError("cannot sync the journal after writing: input/output error")
        await self._linger()
        return commit

    async def read(self, after: int) -> Sequence[Commit]:
        """Give the commits after `after`."""
        if self._chaos.strikes("journal.slow"):
            await anyio.sleep(self._chaos.between(0, 20))
        return await self._behind.read(after)

    async def wait(self, after: int) -> None:
        """Return once the head is beyond `after`, or for nothing."""
        if self._chaos.strikes("journal.spurious"):
            await self._linger()
            return
        await self._behind.wait(after)

    async def _linger(self) -> None:
        await self._chaos.linger(self._pace.low, self._pace.high)
