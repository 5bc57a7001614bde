"""What follows from what the hands report on the way to the target: outcomes in, events out. Pure.

Rules
1. Only a PASS leads towards the target, and only for exactly the tree that would land.
2. What does not land by its own fault goes back to its agent with the findings, on a new attempt that starts from the
   merged state. Behind others in the line the fault may be theirs: it is a doubt until what it stands on has landed.
3. Where the target itself is red nobody is blamed: the lane is parked until a look finds it green.
"""

from typing import assert_never

import msgspec

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.model.world import Attempt, Doubt, Task, World
from orchestrator.policy.conflicts import attributed, findings, unattributed
from orchestrator.policy.endings import blocked, clears, ended, exhausts, fault
from orchestrator.policy.requests import looked, published
from orchestrator.policy.seat import Seat
from orchestrator.policy.train import is_proved, target_of

Landing = c.NoteProposal | c.NoteCollision | c.NoteAdvance | c.NoteKept | c.NotePublished | c.NoteRequest

CONFLICT = "merge conflict"
RED = "red after the merge"
BLOCKED = "blocked after the merge"
RED_TARGET = "the target is red"


def on_the_train(
    world: World, outcome: Landing, task: Task, attempt: Attempt, moment: tuple[int, Seat]
) -> tuple[e.Event, ...]:
    """Turn what landing has come to into the commit that records it."""
    seat = moment[1]
    match outcome:
        case c.NoteProposal():
            return (_proposed(task, attempt, seat, outcome),)
        case c.NoteCollision():
            return (*clears(world, task), *_collided(world, outcome, task, attempt, moment))
        case c.NoteAdvance(landed=landed):
            return (*clears(world, task), *_advanced(task, attempt, seat, landed=landed))
        case c.NoteKept(branch=branch):
            return (*clears(world, task), *_kept(task, attempt, branch))
        case c.NotePublished():
            return (*clears(world, task), *published(task, attempt, outcome, moment))
        case c.NoteRequest():
            return looked(world, task, attempt, outcome, moment)
        case _:  # pragma: no cover - the union is closed
            assert_never(outcome)


def _proposed(task: Task, attempt: Attempt, seat: Seat, outcome: c.NoteProposal) -> e.Event:
    return e.TrainProposed(
        task=task.ref,
        attempt=attempt.number,
        target=target_of(task.ref, seat),
        commit=outcome.commit,
        tree=outcome.tree,
        onto=outcome.onto,
        behind=outcome.behind,
    )


def _collided(
    world: World, outcome: c.NoteCollision, task: Task, attempt: Attempt, moment: tuple[int, Seat]
) -> tuple[e.Event, ...]:
    found = (outcome.onto, Doubt(reason=CONFLICT, findings=unattributed(outcome.paths), carry=outcome.marked))
    if not outcome.behind:
        return convict(world, task, attempt, found, moment)
    return _doubted(world, task, attempt, found, moment)


# -- whose fault it is ---------------------------------------------------------------------------------------------


def red(
    world: World, task: Task, attempt: Attempt, reached: e.VerdictReached, moment: tuple[int, Seat]
) -> tuple[e.Event, ...]:
    """Give what follows from a merged tree that did not pass."""
    reason = BLOCKED if reached.verdict is Verdict.BLOCKED else RED
    doubt = Doubt(reason=reason, findings=reached.findings, carry=attempt.proposal)
    return _doubted(world, task, attempt, (attempt.onto, doubt), moment)


def red_target(
    world: World, task: Task, attempt: Attempt, checks: tuple[str, ...], moment: tuple[int, Seat]
) -> tuple[e.Event, ...]:
    """Give what follows where what the work was merged onto fails the same checks: no verdict, and nobody's fault."""
    target = target_of(task.ref, moment[1])
    branch = target.rpartition(":")[2]
    text = (
        f"{branch} is red at {attempt.onto[:12]}: {', '.join(checks)} fails there as it does with {task.ref} merged;"
        f" nothing lands until it is green: mend it with a commit on {branch.partition('/')[2] or branch}"
    )
    doubt = Doubt(reason=RED_TARGET, findings=(Finding(message=text, rule="red-target"),), carry=attempt.proposal)
    return _doubted(world, task, attempt, (attempt.onto, doubt), moment)


def _doubted(
    world: World, task: Task, attempt: Attempt, found: tuple[str, Doubt], moment: tuple[int, Seat]
) -> tuple[e.Event, ...]:
    """Send the member back if what it stands on is the target's head, else remember the doubt."""
    onto, doubt = found
    if is_proved(world, moment[1], task, onto):
        return convict(world, task, attempt, found, moment)
    return (
        e.TrainDoubted(
            task=task.ref,
            attempt=attempt.number,
            target=target_of(task.ref, moment[1]),
            onto=onto,
            reason=doubt.reason,
            findings=doubt.findings,
            carry=doubt.carry,
        ),
    )


def convict(
    world: World, task: Task, attempt: Attempt, found: tuple[str, Doubt], moment: tuple[int, Seat]
) -> tuple[e.Event, ...]:
    """Evict the member: its work goes back to its agent, or waits for a person, or its iterations are used up."""
    (onto, doubt), (now, seat) = found, moment
    if doubt.reason == RED_TARGET:
        return fault(world, task, attempt, doubt.findings[0].message, now)
    evicted = _evicted(world, task, attempt, seat, doubt.reason)
    if doubt.reason == CONFLICT:
        found_in = attributed(world, task, attempt, tuple(finding.path for finding in doubt.findings), seat)
        doubt = msgspec.structs.replace(doubt, findings=findings(world, task, found_in))
        evicted = (e.ConflictFound(task=task.ref, attempt=attempt.number, onto=onto, conflicts=found_in), *evicted)
    if doubt.reason == BLOCKED:
        return (*evicted, *blocked(world, task, attempt, seat, doubt.findings))
    back = ended(task, attempt, doubt.reason, findings=doubt.findings, carry=(doubt.carry, onto))
    return (*evicted, *exhausts(world, task, seat, doubt.findings), back)


def _evicted(world: World, task: Task, attempt: Attempt, seat: Seat, reason: str) -> tuple[e.Event, ...]:
    if world.train_of(task.ref) is None:
        return ()  # its request conflicts: no train was waiting for it
    target = target_of(task.ref, seat)
    return (e.TrainEvicted(task=task.ref, attempt=attempt.number, target=target, reason=reason),)


# -- there ---------------------------------------------------------------------------------------------------------


def _advanced(task: Task, attempt: Attempt, seat: Seat, *, landed: bool) -> tuple[e.Event, ...]:
    target = target_of(task.ref, seat)
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
        ended(task, attempt, "merged"),
    )


def _kept(task: Task, attempt: Attempt, branch: str) -> tuple[e.Event, ...]:
    done = e.TaskCompleted(task=task.ref, note=f"verified; left on {branch}", branch=branch, commit=attempt.commit)
    return (done, ended(task, attempt, "left on its branch"))
