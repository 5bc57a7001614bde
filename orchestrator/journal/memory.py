"""The journal in memory: the same promises within one event loop. Never durable beyond the process.

Lines are made by the codec, so hashes are real and what could not be written to a file cannot be kept here either.
"""

from collections.abc import Sequence

import anyio
import anyio.lowlevel

from orchestrator.codec.lines import GENESIS, decode, encode, line_hash
from orchestrator.errors import ConflictError
from orchestrator.model.events import Commit, Event


class MemoryStore:
    """What peers share: the lines, and who waits for more."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.grown: anyio.Event | None = None


class MemoryJournal:
    """One peer's door to a store; make the next peer's with `peer`."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()

    def peer(self) -> "MemoryJournal":
        """Give another process its door to the same journal."""
        return MemoryJournal(self.store)

    @property
    def head(self) -> int:
        """The last commit there is."""
        return len(self.store.lines)

    @property
    def head_hash(self) -> str:
        """The hash of the line at `head`."""
        return line_hash(self.store.lines[-1]) if self.store.lines else GENESIS

    async def append(self, events: Sequence[Event], *, expected: int, by: str, at: int, commit_id: str) -> Commit:
        """Store one commit at `expected + 1` exactly if the head is `expected`. Raises ConflictError."""
        await anyio.lowlevel.checkpoint()  # others get their turn before the comparison, never after it
        if self.head != expected:
            return self._resolve(expected, commit_id)
        commit = Commit(seq=expected + 1, id=commit_id, prev=self.head_hash, at=at, by=by, events=tuple(events))
        self.store.lines.append(encode(commit))
        if self.store.grown is not None:
            self.store.grown.set()
            self.store.grown = None
        return commit

    def _resolve(self, expected: int, commit_id: str) -> Commit:
        if self.head < expected:
            raise ConflictError(f"commit {expected + 1} cannot follow {self.head}")
        stored = decode(self.store.lines[expected])
        if stored.id != commit_id:
            raise ConflictError(f"commit {expected + 1} is another's ({stored.id} by {stored.by})")
        return stored

    async def read(self, after: int) -> Sequence[Commit]:
        """Give the commits after `after`, in order."""
        return [decode(line) for line in self.store.lines[after:]]

    async def hash_at(self, seq: int) -> str | None:
        """Give the hash of the line of commit `seq`; None if there is none (yet)."""
        return line_hash(self.store.lines[seq - 1]) if 0 < seq <= self.head else None

    async def wait(self, after: int) -> None:
        """Return once the head is beyond `after`."""
        while self.head <= after:
            if self.store.grown is None:
                self.store.grown = anyio.Event()
            await self.store.grown.wait()
