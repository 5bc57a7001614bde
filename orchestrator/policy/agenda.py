"""An index over the world: which tasks may be claimed next, best first. Pure; derived, never a source of truth.

Kept up to date from what the fold touched, so that a claim costs the same with a hundred tasks waiting or a hundred
thousand. Order: priority, then what was begun, then its queue's priority, the longest remaining chain (by estimates),
the file's order.
"""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import NamedTuple

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import Status
from orchestrator.model.truth import dependency_met
from orchestrator.model.world import Task, World
from orchestrator.policy.catchup import hurried
from orchestrator.policy.chains import Chains, chains
from orchestrator.policy.limits import earliest, is_fresh
from orchestrator.policy.lineup import Key, Kind, Lineup
from orchestrator.policy.requests import awaited
from orchestrator.policy.seat import Seat
from orchestrator.policy.taking import has_begun


class Lane(NamedTuple):
    """Tasks of one queue and agent that were never begun, all of whom the same limits hold up; or those that were."""

    queue: str
    agent: str | None
    fresh: bool


class Agenda:
    """The claimable tasks of each queue in order of urgency, and the tasks whose upstream failed.

    `seat` tells who there is to do them, and how many may use a resource at once.
    """

    def __init__(self, seat: Callable[[World], Seat] | None = None) -> None:
        self._seat = seat
        self._definitions = -1
        self._chains = Chains({}, {})
        self._hurried: frozenset[str] = frozenset()
        self._keys: dict[str, Key] = {}
        self._lineup = Lineup()
        self._kinds: dict[str, Kind] = {}
        """Of those that stand in the line-up."""
        self._later: list[tuple[int, str]] = []
        """(when, task): those whose time may not have come, a heap; what is no longer so is passed over."""
        self.spoiled: dict[str, None] = {}
        """Pending tasks that a failed or blocked task stands before and that do not wait for it."""
        self.timed: dict[str, None] = {}
        """Pending tasks that a moment in time holds or held."""
        self.unannounced: dict[str, None] = {}
        """Pending tasks with a notice that nobody has announced."""
        self.conditional: dict[str, None] = {}
        """Pending tasks with a `when` whose dependencies are met."""
        self.laddered: dict[str, None] = {}
        """Tasks with a ladder that may wait for a person."""
        self.reviews: dict[str, None] = {}
        """Pending tasks whose request on a code host waits for a person."""
        self.begun: dict[str, None] = {}
        """Tasks with an attempt whose work stands in its folder."""
        self.patient: dict[str, None] = {}
        """Pending tasks that let another go first, or did."""

    def update(self, world: World, touched: Iterable[str]) -> None:
        """Take in what changed since the last call."""
        if world.definitions != self._definitions:
            self._rebuild(world)
            return
        for name in touched:
            self._refresh(world, name)
            for dependent in world.dependents.get(name, ()):
                self._refresh(world, dependent)

    def candidates(self, queues: Iterable[str]) -> list[str]:
        """List the tasks of these queues that are pending with their dependencies met, most urgent first."""
        asked = set(queues)
        return [key[-1] for key in sorted(key for ref, key in self._keys.items() if queue_of(ref) in asked)]

    def firsts(self, ref: str) -> tuple[str, ...]:
        """Name those that a task is to let go first."""
        return self._chains.yields.get(ref, ())

    def among(self, refs: Iterable[str]) -> list[str]:
        """List those of these tasks that are pending with their dependencies met, most urgent first."""
        return [key[-1] for key in sorted(self._keys[ref] for ref in refs if ref in self._keys)]

    def lineup(self, world: World, now: int) -> Lineup:
        """Give the same tasks lined up by what they want, but for those whose time has not come or who wait to land."""
        while self._later and self._later[0][0] <= now:
            _, ref = heappop(self._later)
            if ref in self._keys and ref not in self._kinds:
                self._line_up(world.tasks[ref])
        return self._lineup

    def _rebuild(self, world: World) -> None:
        self._definitions = world.definitions
        self._chains = chains(world, self._seat(world) if self._seat is not None else None)
        self._hurried = hurried(world)
        self._lineup = Lineup()
        self._keys.clear()
        self._kinds.clear()
        self._later.clear()
        for index in self._indexes():
            index.clear()
        for ref in world.tasks:
            self._refresh(world, ref)

    def _refresh(self, world: World, ref: str) -> None:
        self._forget(ref)
        task = world.tasks.get(ref)
        if task is not None and has_begun(task):
            self.begun[ref] = None
        if task is not None and task.spec.escalate and task.status in {Status.PENDING, Status.BLOCKED}:
            self.laddered[ref] = None
        if task is None or task.status is not Status.PENDING:
            return
        self._watch(world, task)
        if all(dependency_met(world, name) for name in task.spec.dependencies):
            if task.spec.when is not None:
                self.conditional[ref] = None
            self._keys[ref] = urgency(world, task, self._chains.lengths.get(ref, 0), hurried=ref in self._hurried)
            if when := earliest(task):
                heappush(self._later, (when, ref))
            else:
                self._line_up(task)

    def _watch(self, world: World, task: Task) -> None:
        """Note what is to be done about a pending task, or waited for with it."""
        if earliest(task):
            self.timed[task.ref] = None
        if task.spec.notice_s and not task.announced and not task.attempts:
            self.unannounced[task.ref] = None
        if task.yields:
            self.patient[task.ref] = None
        if awaited(task) is not None:
            self.reviews[task.ref] = None
        if task.spec.on_upstream != "wait" and _spoilt(world, task):
            self.spoiled[task.ref] = None

    def _forget(self, ref: str) -> None:
        key, kind = self._keys.pop(ref, None), self._kinds.pop(ref, None)
        if key is not None and kind is not None:
            self._lineup.remove(key, kind)
        for index in self._indexes():
            index.pop(ref, None)

    def _indexes(self) -> tuple[dict[str, None], ...]:
        waiting = (self.spoiled, self.timed, self.unannounced, self.conditional)
        return (*waiting, self.laddered, self.reviews, self.begun, self.patient)

    def _line_up(self, task: Task) -> None:
        """Let a task stand with those who want the same; one that was begun, or lets others go first, stands alone."""
        if task.ref in self.reviews:
            return
        fresh = is_fresh(task)
        lane = Lane(queue_of(task.ref), task.spec.first_agent if fresh else None, fresh)
        alone = not fresh or self.firsts(task.ref)
        kind = (lane, task.ref) if alone else (lane, task.spec.resources, task.spec.files)
        self._kinds[task.ref] = kind
        self._lineup.add(self._keys[task.ref], lane, kind)


def urgency(world: World, task: Task, chain: int, *, hurried: bool = False) -> Key:
    """Give a task's place in the order of claims; `chain` is the length in seconds of what follows from it.

    `hurried`: it catches up with others, or one that does needs it.
    """
    begun = 0 if task.attempts else 1
    lane = world.queues[queue_of(task.ref)].spec.priority
    return (-1 if hurried else task.spec.priority, begun, lane, -chain, task.order, task.added_seq, task.ref)


def _spoilt(world: World, task: Task) -> bool:
    upstream = (world.tasks.get(name) for name in task.spec.dependencies)
    return any(other is not None and other.status in {Status.FAILED, Status.BLOCKED} for other in upstream)
