"""How the world follows from the journal.

Rules
1. `apply` is total over the closed union of events and deterministic: same commits, same world.
2. It believes: whether an event was allowed was decided before it was appended. What names nothing is ignored, so
   that a journal written by any version folds for ever.
3. A commit is one step: conditions are looked at after its last event, never between. A condition that became true is
   remembered as owed (`due`, `unlock_due`) until the firing itself is recorded, so one true for a single commit is
   not missed.
4. Nothing outside this room's folds writes to a world.
"""

from collections.abc import Callable
from functools import cache, singledispatch

from orchestrator.model import events as e
from orchestrator.model import (
    fold_attempts,
    fold_coordination,
    fold_digests,
    fold_gates,
    fold_ladders,
    fold_messages,
    fold_race,
    fold_rollback,
    fold_talk,
    fold_train,
    fold_visits,
)
from orchestrator.model.gates import Gate
from orchestrator.model.ids import queue_of
from orchestrator.model.moves import drop_rivals, unlook
from orchestrator.model.specs import QueueSpec, RunAction, Status, WriteRecord
from orchestrator.model.truth import holds
from orchestrator.model.world import PendingAction, Queue, Task, Trigger, World


def apply(world: World, commit: e.Commit) -> None:
    """Fold one commit into the world. Its `seq` must be the next one."""
    if commit.seq != world.seq + 1:
        raise ValueError(f"commit {commit.seq} does not follow {world.seq}")
    world.seq, world.at = commit.seq, max(world.at, commit.at)
    if not world.journal:
        world.journal = commit.id
    for event in commit.events:
        for fold in _folds_of(type(event)):
            fold(event, world)
    _owe(world)


@singledispatch
def _fold(event: e.Event, world: World) -> None:
    """Fold an event about queues, tasks or triggers."""


_FOLDS = (
    _fold,
    *(fold_attempts.fold, fold_train.fold, fold_race.fold, fold_visits.fold, fold_talk.fold),
    *(fold_gates.fold, fold_ladders.fold, fold_rollback.fold, fold_messages.fold),
    *(fold_coordination.fold, fold_digests.fold),
)
"""Who folds, in this order: an event that several know is folded by each of them."""


@cache
def _folds_of(kind: type[e.Event]) -> tuple[Callable[[e.Event, World], None], ...]:
    """Give those that know a kind of event: to ask all of them each time was a third of a replay."""
    return tuple(fold.registry[kind] for fold in _FOLDS if kind in fold.registry)


def touch(world: World, name: str) -> None:
    """Note that something changed, for views and indexes."""
    world.touched[name] = None


@_fold.register
def _(event: e.BaselineRecorded, world: World) -> None:
    if queue := world.queues.get(event.queue):
        queue.baseline = frozenset(event.keys)


# -- queues --------------------------------------------------------------------------------------------------------


@_fold.register
def _(event: e.QueueAdded, world: World) -> None:
    queue = world.queues.get(event.queue)
    if queue is None:
        queue = world.queues[event.queue] = Queue(
            name=event.queue, spec=event.spec, added_seq=world.seq, since=world.at
        )
    _respecify(world, queue, event.spec)


@_fold.register
def _(event: e.QueueEdited, world: World) -> None:
    if queue := world.queues.get(event.queue):
        _respecify(world, queue, event.spec)


def _respecify(world: World, queue: Queue, spec: QueueSpec) -> None:
    queue.spec = spec
    queue.specs.append((world.seq, spec))
    world.definitions += 1
    touch(world, f"queue:{queue.name}")


@_fold.register
def _(event: e.QueueUnlocked, world: World) -> None:
    if queue := world.queues.get(event.queue):
        queue.unlocked, queue.unlock_due = True, False
        touch(world, f"queue:{queue.name}")


@_fold.register
def _(event: e.QueuePaused, world: World) -> None:
    if queue := world.queues.get(event.queue):
        queue.paused, queue.paused_since, queue.paused_until = True, world.at, event.until
        touch(world, f"queue:{queue.name}")


@_fold.register
def _(event: e.QueueResumed, world: World) -> None:
    if queue := world.queues.get(event.queue):
        queue.paused, queue.paused_until = False, None
        touch(world, f"queue:{queue.name}")


# -- definitions of tasks ------------------------------------------------------------------------------------------


@_fold.register
def _(event: e.TaskAdded, world: World) -> None:
    queue = queue_of(event.task)
    if event.task in world.tasks or queue not in world.queues:
        return
    task = Task(
        ref=event.task, spec=event.spec, order=event.order, added_seq=world.seq, added_at=world.at, since=world.at
    )
    task.specs.append((world.seq, event.spec))
    if event.imported is not None:
        _import(task, event.imported)
    task.statuses.append((world.seq, task.status))
    if gone := world.removed.pop(event.task, None):
        task.attempts = gone[1].attempts  # numbers go on, so that refs and run folders of old attempts stay theirs
    world.tasks[event.task] = task
    world.queues[queue].tasks[event.task] = event.order
    _link(world, task)


