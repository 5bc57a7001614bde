"""A person in an attempt's folder: its agent's own session, or a shell, opened in a terminal. Decides nothing.

It is guarded, confined and at home as the agent was: the same folder, the same private HOME (where the session lies),
the same variables but those that say that nobody is there. It is gone with the process that opened it.
"""

import os
import shutil
from pathlib import Path

import msgspec
from anyio import to_thread

from orchestrator.agents import sessions
from orchestrator.agents.calling import Profile
from orchestrator.agents.folders import RunFolder
from orchestrator.agents.guarded import Places
from orchestrator.agents.homes import house, leave
from orchestrator.agents.profiles import profile_of
from orchestrator.agents.surroundings import Surroundings, environment, program, variables
from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.policy.staffing import agent_settings
from orchestrator.ports.agents import Job, Life, RunKey
from orchestrator.ports.runner import End, Launch, Level, Place, Runner
from orchestrator.ports.workspace import AttemptKey

_SHOWN = ("COLORTERM", "TERM_PROGRAM")
"""What a terminal says of itself, beside TERM."""
_SHELL = "/bin/sh"


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be opened. `session` is empty for a shell; `workspace` is where it shows to whoever is inside."""

    key: RunKey
    agent: str
    argv: tuple[str, ...]
    session: str
    workspace: str
    level: str


class Visits:
    """Opens attempts for people. `project` is the project's root, as for the agents."""

    def __init__(
        self, settings: Settings, runner: Runner, places: Places, project: str, surroundings: Surroundings
    ) -> None:
        self._settings, self._runner, self._places, self._around = settings, runner, places, surroundings
        self._runs = Path(project) / ".aibrain" / "runs"

    def find(self, task: str, attempt: int, agent: str) -> Visit:
        """Say what would be opened: the session of the attempt's last iteration if its agent can, else a shell."""
        folder = RunFolder(self._runs, RunKey(task, attempt, 1)).latest()
        settings = agent_settings(self._settings, agent) or AgentSettings(name=agent)
        profile, place = profile_of(settings), self._places.place(AttemptKey(task, attempt), str(folder.path))
        session = sessions.last(folder, profile, place.seen_as)
        level = self._runner.level()
        argv = profile.attaching(settings, level, session)
        if argv:
            argv = (program(argv[0], place, level, agent, self._environment(settings, profile, {})["PATH"]), *argv[1:])
        return Visit(
            key=folder.key,
            agent=agent,
            argv=argv or (self._shell(),),
            session=session if argv else "",
            workspace=place.seen_as if level.mounts else place.workspace,
            level=level.value,
        )

    async def is_busy(self, visit: Visit) -> bool:
        """Say whether the agent of the iteration lives."""
        return await self._runner.life(str(RunFolder(self._runs, visit.key).path)) is Life.RUNNING

    async def settle(self, visit: Visit, *, now: bool) -> None:
        """Wait until the agent of the iteration is gone, or end it now."""
        path = str(RunFolder(self._runs, visit.key).path)
        if now:
            await self._runner.stop(path)
        else:
            await self._runner.wait(path)

    async def open(self, visit: Visit, terminal: str) -> End:
        """Be there until the person leaves. Raises FaultError where it cannot be opened."""
        agent = agent_settings(self._settings, visit.agent) or AgentSettings(name=visit.agent)
        folder, profile = RunFolder(self._runs, visit.key), profile_of(agent)
        launch = await to_thread.run_sync(self._prepare, folder, profile, agent, (visit, terminal))
        try:
            _, end = await self._runner.run(launch, timeout_s=float("inf"))
        finally:
            leave(folder, profile, agent, Path(self._around.home))
            folder.tidy()
            shutil.rmtree(launch.tmp, ignore_errors=True)
        if end.reason.startswith("cannot start"):
            raise FaultError(f"{visit.argv[0]} {end.reason}; install it, or correct [agents.{agent.name}]")
        return end

    def _prepare(self, folder: RunFolder, profile: Profile, agent: AgentSettings, about: tuple[Visit, str]) -> Launch:
        visit, terminal = about
        folder.make()
        place = self._places.place(AttemptKey(visit.key.task, visit.key.attempt), str(folder.path))
        home, place = house(folder, profile, agent, place, Path(self._around.home))
        run_dir = folder.file(f"attach-{folder.shelves('attach') + 1}")
        return Launch(
            run_dir=str(run_dir),
            argv=visit.argv,
            env=self._environment(agent, profile, self._variables(visit, place, folder)),
            place=place,
            home=home,
            tmp=str(run_dir / "tmp"),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            terminal=True,
        )

    def _variables(self, visit: Visit, place: Place, folder: RunFolder) -> dict[str, str]:
        job = Job(key=visit.key, agent=visit.agent, prompt="", promise=None, slot=1)
        shown = {name: self._around.environ[name] for name in _SHOWN if name in self._around.environ}
        return {**shown, **variables(job, place.project, str(folder.path))}

    def _environment(self, agent: AgentSettings, profile: Profile, own: dict[str, str]) -> dict[str, str]:
        confined = {} if self._runner.level() is Level.L0 else profile.confined_env
        return environment(self._around.environ, agent, {**profile.env, **confined}, own)

    def _shell(self) -> str:
        shell = self._around.environ.get("SHELL", _SHELL)
        return shell if os.access(shell, os.X_OK) else _SHELL
