"""Storms and situations in which whoever can lets others go first: also a plan that gains nothing by it waits."""

from collections import Counter
from collections.abc import Sequence

import pytest

from orchestrator.model import events as e
from orchestrator.policy import rehearsal
from orchestrator.policy.drill import Drill
from orchestrator.policy.drill_waits import Tried
from orchestrator.sim.simulation import SimulationError, simulate
from orchestrator.sim.witness import Witness
from tests.sim.situations.every import SITUATIONS
from tests.sim.situations.playing import play

Seen = Counter[str]


@pytest.fixture(autouse=True)
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Let everybody wait for everybody that comes soon; count how often that happens."""
    found: Seen = Counter()

    def wait(drill: Drill, best: Tried, patient: Sequence[bool], *_: int) -> Tried:
        able = [one for one, may in enumerate(patient) if may]
        coming = [one for one in able if drill.before[one] and all(patient[need] for need in drill.before[one])]
        yields = {
            one: tuple(other for other in coming if other != one and drill.ranks[one] >= drill.ranks[other])
            for one in able
        }
        return Tried(best.lengths, best.end, yields)

    observe = Witness.observe

    def counted(self: Witness, commit: e.Commit) -> None:
        found["yields"] += sum(isinstance(event, e.TaskYielded) for event in commit.events)
        observe(self, commit)

    monkeypatch.setattr(rehearsal, "patiently", wait)
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
