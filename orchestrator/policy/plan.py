"""The plan: what the queues add up to, and what so many workers make of it. Pure; chooses nothing that runs.

The schedule is played by the order in which tasks are really claimed (`plan_play`); the figures around it say how good
that is: the critical path, one after another, barriers between tiers, and what no number of workers could beat.
"""

from collections.abc import Iterable

import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import ENDED
from orchestrator.model.world import Task, World
from orchestrator.policy.cycles import cycles
from orchestrator.policy.plan_bound import bound, sure
from orchestrator.policy.plan_graph import Bounds, Graph
from orchestrator.policy.plan_play import Played, Player
from orchestrator.policy.plan_stage import starts
from orchestrator.policy.resources import capacity, wants
from orchestrator.policy.seat import Seat, of_queue

FOUNDATION = 3
"""A task that at least so many others directly wait for."""
FEW = 5
"""Fewer open tasks than this are not worth the coordination."""
_TRIED = 16
_TRIED_TASKS = 2_000
"""A plan beyond this is not played once for each number of workers."""
_CHAINED = 0.95


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All figures, in seconds."""

    tiers: tuple[tuple[str, ...], ...]
    critical_path: tuple[str, ...]
    critical_s: int
    sequential_s: int
    barrier_s: int
    lower_bound_s: int
    played: Played
    slack: dict[str, int]
    foundation: tuple[str, ...]
    advice: str
    problems: tuple[str, ...]
    workers: int
    useful_workers: int


def estimated(task: Task) -> int:
    """Give the seconds a task takes by its estimate; what has ended takes none."""
    return 0 if task.status in ENDED else task.spec.estimate_s


def make_plan(world: World, seat: Seat, now: int, workers: int | None = None) -> Plan:
    """Plan everything there is. `workers` is how many in all, else each queue has its own."""
    workers = world.workers if workers is None else workers
    graph = Graph(world)
    bounds = graph.bounds(estimated, lambda task: _release(task, now))
    player = Player(world, seat, now, workers)
    played = player.play(estimated, workers=workers)
    stuck = frozenset(played.stuck)
    can = [ref for ref in bounds.levels if ref not in stuck]  # no wall and no bound waits for what never ends
    walls = player.play(estimated, workers=workers, tiers={ref: bounds.levels[ref] for ref in can})
    count = workers if workers is not None else _configured(world, seat)
    critical = max(bounds.heads.values(), default=0)
    sequential = sum(estimated(task) for task in world.tasks.values())
    useful, how = _useful(world, player, count), (now, workers, played)
    return Plan(
        tiers=_tiers(bounds),
        critical_path=_critical_path(world, bounds),
        critical_s=critical,
        sequential_s=sequential,
        barrier_s=walls.seconds,
        lower_bound_s=max([_bound(world, seat, graph, can, how), *(bounds.heads[ref] for ref in can)]),
        played=played,
        slack=_slack(world, bounds, critical),
        foundation=_foundation(world, bounds),
        advice=_advice(world, played.seconds, sequential, critical, (count, useful)),
        problems=_problems(world, bounds, played),
        workers=count,
        useful_workers=useful,
    )


def _configured(world: World, seat: Seat) -> int:
    """Count the workers of one run over all queues."""
    return sum(of_queue(world, name, seat.settings) for name in world.queues) or 1


def _slack(world: World, bounds: Bounds, critical: int) -> dict[str, int]:
    """Give how much later each task may end without delaying the last."""
    return {
        ref: critical - head - bounds.tails[ref] + estimated(world.tasks[ref]) for ref, head in bounds.heads.items()
    }


def _tiers(bounds: Bounds) -> tuple[tuple[str, ...], ...]:
    tiers: dict[int, list[str]] = {}
    for ref, level in bounds.levels.items():
        tiers.setdefault(level, []).append(ref)
    return tuple(tuple(tiers[level]) for level in sorted(tiers))


def _critical_path(world: World, bounds: Bounds) -> tuple[str, ...]:
    """Walk back from the task that ends last over those that hold it up longest."""
    ref = max(bounds.heads, key=lambda name: bounds.heads[name], default=None)
    path: list[str] = []
    while ref is not None and world.tasks[ref].status not in ENDED:
        path.append(ref)
        ref = max(bounds.before[ref], key=lambda name: bounds.heads[name], default=None)
    return tuple(reversed(path))


def _foundation(world: World, bounds: Bounds) -> tuple[str, ...]:
    waiting: dict[str, int] = {}
    for others in bounds.before.values():
        for other in others:
            waiting[other] = waiting.get(other, 0) + 1
    return tuple(ref for ref in world.tasks if waiting.get(ref, 0) >= FOUNDATION)


# -- what nobody can beat ------------------------------------------------------------------------------------------


def _bound(world: World, seat: Seat, graph: Graph, can: list[str], how: tuple[int, int | None, Played]) -> int:
    """Say what no schedule of these tasks, in order, beats: workers, people, resources, files are had by few at a time.

    `how`: from when, with how many workers, and who does what.
    """
    now, workers, played = how
    people = {slot.task: slot.worker for slot in played.slots if isinstance(slot.worker, str)}
    order = [ref for ref in can if world.tasks[ref].status not in ENDED]
    open_ = set(order)
    before = {ref: tuple(o for o in others if o in open_) for ref, others in sure(graph.needs, order).items()}
    shared: dict[tuple[str, int], list[str]] = {}
    for ref in order:
        for name, places in _uses(world, world.tasks[ref], seat, people.get(ref, workers)):
            shared.setdefault((name, places), []).append(ref)
    return bound(
        {ref: estimated(world.tasks[ref]) for ref in order},
        before,
        {ref: _release(world.tasks[ref], now) for ref in order},
        [(places, users) for (_, places), users in shared.items() if len(users) > places],
    )


def _release(task: Task, now: int) -> int:
    """Give the seconds until time alone lets a task start."""
    return max(0, -(-(starts(task) - now) // 1000))


def _uses(world: World, task: Task, seat: Seat, who: int | str | None) -> Iterable[tuple[str, int]]:
    """Give what a task needs, and how many may have it. `who` does it: a person, one of so many, or its queue's."""
    queue = queue_of(task.ref)
    if isinstance(who, str):
        yield f"@{who}", 1
    elif who is not None:
        yield "workers", who
    else:
        yield f"queue:{queue}", of_queue(world, queue, seat.settings)
    for wanted in wants(task, seat.settings):
        if not wanted.reads:
            yield f"resource:{wanted.name}", max(1, capacity(seat.settings, wanted.name) // wanted.places)
    for path in task.spec.files:
        yield f"file:{seat.targets.get(queue, '')}:{path}", 1


# -- advice --------------------------------------------------------------------------------------------------------


def _useful(world: World, player: Player, count: int) -> int:
    """Say with how many workers the plan is as short as with any number (tried up to a few)."""
    open_ = sum(1 for task in world.tasks.values() if task.status not in ENDED)
    if open_ > _TRIED_TASKS:
        return count
    most = min(_TRIED, max(1, open_))
    best = player.play(estimated, workers=most).seconds
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        if player.play(estimated, workers=middle).seconds <= best:
            high = middle
        else:
            low = middle + 1
    return low


def _advice(world: World, makespan: int, sequential: int, critical: int, workers: tuple[int, int]) -> str:
    count, useful = workers
    open_ = sum(1 for task in world.tasks.values() if task.status not in ENDED)
    if not open_:
        return "nothing is left to do"
    if open_ < FEW:
        return f"parallel work is not worth it: only {open_} task(s) are left"
    if critical >= _CHAINED * sequential:
        return "parallel work is not worth it: the tasks form a chain, each waits for the one before"
    if count == 1:
        return f"one worker does one task after another; {useful} would be of use"
    gain = f"{count} workers take {_h(makespan)} instead of {_h(sequential)}"
    more = f"; more than {useful} gain nothing" if count >= useful else f"; up to {useful} would be of use"
    return f"parallel work is worth it: {gain}{more}"


def _problems(world: World, bounds: Bounds, played: Played) -> tuple[str, ...]:
    rounds = cycles(world) if bounds.rings or world.gates else ()
    rings = [f"{' -> '.join(ring)} wait for each other: drop one of these dependencies" for ring in rounds]
    told = set(bounds.rings)
    stuck = [_stuck(world, ref) for ref in played.stuck if ref not in told]
    return tuple(dict.fromkeys((*rings, *stuck)))


def _stuck(world: World, ref: str) -> str:
    queue = world.queues[queue_of(ref)]
    if queue.locked and not queue.unlock_due and queue.spec.unlock_when is None:
        return f"queue {queue.name} is locked and nothing in the plan unlocks it: add unlock_when or a trigger"
    missing = [name for name in world.tasks[ref].spec.dependencies if _never(world, name)]
    return f"{ref} can never start: it waits for {', '.join(missing) or 'what never comes'}"


def _never(world: World, name: str) -> bool:
    return name not in world.tasks or world.tasks[name].status == "failed"


def _h(seconds: int) -> str:
    return f"{seconds / 3600:.4g} h"
