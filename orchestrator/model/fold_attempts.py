"""The fold's half about a task on its way: claims, attempts, verdicts, lanes. See `fold` for the rules."""

from functools import singledispatch

from orchestrator.model import events as e
from orchestrator.model import fold_talk
from orchestrator.model.budget_events import budget_key
from orchestrator.model.fold_spending import count, pay, pay_reviewers
from orchestrator.model.moves import leave_train, let_go, move, step, under_way, unlook
from orchestrator.model.specs import SATISFIES, Status
from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.model.world import LANDING, Attempt, Claim, Park, Step, Task, World


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold one event of a task's way; others are none of its business."""


@fold.register
def _(event: e.TaskClaimed, world: World) -> None:
    task = world.tasks.get(event.task)
    if task is None or event.rival:
        return
    task.claim = Claim(worker=event.worker, slot=event.slot, fence=world.seq, since=world.at)
    task.slot = event.slot
    world.claims[task.ref] = event.worker
    task.last_attempt = world.at
    if task.attempt is None or task.attempt.number != event.attempt:
        task.attempt = Attempt(number=event.attempt, began=world.at, since=world.at)
        task.attempts = max(task.attempts, event.attempt)
    if task.status is not Status.IN_PROGRESS:
        move(world, task, Status.IN_PROGRESS)
    world.touched[task.ref] = None


@fold.register
def _(event: e.AttemptPrepared, world: World) -> None:
    if found := under_way(world, event.task, event.attempt):
        task, attempt = found
        attempt.base, attempt.inputs, task.lack = event.base, event.inputs, None
        step(world, task, attempt, Step.START)


@fold.register
def _(event: e.IterationStarted, world: World) -> None:
    if found := under_way(world, event.task, event.attempt):
        task, attempt = found
        if event.iteration != attempt.iteration:
            count(world, task.ref, 1)
        attempt.iteration, attempt.agent, attempt.sandbox = event.iteration, event.agent, event.sandbox
        attempt.claimed, attempt.started_seq = False, world.seq
        attempt.plea, task.awaits = "", []
        task.agent, task.last_attempt = event.agent, world.at
        step(world, task, attempt, Step.AGENT)


@fold.register
def _(event: e.AgentFinished, world: World) -> None:
    pay(world, event)
    if found := under_way(world, event.task, event.attempt):
        task, attempt = found
        attempt.claimed, attempt.consumed, task.note = event.claimed, event.consumed, event.note
        task.summary = event.summary or task.summary
        task.session = f"{attempt.agent}:{event.session}" if event.session else ""
        if not event.consumed:
            attempt.resumes = attempt.resumes + 1 if attempt.resumed == event.iteration else 1
            attempt.resumed = event.iteration
        fold_talk.settle(world, task, attempt, claimed=event.claimed)
        step(world, task, attempt, Step.CAPTURE)


@fold.register
def _(event: e.IterationCaptured, world: World) -> None:
    if found := under_way(world, event.task, event.attempt):
        task, attempt = found
        changed = event.tree != attempt.tree if attempt.tree else bool(event.files)
        attempt.commit, attempt.tree, attempt.ref = event.commit, event.tree, event.ref
        task.files = event.files
        if not attempt.consumed:
            _take_back(world, task, attempt)
        elif changed or not (task.awaits or attempt.plea):  # who waits for a person is not idle
            attempt.idle = [] if changed else [*attempt.idle, attempt.agent]
        step(world, task, attempt, Step.VERIFY if attempt.claimed else Step.START)


def _take_back(world: World, task: Task, attempt: Attempt) -> None:
    """Uncount an iteration that its agent did not get to use; it is had again under its number."""
    attempt.iteration -= 1
    attempt.consumed = True
    count(world, task.ref, -1)


@fold.register
def _(event: e.VerdictReached, world: World) -> None:
    pay_reviewers(world, event)
    task = world.lane(event.task, event.attempt) or world.tasks.get(event.task)
    if task is None:
        return
    same = event.verdict is not Verdict.PASS and _gist(event.findings) == _gist(task.feedback)
    task.repeated = task.repeated + 1 if same else 0
    task.verdict, task.checks, task.feedback = event.verdict.value, event.checks, event.findings
    task.reported = True
    if not event.merged:
        task.overridden_by, task.override_reason = event.by, event.reason
    attempt = task.attempt
    if attempt is None or attempt.number != event.attempt:
        return
    if event.verdict is Verdict.PASS:
        attempt.passed.append((event.tree, event.base))
    if not event.merged:
        step(world, task, attempt, Step.BOARD if event.verdict is Verdict.PASS else Step.START)
    elif (attempt.proposal_tree, attempt.onto) in attempt.passed:
        step(world, task, attempt, Step.ADVANCE)  # a verdict about an older proposal says nothing of this one


