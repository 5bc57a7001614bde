"""One seed: a project, some processes, a storm of faults, then a quiet phase in which everything must come to its end.

The storm hides lost wake-ups (a restart looks at everything anew), so every seed ends without faults and restarts,
some have no storm at all, and in some one last process dies with nothing but its lock to say so.
"""

from typing import Self, cast

import anyio
import msgspec
from anyio.abc import TaskGroup

from orchestrator.engine.hands import Hands
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model import commands as c
from orchestrator.model.scope import Scope
from orchestrator.model.specs import SATISFIES, Status
from orchestrator.policy.actions import failing
from orchestrator.ports.agents import Job
from orchestrator.sim.actions import MemoryActions
from orchestrator.sim.agents import Play, ScriptedAgents
from orchestrator.sim.chaos import Chaos, Pace
from orchestrator.sim.clock import VirtualClock
from orchestrator.sim.crew import Crew, Member, Stage
from orchestrator.sim.loop import DeadlockError, LivelockError, run, virtual_loop
from orchestrator.sim.plan import Plan, draw
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.reckoning import reckon
from orchestrator.sim.storm import Storm
from orchestrator.sim.verifier import BROKEN, MENDED, MISTAKE, ScriptedVerifier
from orchestrator.sim.witness import BrokenPromiseError, Witness
from orchestrator.sim.workspace import MemoryWorkspace

QUIET_S = 2 * 86_400.0
"""Within this much virtual time after the last fault everything must be done."""

RATES = {
    "workspace": 0.01,
    "workspace.after": 0.01,
    "verifier.cannot": 0.01,
    "verifier.fault": 0.02,
    "verifier.flake": 0.03,
    "action": 0.2,
    "journal.full": 0.004,
    "journal.refused": 0.002,
    "journal.unknown": 0.002,
    "journal.slow": 0.05,
    "journal.spurious": 0.05,
}
"""How often each fault strikes during the storm; some seeds have none of them, some five times as many."""


class SimulationError(AssertionError):
    """A seed failed; `story` are its commits, one a line."""

    def __init__(self, seed: int, problem: str, story: list[str]) -> None:
        super().__init__(f"seed {seed}: {problem}")
        self.seed = seed
        self.problem = problem
        self.story = story

    def __reduce__(self) -> tuple[type[Self], tuple[int, str, list[str]]]:
        """Go to another process whole: a proof plays its seeds in several."""
        return type(self), (self.seed, self.problem, self.story)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one seed came to. `journal` is the hash of the journal's last line, which every line before it enters."""

    seed: int
    journal: str
    commits: int
    tasks: int
    processes: int
    agent_calls: int
    faults: int
    hours: float


def simulate(seed: int, plan: Plan | None = None) -> Report:
    """Run one seed to its end, over a plan of one's own or the seed's.

    Raises SimulationError with the whole story when a promise is broken.
    """
    simulation = Simulation(seed, plan)
    try:
        return run(simulation.run, seed)
    except Exception as error:
        raise SimulationError(seed, first_of(error), simulation.story) from error


def first_of(error: BaseException) -> str:
    """Say what went wrong first."""
    if isinstance(error, BaseExceptionGroup):
        return first_of(cast("BaseExceptionGroup[BaseException]", error).exceptions[0])
    known = isinstance(error, (BrokenPromiseError, DeadlockError, LivelockError))
    return str(error) if known else f"{type(error).__name__}: {error}"


