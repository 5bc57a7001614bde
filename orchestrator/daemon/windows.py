"""Keeping what people look at level with the world. One process renders at a time; nothing here is ever read back.

Theory of operation. Every process notes what commits touched. Whoever holds the lock brings all files up to date from
where the last holder left (`views.json`); the others forget what they noted and look again when the lock is free. No
file waits for the disk but queue files, which are people's too: after a power cut the rest is rendered anew.

The holder says in `views.level` up to which `seq` every file tells: a command that cannot render waits for that, so
that who reads a file after a command finds in it what the command did.

What a crash (or a save in the wrong moment) left beside the queue files is merged before anything is written over.
"""

import contextlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import anyio
import msgspec

from orchestrator.daemon.intake import Intake
from orchestrator.daemon.project import Project
from orchestrator.engine.ledger import Ledger
from orchestrator.files.atomic import write_whole
from orchestrator.files.locks import FileLock
from orchestrator.model.answers import StatusAnswer
from orchestrator.model.events import Commit
from orchestrator.model.ids import queue_of
from orchestrator.model.world import World
from orchestrator.policy.seat import Seat
from orchestrator.views.board import board
from orchestrator.views.chronicle import Chronicle, Cursor
from orchestrator.views.learnings import NAME as LEARNINGS
from orchestrator.views.learnings import learnings
from orchestrator.views.loopstate import file_name, loop_state

CURSOR, LEVEL = "views.json", "views.level"

PATIENCE_S = 2.0
"""How long a command waits for another process to render what it did: one that is stopped keeps nobody."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.005, 0.05


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
        first, seq = self._chronicle is None, world.seq
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
        late = await self._intake.write_back(self._ledger, _queues(touched))
        self.revisit(late)
        if self._intake.displaced:
            await self._intake.rescue(self._ledger)
        self._page("board.md", board(status, now, self._project.name))
        if not late:
            self._page(LEVEL, f"{world.journal} {seq}\n")
        return True

    async def rendered(self, world: World) -> bool:
        """Wait until whoever renders has told everything up to this world; False when this process may render now.

        Nobody is waited for longer than `PATIENCE_S`. It is tried again after growing pauses: the holder may die.
        """
        pause = _FIRST_PAUSE_S
        with anyio.move_on_after(PATIENCE_S):
            while not self._is_level(world):
                if self._lock.try_acquire():
                    return False
                await anyio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
        return True

    def _is_level(self, world: World) -> bool:
        with contextlib.suppress(FileNotFoundError, ValueError):
            journal, seq = (self._project.state / LEVEL).read_text().split()
            return journal == world.journal and int(seq) >= world.seq
        return False

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
    names = (name.removeprefix("queue:") if name.startswith("queue:") else queue_of(name) for name in touched)
    return tuple(dict.fromkeys(names))
