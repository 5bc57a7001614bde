"""A copy of the world to play a plan on: what opens, unlocks and becomes free when a task ends. Pure.

Rules
1. Gates open, queues are unlocked and triggers fire the moment their conditions hold; signatures and checks of gates
   take no time. A declared output exists once its task has ended; every verdict is PASS.
2. What a person holds up today (a pause, a block, a parked account) counts as released now.
"""

from collections.abc import Iterable
from copy import copy

from orchestrator.model.conditions import All, Condition
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import Settings
from orchestrator.model.specs import ENDED, Status, Unlock
from orchestrator.model.truth import dependency_met, holds, moments_in, names_in
from orchestrator.model.world import Claim, Task, World, Yielding
from orchestrator.policy import resources
from orchestrator.policy.catchup import starts as starts_of
from orchestrator.policy.limits import is_fresh, notice_ends
from orchestrator.policy.until import needed
from orchestrator.policy.yielding import patience

Watcher = tuple[str, str]
"""What a condition belongs to: `gate`, `queue` or `trigger`, and its id."""


class Stage:
    """The copy that is played on. Times are seconds from now; `now` is milliseconds."""

    def __init__(self, world: World, now: int, settings: Settings) -> None:
        self.world, self.now, self._settings = _copied(world, now), now, settings
        self.opened: dict[str, int] = {}
        """`gate:ID` and `queue:NAME` -> when it opened or was unlocked."""
        self._overtaken = _overtaken(world)
        self._conditions = _conditions(self.world)
        self._watchers: dict[str, list[Watcher]] = {}
        for watcher, condition in self._conditions.items():
            for name in names_in(condition):
                self._watchers.setdefault(name, []).append(watcher)

    @property
    def time(self) -> int:
        """Seconds from now."""
        return (self.world.at - self.now) // 1000

    def moments(self) -> list[int]:
        """List the moments from now on at which time alone changes something, in order."""
        found = [at for condition in self._conditions.values() for at in moments_in(condition)]
        found += [starts(task) for task in self.world.tasks.values() if task.status is Status.PENDING]
        found += resources.moments(self.world)
        return sorted({-(-(at - self.now) // 1000) for at in found if at > self.now})

    def free(self, ref: str) -> bool:
        """Say whether a task waits for nothing but a worker and what runs."""
        return self._could_begin(ref) and not self.held_up(ref)

    def held_up(self, ref: str) -> bool:
        """Say whether a late arrival that gets on overtakes a task."""
        if not self._overtaken:
            return False
        return any(ref in over and any(map(self._gets_on, needs)) for over, needs in self._overtaken.values())

    def _gets_on(self, ref: str) -> bool:
        return ref in self.world.claims or (ref in self.world.tasks and self._could_begin(ref))

    def _could_begin(self, ref: str) -> bool:
        world = self.world
        task = world.tasks[ref]
        if task.status is not Status.PENDING:
            return False
        for name in task.spec.dependencies:
            if not dependency_met(world, name):
                return False
        if world.queues[queue_of(ref)].locked or starts(task) > world.at:
            return False
        return resources.locked_out(self.world, task, self.world.at, self._settings) is None

    def begin(self, ref: str, worker: str) -> None:
        """Claim a task."""
        task = self.world.tasks[ref]
        task.status, task.claim = Status.IN_PROGRESS, Claim(worker=worker, slot=1, fence=0, since=self.world.at)
        self.world.claims[ref] = worker

    def yields(self, ref: str, firsts: Iterable[str]) -> tuple[str, int] | None:
        """Say which of these a task lets go first, until when (seconds from now) at most; None where it may start."""
        task = self.world.tasks[ref]
        if not is_fresh(task):
            return None
        first = patience(self.world, task, firsts, self.world.at, lambda _: True, self._able)
        if first is None:
            return None
        task.yields = {**task.yields, first.to: Yielding(since=first.since, until=first.until)}
        return first.to, -(-(first.until - self.now) // 1000)

    def _able(self, task: Task, at: int) -> bool:
        lock = resources.locked_out(self.world, task, self.world.at, self._settings)
        return lock is None or lock.until <= at

    def end(self, ref: str, status: Status) -> list[str]:
        """End a task; give the tasks that may be free by it."""
        task = self.world.tasks[ref]
        task.status, task.claim, task.verdict = status, None, "PASS"
        self.world.claims.pop(ref, None)
        behind = self.world.dependents.get(ref, ())
        if not self._watchers and not self._overtaken:
            return list(behind)
        self.world.seen_files.update(dict.fromkeys(task.spec.outputs, 0))
        files = (f"file:{path}" for path in task.spec.outputs)
        let_go = [name for over, needs in self._overtaken.values() if ref in needs for name in over]
        return [*behind, *self.settle((ref, f"queue:{queue_of(ref)}", *files)), *let_go]

    def pass_to(self, time: int) -> list[str]:
        """Let it be later, at a moment that changes nothing by itself."""
        self.world.at = self.now + time * 1000
        return []

    def at(self, time: int) -> list[str]:
        """Let it be one of the moments; give the tasks that may be free by it."""
        self.pass_to(time)
        return [*self.settle(("at",)), *self.world.tasks]

    def settle(self, touched: Iterable[str] | None = None) -> list[str]:
        """Open what opens when these names change (None: all), and what follows from that; give the tasks concerned."""
        names = list(self._watchers if touched is None else touched)
        look = list(self._conditions) if touched is None else []
        freed: list[str] = []
        while names or look:
            look += [watcher for name in names for watcher in self._watchers.get(name, ())]
            names = [name for watcher in dict.fromkeys(look) for name in self._open(watcher)]
            look = []
            for name in names:
                freed += self._behind(name)
        return freed

    def _open(self, watcher: Watcher) -> list[str]:
        kind, name = watcher
        if not holds(self.world, self._conditions[watcher]):
            return []
        if kind == "gate":
            return self._note(f"gate:{name}")
        if kind == "queue":
            return self._note(f"queue:{name}")
        unlocks = [deed.queue for deed in self.world.triggers[name].spec.do if isinstance(deed, Unlock)]
        return [opened for queue in unlocks if queue in self.world.queues for opened in self._note(f"queue:{queue}")]

    def _note(self, name: str) -> list[str]:
        kind, _, rest = name.partition(":")
        if name in self.opened or (kind == "gate" and self.world.gates[rest].open):
            return []
        if kind == "gate":
            self.world.gates[rest].open = True
        elif not self.world.queues[rest].locked:
            return []
        else:
            self.world.queues[rest].unlocked = True
        self.opened[name] = self.time
        return [name]

    def _behind(self, name: str) -> Iterable[str]:
        if name.startswith("queue:"):
            return self.world.queues[name.removeprefix("queue:")].tasks
        return self.world.dependents.get(name, ())


def starts(task: Task) -> int:
    """Give the moment (milliseconds) before which a task may not start; 0 where there is none."""
    return max(task.spec.start or 0, notice_ends(task))


def _overtaken(world: World) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Give for each late arrival whom it overtakes and what it needs, itself included."""
    over = {ref: frozenset(catching.over) for ref, catching in world.overtaking.items()}
    over |= {event.task: frozenset(event.over) for event in starts_of(world)}
    return {ref: (found, needed(world, ref)) for ref, found in over.items()}


def _copied(world: World, now: int) -> World:
    tasks = {ref: copy(task) for ref, task in world.tasks.items()}
    for task in tasks.values():
        task.claim = None
        if task.status not in ENDED:
            task.status = Status.PENDING
    return World(
        at=now,
        tasks=tasks,
        queues={name: copy(queue) for name, queue in world.queues.items()},
        gates={name: copy(gate) for name, gate in world.gates.items()},
        triggers=world.triggers,
        locks=world.locks,
        newcomers=world.newcomers,
        dependents=world.dependents,
        seen_files=dict(world.seen_files),
    )


def _conditions(world: World) -> dict[Watcher, Condition]:
    """Give what stands between now and every opening; what requires nothing opens at once."""
    found: dict[Watcher, Condition] = {}
    for gate in world.gates.values():
        if not gate.open:
            found["gate", gate.id] = gate.spec.requires or All(of=())
    for queue in world.queues.values():
        if queue.locked and queue.spec.unlock_when is not None:
            found["queue", queue.name] = queue.spec.unlock_when
    for trigger in world.triggers.values():
        if any(isinstance(deed, Unlock) for deed in trigger.spec.do):
            found["trigger", trigger.id] = trigger.spec.when
    return found
