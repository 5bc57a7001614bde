"""Puts away what the past left, at quiet moments and in small pieces: run folders, refs of landed work, idle caches.

Rules
1. What goes is `policy.retention`'s to say. What lies there is listed before the journal is caught up with: what began
   after the listing is not in it, and whatever is in it and is used again the journal tells of.
2. A folder goes by one rename into the trash, so that no reader and no crash ever sees half of it; a ref goes only if
   it is as it was looked at. Two runs may do so at once: each piece goes once.
3. A folder in which a guardian holds its lock stays. The journal is never touched.
4. A piece is small, the run's own work goes first, and a run that ends spends a moment on it and no more.
"""

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import anyio
import anyio.lowlevel
from anyio import to_thread

from orchestrator.engine.engine import Engine
from orchestrator.errors import FaultError
from orchestrator.files.atomic import write_atomic
from orchestrator.files.locks import is_locked
from orchestrator.model.settings import Retention
from orchestrator.model.world import World
from orchestrator.policy import retention
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.leftovers import Kept, drop_idle, idle

PIECE = 20
"""Folders that go at once."""
PIECE_REFS = 500
QUIET_S = 30.0
"""How often a run that works looks whether it is quiet."""
AGAIN_S = 3600.0
"""When everything that could go is gone, nobody looks again for so long; a run that is never quiet does it then."""
ENDS_WITHIN_S = 2.0
"""What a run that ends spends on it."""
HALF_WRITTEN_S = 86_400.0
"""After that nobody writes on at a file that has not got its name yet."""
CLEARED = "cleared"


class Clearing:
    """One run's share of it."""

    def __init__(self, engine: Engine, ground: Ground, wanted: Retention) -> None:
        self._engine, self._ground, self._wanted = engine, ground, wanted
        self._cleared = ground.state / CLEARED

    async def go(self) -> None:
        """Put away whenever this run has nothing to do; nothing waits for it."""
        while True:
            await anyio.sleep(QUIET_S)
            while self._is_due() and (self._is_quiet() or self._is_due(AGAIN_S)) and await self.piece():
                await anyio.lowlevel.checkpoint()

    async def end(self) -> None:
        """Put away a little as the run ends."""
        until = anyio.current_time() + ENDS_WITHIN_S
        while self._is_due() and anyio.current_time() < until and await self.piece():
            pass

    def _is_quiet(self) -> bool:
        return self._engine.me not in self._engine.world.claims.values()

    def _is_due(self, more_s: float = 0.0) -> bool:
        try:
            last = int(self._cleared.read_text())
        except (OSError, ValueError):
            return True
        return not 0 <= self._engine.clock.now() - last < (AGAIN_S + more_s) * 1000

    async def piece(self) -> bool:
        """Put one piece away; False: there was no more."""
        try:
            found = await self._records() or await self._refs() or await self._caches() or self._halves()
            if found:
                await self._ground.sweep()
            else:
                write_atomic(self._cleared, str(self._engine.clock.now()).encode())
        except (FaultError, OSError):
            return False  # another time
        return found

    async def _world(self) -> tuple[World, int]:
        await self._engine.ledger.catch_up()
        return self._engine.world, self._engine.clock.now()

    async def _records(self) -> bool:
        """Run folders, one attempt at a time."""
        there = await to_thread.run_sync(records, self._ground.state)
        if not there:
            return False
        sizes = await to_thread.run_sync(sizes_of, there) if self._wanted.size else {}
        world, now = await self._world()
        tasks = retention.expired(world, there, now, self._wanted.records_s)
        tasks += retention.excess(world, sizes, self._wanted.size)
        folders = [folder for task in dict.fromkeys(tasks) for folder in there[task] if not is_in_use(folder)][:PIECE]
        for folder in folders:
            self._ground.throw_away(folder)
        return bool(folders)

    async def _refs(self) -> bool:
        """Refs that keep what the target holds as well."""
        stands = {"/".join(path.parts[-3:-1]) for path in (self._ground.state / "workspaces").glob("*/*/*")}
        for queue in tuple(self._engine.world.queues):
            kept = Kept(await self._ground.repository(queue), queue)
            await kept.look()
            tasks = {task: refs for task, refs in kept.by_task().items() if task not in stands}
            world, now = await self._world()
            names = await self._needless(kept, tasks, world, now)
            if names and await kept.drop(names[:PIECE_REFS]):
                return True
        return False

    async def _needless(self, kept: Kept, tasks: Mapping[str, Mapping[str, bool]], world: World, now: int) -> list[str]:
        names: dict[str, None] = {}
        for task in retention.expired(world, tasks, now, self._wanted.landed_s):
            names |= dict.fromkeys(retention.needless(world, task, tasks[task], superseded=False))
        for task in retention.expired(world, tasks, now, self._wanted.superseded_s):
            if task in world.tasks and await kept.landed(world.tasks[task].commit):
                names |= dict.fromkeys(retention.needless(world, task, tasks[task], superseded=True))
        return list(names)

    def _halves(self) -> bool:
        found = halves(self._ground.state, self._engine.clock.now() / 1000 - HALF_WRITTEN_S)[:PIECE]
        for path in found:
            path.unlink(missing_ok=True)
        return bool(found)

    async def _caches(self) -> bool:
        if self._wanted.caches_s is None:
            return False
        before_s = self._engine.clock.now() / 1000 - self._wanted.caches_s
        return sum(drop_idle(self._ground, folder, before_s) for folder in idle(self._ground, before_s)[:PIECE]) > 0


def halves(state: Path, before_s: float) -> list[Path]:
    """List the half-written files that processes left which were killed as they wrote: a file is written in moments."""
    folders = (state, state / "journal", state / "logs", state / "reports")
    found = (path for folder in folders for path in folder.glob(".*.tmp"))
    return [path for path in found if path.is_file() and path.stat().st_mtime < before_s]


def records(state: Path) -> dict[str, list[Path]]:
    """List the folders of attempts' records: task -> folders."""
    found: dict[str, list[Path]] = {}
    for path in sorted((state / "runs").glob("*/*/*")):
        if path.name.isdigit() and path.is_dir():
            found.setdefault("/".join(path.parts[-3:-1]), []).append(path)
    return found


def sizes_of(there: Mapping[str, Sequence[Path]]) -> dict[str, int]:
    """Say how many bytes the records of each task take."""
    return {task: sum(map(size_of, folders)) for task, folders in there.items()}


def size_of(folder: Path) -> int:
    """Add up what a folder's files take on the disk; links are not followed, what goes meanwhile does not count."""
    total = 0
    for here, folders, files in os.walk(folder):  # unlike a glob, it does not mind what goes meanwhile
        for name in (*folders, *files):
            with contextlib.suppress(OSError):
                total += Path(here, name).lstat().st_blocks * 512
    return total


def is_in_use(folder: Path) -> bool:
    """Say whether some guardian holds its lock in a folder of records: an iteration's, or a check's within one."""
    return any(is_locked(lock) for depth in ("*", "*/*", "*/*/*") for lock in folder.glob(f"{depth}/guardian.lock"))
