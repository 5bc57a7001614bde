"""How much sooner the same changes land with a window than one after another: virtual time, the real engine and policy.

Each change is verified when it comes to the train; a share of them is red after its first merge and right in its second
attempt. Agents and the checks of attempts take no time, so that what is measured is the train alone.
"""

import random

import anyio
import msgspec
from anyio.abc import TaskGroup

from orchestrator.engine.hands import Hands
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model import events as e
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, QueueSettings, Settings
from orchestrator.model.specs import QueueSpec, Status, TaskSpec
from orchestrator.model.verdicts import Finding, Judgement, Verdict
from orchestrator.ports.agents import Job
from orchestrator.ports.verifier import Case
from orchestrator.sim.actions import MemoryActions
from orchestrator.sim.agents import Act, Play, ScriptedAgents
from orchestrator.sim.chaos import Chaos, Pace
from orchestrator.sim.clock import VirtualClock
from orchestrator.sim.crew import Crew, Stage
from orchestrator.sim.loop import run
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.verifier import ScriptedVerifier
from orchestrator.sim.witness import Witness
from orchestrator.sim.workspace import MemoryWorkspace

WORKERS = 16
"""Tasks at once: more than any window, so that somebody always waits to land."""


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement: how long `changes` take to land, of which a share `fails` is red after its first merge."""

    seed: int
    window: int
    fails: float
    changes: int = 64
    check_s: float = 60.0
    """What the checks of a merged tree take."""


class Took(msgspec.Struct, frozen=True, kw_only=True):
    """What it took: time in units of one check, and how often checks ran on merged trees, both a change."""

    checks_long: float
    runs: float


class _Judge(ScriptedVerifier):
    """Lets every attempt pass at once; a merged tree takes its time, and is red if it is one that fails."""

    def __init__(self, workspace: MemoryWorkspace, trip: Trip, failing: frozenset[str]) -> None:
        super().__init__(workspace)
        self.trip, self.failing, self.runs = trip, failing, 0

    async def judge(self, case: Case) -> Judgement:
        if not case.merged:
            return await super().judge(case)
        self.runs += 1
        await anyio.sleep(self.trip.check_s)
        if case.task in self.failing and case.attempt == 1:
            red = (Finding(message="red after the merge", rule="red"),)
            return Judgement(verdict=Verdict.FAIL, tree=case.tree, base=case.base, regressions=red)
        return await super().judge(case)


def travel(trip: Trip) -> Took:
    """Measure one trip."""
    return run(lambda: _travel(trip), trip.seed)


async def _travel(trip: Trip) -> Took:
    async with anyio.create_task_group() as group:
        took = await _all_landed(trip, group)
        group.cancel_scope.cancel()
        return took
    raise AssertionError("unreachable: the trip returned or raised")


async def _all_landed(trip: Trip, group: TaskGroup) -> Took:
    dice = random.Random(f"trip {trip.seed}")  # noqa: S311 - reproducible on purpose
    refs = [f"q/T{number}" for number in range(trip.changes)]
    judge = _Judge(MemoryWorkspace(), trip, frozenset(ref for ref in refs if dice.random() < trip.fails))
    stage = _stage(trip, group, judge)
    tasks = (e.TaskAdded(task=ref, spec=TaskSpec(id=ref[2:]), order=number) for number, ref in enumerate(refs))
    events: tuple[e.Event, ...] = (e.QueueAdded(queue="q", spec=QueueSpec(name="q")), *tasks)
    commit = await stage.journal.append(events, expected=0, by="files", at=stage.clock.now(), commit_id="files")
    stage.witness.observe(commit)
    crew = Crew(group, stage)
    began, member = anyio.current_time(), crew.start(Scope())
    await member.gone.wait()
    long = anyio.current_time() - began
    assert {task.status for task in stage.witness.world.tasks.values()} == {Status.COMPLETED}, member.left
    crew.dismiss()
    return Took(checks_long=long / trip.check_s / trip.changes, runs=judge.runs / trip.changes)


def _stage(trip: Trip, group: TaskGroup, judge: _Judge) -> Stage:
    settings = Settings(
        agents={"script": AgentSettings(name="script")},
        queues={"q": QueueSettings(workers=WORKERS)},
        max_iterations=50,
        train_window=trip.window,
    )
    clock, presence, actions, workspace = VirtualClock(), MemoryPresence(), MemoryActions(Chaos()), judge.workspace
    agents = ScriptedAgents(group, workspace, script=_at_once)
    return Stage(
        chaos=Chaos(),
        clock=clock,
        presence=presence,
        journal=MemoryJournal(),
        agents=agents,
        workspace=workspace,
        actions=actions,
        hands=Hands(agents=agents, verifier=judge, workspace=workspace, actions=actions),
        settings=settings,
        witness=Witness(clock, presence, workspace, judge, settings),
        pace=Pace(),
    )


def _at_once(_job: Job, _nth: int) -> Play:
    return Play(Act.PASS, 0.01)
