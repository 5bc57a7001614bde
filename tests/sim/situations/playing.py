"""Playing a situation: the real engine, policy and lookout on the virtual clock, people, faults, and the oracle."""

from collections.abc import Callable, Mapping
from typing import cast

import anyio
from anyio.abc import TaskGroup

from orchestrator.daemon.lookout import Lookout
from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.scope import Leave
from orchestrator.model.specs import ENDED, Status
from orchestrator.model.verdicts import Finding, Judgement, Verdict
from orchestrator.policy.gates import waiting_for
from orchestrator.policy.reasons import reason_for
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import Trees
from orchestrator.sim.chaos import Pace
from orchestrator.sim.clock import VirtualClock
from orchestrator.sim.crew import Crew, Member
from orchestrator.sim.loop import run
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.simulation import Report, Simulation, SimulationError, first_of
from orchestrator.sim.store import Files
from orchestrator.sim.verifier import BROKEN, MENDED, MISTAKE, ScriptedVerifier
from orchestrator.sim.witness import Witness
from orchestrator.sim.workspace import MemoryWorkspace
from tests.sim.situations.cast import FORGOTTEN, Cast, Weather
from tests.sim.situations.oracle import Oracle
from tests.sim.situations.situation import Situation

Draw = Callable[[int], Situation]


def play(draw: Draw, seed: int) -> Report:
    """Play one seed of a situation. Raises SimulationError with the whole story when a rule is broken."""
    simulation = Played(seed, draw(seed))
    try:
        return run(simulation.run, seed)
    except Exception as error:
        raise SimulationError(seed, first_of(error), simulation.story) from error


class Inspector(ScriptedVerifier):
    """Also asks whether a task has left what it was to leave, and what a gate asks of a commit."""

    conditions: Mapping[str, tuple[str, ...]]

    async def judge(self, case: Case) -> Judgement:
        """Judge a task's tree, or the head a gate is about."""
        gate = case.task.partition("/gate.")[2]
        if not gate:
            return await super().judge(case)
        await self._chaos.linger(self._pace.low, self._pace.high)
        if self._chaos.strikes("verifier.fault"):
            return Judgement(verdict=Verdict.FAIL, tree=case.tree, base="", fault="smoke: killed by signal 9")
        verdict = Verdict.PASS if self.passes(gate, case.commit) else Verdict.FAIL
        return Judgement(verdict=verdict, tree=case.tree, base="")

    def passes(self, gate: str, commit: str) -> bool:
        """Say whether a gate's checks are right to pass on a commit."""
        files = self.workspace.store[commit].files
        return all(path in files for path in self.conditions[gate]) and not self.is_red(files)

    def _look(self, case: Case, files: Files, base: Files) -> list[Finding]:
        missing = [path for path in case.outputs if not files.get(path)]
        left = [Finding(message=f"{path} is not there", path=path, rule="outputs") for path in missing]
        return [*super()._look(case, files, base), *left]


class Observer(Witness):
    """Asks the oracle of every commit, and compares what it says of waiting with what people are told."""

    oracle: Oracle

    def observe(self, commit: e.Commit) -> None:
        """Look at one commit."""
        if commit.seq > self.world.seq:
            self.oracle.observe(commit)
        super().observe(commit)

    def _after(self, commit: e.Commit) -> None:
        super()._after(commit)
        seat, now = self.seat(), self._clock.now()
        for task in self.world.tasks.values():
            job = self.oracle.facts.jobs[task.ref]
            self._claim_that(task.status.value == job.status, f"{task.ref} is {task.status}, not {job.status}", commit)
            if task.status in ENDED:
                continue
            said, why = reason_for(self.world, task, now, seat), self.oracle.why(job)
            told = None if said is None else said.code.value
            if job.attempts and self.oracle.locked(job) and told in {"conflict", "ready"}:
                continue  # work that is there needs what is locked no more
            self._claim_that(
                told == (why and why[0]), f"{task.ref} waits for {why}, and people are told {said}", commit
            )
            if said is not None and why is not None and why[1]:
                right = bool(said.on) and set(said.on) <= why[1] and (said.code == "conflict" or set(said.on) == why[1])
                self._claim_that(right, f"{task.ref} waits for {sorted(why[1])}, and people are told {said.on}", commit)
        for gate in self.world.gates.values():
            lacks = [] if gate.open else self.oracle.lacks(self.oracle.facts.doors[gate.id])
            told_of = waiting_for(self.world, gate, now)
            self._claim_that(
                bool(lacks) is bool(told_of), f"{gate.id} lacks {lacks}; people are told {told_of}", commit
            )


