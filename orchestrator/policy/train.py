"""The train: who is in a target's line, on what each stands, who may join. Pure; the one home of these rules.

Theory of operation
- Verified work joins the line at its end. Each member is merged onto the proposal of the one before it, the first onto
  the target's head, and all are verified at the same time, each against what it stands on. They land in order.
- Nothing here is remembered: where a member stands follows from the journal. `due` compares what it stands on with
  what it ought to stand on; where they differ it is merged anew, and an unchanged merge has its verdict already.

Rules
1. One line a target, shared by all processes. Each process builds, verifies and lands its own members; the line's order
   and membership are facts of the journal.
2. The order is that of boarding: the most urgent verified work first, never before work it depends on, then what has
   waited longest.
3. At most `window` are in the line; who touches a protected path is alone in it.
4. Only the first lands, and only a commit whose tree has passed on exactly what it stands on.
5. A member that is red, or conflicts, behind others is in doubt: it may be their fault. Nobody stands on one in doubt.
   When what it stands on has landed the fault is its own and it leaves; when that is gone it is merged anew.
6. A member whose worker is dead is passed over, until somebody takes it over.
"""

from functools import lru_cache

import msgspec

from orchestrator.model.fold_train import FIRST_WINDOW
from orchestrator.model.ids import queue_of
from orchestrator.model.train import Train
from orchestrator.model.world import LANDING, Attempt, Step, Task, World
from orchestrator.policy.protected import is_protected
from orchestrator.policy.seat import Seat


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a member belongs: behind the task `behind` (empty: it is first), on the commit `tip`.

    `tip` is None while what comes before has no proposal yet. `stands`: its own proposal is built on that very commit.
    """

    behind: str
    tip: str | None
    stands: bool

    @property
    def first(self) -> bool:
        """Say whether nothing has to land before it."""
        return not self.behind and self.tip is not None


def target_of(ref: str, seat: Seat) -> str:
    """Name the target a task lands on; empty for a queue this process does not know."""
    return seat.targets.get(queue_of(ref), "")


def line(world: World, seat: Seat, target: str) -> list[tuple[Task, Attempt]]:
    """List the members whose workers live, in the order in which they are to land."""
    train = world.trains.get(target)
    members = train.members if train is not None else []
    living = (world.tasks[ref] for ref in members if ref in world.claims and seat.alive(world.claims[ref]))
    return [(task, task.attempt) for task in living if task.attempt is not None]


def place_of(world: World, seat: Seat, ref: str) -> Place | None:
    """Say where a task belongs in its target's line; None when it is not in it."""
    return places(world, seat, target_of(ref, seat)).get(ref)


def places(world: World, seat: Seat, target: str) -> dict[str, Place]:
    """Say where each member whose worker lives belongs, in the order in which they are to land."""
    found: dict[str, Place] = {}
    train = world.trains.get(target, Train())
    behind, tip, solid = "", train.head, {train.head}
    ready = True
    for task, attempt in line(world, seat, target):
        doubted = attempt.step is Step.DOUBT and attempt.onto in solid
        stands = ready and attempt.step in {Step.REVERIFY, Step.ADVANCE} and attempt.onto == tip
        found[task.ref] = Place(behind=behind, tip=tip if ready else None, stands=stands or doubted)
        if not doubted:
            behind, tip, ready = task.ref, attempt.proposal, stands
        if stands:
            solid.add(tip)
    return found


def may_land(attempt: Attempt, place: Place) -> bool:
    """Say whether the target may move to this member's proposal now."""
    passed = (attempt.proposal_tree, attempt.onto) in attempt.passed
    return place.first and place.stands and attempt.step is Step.ADVANCE and passed


def is_proved(world: World, seat: Seat, task: Task, onto: str) -> bool:
    """Say whether what is wrong with the task on `onto` is its own fault: that commit is the target's head."""
    train = world.trains.get(target_of(task.ref, seat))
    return train is not None and task.ref in train.members and onto == train.head


def may_board(world: World, seat: Seat, task: Task) -> bool:
    """Say whether this verified task is the next to join its target's line, and whether there is room."""
    target = target_of(task.ref, seat)
    train = world.trains.get(target)
    if train is not None and task.ref in train.members:
        return False
    members = line(world, seat, target)
    if members and (len(members) >= window(train, seat) or any(map(is_alone, (task, *(t for t, _ in members))))):
        return False
    return next(iter(waiting(world, seat, target)), None) is task


def window(train: Train | None, seat: Seat) -> int:
    """Say how many may be in the line now."""
    limit = max(1, seat.settings.train_window)
    return min(limit, train.window if train is not None and train.limit else FIRST_WINDOW)


def is_alone(task: Task) -> bool:
    """Say whether the work touches what steers the project: such work is never tried together with other work."""
    return _steers(task.files)


@lru_cache(maxsize=256)
def _steers(files: tuple[str, ...]) -> bool:
    return any(is_protected(path) for path in files)


def waiting(world: World, seat: Seat, target: str) -> list[Task]:
    """List the verified tasks that wait for a place in the line, the next one first."""
    train = world.trains.get(target)
    aboard = train.members if train is not None else []
    claimed = (ref for ref in world.claims if ref in world.tasks and ref not in aboard)
    found = {ref: world.tasks[ref] for ref in claimed if _waits(world, seat, ref, target)}
    return sorted(found.values(), key=lambda task: _urgency(world, task, found))


def _waits(world: World, seat: Seat, ref: str, target: str) -> bool:
    attempt = world.tasks[ref].attempt
    ready = attempt is not None and attempt.step in LANDING
    return ready and seat.alive(world.claims[ref]) and target_of(ref, seat) == target


def _urgency(world: World, task: Task, others: dict[str, Task]) -> tuple[bool, int, int, int, str]:
    behind = any(name in others for name in task.spec.dependencies)
    lane = world.queues[queue_of(task.ref)].spec.priority
    return behind, task.spec.priority, lane, task.attempt.since if task.attempt else 0, task.ref
