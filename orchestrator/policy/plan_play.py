"""Plays a plan: who does what when, in the order in which tasks are really claimed. Pure.

Tasks start in the agenda's order of urgency, as soon as a worker is free and nothing that runs conflicts with them; a
task takes as long as it is said to. The same player serves the plan (estimates) and the forecast (drawn durations).
"""

from bisect import insort
from collections.abc import Callable, Hashable, Iterable, Mapping
from heapq import heappop, heappush
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import ENDED, Status
from orchestrator.model.world import Task, World
from orchestrator.policy.agenda import urgency
from orchestrator.policy.catchup import hurried
from orchestrator.policy.chains import Chains, chains
from orchestrator.policy.limits import SOMEBODY, is_human, is_unwanted
from orchestrator.policy.lineup import Cause, Key, Kind, Lineup, Word
from orchestrator.policy.plan_stage import Stage
from orchestrator.policy.seat import Seat, of_queue
from orchestrator.policy.taking import Taken

Duration = Callable[[Task], int]
"""Seconds a task takes, from its start to its landing."""
_ALL = ""


class Slot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One task's place in the schedule, in seconds from now. `worker` is a number, or a person's name.

    `yielded`: whom it let go first, though it could start.
    """

    task: str
    worker: int | str
    start: int
    end: int
    yielded: tuple[str, ...] = ()


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


class Player:
    """Plays everything that is open from `now` (milliseconds), as often as is wanted.

    What is urgent is what is with `workers` in all, else as configured, however many then play.
    """

    def __init__(self, world: World, seat: Seat, now: int, workers: int | None = None) -> None:
        self._world, self._seat, self._now = world, seat, now
        self._chains = chains(world, seat, workers)
        self._entries: dict[int | None, dict[str, _Entry]] = {}
        """Number of workers -> the entries of tasks: the same however often it is played."""

    def play(
        self, duration: Duration, *, workers: int | None = None, tiers: Mapping[str, int] = MappingProxyType({})
    ) -> Played:
        """Play once. `workers` is how many in all, else as configured.

        With `tiers`, a task also waits until every task of lower tiers has ended: what barriers would cost.
        """
        stage = Stage(self._world, self._now, self._seat.settings)
        chained = Chains(self._chains.lengths, {}) if tiers else self._chains
        entries = self._entries.setdefault(workers, {})
        return _Play(stage, chained, _Workers(stage.world, self._seat, workers), duration, tiers, entries).run()


class _Entry(NamedTuple):
    """How a task stands in the line-up."""

    lane: str
    kind: Kind
    key: Key


def play(world: World, seat: Seat, now: int, duration: Duration, *, workers: int | None = None) -> Played:
    """Play once."""
    return Player(world, seat, now, workers).play(duration, workers=workers)


class _Workers:
    """Who is free: so many in all, or so many a queue; and every person once."""

    def __init__(self, world: World, seat: Seat, total: int | None) -> None:
        self._world, self.seat = world, seat
        self._total = world.workers if total is None else total
        self._places = {name: of_queue(world, name, seat.settings) for name in world.queues}
        self._lanes: dict[tuple[str, str | None, str], str] = {}
        self._busy: dict[str, tuple[str, int | str]] = {}
        self._used: dict[str, int] = {}
        self._people = 0
        self._numbers: list[int] = []
        self._next = 1

    def lane(self, task: Task) -> str:
        """Name whom a task waits for: a person (`@NAME`), its queue's workers, or all of them (empty)."""
        queue = queue_of(task.ref)
        names = queue, task.spec.first_agent, task.spec.owner
        found = self._lanes.get(names)
        if found is None:
            human = is_human(self._world, task, self.seat)
            shared = self._total is not None and self._world.queues[queue].workers is None
            found = f"@{task.spec.owner or SOMEBODY}" if human else _ALL if shared else queue
            self._lanes[names] = found
        return found

    def free(self, lane: Hashable) -> bool:
        """Say whether somebody of a lane is free."""
        name = str(lane)
        if self._total is not None and not name.startswith("@") and len(self._busy) - self._people >= self._total:
            return False
        return name == _ALL or self._used.get(name, 0) < self._places.get(name, 1)

    def take(self, lane: str, ref: str) -> int | str:
        """Take one; tasks already under way are taken whatever the limit."""
        self._used[lane] = self._used.get(lane, 0) + 1
        worker: int | str = lane[1:] if lane.startswith("@") else self._number()
        self._people += isinstance(worker, str)
        self._busy[ref] = (lane, worker)
        return worker

    def give_back(self, ref: str) -> None:
        """Let the one who did a task be free again."""
        lane, worker = self._busy.pop(ref)
        self._used[lane] -= 1
        if isinstance(worker, int):
            heappush(self._numbers, worker)
        else:
            self._people -= 1

    def _number(self) -> int:
        if self._numbers:
            return heappop(self._numbers)
        self._next += 1
        return self._next - 1


