"""The fold's part about what was used: put down for the task, its queue and the project. See `fold` for the rules."""

from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.spending import Spent, day_of, micros
from orchestrator.model.world import Task, World


def count(world: World, ref: str, iterations: int) -> None:
    """Count an iteration, or uncount one, wherever a budget asks for them."""
    for spent in _purses(world, ref):
        spent.iterations += iterations


def pay(world: World, event: e.AgentFinished) -> None:
    """Put down what a call used, whatever became of its task: also where that was removed meanwhile."""
    if queue_of(event.task) not in world.queues:
        return
    _put_down(world, event)
    for spent in _purses(world, event.task):
        spent.ms += round(event.seconds * 1000)
    if not event.priced:
        name = event.model or _by(world.tasks.get(event.task))
        world.unpriced[name] = world.unpriced.get(name, 0) + 1


def pay_reviewers(world: World, event: e.VerdictReached) -> None:
    """Put down what reviewers used, as what the agent itself did."""
    if queue_of(event.task) in world.queues and (event.usd or event.tokens):
        _put_down(world, event)


def _put_down(world: World, event: e.AgentFinished | e.VerdictReached) -> None:
    amount, day = micros(event.usd), day_of(world.at)
    for spent in _purses(world, event.task):
        spent.micros += amount
        spent.tokens += event.tokens
        spent.unpriced += not event.priced
        if amount:
            spent.days[day] = spent.days.get(day, 0) + amount


def _purses(world: World, ref: str) -> list[Spent]:
    """Give what the budgets of a task look at: its own, its queue's and the project's spending."""
    owners = (world, world.queues.get(queue_of(ref)), world.tasks.get(ref))
    return [owner.spent for owner in owners if owner is not None]


def _by(task: Task | None) -> str:
    return f"agent {task.agent}" if task is not None else "?"
