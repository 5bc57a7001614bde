"""What was spent of what may be, as data: for the project, a queue, a task. Adds up nothing."""

from orchestrator.model import answers as a
from orchestrator.model.specs import ENDED
from orchestrator.model.spending import Budget, Spent, day_of, usd
from orchestrator.model.world import Queue, Task, World
from orchestrator.policy import budgets
from orchestrator.policy.seat import Seat

_NONE = Budget()


def budget_answer(spent: Spent, budget: Budget, now: int) -> a.BudgetAnswer:
    """Put what was used beside its limits."""
    return a.BudgetAnswer(
        iterations=a.UsageAnswer(used=spent.iterations, limit=budget.iterations),
        usd=a.UsageAnswer(used=usd(spent.micros), limit=budget.usd),
        day_usd=a.UsageAnswer(used=usd(spent.days.get(day_of(now), 0)), limit=budget.per_day_usd),
        wall_s=a.UsageAnswer(used=spent.ms / 1000, limit=budget.wall_s),
        tokens=a.UsageAnswer(used=spent.tokens, limit=budget.tokens),
        unpriced=spent.unpriced,
    )


def of_queue(world: World, queue: Queue, now: int, seat: Seat) -> a.BudgetAnswer | None:
    """Say what a queue with limits of its own has used."""
    budget = budgets.budget_of_queue(world, seat.settings, queue.name)
    return None if budget == _NONE else budget_answer(queue.spent, budget, now)


def of_task(world: World, task: Task, now: int) -> a.BudgetAnswer | None:
    """Say what a task with limits of its own has used."""
    budget = budgets.budget_of_task(world, task)
    return None if budget == _NONE else budget_answer(task.spent, budget, now)


def notices(world: World, now: int, seat: Seat) -> tuple[str, ...]:
    """Say which limits are near or reached, and whose calls have no price."""
    gauges = [*budgets.of_project(world, now, seat.settings)]
    for name in world.queues:
        gauges += budgets.of_queue(world, name, now, seat.settings)
    for task in world.tasks.values():
        if task.status not in ENDED and task.spent.iterations:
            gauges += budgets.of_task(world, task, now)
    return (*(budgets.said(gauge) for gauge in gauges if gauge.near), *_unpriced(world))


def money_line(budget: a.BudgetAnswer) -> str:
    """Say on one line what was used of what may be, for people."""
    iterations = _of(budget.iterations)
    parts = [f"{iterations} iteration{'' if iterations == '1' else 's'}", f"{_of(budget.usd)} USD"]
    if budget.day_usd.used or budget.day_usd.limit is not None:
        parts.append(f"{_of(budget.day_usd)} USD today")
    if budget.tokens is not None and (budget.tokens.used or budget.tokens.limit is not None):
        parts.append(f"{_of(budget.tokens)} tokens")
    if budget.wall_s.limit is not None:
        parts.append(f"{_of(budget.wall_s)} s of agents' time")
    return ", ".join(parts)


def _of(usage: a.UsageAnswer) -> str:
    used = _plain(usage.used)
    return used if usage.limit is None else f"{used} of {_plain(usage.limit)}"


def _plain(amount: float) -> str:
    """Write an amount as people do: at most two digits behind the point, and none that say nothing."""
    return f"{amount:.2f}".removesuffix(".00")


def _unpriced(world: World) -> tuple[str, ...]:
    """Say whose calls have no price: what is shown as spent leaves them out."""
    return tuple(
        f"what {count} call(s) by {name} cost is not known, so less is shown as spent than was: "
        + (f"say model in [agents.{name[6:]}]" if name.startswith("agent ") else f'add [prices."{name}"]')
        for name, count in world.unpriced.items()
    )
