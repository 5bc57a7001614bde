"""The oracle finds broken coordination: each is put in, and a seed from the one that found it first on finds it."""

import functools
import json
from pathlib import Path

import pytest

from tests.sim.mutants import Mutant, hunted
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
def test_it_is_found_by_the_seed_that_found_it_first_or_one_of_the_next(mutant: Mutant) -> None:
    name, first = FOUND[mutant.__name__]
    assert hunted(mutant, functools.partial(play, SITUATIONS[name]), first)
