"""What follows from what an effect reports: outcomes in, events out, or a refusal. Pure.

Rules
1. An outcome counts only under the fence it was started under: a worker that slept through a take-over is refused.
2. A fault is neither the task's nor the agent's: the lane parks, the claim is given back, no iteration is consumed.
3. What follows on the way to the target is `landing`'s.
"""

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.spending import Spent, micros
from orchestrator.model.verdicts import Judgement, Verdict
from orchestrator.model.world import Attempt, Task, World
from orchestrator.policy import actions, rollback
from orchestrator.policy.accounts import CODES, consequences
from orchestrator.policy.budgets import notices
from orchestrator.policy.endings import blocked, clears, ended, exhausts, fault
from orchestrator.policy.gates import FAULT
from orchestrator.policy.landing import Landing, on_the_train, red, red_target
from orchestrator.policy.post import delivered
from orchestrator.policy.prices import charge, model_of
from orchestrator.policy.race import in_race, won
from orchestrator.policy.seat import Seat
from orchestrator.policy.staffing import agent_settings
from orchestrator.policy.talk import hear, pleads, unless_it_asks
from orchestrator.policy.verdict import findings_of, summaries

Answer = tuple[e.Event, ...] | c.Refusal
_OfTask = (
    Landing
    | c.NotePrepared
    | c.NoteMissing
    | c.NoteLost
    | c.NoteWorkspaceLost
    | c.NoteAgent
    | c.NoteWord
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
        finished = e.ActionFinished(key=outcome.key, ok=outcome.ok, note=outcome.note)
        followed = (*rollback.consequences(world, action, outcome), *actions.consequences(action, outcome))
        return (finished, *followed)
    if isinstance(outcome, c.NoteInspection):
        return _inspected(world, outcome, seat)
    if isinstance(outcome, c.NoteDelivery):
        return delivered(world, outcome, seat)
    task = world.holding(outcome.task, outcome.fence)
    if task is None or task.attempt is None:
        return c.Refusal(f"{outcome.task} has changed hands since: this outcome is stale")
    said = _decide(world, outcome, task, task.attempt, (now, seat))
    return said if isinstance(said, c.Refusal) else in_race(world, task, task.attempt, said)


def _inspected(world: World, outcome: c.NoteInspection, seat: Seat) -> Answer:
    gate = world.gates.get(outcome.gate)
    if gate is None or gate.checker != seat.me or (gate.checking, gate.tries) != (outcome.commit, outcome.tries):
        return c.Refusal(f"the checks of gate {outcome.gate} are no longer ours")
    judgement = outcome.judgement
    fault = outcome.fault or (judgement.fault if judgement is not None else "")
    if judgement is None or fault:
        return (e.GateChecked(gate=gate.id, commit=outcome.commit, verdict=FAULT, note=fault),)
    return (
        e.GateChecked(
            gate=gate.id,
            commit=outcome.commit,
            verdict=judgement.verdict.value,
            checks=summaries(judgement),
            findings=findings_of(judgement, judgement.verdict),
        ),
    )


def _decide(world: World, outcome: _OfTask, task: Task, attempt: Attempt, moment: tuple[int, Seat]) -> Answer:
    now, seat = moment
    match outcome:
        case c.NotePrepared(base=base, inputs=inputs):
            return (e.AttemptPrepared(task=task.ref, attempt=attempt.number, base=base, inputs=inputs),)
        case c.NoteMissing(base=base, tasks=tasks, paths=paths):
            number = attempt.number
            return (e.InputsMissed(task=task.ref, attempt=number, base=base, tasks=tasks, paths=paths),)
        case c.NoteLost(agent=agent, sandbox=sandbox):
            return (_started(task, attempt, agent, sandbox),)
        case c.NoteWorkspaceLost():
            return (ended(task, attempt, "its workspace was lost", carry=(attempt.commit, attempt.base)),)
        case c.NoteAgent():
            outcome = unless_it_asks(world, task, attempt, outcome)
            finished = _finished(task, attempt, outcome, seat)
            used = Spent(micros=micros(finished.usd), tokens=finished.tokens, ms=round(finished.seconds * 1000))
            said = (*notices(world, task, now, seat, used), *consequences(world, task, attempt.agent, outcome, moment))
            return (*clears(world, task, called=True), finished, *said)
        case c.NoteWord():
            return hear(world, task, attempt, outcome)
        case c.NoteCapture():
            return (_captured(task, attempt, outcome), *_pleads(world, task, attempt))
        case c.NoteJudgement(judgement=judgement, merged=merged):
            return _judged(world, task, attempt, (judgement, merged), moment)
        case c.NoteFault(text=text):
            return fault(world, task, attempt, text, now)
        case _:
            return on_the_train(world, outcome, task, attempt, moment)


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
        summary=outcome.summary,
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


def _pleads(world: World, task: Task, attempt: Attempt) -> tuple[e.Event, ...]:
    """Block a task whose agent said that it cannot go on without a person, and claimed nothing since."""
    plea = pleads(world, task, attempt)
    if plea is None or attempt.claimed or not attempt.consumed:
        return ()
    text = " ".join(plea.text.split())
    return (e.TaskBlocked(task=task.ref, reason=f"its agent says that it is blocked ({plea.id}): {text}"),)


# -- verdicts ------------------------------------------------------------------------------------------------------


def _judged(
    world: World, task: Task, attempt: Attempt, judged: tuple[Judgement, bool], moment: tuple[int, Seat]
) -> Answer:
    judgement, merged = judged
    if judgement.fault:
        return fault(world, task, attempt, judgement.fault, moment[0])
    if merged and judgement.red_base:
        return red_target(world, task, attempt, judgement.red_base, moment)
    verdict = _overridden(task, attempt, judgement) if merged else judgement.verdict
    reached = _reached(task, attempt, judgement, verdict, merged=merged)
    used = Spent(micros=micros(reached.usd), tokens=reached.tokens)
    said = notices(world, task, *moment, used) if used != Spent() else ()
    return (*clears(world, task), reached, *said, *_consequences(world, task, attempt, reached, moment))


def _consequences(
    world: World, task: Task, attempt: Attempt, reached: e.VerdictReached, moment: tuple[int, Seat]
) -> tuple[e.Event, ...]:
    if reached.verdict is Verdict.PASS:
        return () if reached.merged else won(world, task, attempt)
    if reached.merged:
        return red(world, task, attempt, reached, moment)
    if reached.verdict is Verdict.BLOCKED:
        return blocked(world, task, attempt, moment[1], reached.findings)
    return exhausts(world, task, moment[1], reached.findings)


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
        checks=summaries(judgement),
        findings=findings_of(judgement, verdict),
        merged=merged,
        usd=sum(report.usd for report in judgement.checks),
        tokens=sum(report.tokens for report in judgement.checks),
        priced=all(report.priced for report in judgement.checks),
    )
