"""The simulated processes: each the real engine at its own door to the one journal. Starts, stops and kills them.

A killed process is frozen for ever: not one more line of it runs, as with SIGKILL. A stopped one is frozen for a
while, as with SIGSTOP, and may lose its place meanwhile, as it would in a cluster.
"""

from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskGroup

from orchestrator.engine.engine import Engine
from orchestrator.engine.hands import Hands
from orchestrator.engine.ledger import Ledger
from orchestrator.errors import JournalError
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model.commands import Ask, Refusal
from orchestrator.model.scope import Leave, Scope
from orchestrator.model.settings import Settings
from orchestrator.model.world import World
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import Answer
from orchestrator.policy.seat import Seat
from orchestrator.ports.journal import Journal
from orchestrator.sim.actions import MemoryActions
from orchestrator.sim.agents import ScriptedAgents
from orchestrator.sim.chaos import Chaos, Pace
from orchestrator.sim.clock import CountedIds, VirtualClock
from orchestrator.sim.journal import FaultyJournal
from orchestrator.sim.loop import PROCESS, virtual_loop
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.witness import BrokenPromiseError, Witness
from orchestrator.sim.workspace import MemoryWorkspace

_STOP_WITHIN_S = 120.0
"""How soon a process that lives must have ended an agent nobody wants any more."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What all processes of one simulation share."""

    chaos: Chaos
    clock: VirtualClock
    presence: MemoryPresence
    journal: MemoryJournal
    agents: ScriptedAgents
    workspace: MemoryWorkspace
    actions: MemoryActions
    hands: Hands
    settings: Settings
    witness: Witness
    pace: Pace


@dataclass
class Member:
    """One process: running while `left` is None and it is not dead."""

    name: str
    scope: Scope
    engine: Engine
    left: Leave | None = None
    failed: str = ""
    dead: bool = False
    stopped: bool = False
    last_stop: float = -1.0
    """When it was last stopped, in the loop's time."""
    gone: anyio.Event = field(default_factory=anyio.Event)

    @property
    def alive(self) -> bool:
        """Say whether it can still do something, now or when it is thawed."""
        return not self.dead and not self.gone.is_set()


class _Ledger(Ledger):
    """A ledger that is taken at its word: what it says is recorded must be."""

    def __init__(
        self,
        journal: Journal,
        clock: VirtualClock,
        ids: CountedIds,
        by: str,
        *,
        seat: Callable[[World], Seat] | None = None,
        witness: Witness,
    ) -> None:
        super().__init__(journal, clock, ids, by, None, seat)
        self._witness = witness

    async def commit(self, decide: Callable[[World], Answer]) -> Answer:
        """Decide and append. Raises where what is acknowledged stands nowhere."""

        def seeing(world: World) -> Answer:
            self._witness.decides(self.by)
            return decide(world)

        said = await super().commit(seeing)
        if not isinstance(said, Refusal) and said and self._witness.told.get(self.by) != said:
            raise BrokenPromiseError(f"{self.by} was told that it is recorded, and it stands nowhere: {said}")
        return said


class Crew:
    """All processes that were ever started, by name. Names are never used twice."""

    def __init__(self, group: TaskGroup, stage: Stage) -> None:
        self.members: dict[str, Member] = {}
        self.settings = stage.settings
        """What the next process will read; those that run keep theirs."""
        self._group, self._stage = group, stage
        self._outside = copy_context()
        self._over = False

    def alive(self, *, stopped: bool | None = None) -> list[Member]:
        """List the living, all or only those that are (not) stopped."""
        return [m for m in self.members.values() if m.alive and stopped in (None, m.stopped)]

    def start(self, scope: Scope) -> Member:
        """Start a process."""
        stage, name = self._stage, f"p{len(self.members) + 1}"
        door, ids, settings = self._door(), CountedIds(name), self.settings
        engine = Engine(door, stage.hands, stage.clock, ids, stage.presence, settings, name)
        ledger = _Ledger(door, stage.clock, ids, name, seat=engine.seat, witness=stage.witness)
        ledger.rider, engine.ledger = engine.ledger.rider, ledger
        member = self.members[name] = Member(name, scope, engine)
        self._outside.copy().run(self._group.start_soon, self._run, member)
        return member

    def _door(self) -> FaultyJournal:
        stage = self._stage
        return FaultyJournal(stage.journal.peer(), stage.chaos, observe=stage.witness.observe, pace=stage.pace)

    async def _run(self, member: Member) -> None:
        PROCESS.set(member.name)
        self._stage.presence.join(member.name, member.scope.queues)
        try:
            member.left = await self.live(member)
        except* JournalError as error:
            member.failed, member.left = str(error.exceptions[0]), Leave(4, "the journal cannot be written")
        except* Exception:
            if not self._over:
                raise
        finally:
            member.gone.set()
            self._stage.presence.leave(member.name)
            self._stage.agents.forget(member.name)

    async def live(self, member: Member) -> Leave:
        """Be the process, to its end."""
        return await member.engine.run(member.scope)

    async def kill(self, member: Member) -> None:
        """SIGKILL: it runs no further, its lock is free, its sockets close."""
        member.dead = True
        await self.stop(member, lose_place=True)
        self._stage.agents.forget(member.name)

    async def stop(self, member: Member, *, lose_place: bool) -> None:
        """SIGSTOP; with `lose_place` the others hold it for dead."""
        member.stopped, member.last_stop = True, anyio.current_time()
        virtual_loop().freeze(member.name)
        await anyio.sleep(0.001)
        if lose_place:
            self._stage.presence.leave(member.name)

    def wake(self, member: Member) -> None:
        """SIGCONT; it takes its place again, as a cluster's member does with its next sign of life."""
        member.stopped, member.last_stop = False, anyio.current_time()
        self._stage.presence.join(member.name, member.scope.queues)
        virtual_loop().thaw(member.name)

    async def ask(self, ask: Ask) -> Refusal | None:
        """Do what a command of a person's does: catch up, decide, append."""
        stage = self._stage
        ids = CountedIds(f"person{len(stage.witness.story)}")
        ledger = _Ledger(self._door(), stage.clock, ids, "person", witness=stage.witness)
        try:
            said = await ledger.commit(lambda world: answer(world, ask, stage.witness.seat()))
        except JournalError as error:
            return Refusal(str(error))
        return said if isinstance(said, Refusal) else None

    def patrol(self) -> None:
        """Look for agents that nobody wants and whose process, though well, lets them run. Raises."""
        witness, now, living = self._stage.witness, anyio.current_time(), self._stage.agents.living()
        due = [left for left in witness.abandoned if now - left.at > _STOP_WITHIN_S]
        witness.abandoned = [left for left in witness.abandoned if left not in due]
        for left in due:
            member = self.members[left.worker]
            well = member.alive and not member.stopped and member.last_stop < left.at
            if well and left.key in living and left.key not in witness.at_work:
                raise BrokenPromiseError(f"{member.name} lets {left.key} run on, which nobody wants any more")

    def dismiss(self) -> None:
        """Let the dead unwind too, unheard: the run is over."""
        self._over = True
        for member in self.members.values():
            virtual_loop().thaw(member.name)
