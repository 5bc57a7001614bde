"""A laptop is shut in the middle of everything: all processes stand still while the clock on the wall goes on."""

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from tests.scenarios.conftest import Shop
from tests.scenarios.wall import Wall

pytestmark = pytest.mark.slow
HOUR_S = 3600


def sleep(shop: Shop, wall: Wall, seconds: int, *pids: int) -> None:
    """Let the machine sleep: what has been started stands still, and only the clock on the wall has gone on."""
    still = [*pids, *shop.guardians(), *shop.processes()]
    for pid in still:
        os.kill(pid, signal.SIGSTOP)
    wall.set(seconds)
    for pid in still:
        os.kill(pid, signal.SIGCONT)


def hours_from_now(hours: int) -> str:
    now = datetime.now(UTC)  # noqa: TID251 - the process under test has a clock of its own
    return (now + timedelta(hours=hours)).isoformat(timespec="seconds")


def once(shop: Shop, task: str) -> None:
    """Demand that a task was had in one attempt and one iteration, by an agent nobody stopped, and landed once."""
    assert shop.ledger(task) == ["1 1"]
    assert [event["outcome"] for event in shop.events("agent.finished", task=task)] == ["claimed"]
    assert [len(shop.events(kind, task=task)) for kind in ("task.merged", "task.completed")] == [1, 1]


def test_an_agent_whose_run_was_killed_before_the_night_is_adopted_after_it(shop: Shop) -> None:
    shop.queue("work", "A")
    shop.hold("a")
    shop.play("work/A", "gate a; works; claims")
    shop.commit()
    wall = Wall(shop.base)
    run = shop.start("run", env=wall.variables)
    shop.started("work/A")
    run.kill()
    sleep(shop, wall, 9 * HOUR_S)
    run = shop.start("run", env=wall.variables)
    shop.until("task.claimed", resumed=True)
    shop.open("a")
    assert run.wait().code == 0
    once(shop, "work/A")
    assert shop.events()[-1]["at"] > hours_from_now(8)


def test_a_night_beneath_a_run_takes_nobodys_time_and_what_was_to_start_in_it_starts(shop: Shop) -> None:
    shop.queue("work", "A", {"id": "B", "start": hours_from_now(8)}, {"id": "C", "start": hours_from_now(80)})
    shop.hold("a")
    shop.play("work/A", "gate a; works; claims")
    shop.commit()
    wall = Wall(shop.base)
    run = shop.start("run", "--watch", env=wall.variables)
    shop.started("work/A")
    sleep(shop, wall, 9 * HOUR_S, run.pid)
    shop.open("a")
    shop.until("task.completed", task="work/B")
    run.signal(signal.SIGTERM)
    run.wait()
    once(shop, "work/A")
    once(shop, "work/B")
    assert not shop.events("task.claimed", resumed=True)
    assert not shop.events("task.claimed", task="work/C")
