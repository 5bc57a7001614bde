"""Who waits for whom, through gates and locked queues too: levels, heads and tails of a plan. Pure.

A task's needs are its dependencies, what the gates among them require, and what unlocks its queue. Of `any` the branch
that is true first counts. Times are seconds.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

import msgspec

from orchestrator.model.conditions import All, Any, Condition, FileExists, GateIs, QueueIs, TaskIs, VerdictIs
from orchestrator.model.ids import queue_of
from orchestrator.model.specs import ENDED, Unlock
from orchestrator.model.world import Task, World

_REACHED = frozenset({"completed", "ended"})

Need = tuple[tuple[str, ...], ...]
"""Ways to satisfy something: any of them does, each by all of its tasks."""
NOTHING: Need = ((),)


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """For each task: its level (from 0), when it ends at the earliest, and what must follow it, itself included."""

    levels: dict[str, int]
    heads: dict[str, int]
    tails: dict[str, int]
    before: dict[str, tuple[str, ...]]
    """The tasks each one waits for, the first-true branches chosen."""
    rings: tuple[str, ...]
    """Tasks that wait for themselves: in none of the above."""


class Graph:
    """The needs of every task of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._makers: dict[str, list[str]] = {}
        for task in world.tasks.values():
            for path in task.spec.outputs:
                self._makers.setdefault(path, []).append(task.ref)
        self._openers: dict[str, list[Condition]] = {}
        for queue in world.queues.values():
            if queue.spec.unlock_when is not None:
                self._openers.setdefault(queue.name, []).append(queue.spec.unlock_when)
        for trigger in world.triggers.values():
            for deed in trigger.spec.do:
                if isinstance(deed, Unlock):
                    self._openers.setdefault(deed.queue, []).append(trigger.spec.when)

    @cached_property
    def needs(self) -> dict[str, tuple[Need, ...]]:
        """Give what each task waits for: every need must be satisfied."""
        unlocks = {name: self._unlock(name) for name in self._world.queues}
        return {
            task.ref: (*(self._dependency(name) for name in task.spec.dependencies), *unlocks[queue_of(task.ref)])
            for task in self._world.tasks.values()
        }

    def _unlock(self, queue: str) -> tuple[Need, ...]:
        if not self._world.queues[queue].locked:
            return ()
        ways = tuple(way for condition in self._openers.get(queue, ()) for way in self.need(condition))
        return (tuple(dict.fromkeys(ways)),) if ways else ()

    def _dependency(self, name: str) -> Need:
        if not name.startswith("gate:"):
            return ((name,),) if name in self._world.tasks else NOTHING
        return self.gate(name.removeprefix("gate:"), frozenset())

    def gate(self, name: str, seen: frozenset[str]) -> Need:
        """Give what a gate waits for; signatures take no time."""
        gate = self._world.gates.get(name)
        if gate is None or gate.open or gate.spec.requires is None or name in seen:
            return NOTHING
        return self.need(gate.spec.requires, seen | {name})

    def need(self, condition: Condition, seen: frozenset[str] = frozenset()) -> Need:
        """Give the tasks a condition waits for; what no task makes true waits for none."""
        match condition:
            case TaskIs(task=ref) | VerdictIs(task=ref):
                return ((ref,),) if ref in self._world.tasks else NOTHING
            case QueueIs(queue=name, state=state) if name in self._world.queues and state in _REACHED:
                return (tuple(self._world.queues[name].tasks),)
            case GateIs(gate=name):
                return self.gate(name, seen)
            case FileExists(path=path):
                return tuple((ref,) for ref in self._makers.get(path, ())) or NOTHING
            case All(of=parts):
                return _product(self.need(part, seen) for part in parts)
            case Any(of=parts) if parts:
                return tuple(dict.fromkeys(way for part in parts for way in self.need(part, seen)))
            case _:
                return NOTHING

    def bounds(self, seconds: Callable[[Task], int], release: Callable[[Task], int]) -> Bounds:
        """Go through all tasks, each after what it may wait for. `release` is when time alone lets a task start."""
        order, rings = self.ordered
        levels: dict[str, int] = {}
        heads: dict[str, int] = {}
        before: dict[str, tuple[str, ...]] = {}
        for ref in order:
            task = self._world.tasks[ref]
            chosen = [need[0] if len(need) == 1 else _soonest(need, heads) for need in self.needs[ref]]
            before[ref] = tuple(dict.fromkeys(other for way in chosen for other in way if other in heads))
            levels[ref] = max((levels[other] + 1 for other in before[ref]), default=0)
            start = max((heads[other] for other in before[ref]), default=0)
            heads[ref] = max(start, release(task)) + seconds(task) if task.status not in ENDED else 0
        tails = {ref: seconds(self._world.tasks[ref]) for ref in order}
        for ref in reversed(order):
            for other in before[ref]:
                tails[other] = max(tails[other], seconds(self._world.tasks[other]) + tails[ref])
        return Bounds(levels=levels, heads=heads, tails=tails, before=before, rings=rings)

    @cached_property
    def ordered(self) -> tuple[list[str], tuple[str, ...]]:
        """Put every task behind all it may wait for; those in a ring, and behind one, are left over."""
        waits = {ref: {o for need in needs for way in need for o in way} for ref, needs in self.needs.items()}
        after: dict[str, list[str]] = {}
        for ref, others in waits.items():
            for other in others:
                after.setdefault(other, []).append(ref)
        left = {ref: len(others) for ref, others in waits.items()}
        order = [ref for ref, count in left.items() if not count]
        for ref in order:
            for behind in after.get(ref, ()):
                left[behind] -= 1
                if not left[behind]:
                    order.append(behind)
        placed = set(order)
        return order, tuple(ref for ref in self._world.tasks if ref not in placed)


def _soonest(need: Need, heads: Mapping[str, int]) -> tuple[str, ...]:
    """Choose the way to satisfy a need that is through first."""
    return min(need, key=lambda way: max((heads.get(ref, 0) for ref in way), default=0))


def _product(needs: Iterable[Need]) -> Need:
    """Combine needs that must all be satisfied; more ways than are worth weighing are taken as one."""
    ways: Need = NOTHING
    for need in needs:
        combined = tuple(dict.fromkeys((*one, *other) for one in ways for other in need))
        ways = combined if len(combined) <= MAX_WAYS else ((*ways[0], *need[0]),)
    return ways


MAX_WAYS = 64
