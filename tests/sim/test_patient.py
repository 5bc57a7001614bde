"""Storms and situations in which whoever can lets others go first: also a plan that gains nothing by it waits."""

from collections import Counter

import pytest

from orchestrator.model import events as e
from orchestrator.policy import rehearsal
from orchestrator.sim.simulation import SimulationError, simulate
from orchestrator.sim.witness import Witness
from tests.sim.situations.every import SITUATIONS
from tests.sim.situations.playing import play

Seen = Counter[str]


@pytest.fixture(autouse=True)
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Let everybody wait for everybody that comes soon; count how often that happens."""
    found: Seen = Counter()

    def wait(self: rehearsal.Rehearsal, _least: int) -> None:
        able = [one for one, patient in enumerate(self._patient) if patient]
        coming = [one for one in able if self._before[one] and all(self._patient[need] for need in self._before[one])]
        for one in able:
            firsts = (other for other in coming if other != one and self._ranks[one] >= self._ranks[other])
            self.yields[one] = tuple(firsts)

    observe = Witness.observe

    def counted(self: Witness, commit: e.Commit) -> None:
        found["yields"] += sum(isinstance(event, e.TaskYielded) for event in commit.events)
        observe(self, commit)

    monkeypatch.setattr(rehearsal.Rehearsal, "_wait", wait)
    monkeypatch.setattr(Witness, "observe", counted)
    return found


@pytest.mark.slow
def test_a_storm_is_weathered_though_everybody_waits(seen: Seen) -> None:
    for seed in range(7008, 7020):
        try:
            simulate(seed)
        except SimulationError as error:
            pytest.fail("\n".join((*error.story[-20:], str(error))))
    assert seen["yields"] > 10


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tiers", "recovery"])
def test_a_situation_comes_to_its_end_though_everybody_waits(name: str, seen: Seen) -> None:
    """Their tasks share something, as those of the others do not."""
    for seed in range(12):
        play(SITUATIONS[name], seed)
    assert seen["yields"] > 0
