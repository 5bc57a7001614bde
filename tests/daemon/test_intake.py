"""Queue files in and out while both happen at once."""

import json
from pathlib import Path

import anyio
import pytest

from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.intake import Intake
from orchestrator.daemon.project import Project, RandomIds
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
        # the next commit has to wait for the lock: the taking in stands in the middle
        async with anyio.create_task_group() as group, desk.ledger._lock:
            group.start_soon(desk.intake.take_in, desk.ledger)
            await anyio.wait_all_tasks_blocked()
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
        async with anyio.create_task_group() as group, desk.ledger._lock:
            group.start_soon(desk.intake.take_in, desk.ledger)
            await anyio.wait_all_tasks_blocked()
            await desk.render()
        await desk.render()
        return desk.ledger.world.tasks["q/A"].spec.title

    assert anyio.run(go) == "by hand"
    assert "by hand" in desk.file.read_text()