class Simulation:
    """One seed's run. Make it outside the loop; `run` needs `sim.loop.run`."""

    def __init__(self, seed: int, plan: Plan | None = None) -> None:
        self.seed = seed
        self.stormy = bool(seed % 4)
        self.story: list[str] = []
        self._plan = plan or draw(seed)
        weight = (0, 1, 5)[seed % 3] if self.stormy else 0
        self._chaos = Chaos(seed, {fault: rate * weight for fault, rate in RATES.items()})
        self._journal = MemoryJournal()

    async def run(self) -> Report:
        """Play the seed."""
        async with anyio.create_task_group() as group:
            self._set_up(group)
            try:
                self._report = await self._play()
            finally:
                self.crew.dismiss()
                group.cancel_scope.cancel()
        return self._report

    def _set_up(self, group: TaskGroup) -> None:
        plan, chaos = self._plan, self._chaos
        pace, judging = Pace(0.0, chaos.choice((0.0, 0.05, 2.0))), Pace(1.0, chaos.choice((2.0, 300.0)))
        clock, presence = VirtualClock(), MemoryPresence()
        workspace = MemoryWorkspace(chaos, repos=plan.repos, pace=pace)
        verifier = self._verifier(workspace, judging)
        agents = ScriptedAgents(group, workspace, chaos, script=self._script, craft=plan.craft, pace=pace)
        actions = MemoryActions(chaos, judging)
        witness = self._witness(clock, presence, workspace, verifier)
        self.story = witness.story
        self.stage = Stage(
            chaos=chaos,
            clock=clock,
            presence=presence,
            journal=self._journal,
            agents=agents,
            workspace=workspace,
            actions=actions,
            hands=Hands(agents=agents, verifier=verifier, workspace=workspace, actions=actions),
            settings=plan.settings,
            witness=witness,
            pace=pace,
        )
        self.crew = Crew(group, self.stage)
        self.storm = Storm(self.seed, self.stage, self.crew, tuple(plan.repos))

    def _witness(
        self, clock: VirtualClock, presence: MemoryPresence, workspace: MemoryWorkspace, verifier: ScriptedVerifier
    ) -> Witness:
        return Witness(clock, presence, workspace, verifier, self._plan.settings)

    def _verifier(self, workspace: MemoryWorkspace, pace: Pace) -> ScriptedVerifier:
        return ScriptedVerifier(workspace, self._chaos, clashes=self._plan.clashes, pace=pace)

    def _script(self, job: Job, nth: int) -> Play:
        plays = self._plan.plays.get(job.key.task, ())
        return plays[nth] if nth < len(plays) else Play()

    async def _play(self) -> Report:
        await self._define()
        if self.stormy:
            await self.storm.blow()
        await self._quiet()
        while not await self._leave():  # a moment came while it was leaving, and brought more to do
            await self._quiet()
        reckon(self.stage, self.crew, self._plan, self.storm.saved)
        return self._sum()

    async def _define(self) -> None:
        for number, events in enumerate(self._plan.commits):
            at, name = self.stage.clock.now(), f"files-{number}"
            commit = await self._journal.append(events, expected=number, by="files", at=at, commit_id=name)
            self.stage.witness.observe(commit)

    # -- the quiet phase -------------------------------------------------------------------------------------------

    async def _quiet(self) -> None:
        """No faults, no restarts: one process that serves everything, and a person who answers what waits for one."""
        self._chaos.calm()
        for member in self.crew.alive(stopped=True):
            self.crew.wake(member)
        victim = self.crew.start(Scope(watch=True)) if self.seed % 2 else None
        self.last = self.crew.start(Scope(watch=True))
        end = anyio.current_time() + QUIET_S
        while not self._all_done():
            if anyio.current_time() > end or self.last.gone.is_set():
                raise BrokenPromiseError(f"not done after {QUIET_S:.0f} s of quiet ({self.last.left}): {self._left()}")
            for _ in range(30):
                await anyio.sleep(10)
                if victim is not None and self._alone(victim):
                    await self.crew.kill(victim)
                    victim = None
            self.crew.patrol()
            await self._answer()

    def _alone(self, member: Member) -> bool:
        """Say whether a process has all the work, so that nothing but its death can tell the others of its death."""
        claims = self.stage.witness.world.claims
        return bool(claims) and set(claims.values()) == {member.name}

    def _all_done(self) -> bool:
        world = self.stage.witness.world
        done = all(task.status in SATISFIES for task in world.tasks.values())
        acted = all(action.done for action in world.actions.values())
        return done and acted and not any(trigger.due for trigger in world.triggers.values())

    def _left(self) -> str:
        world = self.stage.witness.world
        tasks = [
            f"{task.ref} {task.status} {task.attempt.step if task.attempt else ''} {world.claims.get(task.ref, '')}"
            for task in world.tasks.values()
            if task.status not in SATISFIES
        ]
        actions = [action.key for action in world.actions.values() if not action.done]
        return f"{'; '.join(tasks)}; actions: {actions}; {self.last.name} waits: {self.last.engine.waiting_for}"

    async def _answer(self) -> None:
        """Do what only a person can."""
        world, workspace = self.stage.witness.world, self.stage.workspace
        for name in world.queues:
            if workspace.user_head(name).files.get(MISTAKE) == BROKEN:
                workspace.save(name, {MISTAKE: MENDED})
        for queue in list(world.queues.values()):
            if queue.paused:
                await self.crew.ask(c.Resume(queue=queue.name, by="ana"))
        await self._act_again()
        locked = any(queue.locked for queue in world.queues.values())
        for task in list(world.tasks.values()):
            if task.status is Status.BLOCKED and task.verdict == "BLOCKED" and task.attempt is not None:
                choice = self.storm.dice.choice(("revert", "override"))
                await self.crew.ask(c.Decide(task=task.ref, decision=choice, reason="looked at it", by="ana"))
            elif task.status in {Status.BLOCKED, Status.FAILED} or (locked and task.status is Status.SKIPPED):
                await self.crew.ask(c.Retry(task=task.ref, by="ana"))  # a skipped task unlocks nothing

    async def _act_again(self) -> None:
        """Let every action that was given up be tried again."""
        for action in failing(self.stage.witness.world):
            if action.blocked:
                await self.crew.ask(c.DecideAction(trigger=action.key, decision="again", by="ana"))

    # -- the end ---------------------------------------------------------------------------------------------------

    async def _leave(self) -> bool:
        """With everything done the last process leaves with 0, and nobody stays for ever. False: it is not done."""
        for member in self.crew.alive():
            member.engine.drain()
        for member in self.crew.alive():
            with anyio.move_on_after(3600):
                await member.gone.wait()
            if member.left is None:
                raise BrokenPromiseError(f"{member.name} was told to drain and stays: {member.engine.waiting_for}")
        if not self._all_done():
            return False
        if self.last.left is None or self.last.left.exit_code != 0:
            raise BrokenPromiseError(f"everything is done and {self.last.name} left with {self.last.left}")
        return True

    def _sum(self) -> Report:
        return Report(
            seed=self.seed,
            journal=self._journal.head_hash,
            commits=self._journal.head,
            tasks=len(self.stage.witness.world.tasks),
            processes=len(self.crew.members),
            agent_calls=sum(self.stage.agents.starts.values()),
            faults=self.storm.blows + sum(self._chaos.struck.values()),
            hours=round(virtual_loop().time() / 3600, 1),
        )
