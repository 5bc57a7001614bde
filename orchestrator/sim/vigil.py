"""A witness of money and of waiting: it adds up what was spent in decimals, and asks of every wait what ends it.

Knows the budgets, the hours and the truth about the accounts; shares no code with the policy that it watches. Raises at
the first iteration that starts without room for it, and at the first wait without a reason that applies.
"""

from collections import Counter, defaultdict
from decimal import Decimal

import anyio
import msgspec

from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import Budget
from orchestrator.model.specs import ENDED, SATISFIES
from orchestrator.model.world import Task
from orchestrator.policy.reasons import Code, Reason, reason_for
from orchestrator.policy.seat import free_slot
from orchestrator.sim.crew import Crew, Member
from orchestrator.sim.services import Services
from orchestrator.sim.witness import BrokenPromiseError, Witness

_DAY_MS = 86_400_000
_LONGEST_PAUSE_S = {"limit": 3600.0, "transient": 300.0, "auth": 300.0, "configuration": 300.0}
_SLACK_S = 30.0
IDLE_S, IDLE_IN_A_STORM_S = 100.0, 900.0
"""How long a task may be ready with a worker to spare before somebody must have begun it; a commit may be slow."""
LOOK_EVERY_S, LOOK_AGAIN_S = 600.0, 110.0


class Sum(msgspec.Struct, kw_only=True):
    """What was used under one name, added up from the events."""

    usd: Decimal = Decimal()
    tokens: int = 0
    ms: int = 0
    iterations: int = 0
    days: dict[int, Decimal] = {}

    def reached(self, budget: Budget, day: int) -> str:
        """Name a limit that is used up, or nothing."""
        used: dict[str, tuple[Decimal | int, float | None]] = {
            "usd": (self.usd, budget.usd),
            "per_day_usd": (self.days.get(day, Decimal()), budget.per_day_usd),
            "tokens": (self.tokens, budget.tokens),
            "wall": (self.ms, None if budget.wall_s is None else budget.wall_s * 1000),
            "iterations": (self.iterations, budget.iterations),
        }
        full = (what for what, (amount, limit) in used.items() if limit is not None and amount >= Decimal(str(limit)))
        return next(full, "")


