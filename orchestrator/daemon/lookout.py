"""Sees what conditions and gates wait for outside the journal: files in targets, and where targets' heads stand.

Looks at the start, after every landing, and when a branch of the repository moves; and only at what something still
waits for. What is seen becomes an event; whether anything follows from it is policy.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import anyio

from orchestrator.engine.engine import Engine
from orchestrator.errors import FaultError
from orchestrator.files.bell import Bell
from orchestrator.model import events as e
from orchestrator.model.world import World
from orchestrator.policy import handoff
from orchestrator.policy.gates import watched_files, watched_queues
from orchestrator.ports.workspace import Trees

_CHANGES = (
    *(e.TaskMerged, e.TaskCompleted, e.TaskReset, e.TaskAdded, e.TaskEdited, e.InputsMissed),
    *(e.GateDefined, e.TriggerDefined, e.QueueAdded, e.QueueEdited),
)
_AGAIN_S = 30.0
"""A target that could not be looked at is looked at again after so long, whatever happens meanwhile."""


class Lookout:
    """One run's eyes. `branches` are the folders in which git keeps the branches of its repositories."""

    def __init__(self, engine: Engine, trees: Trees, branches: Sequence[Path]) -> None:
        self._engine, self._trees, self._branches = engine, trees, branches
        self._changed = anyio.Event()
        self._looking = True

    @property
    def ready(self) -> bool:
        """Say whether everything there is to see was seen: before that nobody may leave."""
        return not self._looking and not self._changed.is_set()

    def note(self, commits: Sequence[e.Commit]) -> None:
        """Look again where a commit may have changed what is there or what is waited for."""
        if any(isinstance(event, _CHANGES) for commit in commits for event in commit.events):
            self._changed.set()

    async def go(self) -> None:
        """Look until cancelled."""
        async with anyio.create_task_group() as group:
            for folder in self._branches:
                group.start_soon(self._listen, folder)
            while True:
                self._changed, self._looking = anyio.Event(), True
                saw = await self.look()
                self._looking = False
                self._engine.wake()
                with anyio.move_on_after(None if saw else _AGAIN_S):
                    await self._changed.wait()

    async def _listen(self, folder: Path) -> None:
        bell = Bell(folder)
        try:
            while True:
                await bell.wait()
                self._changed.set()
        finally:
            bell.close()

    async def look(self) -> bool:
        """Look once for everything that is waited for; say whether all of it could be looked at."""
        world = self._engine.world
        files, queues = watched_files(world), _watched(world)
        if not files and not queues:
            return True
        workspace = self._engine.hands.workspace
        targets: dict[str, list[str]] = {}
        for name in queues if not files else world.queues:
            targets.setdefault(workspace.target_name(name), []).append(name)
        saw = True
        for target, names in targets.items():
            try:
                head = (await workspace.target(names[0])).commit
                there = files.intersection(await self._trees.paths(names[0], head)) if files else frozenset[str]()
            except FaultError:
                saw = False  # whoever works there tells of it
                continue
            await self._engine.propose(partial(_seen, (target, tuple(names), head), there))
        return saw


def _watched(world: World) -> tuple[str, ...]:
    """Name the queues whose target's head somebody waits for."""
    return tuple(dict.fromkeys((*watched_queues(world), *handoff.watched(world))))


def _seen(target: tuple[str, tuple[str, ...], str], files: frozenset[str], world: World) -> tuple[e.Event, ...]:
    name, queues, head = target
    moved = any(world.heads.get(queue) != head for queue in queues) and bool(set(_watched(world)) & set(queues))
    found = [e.FileSeen(path=path, target=name) for path in sorted(files) if path not in world.seen_files]
    return (*((e.TargetMoved(target=name, commit=head, queues=queues),) if moved else ()), *found)
