"""How urgent tasks are: how much must still pass after each, by dependencies and by what is had by few at a time. Pure.

Also who had better let whom go first, although it could start.

Theory of operation. A task's length is what follows it by dependencies, or by having to share. Who queues for something
in which order is guessed first (the shortest way still to go is through last); then the plan is rehearsed with the
workers of the seat, forth and back (`rehearsal`), and what it shows to be long is long. Lengths go by definitions
alone, never by what has run: the order they give stays while a plan is worked, and the plan of it is what is claimed.
"""

from collections.abc import Mapping
from typing import NamedTuple

from orchestrator.model.ids import queue_of
from orchestrator.model.world import Task, World
from orchestrator.policy.drill import Drill
from orchestrator.policy.limits import SOMEBODY, is_human
from orchestrator.policy.rehearsal import rehearsed
from orchestrator.policy.resources import want
from orchestrator.policy.seat import Seat, in_all, of_queue

_REHEARSED = 2_000
"""A plan of more tasks is not rehearsed: the agenda is made anew with each definition."""

_LANE = "\0"
"""What names of workers begin with, and no resource's does."""

_Users = dict[str, dict[str, int]]
"""Name of what is shared -> who wants it, and how many places of it."""


class Chains(NamedTuple):
    """Task -> its length in seconds; and of few, the tasks that it lets go first."""

    lengths: dict[str, int]
    yields: dict[str, tuple[str, ...]]


def chains(world: World, seat: Seat | None = None, workers: int | None = None) -> Chains:
    """Give for each task the seconds that must still pass, from its start to the end of the plan, by the estimates.

    What follows it by dependencies, and what must follow it because it shares something that is had one at a time:
    the users of a bottleneck are urgent although nothing depends on them, and so are their predecessors. A cycle
    (refused at preflight, but a journal may hold one for a moment) is cut where it closes. `workers`: how many in all,
    else as at the seat; without one there are workers for all, and everything is had by one at a time.
    """
    order = _after_dependents(world)
    plain = _lengths(world, order, {})
    users = _users(world, order, seat)
    if not users:
        return Chains(plain, {})
    capacity = seat.settings.resources if seat is not None else {}
    lengths = _lengths(world, order, _queueing(world, plain, users, capacity))
    if len(order) > _REHEARSED:
        return Chains(lengths, {})
    places = {name: capacity.get(name, 1) for name in users}
    if seat is not None:
        for name, (most, taken) in _lanes(world, seat, workers).items():
            places[name], users[name] = most, dict.fromkeys(taken, 1)
    drill, refs = _drill(world, lengths, users, places)
    people = {ref for name, taken in users.items() if name.startswith(f"{_LANE}@") for ref in taken}
    able = [seat is not None and ref not in people for ref in refs]
    best = rehearsed(drill, [lengths[ref] for ref in refs], max(plain.values()), able)
    yields = {refs[one]: tuple(refs[other] for other in others) for one, others in best.yields.items()}
    return Chains(dict(zip(refs, best.lengths, strict=True)), yields)


def _drill(world: World, lengths: dict[str, int], users: _Users, places: Mapping[str, int]) -> tuple[Drill, list[str]]:
    """Put it in numbers; give the tasks in their order too."""
    place = {ref: number for number, ref in enumerate(lengths)}
    refs = sorted(world.tasks, key=lambda ref: _comes(world.tasks[ref]))
    numbers = {ref: number for number, ref in enumerate(refs)}
    wants: list[list[tuple[str, int]]] = [[] for _ in refs]
    for name, taken in users.items():
        for ref, count in taken.items():
            wants[numbers[ref]].append((name, count))
    drill = Drill(
        [world.tasks[ref].spec.estimate_s for ref in refs],
        [[numbers[d] for d in world.dependents.get(ref, ()) if d in place and place[d] < place[ref]] for ref in refs],
        wants,
        places,
        _ranks(world, refs),
    )
    return drill, refs


def _comes(task: Task) -> tuple[int, int, str]:
    """Give a task's place among equals, as claims see it."""
    return task.order, task.added_seq, task.ref


def _ranks(world: World, refs: list[str]) -> list[int]:
    """Give numbers for what goes before length in the order of claims: a task's priority, then its queue's."""
    keys = [(world.tasks[ref].spec.priority, world.queues[queue_of(ref)].spec.priority) for ref in refs]
    number = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return [number[key] for key in keys]


def _lanes(world: World, seat: Seat, workers: int | None) -> dict[str, tuple[int, list[str]]]:
    """Give who does the tasks: so many workers in all, so many of a queue, each person once; and which are theirs."""
    total = in_all(world, seat) if workers is None else workers
    lanes: dict[str, tuple[int, list[str]]] = {}
    for ref, task in world.tasks.items():
        queue = queue_of(ref)
        if is_human(world, task, seat):
            lanes.setdefault(f"{_LANE}@{task.spec.owner or SOMEBODY}", (1, []))[1].append(ref)
            continue
        if total is not None:
            lanes.setdefault(_LANE, (total, []))[1].append(ref)
        if total is None or world.queues[queue].workers is not None:
            lanes.setdefault(f"{_LANE}{queue}", (of_queue(world, queue, seat.settings), []))[1].append(ref)
    return lanes


def _lengths(world: World, order: list[str], queued: Mapping[str, int]) -> dict[str, int]:
    """Add up along the dependents, which stand before each task in `order`."""
    lengths: dict[str, int] = {}
    for ref in order:
        after = 0
        for dependent in world.dependents.get(ref, ()):
            after = max(after, lengths.get(dependent, 0))
        lengths[ref] = max(world.tasks[ref].spec.estimate_s + after, queued.get(ref, 0))
    return lengths


def _users(world: World, order: list[str], seat: Seat | None) -> _Users:
    """Find what several tasks want and cannot all have at once; who only reads it holds up nobody."""
    users: _Users = {}
    for ref in order:
        task, queue = world.tasks[ref], queue_of(ref)
        for wanted in map(want, task.spec.resources):
            if not wanted.reads:
                users.setdefault(wanted.name, {})[ref] = wanted.places
        for path in task.spec.files:
            users.setdefault(f"{seat.targets.get(queue, queue) if seat else queue}:{path}", {})[ref] = 1
    return {name: taken for name, taken in users.items() if len(taken) > 1}


def _queueing(world: World, lengths: Mapping[str, int], users: _Users, capacity: Mapping[str, int]) -> dict[str, int]:
    """Give for each user of something exclusive how long it is until its last user is through, in the best order."""
    queued: dict[str, int] = {}
    for name, taken in users.items():
        waiting = [world.tasks[ref] for ref in taken]
        passed, places = 0, capacity.get(name, 1)
        last_first = sorted(waiting, key=lambda task: (task.order, task.ref), reverse=True)
        for task in sorted(last_first, key=lambda task: lengths[task.ref]):
            own = task.spec.estimate_s
            passed = max(passed + own * taken[task.ref] // places, lengths[task.ref])
            queued[task.ref] = max(queued.get(task.ref, 0), passed)
    return queued


def _after_dependents(world: World) -> list[str]:
    """Put every task behind those that depend on it."""
    tasks, placed = world.tasks, dict[str, None]()
    for start in tasks:
        if start in placed:
            continue
        stack, open_ = [start], set[str]()
        while stack:
            ref = stack[-1]
            if ref not in open_ and ref not in placed:
                open_.add(ref)
                behind = world.dependents.get(ref, ())
                missing = [d for d in behind if d not in placed and d not in open_ and d in tasks]
                if missing:
                    stack += missing
                    continue
            stack.pop()
            placed[ref] = None
    return list(placed)
