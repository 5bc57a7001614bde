"""Plays a plan: who does what when, in the order in which tasks are really claimed. Pure.

Tasks start in the agenda's order of urgency, as soon as a worker is free and nothing that runs conflicts with them; a
task takes as long as it is said to. The same player serves the plan (estimates) and the forecast (drawn durations).
"""

from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush

import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import ENDED, Status
from orchestrator.model.world import Task, World
from orchestrator.policy.agenda import Key, chains, urgency
from orchestrator.policy.catchup import hurried
from orchestrator.policy.holds import conflicting
from orchestrator.policy.limits import is_human
from orchestrator.policy.plan_stage import Stage
from orchestrator.policy.seat import Seat

Duration = Callable[[Task], int]
"""Seconds a task takes, from its start to its landing."""
_Kind = tuple[str, str, str | None, tuple[str, ...], tuple[str, ...]]
"""Line, queue, agent, resources and files: tasks of one kind conflict with the same ones."""
SOMEBODY = "human"
"""Who does a person's task that names nobody."""


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One task's place in the schedule, in seconds from now. `worker` is a number, or a person's name."""

    task: str
    worker: int | str
    start: int
    end: int


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: the schedule in order of start, what was skipped, and the tasks that could never start."""

    slots: tuple[Slot, ...]
    stuck: tuple[str, ...]
    opened: dict[str, int]
    """`gate:ID` and `queue:NAME` -> when it opened or was unlocked (seconds from now)."""
    skipped: tuple[str, ...] = ()

    @property
    def seconds(self) -> int:
        """Say when everything is done."""
        return max((slot.end for slot in self.slots), default=0)


def play(
    world: World,
    seat: Seat,
    now: int,
    duration: Duration,
    *,
    workers: int | None = None,
    tiers: Mapping[str, int] | None = None,
) -> Played:
    """Play everything that is open from `now` (milliseconds). `workers` is how many in all, else as configured.

    With `tiers`, a task also waits until every task of lower tiers has ended: what barriers would cost.
    """
    return _Play(
        Stage(world, now, seat.settings),
        chains(world, seat.settings.resources),
        seat,
        _Workers(seat, workers),
        duration,
        tiers or {},
    ).run()


class _Workers:
    """Who is free: so many in all, or so many a queue; and every person once."""

    def __init__(self, seat: Seat, total: int | None) -> None:
        self._seat, self._total = seat, total
        self._busy: dict[str, tuple[str, int | str]] = {}
        self._used: dict[str, int] = {}
        self._numbers: list[int] = []
        self._next = 1

    def free(self, line: str) -> bool:
        """Say whether somebody of a line (a queue, or `@NAME` for a person) is free."""
        return self._used.get(self._pool(line), 0) < self._places(line)

    def take(self, line: str, ref: str) -> int | str:
        """Take one; tasks already under way are taken whatever the limit."""
        pool = self._pool(line)
        self._used[pool] = self._used.get(pool, 0) + 1
        worker: int | str = line[1:] if line.startswith("@") else self._number()
        self._busy[ref] = (pool, worker)
        return worker

    def give_back(self, ref: str) -> None:
        """Let the one who did a task be free again."""
        pool, worker = self._busy.pop(ref)
        self._used[pool] -= 1
        if isinstance(worker, int):
            heappush(self._numbers, worker)

    def _pool(self, line: str) -> str:
        return line if line.startswith("@") or self._total is None else ""

    def _places(self, line: str) -> int:
        if line.startswith("@"):
            return 1
        if self._total is not None:
            return self._total
        own = self._seat.settings.queues.get(line)
        return own.workers if own is not None else 1

    def _number(self) -> int:
        if self._numbers:
            return heappop(self._numbers)
        self._next += 1
        return self._next - 1


