"""What a person's word that a task is done does: their checks run all the same, and decide. Pure."""

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import Settings
from orchestrator.model.specs import Status
from orchestrator.model.truth import dependency_met
from orchestrator.model.verdicts import Judgement, Verdict
from orchestrator.model.world import Task, World
from orchestrator.policy.limits import checks, is_human
from orchestrator.policy.rollback import in_the_way
from orchestrator.policy.seat import Seat
from orchestrator.policy.verdict import findings_of, summaries

_HONEST = "honest"


def checks_of_person(world: World, task: Task, settings: Settings) -> tuple[str, ...]:
    """Name the checks a person's task has to pass: as an agent's, but for the one that looks for agents' cheats."""
    return tuple(name for name in checks(world, task, settings) if name != _HONEST)


def objection(world: World, task: Task, seat: Seat) -> c.Refusal | None:
    """Say why a person cannot report this task as done now, or nothing."""
    if not is_human(world, task, seat):
        return c.Refusal(f"{task.ref} is done by an agent, not by a person; use `orchestrator skip` or `decide`")
    if task.status in {Status.COMPLETED, Status.SKIPPED}:
        return c.Refusal(f"{task.ref} is {task.status.value} already")
    unmet = [name for name in task.spec.dependencies if not dependency_met(world, name)]
    if unmet:
        return c.Refusal(f"{task.ref} waits for {', '.join(unmet)}; report it once that is done")
    queue = world.queues[queue_of(task.ref)]
    if held := in_the_way(queue):
        return c.Refusal(held)
    return c.Refusal(f"queue {queue.name} is locked until it is unlocked") if queue.locked else None


def done(world: World, task: Task, ask: c.Done, seat: Seat) -> tuple[e.Event, ...] | c.Refusal:
    """Record what the checks said and, unless they object, that it is done, by whom and on what evidence."""
    refusal = objection(world, task, seat)
    if refusal is not None:
        return refusal
    said = (_verdict(task, ask, ask.judgement),) if ask.judgement is not None else ()
    if ask.judgement is not None and ask.judgement.verdict is not Verdict.PASS:
        return said
    return (*said, e.TaskCompleted(task=task.ref, by=ask.by, note="; ".join(ask.evidence), commit=ask.commit))


def _verdict(task: Task, ask: c.Done, judgement: Judgement) -> e.Event:
    return e.VerdictReached(
        task=task.ref,
        attempt=task.attempts,
        iteration=0,
        verdict=judgement.verdict,
        tree=judgement.tree,
        base=judgement.base,
        checks=summaries(judgement),
        findings=findings_of(judgement, judgement.verdict),
        by=ask.by,
        reason="done by a person",
    )
