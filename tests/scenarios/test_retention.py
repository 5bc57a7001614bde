"""What the past left goes after its time, bit by bit; open work, other people's work and the journal stay."""

import os
import signal

import pytest

from tests.scenarios.conftest import Shop

AT_ONCE = '[retention]\nrecords = "0s"\nlanded = "0s"\ncaches = "0s"\n'


def refs(shop: Shop, task: str) -> list[str]:
    return shop.git("for-each-ref", "--format=%(refname)", f"refs/orchestrator/{task}").split()


def again(shop: Shop) -> None:
    """Let the next run look at once, as if an hour had gone by."""
    (shop.state / "cleared").unlink(missing_ok=True)


def began(shop: Shop) -> bool:
    return (shop.state / "cleared").exists() or any((shop.state / "trash").glob("*"))


@pytest.mark.slow
def test_what_completed_tasks_left_goes_and_what_is_open_and_the_journal_stay(shop: Shop) -> None:
    shop.queue(
        "q",
        {"id": "DONE", "checks": ["green", "honest"]},
        {"id": "RED", "max_iterations": 9, "checks": ["no"]},
        {"id": "GAVEUP"},
    )
    shop.config('[checks.no]\ncommand = ["./no.sh"]\nprotocol = "verdict"\n')
    shop.write("no.sh", '#!/bin/sh\necho \'{"verdict": "BLOCKED", "findings": []}\'\n', mode=0o755)
    shop.play("q/GAVEUP", "works")
    shop.commit()
    assert shop.run("--max-iterations", "6").code == 1
    assert shop.ask("skip", "q/GAVEUP", "--reason", "not needed").code == 0
    before = shop.events()
    assert refs(shop, "q/DONE")
    left, fresh = shop.state / ".board.md.x.tmp", shop.state / ".views.json.y.tmp"
    for path in (left, fresh):
        path.touch()
    os.utime(left, (0, 0))
    shop.config('[checks.no]\ncommand = ["./no.sh"]\nprotocol = "verdict"\n' + AT_ONCE)
    assert "go 0 s after its end" in shop.ask("doctor").out
    again(shop)
    assert shop.run().code == 1
    assert not list((shop.state / "runs/q/DONE").glob("*"))
    assert not list((shop.state / "runs/q/GAVEUP").glob("*"))
    assert not list((shop.state / "trash").glob("*"))
    assert refs(shop, "q/DONE") == []
    assert refs(shop, "q/GAVEUP"), "work that did not land is never removed"
    assert (left.exists(), fresh.exists()) == (False, True)
    assert shop.run_dir("q/RED").is_dir()
    assert (shop.state / "workspaces/q/RED/1").is_dir()
    assert refs(shop, "q/RED")
    assert shop.events()[: len(before)] == before
    assert shop.ask("history", "q/DONE").code == 0
    assert shop.ask("verify", "q/DONE", "--check", "green").code == 0
    assert shop.ask("decide", "q/RED", "override", "--reason", "fine").code == 0
    assert shop.run().code == 0
    assert shop.task("q/RED")["status"] == "completed"


@pytest.mark.slow
def test_a_second_run_that_clears_leaves_alone_what_the_first_works_on(shop: Shop) -> None:
    shop.config(AT_ONCE + "[queues.q]\nworkers = 2\n")
    shop.queue("q", "A", "B", "C")
    shop.hold("go")
    shop.play("q/A", "works; gate go; claims")
    shop.commit()
    first = shop.start("run", "--workers", "1")
    shop.started("q/A")
    for task in ("q/B", "q/C"):
        assert shop.run("--task", task).code == 0
        again(shop)
    assert shop.run("--task", "q/C").code == 0
    assert not list((shop.state / "runs/q/B").glob("*"))
    assert (shop.run_dir("q/A") / "prompt.md").exists()
    shop.open("go")
    assert first.wait().code == 0
    assert {task["status"] for task in shop.tasks().values()} == {"completed"}
    assert shop.git("log", "--format=%s", "orchestrator/main").count("q/A: make") == 1


@pytest.mark.slow
def test_two_runs_that_clear_at_once_and_are_killed_in_the_middle_leave_nothing_half(shop: Shop) -> None:
    names = [f"T{number}" for number in range(8)]
    shop.queue("q", *names)
    shop.commit()
    assert shop.run().code == 0
    shop.config(AT_ONCE)
    for _ in range(2):
        again(shop)
        both = [shop.start("run"), shop.start("run")]
        shop.wait_for(lambda: began(shop), shop.state, "one of them begins to clear")
        both[0].signal(signal.SIGKILL)
        both[1].wait()
    again(shop)
    assert shop.run().code == 0
    assert not list((shop.state / "runs").glob("*/*/*"))
    assert not list((shop.state / "trash").glob("*"))
    assert refs(shop, "q") == []
    assert shop.ask("doctor").code == 0
