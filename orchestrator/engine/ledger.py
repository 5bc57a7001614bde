"""The world kept level with the journal, and the one way to add to it.

Rules
1. A decision is made on the world at `seq` N and appended expecting N. On conflict nothing was stored: catch up, decide
   again. There is no other way to write.
2. Within a process decisions are made one at a time; between processes the journal's compare-and-swap decides.
3. A full disk loses nothing: the decision is made again when there is room, and nothing new starts until then.
"""

from collections.abc import Callable, Iterable, Sequence

import anyio

from orchestrator.errors import ConflictError, DiskFullError, JournalError
from orchestrator.model import events as e
from orchestrator.model.commands import Refusal
from orchestrator.model.fold import apply
from orchestrator.model.world import World
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.decide import Answer
from orchestrator.policy.seat import Seat
from orchestrator.ports.journal import Journal
from orchestrator.ports.time import Clock, Ids

Observer = Callable[[World, Sequence[e.Commit], Iterable[str]], None]
"""Takes the world after the commits, the commits, and the names they touched."""

Rider = Callable[[World, tuple[e.Event, ...], int], tuple[e.Event, ...]]
"""Gives what stands in the same commit because of these events, decided on the world before them."""

FULL_DISK_RETRY_MS, FULL_DISK_REST_MS = 2000, 30_000
"""After what time a commit that found no room is tried again; for how long nothing is begun that can wait."""


def _nothing(_world: World, _events: tuple[e.Event, ...], _now: int) -> tuple[e.Event, ...]:
    return ()


class Ledger:
    """One process's view of the truth. `observers` see every commit once, in order, after it is folded.

    What the `rider` adds to a commit stands or falls with it.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        ids: Ids,
        by: str,
        world: World | None = None,
        seat: Callable[[World], Seat] | None = None,
    ) -> None:
        self.journal, self.clock, self.by = journal, clock, by
        self.world = world if world is not None else World()
        self._seat = seat
        self._agenda: Agenda | None = None
        self.observers: list[Observer] = []
        self.rider: Rider = _nothing
        self._full_until = 0
        self._failed: JournalError | None = None
        self._ids = ids
        self._lock = anyio.Lock()

    @property
    def agenda(self) -> Agenda:
        """The index over the world that claims are made from: made on first use, since who only reads needs none."""
        if self._agenda is None:
            self._agenda = Agenda(self._seat)
            self._agenda.update(self.world, ())
        return self._agenda

    @property
    def full_until(self) -> int | None:
        """Until when the disk is taken to be full; None: there is room, or it is time to find out."""
        return self._full_until if self._full_until > self.clock.now() else None

    async def catch_up(self) -> None:
        """Fold what others have appended since."""
        async with self._lock:
            await self._catch_up()

    async def _catch_up(self) -> None:
        commits = await self.journal.read(self.world.seq)
        if commits:
            self._fold(commits)

    def _fold(self, commits: Sequence[e.Commit]) -> None:
        for commit in commits:
            apply(self.world, commit)
        touched, self.world.touched = self.world.touched, {}
        if self._agenda is not None:
            self._agenda.update(self.world, touched)
        for observer in self.observers:
            observer(self.world, commits, tuple(touched))

    async def commit(self, decide: Callable[[World], Answer]) -> Answer:
        """Decide on the current world and append what was decided; nothing decided is nothing appended.

        Returns the events that now stand in the journal, or the refusal. Raises JournalError when the journal cannot
        take it, and ever after: what stands in it is for the next start to read.
        """
        async with self._lock:
            if self._failed is not None:  # who waited for the lock may get it before it is told to stop
                raise JournalError(str(self._failed)) from self._failed
            while True:
                await self._catch_up()
                answer = decide(self.world)
                if isinstance(answer, Refusal) or not answer:
                    return answer
                answer = (*answer, *self.rider(self.world, answer, self.clock.now()))
                if await self._append(answer):
                    return answer

    async def _append(self, events: tuple[e.Event, ...]) -> bool:
        commit_id, expected = self._ids.new(), self.world.seq
        try:
            commit = await self.journal.append(
                events, expected=expected, by=self.by, at=self.clock.now(), commit_id=commit_id
            )
        except ConflictError:
            return False
        except DiskFullError:
            await self.clock.sleep_until(self.clock.now() + FULL_DISK_RETRY_MS)
            self._full_until = self.clock.now() + FULL_DISK_REST_MS
            return False
        except JournalError as error:
            self._failed = error
            raise
        self._full_until = 0
        self._fold([commit])
        return True
