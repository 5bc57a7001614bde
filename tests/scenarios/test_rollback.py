"""A release whose last step fails: what was done is taken back in reverse, whatever is killed on the way."""

import contextlib
from pathlib import Path

import pytest

from tests.scenarios.conftest import Shop

ACTIONS = """
[actions.undo]
command = ["./undo.sh"]
"""
UNDO = """\
#!/bin/sh
sleep 600 &
echo "$ORCHESTRATOR_ACTION_TASK $ORCHESTRATOR_ACTION_KEY" >> plays/undone
test "$ORCHESTRATOR_ACTION_TASK" = release/DEPLOY || exit 0
echo started > plays/under-way
read -r _ < gates/undo
"""


def at_work() -> list[str]:
    """Name the processes of rollbacks that live."""
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            data = path.read_bytes()
            if b"ORCHESTRATOR_ACTION_KEY=rollback:release#1/" in data:
                found.append(path.parent.name)
    return found


def release(shop: Shop) -> None:
    shop.config(ACTIONS)
    shop.write("undo.sh", UNDO, mode=0o755)
    undo = {"checks": ["green"], "rollback": {"run": "undo"}}
    shop.queue(
        "release",
        {"id": "MIGRATE", **undo},
        {"id": "NOTES", "checks": ["green"], "dependencies": ["MIGRATE"]},
        {"id": "DEPLOY", "dependencies": ["NOTES"], **undo},
        {"id": "SMOKE", "dependencies": ["DEPLOY"], "checks": ["green"], "max_iterations": 1},
        {"id": "ANNOUNCE", "dependencies": ["SMOKE"], **undo},
    )
    shop.play("release/SMOKE", "echo 'the new version does not answer'")
    shop.commit()


@pytest.mark.slow
def test_a_failed_step_takes_the_release_back_and_a_killed_rollback_goes_on_under_its_key(shop: Shop) -> None:
    release(shop)
    shop.hold("undo")

    first = shop.start("run", "--queue", "release")
    shop.until("rollback.started", task="release/SMOKE")
    shop.wait_for((shop.root / "plays" / "under-way").exists, shop.root / "plays", "the rollback of DEPLOY runs")
    assert "being rolled back because release/SMOKE failed, now release/DEPLOY" in shop.status()["headline"]
    assert "release: queue release is being rolled back" in shop.ask("explain", "release").out
    first.kill()

    again = shop.start("run", "--queue", "release")
    shop.until("action.started", key="rollback:release#1/DEPLOY", count=2)
    shop.open("undo")  # of two that read, one would wait for ever
    left = again.wait()
    assert left.code == 1
    assert "`orchestrator retry release/SMOKE`, then `orchestrator resume release` goes on" in left.out + left.err

    undone = (shop.root / "plays" / "undone").read_text().splitlines()
    deploy, migrate = (f"release/{name} rollback:release#1/{name}" for name in ("DEPLOY", "MIGRATE"))
    assert undone == [deploy, deploy, migrate]
    assert not at_work()
    assert [event["task"] for event in shop.events("task.rolled_back")] == ["release/DEPLOY", "release/MIGRATE"]
    assert shop.events("rollback.finished")[0]["undone"] == ["release/DEPLOY", "release/MIGRATE"]
    assert {name: task.get("status", "pending") for name, task in shop.saved("release")["by_id"].items()} == {
        "MIGRATE": "pending",
        "NOTES": "completed",
        "DEPLOY": "pending",
        "SMOKE": "failed",
        "ANNOUNCE": "pending",
    }
    why = shop.task("release/MIGRATE")["reason"]
    assert (why["code"], why["on"]) == ("paused", ["release"])
    assert "`orchestrator retry release/SMOKE`, then `orchestrator resume release` goes on" in why["text"]
    assert "rolled back because release/SMOKE failed" in shop.ask("history", "release/DEPLOY").out
    assert "was rolled back because release/SMOKE failed" in shop.ask("report").out


@pytest.mark.slow
def test_an_action_nobody_defined_is_told_before_anything_runs(shop: Shop) -> None:
    shop.queue("release", {"id": "DEPLOY", "rollback": {"run": "undo"}})
    shop.commit()
    answer = shop.run()
    assert answer.code == 2
    assert 'release/DEPLOY: rollback: action "undo" is not defined; define [actions.undo]' in answer.err
    assert not shop.events()

    refused = shop.ask("rollback", "release", "--again")
    assert refused.code == 1
    assert "cannot rollback: " in refused.err
    assert shop.ask("rollback", "release").code == 2
    assert shop.ask("rollback", "release", "--again", "--leave", "--reason", "both").code == 2
