"""What must hold when everything has come to its end. Looks at what the fakes saw, not at what the journal says."""

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import Status
from orchestrator.sim.agents import done_file
from orchestrator.sim.crew import Crew, Stage
from orchestrator.sim.plan import Plan
from orchestrator.sim.witness import BrokenPromiseError


def reckon(stage: Stage, crew: Crew, plan: Plan, saved: list[tuple[str, str]]) -> None:
    """Check the end of a run. Raises BrokenPromiseError."""
    world = stage.witness.world
    for task in world.tasks.values():
        if task.status is Status.COMPLETED and not task.by:  # what a person reports done need not land
            _landed(stage, plan, task.ref)
    for queue, path in saved:
        _demand(
            path in stage.workspace.head(queue).files or _untaken(stage, queue, path), f"the person's {path} is lost"
        )
    _demand(not stage.agents.living(), f"agents outlive their tasks: {stage.agents.living()}")
    _demand(not stage.agents.breaches, "; ".join(stage.agents.breaches))
    for key, starts in stage.agents.starts.items():
        _demand(starts <= stage.witness.started[key], f"{key} was started {starts} times")
    _demand(not world.claims, f"claims are left: {world.claims}")
    aboard = [ref for train in world.trains.values() for ref in train.members]
    _demand(not aboard, f"members are left in a train: {aboard}")
    stage.witness.judge_landings()
    owed = set(world.actions) - set(stage.actions.succeeded)
    _demand(not owed, f"actions never ran: {owed}")
    for member in crew.members.values():
        stage.witness.within_limits(member.name, member.scope)


def _landed(stage: Stage, plan: Plan, ref: str) -> None:
    queue = queue_of(ref)
    if plan.settings.land == "branch":
        kept = stage.workspace.refs.get(f"{plan.repos[queue]}:refs/heads/orchestrator/{ref}", "")
        _demand(kept in stage.workspace.store, f"{ref} is completed and its branch is not there")
        return
    files = stage.workspace.head(queue).files
    landed = [landing for landing in stage.workspace.landings if landing.key.task == ref]
    # work skipped while it lands may be in the target and come again: more than once only by a person's word
    _demand(1 <= len(landed) <= 1 + stage.witness.redone[ref], f"{ref} landed {len(landed)} times")
    _demand(done_file(ref) in files, f"{ref} is completed and its work is not in the target")
    for path in plan.shared.get(ref, ()):
        times = files.get(path, "").splitlines().count(ref)
        _demand(times == 1, f"{path} holds the line of {ref} {times} times")


def _untaken(stage: Stage, queue: str, path: str) -> bool:
    """Say whether the person's file waits in their branch for the next look at it."""
    head, mine = stage.workspace.head(queue), stage.workspace.user_head(queue)
    return path in mine.files and not stage.workspace.store.holds(head.commit, mine.commit)


def _demand(holds: object, text: str) -> None:
    if not holds:
        raise BrokenPromiseError(text)
