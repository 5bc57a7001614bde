"""`train` as data: every target's line, as the journal and the processes that live have it. Never asks git."""

from orchestrator.codec.moments import moment_or_none
from orchestrator.model import train_answers as a
from orchestrator.model.train import Departure, Train
from orchestrator.model.world import Attempt, Request, Step, Task, World
from orchestrator.policy.requests import awaited
from orchestrator.policy.seat import Seat
from orchestrator.policy.train import Place, is_alone, may_land, places, waiting, window
from orchestrator.views.story import finding_line

_FINDINGS = 10


def trains_of(world: World, seat: Seat) -> a.TrainAnswer:
    """Say how every line stands. `seat.targets` names the targets of queues whose work may wait for a place."""
    targets = sorted({*world.trains, *seat.targets.values()})
    lines = (_line(world, seat, target) for target in targets)
    requests = (
        _request(task, task.attempt, found)
        for task in world.tasks.values()
        if task.attempt is not None and (found := awaited(task)) is not None
    )
    return a.TrainAnswer(seq=world.seq, land=seat.settings.land, trains=tuple(lines), requests=tuple(requests))


def _request(task: Task, attempt: Attempt, request: Request) -> a.RequestAnswer:
    return a.RequestAnswer(
        task=task.ref,
        attempt=attempt.number,
        url=request.url,
        branch=request.branch,
        seen=moment_or_none(request.seen) or "",
        next_look=moment_or_none(task.not_before),
    )


def _line(world: World, seat: Seat, target: str) -> a.LineAnswer:
    train = world.trains.get(target) or Train()
    found = places(world, seat, target)
    members = (world.tasks[ref] for ref in train.members if ref in world.tasks)
    return a.LineAnswer(
        target=target,
        branch=target.rpartition(":")[2],
        head=train.head or None,
        window=window(world.trains.get(target), seat),
        limit=seat.settings.train_window,
        members=tuple(_member(task, task.attempt, found.get(task.ref)) for task in members if task.attempt),
        waiting=tuple(_waiting(task) for task in waiting(world, seat, target)),
        left=tuple(map(_departure, reversed(train.left))),
    )


def _member(task: Task, attempt: Attempt, place: Place | None) -> a.MemberAnswer:
    stands = place is not None and place.stands
    doubt = attempt.doubt if attempt.step is Step.DOUBT and stands else None
    built = stands and doubt is None
    return a.MemberAnswer(
        task=task.ref,
        attempt=attempt.number,
        state=_state(attempt, place),
        since=moment_or_none(attempt.since) or "",
        owner=task.claim.worker if task.claim else None,
        alive=place is not None,
        behind=(place.behind if place is not None else "") or None,
        onto=(attempt.onto if stands else "") or None,
        proposal=(attempt.proposal if built else "") or None,
        tree=(attempt.proposal_tree if built else "") or None,
        alone=is_alone(task),
        verdict=task.verdict or None,
        checks={check.name: check.summary or check.report for check in task.checks},
        doubt=_doubt(attempt) if doubt else None,
    )


def _state(attempt: Attempt, place: Place | None) -> str:
    if place is None:
        return "orphaned"
    if not place.stands:
        return "merging" if place.tip is not None else "waiting"
    if attempt.step is Step.DOUBT:
        return "doubt"
    if attempt.step is Step.REVERIFY:
        return "verifying"
    return "landing" if may_land(attempt, place) else "passed"


def _doubt(attempt: Attempt) -> a.DoubtAnswer | None:
    if attempt.doubt is None:
        return None
    findings = tuple(finding_line(finding) for finding in attempt.doubt.findings[:_FINDINGS])
    return a.DoubtAnswer(reason=attempt.doubt.reason, findings=findings)


def _waiting(task: Task) -> a.WaitingAnswer:
    return a.WaitingAnswer(
        task=task.ref,
        attempt=task.attempt.number if task.attempt else task.attempts,
        priority=task.spec.priority,
        since=moment_or_none(task.attempt.since if task.attempt else task.since) or "",
        owner=task.claim.worker if task.claim else None,
        alone=is_alone(task),
    )


def _departure(left: Departure) -> a.DepartureAnswer:
    return a.DepartureAnswer(
        task=left.task,
        attempt=left.attempt,
        how=left.how,
        at=moment_or_none(left.at) or "",
        commit=left.commit or None,
        reason=left.reason or None,
    )
