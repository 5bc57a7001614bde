"""Which agents could work here: installed, in what version, able to do what, and why one cannot be used.

Starts programs only to ask their version: with an empty HOME, none of the person's variables, and not for long.
`prove` really lets one work: on a tiny task, in a repository made for it, at the person's expense.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import anyio
import msgspec

from orchestrator.agents import vetting
from orchestrator.agents.calling import UNATTENDED, Profile
from orchestrator.agents.guarded import GuardedAgents
from orchestrator.agents.profiles import PROFILES, profile_of
from orchestrator.agents.surroundings import Surroundings, environment, program
from orchestrator.daemon import holding
from orchestrator.daemon.project import Project
from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.model.kinds import kind_name
from orchestrator.model.settings import AgentSettings
from orchestrator.policy.staffing import KNOWN_CLIS, agent_settings
from orchestrator.ports.agents import AgentEnd, Job, RunKey
from orchestrator.ports.runner import Level, Place
from orchestrator.ports.workspace import AttemptKey
from orchestrator.processes.runner import GuardedRunner

VERSION_SECONDS = 10.0
_AT_ONCE = 3
_CLIS = {kind_name(cli): cli for cli in KNOWN_CLIS}
_NO_CLI = frozenset({"command", "replay"})
_UNSAFE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x1f\x7f]")
_TASK = "agents/hello"
_WORD = "READY"
_PROMPT = f"""Create a file hello.txt in the current directory that holds exactly one line: hello

Do nothing else. When it is done, end your last message with the word {_WORD} between the tags <promise> and </promise>.
"""


class AgentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One agent of `agents`. `why` says what keeps it from being used, or might; empty: nothing known."""

    name: str
    profile: str
    configured: bool
    installed: bool
    program: str = ""
    version: str = ""
    can: tuple[str, ...] = ()
    provenance: str = ""
    tried: str = ""
    """The version that stands behind the profile."""
    usable: bool = False
    why: str = ""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What `agents test` saw."""

    name: str
    end: AgentEnd
    done: bool
    """The file is there and says what it should."""
    sandbox: str

    @property
    def good(self) -> bool:
        """It did the work and said so."""
        return self.done and self.end.claimed


async def roster(project: Project) -> tuple[AgentAnswer, ...]:
    """Look at every agent configured and every kind built in."""
    named, own = dict(project.settings.agents), project.settings.profiles
    used = {agent.profile for agent in named.values()}
    for name in dict.fromkeys([*own, *PROFILES]):
        if name not in _NO_CLI and name not in used:
            cli = _CLIS.get(name, name)
            named[cli] = AgentSettings(name=cli, profile=name, kind=own.get(name))
    found: dict[str, AgentAnswer] = {}
    few = anyio.CapacityLimiter(_AT_ONCE)

    async def look(agent: AgentSettings) -> None:
        async with few:
            found[agent.name] = await _look(project, agent)

    async with anyio.create_task_group() as group:
        for agent in named.values():
            group.start_soon(look, agent)
    return tuple(found[name] for name in named)


async def prove(project: Project, name: str) -> Proof:
    """Let one agent do a tiny task, guarded and confined as in a run. Raises FaultError where it cannot work."""
    agent = project.settings.agents.get(name) or agent_settings(project.settings, name)
    kinds = project.settings.profiles
    if agent is None and (name in PROFILES or name in kinds) and name not in _NO_CLI:
        agent = AgentSettings(name=name, profile=name, kind=kinds.get(name))
    if agent is None:
        clis = [kind for kind in dict.fromkeys([*kinds, *PROFILES]) if kind not in _NO_CLI]
        known = ", ".join([*project.settings.agents, *clis])
        raise InvalidInputError(f"there is no agent {name}; known: {known}")
    settings = msgspec.structs.replace(project.settings, agents={name: agent})
    runner = GuardedRunner.of(settings)
    home = project.environ.get("HOME", "/nonexistent")
    with _scene(Path(home)) as scene:
        repository = await anyio.to_thread.run_sync(_furnish, scene, project.environ)
        agents = GuardedAgents(
            settings, runner, _Stage(scene, repository), str(scene), Surroundings(project.environ, home)
        )
        job = Job(key=RunKey(_TASK, 1, 1), agent=name, prompt=_PROMPT, promise=_WORD, slot=1)
        end = await agents.run(job)
        done = _is_done(repository / "hello.txt")
    return Proof(name=name, end=end, done=done, sandbox=runner.level().value)


def profile_named(agent: AgentSettings) -> Profile | None:
    """Give an agent's profile, or None where it names one nobody knows."""
    try:
        return profile_of(agent)
    except FaultError:
        return None


class _Stage:
    """Where the proof takes place."""

    def __init__(self, scene: Path, repository: Path) -> None:
        self._scene, self._repository = str(scene), str(repository)

    def place(self, key: AttemptKey, run_dir: str) -> Place:  # noqa: ARG002  # the port's shape: there is one place
        """Give the one place there is."""
        return Place(
            workspace=self._repository, seen_as=self._repository, project=self._scene, checkout=self._repository
        )


