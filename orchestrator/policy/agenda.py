"""An index over the world: which tasks may be claimed next, best first. Pure; derived, never a source of truth.

Kept up to date from what the fold touched, so that a claim costs the same with a hundred tasks waiting or a hundred
thousand. Order: priority, then what was begun, then the longest remaining chain (by estimates), then the file's order.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from heapq import merge

from orchestrator.model.specs import Status
from orchestrator.model.truth import dependency_met
from orchestrator.model.world import Task, World

Key = tuple[int, int, int, int, int, str]


class Agenda:
    """The claimable tasks of each queue in order of urgency, and the tasks whose upstream failed."""

    def __init__(self) -> None:
        self._definitions = -1
        self._chains: dict[str, int] = {}
        self._keys: dict[str, Key] = {}
        self._queues: dict[str, list[Key]] = {}
        self.spoiled: dict[str, None] = {}
        """Pending tasks that a failed or blocked task stands before and that do not wait for it."""
        self.timed: dict[str, None] = {}
        """Pending tasks that a moment in time holds or held."""

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
        self._chains = chains(world)
        self._keys.clear()
        self._queues.clear()
        self.spoiled.clear()
        self.timed.clear()
        for ref in world.tasks:
            self._refresh(world, ref)

    def _refresh(self, world: World, ref: str) -> None:
        if (old := self._keys.pop(ref, None)) is not None:
            entries = self._queues[ref.partition("/")[0]]
            del entries[bisect_left(entries, old)]
        self.spoiled.pop(ref, None)
        self.timed.pop(ref, None)
        task = world.tasks.get(ref)
        if task is None or task.status is not Status.PENDING:
            return
        if task.spec.start or task.spec.notice_s or task.not_before:
            self.timed[ref] = None
        if task.spec.on_upstream != "wait" and _spoilt(world, task):
            self.spoiled[ref] = None
        if all(dependency_met(world, name) for name in task.spec.dependencies):
            key = self._key(task)
            self._keys[ref] = key
            insort(self._queues.setdefault(ref.partition("/")[0], []), key)

    def _key(self, task: Task) -> Key:
        begun = 0 if task.attempts else 1
        return (task.spec.priority, begun, -self._chains.get(task.ref, 0), task.order, task.added_seq, task.ref)


def _spoilt(world: World, task: Task) -> bool:
    upstream = (world.tasks.get(name) for name in task.spec.dependencies)
    return any(other is not None and other.status in {Status.FAILED, Status.BLOCKED} for other in upstream)


def chains(world: World) -> dict[str, int]:
    """Give for each task the seconds of the longest chain of estimates from it to the end of the plan.

    A cycle (refused at preflight, but a journal may hold one for a moment) is cut where it closes.
    """
    lengths: dict[str, int] = {}
    for start in world.tasks:
        stack = [start]
        open_: set[str] = set()
        while stack:
            ref = stack[-1]
            if ref in lengths:
                stack.pop()
                continue
            after = [d for d in world.dependents.get(ref, ()) if d in world.tasks]
            missing = [d for d in after if d not in lengths and d not in open_]
            if missing and ref not in open_:
                open_.add(ref)
                stack.extend(missing)
                continue
            stack.pop()
            lengths[ref] = world.tasks[ref].spec.estimate_s + max((lengths.get(d, 0) for d in after), default=0)
    return lengths
