"""What triggers do, seen by a person: commands that fail are no secret, and holds end by themselves."""

import os
import signal

import pytest

from tests.scenarios.conftest import Shop
from tests.scenarios.test_messages import service

pytestmark = pytest.mark.slow
ANNOUNCE = """#!/bin/sh
echo "$ORCHESTRATOR_ACTION_KEY" >> announced.log
test -f network || { echo "no network" >&2; exit 7; }
"""
ACTIONS = '\n[actions.announce]\ncommand = ["./announce.sh"]\n'


def keys(shop: Shop) -> list[str]:
    return (shop.root / "announced.log").read_text().split()


def test_a_command_that_fails_is_seen_told_and_tried_again(shop: Shop) -> None:
    with service() as ops:
        shop.config(f'{ACTIONS}[notify]\nurls = ["json://127.0.0.1:{ops.port}"]\non = ["action"]\n')
        shop.write("announce.sh", ANNOUNCE, mode=0o755)
        ship = {"id": "ship", "when": {"queue": "work"}, "do": [{"run": "announce"}]}
        shop.queue("work", "A", triggers=[ship])
        shop.commit()
        run = shop.start("run", "--watch")
        shop.until("action.finished", ok=False)
        (failing,) = shop.status()["actions"]
        assert (failing["action"], failing["trigger"], failing["blocked"]) == ("announce", "ship", False)
        assert "exit 7: no network" in failing["note"]
        assert "action announce of trigger ship fails (" in shop.ask("status").out
        inbox = shop.ask("inbox").out
        assert "trigger:ship  its action announce failed" in inbox
        assert "exit 7: no network" in inbox
        ops.wait()
        assert "action announce of trigger ship failed; it is tried again by itself: exit 7" in ops.texts[0]

        shop.write("network", "up")
        again = shop.ask("retry", "trigger:ship")
        assert again.code == 0, again.err
        assert "has action ship#1.0 tried again" in again.out
        shop.until("action.finished", ok=True)
        assert shop.status()["actions"] == []
        assert set(keys(shop)) == {"ship#1.0"}
        assert shop.ask("stop").code == 0
        run.wait()


def test_what_is_not_to_be_done_any_more_is_dropped_with_a_reason(shop: Shop) -> None:
    shop.config(ACTIONS)
    shop.write("announce.sh", ANNOUNCE, mode=0o755)
    ship = {"id": "ship", "when": {"queue": "work"}, "do": [{"run": "announce"}]}
    shop.queue("work", "A", triggers=[ship])
    shop.commit()
    run = shop.start("run")
    shop.until("action.finished", ok=False)
    assert shop.ask("skip", "trigger:ship", "--reason", "told them by phone").code == 0
    done = run.wait()
    assert done.code == 0
    assert shop.ask("skip", "trigger:ship", "--reason", "again").code == 1
    assert keys(shop) == ["ship#1.0"]


def test_a_hold_ends_by_itself_also_over_a_kill(shop: Shop) -> None:
    shop.queue("work", "A")
    shop.commit()
    held = shop.ask("pause", "work", "--for", "6s")
    assert held.code == 0, held.err
    reason = shop.task("work/A")["reason"]
    assert (reason["code"], reason["until"] is not None) == ("paused", True)
    assert "[paused until 20" in shop.ask("status").out
    assert shop.ask("pause", "work", "--for", "soon").code == 2
    assert shop.ask("pause", "work", "--until", "2020-01-01").code == 1
    first = shop.start("run")
    shop.wait_alive()
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    second = shop.run()
    assert second.code == 0, second.err
    assert shop.events("queue.resumed")[0]["because"] == "its time has come"
    resumed, claimed = shop.events("queue.resumed")[0], shop.events("task.claimed")[0]
    assert resumed["seq"] < claimed["seq"]


def test_a_trigger_holds_a_queue_for_a_while(shop: Shop) -> None:
    hold = {"id": "calm", "when": "first/A", "do": [{"pause": "second", "for": "2s"}]}
    shop.queue("first", "A", triggers=[hold])
    shop.queue("second", {"id": "B", "dependencies": ["first/A"]})
    shop.commit()
    assert shop.run().code == 0
    (paused,), (resumed,) = shop.events("queue.paused"), shop.events("queue.resumed")
    assert paused["because"] == "trigger calm"
    assert paused["seq"] < resumed["seq"] < shop.events("task.claimed", task="second/B")[0]["seq"]
