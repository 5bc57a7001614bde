"""One run: the engine, the window and the ears around it, from preflight to the last rendering.

Order matters: everything that could refuse is looked at before anything is written, so that bad input changes nothing.
"""

import contextlib
import signal
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import msgspec

from orchestrator.daemon.clearing import Clearing
from orchestrator.daemon.compose import Built, build
from orchestrator.daemon.desk import Desk, open_desk
from orchestrator.daemon.facts import about_agents, gather
from orchestrator.daemon.intake import Intake, fold_scratch
from orchestrator.daemon.lookout import Lookout
from orchestrator.daemon.patches import Patches
from orchestrator.daemon.project import Project, RandomIds
from orchestrator.daemon.recorder import Recorder, goal_of
from orchestrator.daemon.tidying import Tidying
from orchestrator.daemon.windows import Windows
from orchestrator.engine.engine import Engine
from orchestrator.errors import InvalidInputError
from orchestrator.inbox.folder import Problem, Reading
from orchestrator.inbox.watch import watch
from orchestrator.model import events as e
from orchestrator.model.answers import StatusAnswer
from orchestrator.model.events import Commit
from orchestrator.model.ids import queue_of
from orchestrator.model.scope import Leave, Scope
from orchestrator.model.world import World
from orchestrator.policy.additions import PROMPT_QUEUE, define_prompt_task
from orchestrator.policy.outlook import SIGNALLED
from orchestrator.policy.preflight import preflight
from orchestrator.policy.until import is_known
from orchestrator.ports.agents import RunKey
from orchestrator.views.statement import status_of

RENDER_EVERY_S, RENDER_SHARE = 0.1, 0.1
"""What is looked at is brought up to date this often; of the processor's time it may take this share."""
ROOM_AGAIN_S = 2.0
"""When writing what people look at is tried again."""
LAST_LOOKS = 5


@dataclass(frozen=True)
class Request:
    """What a person asked of a run."""

    scope: Scope
    files: tuple[Path, ...] = ()
    """Further queue files (`--work-queue`)."""
    prompt: tuple[str, str] | None = None
    """Name (the file's stem) and text of `--prompt`."""
    record: str | None = None
    """Where the recordings go (`--record`); empty: where they go by default. None: nothing is recorded."""
    signals: bool = True
    """Listen to Ctrl-C and the like; a library's caller has its own ways."""


@dataclass(frozen=True)
class Watcher:
    """Who looks on: told of warnings, of every commit, and when everything is set up."""

    warn: Callable[[str], None]
    commits: Callable[[World, Sequence[Commit]], None]
    started: Callable[[Engine], None]


@dataclass(frozen=True)
class Report:
    """How a run ended, and how everything stands then."""

    leave: Leave
    status: StatusAnswer
    scope: Scope


async def run(project: Project, request: Request, watcher: Watcher) -> Report:
    """Work the queues in scope until nothing of them can proceed."""
    async with _seated(project, request, watcher) as run_:
        return await run_.go()


@contextlib.asynccontextmanager
async def _seated(project: Project, request: Request, watcher: Watcher) -> AsyncGenerator["_Run", None]:
    """Look first, then sit down at the journal; leave it however it ends."""
    me = RandomIds().new()[:8]
    scope, built = await _look_first(project, request, watcher)
    project.make_state()
    project.keep_configuration()
    await built.ground.open()
    desk = await open_desk(project, me, read_only=False)
    for notice in desk.journal.notices:
        watcher.warn(notice)
    desk.intake = Intake(project, request.files)
    desk.presence.join(me, scope.queues)
    try:
        yield _Run(project, desk, built, scope, request, watcher)
    finally:
        desk.presence.leave()
        desk.journal.close()


async def _look_first(project: Project, request: Request, watcher: Watcher) -> tuple[Scope, Built]:
    """Read, vet and preflight everything without writing anything."""
    project.read_texts()
    if request.record is not None:
        goal_of(project, request.record)
    desk = await open_desk(project, "preflight", read_only=True)
    try:
        intake = Intake(project, request.files)
        world = intake.as_saved(desk.world)
        fold_scratch(world, _prompted(world, request.prompt))
        reading = intake.look()
        scope = _scope(request, reading, world)
        _judge_files(reading, scope, watcher)
        built = await build(project, tuple(queue.spec for queue in world.queues.values()))
        facts = about_agents(await gather(built, reading, world), project.settings, built.runner.level())
        found = preflight(world, project.settings, facts, scope)
    finally:
        desk.journal.close()
    for warning in found.warnings:
        watcher.warn(warning)
    if found.problems:
        raise InvalidInputError(*found.problems)
    return scope, built


