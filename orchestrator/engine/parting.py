"""Parting from agents: those nobody wants any more are ended, and what they had done is kept. Decides about no task.

An agent is this process's to end when it looked after it, or took its attempt over and lost that before it could. One
whose claim went to another worker is that worker's.
"""

import contextlib
from collections.abc import Callable, Iterable

from anyio.abc import TaskGroup

from orchestrator.engine.hands import Hands
from orchestrator.errors import FaultError
from orchestrator.files.room import full_disk_is_a_fault
from orchestrator.model import effects as f
from orchestrator.model import events as e
from orchestrator.model.world import Step, World
from orchestrator.ports.agents import RunKey
from orchestrator.ports.workspace import AttemptKey


def key_of(run: f.RunAgent) -> RunKey:
    """Name the run of an agent."""
    return RunKey(run.task, run.attempt, run.iteration)


class Parting:
    """The agents one process has to do with, beside those that run for it as they should."""

    def __init__(self, hands: Hands, wake: Callable[[], None]) -> None:
        self._hands, self._wake = hands, wake
        self._bases: dict[RunKey, str] = {}
        """What an agent's work is compared with: when it is stopped its attempt may be forgotten."""
        self._taken_over: set[RunKey] = set()
        """Agents of attempts that were taken over and are not looked after yet: the attempt may be lost before."""
        self._ending: set[RunKey] = set()

    @property
    def under_way(self) -> bool:
        """Say whether an agent is being ended: the run does not leave before it is gone."""
        return bool(self._ending)

    def keys(self) -> tuple[RunKey, ...]:
        """Name the agents that live and do not run for this process as they should."""
        return (*self._taken_over, *self._ending)

    def take_over(self, world: World, claim: e.TaskClaimed) -> None:
        """Note the agent that came with an attempt."""
        key = self._noted(world, claim.task, claim.attempt)
        if key is not None:
            self._taken_over.add(key)

    def look_after(self, world: World, effects: Iterable[f.Effect]) -> None:
        """Note which agents will run for this process."""
        for run in effects:
            if isinstance(run, f.RunAgent):
                self._noted(world, run.task, run.attempt)
                self._taken_over.discard(key_of(run))

    def let_go(self, world: World, runs: Iterable[RunKey], group: TaskGroup) -> None:
        """End these agents, and those that were taken over and never looked after, unless they are another's now."""
        for key in (*runs, *self._taken_over):
            if not self._is_anothers(world, key) and key not in self._ending:
                self._ending.add(key)
                group.start_soon(self._end, key, self._bases.pop(key, ""))
        self._taken_over.clear()

    def _noted(self, world: World, task: str, attempt: int) -> RunKey | None:
        lane = world.lane(task, attempt)
        if lane is None or lane.attempt is None or lane.attempt.step is not Step.AGENT:
            return None
        key = RunKey(task, attempt, lane.attempt.iteration)
        self._bases[key] = lane.attempt.base
        return key

    def _is_anothers(self, world: World, key: RunKey) -> bool:
        """Say whether somebody has claimed what it works at, this process anew perhaps."""
        lane = world.lane(key.task, key.attempt)
        if lane is None or lane.claim is None or lane.attempt is None:
            return False
        return lane.attempt.iteration == key.iteration

    async def _end(self, key: RunKey, base: str) -> None:
        """Stop an agent, and keep what it had done so far under its ref."""
        attempt, workspace = AttemptKey(key.task, key.attempt), self._hands.workspace
        try:
            await self._hands.agents.stop(key)
            with contextlib.suppress(FaultError), full_disk_is_a_fault():  # its workspace may be gone already
                if base and await workspace.exists(attempt):
                    await workspace.capture(attempt, key.iteration, base)
        finally:
            self._ending.discard(key)
            self._wake()