def _import(task: Task, imported: e.Imported) -> None:
    task.imported = imported
    task.status = Status.PENDING if imported.status is Status.IN_PROGRESS else imported.status
    task.reason = imported.error if task.status is not Status.PENDING else ""


@_fold.register
def _(event: e.TaskEdited, world: World) -> None:
    task = world.tasks.get(event.task)
    if task is None:
        return
    _unlink(world, task)
    task.spec = event.spec
    task.specs.append((world.seq, event.spec))
    if event.order is not None:
        task.order = event.order
        world.queues[queue_of(event.task)].tasks[event.task] = event.order
    _link(world, task)


@_fold.register
def _(event: e.TaskRemoved, world: World) -> None:
    task = world.tasks.pop(event.task, None)
    if task is None:
        return
    task.since = world.at
    world.removed[event.task] = (world.seq, task)
    _unlink(world, task)
    world.queues[queue_of(event.task)].tasks.pop(event.task, None)
    world.claims.pop(event.task, None)
    drop_rivals(world, task)


def _link(world: World, task: Task) -> None:
    for name in task.spec.dependencies:
        world.dependents.setdefault(name, {})[task.ref] = None
    if task.spec.when is not None:
        world.conditional[task.ref] = None
        unlook(world, task)
    world.definitions += 1
    touch(world, task.ref)


def _unlink(world: World, task: Task) -> None:
    for name in task.spec.dependencies:
        named = world.dependents.get(name, {})
        named.pop(task.ref, None)
        if not named:
            world.dependents.pop(name, None)
    world.conditional.pop(task.ref, None)
    world.definitions += 1
    touch(world, task.ref)


@_fold.register
def _(event: e.EditRefused, world: World) -> None:
    if queue := world.queues.get(event.queue):
        queue.refused[event.task] = (world.seq, event.of)
    touch(world, f"queue:{event.queue}")


# -- triggers and actions ------------------------------------------------------------------------------------------


@_fold.register
def _(event: e.TriggerDefined, world: World) -> None:
    known = world.triggers.get(event.trigger)
    if known is None:
        world.triggers[event.trigger] = Trigger(id=event.trigger, spec=event.spec)
    else:
        if known.spec.when != event.spec.when:
            known.true, known.due = False, 0  # another condition: what the old one owed went with it
        known.spec = event.spec
    world.trigger_specs.setdefault(event.trigger, []).append((world.seq, event.spec))
    world.definitions += 1


@_fold.register
def _(event: e.TriggerRemoved, world: World) -> None:
    world.triggers.pop(event.trigger, None)
    world.trigger_specs.setdefault(event.trigger, []).append((world.seq, None))
    world.definitions += 1


@_fold.register
def _(event: e.TriggerFired, world: World) -> None:
    trigger = world.triggers.get(event.trigger)
    if trigger is None:
        return
    trigger.fired = event.count
    trigger.due = max(0, trigger.due - 1)
    for number, action in enumerate(trigger.spec.do):
        if isinstance(action, RunAction):
            key = f"{trigger.id}#{event.count}.{number}"
            world.actions[key] = PendingAction(key=key, trigger=trigger.id, action=action.action, at=world.at)
        if isinstance(action, WriteRecord):
            key = f"{trigger.id}#{event.count}.{number}"
            what = f"write {action.path}"
            world.actions[key] = PendingAction(key=key, trigger=trigger.id, action=what, record=action, at=world.at)


@_fold.register
def _(event: e.ActionStarted, world: World) -> None:
    if action := world.actions.get(event.key):
        action.worker, action.tries = event.worker, action.tries + 1


@_fold.register
def _(event: e.ActionFinished, world: World) -> None:
    if action := world.actions.get(event.key):
        action.done, action.note, action.worker, action.since = event.ok, event.note, "", world.at
        failing = world.at if action.failing_since is None else action.failing_since
        action.failing_since = None if event.ok else failing


@_fold.register
def _(event: e.ActionBlocked, world: World) -> None:
    if action := world.actions.get(event.key):
        action.blocked = event.reason


@_fold.register
def _(event: e.ActionDecided, world: World) -> None:
    if action := world.actions.get(event.key):
        action.blocked, action.tries, action.done = "", 0, event.decision == "drop"


# -- what is owed --------------------------------------------------------------------------------------------------


def _owe(world: World) -> None:
    for trigger in world.triggers.values():
        true = holds(world, trigger.spec.when)
        if true and not trigger.true:
            trigger.due += 1
        trigger.true = true
    for gate in world.gates.values():
        if gate.spec.escalate and gate.spec.requires is not None and not gate.open:
            _meet(world, gate, met=holds(world, gate.spec.requires))
    for queue in world.queues.values():
        condition = queue.spec.unlock_when
        if condition is not None and not queue.unlocked and not queue.unlock_due:
            queue.unlock_due = holds(world, condition)


def _meet(world: World, gate: Gate, *, met: bool) -> None:
    """Note since when a gate has what it requires: from then on people may be what it waits for."""
    if not met:
        gate.met_since = gate.ready_since = None
    elif gate.met_since is None:
        gate.met_since = world.at
