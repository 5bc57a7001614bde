"""What preflight has to know of the outside: tests git does not have, files that do not exist, agents nothing holds."""

import contextlib
from collections.abc import Mapping

import msgspec

from orchestrator.agents import vetting
from orchestrator.agents.profiles import profile_of
from orchestrator.daemon.compose import Built
from orchestrator.daemon.plugins import check_names
from orchestrator.errors import FaultError
from orchestrator.inbox.folder import Reading
from orchestrator.model.settings import Settings
from orchestrator.model.specs import ENDED
from orchestrator.model.world import Task, World
from orchestrator.policy.preflight import Facts
from orchestrator.policy.staffing import KNOWN_CLIS, agent_settings
from orchestrator.ports.runner import Level
from orchestrator.workspace.refs import lookup
from orchestrator.workspace.repository import Repository

_PATTERN = frozenset("*?[")


async def gather(built: Built, reading: Reading, world: World) -> Facts:
    """Look up what the open tasks name, in the repositories vetted for the run."""
    repositories = {name: await built.ground.repository(name) for name in world.queues if _open(world, name)}
    return await look_up(repositories, reading, world, built.installed, inplace=built.ground.inplace)


async def look_up(
    repositories: Mapping[str, Repository],
    reading: Reading,
    world: World,
    installed: tuple[str, ...],
    *,
    inplace: bool = False,
) -> Facts:
    """Look up what the open tasks of the queues that have a repository name; changes nothing anywhere."""
    untracked: set[str] = set()
    missing: set[str] = set()
    for name, repository in repositories.items():
        tasks = _open(world, name)
        if tasks:
            untracked |= _untracked(repository, tasks, None if inplace else await _tracked(repository))
            missing |= _missing(repository, tasks)
    documents = tuple(file.document for file in reading.files)
    return Facts(
        documents=documents,
        untracked=frozenset(untracked),
        missing=frozenset(missing),
        checks=check_names(),
        installed=installed,
    )


def about_agents(facts: Facts, settings: Settings, level: Level) -> Facts:
    """Add what is wrong with agents and their kinds, where they are held at this level."""
    unfit = vetting.unfit(settings, dict.fromkeys([*settings.agents, *KNOWN_CLIS]), level)
    complaints, reports = vetting.complaints(settings), _reports(settings)
    return msgspec.structs.replace(facts, complaints=complaints, unfit=unfit, reports=reports)


def _reports(settings: Settings) -> dict[str, frozenset[str]]:
    """Say what each agent's kind reports of itself; one of an unknown kind is complained of anyway."""
    found: dict[str, frozenset[str]] = {}
    for name in dict.fromkeys([*settings.agents, *KNOWN_CLIS]):
        agent = agent_settings(settings, name)
        with contextlib.suppress(FaultError):
            found[name] = frozenset(can.value for can in profile_of(agent).can) if agent is not None else frozenset()
    return found


def _open(world: World, queue: str) -> list[Task]:
    return [world.tasks[ref] for ref in world.queues[queue].tasks if world.tasks[ref].status not in ENDED]


async def _tracked(repository: Repository) -> frozenset[str]:
    branch = f"refs/heads/{repository.base}"
    if branch not in await lookup(repository, branch):
        return frozenset()
    said = await repository.git("ls-tree", "-r", "-z", "--name-only", "--full-tree", branch)
    return frozenset(path.decode(errors="backslashreplace") for path in said.items())


def _untracked(repository: Repository, tasks: list[Task], tracked: frozenset[str] | None) -> set[str]:
    if tracked is None:
        return set()
    named = {path.partition("::")[0] for task in tasks for path in task.spec.tests}
    return {path for path in named if path not in tracked and (repository.top / path).is_file()}


def _missing(repository: Repository, tasks: list[Task]) -> set[str]:
    named = {path for task in tasks for path in task.spec.files if not _PATTERN & set(path)}
    return {path for path in named if not (repository.top / path).exists()}
