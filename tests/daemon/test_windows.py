"""Who may not render what it did waits until it is rendered: after a command, the files tell of it."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from orchestrator.daemon import windows
from orchestrator.daemon.desk import Desk, open_desk, writing
from orchestrator.daemon.project import Project
from orchestrator.daemon.windows import Windows
from orchestrator.model.commands import Skip
from orchestrator.model.settings import Settings


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "queues").mkdir()
    (tmp_path / "queues" / "q.json").write_text(json.dumps({"tasks": [{"id": "A", "title": "a"}]}))
    made = Project(tmp_path, Settings())
    made.make_state()
    return made


class Other:
    """A process that renders when the test says so."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.windows = Windows(desk.project, desk.ledger, desk.intake)
        desk.ledger.observers.append(self.windows.note)

    async def render(self) -> None:
        desk = self.desk
        assert await self.windows.render(desk.world, desk.seat(), await desk.status(), desk.now())


@asynccontextmanager
async def other(project: Project) -> AsyncGenerator[Other]:
    desk = await open_desk(project, "other", read_only=False)
    await desk.intake.take_in(desk.ledger)
    one = Other(desk)
    await one.render()
    try:
        yield one
    finally:
        one.windows.close()
        desk.journal.close()


def in_file(project: Project) -> str:
    task = json.loads((project.root / "queues" / "q.json").read_text())["tasks"][0]
    return str(task.get("status", "pending"))


async def skips(project: Project, told: Callable[[str], None]) -> None:
    async with writing(project, "ana") as desk:
        await desk.ask(Skip(task="q/A", reason="not needed", by="ana"))
    told(in_file(project))


@pytest.mark.parametrize("level", [None, "", "elsewhere 99"])
def test_a_command_ends_when_the_file_tells_of_what_it_did(
    project: Project, monkeypatch: pytest.MonkeyPatch, level: str | None
) -> None:
    monkeypatch.setattr(windows, "PATIENCE_S", 60.0)
    told: list[str] = []

    async def go() -> None:
        async with other(project) as renders, anyio.create_task_group() as group:
            known = renders.desk.world.seq
            if level is not None:  # what was lost or is another journal's says nothing
                (project.state / windows.LEVEL).write_text(level)
            group.start_soon(skips, project, told.append)
            while renders.desk.world.seq == known:
                await renders.desk.journal.wait(known)
                await renders.desk.ledger.catch_up()
            await anyio.sleep(0)
            assert (told, in_file(project)) == ([], "pending")
            await renders.render()

    anyio.run(go)
    assert told == ["skipped"]


def test_a_command_renders_itself_when_who_rendered_has_gone(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "PATIENCE_S", 60.0)
    told: list[str] = []

    async def go() -> None:
        async with other(project) as gone, anyio.create_task_group() as group:
            group.start_soon(skips, project, told.append)
            await gone.desk.journal.wait(gone.desk.world.seq)
            assert told == []
            gone.windows.close()

    anyio.run(go)
    assert told == ["skipped"]


def test_a_command_waits_for_nobody_who_does_not_get_on(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "PATIENCE_S", 0.05)
    told: list[str] = []

    async def go() -> None:
        async with other(project):
            await skips(project, told.append)

    anyio.run(go)
    assert told == ["pending"]
