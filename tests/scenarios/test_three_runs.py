"""Three runs work one queue; one is killed, one is stopped: nothing is lost, done twice or undone when it wakes."""

import signal

import pytest

from tests.scenarios.conftest import Shop

TASKS = ("A", "B", "C", "D", "E")


@pytest.mark.slow
def test_of_three_runs_one_is_killed_and_one_is_stopped_and_all_is_done_once(shop: Shop) -> None:
    shop.config("[queues.work]\nworkers = 3\n")
    shop.queue("work", *TASKS)
    for gate in ("a", "b"):
        shop.hold(gate)
        shop.play(f"work/{gate.upper()}", f"gate {gate}; works; claims")
    shop.commit()
    killed = shop.start("run", "--workers", "1")
    shop.started("work/A")
    stopped = shop.start("run", "--workers", "1")
    shop.started("work/B")
    third = shop.start("run", "--workers", "1")
    shop.until("task.claimed", task="work/C")
    killed.kill()
    stopped.signal(signal.SIGSTOP)
    assert shop.ask("retry", "work/B", "--take-over").code == 0
    shop.open("a")
    shop.open("b")
    assert third.wait().code == 0
    before = shop.events()[-1]["seq"]
    stopped.signal(signal.SIGCONT)
    assert stopped.wait().code == 0
    assert {event["type"] for event in shop.events() if event["seq"] > before} <= {"run.ended", "worker.left"}
    for task in (f"work/{name}" for name in TASKS):
        assert [len(shop.events(kind, task=task)) for kind in ("task.completed", "task.merged")] == [1, 1]
        assert shop.ledger(task) == ["1 1"]
        assert len(shop.events("verdict.reached", task=task, merged=False)) == 1
    assert {task["status"] for task in shop.saved("work")["by_id"].values()} == {"completed"}
