"""How things are measured: a row of the bench is compared with a baseline taken just before and just after it.

Machines drift by a factor of two within minutes, so that milliseconds of two runs say nothing about each other. What
can be kept is the ratio of two things measured side by side; each comes as least, middle and most of some rounds.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import anyio
import msgspec

LINE = b"x" * 300 + b"\n"
"""About as long as a commit of the journal."""


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything; the defaults take some minutes on two quiet cores."""

    rounds: int = 3
    after: int = 1
    """1: the baseline is taken after the row as well as before it."""
    tasks: int = 12
    """Tasks worked in one round of a row that runs agents."""
    pending: int = 10_000
    """Tasks that wait while others are worked."""
    known: int = 100_000
    """Tasks of the world in rows that start no program."""
    lives: int = 20_000
    """Tasks whose whole life the replayed journal tells, eleven events each."""
    kills: int = 20
    appends: int = 3000
    idle_s: float = 10.0


SMALLEST = Size(rounds=1, after=0, tasks=2, pending=20, known=200, lives=20, kills=1, appends=128, idle_s=0.3)
"""What is enough to see that every row works."""


class Spread(NamedTuple):
    """Least, middle and most of some measurements."""

    least: float
    middle: float
    most: float

    def text(self, unit: str = "") -> str:
        """Write all three, with as many digits as they need."""
        return " / ".join(map(digits, self)) + (f" {unit}" if unit else "")


def spread(values: Sequence[float]) -> Spread:
    """Sum up measurements."""
    return Spread(min(values), statistics.median(values), max(values))


def digits(value: float) -> str:
    """Write a number so that three of its digits can be seen."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 or not value else f"{value:.1e}"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table: what was measured, what it is compared with, and what it should be."""

    goal: int
    name: str
    value: Spread
    unit: str = "x"
    most: float | None = None
    least: float | None = None
    """What its middle should at most, or at least, be. Neither: it is told for comparison."""
    took: str = ""
    against: str = ""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Say whether it is as it should be; None where nothing was demanded."""
        if self.most is None and self.least is None:
            return None
        middle = self.value.middle
        return (self.most is None or middle <= self.most) and (self.least is None or middle >= self.least)

    @property
    def wanted(self) -> str:
        """Write what was demanded."""
        if self.most is not None:
            return f"at most {digits(self.most)} {self.unit}"
        return f"at least {digits(self.least)} {self.unit}" if self.least is not None else ""


class Compared(NamedTuple):
    """A row and its baseline: the ratios of the rounds, and what both took."""

    ratio: Spread
    row: Spread
    baseline: Spread


def compare(size: Size, row: Callable[[], float], baseline: Callable[[], float]) -> Compared:
    """Take the baseline, the row, and the baseline again, some rounds over."""
    ratios, taken, floors = list[float](), list[float](), list[float]()
    for _ in range(size.rounds):
        before, value = baseline(), row()
        floor = (before + baseline()) / 2 if size.after else before
        ratios.append(value / floor)
        taken.append(value)
        floors.append(floor)
    return Compared(spread(ratios), spread(taken), spread(floors))


# -- baselines, in seconds -----------------------------------------------------------------------------------------


def spawn_s(times: int = 40) -> float:
    """Start a program and wait for its end, the cheapest way there is; the median of some."""
    return statistics.median(timed(_spawn) for _ in range(times))


def _spawn() -> None:
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


def sync_s(folder: Path, times: int = 100) -> float:
    """Append a line to a file and wait until it is durable; the median of some."""
    handle = os.open(folder / "baseline", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return statistics.median(timed(lambda: _append(handle)) for _ in range(times))
    finally:
        os.close(handle)


def serial_s(folder: Path, times: int) -> float:
    """Append lines one after another, each durable before the next; all of them together."""
    handle = os.open(folder / "serial", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return timed(lambda: _append(handle, times))
    finally:
        os.close(handle)


def _append(handle: int, times: int = 1) -> None:
    for _ in range(times):
        os.write(handle, LINE)
        os.fdatasync(handle)


def command_s(argv: Sequence[str], times: int = 5, cwd: Path | None = None) -> float:
    """Run a command to its end; the median of some."""
    return statistics.median(
        timed(lambda: subprocess.run(argv, check=True, cwd=cwd, stdout=subprocess.DEVNULL)) for _ in range(times)
    )


def python_s(code: str = "pass", times: int = 5) -> float:
    """Start the interpreter for some code."""
    return command_s([sys.executable, "-c", code], times)


def spawns_at_once_s(times: int, at_once: int) -> float:
    """Run a program many times, several at once, by `anyio.open_process` and nothing around it; all together."""

    async def work(left: list[None]) -> None:
        while left:
            left.pop()
            async with await anyio.open_process(["/bin/true"], stdin=None, stdout=None, stderr=None) as process:
                await process.wait()

    async def all_() -> None:
        left = [None] * times
        async with anyio.create_task_group() as group:
            for _ in range(at_once):
                group.start_soon(work, left)

    return timed(lambda: anyio.run(all_))


def timed(work: Callable[[], object]) -> float:
    """Do it, and say how many seconds it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
