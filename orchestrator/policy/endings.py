"""How an attempt comes to its end without landing, and what becomes of its task and lane. Pure; a rule each."""

from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.verdicts import Finding
from orchestrator.model.world import Attempt, Step, Task, World
from orchestrator.policy.limits import backoff_ms, exhausted, max_iterations, used_iterations
from orchestrator.policy.seat import Seat


def ended(
    task: Task,
    attempt: Attempt,
    reason: str,
    *,
    findings: tuple[Finding, ...] = (),
    carry: tuple[str, str] = ("", ""),
) -> e.AttemptEnded:
    """End the attempt; `carry` is the commit the next one starts from, and what that is based on."""
    commit, base = carry
    return e.AttemptEnded(
        task=task.ref,
        attempt=attempt.number,
        reason=reason,
        findings=findings,
        carry=commit,
        carry_base=base if commit else "",
    )


def clears(world: World, task: Task, *, called: bool = False) -> tuple[e.Event, ...]:
    """Note that a faulty lane works again: an effect succeeded that is not simply done anew at every probe.

    It may be another task's: what works for one works for all. But an agent that was `called` shows nothing of a judge.
    """
    queue = world.queues[queue_of(task.ref)]
    if queue.park is None or queue.park.code != "fault" or (called and queue.park.judging):
        return ()
    return (e.LaneResumed(queue=queue.name, because="the fault has cleared"),)


def fault(world: World, task: Task, attempt: Attempt, text: str, now: int) -> tuple[e.Event, ...]:
    """Park the lane until the next probe and give the task back; an agent that never started consumed nothing."""
    queue = world.queues[queue_of(task.ref)]
    probes = queue.park.probes if queue.park is not None and queue.park.code == "fault" else 0
    judged = {
        Step.VERIFY: attempt.tree,
        Step.REVERIFY: attempt.proposal_tree,
        Step.DOUBT: attempt.proposal_tree,
    }
    parked = e.LaneParked(
        queue=queue.name,
        code="fault",
        text=text,
        until=now + backoff_ms(probes),
        task=task.ref,
        attempt=attempt.number,
        iteration=attempt.iteration if attempt.step in {Step.AGENT, *judged} else 0,
        tree=judged.get(attempt.step, ""),
    )
    return (parked, e.TaskReleased(task=task.ref, reason="fault"))


def exhausts(world: World, task: Task, seat: Seat, findings: tuple[Finding, ...]) -> tuple[e.Event, ...]:
    """Fail the task if its iterations are used up."""
    limit = max_iterations(world, task, seat)
    if used_iterations(world, task) < limit:
        return ()
    return (e.TaskFailed(task=task.ref, reason=exhausted(task.ref, limit, findings)),)


def blocked(
    world: World, task: Task, attempt: Attempt, seat: Seat, findings: tuple[Finding, ...]
) -> tuple[e.Event, ...]:
    """Leave it to a person; where none will come, take the work back and try again while iterations are left."""
    if not seat.scope.interactive and used_iterations(world, task) < max_iterations(world, task, seat):
        return (ended(task, attempt, "blocked and reverted (--non-interactive)", findings=findings),)
    first = findings[0] if findings else None
    what = (
        f"{first.path}: {first.message}" if first and first.path else first.message if first else "a check blocked it"
    )
    return (e.TaskBlocked(task=task.ref, reason=what, findings=findings),)
