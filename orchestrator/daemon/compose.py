"""Builds the hands of the real world for one project. The one place where rooms that must not know each other meet."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from orchestrator.agents.guarded import GuardedAgents
from orchestrator.agents.reviewing import GuardedReviewer
from orchestrator.agents.surroundings import Surroundings, environment, installed
from orchestrator.agents.visiting import Visits
from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.notifying import AppriseNotifier
from orchestrator.daemon.plugins import EntryPointPlugins
from orchestrator.daemon.project import Project
from orchestrator.daemon.scribe import Scribe
from orchestrator.engine.hands import Hands
from orchestrator.errors import InvalidInputError
from orchestrator.model.settings import AgentSettings, RepoSettings
from orchestrator.model.specs import QueueSpec
from orchestrator.policy.seat import repository_of
from orchestrator.ports.forge import Forge, NoForge
from orchestrator.processes.runner import GuardedRunner
from orchestrator.verify.checks import CheckVerifier, Others
from orchestrator.workspace.clones import GitWorkspace
from orchestrator.workspace.forge import GitForge, host_of
from orchestrator.workspace.ground import Furnishing, Ground
from orchestrator.workspace.inplace import InplaceWorkspace
from orchestrator.workspace.trees import GitTrees


@dataclass(frozen=True)
class Built:
    """The hands, and what only the composition root asks of them."""

    hands: Hands
    ground: Ground
    trees: GitTrees
    workspace: GitWorkspace | InplaceWorkspace
    installed: tuple[str, ...]
    runner: GuardedRunner
    """Where agents are held."""


async def build(project: Project, queues: tuple[QueueSpec, ...]) -> Built:
    """Vet the repositories and make the hands. InvalidInputError names everything that is wrong with them.

    Writes nothing: before any work, the ground must be opened.
    """
    settings = project.settings
    runner = GuardedRunner.of(settings)
    inplace = settings.workspace == "inplace"
    furnishing = Furnishing(
        setup=settings.setup,
        share=settings.share,
        copy=settings.copy,
        mounts=runner.level().mounts,
        runner=runner,
        env=environment(project.environ, AgentSettings(name="setup"), {}, {}),
    )
    ground = Ground(
        project.root,
        project.state,
        clock=WallClock(),
        queues=repositories(project, queues),
        default=RepoSettings(base=settings.base),
        furnishing=furnishing,
        inplace=inplace,
    )
    await ground.open(make=False)
    workspace = InplaceWorkspace(ground) if inplace else GitWorkspace(ground)
    trees = GitTrees(ground)
    around = Surroundings(environ=project.environ, home=project.environ.get("HOME", str(Path("/nonexistent"))))
    agents = GuardedAgents(settings, runner, trees, str(project.root), around)
    others = Others(GuardedReviewer(settings, runner, around), EntryPointPlugins())
    verifier = CheckVerifier(settings, trees, runner, project.state, project.environ, others)
    actions = Scribe(project, workspace if isinstance(workspace, GitWorkspace) else None, verifier)
    forge = await _forge(project, ground, queues)
    hands = Hands(agents, verifier, workspace, actions, forge, AppriseNotifier(project), trees)
    return Built(hands, ground, trees, workspace, installed(project.environ), runner)


async def _forge(project: Project, ground: Ground, queues: tuple[QueueSpec, ...]) -> Forge:
    """Make what speaks with the code host. InvalidInputError names every repository it cannot work for."""
    settings = project.settings
    if settings.land != "pr":
        return NoForge()
    if ground.inplace:
        raise InvalidInputError('[project] land = "pr" needs git: take `workspace = "inplace"` out, or `land`')
    problems: list[str] = []
    for queue in queues:
        try:
            await host_of(await ground.repository(queue.name), settings.remote, project.environ)
        except InvalidInputError as error:
            problems += error.problems
    if problems:
        raise InvalidInputError(*dict.fromkeys(problems))
    return GitForge(ground, settings.remote, project.environ)


def visits_of(project: Project, built: Built) -> Visits:
    """Make what opens attempts for people."""
    around = Surroundings(environ=project.environ, home=project.environ.get("HOME", str(Path("/nonexistent"))))
    return Visits(project.settings, built.runner, built.trees, str(project.root), around)


async def target_names(project: Project, queues: tuple[QueueSpec, ...]) -> dict[str, str]:
    """Name the target of each queue; nothing is written. Empty where a repository cannot be used."""
    try:
        built = await build(project, queues)
    except InvalidInputError:
        return {}
    return {queue.name: built.workspace.target_name(queue.name) for queue in queues}


def repositories(project: Project, queues: tuple[QueueSpec, ...]) -> dict[str, RepoSettings]:
    """Say which repository and base branch each queue works on. InvalidInputError names those nobody defined."""
    settings = project.settings
    found: dict[str, RepoSettings] = {}
    problems: list[str] = []
    for spec in queues:
        name, base = repository_of(settings, spec)
        repo = settings.repos.get(name) if name else RepoSettings()
        if repo is None:
            known = ", ".join(settings.repos) or "none"
            problems.append(
                f"{spec.path or spec.name}: repository {name!r} is not defined (known: {known}); "
                f"add [repos.{name}] path"
            )
            continue
        found[spec.name] = msgspec.structs.replace(repo, name=name, base=base or None)
    if problems:
        raise InvalidInputError(*problems)
    return found