def _scope(request: Request, reading: Reading, world: World) -> Scope:
    """Complete the scope with queues named by file or prompt, and refuse names nobody knows."""
    scope, names = request.scope, list(request.scope.queues or ())
    extra = {str(path.resolve()) for path in request.files}
    named = [f.document.spec.name for f in reading.files if str(Path(f.path).resolve()) in extra or f.path in extra]
    named += [p.queue for p in reading.problems if str(Path(p.path).resolve()) in extra or p.path in extra]
    if request.prompt is not None:
        named.append(PROMPT_QUEUE)
    broken = {problem.queue for problem in reading.problems}
    problems = [
        f"there is no queue {name!r} (known: {', '.join(world.queues) or 'none'}); write queues/{name}.json, or "
        "`orchestrator init`"
        for name in names
        if name not in world.queues and name not in broken
    ]
    if scope.task is not None and scope.task not in world.tasks:
        problems.append(f"there is no task {scope.task!r}; name it as queue/ID (`orchestrator status` lists them)")
    if not world.queues and not broken:
        problems.append("there are no queues: write queues/NAME.json, `orchestrator init`, or `run --prompt FILE`")
    if scope.until is not None and not is_known(world, scope.until):
        problems.append(f"there is no {scope.until!r} to go until; name a task as queue/ID or a gate as gate:ID")
    if problems:
        raise InvalidInputError(*problems)
    if scope.task is not None and not names:
        names = [queue_of(scope.task)]
    queues = tuple(dict.fromkeys([*names, *named])) or None
    return msgspec.structs.replace(scope, queues=queues)


def _judge_files(reading: Reading, scope: Scope, watcher: Watcher) -> None:
    bad = [problem for problem in reading.problems if scope.covers(problem.queue)]
    for problem in reading.problems:
        if problem not in bad:
            watcher.warn(problem.text)
    if bad:
        raise InvalidInputError(*(line for problem in bad for line in problem.text.splitlines()))


def _prompted(world: World, prompt: tuple[str, str] | None) -> tuple[e.Event, ...]:
    return () if prompt is None else define_prompt_task(world, *prompt)[1]


def rest_s(took_s: float) -> float:
    """Say how long to wait after a rendering: one of very many tasks must not keep the work from going on."""
    return max(RENDER_EVERY_S, took_s * (1 / RENDER_SHARE - 1))


