"""Five ways of working, each in twenty seeds: people, faults and the real engine, under the eyes of an oracle."""

import pytest

from orchestrator.sim.simulation import SimulationError
from tests.sim.situations.every import SITUATIONS
from tests.sim.situations.playing import play


@pytest.mark.slow
@pytest.mark.parametrize("block", range(4))
@pytest.mark.parametrize("name", SITUATIONS)
def test_every_rule_of_the_contract_holds_in_five_more_seeds(name: str, block: int) -> None:
    for seed in range(block * 5, block * 5 + 5):
        try:
            report = play(SITUATIONS[name], seed)
        except SimulationError as error:  # the last commits are what one wants to read first
            pytest.fail("\n".join((*error.story[-20:], str(error))))
        assert report.commits > report.tasks


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_plans_of_a_situation_differ_by_seed_and_a_seed_draws_one(name: str) -> None:
    draw = SITUATIONS[name]
    plans = [draw(seed).commits for seed in range(10)]
    assert plans == [draw(seed).commits for seed in range(10)]
    assert len({str(plan) for plan in plans}) == 10
    assert len({len(plan[1]) for plan in plans}) > 1
