"""Who is alive, in memory: what worker locks are in a real project. Never guesses; join and leave are told."""

from collections.abc import Mapping

import anyio

from orchestrator.sim.loop import PROCESS


class MemoryPresence:
    """`ports.journal.Presence` shared by all simulated processes."""

    def __init__(self) -> None:
        self._peers: dict[str, tuple[str, ...] | None] = {}
        self._moves = 0
        self._seen: dict[str, int] = {}
        self._moved = anyio.Event()

    def peers(self) -> Mapping[str, tuple[str, ...] | None]:
        """Give every live process and the queues it serves (None: all)."""
        return dict(self._peers)

    def alive(self, name: str) -> bool:
        """Say whether a process holds its place."""
        return name in self._peers

    def join(self, name: str, queues: tuple[str, ...] | None = None) -> None:
        """Take a place."""
        self._peers[name] = queues
        self._tell()

    def leave(self, name: str) -> None:
        """Give the place up, by will or by death."""
        if name in self._peers:
            del self._peers[name]
            self._tell()

    async def changed(self) -> None:
        """Return when somebody came or went since this process last asked."""
        who = PROCESS.get()
        while self._seen.get(who, 0) == self._moves:
            await self._moved.wait()
        self._seen[who] = self._moves

    def _tell(self) -> None:
        self._moves += 1
        told, self._moved = self._moved, anyio.Event()
        told.set()
