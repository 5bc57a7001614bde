"""Kill -9 at ten of the points that `scripts/prove crash` goes through: nothing is lost, repeated or left."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.crash.points import INSIDE, points
from tests.crash.steps import Step
from tests.crash.trial import attempt, undisturbed

pytestmark = pytest.mark.slow

SAMPLE = (
    "before queue.added frontend",
    "after iteration.started frontend/F1 1 1",
    "before agent.finished backend/B1 1 1",
    "torn task.merged backend/B1 1",
    "before task.merged frontend/F1 2",
    "after trigger.fired second-half",
    "inside agent: guardian spawned, not heard",
    "inside landing: target moved, base not",
    "inside view: a person saved meanwhile, their text beside",
    "inside view: log of verdicts extended, others not",
)


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Step]:
    return undisturbed(tmp_path_factory.mktemp("crash") / "undisturbed")


@pytest.mark.parametrize("point", SAMPLE)
def test_nothing_is_lost_or_repeated_by_a_kill(point: str, steps: Sequence[Step], tmp_path: Path) -> None:
    assert point.startswith("torn ") or point in points(steps)
    trial = attempt(tmp_path / "site", point, steps)
    assert trial.problems == []


def test_every_durable_step_of_the_run_is_a_point(steps: Sequence[Step]) -> None:
    listed = points(steps)
    assert len(set(listed)) == len(listed)
    for step in steps:
        assert {f"before {step.name}", f"after {step.name}"} <= set(listed)
    assert {f"inside {name}" for name in INSIDE} <= set(listed)
    seen = {fact.split()[0] for step in steps for fact in step.facts}
    assert {"verdict.reached", "task.merged", "trigger.fired", "action.finished", "attempt.ended"} <= seen
