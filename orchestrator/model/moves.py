"""The small moves a task makes when an event says so, shared by the halves of the fold. Only the fold calls them."""

from orchestrator.model.ids import lane_key, queue_of
from orchestrator.model.specs import Status
from orchestrator.model.world import Attempt, Step, Task, World


def under_way(world: World, ref: str, attempt: int) -> tuple[Task, Attempt] | None:
    """Find the task and its attempt, if that is the one under way."""
    task = world.lane(ref, attempt)
    return (task, task.attempt) if task is not None and task.attempt is not None else None


def move(world: World, task: Task, status: Status) -> None:
    """Change the status; whatever is not in progress is nobody's."""
    task.status, task.since, task.reported = status, world.at, True
    task.statuses.append((world.seq, status))
    if status is not Status.IN_PROGRESS:
        let_go(world, task)
        drop_rivals(world, task)
    world.touched[task.ref] = None


def let_go(world: World, task: Task) -> None:
    """Take the claim away."""
    task.claim = None
    world.claims.pop(task.ref, None)


def drop_rivals(world: World, task: Task) -> None:
    """Forget the attempts beside the task's own."""
    for number in task.rivals:
        world.claims.pop(lane_key(task.ref, number), None)
    task.rivals = {}


def step(world: World, task: Task, attempt: Attempt, wanted: Step) -> None:
    """Let the attempt need this next."""
    attempt.step, attempt.since = wanted, world.at
    task.reported = True
    world.touched[task.ref] = None


def unlook(world: World, task: Task) -> None:
    """Forget what was seen of the task's target where its `when` has to be decided: somebody must look anew."""
    if task.spec.when is not None:
        world.heads.pop(queue_of(task.ref), None)


def leave_train(world: World, ref: str) -> None:
    """Take the task out of the line it is in."""
    if (train := world.train_of(ref)) is not None:
        train.members.remove(ref)
