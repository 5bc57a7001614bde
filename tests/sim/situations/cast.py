"""The people of a situation: they sign, refuse, try what they may not, commit papers, change the plan as it runs."""

import random

from orchestrator.model import commands as c
from orchestrator.model.scope import Scope
from orchestrator.model.specs import SATISFIES, Status, TaskSpec
from orchestrator.sim.crew import Crew, Stage
from orchestrator.sim.storm import Storm
from orchestrator.sim.witness import BrokenPromiseError
from tests.sim.situations.facts import HANDS
from tests.sim.situations.situation import MINUTE_MS, Signing, Situation

FORGOTTEN = "not needed"
"""Why somebody skips what is needed after all."""
STRANGER = "mallory"
"""May sign nothing, and tries."""


class Cast:
    """What the people of one seed have still to do."""

    def __init__(self, seed: int, stage: Stage, crew: Crew, plan: Situation) -> None:
        self.dice = random.Random(f"cast {seed}")  # noqa: S311 - reproducible on purpose
        self._stage, self._crew, self._plan = stage, crew, plan
        self._refused: set[str] = set()
        self._papers = dict(plan.papers)
        self._tried: set[str] = set()

    async def stir(self) -> None:
        """Do one thing of what is to be done, while everything runs."""
        ways = (
            self._commit,
            self._drop,
            self._skip,
            self._sign_something,
            self._sign_something,
            self._report,
            self._lock,
        )
        await self.dice.choice(ways)()

    async def finish(self) -> None:
        """Do whatever is left of it that can be done now."""
        while self._papers:
            await self._commit()
        await self._drop()
        await self._skip()
        await self._report()
        for signing in self._plan.signings:
            await self._sign(signing, all_of_them=True)

    # -- the repository and the plan -------------------------------------------------------------------------------

    async def _commit(self) -> None:
        if self._papers:
            path = self.dice.choice(list(self._papers))
            self._stage.workspace.save(self._papers.pop(path), {path: "signed and sealed\n"})

    async def _drop(self) -> None:
        """Drop a dependency that only sounded like one."""
        for ref, edge in self._plan.edges.items():
            spec = self._stage.witness.world.tasks[ref].spec
            if edge in spec.dependencies:
                left = tuple(name for name in spec.dependencies if name != edge)
                await self._crew.ask(c.EditTask(task=ref, changes={"dependencies": left}))

    async def _skip(self) -> None:
        for ref, why in self._plan.not_executed.items():
            if self._stage.witness.world.tasks[ref].status is Status.PENDING:
                await self._crew.ask(c.Skip(task=ref, reason=why, by="omar"))

    async def _lock(self) -> None:
        """Have something shared to oneself for a while."""
        if self._plan.locks:
            until = self._stage.clock.now() + self.dice.randint(1, 40) * MINUTE_MS
            what, who = self.dice.choice(self._plan.locks), self.dice.choice(("lena", "mark"))
            await self._crew.ask(c.LockResource(resource=what, by=who, until=until, reason="moving it"))

    async def _report(self) -> None:
        """Report the tasks done that a person does; one that waits for something is refused."""
        world = self._stage.witness.world
        for task in list(world.tasks.values()):
            early = self.dice.random() < 0.1
            ready = all(world.tasks[name].status in SATISFIES for name in task.spec.dependencies if name in world.tasks)
            if task.spec.agent in HANDS and task.status is Status.PENDING and (ready or early):
                await self._crew.ask(c.Done(task=task.ref, by="omar", evidence=("minutes.txt",)))

    # -- gates -----------------------------------------------------------------------------------------------------

    async def _sign_something(self) -> None:
        if self._plan.signings:
            await self._sign(self.dice.choice(self._plan.signings), all_of_them=False)

    async def _sign(self, signing: Signing, *, all_of_them: bool) -> None:
        gate = self._stage.witness.world.gates[signing.gate]
        if gate.open or not signing.signers:
            return
        if signing.gate in self._refused and not self._all_else_is_done(signing):
            return
        await self._try_in_vain(signing)
        yes = {signature.by for signature in gate.signatures if signature.approved}
        missing = [who for who in signing.signers if who not in yes]
        if not missing and signing.gate in self._refused:
            missing = [signing.signers[0]]  # says yes anew
        for who in missing if all_of_them else [self.dice.choice(signing.signers)]:
            await self._approve(signing, who)
            if self.dice.random() < 0.3:
                await self._approve(signing, who)  # to say so twice says nothing more
        if signing.rejects and signing.gate not in self._refused:
            said = await self._crew.ask(c.RejectGate(gate=signing.gate, by=signing.rejects, reason="not yet"))
            if said is None:
                self._refused.add(signing.gate)

    async def _approve(self, signing: Signing, who: str) -> None:
        await self._crew.ask(c.Approve(gate=signing.gate, by=who))

    async def _try_in_vain(self, signing: Signing) -> None:
        """Let somebody sign who may not, once for each gate."""
        if signing.gate not in self._tried:
            self._tried.add(signing.gate)
            said = await self._crew.ask(c.Approve(gate=signing.gate, by=STRANGER))
            if said is None:
                raise BrokenPromiseError(f"{STRANGER} signs {signing.gate}")

    def _all_else_is_done(self, signing: Signing) -> bool:
        tasks = self._stage.witness.world.tasks
        return all(tasks[ref].status in SATISFIES for ref in signing.beside)


class Weather(Storm):
    """The storm, in which people also go about their business."""

    cast: Cast
    scopes: tuple[Scope, ...]
    lasts = (600, 1800, 3600)

    def _scope(self) -> Scope:
        return self.dice.choice(self.scopes)

    async def _person(self) -> None:
        """Let the cast act, or somebody ask for something; what is thought of late stands behind nothing."""
        if self.dice.random() < 0.6:
            await self.cast.stir()
        elif self.dice.random() < 0.2:
            spec = TaskSpec(id=f"N{self.blows}", title="thought of late")
            await self._crew.ask(c.AddTask(queue=self.dice.choice(self._queues), spec=spec))
        else:
            await self._crew.ask(self._asked())

    def _asked(self) -> c.Ask:
        dice, queue = self.dice, self.dice.choice(self._queues)
        tasks = self._stage.witness.world.tasks
        ref = dice.choice([ref for ref, task in tasks.items() if task.status is not Status.COMPLETED] or list(tasks))
        asks: tuple[c.Ask, ...] = (
            c.Pause(queue=queue, by="ana"),
            c.Resume(queue=queue, by="ana"),
            c.Retry(task=ref, by="ana", take_over=dice.random() < 0.5),
            c.Cancel(task=ref, by="ana"),
            c.Skip(task=ref, by="ana", reason=FORGOTTEN),
            c.Decide(task=ref, decision=dice.choice(("revert", "override")), reason="looked at it", by="ana"),
        )
        return dice.choice(asks)