class Vigil(Witness):
    """Sees every commit, and looks at who waits whenever it is asked to."""

    services: Services
    """Set before the first commit."""

    def watch_over(self, services: Services, idle_s: float) -> None:
        """Begin, knowing the truth about the accounts."""
        self.services, self.idle_s = services, idle_s
        self.sums: defaultdict[str, Sum] = defaultdict(Sum)
        """By task, by queue, and of the project (empty name)."""
        self.waits: Counter[str] = Counter()
        """How often a wait was looked at and found right, by its reason."""
        self.refused = self.parks = 0
        """Calls that their account refused or cut off, and how often one was parked."""
        self._ready: dict[str, float] = {}

    def observe(self, commit: e.Commit) -> None:
        """Look at the money of a commit, then at everything else."""
        if commit.seq > self.world.seq:
            for event in commit.events:
                if isinstance(event, e.IterationStarted) and not event.restarted:
                    self._room(event, commit)
                self._add(event, commit.at // _DAY_MS)
                self.refused += isinstance(event, e.AgentFinished) and not event.consumed
                self.parks += isinstance(event, e.AccountParked)
                if isinstance(event, e.TaskClaimed):
                    self._begun(queue_of(event.task))
        super().observe(commit)

    def _begun(self, queue: str) -> None:
        """Note that a lane is not idle: it has taken something up."""
        self._ready = {ref: since for ref, since in self._ready.items() if not ref.startswith(f"{queue}/")}

    # -- money -----------------------------------------------------------------------------------------------------

    def _room(self, event: e.IterationStarted, commit: e.Commit) -> None:
        for name, budget in self._budgets(event.task).items():
            full = self.sums[name].reached(budget, commit.at // _DAY_MS)
            self._claim_that(not full, f"an iteration starts with {full} of {name or 'the project'} used up", commit)

    def _budgets(self, ref: str) -> dict[str, Budget]:
        queue = queue_of(ref)
        configured = self.settings.queues.get(queue)
        return {
            "": self.settings.budget,
            queue: configured.budget if configured is not None else Budget(),
            ref: self.world.tasks[ref].spec.budget or Budget(),
        }

    def _add(self, event: e.Event, day: int) -> None:
        if isinstance(event, e.IterationStarted):
            task = self.world.tasks[event.task]
            new = 0 if task.attempt is not None and task.attempt.iteration == event.iteration else 1
            for total in self._of(event.task):
                total.iterations += new
        elif isinstance(event, e.IterationCaptured):
            task = self.world.tasks[event.task]
            back = 0 if task.attempt is None or task.attempt.consumed else 1
            for total in self._of(event.task):
                total.iterations -= back
        elif isinstance(event, e.AgentFinished):
            usd = Decimal(str(event.usd))
            for total in self._of(event.task):
                total.usd, total.tokens = total.usd + usd, total.tokens + event.tokens
                total.ms += round(event.seconds * 1000)
                total.days[day] = total.days.get(day, Decimal()) + usd

    def _of(self, ref: str) -> tuple[Sum, Sum, Sum]:
        return self.sums[""], self.sums[queue_of(ref)], self.sums[ref]

    # -- waiting ---------------------------------------------------------------------------------------------------

    def look(self, crew: Crew) -> float:
        """Ask of every task that does not run what it waits for, and whether that is so; say when to look again (s)."""
        now, seat, wait = self._clock.now(), self.seat(), LOOK_EVERY_S
        for task in self.world.tasks.values():
            reason = None if task.status in ENDED else reason_for(self.world, task, now, seat)
            if reason is None or reason.code is not Code.READY or not self._somebody(crew, task):
                self._ready.pop(task.ref, None)
            if reason is not None:
                self._judge(task, reason, now, crew)
                self.waits[reason.code.value] += 1
                if reason.until is not None and reason.until > now:
                    wait = min(wait, (reason.until - now) / 1000 + 1)
        return min(wait, LOOK_AGAIN_S) if self._ready else wait

    def _judge(self, task: Task, reason: Reason, now: int, crew: Crew) -> None:
        at = anyio.current_time()
        match reason.code:
            case Code.READY:
                since = self._ready.setdefault(task.ref, at) if self._somebody(crew, task) else at
                self._demand(at - since <= self.idle_s, task, reason, "a worker has had nothing to do meanwhile")
            case Code.PARKED | Code.FAULT if reason.on:
                self._account(task, reason, at)
            case Code.TIME:
                self._demand(reason.until is not None and reason.until > now - 1000, task, reason, "its time has come")
            case Code.BUDGET:
                day = now // _DAY_MS
                full = [name for name, b in self._budgets(task.ref).items() if self.sums[name].reached(b, day)]
                self._demand(full, task, reason, "there is room in every budget")
                ends = reason.until in {None, (day + 1) * _DAY_MS}
                self._demand(ends, task, reason, "a day's budget begins anew at midnight")
            case Code.DEPENDENCY:
                unmet = [name for name in reason.on if self.world.tasks[name].status not in SATISFIES]
                self._demand(unmet, task, reason, "all of it is done")
            case _:
                pass

    def _account(self, task: Task, reason: Reason, at: float) -> None:
        """Look whether the account is, or was lately, in trouble, and whether the end that is told is near its end."""
        name = reason.on[0].removeprefix("account:")
        service, park = self.services.accounts[name], self.world.accounts.get(name)
        if park is None:  # its hours
            self._demand(reason.until is not None, task, reason, "hours have an end")
            return
        if reason.until is None:
            self._demand(park.by_hand, task, reason, "nobody asked for it to end by hand")
            return
        named = {trouble.until(self.services.epoch) for trouble in service.troubles}
        if reason.until - 2000 in named:
            return
        well = max(
            service.well_since(at), (park.at - self.services.epoch) / 1000
        )  # a death may delay the word of a refusal
        latest = well + _LONGEST_PAUSE_S[park.code] + _SLACK_S
        self._demand(
            (reason.until - self.services.epoch) / 1000 <= latest,
            task,
            reason,
            f"{name} has been well since {well:.0f} s",
        )

    def _somebody(self, crew: Crew, task: Task) -> bool:
        """Say whether a process that is well has a worker to spare for the task."""
        return any(self._may(member, task) for member in crew.alive(stopped=False))

    def _may(self, member: Member, task: Task) -> bool:
        seat = member.engine.seat(self.world)
        covered = member.scope.holds(task.ref) and not seat.draining
        return covered and free_slot(self.world, queue_of(task.ref), seat) is not None

    def _demand(self, holds: object, task: Task, reason: Reason, text: str) -> None:
        if not holds:
            said = f"{reason.code}: {reason.text}, until {reason.until}"
            raise BrokenPromiseError(f"{task.ref} waits ({said}), but {text}")