class _Play:
    """One playing. Lines are queues, and `@NAME` for what a person does."""

    def __init__(
        self,
        stage: Stage,
        chained: Mapping[str, int],
        seat: Seat,
        workers: _Workers,
        duration: Duration,
        tiers: Mapping[str, int],
    ) -> None:
        self.stage, self.seat, self.workers, self.duration = stage, seat, workers, duration
        self._chains, self._hurried = chained, hurried(stage.world)
        self._barriers = _Barriers(stage, tiers)
        self._groups: dict[_Kind, list[tuple[Key, str]]] = {}
        self._ready: dict[str, list[tuple[Key, _Kind]]] = {}
        """Line -> the first of every group that may be able to start; what is no longer first is passed over."""
        self._lined: set[str] = set()
        self._held: dict[_Kind, str] = {}
        self._behind: dict[str, list[_Kind]] = {}
        """A running task -> the groups that conflict with it."""
        self._running: list[tuple[int, int, str]] = []
        self._moments = self.stage.moments()
        self._slots: dict[str, Slot] = {}
        self._skipped: list[str] = []

    def run(self) -> Played:
        """Play to the end."""
        stage = self.stage
        for ref, task in stage.world.tasks.items():
            if task.attempt is not None and task.status not in ENDED and not stage.held_up(ref):
                self._start(ref)  # under way: it has its worker already
        stage.settle()
        self._consider(stage.world.tasks)
        while self._fill():
            pass
        stuck = tuple(ref for ref, task in stage.world.tasks.items() if task.status not in ENDED)
        return Played(slots=tuple(self._slots.values()), stuck=stuck, opened=stage.opened, skipped=tuple(self._skipped))

    def _consider(self, refs: Iterable[str]) -> None:
        """Line up those that are free; what is not wanted is skipped, and frees others."""
        look = list(refs)
        while look:
            ref = look.pop()
            if ref not in self.stage.world.tasks or ref in self._lined or not self.stage.free(ref):
                continue
            if not self._barriers.passed(ref):
                continue
            self._lined.add(ref)
            task = self.stage.world.tasks[ref]
            if self.stage.unwanted(task):
                self._skipped.append(ref)
                look += self._end(ref, Status.SKIPPED)
            else:
                self._line_up(task)

    def _line_up(self, task: Task) -> None:
        human = is_human(self.stage.world, task, self.seat)
        line = f"@{task.spec.owner or SOMEBODY}" if human else queue_of(task.ref)
        kind = (line, queue_of(task.ref), task.spec.first_agent, task.spec.resources, task.spec.files)
        heappush(
            self._groups.setdefault(kind, []),
            (urgency(task, self._chains.get(task.ref, 0), hurried=task.ref in self._hurried), task.ref),
        )
        self._bring_forward(kind)

    def _bring_forward(self, kind: _Kind) -> None:
        """Let the first of a group be looked at, unless something that runs holds all of them up."""
        if self._groups[kind] and kind not in self._held:
            heappush(self._ready.setdefault(kind[0], []), (self._groups[kind][0][0], kind))

    def _fill(self) -> bool:
        """Start what can start, most urgent first, then go on to the next moment; False when there is none."""
        while heads := [(line[0], name) for name, line in self._ready.items() if line and self.workers.free(name)]:
            (key, kind), name = min(heads)
            heappop(self._ready[name])
            group = self._groups[kind]
            if kind in self._held or not group or group[0][0] != key:
                continue
            ref = group[0][1]
            on, _ = conflicting(self.stage.world, self.stage.world.tasks[ref], self.stage.world.at, self.seat)
            if on:
                self._held[kind] = on[0]
                self._behind.setdefault(on[0], []).append(kind)
            else:
                heappop(group)
                self._start(ref, name)
                self._bring_forward(kind)
        return self._advance()

    def _start(self, ref: str, line: str = "") -> None:
        self._lined.add(ref)
        worker = self.workers.take(line or queue_of(ref), ref)
        start = self.stage.time
        end = start + max(0, self.duration(self.stage.world.tasks[ref]))
        self.stage.begin(ref, str(worker))
        self._slots[ref] = Slot(task=ref, worker=worker, start=start, end=end)
        heappush(self._running, (end, len(self._slots), ref))

    def _advance(self) -> bool:
        due = [*self._moments[:1], *(end for end, _, _ in self._running[:1])]
        if not due:
            return False
        time = min(due)
        by_time = bool(self._moments) and self._moments[0] <= time
        freed = self.stage.at(time) if by_time else self.stage.pass_to(time)
        if by_time:
            self._moments.pop(0)
        while self._running and self._running[0][0] <= time:
            _, _, ref = heappop(self._running)
            self.workers.give_back(ref)
            freed += self._end(ref, Status.COMPLETED)
            for kind in self._behind.pop(ref, ()):
                del self._held[kind]
                self._bring_forward(kind)
        self._consider(freed)
        return True

    def _end(self, ref: str, status: Status) -> list[str]:
        return [*self.stage.end(ref, status), *self._barriers.end(ref)]


class _Barriers:
    """Tiers as walls: nothing of a tier starts before all of the tiers below have ended."""

    def __init__(self, stage: Stage, tiers: Mapping[str, int]) -> None:
        self._tiers = tiers
        self._left: dict[int, int] = {}
        self._members: dict[int, list[str]] = {}
        for ref, task in stage.world.tasks.items():
            if ref in tiers and task.status not in ENDED:
                self._left[tiers[ref]] = self._left.get(tiers[ref], 0) + 1
                self._members.setdefault(tiers[ref], []).append(ref)

    def passed(self, ref: str) -> bool:
        """Say whether no lower tier holds the task up."""
        return ref not in self._tiers or not self._left or self._tiers[ref] <= min(self._left)

    def end(self, ref: str) -> list[str]:
        """Count a task as ended; give those whose wall is gone."""
        tier = self._tiers.get(ref)
        if tier is None or tier not in self._left:
            return []
        self._left[tier] -= 1
        if self._left[tier]:
            return []
        del self._left[tier]
        return self._members[min(self._left)] if self._left else []
