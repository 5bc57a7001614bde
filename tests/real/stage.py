"""One agent's project, workspace and person, made afresh for each scenario; and what is left when it is over."""

import json
import os
import signal
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import anyio
import msgspec

from orchestrator.agents.guarded import GuardedAgents
from orchestrator.agents.surroundings import Surroundings
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.model.talk import Briefing
from orchestrator.ports.agents import AgentEnd, Job, RunKey
from orchestrator.ports.runner import Place
from orchestrator.ports.workspace import AttemptKey
from orchestrator.processes.runner import GuardedRunner
from tests.model_server import ModelServer
from tests.real.kinds import Kind

PROMPT = "Create hello.txt\n"
KEY = RunKey("proof/T", 1, 1)
_GONE_S = 5.0
_LOOK_S = 0.1
_WRITES_LATE_S = 2.0
"""Programs write their own records a moment after what they did."""


class Stage:
    """Where one cell is played. `path` is the PATH with the agents on it."""

    def __init__(self, root: Path, kind: Kind, path: str, server: ModelServer) -> None:
        self.root, self.kind, self.path, self.server = root, kind, path, server
        self.project, self.workspace, self.person = root / "project", root / "workspace", root / "person"
        for folder in (self.project, self.workspace, self.person):
            folder.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", "-b", "main"], cwd=self.workspace, check=True)
        self.changes: dict[str, Any] = {}
        self.runner = GuardedRunner(sandbox="auto")
        self.run_dir = self.project / ".aibrain" / "runs" / "proof" / "T" / "1" / "1"

    def place(self, key: AttemptKey, run_dir: str) -> Place:
        """Give the one place there is."""
        workspace = str(self.workspace)
        return Place(workspace=workspace, seen_as=workspace, project=str(self.project), checkout=workspace)

    async def call(self, scenario: str, timeout_s: float) -> AgentEnd:
        """Let the agent work against a scenario."""
        base = self.server.base(scenario)
        self.server.folder = str(self.workspace)
        self._furnish(self.kind.home(base))
        agent = msgspec.structs.replace(self.kind.settings(base), **self.changes)
        settings = Settings(agents={agent.name: agent})
        around = Surroundings({"PATH": self.path, "LANG": "C.UTF-8", "TERM": "dumb"}, str(self.person))
        agents = GuardedAgents(settings, self.runner, self, str(self.project), around)
        job = Job(key=KEY, agent=agent.name, prompt=PROMPT, promise="COMPLETE", slot=1, timeout_s=timeout_s)
        if scenario == "mcp":
            about = Briefing(task=KEY.task, title="T", description="", attempt=1, iteration=1, iterations_left=1)
            job = msgspec.structs.replace(job, briefing=about)
        return await agents.run(job)

    async def killed_in_mid_tool(self, timeout_s: float) -> tuple[AgentEnd, str]:
        """Kill everything with -9 while the tool sleeps, then go on; give the end and the session before."""
        async with anyio.create_task_group() as group:
            group.start_soon(self.call, "slow", timeout_s)
            with anyio.fail_after(timeout_s):
                while not (self.workspace / "started.txt").exists():
                    await anyio.sleep(_LOOK_S)
            await anyio.sleep(_WRITES_LATE_S)
            group.cancel_scope.cancel()
        guardian = json.loads((self.run_dir / "guardian.json").read_text())["pid"]
        os.kill(guardian, signal.SIGKILL)
        end = await self.call("edit", timeout_s)
        record = self.run_dir / "session.json"
        return end, json.loads(record.read_text())["session"] if record.exists() else "none"

    def told(self) -> list[str]:
        """List what the agent told the people it works for."""
        outbox = self.run_dir / "scratch" / "outbox"
        return [json.loads(word.read_bytes())["text"] for word in sorted(outbox.glob("*.json"))]

    def made(self) -> bool:
        """Say whether the file the task asks for stands in the workspace."""
        return _is_right(self.workspace / "hello.txt")

    # -- through the command line ------------------------------------------------------------------------------------

    async def person_runs(self, orchestrator: str, timeout_s: float) -> tuple[bool, str]:
        """Let somebody who is logged in, and has only said where the service is, run a first task. Say how it went."""
        base = self.server.base("edit")
        self.server.folder = str(self.project)
        self._furnish(self.kind.login_home(base))
        self._write_project(self.kind.login(base))
        argv = [orchestrator, "run", "--queue", "proof", "--non-interactive"]
        env = {"PATH": self.path, "LANG": "C.UTF-8", "TERM": "dumb", "HOME": str(self.person)}
        with anyio.move_on_after(timeout_s):
            done = await anyio.run_process(argv, cwd=self.project, env=env, check=False, stderr=subprocess.STDOUT)
            said = done.stdout.decode("utf-8", "replace")
            return done.returncode == 0 and _is_right(self.project / "hello.txt"), said
        return False, f"not done after {timeout_s:.0f} s"

    def _write_project(self, agent: AgentSettings) -> None:
        table = {"profile": agent.profile, "model": agent.model, "args": list(agent.args)}
        lines = [f"{key} = {json.dumps(value)}" for key, value in table.items() if value]
        lines += [f"env.{name} = {json.dumps(value)}" for name, value in agent.env.items()]
        text = (
            f"[agents.{agent.name}]\n" + "\n".join(lines) + '\n[checks.made]\ncommand = ["test", "-s", "hello.txt"]\n'
        )
        tomllib.loads(text)
        (self.project / "orchestrator.toml").write_text(text)
        task = {"id": "T", "title": "Create hello.txt", "status": "pending", "checks": ["made"]}
        queue = {"features": [{**task, "completion_promise": "COMPLETE", "max_iterations": 2}]}
        (self.project / "queues").mkdir()
        (self.project / "queues" / "proof.json").write_text(json.dumps(queue, indent=2))
        git = ["git", "-c", "user.name=ana", "-c", "user.email=ana@example.org"]
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "begin"]):
            subprocess.run([*git, *words], cwd=self.project, check=True)

    def _furnish(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.person / name).parent.mkdir(parents=True, exist_ok=True)
            (self.person / name).write_text(text)

    # -- what is left --------------------------------------------------------------------------------------------------

    async def left_behind(self) -> list[str]:
        """List processes that still belong to this stage, a moment after the end."""
        left: list[str] = []
        with anyio.move_on_after(_GONE_S):
            while left := _processes_of(str(self.root)):
                await anyio.sleep(_LOOK_S)
        return left


def _is_right(path: Path) -> bool:
    return path.is_file() and path.read_text() == "hello\n"


def _processes_of(mark: str) -> list[str]:
    """Find processes whose environment or command line names a folder, whoever their parent is by now."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) != os.getpid() and any(mark.encode() in _read(process / part) for part in _TELLING):
            words = _read(process / "cmdline").decode("utf-8", "replace").replace("\0", " ")
            found.append(f"{process.name} {words[:80]}")
    return found


_TELLING = ("environ", "cmdline")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
