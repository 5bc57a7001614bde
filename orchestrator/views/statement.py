"""`status` as data: the world in the words of the contract, computed from the journal, never from a drifting file."""

from collections.abc import Callable
from itertools import chain

from orchestrator.codec.moments import moment_or_none
from orchestrator.model import answers as a
from orchestrator.model.gates import Gate
from orchestrator.model.ids import queue_of
from orchestrator.model.messages import Channel
from orchestrator.model.specs import ENDED, Status
from orchestrator.model.world import Queue, Task, World
from orchestrator.policy import actions, conflicts, gates, ladders, people, post
from orchestrator.policy.limits import retry_at, staffed
from orchestrator.policy.reasons import Code, Reason, reason_for
from orchestrator.policy.rollback import words, words_after
from orchestrator.policy.seat import Seat, of_queue, running
from orchestrator.policy.talk import open_questions
from orchestrator.views import money
from orchestrator.views.accounts import held_accounts
from orchestrator.views.sharing import locks_of

PidOf = Callable[[str, int, int], int | None]


def _no_pid(_task: str, _attempt: int, _iteration: int) -> int | None:
    return None


def status_of(
    world: World, now: int, seat: Seat, pid_of: PidOf = _no_pid, notices: tuple[str, ...] = ()
) -> a.StatusAnswer:
    """Say how everything stands at `now`. `pid_of` finds a run's guardian."""
    queues = tuple(_queue(world, queue, now, seat) for queue in world.queues.values())
    return a.StatusAnswer(
        seq=world.seq,
        queues=queues,
        gates=tuple(_gate(world, gate, now, seat) for gate in world.gates.values()),
        workers=tuple(_worker(world.claimed(key), seat, pid_of) for key in world.claims),
        budget=money.budget_answer(world.spent, seat.settings.budget, now),
        accounts=held_accounts(world, now, seat),
        questions=questions_of(world),
        proposals=proposals_of(world),
        channels=channels_of(world, seat),
        locks=locks_of(world, now, seat),
        actions=failing_actions(world),
        headline=headline(world, queues, seat),
        notices=(*notices, *money.notices(world, now, seat), *post.troubles(world, seat.settings)),
    )


def summary_of(world: World, queue: Queue) -> dict[str, int]:
    """Count a queue's tasks by status."""
    counts = dict.fromkeys((status.value for status in Status), 0)
    for ref in queue.tasks:
        counts[world.tasks[ref].status.value] += 1
    return {"total": len(queue.tasks), **counts}


def headline(world: World, queues: tuple[a.QueueAnswer, ...], seat: Seat) -> str:
    """Say the one thing that matters: who is waited for, what is wrong, what runs, or that all is done."""
    tasks = [(q.name, t) for q in queues for t in q.tasks]
    asked = [(f"{q}/{t.id}", t.reason) for q, t in tasks if t.reason is not None and t.reason.code == Code.PERSON]
    if given_up := _given_up(world, queues):
        return given_up
    waiting = [ref for ref, reason in asked if not any(name.startswith("person:") for name in reason.on)]
    if waiting:
        return f"{len(waiting)} task(s) wait for a person: `orchestrator inbox` ({', '.join(waiting[:3])})"
    faults = [q for q in queues if q.park is not None and q.park.code == "fault"]
    if faults:
        return f"queue {faults[0].name} is parked by a fault: {faults[0].park.text if faults[0].park else ''}"
    live = [ref for ref in world.claims if ref in world.tasks and running(world, ref, seat)]
    done = sum(1 for _, t in tasks if t.status in {Status.COMPLETED, Status.SKIPPED})
    undoing = next((q.rollback for q in queues if q.rollback is not None), None)
    if undoing is not None:
        return undoing.text
    if live:
        return f"{len(live)} running, {done} of {len(tasks)} done: {', '.join(live[:3])}"
    failed = [f"{q}/{t.id}" for q, t in tasks if t.status == Status.FAILED]
    if failed:
        return f"{len(failed)} failed: `orchestrator explain {failed[0]}`"
    if done == len(tasks):
        return "all done" if tasks else "no tasks yet: write queues/NAME.json, or `orchestrator init`"
    first = next((t.reason for _, t in tasks if t.reason is not None), None)
    ready = [f"{q}/{t.id}" for q, t in tasks if t.reason is not None and t.reason.code == Code.READY]
    if ready:
        return f"nothing is running; {len(ready)} task(s) could start: `orchestrator run`"
    return f"nothing is running; {done} of {len(tasks)} done; {first.text if first else ''}"


