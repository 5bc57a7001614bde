"""What follows from what a person asks: asks in, events out, or a refusal that says what to do instead. Pure."""

from typing import assert_never

import msgspec

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.specs import SATISFIES, Status
from orchestrator.model.verdicts import Verdict
from orchestrator.model.world import Step, Task, World
from orchestrator.policy import actions, resources, rollback
from orchestrator.policy.abandoning import given_up
from orchestrator.policy.adding import accept, accept_all, add, add_all, is_known, rings
from orchestrator.policy.decide import Answer
from orchestrator.policy.discovery import discover, record
from orchestrator.policy.humans import done
from orchestrator.policy.ladders import acknowledged
from orchestrator.policy.limits import lands
from orchestrator.policy.rights import objection
from orchestrator.policy.seat import Seat, running
from orchestrator.policy.signing import sign
from orchestrator.policy.talk import answered, rejected
from orchestrator.policy.visits import attach, detach, in_the_way
from orchestrator.policy.workers import staffed

_ACCOUNT = "account:"
_OfTask = c.Retry | c.Skip | c.Cancel | c.Decide | c.Done | c.EditTask | c.AnswerQuestion


def answer(world: World, ask: c.Ask, seat: Seat, now: int = 0) -> Answer:
    """Turn a person's ask into the commit that does it, or say why not; `now` is when they ask (milliseconds)."""
    now = max(now, world.at)
    if refusal := objection(seat.settings, ask):
        return refusal
    return _answer(world, ask, seat, now)


def _answer(world: World, ask: c.Ask, seat: Seat, now: int) -> Answer:
    match ask:
        case c.Pause() | c.Resume():
            return _pause(world, ask, now) if isinstance(ask, c.Pause) else _resume(world, ask)
        case c.Approve() | c.RejectGate() | c.RevokeGate():
            return sign(world, ask, seat, now)
        case c.Acknowledge():
            return acknowledged(world, ask, now, seat)
        case c.DecideRollback() | c.DecideAction():
            return _despite_failure(world, ask, seat)
        case c.Reject():
            return rejected(world, ask)
        case c.SetWorkers():
            return staffed(world, ask, seat)
        case c.LockResource() | c.UnlockResource():
            return resources.asked(world, ask, now, seat.settings)
        case c.AddTask() | c.AddTasks() | c.AcceptProposal() | c.AcceptProposals() | c.Discover() | c.RecordBaseline():
            return _more(world, ask)
        case _:
            return _about(world, ask, seat)


def _more(world: World, ask: c.AskToAdd) -> Answer:
    match ask:
        case c.AddTask():
            return add(world, ask)
        case c.AddTasks():
            return add_all(world, ask.tasks)
        case c.AcceptProposal():
            return accept(world, ask)
        case c.AcceptProposals():
            return accept_all(world, ask)
        case c.Discover():
            return discover(world, ask)
        case c.RecordBaseline():
            return record(world, ask)
        case _:  # pragma: no cover - the union is closed
            assert_never(ask)


def _despite_failure(world: World, ask: c.DecideRollback | c.DecideAction, seat: Seat) -> Answer:
    """Go on with a command that does not succeed."""
    return rollback.decided(world, ask) if isinstance(ask, c.DecideRollback) else actions.decided(world, ask, seat)


def _about(world: World, ask: _OfTask | c.Attach | c.Detach, seat: Seat) -> Answer:
    task = world.tasks.get(ask.task)
    if task is None:
        return c.Refusal(f"there is no task {ask.task}; `orchestrator status` lists them{_near(world, ask.task)}")
    if isinstance(ask, c.Retry | c.Skip | c.Cancel | c.Decide) and (refusal := in_the_way(task, seat)):
        return refusal
    if isinstance(ask, c.Attach | c.Detach):
        return attach(task, ask, seat) if isinstance(ask, c.Attach) else detach(task, ask)
    return _task(world, task, ask, seat)


def _near(world: World, ref: str) -> str:
    wanted = ref.rpartition("/")[2].lower()
    near = [known for known in world.tasks if known.rpartition("/")[2].lower() == wanted]
    return f" (did you mean {' or '.join(near[:3])}?)" if near else ""


def _task(world: World, task: Task, ask: _OfTask, seat: Seat) -> Answer:
    if lands(world, task) and isinstance(ask, c.Retry | c.Skip | c.Cancel):
        return c.Refusal(f"{task.ref} is landing this very moment; ask again when `orchestrator status` shows it done")
    held = rollback.in_the_way(world.queues[queue_of(task.ref)])
    if held and isinstance(ask, c.Retry | c.Skip):
        return c.Refusal(held)
    match ask:
        case c.Retry():
            return _retry(world, task, ask, seat)
        case c.Skip():
            return _skip(world, task, ask, seat)
        case c.Cancel():
            return _cancel(task, ask)
        case c.Decide():
            return _decide(task, ask)
        case c.Done():
            return done(world, task, ask, seat)
        case c.EditTask():
            return _edit(world, task, ask)
        case c.AnswerQuestion():
            return answered(task, ask)
        case _:  # pragma: no cover - the union is closed
            assert_never(ask)


def _pause(world: World, ask: c.Pause, now: int) -> Answer:
    if ask.queue.startswith(_ACCOUNT):
        return c.Refusal("an account is parked by its limits, not by hand; pause the queues whose agents use it")
    queue = world.queues.get(ask.queue)
    if queue is None:
        return _no_queue(world, ask.queue)
    until = ask.until if ask.within_ms is None else now + ask.within_ms
    if until is not None and until <= now:
        return c.Refusal("that moment has passed; name one that comes, or none")
    if queue.paused and queue.rolled_back:
        return () if until is None else c.Refusal(rollback.words_after(queue))
    if queue.paused and until == queue.paused_until:
        return ()
    return (e.QueuePaused(queue=queue.name, because=f"by {ask.by}" if ask.by else "", until=until),)


