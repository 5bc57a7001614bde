"""Agents nobody wants any more: ended once, their work kept, and known as living until then."""

from collections.abc import Callable, Iterable

import anyio
import pytest

from orchestrator.engine.hands import Hands
from orchestrator.engine.parting import Parting
from orchestrator.model import effects as f
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.world import World
from orchestrator.ports.agents import RunKey
from orchestrator.ports.workspace import AttemptKey
from tests.policy.playing.planning import NOW, task, world_of

KEY = RunKey("q/T", 1, 1)
CLAIM = e.TaskClaimed(task="q/T", attempt=1, worker="new", resumed=True)


class Agents:
    """Notes who was stopped, and lets each be stopped only when it may."""

    def __init__(self) -> None:
        self.stopped: list[RunKey] = []
        self.may = anyio.Event()

    async def stop(self, key: RunKey) -> None:
        self.stopped.append(key)
        await self.may.wait()


class Workspace:
    """Notes what was kept."""

    def __init__(self) -> None:
        self.kept: list[tuple[AttemptKey, int, str]] = []

    async def exists(self, _attempt: AttemptKey) -> bool:
        return True

    async def capture(self, attempt: AttemptKey, iteration: int, base: str) -> None:
        self.kept.append((attempt, iteration, base))


def happen(world: World, *events: e.Event) -> None:
    apply(world, e.Commit(seq=world.seq + 1, id=f"c{world.seq}", prev="", at=NOW, by="w", events=events))


@pytest.fixture
def world() -> World:
    """Make an agent of a process that is gone, whose attempt a new one has taken over."""
    made = world_of(task("q/T"))
    happen(made, e.TaskClaimed(task="q/T", attempt=1, worker="gone"))
    happen(made, e.AttemptPrepared(task="q/T", attempt=1, base="b0"))
    began = e.IterationStarted(task="q/T", attempt=1, iteration=1, agent="sh", sandbox="L0", base="b0")
    happen(made, began)
    happen(made, CLAIM)
    return made


async def let_go(parting: Parting, world: World, agents: Agents, runs: Iterable[RunKey] = ()) -> tuple[bool, bool]:
    """Let go of what is to be; say whether it was under way until it was over, and whether it is after that."""
    agents.may = anyio.Event()
    async with anyio.create_task_group() as group:
        parting.let_go(world, runs, group)
        await anyio.wait_all_tasks_blocked()
        during = parting.under_way
        agents.may.set()
    return during, parting.under_way


def made(woken: Callable[[], None] = lambda: None) -> tuple[Parting, Agents, Workspace]:
    agents, workspace = Agents(), Workspace()
    hands = Hands(agents, None, workspace, None, notifier=None)  # type: ignore[arg-type]
    return Parting(hands, woken), agents, workspace


@pytest.mark.asyncio
async def test_an_agent_that_was_taken_over_and_is_nobodys_before_it_was_looked_after_is_ended(world: World) -> None:
    woken: list[bool] = []
    parting, agents, workspace = made(lambda: woken.append(True))
    parting.take_over(world, CLAIM)
    assert parting.keys() == (KEY,)  # a run that stops now must end it
    happen(world, e.TaskReleased(task="q/T", reason="lost"))
    assert await let_go(parting, world, agents) == (True, False)
    assert (agents.stopped, workspace.kept) == ([KEY], [(AttemptKey("q/T", 1), 1, "b0")])
    assert (parting.keys(), woken) == ((), [True])


@pytest.mark.asyncio
async def test_an_agent_that_is_looked_after_or_anothers_is_left_alone(world: World) -> None:
    parting, agents, _ = made()
    parting.take_over(world, CLAIM)
    assert await let_go(parting, world, agents, (KEY,)) == (False, False)  # claimed: whoever has it ends it
    parting.take_over(world, CLAIM)
    claim = world.tasks["q/T"].claim
    assert claim is not None
    parting.look_after(world, (f.RunAgent(task="q/T", attempt=1, fence=claim.fence, iteration=1, fresh=False),))
    happen(world, e.TaskReleased(task="q/T", reason="lost"))
    assert await let_go(parting, world, agents) == (False, False)
    assert agents.stopped == []
    assert await let_go(parting, world, agents, (KEY,)) == (True, False)
    assert agents.stopped == [KEY]
