"""When one more attempt begins beside one under way, and who makes it. The rules of races are in `race`. Pure."""

from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.world import Step, Task, World
from orchestrator.policy.accounts import held
from orchestrator.policy.budgets import run_over
from orchestrator.policy.holds import has_place
from orchestrator.policy.limits import max_iterations, staffed, used_iterations
from orchestrator.policy.reasons import over_budget, over_hours
from orchestrator.policy.seat import Seat, free_slot
from orchestrator.policy.staffing import agent_settings

_OPEN = frozenset({Step.PREPARE, Step.START, Step.AGENT, Step.CAPTURE, Step.VERIFY})
"""Steps of an attempt that has not passed yet."""


def racing(world: World, seat: Seat) -> list[Task]:
    """List the tasks somebody is at work on that ask for several attempts side by side."""
    claimed = ((world.tasks[ref], worker) for ref, worker in world.claims.items() if ref in world.tasks)
    return [task for task, worker in claimed if task.spec.race > 1 and seat.alive(worker) and seat.serves(task.ref)]


def join(world: World, task: Task, now: int, seat: Seat) -> tuple[e.Event, ...]:
    """Give the commit that begins one more attempt beside the task's own, or nothing."""
    attempt = task.attempt
    if attempt is None or attempt.step not in _OPEN or task.raced >= task.spec.race - 1:
        return ()
    slot, agent = free_slot(world, queue_of(task.ref), seat), _next_agent(world, task, seat)
    if slot is None or not _may_join(world, task, agent, now, seat):
        return ()
    number = task.attempts + 1
    return (e.TaskClaimed(task=task.ref, attempt=number, worker=seat.me, slot=slot, rival=True, agent=agent),)


def _may_join(world: World, task: Task, agent: str, now: int, seat: Seat) -> bool:
    if run_over(seat, now) is not None or over_budget(world, task, now, seat) or over_hours(task, now, seat):
        return False
    if used_iterations(world, task) >= max_iterations(world, task, seat):
        return False
    return held(world, agent, now, seat) is None and has_place(world, agent, seat)


def _next_agent(world: World, task: Task, seat: Seat) -> str:
    own = staffed(world, task, seat).agent
    settings = agent_settings(seat.settings, own)
    names = task.spec.agents or (own, *(settings.fallback if settings is not None else ()))
    return names[(task.raced + 1) % len(names)]
