"""What a simulated day asks for, drawn from a seed: three queues, sixty tasks, five agents on four accounts.

Two accounts meet limits at different times, one agent is logged out until a person logs it in, one flaps. Budgets are
tight enough to be reached, and can be raised. Everything drawn here can be completed.
"""

import random

import msgspec

from orchestrator.model import events as e
from orchestrator.model.hours import Window
from orchestrator.model.ids import id_of, queue_of
from orchestrator.model.prices import Price
from orchestrator.model.settings import AccountSettings, AgentSettings, Budget, QueueSettings, Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.ports.agents import Outcome
from orchestrator.sim.agents import Act, Play
from orchestrator.sim.plan import Plan
from orchestrator.sim.services import Service, Services, Tariff, Trouble

QUEUES = ("ui", "api", "docs")
TASKS = 20
"""In each queue."""
_HOUR = 3600.0
_PRICES = {"day-1": ("1.25", "0.125", "10"), "day-2": ("0.333", "0.07", "2.5")}
_TARIFFS = {
    "opus": Tariff(account="team"),
    "haiku": Tariff(account="team"),
    "codex": Tariff(account="openai", model="day-1", prices=_PRICES["day-1"]),
    "gemini": Tariff(account="google", model="day-2-2026-01-01", prices=_PRICES["day-2"]),
    "flaky": Tariff(account="shaky"),
}
_STAFF = {"ui": ("opus", "opus", "haiku"), "api": ("codex", "codex", "opus"), "docs": ("gemini", "flaky", "haiku")}


class DayPlan(msgspec.Struct, frozen=True):
    """A plan, the services it depends on, and when a person logs the agent in (seconds)."""

    plan: Plan
    services: Services
    login_at: float


def draw_day(seed: int) -> DayPlan:
    """Draw the day of a seed."""
    return _Day(seed).plan()


class _Day:
    def __init__(self, seed: int) -> None:
        self.seed, self.dice = seed, random.Random(f"day {seed}")  # noqa: S311 - reproducible on purpose
        self.refs = [f"{queue}/T{n}" for queue in QUEUES for n in range(1, TASKS + 1)]
        self.order = list(self.refs)
        self.dice.shuffle(self.order)

    def plan(self) -> DayPlan:
        login = self.dice.uniform(2, 9) * _HOUR
        queues = tuple(e.QueueAdded(queue=name, spec=QueueSpec(name=name)) for name in QUEUES)
        tasks = tuple(e.TaskAdded(task=ref, spec=self._task(ref), order=n) for n, ref in enumerate(self.refs))
        plan = Plan(
            commits=(queues, tasks),
            settings=self._settings(),
            repos=dict.fromkeys(QUEUES, ""),
            plays={ref: self._plays() for ref in self.refs},
            shared={},
            clashes={},
        )
        return DayPlan(plan, Services(self.seed, self._accounts(login), _TARIFFS), login)

    def _task(self, ref: str) -> TaskSpec:
        dice, earlier = self.dice, self.order[: self.order.index(ref)]
        needs = dice.sample(earlier, min(len(earlier), dice.choice((0, 0, 0, 1, 2))))
        budget = Budget(iterations=dice.randint(4, 6)) if dice.random() < 0.2 else None  # noqa: PLR2004 - a weight
        return TaskSpec(
            id=id_of(ref),
            title=f"make {ref}",
            dependencies=tuple(sorted(needs)),
            priority=dice.choice((0, 1, 2, 2, 3)),
            agent=dice.choice(_STAFF[queue_of(ref)]),
            budget=budget,
        )

    def _plays(self) -> tuple[Play, ...]:
        acts = (Act.WRONG, Act.SILENT, Act.CRASH)
        bad = [Play(self.dice.choice(acts), self._seconds()) for _ in range(self.dice.choice((0, 0, 1)))]
        return (*bad, *(Play(Act.PASS, self._seconds()) for _ in range(30)))

    def _seconds(self) -> float:
        return self.dice.uniform(120, 1500)

    # -- the accounts ----------------------------------------------------------------------------------------------

    def _accounts(self, login: float) -> dict[str, Service]:
        dice = self.dice
        first, second = dice.uniform(0.3, 2) * _HOUR, dice.uniform(2.5, 5) * _HOUR
        out = Trouble(outcome=Outcome.AUTH, begins=0.0, ends=login)
        return {
            "team": Service(name="team", troubles=[self._limit(first), self._limit(first + 6 * _HOUR), self._outage()]),
            "openai": Service(name="openai", troubles=[self._limit(second), self._outage()]),
            "google": Service(name="google", troubles=[out]),
            "shaky": Service(name="shaky", flaps=dice.uniform(0.2, 0.5)),
        }

    def _limit(self, begins: float) -> Trouble:
        ends, named = begins + self.dice.uniform(0.5, 5) * _HOUR, self.dice.random() < 0.7  # noqa: PLR2004 - a weight
        return Trouble(outcome=Outcome.RATE_LIMITED, begins=begins, ends=ends, named=named)

    def _outage(self) -> Trouble:
        begins = self.dice.uniform(8, 20) * _HOUR
        return Trouble(outcome=Outcome.TRANSIENT, begins=begins, ends=begins + self.dice.uniform(30, 1200))

    # -- the configuration -----------------------------------------------------------------------------------------

    def _settings(self) -> Settings:
        dice = self.dice
        covered = {"opus": ("codex",), "gemini": ("flaky",)} if dice.random() < 0.5 else {}  # noqa: PLR2004 - a coin
        agents = {
            name: AgentSettings(name=name, account=tariff.account, model=tariff.model, fallback=covered.get(name, ()))
            for name, tariff in _TARIFFS.items()
        }
        nightly = (Window(start=20 * 60, end=8 * 60, zone="UTC", text="20:00-08:00 UTC"),)
        dark, alone = dice.random() < 0.3, dice.random() < 0.7  # noqa: PLR2004 - weights
        return Settings(
            agents=agents,
            accounts={"openai": AccountSettings(name="openai", resume_after_limit=alone)},
            queues={name: self._queue(name, nightly if name == "docs" and dark else ()) for name in QUEUES},
            budget=self._budget(),
            prices={
                model: Price(model=model, input=float(i), cached=float(c), output=float(o))
                for model, (i, c, o) in _PRICES.items()
            },
            max_iterations=8,
            patience_s=600.0,
        )

    def _queue(self, name: str, hours: tuple[Window, ...]) -> QueueSettings:
        usd, daily = self._maybe(3, 12), self._maybe(8, 20)
        budget = Budget(usd=usd, per_day_usd=daily, wall_s=self._maybe(3 * _HOUR, 6 * _HOUR))
        return QueueSettings(workers=self.dice.randint(1, 3), budget=budget if name != "ui" else Budget(), hours=hours)

    def _budget(self) -> Budget:
        tokens = self._maybe(5_000_000, 40_000_000)
        return Budget(
            usd=self._maybe(15, 40),
            per_day_usd=self._maybe(15, 40),
            tokens=None if tokens is None else round(tokens),
            iterations=self.dice.choice((None, 50, 200)),
        )

    def _maybe(self, low: float, high: float) -> float | None:
        return round(self.dice.uniform(low, high), 2) if self.dice.random() < 0.4 else None  # noqa: PLR2004 - a weight
