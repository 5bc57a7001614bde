"""What is waited for outside the journal is looked for again where a look fails."""

from typing import cast

import anyio
import pytest

from orchestrator.daemon.lookout import Lookout
from orchestrator.engine.engine import Engine
from orchestrator.engine.hands import Hands
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model import conditions as q
from orchestrator.model import events as e
from orchestrator.model.settings import Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.ports.workspace import Trees
from orchestrator.sim.actions import MemoryActions
from orchestrator.sim.agents import ScriptedAgents
from orchestrator.sim.chaos import Chaos
from orchestrator.sim.clock import CountedIds, VirtualClock
from orchestrator.sim.loop import run
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.verifier import ScriptedVerifier
from orchestrator.sim.workspace import MemoryWorkspace

CONDITIONAL = (
    e.QueueAdded(queue="q", spec=QueueSpec(name="q")),
    e.TaskAdded(task="q/A", spec=TaskSpec(id="A", when=q.FileExists("front.py"))),
)


@pytest.mark.parametrize("times", [1, 3])
def test_a_target_that_cannot_be_looked_at_is_looked_at_again_though_nothing_happens(times: int) -> None:
    """Git fails so many times; nothing else wakes anybody up."""

    async def play() -> None:
        journal, chaos = MemoryJournal(), Chaos(1, {"workspace.target": 1.0})
        workspace = MemoryWorkspace(chaos)
        workspace.save("q", {"front.py": "a\n"})
        async with anyio.create_task_group() as group:
            agents = ScriptedAgents(group, workspace)
            hands = Hands(
                agents=agents, verifier=ScriptedVerifier(workspace), workspace=workspace, actions=MemoryActions()
            )
            presence = MemoryPresence()
            presence.join("one")
            clock = VirtualClock()
            engine = Engine(journal, hands, clock, CountedIds(), presence, Settings(), "one")
            await engine.propose(lambda _world: CONDITIONAL)
            lookout = Lookout(engine, cast("Trees", workspace), ())
            group.start_soon(lookout.go)
            while chaos.struck["workspace.target"] < times:
                await anyio.sleep(1)
            chaos.calm()
            with anyio.fail_after(60):
                while "front.py" not in engine.world.seen_files:
                    await anyio.sleep(1)
            assert engine.world.heads == {"q": workspace.head("q").commit}
            group.cancel_scope.cancel()

    run(play, 1)
