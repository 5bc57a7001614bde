"""What an agent can look up about its task while it works: its prompt as data, and what is left of its limits. Pure."""

from orchestrator.model.spending import micros, usd
from orchestrator.model.talk import Briefing
from orchestrator.model.world import Task, World
from orchestrator.policy.limits import max_iterations, used_iterations
from orchestrator.policy.prompt import PromptInput, without_claims
from orchestrator.policy.seat import Seat


def brief(given: PromptInput, world: World, task: Task, seat: Seat) -> Briefing:
    """Make the briefing of one iteration, from what its prompt is made of."""
    return Briefing(
        task=given.task,
        title=without_claims(given.spec.title),
        description=without_claims(given.spec.description),
        attempt=given.attempt,
        iteration=given.iteration,
        iterations_left=max(0, max_iterations(world, task, seat) - used_iterations(world, task)),
        usd_left=_usd_left(world, seat),
        findings=tuple(without_claims(f"{f.path}: {f.message}" if f.path else f.message) for f in given.feedback),
        inputs=given.inputs,
        files=given.spec.files,
        tests=given.spec.tests,
        outputs=given.spec.outputs,
        answers=tuple((without_claims(asked), without_claims(said)) for asked, said in given.answers),
        learnings=tuple(without_claims(learning.text) for learning in world.learnings.values()),
    )


def _usd_left(world: World, seat: Seat) -> float | None:
    limit = seat.settings.budget.usd
    return None if limit is None else usd(max(0, micros(limit) - world.spent.micros))
