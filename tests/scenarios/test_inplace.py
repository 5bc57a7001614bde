"""A folder without git, worked in as it is: whatever ends an attempt, the next one begins."""

import shutil

import pytest

from tests.scenarios.conftest import Shop


@pytest.fixture
def plain(shop: Shop) -> Shop:
    """Give a project that is no git repository."""
    shutil.rmtree(shop.root / ".git")
    shop.config(project='workspace = "inplace"')
    shop.queue("q", "A", "B")
    shop.hold("go")
    return shop


def clean(shop: Shop) -> None:
    """Check that nothing went wrong and nothing is left open."""
    assert shop.events("lane.parked") == []
    assert list((shop.state / "inplace.git").glob("refs/orchestrator-open/*/*/*")) == []


@pytest.mark.slow
def test_one_task_after_the_other_is_done_in_the_folder(plain: Shop) -> None:
    answer = plain.run()
    assert (answer.code, len(plain.events("task.completed"))) == (0, 2)
    assert (plain.root / "A.py").exists()
    assert (plain.root / "B.py").exists()
    clean(plain)


@pytest.mark.slow
def test_a_task_skipped_while_its_agent_works_leaves_the_folder_to_the_next(plain: Shop) -> None:
    plain.play("q/A", "works; gate go; claims")
    run = plain.start("run")
    plain.started("q/A")
    assert plain.ask("skip", "q/A", "--reason", "not needed").code == 0
    assert run.wait().code == 0
    assert [e["task"] for e in plain.events("task.completed")] == ["q/B"]
    assert not (plain.root / "A.py").exists()
    clean(plain)


@pytest.mark.slow
def test_a_task_skipped_after_its_run_was_killed_leaves_the_folder_to_the_next(plain: Shop) -> None:
    plain.play("q/A", "works; gate go; claims")
    run = plain.start("run")
    plain.started("q/A")
    run.kill()
    assert plain.ask("skip", "q/A", "--reason", "not needed").code == 0
    answer = plain.run()
    assert (answer.code, [e["task"] for e in plain.events("task.completed")]) == (0, ["q/B"])
    assert not (plain.root / "A.py").exists()
    clean(plain)
