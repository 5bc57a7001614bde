"""The short forms of what `scripts/prove train` proves at length."""

from pathlib import Path

import msgspec
import pytest

from orchestrator.model import events as e
from tests.train.freight import Freight, send
from tests.train.haul import Haulage
from tests.train.prove import SMALL
from tests.train.throughput import Trip, travel

SOME = (3, 12, 17, 24, 31, 38, 45, 52)
"""Commands of the small batch; the proof dies at every one."""


@pytest.mark.slow
def test_changes_that_conflict_clash_and_flake_all_land_while_processes_die() -> None:
    arrived = send(Freight(seed=3, changes=20, death=0.03))
    assert arrived.landed == 20
    assert sum(arrived.deaths.values()) > 3
    assert arrived.behind > 5
    assert arrived.evicted


@pytest.mark.slow
def test_dying_at_any_git_command_loses_nothing() -> None:
    for number in SOME:
        arrived = send(msgspec.structs.replace(SMALL, die_at=number))
        assert arrived.landed == SMALL.changes
        assert sum(arrived.deaths.values()) == 1, number


@pytest.mark.slow
def test_real_git_killed_under_its_processes_leaves_a_green_target_and_every_change(tmp_path: Path) -> None:
    hauled = Haulage(tmp_path, changes=3, seed=2, apart=50, processes=1).run()
    assert hauled.problems == []
    assert sum(hauled.deaths.values()) > 1
    assert hauled.count(e.TaskMerged) == 3


def test_a_window_lands_the_same_changes_sooner() -> None:
    alone, together = (travel(Trip(seed=1, window=window, fails=0.1, changes=12)) for window in (1, 4))
    assert alone.checks_long / together.checks_long > 1.8