def _gist(findings: tuple[Finding, ...]) -> frozenset[str]:
    return frozenset(f.id or f"{f.rule}:{f.path}:{f.message}" for f in findings)


@fold.register
def _(event: e.AttemptEnded, world: World) -> None:
    if found := under_way(world, event.task, event.attempt):
        task, _ = found
        task.attempt, task.awaits, task.not_before = None, [], 0
        task.carry, task.carry_base = event.carry, event.carry_base
        if event.findings:
            task.feedback = event.findings
        leave_train(world, task.ref)
        if task.status is Status.IN_PROGRESS:
            move(world, task, Status.PENDING)


@fold.register
def _(event: e.TaskMerged, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.commit, task.branch = event.commit, event.branch
        world.touched[task.ref] = None


@fold.register
def _(event: e.TaskCompleted, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.completed_at, task.reason, task.by, task.feedback = world.at, event.note, event.by, ()
        task.commit, task.branch = event.commit or task.commit, event.branch or task.branch
        leave_train(world, task.ref)
        move(world, task, Status.COMPLETED)


@fold.register
def _(event: e.TaskFailed, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.reason = event.reason
        leave_train(world, task.ref)
        move(world, task, Status.FAILED)


@fold.register
def _(event: e.TaskBlocked, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.reason = event.reason
        if event.findings:
            task.feedback = event.findings
        leave_train(world, task.ref)
        move(world, task, Status.BLOCKED)


@fold.register
def _(event: e.TaskSkipped, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.reason, task.by, task.attempt = event.reason, event.by, None
        leave_train(world, task.ref)
        move(world, task, Status.SKIPPED)


@fold.register
def _(event: e.TaskReleased, world: World) -> None:
    if task := world.tasks.get(event.task):
        let_go(world, task)
        leave_train(world, task.ref)
        if task.attempt is not None and task.attempt.step in LANDING:
            task.attempt.step = Step.BOARD
        if task.status is Status.IN_PROGRESS:
            move(world, task, Status.PENDING)


@fold.register
def _(event: e.TaskReset, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.granted_at, task.reason, task.by, task.repeated, task.not_before = task.iterations, "", "", 0, 0
        task.imported, task.awaits = None, []
        leave_train(world, task.ref)
        if task.attempt is not None:
            task.attempt.idle = []
        if task.status in SATISFIES:
            task.attempt, task.carry, task.carry_base = None, "", ""
            task.feedback, task.commit, task.completed_at, task.verdict = (), "", None, ""
        if task.status is not Status.IN_PROGRESS:
            move(world, task, Status.PENDING)
            unlook(world, task)


@fold.register
def _(event: e.TaskDecided, world: World) -> None:
    if task := world.tasks.get(event.task):
        task.by = event.by
        if event.decision == "override" and task.attempt is not None:
            task.overrides.append(event.tree)
        world.touched[task.ref] = None


@fold.register
def _(event: e.LaneParked, world: World) -> None:
    queue = world.queues.get(event.queue)
    if queue is None:
        return
    _unconsume(world, event)
    queue.park = _parked(world, queue.park, event)
    world.touched[f"queue:{queue.name}"] = None


def _parked(world: World, known: Park | None, event: e.LaneParked | e.AccountParked) -> Park:
    """Park, or park on: the same trouble again keeps its beginning and counts its probes."""
    again = known if known is not None and known.code == event.code else None
    return Park(
        code=event.code,
        text=event.text,
        since=again.since if again else world.at,
        at=world.at,
        until=event.until,
        task=event.task,
        probes=again.probes + 1 if again else 1,
        judging=isinstance(event, e.LaneParked) and bool(event.tree),
    )


@fold.register
def _(event: e.AccountParked, world: World) -> None:
    park = _parked(world, world.accounts.get(event.account), event)
    park.by_hand = event.by_hand
    world.accounts[event.account] = park
    world.touched[f"account:{event.account}"] = None


@fold.register
def _(event: e.BudgetNeared, world: World) -> None:
    world.budgets_told[budget_key(event)] = "near"


@fold.register
def _(event: e.BudgetReached, world: World) -> None:
    world.budgets_told[budget_key(event)] = "reached"


@fold.register
def _(event: e.AccountResumed, world: World) -> None:
    world.accounts.pop(event.account, None)
    world.touched[f"account:{event.account}"] = None


def _unconsume(world: World, event: e.LaneParked) -> None:
    """Take back an iteration whose agent could not start: a fault is nobody's attempt."""
    found = under_way(world, event.task, event.attempt)
    if found and event.iteration and found[1].iteration == event.iteration and found[1].step is Step.AGENT:
        task, attempt = found
        _take_back(world, task, attempt)
        step(world, task, attempt, Step.START)


@fold.register
def _(event: e.LaneResumed, world: World) -> None:
    if queue := world.queues.get(event.queue):
        queue.park = None
        world.touched[f"queue:{queue.name}"] = None
