"""Rehearses a plan with the workers there are, forth and back, to see what is urgent. Pure; knows numbers, not tasks.

Theory of operation (forward-backward improvement). Forth: each task begins as soon as what stands before it is over and
what it wants is to be had, the longest first. Back: the same plan from its end, each task as late as it can be, the one
that ended last first; so each stands as far from the end as the others force it to, and that is its length for the next
time forth. That begins from several orders: by length, as they come, and from the best so far with its lengths shaken,
always in the same manner. The lengths with which the plan was shortest are kept; one that no plan can beat ends it.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

ROUNDS = 2
"""How often an order is played back; more gained nothing over a thousand plans."""
SHAKEN = 60
"""How many shaken orders are tried at most."""
EFFORT = 50_000
"""How many tasks are played in shaken orders at most (a fifth of a second): what comes after is not worth the wait."""
_SHAKES = (0.3, 1.0, 3.0)
"""By how much of itself a length is made longer or shorter at most; gentler shakes found less."""

Wants = Sequence[tuple[str, int]]
"""What a task wants of what is shared, a worker too: names and places."""


class Rehearsal:
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
        self._seconds, self._after, self._wants, self._places = seconds, after, wants, places
        self._ranks = ranks or [0] * len(seconds)
        self._backwards = [-rank for rank in self._ranks]
        self._before: list[list[int]] = [[] for _ in seconds]
        for one, others in enumerate(after):
            for other in others:
                self._before[other].append(one)
        self._best: list[int] = []
        self.end = 0
        """When the plan ends with the best lengths found."""

    def lengths(self, first: list[int], least: int = 0) -> list[int]:
        """Give the best lengths found, `first` among them; no plan is shorter than `least`."""
        least = max(least, self._least())
        self._best, self.end = first, sum(self._seconds) + 1
        self._improve(first)
        dice, count = _thrown(), len(first)
        for number in range(1 + min(SHAKEN, EFFORT // max(1, count * (2 * ROUNDS + 1)))):
            if self.end <= least:
                break
            self._improve(self._shaken(dice) if number else list(range(count, 0, -1)))
        return self._best

    def _least(self) -> int:
        """Give what no plan is shorter than: the work of what is shared, by its places."""
        loads = dict.fromkeys(self._places, 0)
        for one, wants in enumerate(self._wants):
            for name, count in wants:
                loads[name] += self._seconds[one] * min(count, self._places[name])
        return max((-(-load // self._places[name]) for name, load in loads.items()), default=0)

    def _shaken(self, dice: Iterator[float]) -> list[int]:
        shake = _SHAKES[int(next(dice) * len(_SHAKES))]
        return [int(length * (1 + shake * (2 * next(dice) - 1))) for length in self._best]

    def _improve(self, lengths: list[int]) -> None:
        """Play forth and back, and keep what is shorter than anything before."""
        for number in range(ROUNDS + 1):
            starts, end = self._played(lengths, self._ranks, self._after, self._before)
            if end < self.end:
                self._best, self.end = lengths, end
            if number < ROUNDS:
                lengths = self._back(starts)

    def _back(self, starts: list[int]) -> list[int]:
        """Give how far from the end each begins when all are as late as they can be."""
        ends = [start + own for start, own in zip(starts, self._seconds, strict=True)]
        backwards, _ = self._played(ends, self._backwards, self._before, self._after)
        return [start + own for start, own in zip(backwards, self._seconds, strict=True)]

    def _played(
        self, urgent: list[int], ranks: Sequence[int], after: list[list[int]], before: list[list[int]]
    ) -> tuple[list[int], int]:
        """Play once, the most urgent first; give when each begins, and the end."""
        keys = list(zip(ranks, (-length for length in urgent), strict=True))
        left = [len(others) for others in before]
        calls = [(keys[one], one, "") for one, count in enumerate(left) if not count]
        heapify(calls)
        starts, running, now = [0] * len(left), list[tuple[int, int]](), 0
        lines = _Lines(self._wants, self._places)
        while calls or running:
            while calls:
                key, one, line = heappop(calls)
                if lines.takes(key, one):
                    starts[one] = now
                    heappush(running, (now + self._seconds[one], one))
                lines.call(line, calls)
            now = running[0][0]
            while running and running[0][0] == now:
                _, one = heappop(running)
                for name in lines.give_back(one):
                    lines.call(name, calls)
                for other in after[one]:
                    left[other] -= 1
                    if not left[other]:
                        heappush(calls, (keys[other], other, ""))
        return starts, now


def _thrown() -> Iterator[float]:
    """Give numbers of [0, 1) without a pattern, the same to everybody (Knuth's linear congruential generator)."""
    state = 1
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 11) / 2**53


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
