"""Chance: how long things take and when they go wrong, from one seed. Counts what strikes; breaks nothing itself."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

import anyio
import anyio.lowlevel

T = TypeVar("T")


class Chaos:
    """Dice of one run. `rates` gives each named fault its probability; after `calm()` none strikes again."""

    def __init__(self, seed: int | str = 0, rates: Mapping[str, float] | None = None) -> None:
        self.dice = random.Random(f"chaos {seed}")  # noqa: S311 - reproducible on purpose
        self.struck: Counter[str] = Counter()
        self._rates = dict(rates or {})
        self._calm = False

    @property
    def is_calm(self) -> bool:
        """Say whether faults have stopped for good."""
        return self._calm

    @property
    def is_wild(self) -> bool:
        """Say whether anything may strike at all."""
        return any(self._rates.values())

    def calm(self) -> None:
        """End all faults: the quiet phase, in which everything must come to its end."""
        self._calm = True

    def strikes(self, fault: str) -> bool:
        """Say whether the named fault happens now, and count it."""
        rate = self._rates.get(fault, 0.0)
        if self._calm or not rate or self.dice.random() >= rate:
            return False
        self.struck[fault] += 1
        return True

    def between(self, low: float, high: float) -> float:
        """Draw a number, in whole thousandths."""
        return round(self.dice.uniform(low, high), 3)

    def choice(self, among: Sequence[T]) -> T:
        """Draw one of several."""
        return self.dice.choice(among)

    async def linger(self, low: float, high: float) -> None:
        """Take some time, in seconds of the loop's clock. Zero to zero is one turn of the loop."""
        if high <= 0:
            await anyio.lowlevel.checkpoint()
        else:
            await anyio.sleep(self.between(low, high))


class Pace:
    """How long the simulated hands take for one step, in seconds. Zero for tests in real time."""

    def __init__(self, low: float = 0.0, high: float = 0.0) -> None:
        self.low = low
        self.high = high
