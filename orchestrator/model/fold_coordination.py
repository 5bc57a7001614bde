"""The fold's part about what tasks and people share and hand over. See `fold` for the rules.

A task with a `handoff` has a gate of its own, which nobody wrote: it stands before those who need the task.
"""

from functools import singledispatch

from orchestrator.model import events as e
from orchestrator.model.conditions import TaskIs
from orchestrator.model.coordination import CatchUp, Lack, Lock
from orchestrator.model.gates import Gate
from orchestrator.model.ids import handoff_of, queue_of
from orchestrator.model.moves import let_go, move
from orchestrator.model.specs import ENDED, GateSpec, Status, TaskSpec
from orchestrator.model.world import World, Yielding


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold an event about something shared or handed over."""


@fold.register
def _(event: e.ResourceLocked, world: World) -> None:
    held = world.locks.setdefault(event.resource, {})
    known = held.get(event.by)
    held[event.by] = Lock(
        resource=event.resource,
        by=event.by,
        since=known.since if known is not None and known.until > world.at else world.at,
        until=event.until,
        reason=event.reason,
        shared=event.shared,
        places=event.places,
    )
    world.touched[f"resource:{event.resource}"] = None


@fold.register
def _(event: e.ResourceUnlocked, world: World) -> None:
    held = world.locks.get(event.resource, {})
    held.pop(event.by, None)
    if not held:
        world.locks.pop(event.resource, None)
    world.touched[f"resource:{event.resource}"] = None


@fold.register
def _(event: e.InputsMissed, world: World) -> None:
    task = world.tasks.get(event.task)
    if task is None:
        return
    task.lack = Lack(tasks=event.tasks, paths=event.paths, base=event.base, since=world.at)
    world.heads.update({queue_of(ref): event.base for ref in event.tasks if queue_of(ref) in world.queues})
    let_go(world, task)
    if task.status is Status.IN_PROGRESS:
        move(world, task, Status.PENDING)


# -- hand-offs -----------------------------------------------------------------------------------------------------


@fold.register
def _(event: e.TaskAdded, world: World) -> None:
    _hand_off(world, event.task)
    _arrive(world, event.task)


@fold.register
def _(event: e.TaskEdited, world: World) -> None:
    _hand_off(world, event.task)
    world.overtaking.clear()  # who needs whom may have changed: it is looked at anew
    _arrive(world, event.task)


@fold.register
def _(event: e.TaskRemoved, world: World) -> None:
    world.gates.pop(handoff_of(event.task), None)
    world.overtaking.clear()
    _arrive(world, event.task)


def _hand_off(world: World, ref: str) -> None:
    """Let the gate stand as the task's specification says."""
    task, name = world.tasks.get(ref), handoff_of(ref)
    if task is None or not task.spec.handoff:
        world.gates.pop(name, None)
        return
    spec = _gate(ref, task.spec)
    gate = world.gates.setdefault(name, Gate(id=name, spec=spec, since=world.at))
    if gate.spec.checks != spec.checks:
        gate.forget_checks()
        gate.open = gate.open and set(spec.checks) <= set(gate.spec.checks)
    gate.spec = spec
    world.touched[f"gate:{name}"] = None


def _gate(ref: str, spec: TaskSpec) -> GateSpec:
    title = f"hand-off of {spec.title or ref}"
    return GateSpec(
        id=handoff_of(ref), title=title, requires=TaskIs(task=ref), checks=spec.handoff, queue=queue_of(ref), of=ref
    )


@fold.register
def _(event: e.TaskReset, world: World) -> None:
    """Shut the hand-off of a task that is done again, and give it what was found wrong with it."""
    _arrive(world, event.task)
    task, gate = world.tasks.get(event.task), world.gates.get(handoff_of(event.task))
    if task is None:
        return
    task.lack = None
    if gate is None:
        return
    if gate.verdict == "FAIL" and not gate.open:
        task.feedback = gate.findings
    gate.open = False
    gate.forget_checks()
    world.touched[f"gate:{gate.id}"] = None


@fold.register
def _(event: e.GateOpened, world: World) -> None:
    gate = world.gates.get(event.gate)
    if gate is not None and gate.spec.of:
        world.touched[gate.spec.of] = None  # whoever waits for the task waited for this


# -- late arrivals -------------------------------------------------------------------------------------------------


@fold.register
def _(event: e.CatchUpStarted, world: World) -> None:
    if event.task in world.newcomers:
        world.overtaking[event.task] = CatchUp(over=dict.fromkeys(event.over), since=world.at)
        for ref in (event.task, *event.over):
            world.touched[ref] = None


@fold.register
def _(event: e.TaskCompleted, world: World) -> None:
    _arrive(world, event.task)


@fold.register
def _(event: e.TaskFailed, world: World) -> None:
    _arrive(world, event.task)


@fold.register
def _(event: e.TaskSkipped, world: World) -> None:
    _arrive(world, event.task)


def _arrive(world: World, ref: str) -> None:
    """Let the task be a newcomer as long as it has somebody to catch up with and has not ended."""
    task = world.tasks.get(ref)
    wanted = task is not None and bool(task.spec.catch_up) and task.status not in ENDED
    if wanted is (ref in world.newcomers):
        return
    if wanted:
        world.newcomers[ref] = None
        world.overtaking.clear()  # what it needs is spared from now on
    else:
        del world.newcomers[ref]
        catching = world.overtaking.pop(ref, None)
        world.touched.update(catching.over if catching is not None else {})
    world.definitions += 1


# -- workers -------------------------------------------------------------------------------------------------------


@fold.register
def _(event: e.WorkersSet, world: World) -> None:
    world.definitions += 1  # what is urgent depends on how many there are
    if not event.queue:
        world.workers, world.workers_since = event.workers, world.at
    elif queue := world.queues.get(event.queue):
        queue.workers = event.workers
        world.touched[f"queue:{queue.name}"] = None


# -- what others are told ------------------------------------------------------------------------------------------


@fold.register
def _(event: e.TaskYielded, world: World) -> None:
    if task := world.tasks.get(event.task):
        known = task.yields.get(event.to)
        since = known.since if known is not None else world.at
        task.yields[event.to] = Yielding(since=since, until=event.until)
        world.touched[task.ref] = None


@fold.register
def _(event: e.NoticeAnnounced, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.announced, task.told = world.at, event.told
        world.touched[task.ref] = None


@fold.register
def _(event: e.ConflictFound, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.conflicts = event.conflicts
        world.touched[task.ref] = None
