"""A runner that starts nothing: it plays what a script says the agent did, and remembers what it was asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.agents.guarded import GuardedAgents
from orchestrator.agents.surroundings import Surroundings
from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.ports.agents import Job, Life, RunKey
from orchestrator.ports.runner import End, Launch, Level, Place, Process, Watch, Watchdog
from orchestrator.ports.workspace import AttemptKey

Script = Callable[[Launch], End | Watch | None]


class FakeRunner:
    """Does what `script` says at start: an End, a Watch that a wait will report, or None (runs until told)."""

    def __init__(self) -> None:
        self.script: Script = lambda _launch: End(code=0)
        self.launches: list[Launch] = []
        self.waits: list[float | None] = []
        self.watchdogs: list[Watchdog | None] = []
        self.tree: tuple[Process, ...] = ()
        self.stopped: list[str] = []
        self.lives: dict[str, Life] = {}
        self.ends: dict[str, End | Watch | None] = {}
        self.best = Level.L0

    async def start(self, launch: Launch) -> None:
        if self.lives.get(launch.run_dir) is Life.RUNNING:
            raise FaultError("already guarded")
        self.launches.append(launch)
        Path(launch.run_dir, "guardian.json").write_text("{}")
        Path(launch.stdout).touch()
        Path(launch.stderr).touch()
        self._set(launch.run_dir, self.script(launch))

    def _set(self, run_dir: str, end: End | Watch | None) -> None:
        self.ends[run_dir] = end
        self.lives[run_dir] = Life.ENDED if isinstance(end, End) else Life.RUNNING
        if isinstance(end, End):
            Path(run_dir, "exit.json").write_text("{}")

    def crash(self, run_dir: str) -> None:
        """Act as if the whole machine went down."""
        self.lives[run_dir] = Life.GONE

    async def wait(
        self, run_dir: str, *, timeout_s: float | None = None, watchdog: Watchdog | None = None
    ) -> tuple[Watch, End | None]:
        self.waits.append(timeout_s)
        self.watchdogs.append(watchdog)
        end = self.ends[run_dir]
        return (end, None) if isinstance(end, Watch) else (Watch.ENDED, end)

    async def processes(self, run_dir: str) -> tuple[Process, ...]:
        return self.tree

    async def stop(self, run_dir: str, *, grace_s: float = 3.0) -> End:
        self.stopped.append(run_dir)
        self._set(run_dir, End(signal=2, seconds=9.0, reason="stopped"))
        return End(signal=2, seconds=9.0, reason="stopped")

    async def life(self, run_dir: str) -> Life:
        life = self.lives.get(run_dir, Life.GONE)
        return Life.GONE if life is Life.ENDED and not Path(run_dir, "exit.json").exists() else life

    async def run(self, launch: Launch, *, timeout_s: float) -> tuple[Watch, End]:
        raise NotImplementedError

    def level(self) -> Level:
        return self.best


class Bench:
    """A project on disk with agents over the fake runner. `agent(...)` sets how agent `a` is configured."""

    def __init__(self, root: Path) -> None:
        self.project = root / "project"
        self.home = root / "person"
        self.bin = root / "bin"
        for folder in (self.project, self.home, self.bin):
            folder.mkdir()
        self.program("agent")
        self.runner = FakeRunner()
        self.environ = {"PATH": str(self.bin), "SECRET": "s3cret", "LC_ALL": "C.UTF-8", "TOKEN": "t0ken"}
        self.settings = Settings(agents={"a": AgentSettings(name="a", command=("agent",))})

    def program(self, name: str, folder: Path | None = None, mode: int = 0o755) -> Path:
        path = (folder or self.bin) / name
        path.write_text("#!/bin/sh\n")
        path.chmod(mode)
        return path

    def agent(self, **fields: Any) -> None:
        unheld = {"allow_dangerous": True, **fields}
        self.settings = Settings(agents={"a": AgentSettings(name="a", **unheld)})

    def place(self, key: AttemptKey, run_dir: str) -> Place:
        workspace = self.project / ".aibrain" / "workspaces" / key.task / str(key.attempt)
        return Place(
            workspace=str(workspace),
            seen_as=str(self.project),
            project=str(self.project),
            checkout=str(self.project),
            readable=("/given",),
        )

    @property
    def agents(self) -> GuardedAgents:
        around = Surroundings(self.environ, str(self.home))
        return GuardedAgents(self.settings, self.runner, self, str(self.project), around)

    def job(self, attempt: int = 1, iteration: int = 1, promise: str | None = "DONE", **fields: Any) -> Job:
        whole: dict[str, Any] = {"agent": "a", "prompt": "do it\n", "slot": 1, **fields}
        return Job(key=RunKey("backend/T-1", attempt, iteration), promise=promise, **whole)

    def folder(self, attempt: int = 1, iteration: int = 1) -> Path:
        return self.project / ".aibrain" / "runs" / "backend" / "T-1" / str(attempt) / str(iteration)

    def says(self, text: str, end: End | Watch | None = None, errors: str = "") -> None:
        """From now on the agent prints this and ends so."""

        def script(launch: Launch) -> End | Watch | None:
            Path(launch.stdout).write_text(text)
            Path(launch.stderr).write_text(errors)
            return End(code=0, seconds=1.5) if end is None else end

        self.runner.script = script


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def streams() -> Path:
    return Path(__file__).parent.parent / "data" / "agent-streams"
