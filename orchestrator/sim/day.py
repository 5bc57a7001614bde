"""A day in the life: limits, logins, outages and budgets come and go, processes die, a person looks in now and then.

Everything is done in the end; nobody waits without a reason that applies and an end that comes; and what was spent is
what the services billed, to the millionth of a USD.
"""

import random
from decimal import Decimal

import anyio
import msgspec
from anyio.abc import TaskGroup

from orchestrator.model import commands as c
from orchestrator.model.ids import queue_of
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Budget, Settings
from orchestrator.model.world import Task
from orchestrator.policy.reasons import Code, Reason, reason_for
from orchestrator.sim.clock import VirtualClock
from orchestrator.sim.crew import Member
from orchestrator.sim.day_plan import QUEUES, DayPlan, draw_day
from orchestrator.sim.loop import run
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.reckoning import reckon
from orchestrator.sim.simulation import Report, Simulation, SimulationError, first_of
from orchestrator.sim.verifier import ScriptedVerifier
from orchestrator.sim.vigil import IDLE_IN_A_STORM_S, IDLE_S, LOOK_AGAIN_S, Vigil
from orchestrator.sim.witness import BrokenPromiseError, Witness
from orchestrator.sim.workspace import MemoryWorkspace
from orchestrator.views.statement import status_of

LONGEST_S = 14 * 86_400.0
_KNOWN_ENDS = frozenset({Code.PARKED, Code.TIME, Code.BUDGET})


class DayReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one day came to."""

    report: Report
    usd: Decimal
    billed: int
    """Agents' calls on the bill."""
    refused: int
    """Calls that a service refused or cut off."""
    parks: int
    raised: int
    """Limits a person had to raise."""
    waits: dict[str, int]
    """Waits that were looked at, by reason."""


def simulate_day(seed: int) -> DayReport:
    """Play the day of a seed to its end. Raises SimulationError with the whole story when a promise is broken."""
    day = Day(seed, draw_day(seed))
    try:
        return run(day.live, seed)
    except Exception as error:
        raise SimulationError(seed, first_of(error), day.story) from error


