"""A disk that is full for a moment, wherever a hand writes: the lane waits, nothing is lost, and no run ends of it."""

import errno
from typing import Any

import pytest

from orchestrator.model import events as e
from orchestrator.model.conditions import TaskIs
from orchestrator.model.specs import RunAction, Status, TriggerSpec
from tests.engine.house import House, play


def full_once(hand: Any, method: str, *, wrapped: bool) -> None:
    """Let a hand find no room the first time it does something; `wrapped`: within tasks of its own."""
    real = getattr(hand, method)
    tries: list[int] = []

    async def tried(*args: Any, **kwargs: Any) -> Any:
        if not tries:
            tries.append(1)
            error = OSError(errno.ENOSPC, "No space left on device", "/shop/.aibrain/runs")
            raise ExceptionGroup("tasks", [error]) if wrapped else error
        return await real(*args, **kwargs)

    setattr(hand, method, tried)


@pytest.mark.parametrize("wrapped", [False, True], ids=["plain", "from a task group"])
@pytest.mark.parametrize(
    ("hand", "method"),
    [
        ("workspace", "prepare"),
        ("agents", "run"),
        ("workspace", "capture"),
        ("verifier", "judge"),
        ("workspace", "combine"),
        ("workspace", "advance"),
    ],
)
def test_a_full_disk_parks_the_lane_and_costs_no_iteration(hand: str, method: str, *, wrapped: bool) -> None:
    async def story(house: House) -> None:
        full_once(getattr(house.stage.hands, hand), method, wrapped=wrapped)
        await house.define("q/T1")
        assert (await house.leaves(house.start())).exit_code == 0
        task = house.world.tasks["q/T1"]
        assert (task.status, task.attempts, task.iterations) == (Status.COMPLETED, 1, 1)
        assert house.told.count("lane.parked") == 1

    play(story)


def test_a_command_for_which_there_was_no_room_is_tried_again() -> None:
    async def story(house: House) -> None:
        full_once(house.stage.actions, "run", wrapped=False)
        await house.define("q/T1")
        spec = TriggerSpec(id="tell", when=TaskIs(task="q/T1"), do=(RunAction(action="announce"),))
        await house.append(e.TriggerDefined(trigger="tell", spec=spec))
        assert (await house.leaves(house.start())).exit_code == 0
        assert house.told.count("action.finished") == 2

    play(story)


def test_anything_else_that_cannot_be_written_is_no_matter_of_room() -> None:
    async def story(house: House) -> None:
        async def broken(*_: Any) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        house.stage.workspace.prepare = broken  # type: ignore[method-assign, assignment]
        await house.define("q/T1")
        await house.leaves(house.start())

    with pytest.raises(ExceptionGroup) as raised:
        play(story)
    assert raised.group_contains(PermissionError)
