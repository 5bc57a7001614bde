"""Who had better let whom go first, although it could start: waiting on purpose. Pure; knows numbers, not tasks.

Theory of operation. Where a task began while all was under way that another waited for, and then kept that one from
what it wants, the plan is played once more with the first letting the other go first, which is more urgent then, with
all it needs. So it stays where the whole plan is enough shorter by it, and the next is looked for.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import msgspec

from orchestrator.policy.drill import Drill

WORTH, ALL_WORTH = 0.01, 0.03
"""By how much of it the plan must become shorter by one task's waiting for another; and by all of that together.

With durations a third off, what gains less gains nothing.
"""

Pairs = dict[int, tuple[int, ...]]
"""Who waits -> whom it lets go first."""


class Tried(msgspec.Struct, frozen=True):
    """A plan: the lengths its order goes by, when it ends, who lets whom go first in it."""

    lengths: list[int]
    end: int
    yields: Pairs = {}


def patiently(drill: Drill, best: Tried, patient: Sequence[bool], least: int, plays: int) -> Tried:
    """Give the best plan there is with waiting, or the one without. Nothing is shorter than `least`.

    `patient`: who may let others go first and be let, and be waited for with them. `plays`: how many are tried at most.
    """
    found, (starts, _) = best, drill.forth(best.lengths)
    pairs = _hindrances(drill, found, starts, patient)
    while found.end > least and plays and (pair := next(pairs, None)):
        plays -= 1
        lengths, yields = _with(drill, found, *pair)
        starts, end = drill.forth(lengths, yields)
        if end <= found.end * (1 - WORTH):
            found = Tried(lengths, end, yields)
            pairs = _hindrances(drill, found, starts, patient)
    return found if found.end <= best.end * (1 - ALL_WORTH) else best


def _with(drill: Drill, plan: Tried, one: int, other: int) -> tuple[list[int], Pairs]:
    """Let one wait for another too: who is more urgent then, and what that one waits for."""
    lengths = list(plan.lengths)
    lengths[other] = max(lengths[other], lengths[one] + 1)
    for need in drill.before[other]:
        lengths[need] = max(lengths[need], lengths[other] + drill.seconds[need])
    return lengths, plan.yields | {one: (*plan.yields.get(one, ()), other)}


def _hindrances(drill: Drill, plan: Tried, starts: list[int], patient: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Find who began while all was under way that another waited for, and then kept it from what it wants.

    The longest of those kept first.
    """
    users: dict[str, list[tuple[int, int]]] = {}
    for start, one in sorted((start, one) for one, start in enumerate(starts) if patient[one]):
        for name, _ in drill.wants[one]:
            users.setdefault(name, []).append((start, one))
    found: set[tuple[int, int, int]] = set()
    for other, needs in enumerate(drill.before):
        ready = max((starts[need] + drill.seconds[need] for need in needs), default=starts[other])
        if starts[other] <= ready or not all(patient[need] for need in (other, *needs)):
            continue
        under_way = max(starts[need] for need in needs)
        for name, _ in drill.wants[other]:
            row = users[name]
            for start, one in row[bisect_left(row, (under_way, -1)) : bisect_left(row, (ready, -1))]:
                known = other in plan.yields.get(one, ())
                if start + drill.seconds[one] > ready and drill.ranks[one] >= drill.ranks[other] and not known:
                    found.add((-plan.lengths[other], one, other))
    yield from ((one, other) for _, one, other in sorted(found))
