"""`scripts/prove train`: the target is never red and nothing verified is lost, whoever dies at whatever git command.

Three parts: many changes in virtual time with deaths at random commands and at every single one of a small batch;
changes through real git in processes that are killed at their git commands; and how much sooner a window lands them
than one after another. Writes docs/proofs/train.md and the section of docs/benchmarks.md between its markers.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec

from orchestrator.model import events as e
from tests.proofs import commit, today
from tests.train.freight import Arrived, Freight, send
from tests.train.haul import Haulage, Hauled
from tests.train.throughput import Took, Trip, travel

AT_ONCE = 2
BATCH = 40
SMALL = Freight(seed=7, changes=6, queues=2, workers=3, shares=0.6, clashes=0.6, wrong=0.2, death=0.0, saves=1)
"""What is died in at every single command."""
WINDOWS, FAILS, SEEDS = (1, 2, 4, 8), (0.02, 0.10, 0.25), 10
_ROOT = Path(__file__).resolve().parents[2]
_PROOF, _BENCHMARKS = _ROOT / "docs" / "proofs" / "train.md", _ROOT / "docs" / "benchmarks.md"
_BEGIN, _END = "<!-- begin train -->", "<!-- end train -->"


def everywhere(freight: Freight) -> Iterator[Freight]:
    """Give the batch once for each of its commands, to die at that one."""
    undisturbed = send(freight)
    for number in range(1, undisturbed.commands + 1):
        yield msgspec.structs.replace(freight, die_at=number)


def _arrive(freight: Freight) -> tuple[Freight, Arrived | str]:
    """Send a batch; what does not hold comes back in words."""
    try:
        return freight, send(freight)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told with the seed that shows it
        return freight, _first(error)


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:500]


class Proof:
    """All that one call has done."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.arrived: list[Arrived] = []
        self.everywhere: list[Arrived] = []
        self.hauled: Hauled | None = None
        self.took: dict[tuple[float, int], list[Took]] = {}
        self.problems: list[str] = []
        self.seconds: dict[str, float] = {}

    def simulate(self, changes: int) -> None:
        """Land many changes in virtual time."""
        batches = [Freight(seed=seed, changes=BATCH) for seed in range(changes // BATCH)]
        self.arrived = self._send(batches, "batches")

    def die_everywhere(self) -> None:
        """Land a small batch once for every command of it, dying there."""
        self.everywhere = self._send(list(everywhere(SMALL)), "commands")

    def _send(self, batches: list[Freight], what: str) -> list[Arrived]:
        began, found = time.monotonic(), list[Arrived]()
        with ProcessPoolExecutor(AT_ONCE) as pool:
            for number, (freight, arrived) in enumerate(pool.map(_arrive, batches), 1):
                if isinstance(arrived, str):
                    self.problems.append(f"{freight}: {arrived}")
                else:
                    found.append(arrived)
                _say(f"{number} of {len(batches)} {what}, {len(self.problems)} problems")
        self.seconds[what] = time.monotonic() - began
        return found

    def haul(self, changes: int) -> None:
        """Land changes through real git."""
        began, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="train-"))
        _say(f"{changes} changes through real git in {folder}")
        self.hauled = Haulage(folder, changes=changes, seed=1, apart=25).run()
        self.problems += self.hauled.problems
        self.seconds["real git"] = time.monotonic() - began

    def race(self) -> None:
        """Measure windows against one after another."""
        trips = [Trip(seed=seed, window=w, fails=f) for f in FAILS for w in WINDOWS for seed in range(SEEDS)]
        with ProcessPoolExecutor(AT_ONCE) as pool:
            for trip, took in zip(trips, pool.map(travel, trips), strict=True):
                self.took.setdefault((trip.fails, trip.window), []).append(took)
                _say(f"{trip.fails:.0%} failing, window {trip.window}: {took.checks_long:.2f} checks a change")

    # -- telling ---------------------------------------------------------------------------------------------------

    def page(self) -> str:
        """Write down what was done and what came of it."""
        deaths = Counter[str]()
        for arrived in (*self.arrived, *self.everywhere):
            deaths.update(arrived.deaths)
        rows = [f"| {command} | {count} |" for command, count in sorted(deaths.items())]
        real = (
            [f"| {command} | {count} |" for command, count in sorted(self.hauled.deaths.items())] if self.hauled else []
        )
        return "\n".join(
            [
                "# Proof: the target is never red, and nothing verified is lost",
                "",
                _INTRODUCTION,
                "",
                f"- command: `{self.words}`",
                f"- date: {today()}, commit: {commit()}",
                f"- problems: {len(self.problems)}",
                "",
                "## In virtual time",
                "",
                *_simulated(self.arrived, self.seconds.get("batches", 0.0)),
                f"- and a batch of {SMALL.changes} once for each of its {len(self.everywhere)} commands, dying there",
                "",
                "| died before | times |",
                "|---|---|",
                *rows,
                "",
                "## Through real git",
                "",
                *_real(self.hauled, self.seconds.get("real git", 0.0)),
                "",
                "| killed | times |",
                "|---|---|",
                *real,
                "",
            ]
        )

    def section(self) -> str:
        """Write the table of throughput."""
        rows: list[str] = []
        for fails in FAILS:
            alone = _mean(self.took[fails, 1]).checks_long
            cells = [_cell(_mean(self.took[fails, window]), alone) for window in WINDOWS]
            rows.append(f"| {fails:.0%} | {' | '.join(cells)} |")
        heads = " | ".join("one after another" if window == 1 else f"window {window}" for window in WINDOWS)
        return "\n".join(
            [
                f"`{self.words}` on {today()} at {commit()}:",
                "",
                f"| red after the first merge | {heads} |",
                f"|---|{'---|' * len(WINDOWS)}",
                *rows,
            ]
        )


