"""What follows from what an effect reports: outcomes in, events out, or a refusal. Pure.

Rules
1. An outcome counts only under the fence it was started under: a worker that slept through a take-over is refused.
2. A fault is neither the task's nor the agent's: the lane parks, the claim is given back, no iteration is consumed.
3. Only a PASS leads towards the target, and only for exactly the tree that would land.
4. What does not land goes back to the agent with its findings, on a new attempt that starts from the merged state.
"""

from typing import assert_never

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.verdicts import Finding, Judgement, Verdict
from orchestrator.model.world import Attempt, Step, Task, World
from orchestrator.policy.accounts import CODES, consequences
from orchestrator.policy.limits import backoff_ms, exhausted, max_iterations, used_iterations
from orchestrator.policy.prices import charge, model_of
from orchestrator.policy.seat import Seat
from orchestrator.policy.staffing import agent_settings

Answer = tuple[e.Event, ...] | c.Refusal
_Landing = c.NoteProposal | c.NoteCollision | c.NoteAdvance | c.NoteKept
_OfTask = (
    _Landing
    | c.NotePrepared
    | c.NoteLost
    | c.NoteWorkspaceLost
    | c.NoteAgent
    | c.NoteCapture
    | c.NoteJudgement
    | c.NoteFault
)


def decide(world: World, outcome: c.Outcome, now: int, seat: Seat) -> Answer:
    """Turn what an effect reported into the commit that records it."""
    if isinstance(outcome, c.NoteAction):
        action = world.actions.get(outcome.key)
        if action is None or action.done or action.worker != seat.me:
            return c.Refusal(f"action {outcome.key} is no longer ours")
        return (e.ActionFinished(key=outcome.key, ok=outcome.ok, note=outcome.note),)
    task = world.tasks.get(outcome.task)
    if task is None or task.claim is None or task.attempt is None or task.claim.fence != outcome.fence:
        return c.Refusal(f"{outcome.task} has changed hands since: this outcome is stale")
    return _decide(world, outcome, task, task.attempt, (now, seat))


def _decide(world: World, outcome: _OfTask, task: Task, attempt: Attempt, moment: tuple[int, Seat]) -> Answer:
    now, seat = moment
    match outcome:
        case c.NotePrepared(base=base):
            return (e.AttemptPrepared(task=task.ref, attempt=attempt.number, base=base),)
        case c.NoteLost(agent=agent, sandbox=sandbox):
            return (_started(task, attempt, agent, sandbox),)
        case c.NoteWorkspaceLost():
            return (_ended(task, attempt, "its workspace was lost", carry=(attempt.commit, attempt.base)),)
        case c.NoteAgent():
            ended = _finished(task, attempt, outcome, seat)
            return (*_clears(world, task), ended, *consequences(world, task, attempt.agent, outcome, moment))
        case c.NoteCapture():
            return (_captured(task, attempt, outcome),)
        case c.NoteJudgement(judgement=judgement, merged=merged):
            return _judged(world, task, attempt, (judgement, merged), moment)
        case c.NoteFault(text=text):
            return fault(world, task, attempt, text, now)
        case _:
            return _on_the_train(world, outcome, task, attempt, seat)


def _on_the_train(world: World, outcome: _Landing, task: Task, attempt: Attempt, seat: Seat) -> Answer:
    match outcome:
        case c.NoteProposal(commit=commit, tree=tree, onto=onto):
            return (_proposed(task, attempt, seat, (commit, tree, onto)),)
        case c.NoteCollision():
            return (*_clears(world, task), *_back(world, task, seat, _collision(task, attempt, outcome)))
        case c.NoteAdvance(landed=landed):
            return (*_clears(world, task), *_advanced(task, attempt, seat, landed=landed))
        case c.NoteKept(branch=branch):
            return (*_clears(world, task), *_kept(task, attempt, branch))
        case _:  # pragma: no cover - the union is closed
            assert_never(outcome)


