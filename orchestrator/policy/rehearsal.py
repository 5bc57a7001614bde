"""Rehearses a plan with the workers there are, forth and back, to see what is urgent. Pure; knows numbers, not tasks.

Theory of operation (forward-backward improvement). Forth: each task begins as soon as what stands before it is over and
what it wants is to be had, the longest first. Back: the same plan from its end, each task as late as it can be, the one
that ended last first; so each stands as far from the end as the others force it to, and that is its length for the next
time forth. That begins from several orders: by length, as they come, and from the best so far with its lengths shaken,
always in the same manner. The lengths with which the plan was shortest are kept; one that no plan can beat ends it.

Last it is looked who had better wait on purpose: where a task began shortly before another could, and kept it from what
it wants, the plan is played once more with the one letting the other go first; so it stays where that is worth it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from types import MappingProxyType

ROUNDS = 2
"""How often an order is played back; more gained nothing over a thousand plans."""
SHAKEN = 60
"""How many shaken orders are tried at most."""
EFFORT = 50_000
"""How many tasks are played in shaken orders at most (a fifth of a second): what comes after is not worth the wait."""
WORTH, ALL_WORTH = 0.01, 0.03
"""By how much of it the plan must become shorter by one task's waiting for another; and by all of that together.

With durations a third off, what gains less gains nothing.
"""
_SHAKES = (0.3, 1.0, 3.0)
"""By how much of itself a length is made longer or shorter at most; gentler shakes found less."""

Wants = Sequence[tuple[str, int]]
"""What a task wants of what is shared, a worker too: names and places."""
Yields = Mapping[int, Sequence[int]]
"""Who lets whom go first: a task does not begin while all is under way that one of the others waits for."""
_NOBODY: Yields = MappingProxyType({})


class Rehearsal:
    """A plan in numbers: task by task its seconds, who waits for it, and what it wants; how many places there are.

    `ranks`: what goes before length, the lowest first; none: all are alike. `patient`: which tasks may let others go
    first and be let, and be waited for with them; none: all may.
    """

    def __init__(
        self,
        seconds: list[int],
        after: list[list[int]],
        wants: Sequence[Wants],
        places: Mapping[str, int],
        ranks: Sequence[int] = (),
        patient: Sequence[bool] = (),
    ) -> None:
        self._seconds, self._after, self._wants, self._places = seconds, after, wants, places
        self._ranks = ranks or [0] * len(seconds)
        self._patient = patient or [True] * len(seconds)
        self._backwards = [-rank for rank in self._ranks]
        self._before: list[list[int]] = [[] for _ in seconds]
        for one, others in enumerate(after):
            for other in others:
                self._before[other].append(one)
        self._best: list[int] = []
        self.end = 0
        """When the plan ends with the best lengths found."""
        self.yields: dict[int, tuple[int, ...]] = {}
        """Who lets whom go first in it."""

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
        self._wait(least)
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

    def _wait(self, least: int) -> None:
        """Let tasks wait on purpose where that makes the plan shorter, one after another while there is such a one."""
        without, before = self._best, self.end
        starts, end = self._played(self._best, self._ranks, self._after, self._before)
        plays, pairs = EFFORT // max(1, len(starts)), iter(self._hindrances(starts))
        while self.end > least and plays and (pair := next(pairs, None)):
            plays -= 1
            yields, lengths = self._patiently(*pair)
            starts, end = self._played(lengths, self._ranks, self._after, self._before, yields)
            if end <= self.end * (1 - WORTH):
                self.yields, self._best, self.end = yields, lengths, end
                pairs = iter(self._hindrances(starts))
        if self.end > before * (1 - ALL_WORTH):
            self.yields, self._best, self.end = {}, without, before

    def _patiently(self, one: int, other: int) -> tuple[dict[int, tuple[int, ...]], list[int]]:
        """Let one wait for another: who is more urgent then, and what that one waits for too."""
        lengths = list(self._best)
        lengths[other] = max(lengths[other], lengths[one] + 1)
        for need in self._before[other]:
            lengths[need] = max(lengths[need], lengths[other] + self._seconds[need])
        return self.yields | {one: (*self.yields.get(one, ()), other)}, lengths

    def _hindrances(self, starts: list[int]) -> list[tuple[int, int]]:
        """Find who began while all was under way that another waited for, and then kept it from what it wants.

        The longest of those kept first.
        """
        users: dict[str, list[tuple[int, int]]] = {}
        for start, one in sorted((start, one) for one, start in enumerate(starts) if self._patient[one]):
            for name, _ in self._wants[one]:
                users.setdefault(name, []).append((start, one))
        found: list[tuple[int, int, int]] = []
        for other, needs in enumerate(self._before):
            ready = max((starts[need] + self._seconds[need] for need in needs), default=starts[other])
            if starts[other] <= ready or not all(self._patient[need] for need in (other, *needs)):
                continue
            under_way = max(starts[need] for need in needs)
            for name, _ in self._wants[other]:
                row = users[name]
                between = row[bisect_left(row, (under_way, -1)) : bisect_left(row, (ready, -1))]
                kept = (one for _, one in between if self._keeps(one, other, starts, ready))
                found += [(-self._best[other], one, other) for one in kept]
        return [(one, other) for _, one, other in sorted(set(found))]

    def _keeps(self, one: int, other: int, starts: list[int], ready: int) -> bool:
        late = starts[one] + self._seconds[one] > ready
        return late and self._ranks[one] >= self._ranks[other] and other not in self.yields.get(one, ())

    def _played(
        self,
        urgent: list[int],
        ranks: Sequence[int],
        after: list[list[int]],
        before: list[list[int]],
        yields: Yields = _NOBODY,
    ) -> tuple[list[int], int]:
        """Play once, the most urgent first; give when each begins, and the end."""
        keys = list(zip(ranks, (-length for length in urgent), strict=True))
        left = [len(others) for others in before]
        calls = [(keys[one], one, "") for one, count in enumerate(left) if not count]
        heapify(calls)
        starts, running, now = [-1] * len(left), list[tuple[int, int]](), 0
        lines, polite = _Lines(self._wants, self._places), dict[int, list[int]]()
        while calls or running:
            while calls:
                key, one, line = heappop(calls)
                comes = (o for o in yields.get(one, ()) if left[o] and min(starts[n] for n in before[o]) >= 0)
                first = next(comes, None)
                if first is not None:
                    polite.setdefault(first, []).append(one)
                elif lines.takes(key, one):
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
                        for called in (other, *polite.pop(other, ())):
                            heappush(calls, (keys[called], called, ""))
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
