"""What preflight has to know of the outside: which named tests git does not have, which named files do not exist."""

from orchestrator.daemon.compose import Built
from orchestrator.inbox.folder import Reading
from orchestrator.model.specs import ENDED
from orchestrator.model.world import Task, World
from orchestrator.policy.preflight import Facts
from orchestrator.workspace.refs import lookup
from orchestrator.workspace.repository import Repository

_PATTERN = frozenset("*?[")


async def gather(built: Built, reading: Reading, world: World) -> Facts:
    """Look up what the open tasks name."""
    untracked: set[str] = set()
    missing: set[str] = set()
    for queue in world.queues.values():
        tasks = [world.tasks[ref] for ref in queue.tasks if world.tasks[ref].status not in ENDED]
        if tasks:
            repository = await built.ground.repository(queue.name)
            tracked = None if built.ground.inplace else await _tracked(built, repository, queue.name)
            untracked |= _untracked(repository, tasks, tracked)
            missing |= _missing(repository, tasks)
    documents = tuple(file.document for file in reading.files)
    return Facts(
        documents=documents, untracked=frozenset(untracked), missing=frozenset(missing), installed=built.installed
    )


async def _tracked(built: Built, repository: Repository, queue: str) -> frozenset[str]:
    ref = f"refs/heads/{repository.base}"
    head = (await lookup(repository, ref)).get(ref, "")
    return frozenset(await built.trees.paths(queue, head)) if head else frozenset()


def _untracked(repository: Repository, tasks: list[Task], tracked: frozenset[str] | None) -> set[str]:
    if tracked is None:
        return set()
    named = {path.partition("::")[0] for task in tasks for path in task.spec.tests}
    return {path for path in named if path not in tracked and (repository.top / path).is_file()}


def _missing(repository: Repository, tasks: list[Task]) -> set[str]:
    named = {path for task in tasks for path in task.spec.files if not _PATTERN & set(path)}
    return {path for path in named if not (repository.top / path).exists()}
