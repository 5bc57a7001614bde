"""Where one process sits: who it is, what it serves, what it may still spend. Argument of every choice; pure."""

from collections.abc import Mapping
from datetime import UTC, tzinfo

import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.specs import QueueSpec, Status
from orchestrator.model.world import Task, World


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """One process at one moment. `peers` are all live processes and the queues they serve (None: all), itself too."""

    me: str
    scope: Scope
    settings: Settings
    peers: Mapping[str, tuple[str, ...] | None]
    targets: Mapping[str, str]
    """Queue -> the target its work lands on."""
    installed: tuple[str, ...] = ()
    sandbox: str = "L0"
    since: int = 0
    """When this process sat down (milliseconds): its patience with a fault begins then at the earliest."""
    used: int = 0
    """Iterations this process has started."""
    micros: int = 0
    """Millionths of a USD that agents' calls cost whose end this process has recorded."""
    tokens: int = 0
    taken: int = 0
    """Tasks this process has claimed anew."""
    only: frozenset[str] | None = None
    """The tasks that `scope.until` needs; None: all."""
    zone: tzinfo = UTC
    """Where the machine's clock is read, for hours that name no zone."""
    draining: bool = False
    full: bool = False
    """The disk is: nothing new starts until there is room."""

    def serves(self, ref: str) -> bool:
        """Say whether a task is this process's to do."""
        return self.scope.holds(ref) and (self.only is None or ref in self.only)

    def alive(self, worker: str) -> bool:
        """Say whether a worker's process lives."""
        return worker in self.peers

    def sated(self) -> bool:
        """Say whether this process may claim no further task."""
        return self.scope.max_tasks is not None and self.taken >= self.scope.max_tasks


def repository_of(settings: Settings, spec: QueueSpec) -> tuple[str, str]:
    """Name the repository and the base branch a queue works on; empty: the project's own, and what is checked out."""
    own = settings.queues.get(spec.name)
    name = spec.repo or (own.repo if own else None) or ""
    repo = settings.repos.get(name)
    return name, (own.base if own else None) or (repo.base if repo else None) or settings.base or ""


def mine(world: World, seat: Seat) -> tuple[str, ...]:
    """List the tasks this process has claimed."""
    return tuple(ref for ref, worker in world.claims.items() if worker == seat.me)


def running(world: World, ref: str, seat: Seat) -> bool:
    """Say whether a live process works on the task."""
    worker = world.claims.get(ref)
    return worker is not None and seat.alive(worker) and world.tasks[ref].status is Status.IN_PROGRESS


def in_all(world: World, seat: Seat) -> int | None:
    """Give how many tasks this process works on at once in all; None: each queue has its own number.

    Of what the process was started with and what somebody has set, the later word counts.
    """
    own = seat.scope.workers
    return own if world.workers is None or (own is not None and world.workers_since < seat.since) else world.workers


def of_queue(world: World, queue: str, settings: Settings) -> int:
    """Give how many tasks of a queue a run works on at once, where no number in all is said."""
    known = world.queues.get(queue)
    if known is not None and known.workers is not None:
        return known.workers
    return settings.queues[queue].workers if queue in settings.queues else 1


def spare(world: World, queue: str, seat: Seat) -> bool:
    """Say whether this process has a worker to spare for the queue."""
    return not _full(world, queue, seat, mine(world, seat))


def surplus(world: World, task: Task, seat: Seat) -> str:
    """Say why a task of this process must wait: it has fewer workers than tasks, and what was claimed first goes on."""
    claim = task.claim
    held = ((key, world.claimed(key).claim) for key in mine(world, seat))
    first = tuple(key for key, its in held if its is not None and claim is not None and its.fence < claim.fence)
    return _full(world, queue_of(task.ref), seat, first)


def _full(world: World, queue: str, seat: Seat, own: tuple[str, ...]) -> str:
    """Say what keeps a process that works on these tasks from one more of a queue; empty where nothing does."""
    total = in_all(world, seat)
    if total is not None and len(own) >= total:
        return f"fewer workers: {total} at once in all"
    if total is not None and world.queues[queue].workers is None:
        return ""
    limit = of_queue(world, queue, seat.settings)
    few = sum(queue_of(ref) == queue for ref in own) < limit
    return "" if few else f"fewer workers: {limit} of queue {queue} at once"


def free_slot(world: World, queue: str, seat: Seat) -> int | None:
    """Give the lowest slot number of the queue nobody holds, or None when this process has no worker to spare."""
    if not spare(world, queue, seat):
        return None
    claims = (world.claimed(key).claim for key in world.claims if key.startswith(f"{queue}/"))
    taken = {claim.slot for claim in claims if claim is not None}
    return next(slot for slot in range(1, len(taken) + 2) if slot not in taken)
