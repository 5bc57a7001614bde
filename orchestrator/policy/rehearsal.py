"""Rehearses a plan with the workers there are, forth and back, to see what is urgent. Pure; knows numbers, not tasks.

Theory of operation (forward-backward improvement). Forth: each task begins as soon as what stands before it is over and
what it wants is to be had, the longest first. Back: the same plan from its end, each task as late as it can be, the one
that ended last first; so each stands as far from the end as the others force it to, and that is its length for the next
time forth. That begins from several orders: by length, as they come, and from the best so far with its lengths shaken,
always in the same manner. The lengths with which the plan was shortest are kept; one that no plan can beat ends it.
Last it is looked who had better wait on purpose (`drill_waits`).
"""

from collections.abc import Iterator, Sequence

from orchestrator.policy.drill import Drill
from orchestrator.policy.drill_waits import Tried, patiently

ROUNDS = 2
"""How often an order is played back; more gained nothing over a thousand plans."""
SHAKEN = 60
"""How many shaken orders are tried at most."""
EFFORT = 50_000
"""How many tasks are played in shaken orders at most (a fifth of a second), and as many with waiting."""
_SHAKES = (0.3, 1.0, 3.0)
"""By how much of itself a length is made longer or shorter at most; gentler shakes found less."""


def rehearsed(drill: Drill, first: list[int], least: int = 0, patient: Sequence[bool] = ()) -> Tried:
    """Give the best plan found, by the lengths `first` or better ones; none is shorter than `least`.

    `patient`: who may wait on purpose, be let go first, or be waited for with one that is; none: all may.
    """
    least = max(least, drill.least())
    best = _improved(drill, first, Tried(first, sum(drill.seconds) + 1))
    dice, count = _thrown(), len(first)
    for number in range(1 + min(SHAKEN, EFFORT // max(1, count * (2 * ROUNDS + 1)))):
        if best.end <= least:
            break
        best = _improved(drill, _shaken(best, dice) if number else list(range(count, 0, -1)), best)
    return patiently(drill, best, patient or [True] * count, least, EFFORT // max(1, count))


def _improved(drill: Drill, lengths: list[int], best: Tried) -> Tried:
    """Play forth and back, and keep what is shorter than anything before."""
    for number in range(ROUNDS + 1):
        starts, end = drill.forth(lengths)
        if end < best.end:
            best = Tried(lengths, end)
        if number < ROUNDS:
            lengths = drill.back(starts)
    return best


def _shaken(best: Tried, dice: Iterator[float]) -> list[int]:
    shake = _SHAKES[int(next(dice) * len(_SHAKES))]
    return [int(length * (1 + shake * (2 * next(dice) - 1))) for length in best.lengths]


def _thrown() -> Iterator[float]:
    """Give numbers of [0, 1) without a pattern, the same to everybody (Knuth's linear congruential generator)."""
    state = 1
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 11) / 2**53
