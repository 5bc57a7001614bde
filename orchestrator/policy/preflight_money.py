"""Whether the budgets people set can hold the agents they use. Only ever warns."""

from collections.abc import Iterable, Mapping

from orchestrator.errors import InvalidInputError
from orchestrator.model.ids import queue_of
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.specs import ENDED
from orchestrator.model.spending import Budget
from orchestrator.model.world import Task, World
from orchestrator.policy import budgets
from orchestrator.policy.prices import model_of, price_of
from orchestrator.policy.staffing import HUMAN, agent_settings, staff

Reports = Mapping[str, frozenset[str]]
"""Agent -> what its kind reports of itself: `cost`, `tokens`."""


def money_warnings(
    world: World, settings: Settings, scope: Scope, installed: tuple[str, ...], reports: Reports
) -> tuple[str, ...]:
    """Name the agents of open tasks in scope that a budget of money or tokens cannot hold, with what would help."""
    found: dict[str, None] = {}
    for task in world.tasks.values():
        if task.status in ENDED or not scope.holds(task.ref):
            continue
        limits = _limits(world, task, settings, scope)
        for name in _agents(world, task, settings, scope, installed):
            said = reports.get(name)
            if said is not None:
                found |= dict.fromkeys(_warnings(settings, name, said, limits))
    return tuple(found)


def _limits(world: World, task: Task, settings: Settings, scope: Scope) -> frozenset[str]:
    """Say which of money and tokens are limited for the task."""
    queue = queue_of(task.ref)
    own = (budgets.budget_of_task(world, task), budgets.budget_of_queue(world, settings, queue), settings.budget)
    every = (*own, Budget(usd=scope.max_usd, tokens=scope.max_tokens))
    kinds = {"cost": any(b.usd is not None or b.per_day_usd is not None for b in every)}
    kinds["tokens"] = any(b.tokens is not None for b in every)
    return frozenset(kind for kind, limited in kinds.items() if limited)


def _agents(world: World, task: Task, settings: Settings, scope: Scope, installed: tuple[str, ...]) -> tuple[str, ...]:
    """Name who may get the task: its agent, and those that take over."""
    queue = queue_of(task.ref)
    configured = settings.queues.get(queue)
    queues = world.queues[queue].spec.agent or (configured.agent if configured else None)
    try:
        first = staff(settings, queues, task.spec.first_agent, scope.agent, installed).agent
    except InvalidInputError:  # said elsewhere
        return ()
    agent = agent_settings(settings, first)
    return () if first == HUMAN else (first, *(agent.fallback if agent is not None else ()))


def _warnings(settings: Settings, name: str, said: frozenset[str], limits: frozenset[str]) -> Iterable[str]:
    model = model_of(agent_settings(settings, name))
    if "cost" in limits and "cost" not in said:
        if "tokens" not in said:
            yield f"agent {name} reports no costs: a budget in usd cannot hold it; limit iterations or wall as well"
        elif not model:
            yield f"agent {name} reports tokens, not costs: say model in [agents.{name}], or its costs may stay unknown"
        elif price_of(settings, model) is None:
            yield f'agent {name} reports tokens, not costs, and {model} has no price: add [prices."{model}"]'
    if "tokens" in limits and "tokens" not in said:
        yield f"agent {name} reports no tokens: a budget in tokens cannot hold it; limit iterations or wall as well"
