"""What no schedule can beat: the longest way through the plan, sharing included. Pure; chooses nothing.

Theory of operation. Whoever shares something that so many have at once is through, at the earliest, when the first of
them can begin, all of their work divided by the places is done, and what must follow the last is done too. That holds
for any part of them; the parts that matter are those that begin no sooner than some moment and have at least so much
behind them. In plans that are not too large it is also asked of what stands before each task: that moves the earliest
moments of what follows. And the same from the end. Only what must be counts: of ways to satisfy a need, what is in all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from orchestrator.policy.plan_graph import Need

_CLOSELY = 500
"""Beyond so many open tasks what stands before each is not looked at."""
_MOMENTS = 64
"""Of more different moments than this, some are passed over: the bound is then perhaps weaker, never wrong."""

Sharing = tuple[int, list[str]]
"""How many may have something at once, and who wants it."""


def sure(needs: Mapping[str, Iterable[Need]], order: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Name for each task, in order, those that must end before it whatever way is taken."""
    return {ref: tuple(dict.fromkeys(o for need in needs[ref] for o in _in_all(need))) for ref in order}


def _in_all(need: Need) -> Iterable[str]:
    return need[0] if len(need) == 1 else (one for one in need[0] if all(one in way for way in need))


def bound(
    seconds: Mapping[str, int],
    before: Mapping[str, tuple[str, ...]],
    release: Mapping[str, int],
    sharing: Sequence[Sharing],
) -> int:
    """Give the seconds no schedule is shorter than.

    `before`: who must end before each, all in an order in which everything stands behind what it waits for; `release`:
    when time alone lets each start.
    """
    after: dict[str, list[str]] = {ref: [] for ref in before}
    for ref, others in before.items():
        for other in others:
            after[other].append(ref)
    behind = {ref: tuple(reversed(others)) for ref, others in reversed(after.items())}
    closely = sharing if len(before) <= _CLOSELY else ()
    starts = _Ways(seconds, before, closely).starts(release)
    follows = _Ways(seconds, behind, closely).starts(dict.fromkeys(before, 0))
    longest = max((starts[ref] + seconds[ref] + follows[ref] for ref in before), default=0)
    loads = (
        through([(starts[ref], seconds[ref], follows[ref]) for ref in users], places, few=len(before) <= _CLOSELY)
        for places, users in sharing
    )
    return max((longest, *loads))


class _Ways:
    """The ways into each task. `before` in order; `sharing` is looked at among those that stand before a task."""

    def __init__(
        self, seconds: Mapping[str, int], before: Mapping[str, tuple[str, ...]], sharing: Sequence[Sharing]
    ) -> None:
        self._seconds, self._before = seconds, before
        self._shares: dict[str, list[int]] = {}
        self._places = [places for places, _ in sharing]
        for number, (_, users) in enumerate(sharing):
            for ref in users:
                self._shares.setdefault(ref, []).append(number)

    def starts(self, release: Mapping[str, int]) -> dict[str, int]:
        """Give for each task the moment before which it cannot begin."""
        found: dict[str, int] = {}
        distances: dict[str, dict[str, int]] = {}
        for ref, others in self._before.items():
            start = max((found[other] + self._seconds[other] for other in others), default=0)
            found[ref] = max(start, release[ref])
            if self._shares:
                distances[ref] = self._distances(others, distances)
            if self._shares and len(others) > 1:  # behind a single one nothing more is known than before it
                found[ref] = max((found[ref], *self._waits(found, distances[ref])))
        return found

    def _distances(self, others: Iterable[str], known: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
        """Give for each that stands before a task and shares something the seconds between its end and the task."""
        found: dict[str, int] = {}
        for other in others:
            own = self._seconds[other]
            for ref, distance in known[other].items():
                if found.get(ref, -1) < distance + own:
                    found[ref] = distance + own
            if other in self._shares:
                found.setdefault(other, 0)
        return found

    def _waits(self, starts: Mapping[str, int], distances: Mapping[str, int]) -> Iterator[int]:
        """Give when all of those before a task that share something are through, and what follows them up to it."""
        groups: dict[int, list[tuple[int, int, int]]] = {}
        for other, distance in distances.items():
            for number in self._shares[other]:
                groups.setdefault(number, []).append((starts[other], self._seconds[other], distance))
        for number, group in groups.items():
            if len(group) > self._places[number]:
                yield through(group, self._places[number], few=len(group) <= _MOMENTS)


def through(users: Sequence[tuple[int, int, int]], places: int, *, few: bool = True) -> int:
    """Say when what follows the last of these users can be over: each has its start, seconds and what follows.

    Without `few` only all of them are weighed, not parts of them.
    """
    if not users:
        return 0
    if not few:
        work = sum(own for _, own, _ in users)
        return min(start for start, _, _ in users) + -(-work // places) + min(after for *_, after in users)
    best = 0
    latest = sorted(users, key=lambda user: -user[2])
    moments = sorted({start for start, _, _ in users})
    for moment in moments[:: -(-len(moments) // _MOMENTS)]:
        work = 0
        for start, own, after in latest:
            if start >= moment:
                work += own
                best = max(best, moment - (-work // places) + after)
    return best