def _resume(world: World, ask: c.Resume) -> Answer:
    account = ask.queue.removeprefix(_ACCOUNT)
    if account in world.accounts and ask.queue not in world.queues:
        return (e.AccountResumed(account=account, because=f"by {ask.by}" if ask.by else "by hand"),)
    if account != ask.queue:
        parked = ", ".join(world.accounts) or "none"
        return c.Refusal(f"account {account} is not parked (parked: {parked}); `orchestrator status`")
    queue = world.queues.get(ask.queue)
    if queue is None:
        return _no_queue(world, ask.queue)
    if refusal := rollback.resumable(world, queue):
        return refusal
    because = f"by {ask.by}" if ask.by else ""
    resumed: tuple[e.Event, ...] = (e.QueueResumed(queue=queue.name, because=because),) if queue.paused else ()
    unparked: tuple[e.Event, ...] = (e.LaneResumed(queue=queue.name, because=because),) if queue.park else ()
    return (*resumed, *unparked)


def _no_queue(world: World, name: str) -> c.Refusal:
    return c.Refusal(f"there is no queue {name} (known: {', '.join(world.queues) or 'none yet'})")


def _edit(world: World, task: Task, ask: c.EditTask) -> Answer:
    spec = msgspec.structs.replace(task.spec, **ask.changes)
    if spec.id != task.spec.id:
        return c.Refusal(f"{task.ref} keeps its id; add a new task and skip this one")
    unknown = [d for d in spec.dependencies if not is_known(world, d)]
    if unknown:
        return c.Refusal(f"{task.ref} would depend on {', '.join(unknown)}, which does not exist; add that first")
    if cycle := rings(world, {task.ref: spec}).get(task.ref):
        return c.Refusal(f"{task.ref} would wait for itself: {' -> '.join(cycle)}; drop one of these dependencies")
    return () if spec == task.spec else (e.TaskEdited(task=task.ref, spec=spec),)


def _retry(world: World, task: Task, ask: c.Retry, seat: Seat) -> Answer:
    reset = e.TaskReset(task=task.ref, reason="retry", by=ask.by)
    if task.status is not Status.IN_PROGRESS:
        return (reset,)
    if running(world, task.ref, seat) and not ask.take_over:
        worker = task.claim.worker if task.claim else ""
        return c.Refusal(
            f"{task.ref} is being worked on by {worker}; `retry --take-over` takes it away from a worker that hangs"
        )
    return (e.TaskReleased(task=task.ref, reason=f"taken over by {ask.by}"), reset)


def _skip(world: World, task: Task, ask: c.Skip, seat: Seat) -> Answer:
    if task.status in SATISFIES and not (ask.dependents and task.status is Status.SKIPPED):
        return c.Refusal(f"{task.ref} is {task.status.value} already")
    if not ask.reason.strip():
        return c.Refusal("a skip needs a reason: --reason 'why'")
    own = () if task.status is Status.SKIPPED else (e.TaskSkipped(task=task.ref, reason=ask.reason, by=ask.by),)
    others = given_up(world, task.ref, (ask.reason, ask.by), seat) if ask.dependents else ()
    return others if isinstance(others, c.Refusal) else (*own, *others)


def _cancel(task: Task, ask: c.Cancel) -> Answer:
    if task.status not in {Status.IN_PROGRESS, Status.PENDING}:
        return c.Refusal(f"{task.ref} is {task.status.value}: there is nothing to cancel")
    who = f" by {ask.by}" if ask.by else ""
    return (e.TaskBlocked(task=task.ref, reason=f"cancelled{who}; `orchestrator retry {task.ref}` goes on with it"),)


def _decide(task: Task, ask: c.Decide) -> Answer:
    if task.status is not Status.BLOCKED:
        return c.Refusal(f"{task.ref} is {task.status.value}, not blocked; `orchestrator inbox` lists what waits")
    if not ask.reason.strip():
        return c.Refusal("a decision needs a reason: --reason 'why'")
    attempt = task.attempt
    tree = attempt.tree if attempt else ""
    decided = e.TaskDecided(task=task.ref, decision=ask.decision, by=ask.by, reason=ask.reason, tree=tree)
    match ask.decision:
        case "revert":
            reason = f"reverted by {ask.by}: {ask.reason}"
            gone = (e.AttemptEnded(task=task.ref, attempt=attempt.number, reason=reason),) if attempt else ()
            return (decided, *gone, e.TaskReset(task=task.ref, reason=reason, by=ask.by))
        case "override":
            return _override(task, ask, decided)
        case "abort":
            return (decided, e.TaskFailed(task=task.ref, reason=f"aborted by {ask.by}: {ask.reason}"))
        case _:
            return c.Refusal(f"{ask.decision!r} is no decision: revert, override or abort")


_JUDGED = frozenset({Step.START, Step.VERIFY, Step.REVERIFY, Step.DOUBT})
"""Steps at which a blocked task has work that was looked at."""


def _override(task: Task, ask: c.Decide, decided: e.TaskDecided) -> Answer:
    attempt = task.attempt
    if attempt is None or not attempt.tree or attempt.step not in _JUDGED:
        return c.Refusal(f"{task.ref} has no verified work to override; revert or abort it")
    return (
        decided,
        e.TaskReset(task=task.ref, reason=f"overridden: {ask.reason}", by=ask.by),
        e.VerdictReached(
            task=task.ref,
            attempt=attempt.number,
            iteration=attempt.iteration,
            verdict=Verdict.PASS,
            tree=attempt.tree,
            base=attempt.base,
            by=ask.by,
            reason=ask.reason,
        ),
    )
