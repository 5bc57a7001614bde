"""Budgets: what may be used, what was, and what is left. Pure; the one home of that rule.

Rules
1. Asked before an iteration starts, and only then: what runs finishes, and what is finished is judged and lands.
   A limit is passed by at most what runs when it is reached.
2. What was used is the journal's sum for the task, its queue and the project; a run counts its own. A task, its queue,
   the run and the project must each have room; nobody's budget holds back what does not draw on it.
3. A day's money is a UTC day's. Its end is known: whoever waits for it goes on by itself.
4. At four fifths and at the limit it is said once, in the commit that got there.
"""

from collections.abc import Iterator

import msgspec

from orchestrator.model import events as e
from orchestrator.model.budget_events import budget_key
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import Settings
from orchestrator.model.spending import DAY_MS, Budget, Spent, day_of, micros, usd
from orchestrator.model.world import Task, World
from orchestrator.policy.seat import Seat

NEAR = 5, 4
"""Near is from 4/5 of a limit on."""
HOUR_MS = 3_600_000


class Gauge(msgspec.Struct, frozen=True, kw_only=True):
    """One limit and what was used of it, in whole units: iterations, tokens, millionths of a USD, milliseconds."""

    scope: str
    """task, queue, project or run."""
    name: str
    """Of the task or queue; empty for the project; the process's for a run."""
    what: str
    """The key of the budget."""
    used: int
    limit: int
    place: str
    """Where the limit is written, to be raised; empty for a run's."""
    until: int | None = None
    """When it begins anew by itself (milliseconds)."""

    @property
    def near(self) -> bool:
        """Say whether four fifths are used."""
        return self.used * NEAR[0] >= self.limit * NEAR[1]

    @property
    def over(self) -> bool:
        """Say whether nothing is left."""
        return self.used >= self.limit

    def amounts(self) -> tuple[float, float]:
        """Give what was used and the limit as people write them."""
        unit = {"usd": usd, "per_day_usd": usd, "wall": _seconds}.get(self.what, float)
        return unit(self.used), unit(self.limit)


def _seconds(ms: int) -> float:
    return ms / 1000


_NOTHING = Spent()


def gauges(world: World, task: Task, now: int, seat: Seat, more: Spent = _NOTHING) -> Iterator[Gauge]:
    """Give every limit the task draws on, after `more` has been used: its own, its queue's, the project's."""
    yield from of_task(world, task, now, more)
    yield from of_queue(world, queue_of(task.ref), now, seat.settings, more)
    yield from of_project(world, now, seat.settings, more)


def of_task(world: World, task: Task, now: int, more: Spent = _NOTHING) -> Iterator[Gauge]:
    """Give a task's limits."""
    path = world.queues[queue_of(task.ref)].spec.path
    path = path or "its queue file"
    places = (f"`budget.{{}}` of {task.ref} in {path}", f"`defaults.budget.{{}}` in {path}")
    owner = _Owner("task", task.ref, *places, task.spec.budget)
    return _read(owner, budget_of_task(world, task), (task.spent, more), now)


def of_queue(world: World, name: str, now: int, settings: Settings, more: Spent = _NOTHING) -> Iterator[Gauge]:
    """Give a queue's limits."""
    queue = world.queues[name]
    places = (f"`budget.{{}}` in {queue.spec.path}", f"[queues.{name}.budget] {{}}")
    owner = _Owner("queue", name, *places, queue.spec.budget)
    return _read(owner, budget_of_queue(world, settings, name), (queue.spent, more), now)


def of_project(world: World, now: int, settings: Settings, more: Spent = _NOTHING) -> Iterator[Gauge]:
    """Give the project's limits."""
    return _read(_Owner("project", elsewhere="[budget] {}"), settings.budget, (world.spent, more), now)


def of_run(seat: Seat, now: int, more: Spent = _NOTHING) -> Iterator[Gauge]:
    """Give the limits of this very process."""
    scope = seat.scope
    wall = scope.max_wall_s if scope.max_wall_s is not None else seat.settings.budget.wall_s
    budget = Budget(iterations=scope.max_iterations, usd=scope.max_usd, tokens=scope.max_tokens, wall_s=wall)
    used = Spent(iterations=seat.used, micros=seat.micros, tokens=seat.tokens, ms=max(0, now - seat.since))
    timeless = Spent(iterations=more.iterations, micros=more.micros, tokens=more.tokens)
    return _read(_Owner("run", seat.me), budget, (used, timeless), now)


def over(world: World, task: Task, now: int, seat: Seat) -> Gauge | None:
    """Give the limit that keeps the task's next iteration from starting, one that ends by itself last."""
    full = [gauge for gauge in gauges(world, task, now, seat) if gauge.over]
    return min(full, key=lambda gauge: gauge.until is not None, default=None)


def run_over(seat: Seat, now: int) -> Gauge | None:
    """Give the limit of this process that is reached."""
    return next((gauge for gauge in of_run(seat, now) if gauge.over), None)


def run_ends(seat: Seat) -> int | None:
    """Say when this process's time is up (milliseconds)."""
    wall = next((gauge for gauge in of_run(seat, seat.since) if gauge.what == "wall"), None)
    return None if wall is None else seat.since + wall.limit


