"""What an attempt that is over leaves standing is thrown away once nothing lives in it and its work is kept."""

import json
import signal

import pytest

from tests.scenarios.conftest import Shop

CAPTURES = ("for-each-ref", "--format=%(refname)", "refs/orchestrator/q/A")


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """Give a project whose first task's agent has worked and is held at a gate."""
    shop.queue("q", "A", "B")
    shop.hold("go")
    shop.play("q/A", "works; touch $ORCHESTRATOR_RUN_DIR/scratch/worked; gate go; claims")
    shop.commit()
    return shop


def worked(shop: Shop) -> None:
    """Wait until the agent has written its work."""
    folder = shop.run_dir("q/A") / "scratch"
    shop.wait_for((folder / "worked").exists, folder, "the agent works")


def is_kept(shop: Shop) -> bool:
    """Say whether some ref of the attempt holds what the agent made, which its base has not."""
    return any(shop.git("show", f"{ref}:A.py", check=False) for ref in shop.git(*CAPTURES).split())


@pytest.mark.slow
def test_work_of_a_run_that_was_killed_is_kept_and_its_agent_ended_before_its_folder_goes(busy: Shop) -> None:
    run = busy.start("run")
    busy.started("q/A")
    worked(busy)
    run.kill()
    assert busy.ask("skip", "q/A", "--reason", "not needed").code == 0
    assert busy.run().code == 0
    assert is_kept(busy)
    assert busy.guardians() == []
    assert not (busy.state / "workspaces/q/A/1").exists()


@pytest.mark.slow
def test_a_second_run_leaves_alone_what_the_first_is_still_ending(busy: Shop) -> None:
    first = busy.start("run", "--workers", "1")
    busy.started("q/A")
    worked(busy)
    first.signal(signal.SIGSTOP)
    assert busy.ask("skip", "q/A", "--reason", "not needed").code == 0
    assert busy.run().code == 0
    first.signal(signal.SIGCONT)
    assert first.wait().code == 0
    assert is_kept(busy)
    assert not (busy.state / "workspaces/q/A/1").exists()


@pytest.mark.slow
def test_the_folder_of_a_task_that_was_removed_goes_and_its_work_is_kept(busy: Shop) -> None:
    run = busy.start("run")
    busy.started("q/A")
    worked(busy)
    run.kill()
    assert busy.ask("skip", "q/A", "--reason", "not needed").code == 0
    document = busy.saved("q")
    document.pop("by_id")
    document["tasks"] = [task for task in document["tasks"] if task["id"] != "A"]
    busy.write("queues/q.json", json.dumps(document, indent=2))
    assert busy.run().code == 0
    assert busy.events("task.removed", task="q/A")
    assert is_kept(busy)
    assert busy.guardians() == []
    assert not (busy.state / "workspaces/q/A/1").exists()
