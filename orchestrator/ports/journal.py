"""The seam under which the truth is stored."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from orchestrator.model.events import Commit, Event


class Journal(Protocol):
    """An append-only, totally ordered, durable list of commits shared by equal peers."""

    async def append(self, events: Sequence[Event], *, expected: int, by: str, at: int, commit_id: str) -> Commit:
        """Store one commit at `expected + 1` exactly if the head is `expected`; return when it is durable.

        Raises ConflictError: not stored and never will be (catch up, decide again). JournalError: the store cannot
        take it (damage, failed sync, no space) and the process must stop appending. Retrying with the same id and
        expected is safe: a commit of ours already there is returned. A cancelled append is resolved by that retry.
        """
        ...

    async def read(self, after: int) -> Sequence[Commit]:
        """Give the commits after `after` up to the head at call time, in order, without holes."""
        ...

    async def wait(self, after: int) -> None:
        """Return once the head is beyond `after`; woken, never polling."""
        ...


class Presence(Protocol):
    """Which processes are alive: a held lock, not a guess from a file's age."""

    def peers(self) -> Mapping[str, tuple[str, ...] | None]:
        """Give every live process and the queues it serves (None: all), our own included."""
        ...

    async def changed(self) -> None:
        """Return when a process may have come or gone; woken, never polling."""
        ...
