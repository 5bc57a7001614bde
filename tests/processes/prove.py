"""`scripts/prove processes`: hostile trees under every isolation there is, adoption a hundred times, and the page."""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest

from orchestrator.ports.runner import End
from orchestrator.processes import GuardedRunner
from tests.processes.adopting import adopted
from tests.processes.conftest import ISOLATIONS, Ground, living, needs
from tests.processes.trees import DEATHS, STORM, TREES, grown, seconds_until_gone
from tests.proofs import commit, today

BOUND_S = 1.0
_CLEARED_S = 30.0
_LEFT = float("inf")
_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "proofs" / "processes.md"
_WEAK = "subreaper"
_UNSEEN = frozenset({STORM, "without its environment"})

Cell = tuple[str, str, str]
"""Isolation, tree, death."""


def is_known(cell: Cell) -> bool:
    """Say whether this is not held, as the page explains."""
    isolation, tree, death = cell
    return isolation == _WEAK and (death == "both killed" or (death == "both killed, looked at" and tree in _UNSEEN))


def runner_of(isolation: str) -> GuardedRunner:
    """Give a runner that holds its trees one way, forced."""
    return GuardedRunner("bwrap" if isolation == "bwrap" else "none", isolation=isolation)


def present() -> list[str]:
    """List the isolations that work here."""
    found: list[str] = []
    for isolation in ISOLATIONS:
        with contextlib.suppress(pytest.skip.Exception):
            needs(isolation)
            found.append(isolation)
    return found


async def trial(cell: Cell, folder: Path) -> float:
    """Let one tree lose what it loses; gives the seconds until nothing of it lived, infinite beyond the bound."""
    isolation, tree, death = cell
    folder.mkdir()
    ground, runner = Ground(folder), runner_of(isolation)
    launch, guarded = await grown(runner, ground, tree)
    began = time.monotonic()
    await DEATHS[death](runner, launch, guarded)
    spent = time.monotonic() - began
    try:
        took = spent + seconds_until_gone(ground, BOUND_S)
    except AssertionError:
        took = _LEFT
    await runner.wait(launch.run_dir)
    for pid in living(ground.mark):  # the next is not to suffer from what this one left
        os.kill(pid, signal.SIGKILL)
    seconds_until_gone(ground, _CLEARED_S)
    shutil.rmtree(folder)
    return took


def adoptions(isolation: str, folder: Path, times: int) -> bool:
    """Have one agent adopted so many times; says whether it came to its own end and wrote all it had to say."""
    folder.mkdir()
    ground = Ground(folder)
    end = adopted(runner_of(isolation), ground, times)
    return isinstance(end, End) and (end.code, end.reason) == (4, "") and ground.out() == "before\nafter\n"


def page(took: dict[Cell, float], held: dict[str, bool], asked: argparse.Namespace, seconds: float) -> str:
    """Write down what was done and what came of it."""
    wrong = wrongs(took, held)
    isolations, known = list(held), sum(is_known(cell) for cell, seconds in took.items() if seconds == _LEFT)
    return "\n".join(
        [
            "# Proof: trees that do not want to end",
            "",
            _INTRODUCTION,
            "",
            f"- command: `scripts/prove processes --rounds {asked.rounds} --adoptions {asked.adoptions}`",
            f"- date: {today()}, commit: {commit()}, Linux {os.uname().release}",
            f"- isolations: {', '.join(isolations)}; trees: {len(TREES)}; deaths: {len(DEATHS)}",
            (
                f"- trials: {len(took) * asked.rounds}; cells where what is left is known, and why (below): {known}; "
                f"deviations: {len(wrong)}"
            ),
            f"- adoptions: {asked.adoptions} of one agent under each isolation: "
            + ", ".join(f"{name} {'holds' if good else '**fails**'}" for name, good in held.items()),
            f"- all of it: {seconds / 60:.1f} min",
            *(f"\n## {name}\n\n{_table(took, name)}" for name in isolations),
            "",
            *_KNOWN,
            "",
            *([*("## Deviations", ""), *[f"- {line}" for line in wrong], ""] if wrong else []),
        ]
    )


def _table(took: dict[Cell, float], isolation: str) -> str:
    rows = [f"| {tree} | {' | '.join(_cell(took[isolation, tree, death]) for death in DEATHS)} |" for tree in TREES]
    return "\n".join([f"| tree | {' | '.join(DEATHS)} |", f"|---|{'---|' * len(DEATHS)}", *rows])


def _cell(took: float) -> str:
    return "left" if took == _LEFT else f"{took:.2f}"


def wrongs(took: dict[Cell, float], held: dict[str, bool]) -> list[str]:
    """Say what does not hold and is not known."""
    left = [", ".join(cell) for cell, seconds in took.items() if seconds == _LEFT and not is_known(cell)]
    return [*left, *(f"adoption under {isolation}" for isolation, good in held.items() if not good)]


_INTRODUCTION = """An agent leaves a tree behind that does not want to end (`tests/processes/trees.py`), and stays. Then
it is stopped; or its guardian, the root of its tree (our init), or both at once are killed with -9. A cell has the
seconds from then until no process of the tree is left, the longest of all rounds; `left`: something lived after one
second. A storm of forks is twenty processes that are others every millisecond, found by a lock they all hold. `both
killed, looked at` is what the next start does first: it asks what became of the run.

Adoption: one agent waits for a word while a hundred processes adopt it one after another, each killed with -9 as soon
as it has; then it gets its word, and its own end is read with all it wrote. That no pid is believed without its start
and boot (pids used again, a machine started anew) is tested in `tests/processes/test_hostile.py`."""
_KNOWN = (
    "## What is not held, and why",
    "",
    "- Under `subreaper` (where no namespaces can be made or are wanted) a tree that loses guardian and root in one",
    "  moment is nobody's until somebody looks: the kernel ties it to nothing. The next start ends what carries the",
    "  run's marker in its environment, but not what took its environment off or is another process every millisecond.",
    "- The machine was not suspended here: it cannot be. The guardian counts by a clock that stands still meanwhile;",
    "  a run, guardian and agent that all stand still for a night are played by `tests/scenarios/test_asleep.py`.",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove processes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each tree loses each thing")
    parser.add_argument("--adoptions", type=int, default=100, help="how often one agent is adopted")
    asked = parser.parse_args(argv)
    folder, began = Path(tempfile.mkdtemp(prefix="processes-")), time.monotonic()
    took: dict[Cell, float] = {}
    for isolation in present():
        for tree in TREES:
            for death in DEATHS:
                cell = (isolation, tree, death)
                tried = [anyio.run(trial, cell, folder / f"{len(took)}-{n}") for n in range(asked.rounds)]
                took[cell] = max(tried)
                sys.stdout.write(f"{', '.join(cell)}: {_cell(took[cell])}\n")
                sys.stdout.flush()
    held = {isolation: adoptions(isolation, folder / isolation, asked.adoptions) for isolation in present()}
    _PAGE.write_text(page(took, held, asked, time.monotonic() - began))
    wrong = wrongs(took, held)
    sys.stdout.write("\n".join([*wrong, f"{len(took)} cells, {len(wrong)} deviations\n"]))
    shutil.rmtree(folder, ignore_errors=True)
    return 1 if wrong or not took else 0


if __name__ == "__main__":
    sys.exit(main())
