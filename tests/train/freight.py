"""A long line of changes through the real engine, policy and fold in virtual time, with a death at git commands.

Many tasks of several queues land on one target from several processes. Some change the same file, some are right alone
and wrong together, some are wrong, checks flake, a person commits meanwhile. A process that comes to a git command may
die there, before it takes effect or after; another starts a little later. Whatever happens, in the end everything has
landed exactly once, and the target was never red.
"""

import random
from collections import Counter

import anyio
import msgspec
from anyio.abc import TaskGroup

from orchestrator.engine.hands import Hands
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model import events as e
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, QueueSettings, Settings
from orchestrator.model.specs import SATISFIES, QueueSpec, TaskSpec
from orchestrator.ports.agents import Job
from orchestrator.sim.actions import MemoryActions
from orchestrator.sim.agents import Act, Play, ScriptedAgents
from orchestrator.sim.chaos import Chaos, Pace
from orchestrator.sim.clock import VirtualClock
from orchestrator.sim.crew import Crew, Stage
from orchestrator.sim.loop import PROCESS, run
from orchestrator.sim.plan import Plan, clash_file
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.reckoning import reckon
from orchestrator.sim.verifier import ScriptedVerifier
from orchestrator.sim.witness import BrokenPromiseError, Witness
from orchestrator.sim.workspace import MemoryWorkspace

PATIENCE_S = 30 * 86_400.0
"""Of virtual time: nothing takes that long."""
RESTART_S = 5.0
HALF = 0.5


class Freight(msgspec.Struct, frozen=True, kw_only=True):
    """One batch. Chances are of a change (to share a file, to clash, to be wrong at first), a check, a command."""

    seed: int
    changes: int = 100
    queues: int = 4
    workers: int = 3
    processes: int = 2
    window: int = 4
    shares: float = 0.3
    clashes: float = 0.2
    wrong: float = 0.1
    flake: float = 0.03
    death: float = 0.02
    die_at: int = 0
    """Die at this very command and at no other; 0: as `death` says."""
    saves: int = 3
    """Commits of a person's."""


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch. Deaths are counted by the command the process died before."""

    landed: int
    commits: int
    commands: int
    deaths: dict[str, int]
    evicted: dict[str, int]
    doubted: int
    missed: int
    behind: int
    """Proposals built on somebody else's."""
    flakes: int
    judged: int
    hours: float


def send(freight: Freight) -> Arrived:
    """Play a batch to its end. Raises BrokenPromiseError (in a group) when something does not hold."""
    return run(_Yard(freight).play, freight.seed)


