"""A person who sits in a task's folder: who has it, and what everybody else leaves alone meanwhile. Pure.

Rules
1. A hold is as alive as the process that keeps it: one that is gone has let go, whatever the journal says.
2. Who works on a held task gives it back at the boundary of an iteration, and nobody claims it while it is held. What
   a worker that is gone left is released at once; what a live one runs only if the person asked for it now.
3. What would end the attempt is refused while somebody sits in its folder.
"""

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.specs import Status
from orchestrator.model.world import LANDING, Hold, Task
from orchestrator.policy.decide import Answer
from orchestrator.policy.seat import Seat


def holder(task: Task, seat: Seat) -> Hold | None:
    """Give who sits in the task's folder now."""
    return task.held if task.held is not None and seat.alive(task.held.worker) else None


def attach(task: Task, ask: c.Attach, seat: Seat) -> Answer:
    """Let a person have the task's folder, or say why not; asked again, let go of what its worker no longer holds."""
    attempt, held = task.attempt, holder(task, seat)
    ours = held is not None and held.worker == ask.worker
    if held is not None and not ours:
        return c.Refusal(f"{held.by} is attached to {task.ref} already; one at a time")
    if attempt is None:
        if task.status is Status.COMPLETED:
            return c.Refusal(f"{task.ref} is completed: its work has landed and its folder is gone")
        return c.Refusal(f"{task.ref} has no folder yet; `orchestrator run --task {task.ref}` begins it")
    if attempt.step in LANDING:
        return c.Refusal(f"{task.ref} is verified and on its way to land; ask again if it comes back")
    taken = e.TaskAttached(task=task.ref, attempt=attempt.number, by=ask.by, worker=ask.worker, now=ask.now)
    events: tuple[e.Event, ...] = () if ours else (taken,)
    if task.claim is None or (seat.alive(task.claim.worker) and not ask.now):
        return events
    return (*events, e.TaskReleased(task=task.ref, reason=f"{ask.by} attached"))


def detach(task: Task, ask: c.Detach) -> Answer:
    """Take the folder back from the person who has it; anyone else's is not theirs to give."""
    if task.held is None or task.held.worker != ask.worker:
        return ()
    return (e.TaskDetached(task=task.ref, by=task.held.by, seconds=ask.seconds, note=ask.note),)


def in_the_way(task: Task, seat: Seat) -> c.Refusal | None:
    """Refuse what would take the folder from under somebody."""
    held = holder(task, seat)
    if held is None:
        return None
    return c.Refusal(f"{held.by} is attached to {task.ref}; ask again when they have left it")
