"""What a task gets where it does not say so itself: its agent, its checks, its promise, its iterations. Pure."""

from orchestrator.errors import InvalidInputError
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import Settings
from orchestrator.model.truth import holds
from orchestrator.model.verdicts import Finding
from orchestrator.model.world import PendingAction, Step, Task, World
from orchestrator.policy.seat import Seat
from orchestrator.policy.staffing import Staffed, is_person, staff


def _names(world: World, task: Task, settings: Settings) -> tuple[str | None, str | None]:
    name = queue_of(task.ref)
    queue = settings.queues.get(name)
    return task.spec.first_agent, world.queues[name].spec.agent or (queue.agent if queue else None)


def staffed(world: World, task: Task, seat: Seat) -> Staffed:
    """Say who works on the task: its own agent or role, else its queue's, else the project's; nobody is `""`."""
    own, queues = _names(world, task, seat.settings)
    try:
        return staff(seat.settings, queues, own, seat.scope.agent, seat.installed)
    except InvalidInputError as error:
        return Staffed(agent="", warning=str(error))


SOMEBODY = "human"
"""Who does a person's task that names nobody."""


def is_human(world: World, task: Task, seat: Seat) -> bool:
    """Say whether a person does the task."""
    return is_person(staffed(world, task, seat).agent)


def max_iterations(world: World, task: Task, seat: Seat) -> int:
    """Give how many iterations the task may use, over all attempts, until someone grants them anew."""
    spec = task.spec
    own: int | None = spec.max_iterations
    if own is not None:
        return own
    role: int | None = staffed(world, task, seat).max_iterations
    queue: int | None = world.queues[queue_of(task.ref)].spec.max_iterations
    return role or queue or seat.settings.max_iterations


def used_iterations(world: World, task: Task) -> int:
    """Count the iterations used since they were last granted, of all attempts side by side."""
    own = world.tasks[task.ref]
    return own.iterations - own.granted_at


def exhausted(ref: str, limit: int, findings: tuple[Finding, ...]) -> str:
    """Say that a task has used what it was granted, what was found last, and what to do."""
    last = f": {findings[0].message}" if findings else ""
    return f"{limit} iterations used and not landed{last}; `orchestrator retry {ref}` grants them anew"


def promise(world: World, task: Task) -> str | None:
    """Give the word the agent claims completion with, or None: then a clean exit claims."""
    return task.spec.completion_promise or world.queues[queue_of(task.ref)].spec.completion_promise


def checks(world: World, task: Task, settings: Settings) -> tuple[str, ...]:
    """Name the task's checks: its own, else its queue's, else every check defined plus `honest`; and its hand-off's."""
    own = task.spec.checks
    found = own if own is not None else queue_checks(world, queue_of(task.ref), settings)
    return tuple(dict.fromkeys((*found, *task.spec.handoff)))


def queue_checks(world: World, name: str, settings: Settings) -> tuple[str, ...]:
    """Name the checks of a queue's tasks that have none of their own."""
    queue = settings.queues.get(name)
    own = world.queues[name].spec.checks if name in world.queues else None
    if own is None and queue is not None:
        own = queue.checks
    if own is not None:
        return own
    defined = tuple(settings.checks)
    return defined if "honest" in defined else (*defined, "honest")


def repository(world: World, task: Task, settings: Settings) -> str:
    """Name the repository the task works in, empty for the project's own."""
    name = queue_of(task.ref)
    own = settings.queues.get(name)
    return world.queues[name].spec.repo or (own.repo if own else None) or ""


def backoff_ms(probes: int) -> int:
    """Give the wait before the next look at a fault: 1, 2, 4, ... at most 60 seconds."""
    return min(60, 1 << min(probes, 6)) * 1000


def retry_at(action: PendingAction) -> int:
    """Give the moment a trigger's failed command is tried again: 10, 20, 40, ... at most 300 seconds later."""
    return action.since + min(300, 5 << min(action.tries, 6)) * 1000


def is_fresh(task: Task) -> bool:
    """Say whether nothing was ever begun of a task: then it is like all that want the same."""
    return task.attempt is None and not task.attempts


def is_unwanted(world: World, task: Task) -> bool:
    """Say whether a task's `when` is false now: it would be skipped as it is claimed."""
    return task.spec.when is not None and not task.attempts and not holds(world, task.spec.when)


def notice_ends(task: Task) -> int:
    """Give the moment (milliseconds) the task's notice is over; 0 where it has none, or has begun.

    It runs from its announcement; until there is one, from when the task was added.
    """
    if not task.spec.notice_s or task.attempts:
        return 0
    return (task.announced or task.added_at) + task.spec.notice_s * 1000


def earliest(task: Task) -> int:
    """Give the moment (milliseconds) before which the task may not start; 0 where there is none."""
    return max(task.spec.start or 0, task.not_before, notice_ends(task))


def lands(world: World, task: Task) -> bool:
    """Say whether the target may be moving to this task's work now: to let go of it would forget what landed."""
    attempt, train = task.attempt, world.train_of(task.ref)
    if task.claim is None or attempt is None or attempt.step is not Step.ADVANCE:
        return False
    return train is None or attempt.onto == train.head
