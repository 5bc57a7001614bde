"""What ended attempts leave standing: found and thrown away beside the work. Their refs stay; never touches what runs.

Rules
1. Each run tidies up after its own attempts, whoever ended them, and after those whose run died before it did.
2. What stood when a run began may be another live run's, which still ends its agent or keeps its work: it is left
   alone for as long as a run lives that was there before and serves the queue. Whoever comes last tidies up.
3. An agent that lives in what others left is ended first, and what the folder holds is kept under a ref. Where that
   fails the folder stays, and is tried again when the run ends and when the next begins.
"""

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import anyio

from orchestrator.engine.engine import Engine
from orchestrator.errors import FaultError
from orchestrator.files.atomic import write_whole
from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.world import World
from orchestrator.ports.agents import RunKey
from orchestrator.ports.workspace import AttemptKey
from orchestrator.workspace.clones import GitWorkspace
from orchestrator.workspace.inplace import InplaceWorkspace


class Tidying:
    """The attempts of one run, and what of them is over and still stands."""

    def __init__(self, engine: Engine, workspace: GitWorkspace | InplaceWorkspace, state: Path) -> None:
        self._engine, self._workspace, self._state = engine, workspace, state
        self._own: dict[AttemptKey, None] = {}
        """Claimed by this run and under way."""
        self._over: list[AttemptKey] = []
        self._left: list[AttemptKey] = []
        """What others left, and not looked after yet; `_elders` were there before this run."""
        self._elders: frozenset[str] = frozenset()
        self._more = anyio.Event()

    async def begin(self) -> None:
        """Find what others left."""
        self._elders = frozenset(self._engine.presence.peers()) - {self._engine.me}
        self._left = abandoned(await self._workspace.standing(), self._engine.world)
        if self._left:
            self._more.set()

    def note(self, world: World, commits: Sequence[e.Commit]) -> None:
        """Take in whose attempts are whose, and which are over."""
        for commit in commits:
            for event in commit.events:
                if isinstance(event, e.TaskClaimed):
                    self._claimed(AttemptKey(event.task, event.attempt), event.worker)
        over = abandoned(self._own, world)
        for key in over:
            del self._own[key]
        self._over += over
        if over or self._left:
            self._more.set()

    def _claimed(self, key: AttemptKey, worker: str) -> None:
        if worker == self._engine.me:
            self._own[key] = None
        else:
            self._own.pop(key, None)

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
        found = False
        for key in list(self._over):
            if await self._thrown_away(key):
                self._over.remove(key)
                found = True
        for key in list(self._left):
            if await self._looked_after(key):
                self._left.remove(key)
                found = True
        if found:
            await self._note_followers()
            await self._workspace.sweep()

    async def _looked_after(self, key: AttemptKey) -> bool:
        """Throw away what another run left, once nobody of that time is there; ends what still works in it."""
        peers = self._engine.presence.peers()
        served = (peers[elder] for elder in self._elders if elder in peers)
        if any(queues is None or queue_of(key.task) in queues for queues in served):
            return False
        for path in (self._state / "runs" / key.task / str(key.attempt)).glob("*/guardian.json"):
            if path.parent.name.isdigit():
                await self._engine.hands.agents.stop(RunKey(key.task, key.attempt, int(path.parent.name)))
        return await self._thrown_away(key)

    async def _thrown_away(self, key: AttemptKey) -> bool:
        """Throw away; cut off in the middle, the same one is thrown away again when the run ends."""
        try:
            await self._engine.discard(key)
        except (FaultError, OSError):
            return False
        return True

    async def _note_followers(self) -> None:
        problems = [await self._workspace.follow_problem(name) for name in self._engine.world.queues]
        text = "".join(f"{problem}\n" for problem in dict.fromkeys(problems) if problem)
        notices = self._state / "notices"
        with contextlib.suppress(FileNotFoundError):
            if notices.read_text() == text:
                return
        with contextlib.suppress(OSError):  # no room: said the next time
            write_whole(notices, text.encode())


def abandoned(standing: Iterable[AttemptKey], world: World) -> list[AttemptKey]:
    """List the attempts whose workspace stands although they are over; what the journal does not know is left alone."""
    return [key for key in standing if key.task in world.removed or (key.task in world.tasks and _is_over(key, world))]


def _is_over(key: AttemptKey, world: World) -> bool:
    lane = world.lane(key.task, key.attempt)
    return lane is None or lane.attempt is None
