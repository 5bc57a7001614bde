"""A laptop is shut in the middle of everything: all processes stand still while the clock on the wall goes on."""

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from tests.scenarios.conftest import Shop
from tests.soak.ground import FAKETIME

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FAKETIME.exists(), reason="libfaketime is not installed"),
]
HOUR_S = 3600


def sleep(shop: Shop, seconds: int, *pids: int) -> None:
    """Let the machine sleep: what has been started stands still, and only the clock on the wall has gone on."""
    still = [*pids, *shop.guardians(), *shop.processes()]
    for pid in still:
        os.kill(pid, signal.SIGSTOP)
    (shop.base / "clock").write_text(f"{seconds:+d}\n")
    for pid in still:
        os.kill(pid, signal.SIGCONT)


def clock(shop: Shop) -> dict[str, str]:
    """Give the variables of a process that lives by the clock on our wall; its other clocks are the machine's."""
    hands = shop.base / "clock"
    hands.write_text("+0\n")
    return {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(hands),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


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
    env = clock(shop)
    run = shop.start("run", env=env)
    shop.started("work/A")
    run.kill()
    sleep(shop, 9 * HOUR_S)
    run = shop.start("run", env=env)
    shop.until("task.claimed", resumed=True)
    shop.open("a")
    assert run.wait().code == 0
    once(shop, "work/A")


def test_a_night_beneath_a_run_takes_nobodys_time_and_what_was_to_start_in_it_starts(shop: Shop) -> None:
    shop.queue("work", "A", {"id": "B", "start": hours_from_now(8)}, {"id": "C", "start": hours_from_now(80)})
    shop.hold("a")
    shop.play("work/A", "gate a; works; claims")
    shop.commit()
    run = shop.start("run", "--watch", env=clock(shop))
    shop.started("work/A")
    sleep(shop, 9 * HOUR_S, run.pid)
    shop.open("a")
    shop.until("task.completed", task="work/B")
    run.signal(signal.SIGTERM)
    run.wait()
    once(shop, "work/A")
    once(shop, "work/B")
    assert not shop.events("task.claimed", resumed=True)
    assert not shop.events("task.claimed", task="work/C")
