"""Queue files in and out while both happen at once."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.intake import Intake
from orchestrator.daemon.project import Project, RandomIds
from orchestrator.daemon.run import RENDER_EVERY_S, rest_s
from orchestrator.engine.ledger import Ledger
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model import events as e
from orchestrator.model.settings import Settings


class Desk:
    """A project of one queue of one task, taken in."""

    def __init__(self, root: Path) -> None:
        self.file = root / "queues" / "q.json"
        self.file.parent.mkdir()
        self.file.write_text(json.dumps({"features": [{"id": "A", "title": "a", "status": "pending"}]}))
        self.intake = Intake(Project(root, Settings()))
        self.ledger = Ledger(MemoryJournal(), WallClock(), RandomIds(), "me")

    async def happen(self, event: e.Event) -> None:
        await self.ledger.commit(lambda _: (event,))

    @asynccontextmanager
    async def taking_in(self) -> AsyncGenerator[None]:
        """Stand in the middle of taking in: what was read is about to be decided on, and another decision is first."""
        turn = anyio.Event()
        decided = self.ledger.journal.append

        async def slow(*args: Any, **stamp: Any) -> e.Commit:
            await turn.wait()
            return await decided(*args, **stamp)

        self.ledger.journal.append = slow  # type: ignore[method-assign]
        async with anyio.create_task_group() as group:
            group.start_soon(self.happen, e.QueueResumed(queue="q"))
            await anyio.wait_all_tasks_blocked()
            group.start_soon(self.intake.take_in, self.ledger)
            await anyio.wait_all_tasks_blocked()
            yield
            turn.set()

    async def render(self) -> str:
        await self.intake.write_back(self.ledger, ["q"])
        return str(json.loads(self.file.read_text())["features"][0]["status"])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_text_that_was_rendered_over_while_it_was_taken_in_is_not_expected_in_the_file_again(desk: Desk) -> None:
    async def go() -> str:
        await desk.intake.take_in(desk.ledger)
        await desk.happen(e.TaskClaimed(task="q/A", attempt=1, worker="me"))
        async with desk.taking_in():
            assert await desk.render() == "in_progress"
        await desk.happen(e.TaskFailed(task="q/A", reason="x"))
        return await desk.render()

    assert anyio.run(go) == "failed"


def test_a_save_that_came_while_another_was_taken_in_is_merged_before_it_is_rendered_over(desk: Desk) -> None:
    async def go() -> str:
        await desk.intake.take_in(desk.ledger)
        await desk.happen(e.TaskClaimed(task="q/A", attempt=1, worker="me"))
        await desk.render()
        desk.file.write_text(desk.file.read_text().replace('"a"', '"by hand"'))
        async with desk.taking_in():
            await desk.render()
        await desk.render()
        return desk.ledger.world.tasks["q/A"].spec.title

    assert anyio.run(go) == "by hand"
    assert "by hand" in desk.file.read_text()


def test_what_is_rendered_here_is_nobodys_save(desk: Desk) -> None:
    async def go() -> tuple[tuple[str, ...], ...]:
        await desk.intake.take_in(desk.ledger)
        first = desk.intake.saved
        await desk.happen(e.TaskClaimed(task="q/A", attempt=1, worker="me"))
        await desk.render()
        seq = desk.ledger.world.seq
        await desk.intake.take_in(desk.ledger)
        ours = desk.intake.saved
        assert desk.ledger.world.seq == seq
        desk.file.write_text(desk.file.read_text().replace('"a"', '"by hand"'))
        await desk.intake.take_in(desk.ledger)
        return first, ours, desk.intake.saved

    assert anyio.run(go) == (("q",), (), ("q",))


def test_rendering_takes_a_tenth_of_the_processor_at_most() -> None:
    assert rest_s(0.001) == RENDER_EVERY_S
    assert rest_s(2.0) == pytest.approx(18.0)