class _Run:
    """One run under way."""

    def __init__(
        self, project: Project, desk: Desk, built: Built, scope: Scope, request: Request, watcher: Watcher
    ) -> None:
        self.project, self.desk, self.built, self.scope = project, desk, built, scope
        self.request, self.watcher = request, watcher
        self.engine = Engine(
            desk.journal,
            built.hands,
            desk.clock,
            desk.ids,
            desk.presence,
            project.settings,
            desk.me,
            installed=built.installed,
            world=desk.world,
            zone=project.zone,
        )
        self.engine.scope = scope
        self.windows = Windows(project, self.engine.ledger, desk.intake)
        self._dirty, self._asked = anyio.Event(), anyio.Event()
        self.tidying = Tidying(self.engine, built.workspace, project.state)
        self.clearing = Clearing(self.engine, built.ground, project.settings.retention)
        self.lookout = Lookout(self.engine, built.trees, built.ground.branches())
        self.engine.ready_to_leave = lambda: self.lookout.ready
        self.patches = Patches(project.state / "runs", built.ground)
        self._unwritten = ""
        self.recorder: Recorder | None = None
        if request.record is not None:
            self.recorder = Recorder(project, built.trees, goal_of(project, request.record), watcher.warn)

    async def begin(self) -> None:
        """Take everything in."""
        self.engine.ledger.observers += [self.windows.note, self._on_commits]
        await self.tidying.begin()
        await self.desk.intake.take_in(self.engine.ledger)
        await self.engine.propose(lambda world: _prompted(world, self.request.prompt))
        self.patches.recall(self.engine.world.tasks)
        await self.lookout.look()  # before anything is decided by what lay there when the last run left
        self.watcher.started(self.engine)

    async def go(self) -> Report:
        """Take everything in, work, render, leave."""
        await self.begin()
        leave = Leave(SIGNALLED, "cancelled")
        async with anyio.create_task_group() as group:
            if self.request.signals:
                group.start_soon(self._signals)
            group.start_soon(self._edits)
            group.start_soon(self._render_always)
            group.start_soon(self.tidying.go)
            group.start_soon(self.clearing.go)
            group.start_soon(self.lookout.go)
            if self.recorder is not None:
                group.start_soon(self.recorder.follow)
            leave = await self.engine.run(self.scope)
            group.cancel_scope.cancel()
        await self.end()
        return Report(leave, self._status(), self.scope)

    def _status(self) -> StatusAnswer:
        seat = self.engine.seat(self.engine.world)
        notices = (*self.desk.intake.notices(), *self.project.notices())
        return status_of(self.engine.world, self.desk.now(), seat, notices=notices)

    def _on_commits(self, world: World, commits: Sequence[Commit], _touched: object) -> None:
        self.watcher.commits(world, commits)
        self.lookout.note(commits)
        for commit in commits:
            for event in commit.events:
                if isinstance(event, e.IterationCaptured) and commit.by == self.desk.me:
                    self.patches.note(RunKey(event.task, event.attempt, event.iteration))
                if self.recorder is not None and commit.by == self.desk.me:
                    self.recorder.note(world, event)
        self.tidying.note(world, commits)
        self._dirty.set()
        others = {commit.by for commit in commits} - {self.desk.me}
        if others and others - set(self.desk.presence.peers()):
            self._asked.set()  # a command waits to see it in the files

    async def _signals(self) -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
            asked = False
            async for number in signals:
                if number == signal.SIGHUP:
                    self.engine.detach()
                elif asked:
                    self.watcher.warn("stopping the agents and giving the claims back")
                    self.engine.stop()
                else:
                    asked = True
                    self.watcher.warn("finishing what runs, starting nothing; once more stops the agents")
                    self.engine.drain()

    async def _edits(self) -> None:
        async with anyio.create_task_group() as group:
            saved = anyio.Event()

            def told(_paths: frozenset[Path]) -> None:
                nonlocal saved
                saved.set()

            group.start_soon(watch, self.desk.intake.folder, told)
            problems: tuple[Problem, ...] = ()
            while True:
                await saved.wait()
                saved = anyio.Event()
                reading = await self.desk.intake.take_in(self.engine.ledger)
                for problem in reading.problems:
                    if problem.changed:
                        self.watcher.warn(problem.text)
                self.windows.revisit(self.desk.intake.saved)
                if self.desk.intake.saved or reading.problems != problems:
                    self._dirty.set()
                problems = reading.problems
                self.engine.wake()

    async def _render_always(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty, self._asked, began = anyio.Event(), anyio.Event(), time.process_time()
            with anyio.CancelScope(shield=True):  # half a rendering would lose what was noted for it
                written = await self._written(self.render)
            if not (written and await self._written(self._keep_records)):
                self._dirty.set()
                await anyio.sleep(ROOM_AGAIN_S)
            rest = rest_s(time.process_time() - began)
            await anyio.sleep(RENDER_EVERY_S)
            with anyio.move_on_after(rest - RENDER_EVERY_S):
                await self._asked.wait()

    async def _written(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Write what people look at; where it cannot be written it is said, once, and tried again: work goes on."""
        try:
            await work()
        except OSError as error:
            text = f"cannot write {error.filename or self.project.state}: {error.strerror}; it is tried again"
            if text != self._unwritten:
                self.watcher.warn(text)
            self._unwritten = text
            return False
        self._unwritten = ""
        return True

    async def _keep_records(self) -> None:
        await self.patches.write()
        if self.recorder is not None:
            await self.recorder.write()

    async def render(self) -> None:
        """Bring the files people look at up to date."""
        seat = self.engine.seat(self.engine.world)
        await self.windows.render(self.engine.world, seat, self._status(), self.desk.now())

    async def end(self) -> None:
        """Render everything and leave."""
        await self._last_look()

    async def _last_look(self) -> None:
        await self.tidying.end()
        await self.engine.ledger.catch_up()
        await self._written(self.render)
        for _ in range(LAST_LOOKS):
            if not self.windows.stale:
                break
            await self.desk.intake.take_in(self.engine.ledger)  # somebody saved in this very moment
            await self._written(self.render)
        await self._written(self._keep_records)
        self.windows.close()
        await self.clearing.end()
        await self.desk.snapshot()


class Bench:
    """A seat at which one thing is done at a time, at a caller's pace."""

    def __init__(self, run_: _Run) -> None:
        self._run = run_

    @classmethod
    @contextlib.asynccontextmanager
    async def sit(cls, project: Project, request: Request) -> AsyncGenerator["Bench", None]:
        """Sit down; on leaving, what is claimed is given back and everything is rendered."""
        nobody = Watcher(warn=lambda _: None, commits=lambda *_: None, started=lambda _: None)
        async with _seated(project, request, nobody) as run_:
            await run_.begin()
            try:
                yield cls(run_)
            finally:
                await run_.engine.release("left by its caller")
                await run_.end()

    async def step(self) -> tuple[e.Event, ...]:
        """Do one thing, record it, and bring the files people look at up to date."""
        run_ = self._run
        await run_.desk.intake.take_in(run_.engine.ledger)
        await run_.lookout.look()
        events = await run_.engine.step()
        await run_.render()
        return events

    async def checkpoint(self) -> dict[str, Any]:
        """Keep the files of every attempt of this project that stands, and the world as a snapshot."""
        run_ = self._run
        captured = await run_.engine.checkpoint()
        await run_.render()
        await run_.desk.snapshot(always=True)
        return {"seq": run_.engine.world.seq, "captured": captured}
