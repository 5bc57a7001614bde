"""The simple rules that the line-up makes quick: ask every task, most urgent first. Slow, obvious, kept to compare."""

from collections.abc import Callable, Mapping

from orchestrator.model.specs import ENDED, Status
from orchestrator.model.truth import dependency_met
from orchestrator.model.world import Step, Task, World
from orchestrator.policy.agenda import urgency
from orchestrator.policy.budgets import run_over
from orchestrator.policy.chains import chains
from orchestrator.policy.claiming import startable
from orchestrator.policy.gates import wants_a_look
from orchestrator.policy.holds import conflicting, foreseen
from orchestrator.policy.limits import is_human, is_unwanted
from orchestrator.policy.plan_stage import Stage
from orchestrator.policy.reasons import Code, reason_for
from orchestrator.policy.seat import Seat, free_slot

Line = tuple[str, str, int, int]
"""A task's place in a schedule: its ref, who does it, from when to when."""


def next_claim(world: World, now: int, seat: Seat) -> str | None:
    """Name the task that is to be claimed next."""
    lengths, yields = chains(world, seat)
    tasks = sorted(world.tasks.values(), key=lambda task: urgency(world, task, lengths[task.ref]))
    able = [task for task in tasks if _may_start(world, task, now, seat)]
    able = [task for task in able if not _yields(world, task, yields, now, seat)]
    if not able:
        return None
    equals = [task for task in able if task.spec.priority == able[0].spec.priority]
    return next((task.ref for task in equals if not foreseen(world, task, seat)[0]), able[0].ref)


def _may_start(world: World, task: Task, now: int, seat: Seat) -> bool:
    queue = task.ref.partition("/")[0]
    if task.status is not Status.PENDING or not seat.serves(task.ref):
        return False
    if is_human(world, task, seat) or wants_a_look(world, task):
        return False
    if free_slot(world, queue, seat) is None or not startable(world, queue, now, seat):
        return False
    needs_agent = task.attempt is None or task.attempt.step in {Step.PREPARE, Step.START}
    fresh = task.attempt is None and not task.attempts
    if needs_agent and (run_over(seat, now) is not None or (fresh and seat.sated())):
        return False
    reason = reason_for(world, task, now, seat, probe=True)
    return reason is not None and reason.code is Code.READY


def _yields(world: World, task: Task, yields: Mapping[str, tuple[str, ...]], now: int, seat: Seat) -> bool:
    """Say whether it lets another go first, now or on record."""
    if task.attempt is not None or task.attempts:
        return False
    return any(seat.serves(ref) and _comes(world, task, ref, now) for ref in yields.get(task.ref, ()))


def _comes(world: World, task: Task, ref: str, now: int) -> bool:
    other, queue = world.tasks[ref], world.queues[ref.partition("/")[0]]
    if other.status is not Status.PENDING or queue.locked or queue.paused or queue.park is not None:
        return False
    needs = [name for name in other.spec.dependencies if not dependency_met(world, name)]
    claims = [world.tasks[name].claim if name in world.tasks else None for name in needs]
    ends = [
        claim.since + world.tasks[name].spec.estimate_s * 1000
        for name, claim in zip(needs, claims, strict=True)
        if claim is not None
    ]
    limit = task.yields[ref].until if ref in task.yields else max(ends, default=0)
    return bool(needs) and len(ends) == len(needs) and limit > now


def schedule(world: World, seat: Seat, now: int, duration: Callable[[Task], int], total: int | None) -> list[Line]:
    """Play a plan: at every moment the most urgent task of all that may start is started, until none may."""
    return Schedule(world, seat, now, duration, total).played()


class Schedule:
    """One playing, with no index."""

    def __init__(self, world: World, seat: Seat, now: int, duration: Callable[[Task], int], total: int | None) -> None:
        self.stage, self.chains = Stage(world, now, seat.settings), chains(world, seat, total)
        self.seat, self.duration, self.total = seat, duration, total
        self.tasks = self.stage.world.tasks
        self.running: dict[str, int] = {}
        self.done: list[Line] = []

    def played(self) -> list[Line]:
        for task in self.tasks.values():
            if task.attempt is not None and task.status not in ENDED:
                self.start(task)
        self.stage.settle()
        moments = self.stage.moments()
        while True:
            while self.skip():
                pass
            ready = [
                task for task in self.tasks.values() if self.able(task) and not is_unwanted(self.stage.world, task)
            ]
            if ready:
                self.start(min(ready, key=lambda task: urgency(self.stage.world, task, self.chains.lengths[task.ref])))
                continue
            later = [*(at for at in moments if at > self.stage.time), *self.running.values()]
            if not later:
                return self.done
            self.pass_to(min(later))

    def start(self, task: Task) -> None:
        end = self.running[task.ref] = self.stage.time + self.duration(task)
        self.done.append((task.ref, self.lane(task), self.stage.time, end))
        self.stage.begin(task.ref, "w")

    def pass_to(self, time: int) -> None:
        self.stage.at(time)
        for ref in [ref for ref, end in self.running.items() if end <= time]:
            del self.running[ref]
            self.stage.end(ref, Status.COMPLETED)

    def lane(self, task: Task) -> str:
        if is_human(self.stage.world, task, self.seat):
            return f"@{task.spec.owner or 'human'}"
        return task.ref.partition("/")[0] if self.total is None else ""

    def room(self, name: str) -> bool:
        busy = sum(self.lane(self.tasks[ref]) == name for ref in self.running)
        if name.startswith("@"):
            return not busy
        return busy < (self.total if self.total is not None else self.seat.settings.queues[name].workers)

    def able(self, task: Task) -> bool:
        world, free = self.stage.world, self.stage.free(task.ref) and self.room(self.lane(task))
        if not free or conflicting(world, task, world.at, self.seat) is not None:
            return False
        others = self.chains.yields.get(task.ref, ())
        late = task.attempt is not None or task.attempts > 0
        return late or not any(_comes(world, task, ref, world.at) for ref in others)

    def unwanted(self, task: Task) -> bool:
        return is_unwanted(self.stage.world, task)

    def skip(self) -> bool:
        unwanted = (
            task for task in self.tasks.values() if self.stage.free(task.ref) and is_unwanted(self.stage.world, task)
        )
        first = next(unwanted, None)
        if first is not None:
            self.stage.end(first.ref, Status.SKIPPED)
        return first is not None
