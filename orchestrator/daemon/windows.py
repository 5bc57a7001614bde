"""Keeping what people look at level with the world. One process renders at a time; nothing here is ever read back.

Theory of operation. Every process notes what commits touched. Whoever holds the lock brings all files up to date from
where the last holder left (`views.json`); the others forget what they noted and look again when the lock is free. No
file waits for the disk but queue files, which are people's too: after a power cut the rest is rendered anew.

What a crash (or a save in the wrong moment) left beside the queue files is merged before anything is written over.
"""

import contextlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from orchestrator.daemon.intake import Intake
from orchestrator.daemon.project import Project
from orchestrator.engine.ledger import Ledger
from orchestrator.files.atomic import write_whole
from orchestrator.files.locks import FileLock
from orchestrator.model.answers import StatusAnswer
from orchestrator.model.events import Commit
from orchestrator.model.world import World
from orchestrator.policy.seat import Seat
from orchestrator.views.board import board
from orchestrator.views.chronicle import Chronicle, Cursor
from orchestrator.views.learnings import NAME as LEARNINGS
from orchestrator.views.learnings import learnings
from orchestrator.views.loopstate import file_name, loop_state

CURSOR = "views.json"


class Windows:
    """The rendered files of one project."""

    def __init__(self, project: Project, ledger: Ledger, intake: Intake) -> None:
        self._project, self._ledger, self._intake = project, ledger, intake
        self._lock = FileLock(project.state / "views.lock")
        self._chronicle: Chronicle | None = None
        self._noted: list[Commit] = []
        self._touched: dict[str, None] = {}
        self.notices: tuple[str, ...] = ()

    def note(self, _world: World, commits: Sequence[Commit], touched: Iterable[str]) -> None:
        """Remember what there is to render."""
        self._noted.extend(commits)
        self._touched.update(dict.fromkeys(touched))

    def revisit(self, queues: Iterable[str]) -> None:
        """Render these queues' files again: a person saved them, and perhaps something was refused."""
        self._touched.update(dict.fromkeys(f"queue:{name}" for name in queues))

    @property
    def stale(self) -> bool:
        """Say whether something was noted since the last rendering, or a file could not be brought up to date."""
        return bool(self._noted or self._touched)

    async def render(self, world: World, seat: Seat, status: StatusAnswer, now: int) -> bool:
        """Bring every file up to date; False when another process does. After an OSError all of it is owed still."""
        first = self._chronicle is None
        if first and not self._lock.try_acquire():
            self._forget()
            return False
        if first:
            await self._intake.rescue(self._ledger)
        commits, touched = self._noted, self._touched
        self._noted, self._touched = [], {}
        if first:
            self._chronicle = Chronicle(self._project.state, _load(self._project.state / CURSOR))
            commits = list(await self._ledger.journal.read(self._since(world)))
            commits = [commit for commit in commits if commit.seq <= world.seq]
            touched = dict.fromkeys([*world.tasks, *(f"queue:{name}" for name in world.queues), "learnings"])
        try:
            self._write(world, seat, commits, touched)
        except OSError:
            self._noted, self._touched = [*commits, *self._noted], {**touched, **self._touched}
            raise
        self.revisit(await self._intake.write_back(self._ledger, _queues(touched)))
        if self._intake.displaced:
            await self._intake.rescue(self._ledger)
        self._page("board.md", board(status, now, self._project.name))
        return True

    def _since(self, world: World) -> int:
        cursor = self._chronicle.cursor if self._chronicle is not None else Cursor()
        return cursor.seq if cursor.journal == world.journal else 0

    def _forget(self) -> None:
        self._noted.clear()
        self._touched.clear()

    def _write(self, world: World, seat: Seat, commits: Sequence[Commit], touched: Collection[str]) -> None:
        if self._chronicle is None:
            return
        self._chronicle.write(world.journal, commits)
        for name in touched:
            task = world.tasks.get(name)
            if task is not None and task.attempts:
                self._page(file_name(task), loop_state(world, task, seat, self._project.name))
        if "learnings" in touched and (world.learnings or (self._project.state / LEARNINGS).exists()):
            self._page(LEARNINGS, learnings(world.learnings))
        write_whole(self._project.state / CURSOR, msgspec.json.encode(self._chronicle.cursor))

    def _page(self, name: str, text: str) -> None:
        path = self._project.state / name
        with contextlib.suppress(FileNotFoundError):
            if path.read_text() == text:
                return
        write_whole(path, text.encode())

    def close(self) -> None:
        """Let another process render."""
        self._lock.close()


def _load(path: Path) -> Cursor:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Cursor)
    except (OSError, msgspec.DecodeError):
        return Cursor()


def _queues(touched: Iterable[str]) -> tuple[str, ...]:
    names = (name.removeprefix("queue:") if name.startswith("queue:") else name.partition("/")[0] for name in touched)
    return tuple(dict.fromkeys(names))