def _given_up(world: World, queues: tuple[a.QueueAnswer, ...]) -> str:
    """Say what was to be done by itself and does not succeed, or was taken back."""
    stuck = (q.rollback.text for q in queues if q.rollback is not None and q.rollback.blocked)
    backs = (q.rolled_back for q in queues if q.rolled_back)
    failed = (actions.words(action) for action in actions.failing(world) if action.blocked)
    return next(chain(stuck, backs, failed), "")


def reason_answer(reason: Reason) -> a.ReasonAnswer:
    """Put a reason into the words of the contract."""
    return a.ReasonAnswer(
        code=reason.code.value,
        on=reason.on,
        since=moment_or_none(reason.since),
        until=moment_or_none(reason.until),
        text=reason.text,
    )


def _queue(world: World, queue: Queue, now: int, seat: Seat) -> a.QueueAnswer:
    park = queue.park
    return a.QueueAnswer(
        name=queue.name,
        locked=queue.locked,
        paused=queue.paused,
        paused_until=moment_or_none(queue.paused_until),
        workers=of_queue(world, queue.name, seat.settings),
        parked_until=moment_or_none(park.until) if park else None,
        park=a.ReasonAnswer(
            code=park.code, since=moment_or_none(park.since), until=moment_or_none(park.until), text=park.text
        )
        if park
        else None,
        budget=money.of_queue(world, queue, now, seat),
        rollback=_rollback(queue),
        rolled_back=words_after(queue) if queue.rolled_back else "",
        summary=summary_of(world, queue),
        tasks=tuple(
            _task(world, world.tasks[ref], now, seat) for ref in sorted(queue.tasks, key=queue.tasks.__getitem__)
        ),
    )


def _rollback(queue: Queue) -> a.RollbackAnswer | None:
    rollback = queue.rollback
    if rollback is None:
        return None
    return a.RollbackAnswer(
        because=rollback.because,
        since=moment_or_none(rollback.since),
        task=rollback.task,
        undone=tuple(rollback.undone),
        left=tuple(rollback.left),
        blocked=rollback.blocked,
        text=words(queue),
    )


def failing_actions(world: World) -> tuple[a.ActionAnswer, ...]:
    """List the commands of triggers that fail, those first that wait for a person."""
    return tuple(
        a.ActionAnswer(
            key=action.key,
            trigger=action.trigger,
            action=action.action,
            tries=action.tries,
            since=moment_or_none(action.failing_since),
            until=None if action.blocked else moment_or_none(retry_at(action)),
            note=action.note,
            blocked=bool(action.blocked),
            text=actions.words(action),
        )
        for action in sorted(actions.failing(world), key=lambda action: not action.blocked)
    )


def stuck_rollbacks(world: World) -> tuple[a.RollbackAnswer, ...]:
    """List the rollbacks that wait for a person."""
    found = (_rollback(queue) for queue in world.queues.values())
    return tuple(rollback for rollback in found if rollback is not None and rollback.blocked)


def _task(world: World, task: Task, now: int, seat: Seat) -> a.TaskAnswer:
    reason = reason_for(world, task, now, seat)
    attempt = task.attempt
    worked = attempt.agent if attempt else task.agent if task.status in ENDED else ""
    agent = worked or staffed(world, task, seat).agent
    imported = task.imported
    return a.TaskAnswer(
        id=task.spec.id,
        status=task.status.value,
        attempts=task.attempts,
        iterations=task.iterations,
        verdict=task.verdict or (imported.verdict if imported else "") or None,
        reason=reason_answer(reason) if reason else None,
        agent=agent or None,
        owner=task.claim.worker if task.claim else None,
        branch=task.branch or (attempt.ref if attempt else "") or None,
        commit=task.commit or (imported.commit if imported else "") or None,
        cost_usd=task.usd,
        title=task.spec.title or task.spec.description[:80],
        error=task.reason or None,
        budget=money.of_task(world, task, now),
        conflicts=tuple(f"{conflict.path}: {conflicts.words(world, task, conflict)}" for conflict in task.conflicts),
        told=task.told,
        escalation=_escalation(world, ladders.of_task(world, task, now, seat), now) if task.spec.escalate else None,
    )