def _started(task: Task, attempt: Attempt, agent: str, sandbox: str) -> e.Event:
    return e.IterationStarted(
        task=task.ref,
        attempt=attempt.number,
        iteration=attempt.iteration,
        agent=agent,
        sandbox=sandbox,
        base=attempt.base,
        restarted=True,
    )


def _finished(task: Task, attempt: Attempt, outcome: c.NoteAgent, seat: Seat) -> e.AgentFinished:
    model = model_of(agent_settings(seat.settings, attempt.agent), outcome.model)
    cost = charge(seat.settings, model, outcome)
    return e.AgentFinished(
        task=task.ref,
        attempt=attempt.number,
        iteration=attempt.iteration,
        outcome=outcome.outcome,
        claimed=outcome.claimed,
        seconds=outcome.seconds,
        usd=cost.usd,
        tokens=outcome.tokens,
        exit_code=outcome.exit_code,
        note=outcome.note,
        consumed=outcome.outcome not in CODES,
        session=outcome.session,
        model=model,
        input_tokens=outcome.input_tokens,
        cached_tokens=outcome.cached_tokens,
        output_tokens=outcome.output_tokens,
        priced=cost.priced,
        price=cost.price,
    )


def _captured(task: Task, attempt: Attempt, outcome: c.NoteCapture) -> e.Event:
    return e.IterationCaptured(
        task=task.ref,
        attempt=attempt.number,
        iteration=attempt.iteration,
        commit=outcome.commit,
        tree=outcome.tree,
        ref=outcome.ref,
        files=outcome.files,
    )


def _proposed(task: Task, attempt: Attempt, seat: Seat, proposal: tuple[str, str, str]) -> e.Event:
    commit, tree, onto = proposal
    target = seat.targets[task.ref.partition("/")[0]]
    return e.TrainProposed(task=task.ref, attempt=attempt.number, target=target, commit=commit, tree=tree, onto=onto)


def _ended(
    task: Task,
    attempt: Attempt,
    reason: str,
    *,
    findings: tuple[Finding, ...] = (),
    carry: tuple[str, str] = ("", ""),
) -> e.AttemptEnded:
    commit, base = carry
    return e.AttemptEnded(
        task=task.ref,
        attempt=attempt.number,
        reason=reason,
        findings=findings,
        carry=commit,
        carry_base=base if commit else "",
    )


def _clears(world: World, task: Task) -> tuple[e.Event, ...]:
    """Note that a faulty lane works again: an effect succeeded that is not simply done anew at every probe."""
    queue = world.queues[task.ref.partition("/")[0]]
    if queue.park is None or queue.park.code != "fault":
        return ()
    return (e.LaneResumed(queue=queue.name, because="the fault has cleared"),)


def fault(world: World, task: Task, attempt: Attempt, text: str, now: int) -> tuple[e.Event, ...]:
    """Park the lane until the next probe and give the task back; an agent that never started consumed nothing."""
    queue = world.queues[task.ref.partition("/")[0]]
    probes = queue.park.probes if queue.park is not None and queue.park.code == "fault" else 0
    judged = {Step.VERIFY: attempt.tree, Step.REVERIFY: attempt.proposal_tree}
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


# -- verdicts ------------------------------------------------------------------------------------------------------


def _judged(
    world: World, task: Task, attempt: Attempt, judged: tuple[Judgement, bool], moment: tuple[int, Seat]
) -> Answer:
    judgement, merged = judged
    now, seat = moment
    if judgement.fault:
        return fault(world, task, attempt, judgement.fault, now)
    verdict = _overridden(task, attempt, judgement) if merged else judgement.verdict
    reached = _reached(task, attempt, judgement, verdict, merged=merged)
    clears = _clears(world, task)
    match verdict:
        case Verdict.PASS:
            return (*clears, reached)
        case Verdict.BLOCKED:
            return (*clears, reached, *_blocked(world, task, attempt, seat, reached.findings))
        case Verdict.FAIL:
            if merged:
                ended = _ended(
                    task,
                    attempt,
                    "red after the merge",
                    findings=reached.findings,
                    carry=(attempt.proposal, attempt.onto),
                )
                return (*clears, reached, *_back(world, task, seat, ended))
            return (*clears, reached, *_exhausts(world, task, seat, reached.findings))
        case _:  # pragma: no cover - the enum is closed
            assert_never(verdict)


