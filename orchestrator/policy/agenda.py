"""An index over the world: which tasks may be claimed next, best first. Pure; derived, never a source of truth.

Kept up to date from what the fold touched, so that a claim costs the same with a hundred tasks waiting or a hundred
thousand. Order: priority, then what was begun, then the longest remaining chain (by estimates), then the file's order.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from types import MappingProxyType

from orchestrator.model.specs import Status
from orchestrator.model.truth import dependency_met
from orchestrator.model.world import Task, World
from orchestrator.policy.catchup import hurried
from orchestrator.policy.requests import awaited
from orchestrator.policy.resources import want

Key = tuple[int, int, int, int, int, str]
NO_CAPACITY: Mapping[str, int] = MappingProxyType({})


class Agenda:
    """The claimable tasks of each queue in order of urgency, and the tasks whose upstream failed.

    `capacity` says how many may use a resource at once, where that is more than one.
    """

    def __init__(self, capacity: Mapping[str, int] = NO_CAPACITY) -> None:
        self._capacity = capacity
        self._definitions = -1
        self._chains: dict[str, int] = {}
        self._hurried: frozenset[str] = frozenset()
        self._keys: dict[str, Key] = {}
        self._queues: dict[str, list[Key]] = {}
        self.spoiled: dict[str, None] = {}
        """Pending tasks that a failed or blocked task stands before and that do not wait for it."""
        self.timed: dict[str, None] = {}
        """Pending tasks that a moment in time holds or held."""
        self.laddered: dict[str, None] = {}
        """Tasks with a ladder that may wait for a person."""
        self.reviews: dict[str, None] = {}
        """Pending tasks whose request on a code host waits for a person."""

    def update(self, world: World, touched: Iterable[str]) -> None:
        """Take in what changed since the last call."""
        if world.definitions != self._definitions:
            self._rebuild(world)
            return
        for name in touched:
            self._refresh(world, name)
            for dependent in world.dependents.get(name, ()):
                self._refresh(world, dependent)

    def candidates(self, queues: Iterable[str]) -> Iterator[str]:
        """Give the tasks of these queues that are pending with their dependencies met, most urgent first."""
        lists = [self._queues[name] for name in queues if self._queues.get(name)]
        return (key[-1] for key in merge(*(list(entries) if len(lists) > 1 else entries for entries in lists)))

    def _rebuild(self, world: World) -> None:
        self._definitions = world.definitions
        self._chains = chains(world, self._capacity)
        self._hurried = hurried(world)
        self._keys.clear()
        self._queues.clear()
        self.spoiled.clear()
        self.timed.clear()
        self.laddered.clear()
        self.reviews.clear()
        for ref in world.tasks:
            self._refresh(world, ref)

    def _refresh(self, world: World, ref: str) -> None:
        if (old := self._keys.pop(ref, None)) is not None:
            entries = self._queues[ref.partition("/")[0]]
            del entries[bisect_left(entries, old)]
        self.spoiled.pop(ref, None)
        self.timed.pop(ref, None)
        self.laddered.pop(ref, None)
        self.reviews.pop(ref, None)
        task = world.tasks.get(ref)
        if task is not None and task.spec.escalate and task.status in {Status.PENDING, Status.BLOCKED}:
            self.laddered[ref] = None
        if task is None or task.status is not Status.PENDING:
            return
        if task.spec.start or task.spec.notice_s or task.not_before:
            self.timed[ref] = None
        if awaited(task) is not None:
            self.reviews[ref] = None
        if task.spec.on_upstream != "wait" and _spoilt(world, task):
            self.spoiled[ref] = None
        if all(dependency_met(world, name) for name in task.spec.dependencies):
            key = urgency(task, self._chains.get(task.ref, 0), hurried=ref in self._hurried)
            self._keys[ref] = key
            insort(self._queues.setdefault(ref.partition("/")[0], []), key)


def urgency(task: Task, chain: int, *, hurried: bool = False) -> Key:
    """Give a task's place in the order of claims; `chain` is the length in seconds of what follows from it.

    `hurried`: it catches up with others, or one that does needs it.
    """
    begun = 0 if task.attempts else 1
    return (-1 if hurried else task.spec.priority, begun, -chain, task.order, task.added_seq, task.ref)


def _spoilt(world: World, task: Task) -> bool:
    upstream = (world.tasks.get(name) for name in task.spec.dependencies)
    return any(other is not None and other.status in {Status.FAILED, Status.BLOCKED} for other in upstream)


def chains(world: World, capacity: Mapping[str, int] = NO_CAPACITY) -> dict[str, int]:
    """Give for each task the seconds that must still pass, from its start to the end of the plan, by the estimates.

    What follows it by dependencies, and what must follow it because it shares something that is had one at a time:
    the users of a bottleneck are urgent although nothing depends on them. Done twice, so that their predecessors are
    urgent too. A cycle (refused at preflight, but a journal may hold one for a moment) is cut where it closes.
    """
    order = _after_dependents(world)
    lengths = _lengths(world, order, {})
    queued = _queueing(world, lengths, capacity)
    return _lengths(world, order, queued) if queued else lengths


def _lengths(world: World, order: list[str], queued: Mapping[str, int]) -> dict[str, int]:
    """Add up along the dependents, which stand before each task in `order`."""
    lengths: dict[str, int] = {}
    for ref in order:
        after = max((lengths.get(d, 0) for d in world.dependents.get(ref, ())), default=0)
        lengths[ref] = max(world.tasks[ref].spec.estimate_s + after, queued.get(ref, 0))
    return lengths


def _queueing(world: World, lengths: Mapping[str, int], capacity: Mapping[str, int]) -> dict[str, int]:
    """Give for each user of something exclusive how long it is until its last user is through, in the best order."""
    users: dict[str, dict[str, int]] = {}
    for ref in lengths:
        task, queue = world.tasks[ref], ref.partition("/")[0]
        for wanted in map(want, task.spec.resources):
            if not wanted.reads:
                users.setdefault(wanted.name, {})[ref] = wanted.places
        for path in task.spec.files:
            users.setdefault(f"{queue}:{path}", {})[ref] = 1
    queued: dict[str, int] = {}
    for name, taken in users.items():
        if len(taken) == 1:
            continue
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
    placed: dict[str, None] = {}
    for start in world.tasks:
        stack = [start]
        open_: set[str] = set()
        while stack:
            ref = stack[-1]
            missing = [d for d in world.dependents.get(ref, ()) if d not in placed and d not in open_]
            if ref not in placed and ref not in open_ and any(d in world.tasks for d in missing):
                open_.add(ref)
                stack.extend(d for d in missing if d in world.tasks)
                continue
            stack.pop()
            placed[ref] = None
    return list(placed)
