"""Judging what a person did: their task's checks on the target's head as it is now, absolutely. Records nothing."""

from orchestrator.daemon.compose import build
from orchestrator.daemon.desk import Desk
from orchestrator.errors import FaultError, OrchestratorError
from orchestrator.model.commands import Done
from orchestrator.model.ids import queue_of
from orchestrator.model.world import Task
from orchestrator.policy.humans import checks_of_person
from orchestrator.ports.verifier import Case


async def judged(desk: Desk, task: Task, ask: Done) -> Done:
    """Run the checks of a person's task, if it has any. OrchestratorError where they could not say anything."""
    names = checks_of_person(desk.world, task, desk.project.settings)
    if not names and not task.spec.outputs:
        return ask
    try:
        built = await build(desk.project, tuple(queue.spec for queue in desk.world.queues.values()))
        await built.ground.open()
        head = await built.workspace.target(queue_of(task.ref))
        case = Case(
            task=task.ref,
            attempt=task.attempts,
            iteration=0,
            commit=head.commit,
            tree=head.tree,
            base="",
            checks=names,
            tests=task.spec.tests,
            files=task.spec.files,
            outputs=task.spec.outputs,
            mends=task.spec.mends,
        )
        judgement = await built.hands.verifier.judge(case)
    except FaultError as error:
        raise OrchestratorError(f"cannot judge {task.ref}: {error}") from None
    if judgement.fault:
        raise OrchestratorError(f"cannot judge {task.ref}: {judgement.fault}")
    return Done(task=ask.task, by=ask.by, evidence=ask.evidence, judgement=judgement, commit=head.commit)
