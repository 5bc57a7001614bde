"""A seat at the journal for one command: read how things stand, or ask for something and show what came of it."""

import contextlib
import gc
from collections.abc import AsyncGenerator, Generator, Sequence
from functools import partial

from orchestrator.agents.surroundings import installed
from orchestrator.codec.worlds import decode_world, encode_world
from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.intake import Intake
from orchestrator.daemon.project import Project, RandomIds
from orchestrator.daemon.runs import guardian_pid
from orchestrator.daemon.windows import Windows
from orchestrator.engine.ledger import Ledger
from orchestrator.journal.file import FileJournal
from orchestrator.journal.presence import FilePresence
from orchestrator.journal.snapshot import Snapshot, load, save
from orchestrator.model.answers import StatusAnswer
from orchestrator.model.commands import Ask, Refusal
from orchestrator.model.events import Commit, Event
from orchestrator.model.fold import apply
from orchestrator.model.ids import queue_of
from orchestrator.model.scope import Scope
from orchestrator.model.world import World
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import Answer
from orchestrator.policy.initiative import owed
from orchestrator.policy.seat import Seat, repository_of
from orchestrator.policy.tidings import messages
from orchestrator.views.statement import status_of
from orchestrator.workspace.names import STORE

SNAPSHOT_EVERY = 500
"""Commits after which a snapshot is worth its writing."""


class Desk:
    """One command's view of a project. `me` is who writes: a person's command or a run."""

    def __init__(self, project: Project, journal: FileJournal, world: World, me: str) -> None:
        self.project, self.journal, self.me = project, journal, me
        self.clock = WallClock()
        self.ids = RandomIds()
        self.presence = FilePresence(project.state / "workers")
        self.ledger = Ledger(journal, self.clock, self.ids, me, world, lambda _world: self.seat())
        self.ledger.rider = partial(messages, settings=project.settings)
        self.intake = Intake(project)
        self._snapshot_seq = world.seq

    @property
    def world(self) -> World:
        """The world as of the last catching up."""
        return self.ledger.world

    def now(self) -> int:
        """Read the wall clock (milliseconds)."""
        return self.clock.now()

    def seat(self, scope: Scope | None = None) -> Seat:
        """Say how this process sits: what it may see of others, without asking git."""
        return Seat(
            me=self.me,
            scope=scope or Scope(),
            settings=self.project.settings,
            peers=self.presence.peers(),
            targets={name: self._target(name) for name in self.world.queues},
            installed=installed(self.project.environ),
            zone=self.project.zone,
        )

    def _target(self, queue: str) -> str:
        return ":".join(repository_of(self.project.settings, self.world.queues[queue].spec))

    def git_of(self, ref: str) -> str:
        """Say how a person's git finds the work of a task."""
        if self.project.settings.workspace == "inplace":
            return f"--git-dir={self.project.state / STORE}"
        return f"-C {self._repository_of(ref)}"

    def _repository_of(self, ref: str) -> str:
        repo = self._target(queue_of(ref)).partition(":")[0]
        return str(self.project.root / self.project.settings.repos[repo].path) if repo else str(self.project.root)

    async def status(self) -> StatusAnswer:
        """Say how everything stands."""
        state = self.project.state
        notices = (*self.intake.notices(), *self.project.notices())
        return status_of(self.world, self.now(), self.seat(), partial(guardian_pid, state), notices)

    async def commits(self) -> Sequence[Commit]:
        """Give the whole journal."""
        return await self.journal.read(0)

    async def travel(self, seq: int | None, moment: int | None) -> None:
        """Go back to how the world was at a seq, or at a moment."""
        world = World()
        for commit in await self.commits():
            if (seq is not None and commit.seq > seq) or (moment is not None and commit.at > moment):
                break
            apply(world, commit)
        self.ledger.world = world

    async def ask(self, ask: Ask) -> Answer:
        """Do what a person asks, or say why not."""
        done = await self.ledger.commit(lambda world: answer(world, ask, self.seat(), self.now()))
        return done if isinstance(done, Refusal) else (*done, *await self.follow())

    async def follow(self) -> tuple[Event, ...]:
        """Record what now follows of itself, so that it stands also where nothing runs: gates that open, unlocks."""
        found: list[Event] = []
        while not isinstance(more := await self.ledger.commit(self._owed), Refusal) and more:
            found.extend(more)
        return tuple(found)

    def _owed(self, world: World) -> Answer:
        return owed(world, self.ledger.agenda, self.now(), self.seat())

    async def snapshot(self, *, always: bool = False) -> None:
        """Keep the world as a cache for the next start, when it is worth it (or `always`)."""
        if self.world.seq - self._snapshot_seq < SNAPSHOT_EVERY and not always:
            return
        line = await self.journal.hash_at(self.world.seq)
        if line is not None:
            payload = encode_world(self.world)
            with contextlib.suppress(OSError):  # a cache: without room there is none
                save(self.project.journal_folder, Snapshot(seq=self.world.seq, line=line, payload=payload))
            self._snapshot_seq = self.world.seq


async def open_desk(project: Project, me: str, *, read_only: bool) -> Desk:
    """Open the journal and fold it, from the snapshot where it vouches for one."""
    with _nothing_collected():
        journal = await FileJournal.open(project.journal_folder, read_only=read_only)
        cached = await load(project.journal_folder, journal)
        world = decode_world(cached.payload) if cached is not None else None
        desk = Desk(project, journal, world or World(), me)
        await desk.ledger.catch_up()
    return desk


@contextlib.contextmanager
def _nothing_collected() -> Generator[None]:
    """Keep the collector of garbage away while a world is made, and from that world afterwards: it is here to stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


@contextlib.asynccontextmanager
async def reading(project: Project) -> AsyncGenerator[Desk, None]:
    """Look, changing nothing; what people have saved and nobody has taken in yet is shown as it will be."""
    desk = await open_desk(project, "reader", read_only=True)
    try:
        desk.ledger.world = desk.intake.as_saved(desk.world)
        yield desk
    finally:
        desk.journal.close()


@contextlib.asynccontextmanager
async def writing(project: Project, me: str = "cli") -> AsyncGenerator[Desk, None]:
    """Ask for something: queue files are taken in first, and everything is rendered before the command exits.

    Where another process renders, its rendering of what was asked is waited for.
    """
    project.make_state()
    desk = await open_desk(project, me, read_only=False)
    windows = Windows(project, desk.ledger, desk.intake)
    desk.ledger.observers.append(windows.note)
    began = desk.world.seq
    try:
        await desk.intake.take_in(desk.ledger)
        yield desk
        await _render(desk, windows, asked=desk.world.seq > began)
        if windows.stale:
            await desk.intake.take_in(desk.ledger)  # somebody saved in this very moment
            await windows.render(desk.world, desk.seat(), await desk.status(), desk.now())
    finally:
        windows.close()
        desk.journal.close()


async def _render(desk: Desk, windows: Windows, *, asked: bool) -> None:
    """Bring every file up to date, or see to it that another process does."""
    while not await windows.render(desk.world, desk.seat(), await desk.status(), desk.now()):
        if not asked or await windows.rendered(desk.world):
            return