class Watching(Crew):
    """Processes with eyes: each has the real lookout, as a real run has."""

    def __init__(self, group: TaskGroup, simulation: "Played") -> None:
        super().__init__(group, simulation.stage)
        self._trees = cast("Trees", simulation.stage.workspace)
        self._lookouts: dict[str, Lookout] = {}

    async def live(self, member: Member) -> Leave:
        """Be the process, and look about."""
        engine = member.engine
        lookout = self._lookouts[member.name] = Lookout(engine, self._trees, ())
        engine.ready_to_leave = lambda: lookout.ready
        engine.ledger.observers.append(lambda _world, commits, _touched: lookout.note(commits))
        await engine.ledger.catch_up()
        await lookout.look()
        async with anyio.create_task_group() as group:
            group.start_soon(lookout.go)
            leave = await super().live(member)
            group.cancel_scope.cancel()
        return leave

    def saved(self) -> None:
        """Let everybody hear that a branch has moved."""
        for lookout in self._lookouts.values():
            lookout._changed.set()


class Played(Simulation):
    """One seed of one situation."""

    def __init__(self, seed: int, situation: Situation) -> None:
        super().__init__(seed, situation)
        self.situation = situation

    def _set_up(self, group: TaskGroup) -> None:
        super()._set_up(group)
        self.crew = crew = Watching(group, self)
        save = self.stage.workspace.save

        def heard(queue: str, files: Files, message: str = "a person's commit") -> str:
            made = save(queue, files, message)
            crew.saved()
            return made

        self.stage.workspace.save = heard  # type: ignore[method-assign]  # git tells whoever listens
        self.cast = Cast(self.seed, self.stage, self.crew, self.situation)
        self.storm = Weather(self.seed, self.stage, self.crew, tuple(self.situation.repos))
        self.storm.cast, self.storm.scopes = self.cast, self.situation.scopes

    def _verifier(self, workspace: MemoryWorkspace, pace: Pace) -> ScriptedVerifier:
        self.inspector = Inspector(workspace, self._chaos, pace=pace)
        self.inspector.conditions = self.situation.conditions
        return self.inspector

    def _witness(
        self, clock: VirtualClock, presence: MemoryPresence, workspace: MemoryWorkspace, verifier: ScriptedVerifier
    ) -> Witness:
        self.observer = Observer(clock, presence, workspace, verifier, self._plan.settings)
        self.observer.oracle = self.oracle = Oracle(
            self._plan.settings,
            alive=presence.alive,
            served=lambda queue: any(served is None or queue in served for served in presence.peers().values()),
            now=clock.now,
            files=lambda queue: workspace.head(queue).files,
            passes=self.inspector.passes,
        )
        return self.observer

    async def _play(self) -> Report:
        report = await super()._play()
        self.oracle.reckon()
        return report

    def _all_done(self) -> bool:
        world = self.stage.witness.world
        shut = [gate for gate in world.gates.values() if not gate.open]
        undoing = [queue for queue in world.queues.values() if queue.rollback or queue.rollback_due or queue.paused]
        return super()._all_done() and not shut and not undoing

    async def _answer(self) -> None:
        """Mend, decide, retry, resume; then do what the situation's people have still to do."""
        world, ask = self.stage.witness.world, self.crew.ask
        if self.stage.workspace.user_head(next(iter(world.queues))).files.get(MISTAKE) == BROKEN:
            self.stage.workspace.save(next(iter(world.queues)), {MISTAKE: MENDED})
        await self._act_again()
        for queue in list(world.queues.values()):
            if queue.rollback is not None and queue.rollback.blocked:
                await ask(c.DecideRollback(queue=queue.name, decision="again", by="ana"))
        for task in list(world.tasks.values()):
            forgotten = task.status is Status.SKIPPED and task.reason == FORGOTTEN
            if task.status is Status.BLOCKED and task.verdict == "BLOCKED" and task.attempt is not None:
                choice = self.storm.dice.choice(("revert", "override"))
                await ask(c.Decide(task=task.ref, decision=choice, reason="looked at it", by="ana"))
            elif forgotten or task.status in {Status.BLOCKED, Status.FAILED}:
                await ask(c.Retry(task=task.ref, by="ana"))
        for queue in list(world.queues.values()):
            if queue.paused:
                await ask(c.Resume(queue=queue.name, by="ana"))
        await self.cast.finish()

    def _left(self) -> str:
        world, seat, now = self.stage.witness.world, self.stage.witness.seat(), self.stage.clock.now()
        waits = (reason_for(world, task, now, seat) for task in world.tasks.values())
        gates = [f"{gate.id}: {waiting_for(world, gate, now)}" for gate in world.gates.values() if not gate.open]
        return f"{super()._left()}; {[f'{r.code}: {r.text}' for r in waits if r]}; {gates}"


def first_that_fails(draw: Draw, seeds: range) -> tuple[int, str] | None:
    """Give the first seed in which something does not hold, and what."""
    for seed in seeds:
        try:
            play(draw, seed)
        except SimulationError as error:
            return seed, error.problem.partition("\n")[0]
    return None