def _overridden(task: Task, attempt: Attempt, judgement: Judgement) -> Verdict:
    """Keep a person's override through the merge of the very tree they accepted; what is red stays red."""
    blocked = {f for r in judgement.checks if r.report is Verdict.BLOCKED for f in r.findings}
    red = any(finding not in blocked for finding in judgement.regressions)
    if judgement.verdict is Verdict.BLOCKED and attempt.tree in task.overrides and not red:
        return Verdict.PASS
    return judgement.verdict


def _reached(task: Task, attempt: Attempt, judgement: Judgement, verdict: Verdict, *, merged: bool) -> e.VerdictReached:
    return e.VerdictReached(
        task=task.ref,
        attempt=attempt.number,
        iteration=attempt.iteration,
        verdict=verdict,
        tree=judgement.tree,
        base=judgement.base,
        checks=tuple(
            e.CheckSummary(name=r.name, report=r.report.value, summary=r.summary, seconds=r.seconds, cached=r.cached)
            for r in judgement.checks
        ),
        findings=() if verdict is Verdict.PASS else judgement.regressions[:MAX_FINDINGS],
        merged=merged,
    )


MAX_FINDINGS = 50
"""More than this an agent does not read, and the journal need not carry: all are in `verdict.json`."""


def _exhausts(world: World, task: Task, seat: Seat, findings: tuple[Finding, ...]) -> tuple[e.Event, ...]:
    limit = max_iterations(world, task, seat)
    if used_iterations(task) < limit:
        return ()
    return (e.TaskFailed(task=task.ref, reason=exhausted(task.ref, limit, findings)),)


def _blocked(
    world: World, task: Task, attempt: Attempt, seat: Seat, findings: tuple[Finding, ...]
) -> tuple[e.Event, ...]:
    if not seat.scope.interactive and used_iterations(task) < max_iterations(world, task, seat):
        return (_ended(task, attempt, "blocked and reverted (--non-interactive)", findings=findings),)
    first = findings[0] if findings else None
    what = (
        f"{first.path}: {first.message}" if first and first.path else first.message if first else "a check blocked it"
    )
    return (e.TaskBlocked(task=task.ref, reason=what, findings=findings),)


def _back(world: World, task: Task, seat: Seat, ended: e.AttemptEnded) -> tuple[e.Event, ...]:
    """Evict: the attempt ends, the next starts from the merged state with the findings, if iterations are left."""
    return (*_exhausts(world, task, seat, ended.findings), ended)


def _collision(task: Task, attempt: Attempt, outcome: c.NoteCollision) -> e.AttemptEnded:
    findings = tuple(
        Finding(
            path=path,
            rule="merge-conflict",
            message="conflicts with what landed meanwhile: resolve the conflict markers, keeping both changes' intent",
            id=f"merge-conflict:{path}",
        )
        for path in outcome.paths
    )
    return _ended(task, attempt, "merge conflict", findings=findings, carry=(outcome.marked, outcome.onto))


# -- landing -------------------------------------------------------------------------------------------------------


def _advanced(task: Task, attempt: Attempt, seat: Seat, *, landed: bool) -> tuple[e.Event, ...]:
    target = seat.targets[task.ref.partition("/")[0]]
    if not landed:
        return (e.TrainMissed(task=task.ref, attempt=attempt.number, target=target),)
    return (
        e.TaskMerged(
            task=task.ref,
            attempt=attempt.number,
            commit=attempt.proposal,
            tree=attempt.proposal_tree,
            target=target,
            branch=attempt.ref,
        ),
        e.TaskCompleted(task=task.ref),
        _ended(task, attempt, "merged"),
    )


def _kept(task: Task, attempt: Attempt, branch: str) -> tuple[e.Event, ...]:
    done = e.TaskCompleted(task=task.ref, note=f"verified; left on {branch}", branch=branch, commit=attempt.commit)
    return (done, _ended(task, attempt, "left on its branch"))
