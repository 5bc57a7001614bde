"""Whole runs of the real engine under faults, each from one seed; any failure is reproduced by its number."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.model.events import TaskAdded
from orchestrator.sim.plan import draw
from orchestrator.sim.simulation import SimulationError, simulate

ROOT = Path(__file__).parents[2]
_HASHES = "import sys; from orchestrator.sim.simulation import simulate; print(*(simulate(int(s)).journal for s in sys.argv[1:]))"  # noqa: E501 - one program


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_every_promise_holds_in_ten_more_seeds(block: int) -> None:
    for seed in range(block * 10, block * 10 + 10):
        try:
            report = simulate(seed)
        except SimulationError as error:  # the last commits are what one wants to read first
            pytest.fail("\n".join((*error.story[-20:], str(error))))
        assert report.commits > report.tasks


def test_a_moment_that_comes_while_the_last_process_leaves_brings_it_back() -> None:
    assert simulate(1038).tasks == 2


def test_a_person_may_take_a_tree_whose_findings_they_were_shown() -> None:
    assert simulate(1020).tasks > 0


def test_who_was_dead_when_it_was_decided_may_be_back_when_it_is_stored() -> None:
    assert simulate(5818).tasks > 0


def test_who_takes_over_an_attempt_that_is_lost_at_once_ends_its_agent() -> None:
    """Another attempt at the task won before the one that was taken over was looked after."""
    assert simulate(9386).tasks > 0


def test_a_failure_comes_whole_out_of_another_process() -> None:
    error = pickle.loads(pickle.dumps(SimulationError(7, "it is lost", ["one", "two"])))  # noqa: S301 - our own
    assert (error.seed, error.problem, error.story, str(error)) == (
        7,
        "it is lost",
        ["one", "two"],
        "seed 7: it is lost",
    )


@pytest.mark.slow
def test_a_plan_of_ones_own_is_played_under_any_seed() -> None:
    plan = draw(9)
    tasks = sum(isinstance(event, TaskAdded) for events in plan.commits for event in events)
    for seed in (0, 4):
        assert simulate(seed, plan).tasks >= tasks


def journals(seeds: tuple[int, ...], processes: int) -> set[tuple[str, ...]]:
    """Run the seeds in fresh processes, two at a time; give the different answers."""
    argv = [sys.executable, "-c", _HASHES, *map(str, seeds)]

    def start(number: int) -> "subprocess.Popen[str]":
        env = {**os.environ, "PYTHONHASHSEED": str(number), "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True)

    answers: set[tuple[str, ...]] = set()
    for first in range(0, processes, 2):
        pair = [start(number) for number in range(first, min(first + 2, processes))]
        answers |= {tuple(process.communicate()[0].split()) for process in pair}
    return answers


@pytest.mark.slow
def test_a_seed_writes_one_journal_in_fresh_processes_whatever_their_hashes() -> None:
    """Four processes in the quick run, twenty with PROVE=1."""
    seeds = (1, 2, 7)
    (answer,) = journals(seeds, 20 if os.environ.get("PROVE") else 4)
    assert len(set(answer)) == len(seeds)
    assert answer == tuple(simulate(seed).journal for seed in seeds)
