"""What ended attempts leave standing: found and thrown away beside the work. Their refs stay; never touches what runs.

Each run tidies up after its own attempts, whoever ended them, and after those whose run died before it did.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import anyio

from orchestrator.engine.engine import Engine
from orchestrator.files.atomic import write_atomic
from orchestrator.model import events as e
from orchestrator.model.world import World
from orchestrator.ports.workspace import AttemptKey
from orchestrator.workspace.clones import GitWorkspace
from orchestrator.workspace.inplace import InplaceWorkspace


class Tidying:
    """The attempts of one run, and what of them is over and still stands."""

    def __init__(self, engine: Engine, workspace: GitWorkspace | InplaceWorkspace, state: Path) -> None:
        self._engine, self._workspace, self._notices = engine, workspace, state / "notices"
        self._own: dict[AttemptKey, None] = {}
        """Claimed by this run and under way."""
        self._over: list[AttemptKey] = []
        self._more = anyio.Event()

    async def begin(self) -> None:
        """Find what others left."""
        self._throw_away(abandoned(await self._workspace.standing(), self._engine.world))

    def note(self, world: World, commits: Sequence[e.Commit]) -> None:
        """Take in whose attempts are whose, and which are over."""
        for commit in commits:
            for event in commit.events:
                if isinstance(event, e.TaskClaimed):
                    self._claimed(AttemptKey(event.task, event.attempt), event.worker)
        over = abandoned(self._own, world)
        for key in over:
            del self._own[key]
        self._throw_away(over)

    def _claimed(self, key: AttemptKey, worker: str) -> None:
        if worker == self._engine.me:
            self._own[key] = None
        else:
            self._own.pop(key, None)

    def _throw_away(self, over: list[AttemptKey]) -> None:
        self._over += over
        if over:
            self._more.set()

    async def go(self) -> None:
        """Throw away as attempts end, and say where the base branch could not follow; nothing waits for it."""
        await self._note_followers()
        while True:
            await self._more.wait()
            self._more = anyio.Event()
            await self._discard()

    async def end(self) -> None:
        """Throw away what is left, and what was cut off in the middle."""
        await self._discard()
        await self._workspace.sweep()

    async def _discard(self) -> None:
        found = bool(self._over)
        while self._over:  # cut off in the middle, the same one is thrown away again when the run ends
            await self._engine.discard(self._over[0])
            self._over.pop(0)
        if found:
            await self._note_followers()
            await self._workspace.sweep()

    async def _note_followers(self) -> None:
        problems = [await self._workspace.follow_problem(name) for name in self._engine.world.queues]
        text = "".join(f"{problem}\n" for problem in dict.fromkeys(problems) if problem)
        write_atomic(self._notices, text.encode())


def abandoned(standing: Iterable[AttemptKey], world: World) -> list[AttemptKey]:
    """List the attempts whose workspace stands although they are over; what the journal does not know is left alone."""
    return [key for key in standing if key.task in world.tasks and _is_over(key, world)]


def _is_over(key: AttemptKey, world: World) -> bool:
    lane = world.lane(key.task, key.attempt)
    return lane is None or lane.attempt is None
