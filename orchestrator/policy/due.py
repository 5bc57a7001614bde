"""What ought to be running: effects as a function of the world. Level, not edge; chooses nothing about limits.

The engine compares this with what is running: what is due and not running is started, what runs and is no longer due
is cancelled. Resuming after a crash is therefore no special path.
"""

from typing import assert_never

from orchestrator.model import effects as f
from orchestrator.model.world import Attempt, Claim, Step, Task, World
from orchestrator.policy.seat import Seat, mine
from orchestrator.policy.train import may_land, place_of


def due(world: World, seat: Seat) -> tuple[f.Effect, ...]:
    """Give the effects this process ought to be carrying out now."""
    steps = (_step(world, seat, *own) for own in under_way(world, seat))
    actions = (
        f.DoAction(key=action.key, tries=action.tries)
        for action in world.actions.values()
        if action.worker == seat.me and not action.done
    )
    inspections = (
        f.CheckGate(gate=gate.id, commit=gate.checking, tries=gate.tries)
        for gate in world.gates.values()
        if gate.checker == seat.me
    )
    letters = (
        f.SendMessages(channel=channel.name, messages=channel.sending, tries=channel.tries)
        for channel in world.post.channels.values()
        if channel.worker == seat.me
    )
    return (*(effect for effect in steps if effect is not None), *actions, *inspections, *letters)


def under_way(world: World, seat: Seat) -> tuple[tuple[Task, Attempt, Claim], ...]:
    """List what this process has claimed, each with its attempt and its claim."""
    own = (world.claimed(key) for key in mine(world, seat))
    return tuple((t, t.attempt, t.claim) for t in own if t.attempt is not None and t.claim is not None)


def _step(world: World, seat: Seat, task: Task, attempt: Attempt, claim: Claim) -> f.Effect | None:
    ref, number, fence = task.ref, attempt.number, claim.fence
    match attempt.step:
        case Step.PREPARE:
            return f.Prepare(task=ref, attempt=number, fence=fence)
        case Step.AGENT:
            fresh = attempt.started_seq > fence
            return f.RunAgent(task=ref, attempt=number, fence=fence, iteration=attempt.iteration, fresh=fresh)
        case Step.CAPTURE:
            return f.CaptureWork(task=ref, attempt=number, fence=fence, iteration=attempt.iteration)
        case Step.VERIFY:
            return f.Judge(
                task=ref, attempt=number, fence=fence, iteration=attempt.iteration, commit=attempt.commit, merged=False
            )
        case Step.START:
            return None
        case Step.BOARD | Step.COMBINE | Step.REVERIFY | Step.ADVANCE | Step.DOUBT:
            return _landing(world, seat, task, attempt, claim)
        case Step.REVIEW:
            url = attempt.request.url if attempt.request is not None else ""
            return f.LookAtRequest(task=ref, attempt=number, fence=fence, url=url, commit=attempt.commit)
        case _:  # pragma: no cover - the enum is closed
            assert_never(attempt.step)


def _landing(world: World, seat: Seat, task: Task, attempt: Attempt, claim: Claim) -> f.Effect | None:
    ref, number, fence = task.ref, attempt.number, claim.fence
    if seat.settings.land == "branch":
        return f.Keep(task=ref, attempt=number, fence=fence, commit=attempt.commit)
    if seat.settings.land == "pr":
        return f.Publish(task=ref, attempt=number, fence=fence, commit=attempt.commit)
    place = place_of(world, seat, ref)
    if place is None or place.tip is None:
        return None
    if not place.stands:
        onto = "" if place.first else place.tip
        return f.Combine(task=ref, attempt=number, fence=fence, commit=attempt.commit, onto=onto, behind=place.behind)
    if attempt.step is Step.REVERIFY:
        return f.Judge(
            task=ref, attempt=number, fence=fence, iteration=attempt.iteration, commit=attempt.proposal, merged=True
        )
    if may_land(attempt, place):
        return f.Advance(task=ref, attempt=number, fence=fence, commit=attempt.proposal, onto=attempt.onto)
    return None
