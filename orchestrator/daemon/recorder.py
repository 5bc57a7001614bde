"""`run --record`: every call of an agent becomes a play of a cassette. Looks on; what it cannot keep costs no work.

Theory of operation. When an iteration begins, what its files were is known from the world, and its transcript is
followed for the time at which lines appear. When its capture is recorded, its end stands in its folder and the
difference of the two commits is what it changed. A run that goes on after a crash records on; only the times of what
was said meanwhile are lost.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from orchestrator.agents.cassettes import (
    VERSION,
    Cassette,
    Play,
    cassette_file,
    read_cassette,
    with_play,
    write_cassette,
)
from orchestrator.agents.folders import TRANSCRIPT, RunFolder
from orchestrator.agents.growing import GrowingFile
from orchestrator.agents.recording import Beat, Call, play_of
from orchestrator.agents.redact import Redactor, secrets_of
from orchestrator.agents.replaying import as_played
from orchestrator.agents.spool import words_in
from orchestrator.agents.transcripts import profile_named
from orchestrator.daemon.project import Project
from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.files.atomic import private_dir, write_atomic
from orchestrator.files.bell import ringing
from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.world import Step, World
from orchestrator.policy.staffing import agent_settings
from orchestrator.ports.agents import RunKey
from orchestrator.ports.runner import End
from orchestrator.processes.traces import read_end
from orchestrator.workspace.trees import GitTrees

FOLDER = "cassettes"


class _Begun(NamedTuple):
    agent: str
    before: str
    """The commit whose files the agent found."""


class _Owed(NamedTuple):
    key: RunKey
    begun: _Begun
    after: str
    beats: list[Beat]
    number: int
    """Which call of its task it is."""
    ended: int
    """How many calls of its iteration had ended before it: one more, and its own records have moved aside."""


class Recorder:
    """The recordings of one run. `goal` is a file for everything, or a folder with a file a queue."""

    def __init__(self, project: Project, trees: GitTrees, goal: Path, warn: Callable[[str], None]) -> None:
        self._project, self._trees, self._goal, self._warn = project, trees, goal, warn
        if goal.parent == project.state:
            private_dir(goal)
        self._begun: dict[RunKey, _Begun] = {}
        self._beats: dict[RunKey, list[Beat]] = {}
        self._told: dict[RunKey, frozenset[str]] = {}
        self._owed: list[_Owed] = []
        self._to_follow: list[RunKey] = []
        self._scopes: dict[RunKey, anyio.CancelScope] = {}
        self._stirred = anyio.Event()

    def note(self, world: World, event: e.Event) -> None:
        """Take in what was just recorded by this run."""
        match event:
            case e.IterationStarted():
                self._begin(world, RunKey(event.task, event.attempt, event.iteration))
            case e.TaskClaimed(resumed=True):
                lane = world.lane(event.task, event.attempt)
                attempt = lane.attempt if lane is not None else None
                if attempt is not None and attempt.step in {Step.AGENT, Step.CAPTURE}:
                    self._begin(world, RunKey(event.task, event.attempt, attempt.iteration))
            case e.IterationCaptured():
                key = RunKey(event.task, event.attempt, event.iteration)
                if begun := self._begun.pop(key, None):
                    self._owe(key, begun, event.commit)
            case _:
                pass

    def _owe(self, key: RunKey, begun: _Begun, after: str) -> None:
        """Keep what the next call of the same iteration would replace."""
        if scope := self._scopes.pop(key, None):
            scope.cancel()
        folder, beats = self._folder(key), self._beats.pop(key, [])
        self._owed.append(_Owed(key, begun, after, beats, folder.plays(), folder.shelves("ended")))

    def _begin(self, world: World, key: RunKey) -> None:
        task = world.lane(key.task, key.attempt)
        attempt = task.attempt if task is not None else None
        if task is None or attempt is None:
            return
        self._begun[key] = _Begun(attempt.agent, attempt.commit or task.carry or attempt.base)
        self._to_follow.append(key)
        self._stirred.set()

    # -- the time of what is said ----------------------------------------------------------------------------------

    async def follow(self) -> None:
        """Note for ever when the agents that work say something."""
        async with anyio.create_task_group() as group:
            while True:
                await self._stirred.wait()
                self._stirred = anyio.Event()
                while self._to_follow:
                    self._listen(group, self._to_follow.pop(0))

    def _listen(self, group: TaskGroup, key: RunKey) -> None:
        if key in self._scopes:
            self._scopes[key].cancel()
        scope = self._scopes[key] = anyio.CancelScope()
        group.start_soon(self._clock, key, scope)

    async def _clock(self, key: RunKey, scope: anyio.CancelScope) -> None:
        began, beats = anyio.current_time(), self._beats.setdefault(key, [])
        beats.clear()
        file, files = GrowingFile(self._folder(key).file(TRANSCRIPT)), 0

        def look() -> None:
            nonlocal files
            new = sum(1 for _ in file.lines())
            if file.files > files:  # another call's: what was said before is not its
                files = file.files
                beats.clear()
            if new:
                beats.append(Beat(anyio.current_time() - began, (beats[-1].lines if beats else 0) + new))

        with scope:
            await ringing(self._folder(key).path, look)

    # -- writing it down -------------------------------------------------------------------------------------------

    async def write(self) -> None:
        """Write the plays of the calls that have ended since."""
        while self._owed:
            owed = self._owed.pop(0)
            try:
                await self._record(owed)
            except (FaultError, InvalidInputError, OSError) as problem:
                self._warn(f"{owed.key.task}: its call is not recorded: {problem}")

    async def _record(self, owed: _Owed) -> None:
        patch = await self._trees.plain_patch(queue_of(owed.key.task), owed.begun.before, owed.after)
        await to_thread.run_sync(self._put, owed, patch)

    def _put(self, owed: _Owed, patch: bytes) -> None:
        key, folder = owed.key, self._folder(owed.key)
        profile = as_played(profile_named(self._project.settings, owed.begun.agent), folder)
        records = folder.shelved("ended", owed.ended + 1) if folder.shelves("ended") > owed.ended else folder
        end = read_end(str(records.path)) or End(reason="lost")
        call = Call(folder, records, profile, end, patch, owed.beats, self._told.get(key, frozenset()))
        play = play_of(call, self._redactor(folder, owed.begun.agent))
        self._told[key] = frozenset(name for name, _ in words_in(folder))
        self._keep(key.task, owed.number, play)

    def _keep(self, task: str, number: int, play: Play) -> None:
        path = cassette_file(self._goal, task)
        known = _known(path, self._project.name)
        if len(known.tasks.get(task, ())) < number - 1:
            self._warn(f"{task}: its recording begins with its call number {number}; earlier ones are not in it")
        write_atomic(path, write_cassette(with_play(known, task, number, play)))

    def _redactor(self, folder: RunFolder, name: str) -> Redactor:
        agent = agent_settings(self._project.settings, name)
        if agent is None:
            return Redactor(())
        profile, home = profile_named(self._project.settings, name), self._project.environ.get("HOME", "/nonexistent")
        own = secrets_of(self._project.environ, agent, profile, Path(home))
        return Redactor(own | secrets_of({}, agent, profile, folder.file("home")))

    def _folder(self, key: RunKey) -> RunFolder:
        return RunFolder(self._project.state / "runs", key)


def goal_of(project: Project, named: str) -> Path:
    """Say where recordings go: a file or folder somebody named, else `.aibrain/cassettes/`. Makes nothing."""
    if not named:
        return project.state / FOLDER
    path = Path(named).absolute()
    if not path.is_dir() and not path.parent.is_dir():
        raise InvalidInputError(f"--record {named}: there is no folder {path.parent}; make it, or name another")
    if path.is_file():
        _known(path, project.name)
    return path


def _known(path: Path, title: str) -> Cassette:
    try:
        return read_cassette(path.read_bytes(), str(path))
    except FileNotFoundError:
        return Cassette(version=VERSION, title=title, pace=0.0, tasks={})
    except FaultError as problem:
        raise InvalidInputError(f"--record {path}: it is no cassette ({problem}); name another file") from None
