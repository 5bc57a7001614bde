"""The fold's part about people who work in a task's folder themselves. See `fold` for the rules."""

from functools import singledispatch

from orchestrator.model import events as e
from orchestrator.model.world import Hold, World


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold one event about a person at work; others are none of its business."""


@fold.register
def _(event: e.TaskAttached, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.held = Hold(by=event.by, worker=event.worker, since=world.at)
        task.hands, task.hands_seq = event.by, world.seq
        world.touched[task.ref] = None


@fold.register
def _(event: e.TaskDetached, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.held, task.hands_seq = None, world.seq
        world.touched[task.ref] = None


@fold.register
def _(event: e.AgentFinished, world: World) -> None:
    """Forget whose hands were in it once an agent was told: one that was started after they had left."""
    task = world.tasks.get(event.task)
    if task is not None and task.attempt is not None and task.attempt.started_seq > task.hands_seq:
        task.hands = ""
