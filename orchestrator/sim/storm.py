"""The storm: what a long night does to a project. Draws blows; judges nothing.

Processes die, stop, come back and are signalled; guardians and folders vanish; clocks jump; people save, ask and change
their minds.
"""

import random
from collections.abc import Awaitable, Callable

import anyio

from orchestrator.model import commands as c
from orchestrator.model.scope import Scope
from orchestrator.model.specs import Status, TaskSpec
from orchestrator.sim.crew import Crew, Member, Stage
from orchestrator.sim.verifier import BROKEN, MENDED, MISTAKE

_BLOWS_APART_S = 240
"""Seconds between blows, on average."""
_COIN = 0.5


class Storm:
    """One seed's blows on one crew."""

    lasts: tuple[int, ...] = (1200, 3600, 10_800)
    """Seconds, one of which it lasts."""

    def __init__(self, seed: int, stage: Stage, crew: Crew, queues: tuple[str, ...]) -> None:
        self.dice = random.Random(f"storm {seed}")  # noqa: S311 - reproducible on purpose
        self.blows = 0
        self.saved: list[tuple[str, str]] = []
        """(queue, path) of every file the person committed."""
        self._stage, self._crew, self._queues = stage, crew, queues

    async def blow(self) -> None:
        """Start a first process and strike until it is over."""
        await self._start()
        end = anyio.current_time() + self.dice.choice(self.lasts)
        while anyio.current_time() < end:
            await anyio.sleep(self.dice.expovariate(1 / _BLOWS_APART_S))
            await self._strike()
            self._crew.patrol()

    async def _strike(self) -> None:
        running, stopped = self._crew.alive(stopped=False), self._crew.alive(stopped=True)
        pick = self.dice.choice
        blows: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (6 if len(running) < 3 else 0, self._start),  # noqa: PLR2004 - three at once are plenty
            (4 if running else 0, lambda: self._crew.kill(pick(running))),
            (4 if running else 0, lambda: self._stop(pick(running))),
            (6 if stopped else 0, lambda: self._wake(pick(stopped))),
            (2 if running else 0, lambda: self._signal(pick(running))),
            (2, self._lose_guardian),
            (1, self._lose_workspace),
            (2, self._jump),
            (5, self._save),
            (6, self._person),
        ]
        (chosen,) = self.dice.choices([blow for _, blow in blows], [weight for weight, _ in blows])
        self.blows += 1
        await chosen()

    # -- processes -------------------------------------------------------------------------------------------------

    async def _start(self) -> None:
        self._crew.start(self._scope())

    def _scope(self) -> Scope:
        dice = self.dice
        return Scope(
            queues=dice.choice((None, None, (dice.choice(self._queues),))),
            workers=dice.choice((None, None, 1, 3)),
            max_iterations=dice.choice((None, None, None, 3)),
            max_tasks=dice.choice((None, None, None, 2)),
            watch=dice.random() < 0.3,  # noqa: PLR2004 - a weight
            interactive=dice.random() < 0.8,  # noqa: PLR2004 - a weight
        )

    async def _stop(self, member: Member) -> None:
        await self._crew.stop(member, lose_place=self.dice.random() < _COIN)

    async def _wake(self, member: Member) -> None:
        self._crew.wake(member)

    async def _signal(self, member: Member) -> None:
        self.dice.choice((member.engine.drain, member.engine.stop, member.engine.detach))()

    # -- the outside -----------------------------------------------------------------------------------------------

    async def _lose_guardian(self) -> None:
        if living := self._stage.agents.living():
            self._stage.agents.lose(self.dice.choice(living))

    async def _lose_workspace(self) -> None:
        if (keys := self._stage.workspace.standing()) and self.dice.random() < _COIN:
            self._stage.workspace.lose(self.dice.choice(keys))

    async def _jump(self) -> None:
        self._stage.clock.jump(self.dice.choice((-30_000, 5_000, 600_000, 8 * 3_600_000)))

    async def _save(self) -> None:
        queue, path = self.dice.choice(self._queues), f"user/{len(self.saved)}"
        mistake = {MISTAKE: self.dice.choice((BROKEN, MENDED))} if self.dice.random() < 0.3 else {}  # noqa: PLR2004 - a weight
        self._stage.workspace.save(queue, {path: "mine\n", **mistake})
        self.saved.append((queue, path))
        if any(train.members for train in self._stage.witness.world.trains.values()):
            self._stage.workspace.overtake(queue)  # while a train is on its way: it must miss and build anew

    # -- people ----------------------------------------------------------------------------------------------------

    async def _person(self) -> None:
        dice, queue, world = self.dice, self.dice.choice(self._queues), self._stage.witness.world
        task = dice.choice(list(world.tasks))
        asks: tuple[c.Ask, ...] = (
            c.Pause(queue=queue, by="ana"),
            c.Resume(queue=queue, by="ana"),
            c.Retry(task=task, by="ana", take_over=dice.random() < _COIN),
            c.Cancel(task=task, by="ana"),
            c.Skip(task=task, by="ana", reason="not needed"),
            c.Decide(task=task, decision=dice.choice(("revert", "override")), reason="looked at it", by="ana"),
            c.AddTask(queue=queue, spec=TaskSpec(id=f"N{self.blows}", title="thought of late", dependencies=(task,))),
        )
        ask = dice.choice(asks)
        if isinstance(ask, c.Retry) and world.tasks[task].status is Status.COMPLETED:
            return  # doing finished work over again is a story of its own
        await self._crew.ask(ask)
