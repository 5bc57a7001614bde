"""`scripts/prove day`: many days, two at a time, and the page that says what they came to."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from pathlib import Path

from orchestrator.sim.day import DayReport, simulate_day
from orchestrator.sim.simulation import SimulationError
from tests.proofs import commit, today

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "proofs" / "day.md"
AT_ONCE = 2
_INTRODUCTION = """\
Each seed is one project (`orchestrator/sim/day_plan.py`): three queues, sixty tasks with dependencies across them, five
agents on four accounts. Two accounts meet usage limits at different times, some of which name their reset and some do
not; one agent is logged out until a person logs it in; one account flaps; there are outages. Tasks, queues and the
project have budgets of money, money a day, tokens, agents' time and iterations, tight enough to be reached, and a queue
may have hours. The real engine runs on a virtual clock. Processes and guardians die in every seed; in half of them the
journal, the verifier and the workspaces fail now and then too. A person looks in: doubles limits that do not end by
themselves, resumes what is to be resumed by hand, starts runs that have left.

What must hold (`orchestrator/sim/vigil.py`, and everything `orchestrator/sim/witness.py` demands after each commit):

- all sixty tasks land, each once;
- no iteration starts while a budget it draws on has no room, by sums made in decimals from the events alone;
- every task that does not run has a reason that is true of the services' real state, of the sums and of the clock, and
  the end it names is near the real one; no task is ready for long beside a worker with nothing to do;
- no run leaves while something it could wait for goes on by itself;
- what the services billed, what the journal adds up to, by task, by day and in all, and what `status` says are equal to
  the millionth of a USD."""


def _one(seed: int) -> DayReport | SimulationError:
    try:
        return simulate_day(seed)
    except SimulationError as error:
        return SimulationError(error.seed, error.problem, error.story[-20:])


def page(reports: list[DayReport], failed: list[int], command: str, seconds: float) -> str:
    """Write down what was done and what came of it."""
    waits: Counter[str] = Counter()
    for report in reports:
        waits.update(report.waits)
    usd = sum((report.usd for report in reports), Decimal())
    figures = (
        ("days", len(reports) + len(failed)),
        ("days in which something did not hold", len(failed)),
        ("tasks landed", sum(report.report.tasks for report in reports)),
        ("commits", sum(report.report.commits for report in reports)),
        ("processes", sum(report.report.processes for report in reports)),
        ("agents' calls on the bill", sum(report.billed for report in reports)),
        ("USD billed, recorded and shown", f"{usd:,.6f}"),
        ("calls refused or cut off by their account", sum(report.refused for report in reports)),
        ("times an account was parked", sum(report.parks for report in reports)),
        ("times a person raised limits", sum(report.raised for report in reports)),
        ("faults that struck", sum(report.report.faults for report in reports)),
        ("virtual hours", f"{sum(report.report.hours for report in reports):,.0f}"),
        *((f"waits looked at: {reason}", f"{count:,}") for reason, count in sorted(waits.items())),
    )
    rows = [f"| {what} | {value} |" for what, value in figures]
    return "\n".join(
        [
            "# Proof: a day in the life, simulated",
            "",
            _INTRODUCTION,
            "",
            f"- command: `{command}`",
            f"- date: {today()}, commit: {commit()}",
            f"- all of it: {seconds / 60:.1f} min, {AT_ONCE} days at a time",
            *([f"- seeds that failed: {', '.join(map(str, failed))}"] if failed else []),
            "",
            "| | |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove day", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many days")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    asked = parser.parse_args(argv)
    began, reports, failed = time.monotonic(), list[DayReport](), list[int]()
    with ProcessPoolExecutor(AT_ONCE) as pool:
        for seed, said in enumerate(pool.map(_one, range(asked.first, asked.first + asked.seeds)), asked.first):
            if isinstance(said, SimulationError):
                failed.append(seed)
                sys.stdout.write("\n".join((*said.story, str(said), "")))
            else:
                reports.append(said)
                sys.stdout.write(f"seed {seed}: {said.usd} USD, {said.report.hours} h, {said.parks} parks\n")
            sys.stdout.flush()
    command = f"scripts/prove day --seeds {asked.seeds}" + (f" --from {asked.first}" if asked.first else "")
    _PAGE.parent.mkdir(parents=True, exist_ok=True)
    _PAGE.write_text(page(reports, failed, command, time.monotonic() - began))
    sys.stdout.write(f"{len(reports)} of {asked.seeds} days hold\n")
    return 1 if failed or not reports else 0


if __name__ == "__main__":
    sys.exit(main())
