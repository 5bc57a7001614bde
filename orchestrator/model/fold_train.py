"""The fold's part about trains: who is in a target's line, on what each stands, how they left it. See `fold`.

A journal in which one task at a time held a train (`limit` 0, nobody `behind` anybody) folds to lines of one.
"""

from functools import singledispatch

from msgspec.structs import replace

from orchestrator.model import events as e
from orchestrator.model.moves import leave_train, step, under_way
from orchestrator.model.train import Departure, Train
from orchestrator.model.world import Doubt, Request, Step, World

FIRST_WINDOW = 2
"""Of a train nobody was in before."""
_REMEMBERED = 20
"""Departures."""


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold one event of a train; others are none of its business."""


@fold.register
def _(event: e.TrainBoarded, world: World) -> None:
    if found := under_way(world, event.task, event.attempt):
        leave_train(world, event.task)
        train = world.trains.setdefault(event.target, Train())
        train.members.append(event.task)
        limit = max(1, event.limit)
        train.window = min(limit, train.window if train.limit else FIRST_WINDOW)
        train.limit = limit
        step(world, *found, Step.COMBINE)


@fold.register
def _(event: e.TrainProposed, world: World) -> None:
    if found := under_way(world, event.task, event.attempt):
        task, attempt = found
        attempt.proposal, attempt.proposal_tree, attempt.onto = event.commit, event.tree, event.onto
        attempt.doubt = None
        _line_up(world, event)
        verified = (event.tree, event.onto) in attempt.passed
        step(world, task, attempt, Step.ADVANCE if verified else Step.REVERIFY)


def _line_up(world: World, event: e.TrainProposed) -> None:
    train = world.trains.get(event.target)
    if train is None or event.task not in train.members:
        return
    if not event.behind:
        train.head = event.onto
    train.members.remove(event.task)
    place = train.members.index(event.behind) + 1 if event.behind in train.members else 0
    train.members.insert(place, event.task)


@fold.register
def _(event: e.TrainMissed, world: World) -> None:
    if found := under_way(world, event.task, event.attempt):
        step(world, *found, Step.COMBINE)


@fold.register
def _(event: e.TrainDoubted, world: World) -> None:
    if found := under_way(world, event.task, event.attempt):
        task, attempt = found
        attempt.onto = event.onto
        attempt.doubt = Doubt(reason=event.reason, findings=event.findings, carry=event.carry)
        step(world, task, attempt, Step.DOUBT)


@fold.register
def _(event: e.TrainEvicted, world: World) -> None:
    if (train := world.trains.get(event.target)) is not None and event.task in train.members:
        train.members.remove(event.task)
        train.window = max(1, train.window // 2)
        _note(train, Departure(task=event.task, attempt=event.attempt, how="evicted", at=world.at, reason=event.reason))


@fold.register
def _(event: e.TaskMerged, world: World) -> None:
    if (train := world.trains.get(event.target)) is not None and event.task in train.members:
        train.members.remove(event.task)
        train.head = event.commit
        train.window = min(train.limit, train.window + 1)
        _note(train, Departure(task=event.task, attempt=event.attempt, how="landed", at=world.at, commit=event.commit))


@fold.register
def _(event: e.RequestOpened, world: World) -> None:
    if found := under_way(world, event.task, event.attempt):
        task, attempt = found
        attempt.request = Request(url=event.url, branch=event.branch, seen=world.at, opened=world.at)
        task.branch, task.not_before = event.branch, event.until
        step(world, task, attempt, Step.REVIEW)


@fold.register
def _(event: e.RequestSeen, world: World) -> None:
    found = under_way(world, event.task, event.attempt)
    if found and (request := found[1].request) is not None:
        found[1].request = replace(request, seen=world.at, looks=request.looks + 1)
        found[0].not_before = event.until
        world.touched[event.task] = None


def _note(train: Train, departure: Departure) -> None:
    train.left = [*train.left[1 - _REMEMBERED :], departure]
