"""`scripts/prove sim`: many seeds of the storm, and the page that says what they came to."""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from orchestrator.sim.simulation import Report, SimulationError, simulate
from tests.proofs import commit, today

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "proofs" / "simulation.md"
_INTRODUCTION = """\
Each seed is one project (`orchestrator/sim/plan.py`): up to four queues with tasks, dependencies, triggers, locks,
races, resources and a train, and agents that pass, fail, lie, fall silent, hang, stall, crash or cannot start. The
real engine and policy run on a virtual clock (`orchestrator/sim/loop.py`). In a storm (`storm.py`) processes are
killed, stopped and woken as zombies, guardians and workspaces vanish, clocks jump, people save, ask and change their
minds; the journal is slow, wakes for nothing, fills up, refuses, stores without saying so. Every fourth seed has no
storm, so that restarts hide no lost wake-up, and every seed ends in a quiet phase in which all of it must be done.

What must hold stands in `orchestrator/sim/witness.py` (after every commit) and `reckoning.py` (at the end). That a
seed's journal is the same in fresh processes, whatever their hashes, is tested by `tests/sim/test_seeds.py`; that
broken engines are found, by [the mutants](mutants.md)."""


def _one(seed: int) -> Report | SimulationError:
    try:
        return simulate(seed)
    except SimulationError as error:
        return SimulationError(error.seed, error.problem, error.story[-20:])


def page(reports: list[Report], failed: list[int], command: str, seconds: float) -> str:
    """Write down what was done and what came of it."""
    figures = (
        ("seeds", len(reports) + len(failed)),
        ("seeds in which something did not hold", len(failed)),
        ("commits", sum(report.commits for report in reports)),
        ("tasks", sum(report.tasks for report in reports)),
        ("processes", sum(report.processes for report in reports)),
        ("agents' calls", sum(report.agent_calls for report in reports)),
        ("faults that struck", sum(report.faults for report in reports)),
        ("virtual hours", f"{sum(report.hours for report in reports):,.0f}"),
    )
    return "\n".join(
        [
            "# Proof: simulation",
            "",
            _INTRODUCTION,
            "",
            f"- command: `{command}`",
            f"- date: {today()}, commit: {commit()}",
            f"- all of it: {seconds / 60:.1f} min",
            *([f"- seeds that failed: {', '.join(map(str, failed))}"] if failed else []),
            "",
            "| | |",
            "|---|---|",
            *(f"| {what} | {value} |" for what, value in figures),
            "",
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove sim", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000, help="how many")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--minutes", type=float, default=600.0, help="stop after so long, and say how far it came")
    parser.add_argument("--at-once", type=int, default=2, help="how many processes")
    asked = parser.parse_args(argv)
    began, reports, failed = time.monotonic(), list[Report](), list[int]()
    with ProcessPoolExecutor(asked.at_once) as pool:
        for first in range(asked.first, asked.first + asked.seeds, 100):
            for said in pool.map(_one, range(first, min(first + 100, asked.first + asked.seeds)), chunksize=5):
                if isinstance(said, SimulationError):
                    failed.append(said.seed)
                    sys.stdout.write("\n".join((*said.story, str(said), "")))
                else:
                    reports.append(said)
            seconds = time.monotonic() - began
            sys.stdout.write(f"{len(reports) + len(failed)} seeds, {len(failed)} failed, {seconds:.0f} s\n")
            sys.stdout.flush()
            if seconds > asked.minutes * 60:
                break
    command = f"scripts/prove sim --seeds {len(reports) + len(failed)} --at-once {asked.at_once}"
    command += f" --from {asked.first}" if asked.first else ""
    _PAGE.write_text(page(reports, failed, command, time.monotonic() - began))
    return 1 if failed or not reports else 0


if __name__ == "__main__":
    sys.exit(main())