@contextmanager
def _scene(home: Path) -> Generator[Path]:
    """Make a folder that goes away again; not below /tmp, which agents get one of their own of."""
    cache = home / ".cache"
    with tempfile.TemporaryDirectory(
        prefix="orchestrator-", dir=cache if cache.is_dir() else None, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder).resolve()


def _furnish(scene: Path, environ: Mapping[str, str]) -> Path:
    repository = scene / "repository"
    repository.mkdir()
    git = {"PATH": environ.get("PATH", "/usr/bin:/bin"), "HOME": str(scene), "GIT_CONFIG_NOSYSTEM": "1"}
    for words in (
        ("init", "-q", "-b", "main"),
        ("-c", "user.name=o", "-c", "user.email=o@localhost", "commit", "-q", "--allow-empty", "-m", "start"),
    ):
        done = subprocess.run(["git", *words], cwd=repository, env=git, capture_output=True, check=False)
        if done.returncode != 0:
            raise FaultError(f"git {words[0]} failed: {done.stderr.decode('utf-8', 'replace').strip()}; see `doctor`")
    return repository


def _is_done(path: Path) -> bool:
    try:
        return path.read_text(encoding="utf-8").strip() == "hello"
    except (OSError, UnicodeDecodeError):
        return False


async def _look(project: Project, agent: AgentSettings) -> AgentAnswer:
    configured = agent.name in project.settings.agents
    try:
        profile = profile_of(agent)
    except FaultError as error:
        return AgentAnswer(
            name=agent.name, profile=agent.profile, configured=configured, installed=False, why=str(error)
        )
    about = AgentAnswer(
        name=agent.name,
        profile=profile.name,
        configured=configured,
        installed=False,
        can=tuple(sorted(able.value for able in profile.can)),
        provenance=profile.provenance.value,
        tried=profile.tried,
    )
    try:
        path = _program(project, agent, profile)
    except FaultError as error:
        return msgspec.structs.replace(about, why=str(error))
    says = path and profile.version and profile.name not in _NO_CLI
    version = await _version(project, path, profile) if says else ""
    why = vetting.why_unfit(agent, holding.level(project.settings)) or _login_problem(project, agent, profile)
    return msgspec.structs.replace(about, installed=True, program=path, version=version, usable=not why, why=why)


def _program(project: Project, agent: AgentSettings, profile: Profile) -> str:
    """Find what would be started; nothing for recordings. Raises FaultError where there is nothing."""
    argv = profile.argv(agent, Level.L0)
    if not argv:
        if not (project.root / agent.cassette).is_file():
            raise FaultError(f"there is no cassette {agent.cassette}; correct [agents.{agent.name}]")
        return ""
    root = str(project.root)
    path = environment(project.environ, agent, profile.env, {})["PATH"]
    place = Place(workspace="", seen_as="", project=root, checkout=root)
    word = program(argv[0], place, Level.L0, agent.name, path)
    return word if "/" in word else shutil.which(word, path=path) or word


def _login_problem(project: Project, agent: AgentSettings, profile: Profile) -> str:
    """Say what is missing for it to be logged in, as far as can be seen without asking it."""
    if profile.name in _NO_CLI or not (profile.logins or profile.keys):
        return ""
    home = Path(project.environ.get("HOME", "/nonexistent"))
    whole = [login for login in profile.logins if not login.keep]
    given = {*(name for name in agent.pass_env if name in project.environ), *agent.env}
    if any((home / login.path).is_file() for login in whole) or given & {*profile.keys}:
        return ""
    files = " or ".join(f"~/{login.path}" for login in whole)
    keys = ", ".join(profile.keys)
    by_file = f"no {files}" if files else ""
    by_key = f'pass_env = ["{profile.keys[0]}"] in [agents.{agent.name}] would hand on a key' if keys else ""
    return f"perhaps not logged in: {'; '.join(filter(None, (by_file, by_key)))}"


async def _version(project: Project, path: str, profile: Profile) -> str:
    with tempfile.TemporaryDirectory(prefix="orchestrator-", ignore_cleanup_errors=True) as empty:
        plain = AgentSettings(name="version")
        env = environment(project.environ, plain, {**UNATTENDED, **profile.env}, {"HOME": empty, "TERM": "dumb"})
        with anyio.move_on_after(VERSION_SECONDS):
            try:
                done = await anyio.run_process(
                    [path, *profile.version], cwd=empty, env=env, check=False, stdin=subprocess.DEVNULL
                )
            except OSError as error:
                return f"does not start: {error.strerror}"
            said = (done.stdout or done.stderr).decode("utf-8", "replace")
            lines = [_UNSAFE.sub("", line).strip() for line in said.splitlines()]
            return next((line for line in lines if line), "")[:80]
        return f"gave no version within {VERSION_SECONDS:.0f} s"
