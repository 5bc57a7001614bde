"""The oracle finds broken coordination: each is put in, and a seed that is known to find it must do so again."""

import json
from pathlib import Path

import pytest

from orchestrator.sim.simulation import SimulationError
from tests.sim.mutants import Mutant, put_in
from tests.sim.situations.every import SITUATIONS
from tests.sim.situations.mutants import MUTANTS
from tests.sim.situations.playing import play

FOUND: dict[str, tuple[str, int]] = {
    name: (who[0], who[1]) for name, who in json.loads(Path(__file__).with_name("mutants.json").read_bytes()).items()
}
"""The first seed that finds each, as `scripts/prove scenarios` saw it."""


def test_all_are_found() -> None:
    assert set(FOUND) == {mutant.__name__ for mutant in MUTANTS}
    assert len(FOUND) > 20


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_it_is_found_by_the_seed_that_found_it_first(mutant: Mutant) -> None:
    name, seed = FOUND[mutant.__name__]
    with put_in(mutant), pytest.raises(SimulationError):
        play(SITUATIONS[name], seed)