def next_day(now: int) -> int:
    """Give the moment the next UTC day begins."""
    return (now // DAY_MS + 1) * DAY_MS


def counts_days(world: World, settings: Settings) -> bool:
    """Say whether any limit begins anew with the day."""
    queues = (budget_of_queue(world, settings, name) for name in world.queues)
    return settings.budget.per_day_usd is not None or any(budget.per_day_usd is not None for budget in queues)


# -- whose budget is what ------------------------------------------------------------------------------------------


def budget_of_task(world: World, task: Task) -> Budget:
    """Give a task's limits: its own, where it has none its queue's defaults."""
    return _merged(task.spec.budget, world.queues[queue_of(task.ref)].spec.task_budget)


def budget_of_queue(world: World, settings: Settings, name: str) -> Budget:
    """Give a queue's limits: those of its file, where it has none the configuration's."""
    configured = settings.queues.get(name)
    return _merged(world.queues[name].spec.budget, configured.budget if configured is not None else None)


def _merged(first: Budget | None, second: Budget | None) -> Budget:
    if first is None or second is None:
        return first or second or _UNLIMITED
    own = {name: getattr(first, name) for name in Budget.__struct_fields__}
    return msgspec.structs.replace(second, **{name: value for name, value in own.items() if value is not None})


_UNLIMITED = Budget()


class _Owner(msgspec.Struct, frozen=True):
    """Whose budget it is; where its limits stand that are its `own`, and where the others."""

    scope: str
    name: str = ""
    place: str = ""
    elsewhere: str = ""
    own: Budget | None = None

    def place_of(self, what: str) -> str:
        """Say where a limit is written."""
        own = None if self.own is None else getattr(self.own, _FIELDS.get(what, what))
        return (self.elsewhere if own is None else self.place).replace("{}", what)


_FIELDS = {"wall": "wall_s"}


def _read(owner: _Owner, budget: Budget, spent: tuple[Spent, Spent], now: int) -> Iterator[Gauge]:
    if budget == _UNLIMITED:
        return
    used, more = spent
    today = used.days.get(day_of(now), 0) + more.micros
    limits: tuple[tuple[str, int, float | None, int], ...] = (
        ("iterations", used.iterations + more.iterations, budget.iterations, 1),
        ("usd", used.micros + more.micros, budget.usd, micros(1)),
        ("per_day_usd", today, budget.per_day_usd, micros(1)),
        ("tokens", used.tokens + more.tokens, budget.tokens, 1),
        ("wall", used.ms + more.ms, budget.wall_s, 1000),
    )
    for what, amount, limit, unit in limits:
        if limit is not None:
            yield Gauge(
                scope=owner.scope,
                name=owner.name,
                what=what,
                used=amount,
                limit=round(limit * unit),
                place=owner.place_of(what),
                until=next_day(now) if what == "per_day_usd" else None,
            )


# -- in words ------------------------------------------------------------------------------------------------------


def words(gauge: Gauge) -> str:
    """Say which limit is reached and what would help."""
    return f"{_whose(gauge)} {used_up(gauge)}: {_remedy(gauge)}"


def said(gauge: Gauge) -> str:
    """Say how a limit stands that is near or reached."""
    if gauge.over:
        return f"{_named(gauge)}: {words(gauge)}"
    used, limit = (_plain(amount) for amount in gauge.amounts())
    return f"{_named(gauge)}: {used} of {limit} {UNITS[gauge.what]} are used"


def _named(gauge: Gauge) -> str:
    return f"{gauge.scope} {gauge.name}".strip()


UNITS = {
    "iterations": "iterations",
    "usd": "USD",
    "per_day_usd": "USD for today",
    "tokens": "tokens",
    "wall": "seconds of agents' time",
}
"""What a budget's key counts, in words."""


def run_words(gauge: Gauge) -> str:
    """Say which limit of a run is reached."""
    return f"this run's limit: {used_up(gauge)}"


def _whose(gauge: Gauge) -> str:
    return {"task": "the task's", "queue": "the queue's"}.get(gauge.scope, "the project's")


def used_up(gauge: Gauge) -> str:
    """Say what is used up, without whose it is."""
    limit = _plain(gauge.amounts()[1])
    match gauge.what:
        case "usd":
            return f"{limit} USD are spent"
        case "per_day_usd":
            return f"{limit} USD for today are spent"
        case "wall":
            return "its time is up" if gauge.scope == "run" else f"{_span(gauge.limit)} of agents' time are used up"
        case _:
            return f"{limit} {gauge.what} are used up"


def _remedy(gauge: Gauge) -> str:
    wait = "it goes on at 00:00 UTC, or " if gauge.until is not None else ""
    return f"{wait}raise {gauge.place}"


def _span(ms: int) -> str:
    hours = ms / HOUR_MS
    return f"{_plain(hours)} h" if hours >= 1 else f"{_plain(ms / 1000)} s"


def _plain(amount: float) -> str:
    return f"{amount:.6f}".rstrip("0").rstrip(".")


# -- said once -----------------------------------------------------------------------------------------------------


def notices(world: World, task: Task, now: int, seat: Seat, more: Spent) -> tuple[e.Event, ...]:
    """Say which limits come near, or are reached, as `more` is used for the task; each once, until it is raised."""
    every = (*gauges(world, task, now, seat, more), *of_run(seat, now, more))
    return tuple(_notice(gauge, now) for gauge in every if gauge.near and not _told(world, gauge, now))


def _told(world: World, gauge: Gauge, now: int) -> bool:
    known = world.budgets_told.get(budget_key(_notice(gauge, now)))
    return known == "reached" or (known == "near" and not gauge.over)


def _notice(gauge: Gauge, now: int) -> e.BudgetNeared | e.BudgetReached:
    kind = e.BudgetReached if gauge.over else e.BudgetNeared
    used, limit = gauge.amounts()
    return kind(
        scope=gauge.scope,
        queue=queue_of(gauge.name) if gauge.scope in {"task", "queue"} else "",
        task=gauge.name if gauge.scope == "task" else "",
        run=gauge.name if gauge.scope == "run" else "",
        what=gauge.what,
        used=used,
        limit=limit,
        day=day_of(now) if gauge.until is not None else "",
    )
