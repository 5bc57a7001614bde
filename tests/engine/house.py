"""A house for the engine: the real one between the simulation's hands, in virtual time and without chance."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio
from anyio.abc import TaskGroup

from orchestrator.engine.hands import Hands
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model import events as e
from orchestrator.model.scope import Leave, Scope
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.world import World
from orchestrator.ports.agents import Job
from orchestrator.sim.actions import MemoryActions
from orchestrator.sim.agents import Craft, Play, ScriptedAgents, plain_craft
from orchestrator.sim.chaos import Chaos, Pace
from orchestrator.sim.clock import VirtualClock
from orchestrator.sim.crew import Crew, Member, Stage
from orchestrator.sim.loop import run
from orchestrator.sim.notifier import MemoryNotifier
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.verifier import ScriptedVerifier
from orchestrator.sim.witness import Witness
from orchestrator.sim.workspace import MemoryWorkspace

SCRIPT = Settings(agent="sh", agents={"sh": AgentSettings(name="sh")})
PATIENCE_S = 10_000.0
"""Of virtual time: nothing in a test takes that long."""


class House:
    """What the processes of one test share. Its witness looks at every commit as it is stored."""

    def __init__(
        self,
        group: TaskGroup,
        *,
        settings: Settings = SCRIPT,
        plays: Mapping[str, Sequence[Play]] | None = None,
        craft: Craft = plain_craft,
    ) -> None:
        chaos, pace = Chaos(), Pace()
        clock, presence, workspace = VirtualClock(), MemoryPresence(), MemoryWorkspace(chaos)
        verifier = ScriptedVerifier(workspace, chaos)
        self._plays = plays or {}
        agents = ScriptedAgents(group, workspace, chaos, script=self._play, craft=craft)
        actions = MemoryActions(chaos)
        self.stage = Stage(
            chaos=chaos,
            clock=clock,
            presence=presence,
            journal=MemoryJournal(),
            agents=agents,
            workspace=workspace,
            actions=actions,
            hands=Hands(agents, verifier, workspace, actions, notifier=MemoryNotifier()),
            settings=settings,
            witness=Witness(clock, presence, workspace, verifier, settings),
            pace=pace,
        )
        self.crew = Crew(group, self.stage)

    def _play(self, job: Job, nth: int) -> Play:
        plays = self._plays.get(job.key.task, ())
        return plays[nth] if nth < len(plays) else Play()

    @property
    def world(self) -> World:
        """The world as the journal has it."""
        return self.stage.witness.world

    @property
    def told(self) -> list[str]:
        """The types of all events so far."""
        return [tag for line in self.stage.witness.story for tag in line[23:].split() if "." in tag and "=" not in tag]

    async def define(self, *refs: str, **spec: Any) -> None:
        """Write queues and tasks into the journal."""
        queues = dict.fromkeys(ref.partition("/")[0] for ref in refs if ref.partition("/")[0] not in self.world.queues)
        tasks = (
            e.TaskAdded(task=ref, spec=TaskSpec(id=ref.partition("/")[2], **spec), order=order)
            for order, ref in enumerate(refs)
        )
        await self.append(*(e.QueueAdded(queue=name, spec=QueueSpec(name=name)) for name in queues), *tasks)

    async def append(self, *events: e.Event) -> None:
        """Append a commit as people's files do."""
        journal = self.stage.journal
        commit = await journal.append(
            events, expected=journal.head, by="files", at=self.stage.clock.now(), commit_id=f"files {journal.head}"
        )
        self.stage.witness.observe(commit)

    def start(self, **scope: Any) -> Member:
        """Start a process."""
        return self.crew.start(Scope(**scope))

    async def leaves(self, member: Member) -> Leave:
        """Wait until a process has left of its own accord, and say how."""
        with anyio.fail_after(PATIENCE_S):
            await member.gone.wait()
        assert member.left is not None
        return member.left

    async def until(self, event: str, times: int = 1) -> None:
        """Wait until the journal holds an event of this type."""
        with anyio.fail_after(PATIENCE_S):
            while self.told.count(event) < times:
                await anyio.sleep(1)


def play(story: Callable[[House], Awaitable[None]], **house: Any) -> None:
    """Play a story in virtual time to its end."""

    async def main() -> None:
        async with anyio.create_task_group() as group:
            made = House(group, **house)
            try:
                await story(made)
            finally:
                made.crew.dismiss()
                group.cancel_scope.cancel()

    run(main, 1)
