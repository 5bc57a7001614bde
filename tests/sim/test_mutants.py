"""The simulator finds broken engines: each is put in, and a seed from the one that found it first on finds it."""

import json
from pathlib import Path

import pytest

from orchestrator.sim.day import simulate_day
from orchestrator.sim.simulation import simulate
from tests.sim.mutants import MUTANTS, OF_MONEY, Mutant, hunted

FOUND: dict[str, int] = json.loads((Path(__file__).with_name("mutants.json")).read_bytes())
"""The first seed that finds each, as `scripts/prove mutants` saw it."""
LEAST = 0.95


def test_nearly_all_are_found() -> None:
    known = {mutant.__name__ for mutant in (*MUTANTS, *OF_MONEY)}
    assert set(FOUND) <= known
    assert len(FOUND) >= LEAST * len(known) > 20


@pytest.mark.slow
@pytest.mark.parametrize("mutant", [m for m in (*MUTANTS, *OF_MONEY) if m.__name__ in FOUND], ids=lambda m: m.__name__)
def test_it_is_found_by_the_seed_that_found_it_first_or_one_of_the_next(mutant: Mutant) -> None:
    assert hunted(mutant, simulate_day if mutant in OF_MONEY else simulate, FOUND[mutant.__name__])