class _Play:
    """One playing."""

    def __init__(
        self,
        stage: Stage,
        chained: Chains,
        workers: _Workers,
        duration: Duration,
        tiers: Mapping[str, int],
        entries: dict[str, _Entry],
    ) -> None:
        self._entries = entries
        self.stage, self.workers, self.duration = stage, workers, duration
        self._chains, self._hurried = chained, hurried(stage.world)
        self._barriers = _Barriers(stage, tiers)
        self._lineup, self._taken = Lineup(), Taken(stage.world, stage.world.at, workers.seat)
        self._seen: set[str] = set()
        """Tasks that were lined up."""
        self._running: list[tuple[int, int, str]] = []
        self._moments = self.stage.moments()
        self._slots: dict[str, Slot] = {}
        self._let: dict[str, dict[str, None]] = {}
        """Who let whom go first."""
        self._skipped: list[str] = []

    def run(self) -> Played:
        """Play to the end."""
        stage = self.stage
        for task in stage.world.tasks.values():
            if task.attempt is not None and task.status not in ENDED and not stage.held_up(task.ref):
                self._start(task)  # under way: it has its worker already
        stage.settle()
        self._consider(stage.world.tasks)
        self._fill()
        while self._advance():
            self._fill()
        stuck = tuple(ref for ref, task in stage.world.tasks.items() if task.status not in ENDED)
        return Played(slots=tuple(self._slots.values()), stuck=stuck, opened=stage.opened, skipped=tuple(self._skipped))

    def _consider(self, refs: Iterable[str]) -> None:
        """Line up those that are free; what is not wanted is skipped, and frees others."""
        look = list(refs)
        while look:
            ref = look.pop()
            if ref in self._seen or ref not in self.stage.world.tasks or not self._barriers.passed(ref):
                continue
            if not self.stage.free(ref):
                continue
            task = self.stage.world.tasks[ref]
            self._seen.add(ref)
            if is_unwanted(self.stage.world, task):
                self._skipped.append(ref)
                look += self._end(ref, Status.SKIPPED)
            else:
                entry = self._entries.get(ref) or self._entry(task)
                self._lineup.add(entry.key, entry.lane, entry.kind)

    def _entry(self, task: Task) -> _Entry:
        ref, lane = task.ref, self.workers.lane(task)
        alone = ref if ref in self._chains.yields else ""
        kind = (lane, queue_of(ref), task.spec.first_agent, task.spec.resources, task.spec.files, alone)
        key = urgency(self.stage.world, task, self._chains.lengths.get(ref, 0), hurried=ref in self._hurried)
        found = self._entries[ref] = _Entry(lane, kind, key)
        return found

    def _fill(self) -> None:
        """Start what can start, most urgent first."""
        self._lineup.ask(self.workers.free, self._judged)

    def _judged(self, ref: str) -> Word | Cause:
        task = self.stage.world.tasks[ref]
        cause = self._taken.cause(task)
        if cause is not None:
            return cause
        lane = self._entries[ref].lane
        if not self.workers.free(lane):
            return Word.LANE  # of so many in all, those of another queue were the last
        if ref in self._chains.yields and self._yields(ref):
            return Word.NEXT
        self._start(task)
        return Word.TAKEN if self.workers.free(lane) else Word.LAST

    def _yields(self, ref: str) -> bool:
        """Say whether a task lets another go first now; it is asked again when anything ends, or its patience does."""
        found = self.stage.yields(ref, self._chains.yields[ref])
        if found is None:
            return False
        to, until = found
        self._let.setdefault(ref, {})[to] = None
        if until not in self._moments:
            insort(self._moments, until)
        return True

    def _start(self, task: Task) -> None:
        ref, start = task.ref, self.stage.time
        entry = self._entries.get(ref)
        worker = self.workers.take(entry.lane if entry is not None else self.workers.lane(task), ref)
        end = start + max(0, self.duration(task))
        self.stage.begin(ref, str(worker))
        self._taken.take(ref)
        self._slots[ref] = Slot(task=ref, worker=worker, start=start, end=end, yielded=tuple(self._let.get(ref, ())))
        heappush(self._running, (end, len(self._slots), ref))

    def _advance(self) -> bool:
        """Go on to the next moment; False when there is none."""
        if not self._running and not self._moments:
            return False
        by_time = bool(self._moments) and not (self._running and self._running[0][0] < self._moments[0])
        time = self._moments[0] if by_time else self._running[0][0]
        freed = self.stage.at(time) if by_time else self.stage.pass_to(time)
        self._taken.now = self.stage.world.at
        if by_time:
            self._moments.pop(0)
            self._look_again()
        while self._running and self._running[0][0] <= time:
            _, _, ref = heappop(self._running)
            self.workers.give_back(ref)
            for cause in self._taken.give_back(ref):
                self._lineup.free(cause)
            freed += self._end(ref, Status.COMPLETED)
        self._consider(freed)
        return True

    def _look_again(self) -> None:
        """Let those be asked who wait for what time alone has freed: locks that end."""
        for cause in self._lineup.causes():
            if not self._taken.holds(cause):
                self._lineup.free(cause)

    def _end(self, ref: str, status: Status) -> list[str]:
        return self.stage.end(ref, status) + self._barriers.end(ref)


class _Barriers:
    """Tiers as walls: nothing of a tier starts before all of the tiers below have ended."""

    def __init__(self, stage: Stage, tiers: Mapping[str, int]) -> None:
        self._tiers = tiers
        self._left: dict[int, int] = {}
        self._members: dict[int, list[str]] = {}
        """The tasks of each tier that is not behind."""
        for ref, task in stage.world.tasks.items():
            if ref in tiers and task.status not in ENDED:
                self._left[tiers[ref]] = self._left.get(tiers[ref], 0) + 1
                self._members.setdefault(tiers[ref], []).append(ref)
        self._lowest = min(self._left, default=0)

    def passed(self, ref: str) -> bool:
        """Say whether no lower tier holds the task up."""
        return not self._left or ref not in self._tiers or self._tiers[ref] <= self._lowest

    def end(self, ref: str) -> list[str]:
        """Count a task as ended; give those whose wall is gone."""
        tier = self._tiers.get(ref)
        if tier is None or tier not in self._left:
            return []
        self._left[tier] -= 1
        if self._left[tier]:
            return []
        del self._left[tier]
        self._lowest = min(self._left, default=0)
        return self._members[self._lowest] if self._left else []
