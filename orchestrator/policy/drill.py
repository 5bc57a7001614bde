"""Plays a plan in numbers: who begins when, the most urgent first, by what there is to share. Pure; knows no tasks."""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from types import MappingProxyType

Wants = Sequence[tuple[str, int]]
"""What a task wants of what is shared, a worker too: names and places."""
Yields = Mapping[int, Sequence[int]]
"""Who lets whom go first: a task does not begin while all is under way that one of the others waits for."""
NOBODY: Yields = MappingProxyType({})


class Drill:
    """A plan in numbers: task by task its seconds, who waits for it, and what it wants; how many places there are.

    `ranks`: what goes before length, the lowest first; none: all are alike.
    """

    def __init__(
        self,
        seconds: list[int],
        after: list[list[int]],
        wants: Sequence[Wants],
        places: Mapping[str, int],
        ranks: Sequence[int] = (),
    ) -> None:
        self.seconds, self.after, self.wants, self.places = seconds, after, wants, places
        self.ranks = ranks or [0] * len(seconds)
        self.before: list[list[int]] = [[] for _ in seconds]
        for one, others in enumerate(after):
            for other in others:
                self.before[other].append(one)
        self._backwards = [-rank for rank in self.ranks]

    def forth(self, lengths: Sequence[int], yields: Yields = NOBODY) -> tuple[list[int], int]:
        """Play with the longest first; give when each begins, and the end."""
        return self._played(lengths, self.ranks, self.after, self.before, yields)

    def back(self, starts: Sequence[int]) -> list[int]:
        """Play a plan from its end, what ended last first; give how far from the end each begins then."""
        ends = [start + own for start, own in zip(starts, self.seconds, strict=True)]
        backwards, _ = self._played(ends, self._backwards, self.before, self.after, NOBODY)
        return [start + own for start, own in zip(backwards, self.seconds, strict=True)]

    def least(self) -> int:
        """Give what no plan is shorter than: the work of what is shared, by its places."""
        loads = dict.fromkeys(self.places, 0)
        for one, wants in enumerate(self.wants):
            for name, count in wants:
                loads[name] += self.seconds[one] * min(count, self.places[name])
        return max((-(-load // self.places[name]) for name, load in loads.items()), default=0)

    def _played(
        self,
        urgent: Sequence[int],
        ranks: Sequence[int],
        after: list[list[int]],
        before: list[list[int]],
        yields: Yields,
    ) -> tuple[list[int], int]:
        keys = list(zip(ranks, (-length for length in urgent), strict=True))
        left = [len(others) for others in before]
        calls = [(keys[one], one, "") for one, count in enumerate(left) if not count]
        heapify(calls)
        starts, running, now = [-1] * len(left), list[tuple[int, int]](), 0
        lines, polite = _Lines(self.wants, self.places), dict[int, list[int]]()
        while calls or running:
            while calls:
                key, one, line = heappop(calls)
                comes = (o for o in yields.get(one, ()) if left[o] and min(starts[n] for n in before[o]) >= 0)
                first = next(comes, None)
                if first is not None:
                    polite.setdefault(first, []).append(one)
                elif lines.takes(key, one):
                    starts[one] = now
                    heappush(running, (now + self.seconds[one], one))
                lines.call(line, calls)
            now = running[0][0]
            while running and running[0][0] == now:
                _, one = heappop(running)
                for name in lines.give_back(one):
                    lines.call(name, calls)
                for other in after[one]:
                    left[other] -= 1
                    if not left[other]:
                        for called in (other, *polite.pop(other, ())):
                            heappush(calls, (keys[called], called, ""))
        return starts, now


Key = tuple[int, int]


class _Lines:
    """Who stands in line for what, the most urgent first. Only the first of a line is called, then the next."""

    def __init__(self, wants: Sequence[Wants], places: Mapping[str, int]) -> None:
        self._wants, self._free = wants, dict(places)
        self._lines: dict[str, list[tuple[Key, int]]] = {}
        self._most = places

    def takes(self, key: Key, one: int) -> bool:
        """Take all that a task wants; False where something is not to be had: it stands in line for that."""
        for name, count in self._wants[one]:
            if self._free[name] < min(count, self._most[name]):
                heappush(self._lines.setdefault(name, []), (key, one))
                return False
        for name, count in self._wants[one]:
            self._free[name] -= count
        return True

    def give_back(self, one: int) -> list[str]:
        """Give back all that a task had; name it."""
        for name, count in self._wants[one]:
            self._free[name] += count
        return [name for name, _ in self._wants[one]]

    def call(self, name: str, calls: list[tuple[Key, int, str]]) -> None:
        """Call the first in line for something, if as much is free as it wants."""
        line = self._lines.get(name)
        if line and self._free[name] >= min(self._wanted(line[0][1], name), self._most[name]):
            heappush(calls, (*heappop(line), name))

    def _wanted(self, one: int, name: str) -> int:
        return next(count for other, count in self._wants[one] if other == name)