class _Yard:
    """One batch on its way."""

    def __init__(self, freight: Freight) -> None:
        self.freight = freight
        self.dice = random.Random(f"freight {freight.seed}")  # noqa: S311 - reproducible on purpose
        self.refs = [f"q{n % freight.queues + 1}/T{n}" for n in range(1, freight.changes + 1)]
        self.plan = self._plan()
        self.commands = 0
        self.deaths: Counter[str] = Counter()
        self.saved: list[tuple[str, str]] = []
        self._dying: list[str] = []
        self._death = anyio.Event()

    def _plan(self) -> Plan:
        dice, freight = self.dice, self.freight
        clashing = [ref for ref in self.refs if dice.random() < freight.clashes]
        pairs = list(zip(clashing[::2], clashing[1::2], strict=False))
        paths = {ref: clash_file(ref) for pair in pairs for ref in pair}
        clashes: dict[str, tuple[str, ...]] = {
            paths[a]: (paths[b],) for one, other in pairs for a, b in ((one, other), (other, one))
        }
        names = {f"q{n + 1}" for n in range(freight.queues)}
        return Plan(
            commits=(
                tuple(e.QueueAdded(queue=name, spec=QueueSpec(name=name)) for name in sorted(names)),
                tuple(e.TaskAdded(task=r, spec=self._spec(r), order=n) for n, r in enumerate(self.refs)),
            ),
            settings=Settings(
                agents={"script": AgentSettings(name="script")},
                queues={name: QueueSettings(workers=freight.workers) for name in names},
                max_iterations=200,
                patience_s=PATIENCE_S,
                train_window=freight.window,
            ),
            repos=dict.fromkeys(names, ""),
            plays={r: (Play(Act.WRONG, 20),) if dice.random() < freight.wrong else () for r in self.refs},
            shared={r: (f"shared/{dice.randint(1, 5)}",) for r in self.refs if dice.random() < freight.shares},
            clashes=clashes,
        )

    def _spec(self, ref: str) -> TaskSpec:
        return TaskSpec(id=ref.partition("/")[2], title=ref, priority=self.dice.choice((1, 2, 2, 3)))

    async def play(self) -> Arrived:
        """Start, let die, restart; then reckon."""
        async with anyio.create_task_group() as group:
            self._set_up(group)
            try:
                await self._work(group)
                return self._sum()
            finally:
                self.crew.dismiss()
                group.cancel_scope.cancel()
        raise AssertionError("unreachable: the batch returned or raised")

    def _set_up(self, group: TaskGroup) -> None:
        chaos, pace = Chaos(self.freight.seed, {"verifier.flake": self.freight.flake}), Pace(0.0, 0.05)
        clock, presence, journal = VirtualClock(), MemoryPresence(), MemoryJournal()
        workspace = MemoryWorkspace(chaos, repos=self.plan.repos, pace=pace)
        workspace.command = self._command
        verifier = ScriptedVerifier(workspace, chaos, clashes=self.plan.clashes, pace=Pace(20.0, 60.0))
        agents = ScriptedAgents(group, workspace, chaos, script=self._script, craft=self.plan.craft, pace=pace)
        actions = MemoryActions(chaos)
        self.stage = Stage(
            chaos=chaos,
            clock=clock,
            presence=presence,
            journal=journal,
            agents=agents,
            workspace=workspace,
            actions=actions,
            hands=Hands(agents=agents, verifier=verifier, workspace=workspace, actions=actions),
            settings=self.plan.settings,
            witness=Witness(clock, presence, workspace, verifier, self.plan.settings),
            pace=pace,
        )
        self.verifier, self.crew = verifier, Crew(group, self.stage)

    def _script(self, job: Job, nth: int) -> Play:
        plays = self.plan.plays[job.key.task]
        return plays[nth] if nth < len(plays) else Play(Act.PASS, 30)

    async def _work(self, group: TaskGroup) -> None:
        for number, events in enumerate(self.plan.commits):
            at = self.stage.clock.now()
            commit = await self.stage.journal.append(events, expected=number, by="files", at=at, commit_id=f"f{number}")
            self.stage.witness.observe(commit)
        for _ in range(self.freight.processes):
            self.crew.start(Scope())
        group.start_soon(self._bury)
        group.start_soon(self._save)
        end = anyio.current_time() + PATIENCE_S
        while not self._all_done():
            if anyio.current_time() > end:
                raise BrokenPromiseError(f"not done in time; the last: {self.stage.witness.story[-5:]}")
            await anyio.sleep(30)
        for member in self.crew.alive():
            with anyio.fail_after(3600):
                await member.gone.wait()
        reckon(self.stage, self.crew, self.plan, self.saved)
        self._nothing_verified_is_lost()

    def _all_done(self) -> bool:
        return all(task.status in SATISFIES for task in self.stage.witness.world.tasks.values())

    def _nothing_verified_is_lost(self) -> None:
        """Everything that was ever captured, whoever died meanwhile, is under its ref or in what came after it."""
        workspace = self.stage.workspace
        for ref in self.refs:
            task = self.stage.witness.world.tasks[ref]
            if not workspace.store.holds(workspace.head(ref.partition("/")[0]).commit, task.commit):
                raise BrokenPromiseError(f"{ref} is completed and {task.commit} is not in the target")
            if workspace.refs.get(task.branch, "") not in workspace.store:
                raise BrokenPromiseError(f"{ref} is completed and {task.branch} holds nothing")

    # -- what goes wrong -------------------------------------------------------------------------------------------

    async def _command(self, name: str) -> None:
        """Be a git command: now and then the process that runs it dies before it takes effect."""
        self.commands += 1
        at = self.freight.die_at
        dies = self.commands == at if at else self.dice.random() < self.freight.death
        if not dies or not PROCESS.get():
            return
        self.deaths[name] += 1
        self._dying.append(PROCESS.get())
        self._death.set()
        await anyio.sleep_forever()

    async def _bury(self) -> None:
        """Take the dead away; each is replaced, sooner or later."""
        while True:
            await self._death.wait()
            self._death = anyio.Event()
            dying, self._dying = self._dying, []
            for name in dying:
                await self.crew.kill(self.crew.members[name])
            await anyio.sleep(self.dice.uniform(0, RESTART_S))
            for _ in dying:
                self.crew.start(Scope())

    async def _save(self) -> None:
        for number in range(self.freight.saves):
            await anyio.sleep(self.dice.uniform(30, 600))
            queue, path = self.dice.choice(sorted(self.plan.repos)), f"user/{number}"
            self.stage.workspace.save(queue, {path: "mine\n"})
            self.saved.append((queue, path))
            if self.dice.random() < HALF:
                self.stage.workspace.overtake(queue)

    def _sum(self) -> Arrived:
        told: Counter[str] = Counter()
        evicted: Counter[str] = Counter()
        for line in self.stage.witness.story:
            told.update(word for word in ("train.doubted", "train.missed", "behind=") if word in line)
            if " train.evicted " in line:
                evicted[line.partition("train.evicted ")[2].partition("reason=")[2].partition(";")[0]] += 1
        return Arrived(
            landed=len(self.stage.workspace.landings),
            commits=self.stage.journal.head,
            commands=self.commands,
            deaths=dict(self.deaths),
            evicted=dict(evicted),
            doubted=told["train.doubted"],
            missed=told["train.missed"],
            behind=told["behind="],
            flakes=self.stage.chaos.struck["verifier.flake"],
            judged=self.verifier.asked,
            hours=round(anyio.current_time() / 3600, 2),
        )