class Day(Simulation):
    """One seed's day."""

    def __init__(self, seed: int, day: DayPlan) -> None:
        super().__init__(seed, day.plan)
        self._services, self._login_at = day.services, day.login_at
        self._dice = random.Random(f"fate {seed}")  # noqa: S311 - reproducible on purpose
        self._scopes = self._dice.choice(((Scope(),), (Scope(),), tuple(Scope(queues=(name,)) for name in QUEUES)))
        self._started: dict[Scope, float] = {}
        self._poor_since: float | None = None
        self._raised = 0

    async def live(self) -> DayReport:
        """Play it and add it up."""
        report = await self.run()
        vigil = self.vigil
        return DayReport(
            report=report,
            usd=vigil.sums[""].usd,
            billed=len(self._services.bill),
            refused=vigil.refused,
            parks=vigil.parks,
            raised=self._raised,
            waits=dict(sorted(vigil.waits.items())),
        )

    def _set_up(self, group: TaskGroup) -> None:
        super()._set_up(group)
        self._group = group
        self.stage.agents.services = self._services
        begins = self._dice.randint(0, 23) * 3_600_000
        self.stage.clock.jump(begins)
        self._services.epoch += begins

    def _witness(
        self, clock: VirtualClock, presence: MemoryPresence, workspace: MemoryWorkspace, verifier: ScriptedVerifier
    ) -> Witness:
        self.vigil = Vigil(clock, presence, workspace, verifier, self._plan.settings)
        self.vigil.watch_over(self._services, IDLE_IN_A_STORM_S if self._chaos.is_wild else IDLE_S)
        return self.vigil

    async def _play(self) -> Report:
        await self._define()
        wait = LOOK_AGAIN_S
        while not self._all_done():
            if anyio.current_time() > LONGEST_S:
                raise BrokenPromiseError(f"not done after {LONGEST_S:.0f} s: {self._waiting()}")
            self._see_to_runs()
            await anyio.sleep(wait)
            wait = self.vigil.look(self.crew)
            self.crew.patrol()
            await self._answer()
            await self._look_after_accounts()
            await self._fate()
        await self._end()
        reckon(self.stage, self.crew, self._plan, [])
        self._settle()
        return self._sum()

    async def _end(self) -> None:
        """With everything done a last run says so."""
        self._chaos.calm()
        self.last = self._start(Scope())
        with anyio.move_on_after(3600):
            await self.last.gone.wait()
        await self._leave()

    # -- runs ------------------------------------------------------------------------------------------------------

    def _start(self, scope: Scope) -> Member:
        member = self.crew.start(scope)
        self._started[scope] = anyio.current_time()
        self._group.start_soon(self._watch, member)
        return member

    def _see_to_runs(self) -> None:
        """Start what does not run, at most once an hour each; where money is lacking, drain and raise the limits."""
        alive = self.crew.alive()
        if self._lacks_money():
            for member in alive:
                member.engine.drain()
            if not alive:
                self._raise_limits()
        for scope in self._scopes if not self._lacks_money() else ():
            running = any(member.scope == scope for member in alive)
            if not running and anyio.current_time() - self._started.get(scope, -3600.0) >= 3600:  # noqa: PLR2004 - an hour
                self._start(scope)

    async def _watch(self, member: Member) -> None:
        """Look, in the moment a run leaves, whether there was something it ought to have waited for."""
        await member.gone.wait()
        left = member.left
        if member.dead or left is None or left.exit_code not in {3, 5} or self.crew.alive():
            return
        for task, reason in self._open(member.scope):
            if reason.code in _KNOWN_ENDS and reason.until is not None:
                text = f"{member.name} leaves with {left.exit_code} although {task.ref} goes on at {reason.until}"
                raise BrokenPromiseError(f"{text} ({reason.text}); it says: {left.reason}")

    def _open(self, scope: Scope) -> list[tuple[Task, Reason]]:
        seat, now = self.vigil.seat(), self.stage.clock.now()
        tasks = [task for task in self.vigil.world.tasks.values() if scope.holds(task.ref)]
        reasons = [(task, reason_for(self.vigil.world, task, now, seat)) for task in tasks]
        return [(task, reason) for task, reason in reasons if reason is not None]

    def _waiting(self) -> str:
        return "; ".join(f"{task.ref} {reason.code}: {reason.text}" for task, reason in self._open(Scope()))

    # -- the person ------------------------------------------------------------------------------------------------

    def _lacks_money(self) -> bool:
        """Say whether some task has waited for two hours for a limit that does not end by itself."""
        poor = [task for task, reason in self._open(Scope()) if reason.code is Code.BUDGET and reason.until is None]
        now = anyio.current_time()
        self._poor_since = None if not poor else now if self._poor_since is None else self._poor_since
        return self._poor_since is not None and now - self._poor_since >= 2 * 3600

    def _raise_limits(self) -> None:
        """Double every limit that somebody waits for."""
        settings = self.crew.settings
        for task, reason in self._open(Scope()):
            if reason.code is Code.BUDGET and reason.until is None:
                settings = self._doubled(settings, queue_of(task.ref))
        self.crew.settings = self.vigil.settings = settings
        self._raised += 1
        self._poor_since = None

    def _doubled(self, settings: Settings, queue: str) -> Settings:
        replace, sums = msgspec.structs.replace, self.vigil.sums
        own = settings.queues[queue]
        if sums[queue].reached(replace(own.budget, per_day_usd=None), 0):
            own = replace(own, budget=_more(own.budget))
            return replace(settings, queues={**settings.queues, queue: own})
        if sums[""].reached(replace(settings.budget, per_day_usd=None), 0):
            return replace(settings, budget=_more(settings.budget))
        return settings

    async def _look_after_accounts(self) -> None:
        """Resume what is to be resumed by hand, and tell of a login; raise a task's own limit."""
        at = anyio.current_time()
        for name, park in list(self.vigil.world.accounts.items()):
            well = self._services.accounts[name].trouble_at(at) is None
            told = name == "google" and self.seed % 2
            if well and (park.by_hand or told):
                await self.crew.ask(c.Resume(queue=f"account:{name}", by="ana"))
        for task, reason in self._open(Scope()):
            budget = task.spec.budget
            if reason.code is Code.BUDGET and budget is not None and self.vigil.sums[task.ref].reached(budget, 0):
                await self.crew.ask(c.EditTask(task=task.ref, changes={"budget": _more(budget)}))

    async def _fate(self) -> None:
        """Let a process die, or an agent's guardian, or a second run join in."""
        alive, dice = self.crew.alive(), self._dice
        if alive and dice.random() < 0.04:  # noqa: PLR2004 - once in four hours
            victim = dice.choice(alive)
            await self.crew.kill(victim)
            self._started.pop(victim.scope, None)
        elif (living := self.stage.agents.living()) and dice.random() < 0.02:  # noqa: PLR2004 - once in eight hours
            self.stage.agents.lose(dice.choice(living))
        elif len(alive) < 2 and dice.random() < 0.02:  # noqa: PLR2004 - two are company
            self._start(Scope())

    # -- the bill --------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Compare what the services billed, what the journal adds up to, and what `status` says."""
        billed = sum((usd for _, usd in self._services.bill), Decimal())
        added = self.vigil.sums[""].usd
        world, now = self.vigil.world, self.stage.clock.now()
        status = status_of(world, now, self.vigil.seat())
        shown = Decimal(str(status.budget.usd.used))
        if not billed == added == shown:
            raise BrokenPromiseError(f"billed {billed}, recorded {added}, shown {shown} USD")
        tasks = sum((Decimal(str(task.cost_usd)) for queue in status.queues for task in queue.tasks), Decimal())
        days = sum(world.spent.days.values())
        if tasks != billed or Decimal(days) / 1_000_000 != billed:
            raise BrokenPromiseError(f"billed {billed} USD, by tasks {tasks}, by days {days} millionths")


def _more(budget: Budget) -> Budget:
    limits = ((name, getattr(budget, name)) for name in ("iterations", "usd", "tokens", "wall_s"))
    return msgspec.structs.replace(budget, **{name: limit * 2 for name, limit in limits if limit is not None})
