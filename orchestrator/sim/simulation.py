"""One seed: a project, some processes, a storm of faults, then a quiet phase in which everything must come to its end.

The storm hides lost wake-ups (a restart looks at everything anew), so every seed ends without faults and restarts, and
some seeds have no storm at all.
"""

import random
from collections.abc import Awaitable, Callable

import anyio
import msgspec

from orchestrator.engine.hands import Hands
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.scope import Scope
from orchestrator.model.specs import ENDED, SATISFIES, Status
from orchestrator.ports.agents import Job
from orchestrator.sim.actions import MemoryActions
from orchestrator.sim.agents import Play, ScriptedAgents, done_file
from orchestrator.sim.chaos import Chaos, Pace
from orchestrator.sim.clock import VirtualClock
from orchestrator.sim.crew import Crew, Member, Stage
from orchestrator.sim.loop import DeadlockError, LivelockError, run, virtual_loop
from orchestrator.sim.plan import Plan, draw
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.verifier import ScriptedVerifier
from orchestrator.sim.witness import BrokenPromiseError, Witness
from orchestrator.sim.workspace import MemoryWorkspace

QUIET_S = 86_400.0
"""Within this much virtual time after the last fault everything must be done."""

_RATES = {
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


class SimulationError(AssertionError):
    """A seed failed; `story` are its commits, one a line."""

    def __init__(self, seed: int, problem: str, story: list[str]) -> None:
        super().__init__(f"seed {seed}: {problem}")
        self.seed = seed
        self.problem = problem
        self.story = story


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one seed came to. `journal` is the hash of the journal's last line, which every line enters."""

    seed: int
    journal: str
    commits: int
    tasks: int
    processes: int
    agent_calls: int
    faults: int
    hours: float


def simulate(seed: int) -> Report:
    """Run one seed to its end. Raises SimulationError with the whole story when a promise is broken."""
    simulation = Simulation(seed)
    try:
        return run(simulation.run, seed)
    except SimulationError:
        raise
    except BaseException as error:  # whatever ends a seed is told with the seed and its story
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise SimulationError(seed, _first(error), simulation.story) from error


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    kinds = (BrokenPromiseError, DeadlockError, LivelockError)
    return str(error) if isinstance(error, kinds) else f"{type(error).__name__}: {error}"


class Simulation:
    """One seed's run. Make it outside the loop; `run` needs `sim.loop.run`."""

    def __init__(self, seed: int, plan: Plan | None = None) -> None:
        self.seed = seed
        self.plan = plan or draw(seed)
        self.dice = random.Random(f"storm {seed}")  # noqa: S311 - reproducible on purpose
        self.story: list[str] = []
        self.saved: dict[tuple[str, str], str] = {}
        self.faults = 0

    async def run(self) -> Report:
        """Play the seed."""
        async with anyio.create_task_group() as group:
            self._set_up(group)
            try:
                report = await self._play()
            finally:
                self.crew.dismiss()
                group.cancel_scope.cancel()
        return report

    async def _play(self) -> Report:
        await self._define()
        if self.seed % 4:
            await self._storm()
        await self._quiet()
        await self._leave()
        return self._check()

    def _set_up(self, group: anyio.abc.TaskGroup) -> None:
        plan, stormy = self.plan, bool(self.seed % 4)
        pace = Pace(0.0, self.dice.choice((0.0, 0.05, 2.0)))
        self.chaos = Chaos(self.seed, _RATES if stormy else {})
        self.clock, self.presence = VirtualClock(), MemoryPresence()
        self.workspace = MemoryWorkspace(self.chaos, repos=plan.repos, pace=pace)
        judging = Pace(1.0, self.dice.choice((2.0, 300.0)))
        self.verifier = ScriptedVerifier(self.workspace, self.chaos, clashes=plan.clashes, pace=judging)
        self.agents = ScriptedAgents(group, self.workspace, self.chaos, script=self._script, craft=plan.craft, pace=pace)
        self.actions = MemoryActions(self.chaos, judging)
        self.witness = Witness(self.clock, self.presence, self.workspace, self.verifier, plan.settings)
        self.story = self.witness.story
        self.journal = MemoryJournal()
        hands = Hands(agents=self.agents, verifier=self.verifier, workspace=self.workspace, actions=self.actions)
        stage = Stage(
            chaos=self.chaos,
            clock=self.clock,
            presence=self.presence,
            journal=self.journal,
            agents=self.agents,
            hands=hands,
            settings=plan.settings,
            witness=self.witness,
            pace=pace,
        )
        self.crew = Crew(group, stage)

    def _script(self, job: Job, nth: int) -> Play:
        plays = self.plan.plays.get(job.key.task, ())
        return plays[nth] if nth < len(plays) else Play()

    async def _define(self) -> None:
        for number, events in enumerate(self.plan.commits):
            commit = await self.journal.append(
                events, expected=number, by="files", at=self.clock.now(), commit_id=f"files-{number}"
            )
            self.witness.observe(commit)

    # -- the storm -------------------------------------------------------------------------------------------------

    async def _storm(self) -> None:
        self.crew.start(self._scope())
        end = anyio.current_time() + self.dice.choice((1200, 3600, 10_800))
        while anyio.current_time() < end:
            await anyio.sleep(self.dice.expovariate(1 / 240))
            await self._strike()

    async def _strike(self) -> None:
        running, stopped = self.crew.alive(stopped=False), self.crew.alive(stopped=True)
        blows: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (6 if len(running) < 3 else 0, self._start),  # noqa: PLR2004 - three at once are plenty
            (4 if running else 0, lambda: self.crew.kill(self.dice.choice(running))),
            (4 if running else 0, lambda: self._stop(self.dice.choice(running))),
            (6 if stopped else 0, lambda: self._wake(self.dice.choice(stopped))),
            (2 if running else 0, lambda: self._signal(self.dice.choice(running))),
            (2, self._lose_guardian),
            (1, self._lose_workspace),
            (2, self._jump),
            (2, self._save),
            (5, self._person),
        ]
        (chosen,) = self.dice.choices([blow for _, blow in blows], [weight for weight, _ in blows])
        self.faults += 1
        await chosen()

    async def _start(self) -> None:
        self.crew.start(self._scope())

    def _scope(self) -> Scope:
        dice, queues = self.dice, list(self.plan.repos)
        return Scope(
            queues=dice.choice((None, None, (dice.choice(queues),))),
            workers=dice.choice((None, None, 1, 3)),
            max_iterations=dice.choice((None, None, None, 3)),
            max_tasks=dice.choice((None, None, None, 2)),
            watch=dice.random() < 0.3,  # noqa: PLR2004 - a weight
            interactive=dice.random() < 0.8,  # noqa: PLR2004 - a weight
        )

    async def _stop(self, member: Member) -> None:
        await self.crew.stop(member, lose_place=self.dice.random() < 0.5)  # noqa: PLR2004 - a coin

    async def _wake(self, member: Member) -> None:
        self.crew.wake(member)

    async def _signal(self, member: Member) -> None:
        self.dice.choice((member.engine.drain, member.engine.stop, member.engine.detach))()

    async def _lose_guardian(self) -> None:
        if living := self.agents.living():
            self.agents.lose(self.dice.choice(living))

    async def _lose_workspace(self) -> None:
        if (keys := self.workspace.standing()) and self.dice.random() < 0.5:  # noqa: PLR2004 - a coin
            self.workspace.lose(self.dice.choice(keys))

    async def _jump(self) -> None:
        self.clock.jump(self.dice.choice((-30_000, 5_000, 600_000, 8 * 3_600_000)))

    async def _save(self) -> None:
        queue, path = self.dice.choice(list(self.plan.repos)), f"user/{len(self.saved)}"
        self.workspace.save(queue, {path: "mine\n"})
        self.saved[queue, path] = "mine\n"

    async def _person(self) -> None:
        dice, queue = self.dice, self.dice.choice(list(self.plan.repos))
        task = dice.choice(list(self.witness.world.tasks))
        asks: tuple[c.Ask, ...] = (
            c.Pause(queue=queue, by="ana"),
            c.Resume(queue=queue, by="ana"),
            c.Retry(task=task, by="ana", take_over=dice.random() < 0.5),  # noqa: PLR2004 - a coin
            c.Cancel(task=task, by="ana"),
            c.Decide(task=task, decision=dice.choice(("revert", "override")), reason="looked at it", by="ana"),
        )
        ask = dice.choice(asks)
        if isinstance(ask, c.Retry) and self.witness.world.tasks[task].status is Status.COMPLETED:
            return  # doing finished work over again is a story of its own
        await self.crew.ask(ask)

    # -- the quiet phase -------------------------------------------------------------------------------------------

    async def _quiet(self) -> None:
        """No faults, no restarts: one process that serves everything, and a person who answers what waits for one."""
        self.chaos.calm()
        for member in self.crew.alive(stopped=True):
            self.crew.wake(member)
        self.last = self.crew.start(Scope(watch=True))
        end = anyio.current_time() + QUIET_S
        while not self._all_ended():
            if anyio.current_time() > end:
                raise BrokenPromiseError(f"not done in {QUIET_S:.0f} s of quiet: {self._left()}")
            if self.last.gone.is_set():
                raise BrokenPromiseError(f"{self.last.name} left ({self.last.left}) with work to do: {self._left()}")
            await anyio.sleep(300)
            await self._answer()

    def _all_ended(self) -> bool:
        world = self.witness.world
        done = all(task.status in SATISFIES for task in world.tasks.values())
        acted = all(action.done for action in world.actions.values())
        return done and acted and not any(trigger.due for trigger in world.triggers.values())

    def _left(self) -> str:
        world = self.witness.world
        open_ = [f"{t.ref} {t.status} {t.attempt.step if t.attempt else ''} {t.claim}" for t in world.tasks.values() if t.status not in SATISFIES]  # fmt: skip  # noqa: E501 - one line a task
        return f"{open_}; actions {[a for a in world.actions.values() if not a.done]}; waiting: {self.last.engine.waiting_for}"

    async def _answer(self) -> None:
        world = self.witness.world
        for queue in list(world.queues.values()):
            if queue.paused:
                await self.crew.ask(c.Resume(queue=queue.name, by="ana"))
        for task in list(world.tasks.values()):
            if task.status is Status.SKIPPED and any(queue.locked for queue in world.queues.values()):
                await self.crew.ask(c.Retry(task=task.ref, by="ana"))  # what was skipped unlocks nothing
            if task.status is Status.BLOCKED and task.verdict == "BLOCKED" and task.attempt is not None:
                choice = self.dice.choice(("revert", "override"))
                if await self.crew.ask(c.Decide(task=task.ref, decision=choice, reason="looked at it", by="ana")) is None:
                    continue
            if task.status in {Status.BLOCKED, Status.FAILED}:
                await self.crew.ask(c.Retry(task=task.ref, by="ana"))

    # -- the end ---------------------------------------------------------------------------------------------------

    async def _leave(self) -> None:
        """With everything done the last process leaves with 0, and nobody else stays for ever."""
        for member in self.crew.alive():
            member.engine.drain()
        for member in self.crew.alive():
            with anyio.move_on_after(3600):
                await member.gone.wait()
            if member.left is None:
                raise BrokenPromiseError(f"{member.name} was told to drain and stays: {member.engine.waiting_for}")
        if self.last.left is None or self.last.left.exit_code != 0:
            raise BrokenPromiseError(f"everything is done and {self.last.name} left with {self.last.left}")

    def _check(self) -> Report:
        world = self.witness.world
        for task in world.tasks.values():
            if task.status is Status.COMPLETED:
                self._check_landed(task.ref)
        for (queue, path), text in self.saved.items():
            self._demand(queue in self._pending_saves(path, text), f"the person's {path} went lost")
        self._demand(not self.agents.living(), f"agents outlive their tasks: {self.agents.living()}")
        self._demand(not self.agents.breaches, "; ".join(self.agents.breaches))
        for key, starts in self.agents.starts.items():
            self._demand(starts <= self.witness.started[key], f"{key} was started {starts} times")
        self._demand(not world.claims, f"claims are left: {world.claims}")
        owed = {key for key in world.actions}
        self._demand(owed <= set(self.actions.succeeded), f"actions never run: {owed - set(self.actions.succeeded)}")
        return Report(
            seed=self.seed,
            journal=self.journal.head_hash,
            commits=self.journal.head,
            tasks=len(world.tasks),
            processes=len(self.crew.members),
            agent_calls=sum(self.agents.starts.values()),
            faults=self.faults + sum(self.chaos.struck.values()),
            hours=round(virtual_loop().time() / 3600, 1),
        )

    def _pending_saves(self, path: str, text: str) -> set[str]:
        """Name the queues in whose target, or in whose user's branch, the person's file stands."""
        return {q for q in self.plan.repos if text in (self.workspace.head(q).files.get(path), self.workspace.user_files(q).get(path))}  # fmt: skip  # noqa: E501 - one expression

    def _check_landed(self, ref: str) -> None:
        queue = ref.partition("/")[0]
        files = self.workspace.head(queue).files
        landed = [landing for landing in self.workspace.landings if landing.key.task == ref]
        self._demand(len(landed) == 1, f"{ref} landed {len(landed)} times")
        self._demand(done_file(ref) in files, f"{ref} is completed and its work is not in the target")
        for path in self.plan.shared.get(ref, ()):
            lines = files.get(path, "").splitlines()
            self._demand(lines.count(ref) == 1, f"{path} holds {ref} {lines.count(ref)} times")

    def _demand(self, holds: object, text: str) -> None:
        if not holds:
            raise BrokenPromiseError(text)
