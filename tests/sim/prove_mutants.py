"""`scripts/prove mutants`: each broken engine is looked for seed by seed, and the page says which seed finds it."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from orchestrator.sim.day import simulate_day
from orchestrator.sim.simulation import SimulationError, simulate
from tests.proofs import commit, today
from tests.sim.mutants import MUTANTS, OF_MONEY, put_in

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "proofs" / "mutants.md"
_SEEDS = Path(__file__).with_name("mutants.json")
_ALL = {mutant.__name__: mutant for mutant in (*MUTANTS, *OF_MONEY)}
_INTRODUCTION = """\
A simulator that finds nothing proves nothing. Each of these faults (`tests/sim/mutants.py`) is put into the running
engine on purpose, alone, and seeds are played until one breaks a promise or does not come to its end. The first seed
that does is kept in `tests/sim/mutants.json`, and the test run plays it again each time."""


def hunt(name: str, most: int) -> tuple[int | None, str]:
    """Give the first seed that finds a mutant and what it says, or None."""
    mutant = _ALL[name]
    play = simulate_day if mutant in OF_MONEY else simulate
    with put_in(mutant):
        for seed in range(most):
            try:
                play(seed)
            except SimulationError as error:
                return seed, error.problem.partition("\n")[0]
    return None, ""


def page(found: dict[str, tuple[int | None, str]], most: int, seconds: float) -> str:
    """Write down who was found by what."""
    got = sum(seed is not None for seed, _ in found.values())
    rows = [
        f"| {name.replace('_', ' ')} | {'not found' if seed is None else seed} | {said[:140].replace('|', '/')} |"
        for name, (seed, said) in found.items()
    ]
    return "\n".join(
        [
            "# Proof: broken engines are found",
            "",
            _INTRODUCTION,
            "",
            f"- command: `scripts/prove mutants --seeds {most}`",
            f"- date: {today()}, commit: {commit()}",
            f"- all of it: {seconds / 60:.1f} min",
            f"- found: {got} of {len(found)} within {most} seeds each",
            "",
            "| what is broken | first seed | what it says |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if at least 95 % are found."""
    parser = argparse.ArgumentParser(prog="scripts/prove mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds each may take")
    parser.add_argument("--at-once", type=int, default=2, help="how many processes")
    asked = parser.parse_args(argv)
    began = time.monotonic()
    with ProcessPoolExecutor(asked.at_once) as pool:
        waiting = {name: pool.submit(hunt, name, asked.seeds) for name in _ALL}
        found: dict[str, tuple[int | None, str]] = {}
        for name, future in waiting.items():
            found[name] = future.result()
            sys.stdout.write(f"{name}: {found[name]}\n")
            sys.stdout.flush()
    seeds = {name: seed for name, (seed, _) in found.items() if seed is not None}
    _SEEDS.write_text(json.dumps(seeds, indent=2) + "\n")
    _PAGE.write_text(page(found, asked.seeds, time.monotonic() - began))
    return 0 if len(seeds) >= 0.95 * len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
