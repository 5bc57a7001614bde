"""The text of a request is what was asked and what the verdict says."""

from collections.abc import Iterable

import pytest

from orchestrator.model.world import Attempt, Task
from orchestrator.policy.requests import request_text, to_look_at
from orchestrator.policy.seat import Seat
from tests.policy.playing.stage import Stage


def text(*lines: str) -> tuple[str, str]:
    stage = Stage()
    for line in ("settings land=pr", "queue q", "seat S", *lines):
        stage.play(line)
    task = stage.world.tasks["q/A"]
    assert task.attempt is not None
    return request_text(stage.world, task, task.attempt, stage.seat("S"))


def test_it_names_the_task_the_verdict_the_tree_and_every_check() -> None:
    title, body = text('task q/A title="Add a price"', "work S q/A PASS")
    assert title == "q/A: Add a price"
    assert body.startswith("**PASS** for `q/A`, attempt 1, iteration 1, on a clean checkout of tree `tree q/A@1.1`")
    assert "| tests | PASS |" in body
    assert "Work of sh." in body


def test_a_persons_override_is_named_and_a_task_without_words_has_its_id_as_title() -> None:
    title, body = text("task q/A", 'work S q/A BLOCKED "ci"', 'ask decide q/A override "it is meant so"')
    assert title == "q/A: A"
    assert "**PASS** (a person's word, against the checks) for `q/A`" in body
    assert "Checks: honest" in body


def test_only_what_waits_for_a_look_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, looked = Stage(), list[list[str]]()
    for line in ("settings land=pr", "queue q", "task q/A", "task q/B after=q/A", "task q/C", "seat S"):
        stage.play(line)

    def look(waiting: Iterable[Task], now: int, seat: Seat) -> list[tuple[Task, Attempt]]:
        tasks = list(waiting)
        looked.append([task.ref for task in tasks])
        return to_look_at(tasks, now, seat)

    monkeypatch.setattr("orchestrator.policy.initiative.to_look_at", look)
    for line in ("work S q/A PASS", "initiative S", "outcome S published q/A", "initiative S"):
        stage.play(line)
    assert looked[0] == []
    assert looked[-1] == ["q/A"]
    stage.play('ask skip q/A "not needed"')
    assert list(stage.agenda.reviews) == []
