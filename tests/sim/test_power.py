"""The simulation finds bugs: each mutant breaks one promise, and a few seeds are enough to catch it."""

from collections.abc import Callable
from typing import Any

import anyio
import msgspec
import pytest

from orchestrator.engine import engine
from orchestrator.errors import ConflictError
from orchestrator.model.commands import NoteAction, NoteDelivery, NoteInspection, Outcome
from orchestrator.model.world import World
from orchestrator.policy.decide import Answer, decide
from orchestrator.policy.seat import Seat
from orchestrator.policy.taking import Taken
from orchestrator.ports.agents import AgentEnd, Hear, Job, unheard
from orchestrator.ports.workspace import AttemptKey
from orchestrator.sim.agents import ScriptedAgents
from orchestrator.sim.journal import FaultyJournal
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.simulation import SimulationError, simulate
from orchestrator.sim.workspace import MemoryWorkspace

SEEDS = 90
"""How many seeds a mutant may survive. The one named with it found it last, and goes first to save time."""

Mutant = Callable[[pytest.MonkeyPatch], None]


def no_compare_and_swap(patch: pytest.MonkeyPatch) -> None:
    original = FaultyJournal.append

    async def append(self: FaultyJournal, events: Any, *, expected: int, **rest: Any) -> Any:
        while True:
            try:
                return await original(self, events, expected=expected, **rest)
            except ConflictError:
                expected += 1

    patch.setattr(FaultyJournal, "append", append)


def outcomes_without_a_fence(patch: pytest.MonkeyPatch) -> None:
    def believe(world: World, outcome: Outcome, now: int, seat: Seat) -> Answer:
        task = (
            None if isinstance(outcome, NoteAction | NoteInspection | NoteDelivery) else world.tasks.get(outcome.task)
        )
        if (
            not isinstance(outcome, NoteAction | NoteInspection | NoteDelivery)
            and task is not None
            and task.claim is not None
        ):
            outcome = msgspec.structs.replace(outcome, fence=task.claim.fence)
        return decide(world, outcome, now, seat)

    patch.setattr(engine, "decide", believe)


def no_exclusion(patch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> None:
        return None

    patch.setattr(Taken, "cause", nobody)


def a_miss_called_landed(patch: pytest.MonkeyPatch) -> None:
    original = MemoryWorkspace.advance

    async def advance(self: MemoryWorkspace, key: AttemptKey, commit: str, onto: str) -> bool:
        await original(self, key, commit, onto)
        return True

    patch.setattr(MemoryWorkspace, "advance", advance)


def agents_started_again(patch: pytest.MonkeyPatch) -> None:
    original = ScriptedAgents.run

    async def run(self: ScriptedAgents, job: Job, hear: Hear = unheard) -> AgentEnd:
        self._runs.pop(job.key, None)  # pyright: ignore[reportPrivateUsage] - a mutant may
        return await original(self, job, hear)

    patch.setattr(ScriptedAgents, "run", run)


def agents_never_stopped(patch: pytest.MonkeyPatch) -> None:
    async def stop(self: ScriptedAgents, key: object) -> None:
        await anyio.sleep(0)

    patch.setattr(ScriptedAgents, "stop", stop)


def deaf_to_the_journal(patch: pytest.MonkeyPatch) -> None:
    async def wait(self: FaultyJournal, after: int) -> None:
        await anyio.sleep_forever()

    patch.setattr(FaultyJournal, "wait", wait)


def deaf_to_the_dead(patch: pytest.MonkeyPatch) -> None:
    async def changed(self: MemoryPresence) -> None:
        await anyio.sleep_forever()

    patch.setattr(MemoryPresence, "changed", changed)


MUTANTS: tuple[tuple[Mutant, str, int], ...] = (
    (no_compare_and_swap, "claimed|belongs to|starts|fires|side by side|follow", 1),
    (outcomes_without_a_fence, "belongs to|recorded twice", 2),
    (no_exclusion, "side by side|is held by", 3),
    (a_miss_called_landed, "not in the target", 2),
    (agents_started_again, "was started|same workspace", 2),
    (agents_never_stopped, "nobody wants any more|outlive|same workspace", 2),
    (deaf_to_the_journal, "not done|nobody wants any more|stays", 3),
    (deaf_to_the_dead, "not done|stays", 9),
)


def run_all(first: int) -> None:
    for seed in (first, *range(SEEDS)):
        simulate(seed)


@pytest.mark.slow
@pytest.mark.parametrize(("mutant", "seen", "first"), MUTANTS, ids=[row[0].__name__ for row in MUTANTS])
def test_a_broken_promise_is_found_within_a_few_seeds(
    mutant: Mutant, seen: str, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant(monkeypatch)
    with pytest.raises(SimulationError, match=seen):
        run_all(first)
