"""What agents would be told: a task's next prompt as it would be sent, or the template it is made of. Only looks."""

from orchestrator.daemon.compose import build
from orchestrator.daemon.desk import Desk
from orchestrator.daemon.project import Project
from orchestrator.engine.inputs import Inputs
from orchestrator.errors import InvalidInputError
from orchestrator.model.coordination import Handed
from orchestrator.model.ids import queue_of
from orchestrator.model.world import Step, Task
from orchestrator.policy.handoff import needs
from orchestrator.policy.prompt import compose
from orchestrator.policy.prompting import prompt_input, spelled_out, template_for


async def next_prompt(desk: Desk, ref: str) -> str:
    """Compose what the agent of a task's next iteration would be told."""
    task = desk.world.tasks.get(ref)
    if task is None:
        raise InvalidInputError(f"there is no task {ref!r}; name it as queue/ID (`orchestrator status` lists them)")
    desk.project.read_texts()
    return compose(prompt_input(desk.world, task, desk.seat(), await _handed(desk, task)))


def template(project: Project, kind: str) -> str:
    """Give the template that prompts for a type of task are made of, as a person could write it."""
    project.read_texts()
    return spelled_out(template_for(project.settings, kind), kind)


async def _handed(desk: Desk, task: Task) -> tuple[Handed, ...]:
    """Look, as an attempt that begins now would, for what other tasks hand it; one that stands has looked itself."""
    wanted = needs(desk.world, task, desk.project.settings)
    if not wanted or (task.attempt is not None and task.attempt.step is not Step.PREPARE):
        return ()
    queue = queue_of(task.ref)
    built = await build(desk.project, tuple(lane.spec for lane in desk.world.queues.values()))
    base = task.carry_base or (await built.workspace.target(queue)).commit
    inputs = Inputs(built.trees, built.workspace, queue, base)
    await inputs.look(wanted)
    return tuple(inputs.handed)