def questions_of(world: World) -> tuple[a.QuestionAnswer, ...]:
    """List what agents ask people, oldest first."""
    asked = [(task.ref, q) for task in world.tasks.values() if task.questions for q in open_questions(task)]
    return tuple(
        a.QuestionAnswer(id=q.id, task=ref, text=q.text, since=moment_or_none(q.at), holds=q.holds, blocked=q.blocked)
        for ref, q in sorted(asked, key=lambda pair: pair[1].at)
    )


def proposals_of(world: World) -> tuple[a.ProposalAnswer, ...]:
    """List what agents propose, oldest first."""
    return tuple(
        a.ProposalAnswer(
            id=p.id,
            task=p.task,
            queue=p.queue,
            title=p.spec.title,
            description=p.spec.description,
            adds=f"{p.queue}/{p.spec.id}",
            since=moment_or_none(p.at),
        )
        for p in world.proposals.values()
    )


def channels_of(world: World, seat: Seat) -> tuple[a.ChannelAnswer, ...]:
    """List the ways to people: those of the configuration, and those that something still waits for."""
    waited = (channel.name for channel in world.post.channels.values() if channel.waiting)
    names = dict.fromkeys((*people.addresses(seat.settings), *waited))
    return tuple(_channel(world.post.channels.get(name) or Channel(name=name)) for name in names)


def _channel(channel: Channel) -> a.ChannelAnswer:
    tried = channel.failing_since is not None or channel.sent_at > 0
    return a.ChannelAnswer(
        name=people.shown(channel.name),
        ok=channel.failing_since is None if tried else None,
        waiting=len(channel.waiting),
        tries=channel.tries,
        since=moment_or_none(channel.failing_since),
        note=channel.note,
    )


_NOBODY = "a process that opens it: `orchestrator run`"


def _gate(world: World, gate: Gate, now: int, seat: Seat) -> a.GateAnswer:
    return a.GateAnswer(
        id=gate.id,
        state=gates.state_of(world, gate, now).value,
        waiting_for=gates.waiting_for(world, gate, now) or ((_NOBODY,) * (not gate.open)),
        title=gate.spec.title,
        signed_by=gates.signed_by(gate),
        checklist=gate.spec.checklist,
        approvers=gates.may_sign(seat.settings, gate.spec),
        unsigned=() if gate.open else gates.may_sign_yet(seat.settings, gate, now),
        behind=tuple(world.dependents.get(f"gate:{gate.id}", ())),
        deadline=moment_or_none(gate.spec.deadline),
        escalation=_escalation(world, ladders.of_gate(world, gate, now), now),
    )


def asked_gates(world: World, now: int, seat: Seat) -> tuple[a.GateAnswer, ...]:
    """List the gates that people keep shut: nothing else stands before them."""
    shut = (gate for gate in world.gates.values() if ladders.of_gate(world, gate, now) is not None)
    return tuple(_gate(world, gate, now, seat) for gate in shut)


def _escalation(world: World, wait: ladders.Wait | None, now: int) -> a.EscalationAnswer | None:
    """Say how far the ladder of a wait is."""
    if wait is None or not wait.rungs:
        return None
    ladder = ladders.ladder_of(world, wait)
    resting = ladders.rests(ladder, now)
    due = min(((at, rung.notify) for at, rung in ladders.following(wait, ladder)), default=None)
    return a.EscalationAnswer(
        since=moment_or_none(wait.since),
        told=tuple(a.RungAnswer(notify=people.shown(step.notify), at=moment_or_none(step.at)) for step in ladder.told),
        next=a.RungAnswer(notify=people.shown(due[1]), at=moment_or_none(due[0])) if due is not None else None,
        acknowledged_by=ladder.seen_by if resting else "",
        until=moment_or_none(ladder.seen_until) if resting else None,
        note=ladder.note if resting else "",
    )


def _worker(task: Task, seat: Seat, pid_of: PidOf) -> a.WorkerAnswer:
    claim, attempt = task.claim, task.attempt
    number, iteration = (attempt.number, attempt.iteration) if attempt else (task.attempts, 0)
    return a.WorkerAnswer(
        id=claim.worker if claim else "",
        queue=queue_of(task.ref),
        task=task.ref,
        attempt=number,
        iteration=iteration,
        step=attempt.step.value if attempt else "",
        since=moment_or_none(attempt.since if attempt else task.since) or "",
        agent=attempt.agent if attempt else "",
        pid=pid_of(task.ref, number, iteration),
        alive=claim is not None and seat.alive(claim.worker),
    )