def _simulated(arrived: Sequence[Arrived], seconds: float) -> list[str]:
    evicted: Counter[str] = Counter()
    for one in arrived:
        evicted.update(one.evicted)
    back = ", ".join(f"{count:,} {reason}" for reason, count in sorted(evicted.items()))
    deaths = sum(sum(one.deaths.values()) for one in arrived)
    return _list(
        changes_landed=f"{_all(arrived, 'landed')}, in {len(arrived)} batches of {BATCH}, two processes at a time",
        git_commands=f"{_all(arrived, 'commands')}; processes that died at one: {deaths:,}",
        sent_back=f"{back}; in doubt behind others: {_all(arrived, 'doubted')}",
        target_moved_under_a_proposal=_all(arrived, "missed"),
        proposals_built_on_others=_all(arrived, "behind"),
        judgements=f"{_all(arrived, 'judged')}, of them failing for no reason: {_all(arrived, 'flakes')}",
        journal_commits=f"{_all(arrived, 'commits')}, each looked at as it was stored",
        it_took=f"{seconds / 60:.1f} min, {AT_ONCE} batches at a time",
    )


def _all(arrived: Sequence[Arrived], what: str) -> str:
    return f"{sum(getattr(one, what) for one in arrived):,}"


def _real(hauled: Hauled | None, seconds: float) -> list[str]:
    if hauled is None:
        return ["- not run"]
    return _list(
        changes_landed=f"{hauled.count(e.TaskMerged)}",
        processes=f"{hauled.lives}, of them killed: {sum(hauled.deaths.values())}",
        sent_back=f"{hauled.count(e.TrainEvicted)}; in doubt behind others: {hauled.count(e.TrainDoubted)}",
        target_moved_under_a_proposal=f"{hauled.count(e.TrainMissed)}",
        it_took=f"{seconds / 60:.1f} min, two processes at a time",
    )


def _list(**said: str) -> list[str]:
    return [f"- {what.replace('_', ' ')}: {text}" for what, text in said.items()]


_INTRODUCTION = """In virtual time the real engine, policy and fold land changes of which some write to the same file,
some are right alone and wrong together, some are wrong at first, with checks that fail for no reason and a person who
commits meanwhile (`tests/train/freight.py`). A process that comes to a git command may die there; another starts a
little later. After every commit the simulator's witness looks at the whole world; at the end every change has landed
exactly once, no landing made the target red, and each landed tree was called PASS. Through real git
(`tests/train/haul.py`) the same is done by processes with the real journal, workspace, engine and policy, two at a
time. The `git` on their PATH kills them at one of their calls, before or after the real git has done it. Then, from the
outside: every commit on the target is green by a look at its files and its tree was called PASS; every change is there
once; every capture is under its ref; `git fsck` is silent; the checked-out branch followed."""


def _mean(took: Sequence[Took]) -> Took:
    return Took(
        checks_long=statistics.mean(one.checks_long for one in took), runs=statistics.mean(one.runs for one in took)
    )


def _cell(took: Took, alone: float) -> str:
    return f"{alone / took.checks_long:.2f} x ({took.runs:.2f} runs)"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _into(text: str, section: str) -> str:
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}\n\n{section}\n\n{_END}{rest.partition(_END)[2]}"


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove train", description=__doc__)
    parser.add_argument("--changes", type=int, default=10_000, help="in virtual time")
    parser.add_argument("--real", type=int, default=200, help="through real git")
    parser.add_argument("--throughput", action="store_true", help="only the measurement, and its section")
    asked = parser.parse_args(argv)
    proof = Proof(" ".join(["scripts/prove train", *(sys.argv[1:] if argv is None else argv)]))
    if not asked.throughput:
        proof.simulate(asked.changes)
        proof.die_everywhere()
        proof.haul(asked.real)
        _PROOF.write_text(proof.page())
    proof.race()
    _BENCHMARKS.write_text(_into(_BENCHMARKS.read_text(), proof.section()))
    for problem in proof.problems:
        _say(problem)
    _say(f"{len(proof.problems)} problems")
    return 1 if proof.problems else 0


if __name__ == "__main__":
    sys.exit(main())
