"""The fold's part about races: attempts at one task side by side. See `fold` for the rules.

Each attempt beside the task's own is a lane: a task in miniature with its own claim, findings and session. Whoever is
given up or loses is forgotten; when the task's own attempt is given up, the next lane becomes it.
"""

from functools import singledispatch

import msgspec

from orchestrator.model import events as e
from orchestrator.model.ids import lane_key
from orchestrator.model.moves import drop_rivals
from orchestrator.model.specs import Status
from orchestrator.model.world import Attempt, Claim, Task, World

_OF_A_LANE = (
    "attempt", "claim", "slot", "agent", "verdict", "checks", "feedback", "note", "session", "summary", "repeated",
    "files", "awaits",
)  # fmt: skip


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold one event of a race; others are none of its business."""


@fold.register
def _(event: e.TaskClaimed, world: World) -> None:
    task = world.tasks.get(event.task)
    if task is None or not event.rival:
        return
    lane = task.rivals.get(event.attempt)
    if lane is None:
        lane = task.rivals[event.attempt] = _lane(world, task, event)
        task.attempts, task.raced = max(task.attempts, event.attempt), task.raced + 1
    lane.claim = Claim(worker=event.worker, slot=event.slot, fence=world.seq, since=world.at)
    lane.slot = event.slot
    world.claims[lane_key(task.ref, event.attempt)] = event.worker
    world.touched[task.ref] = None


def _lane(world: World, task: Task, event: e.TaskClaimed) -> Task:
    return Task(
        ref=task.ref,
        spec=msgspec.structs.replace(task.spec, agent=event.agent or task.spec.agent),
        order=task.order,
        status=Status.IN_PROGRESS,
        since=world.at,
        attempt=Attempt(number=event.attempt, began=world.at, since=world.at),
    )


@fold.register
def _(event: e.RivalLeft, world: World) -> None:
    task = world.tasks.get(event.task)
    if task is None or not task.rivals:
        return
    if task.attempt is not None and task.attempt.number == event.attempt:
        _take_over(world, task, min(task.rivals))
    else:
        task.rivals.pop(event.attempt, None)
        world.claims.pop(lane_key(task.ref, event.attempt), None)
    world.touched[task.ref] = None


@fold.register
def _(event: e.RaceWon, world: World) -> None:
    if (task := world.tasks.get(event.task)) is not None:
        if event.attempt in task.rivals:
            _take_over(world, task, event.attempt)
        drop_rivals(world, task)
        world.touched[task.ref] = None


def _take_over(world: World, task: Task, number: int) -> None:
    """Let a lane be the task's own attempt, with its claim and all that is known of it."""
    lane = task.rivals.pop(number)
    for name in _OF_A_LANE:
        setattr(task, name, getattr(lane, name))
    world.claims[task.ref] = world.claims.pop(lane_key(task.ref, number))
