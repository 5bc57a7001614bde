"""Whether what the configuration names can be started: agents and checks. Looks for programs, never starts one."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from orchestrator.agents import vetting
from orchestrator.agents.profiles import profile_of
from orchestrator.agents.surroundings import environment as agent_environment
from orchestrator.agents.surroundings import installed
from orchestrator.agents.surroundings import program as agent_program
from orchestrator.daemon.machine import bad, doubtful, ok
from orchestrator.daemon.project import Project
from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.model.answers import DoctorLine
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import AgentSettings, CheckSettings
from orchestrator.model.specs import ENDED
from orchestrator.model.world import World
from orchestrator.policy.staffing import HUMAN, KNOWN_CLIS, agent_settings, staff
from orchestrator.ports.runner import Level, Place
from orchestrator.verify.command import environment as check_environment


def agents(project: Project, world: World, level: Level) -> tuple[DoctorLine, ...]:
    """Say who works by default, and whether every agent configured or needed can be started as it would be held."""
    default, line = _default(project)
    needed = {default, *_needed(project, world)} - {""}
    names = dict.fromkeys([*project.settings.agents, *sorted(needed - {HUMAN})])
    found = [_agent(project, name, level, needed=name in needed) for name in names]
    return (*line, *map(bad, vetting.complaints(project.settings)), *found)


def _default(project: Project) -> tuple[str, tuple[DoctorLine, ...]]:
    here = installed(project.environ)
    clis = f"; installed here: {', '.join(here)}" if here else f"; of {', '.join(KNOWN_CLIS)} none is installed"
    try:
        chosen = staff(project.settings, None, None, None, here).agent
    except InvalidInputError as error:
        return "", tuple(bad(problem) for problem in error.problems)
    return chosen, (ok(f"default agent: {chosen}{clis}"),)


def _needed(project: Project, world: World) -> frozenset[str]:
    """Name the agents that the open tasks get."""
    here = installed(project.environ)
    found: set[str] = set()
    for task in world.tasks.values():
        if task.status in ENDED:
            continue
        name = queue_of(task.ref)
        own = project.settings.queues.get(name)
        queues = world.queues[name].spec.agent or (own.agent if own else None)
        try:
            names = (task.spec.first_agent, *task.spec.agents)
            found |= {staff(project.settings, queues, agent, None, here).agent for agent in names}
        except InvalidInputError:
            continue  # nobody is left: said once, of the default
    return frozenset(found)


def _agent(project: Project, name: str, level: Level, *, needed: bool) -> DoctorLine:
    settings = agent_settings(project.settings, name) or AgentSettings(name=name)
    try:
        what = _program(project, settings)
        why = vetting.why_unfit(settings, level)
    except FaultError as error:
        what, why = "", str(error)
    if why:
        return bad(why) if needed else doubtful(why, "no open task needs it")
    return ok(f"agent {name}: {what}")


def _program(project: Project, agent: AgentSettings) -> str:
    """Name what would be started. Raises FaultError where it cannot be."""
    profile, root = profile_of(agent), str(project.root)
    argv = profile.argv(agent, Level.L0)
    if argv:
        path = agent_environment(project.environ, agent, profile.env, {})["PATH"]
        place = Place(workspace="", seen_as="", project=root, checkout=root)
        return agent_program(argv[0], place, Level.L0, agent.name, path)
    if not (project.root / agent.cassette).is_file():
        raise FaultError(f"agent {agent.name}: there is no cassette {agent.cassette}; correct [agents.{agent.name}]")
    return f"plays back {agent.cassette}"


def checks(project: Project, tops: tuple[Path, ...]) -> tuple[DoctorLine, ...]:
    """Say whether every check's program is there, in each of the repositories with the roots `tops`."""
    defined = project.settings.checks
    if not any(check.command for check in defined.values()):
        remedy = "define [checks.tests] in orchestrator.toml; `orchestrator init` writes one where it finds tests"
        return (doubtful("no check runs tests: only `honest` looks at the work", remedy),)
    return tuple(_check(project, check, tops) for check in defined.values())


def _check(project: Project, check: CheckSettings, tops: tuple[Path, ...]) -> DoctorLine:
    if check.builtin or not check.command:
        return ok(f"check {check.name}: built in")
    name = check.command[0]
    if "/" in name:
        return _script(check, name, tops)
    path = check_environment(check, project.environ)["PATH"]
    found = shutil.which(name, path=path)
    if found is None:
        return bad(f"check {check.name}: no program {name} on the PATH", f"install it or correct [checks.{check.name}]")
    return ok(f"check {check.name}: {found}")


def _script(check: CheckSettings, name: str, tops: Iterable[Path]) -> DoctorLine:
    for top in tops:
        path = top / name
        if not path.is_file():
            return bad(f"check {check.name}: {path} does not exist", f"create it or correct [checks.{check.name}]")
        if not os.access(path, os.X_OK):
            return bad(f"check {check.name}: {path} is not executable", f"chmod +x {path}")
    return ok(f"check {check.name}: {name}")
