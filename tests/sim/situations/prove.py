"""`scripts/prove scenarios`: many seeds of each situation, every broken coordination, and the page of what came."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from orchestrator.sim.simulation import Report, SimulationError
from tests.proofs import commit, today
from tests.sim.mutants import put_in
from tests.sim.situations.every import SITUATIONS
from tests.sim.situations.mutants import MUTANTS
from tests.sim.situations.playing import play

_ROOT = Path(__file__).resolve().parents[3]
_PAGE = _ROOT / "docs" / "proofs" / "scenarios.md"
_FOUND = Path(__file__).with_name("mutants.json")
_MUTANTS = {mutant.__name__: mutant for mutant in MUTANTS}
_INTRODUCTION = """\
Five ways in which teams work (`tests/sim/situations/`), each drawn anew from every seed: numbers of tracks, phases
and steps, chains, workers, gates, resources, what agents do and what people do. **tracks**: parallel tracks, the
third freed by the second, an end that needs all, an edge dropped while it runs. **tiers**: one phase before four
others, a registry of services read, changed and counted, notices, outputs handed on. **recovery**: many agents on one
repository by ownership of files, go/no-go checkpoints at a date or after work. **launch**: gated phases with checks,
evidence, quorum and rejections, and a release that is taken back when a step fails. **board**: capabilities under
authority, conditional phases, phases not executed with a reason, sign-offs before others.

The real engine, policy and lookout run on a virtual clock under the storm of [the simulation](simulation.md); every
fourth seed has none. People are simulated too: they sign early, twice or in vain, reject, commit evidence, change the
plan. After every commit an oracle (`oracle.py`), which goes by the events and the contract and shares no code with
the fold or the policy, demands: no trigger lost or doubled, no gate passed without what it asks for, nothing held
twice, no task started or skipped against the rules, rollbacks in reverse, and that what people are told each task
waits for is the first reason that is true. At the end everything is done, every gate open, every trigger fired as
often as it came true."""


def _one(asked: tuple[str, int]) -> Report | SimulationError:
    name, seed = asked
    try:
        return play(SITUATIONS[name], seed)
    except SimulationError as error:
        return SimulationError(error.seed, f"{name}: {error.problem}", error.story[-20:])


def hunt(name: str, most: int) -> tuple[str, int, str] | None:
    """Give the first seed of any situation that finds a mutant, and what it says."""
    with put_in(_MUTANTS[name]):
        for seed in range(most):
            for situation in SITUATIONS:
                said = _one((situation, seed))
                if isinstance(said, SimulationError):
                    return situation, seed, said.problem.partition("\n")[0].partition(": ")[2]
    return None


def _row(name: str, reports: list[Report]) -> str:
    faults, calls = sum(r.faults for r in reports), sum(r.agent_calls for r in reports)
    figures = (len(reports), sum(r.commits for r in reports), sum(r.tasks for r in reports), calls, faults)
    return f"| {name} | {' | '.join(map(str, figures))} | {sum(r.hours for r in reports):,.0f} |"


def page(
    reports: dict[str, list[Report]], failed: list[str], found: dict[str, tuple[str, int, str] | None], head: list[str]
) -> str:
    """Write down what was done and what came of it."""
    caught = sum(who is not None for who in found.values())
    mutants = [
        f"| {name.replace('_', ' ')} | {'not found' if who is None else f'{who[0]} {who[1]}'} | "
        f"{'' if who is None else who[2][:150].replace('|', '/')} |"
        for name, who in found.items()
    ]
    return "\n".join(
        [
            *("# Proof: situations", "", _INTRODUCTION, "", *head),
            f"- seeds in which something did not hold: {', '.join(failed) or 'none'}",
            f"- broken ways to coordinate that were found: {caught} of {len(found)}",
            *("", "| situation | seeds | commits | tasks | agents' calls | faults | virtual hours |"),
            "|---|---|---|---|---|---|---|",
            *(_row(name, said) for name, said in reports.items()),
            *("", "| what is broken | first found by | what it says |", "|---|---|---|", *mutants, ""),
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds and every broken coordination is found."""
    parser = argparse.ArgumentParser(prog="scripts/prove scenarios", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many, over all situations")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed of each")
    parser.add_argument(
        "--hunt", type=int, default=40, help="how many seeds of each situation a mutant may take; 0: none"
    )
    parser.add_argument("--at-once", type=int, default=2, help="how many processes")
    asked = parser.parse_args(argv)
    began, failed = time.monotonic(), list[str]()
    reports: dict[str, list[Report]] = {name: [] for name in SITUATIONS}
    each = max(1, asked.seeds // len(SITUATIONS))
    with ProcessPoolExecutor(asked.at_once) as pool:
        wanted = [(name, seed) for seed in range(asked.first, asked.first + each) for name in SITUATIONS]
        for (name, seed), said in zip(wanted, pool.map(_one, wanted, chunksize=5), strict=True):
            if isinstance(said, SimulationError):
                failed.append(f"{name} {seed}")
                sys.stdout.write("\n".join((*said.story, str(said), "")))
            else:
                reports[name].append(said)
        waiting = {name: pool.submit(hunt, name, asked.hunt) for name in (_MUTANTS if asked.hunt else ())}
        found = {name: future.result() for name, future in waiting.items()}
    for name, who in found.items():
        sys.stdout.write(f"{name}: {who}\n")
    head = [
        f"- command: `scripts/prove scenarios --seeds {asked.seeds}{f' --from {asked.first}' if asked.first else ''}`",
        f"- date: {today()}, commit: {commit()}",
        f"- all of it: {(time.monotonic() - began) / 60:.1f} min",
    ]
    if asked.hunt:
        _FOUND.write_text(json.dumps({n: who[:2] for n, who in found.items() if who is not None}, indent=2) + "\n")
        _PAGE.write_text(page(reports, failed, found, head))
    return 1 if failed or None in found.values() else 0


if __name__ == "__main__":
    sys.exit(main())
