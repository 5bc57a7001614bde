"""`scripts/prove agents`: real agents, guarded and confined, against a scripted model service on loopback.

Every cell of the table on docs/proofs/agents.md was run: an agent, a scenario, and the outcome it came to. Agents
that are not installed (below --cache: `bin/` and `npm/node_modules/.bin/`; or on the PATH) are named and left out.
Clean homes, made-up keys; nothing leaves the machine.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import anyio

from orchestrator.agents.guarded import GuardedAgents
from orchestrator.agents.surroundings import Surroundings
from orchestrator.errors import FaultError
from orchestrator.model.agent_events import Outcome
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.ports.agents import AgentEnd, Job, RunKey
from orchestrator.ports.runner import Place
from orchestrator.ports.workspace import AttemptKey
from orchestrator.processes.runner import GuardedRunner
from tests.model_server import ModelServer, model_server

_ROOT = Path(__file__).resolve().parents[2]
PROMPT = "Create hello.txt\n"
KEY = RunKey("proof/T", 1, 1)
_MODEL = "fake-model"
_RESETS_IN_S = 3600


class Kind(NamedTuple):
    """How one agent is pointed at the service: its settings, and files of the person's home."""

    program: str
    settings: Callable[[str], AgentSettings]
    home: Callable[[str], dict[str, str]]


def _codex(base: str) -> AgentSettings:
    pairs = {
        "model_provider": "x",
        "model": _MODEL,
        "model_providers.x.name": "x",
        "model_providers.x.base_url": f"{base}/v1",
        "model_providers.x.wire_api": "responses",
        "model_providers.x.env_key": "FAKE_KEY",
    }
    words = [word for key, value in pairs.items() for word in ("-c", f'{key}="{value}"')]
    fewer = ("-c", "model_providers.x.request_max_retries=1", "-c", "model_providers.x.stream_max_retries=1")
    return AgentSettings(name="codex", profile="codex", args=(*words, *fewer), env={"FAKE_KEY": "fake-key-1"})


def _claude(base: str) -> AgentSettings:
    key = "CLAUDE_CODE_OAUTH_TOKEN" if base.endswith("quota") else "ANTHROPIC_API_KEY"
    env = {"ANTHROPIC_BASE_URL": base, key: "sk-ant-fake-1", "CLAUDE_CODE_MAX_RETRIES": "3"}
    return AgentSettings(name="claude", profile="claude-code", env=env)


def _opencode(base: str) -> AgentSettings:
    model = {"name": "f", "cost": {"input": 3, "output": 15}, "limit": {"context": 100000, "output": 8000}}
    options = {"baseURL": f"{base}/v1", "apiKey": "fake-key-1"}
    provider = {"npm": "@ai-sdk/openai-compatible", "options": options, "models": {_MODEL: model}}
    env = {"OPENCODE_CONFIG_CONTENT": json.dumps({"provider": {"fake": provider}})}
    return AgentSettings(name="opencode", profile="opencode", model=f"fake/{_MODEL}", env=env)


def _gemini(base: str) -> AgentSettings:
    env = {"GOOGLE_GEMINI_BASE_URL": base, "GEMINI_API_KEY": "fake-key-1"}
    return AgentSettings(name="gemini", profile="gemini", model="gemini-2.5-pro", env=env)


def _qwen(base: str) -> AgentSettings:
    env = {"OPENAI_BASE_URL": f"{base}/v1", "OPENAI_API_KEY": "fake-key-1", "OPENAI_MODEL": _MODEL}
    return AgentSettings(name="qwen", profile="qwen", args=("--auth-type", "openai"), env=env)


def _pi(_base: str) -> AgentSettings:
    return AgentSettings(name="pi", profile="pi", model=_MODEL, args=("--provider", "fake"), env={"PI_OFFLINE": "1"})


def _pi_home(base: str) -> dict[str, str]:
    cost = {"input": 3, "output": 15, "cacheRead": 0.3, "cacheWrite": 0}
    model = {"id": _MODEL, "name": "f", "reasoning": False, "input": ["text"], "cost": cost}
    fake = {
        "baseUrl": f"{base}/v1",
        "apiKey": "fake-key-1",
        "api": "openai-completions",
        "models": [{**model, "contextWindow": 100000, "maxTokens": 8000}],
    }
    return {".pi/agent/models.json": json.dumps({"providers": {"fake": fake}})}


def _nothing(_base: str) -> dict[str, str]:
    return {}


def _gemini_home(_base: str) -> dict[str, str]:
    return {".gemini/settings.json": json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}}})}


KINDS = {
    "codex": Kind("codex", _codex, _nothing),
    "claude": Kind("claude", _claude, _nothing),
    "opencode": Kind("opencode", _opencode, _nothing),
    "gemini": Kind("gemini", _gemini, _gemini_home),
    "qwen": Kind("qwen", _qwen, _nothing),
    "pi": Kind("pi", _pi, _pi_home),
}
_SILENT = {Outcome.TIMEOUT, Outcome.STALLED}
EXPECTED: dict[str, set[Outcome]] = {
    "edit": {Outcome.CLAIMED},
    "flaky": {Outcome.CLAIMED},
    "huge": {Outcome.CLAIMED},
    "background": {Outcome.CLAIMED},
    "r401": {Outcome.AUTH},
    "r429": {Outcome.RATE_LIMITED, *_SILENT},  # some try again in silence for longer than we wait here
    "quota": {Outcome.RATE_LIMITED, *_SILENT},
    "r529": {Outcome.TRANSIENT, *_SILENT},
    "cut": {Outcome.TRUNCATED, Outcome.TRANSIENT, Outcome.INCOMPLETE, Outcome.LOOPING, *_SILENT},
    "hang": _SILENT,
    "kill": {Outcome.CLAIMED},
}


class Cell(NamedTuple):
    """One run: what it came to, and whether that is what it had to come to."""

    agent: str
    scenario: str
    good: bool
    text: str
    note: str


class Stage:
    """One agent's project, workspace and person, made afresh for each scenario."""

    def __init__(self, root: Path, kind: Kind, path: str, server: ModelServer) -> None:
        self.kind, self.path, self.server = kind, path, server
        self.project, self.workspace, self.person = root / "project", root / "workspace", root / "person"
        for folder in (self.project, self.workspace, self.person):
            folder.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", "-b", "main"], cwd=self.workspace, check=True)
        self.runner = GuardedRunner(sandbox="auto")
        self.run_dir = self.project / ".aibrain" / "runs" / "proof" / "T" / "1" / "1"

    def place(self, key: AttemptKey, run_dir: str) -> Place:
        """Give the one place there is."""
        workspace = str(self.workspace)
        return Place(workspace=workspace, seen_as=workspace, project=str(self.project), checkout=workspace)

    async def call(self, scenario: str, timeout_s: float) -> AgentEnd:
        """Let the agent work against a scenario."""
        base = self.server.base(scenario)
        for name, text in self.kind.home(base).items():
            (self.person / name).parent.mkdir(parents=True, exist_ok=True)
            (self.person / name).write_text(text)
        agent = self.kind.settings(base)
        settings = Settings(agents={agent.name: agent})
        around = Surroundings({"PATH": self.path, "LANG": "C.UTF-8", "TERM": "dumb"}, str(self.person))
        agents = GuardedAgents(settings, self.runner, self, str(self.project), around)
        job = Job(key=KEY, agent=agent.name, prompt=PROMPT, promise="COMPLETE", slot=1, timeout_s=timeout_s)
        return await agents.run(job)

    async def killed_in_mid_tool(self, timeout_s: float) -> tuple[AgentEnd, str]:
        """Kill everything with -9 while the tool sleeps, then go on; give the end and the session before."""
        async with anyio.create_task_group() as group:
            group.start_soon(self.call, "slow", timeout_s)
            with anyio.fail_after(timeout_s):
                while not (self.workspace / "started.txt").exists():
                    await anyio.sleep(0.05)
            await anyio.sleep(2)  # programs write their own records a moment later
            group.cancel_scope.cancel()
        guardian = json.loads((self.run_dir / "guardian.json").read_text())["pid"]
        os.kill(guardian, signal.SIGKILL)
        end = await self.call("edit", timeout_s)
        record = self.run_dir / "session.json"
        return end, json.loads(record.read_text())["session"] if record.exists() else "none"


async def prove_one(name: str, scenario: str, path: str, server: ModelServer, timeout_s: float) -> Cell:
    """Run one cell of the table."""
    with tempfile.TemporaryDirectory(dir=Path.home() / ".cache", ignore_cleanup_errors=True) as folder:
        stage = Stage(Path(folder).resolve(), KINDS[name], path, server)
        server.flakes = 2
        try:
            if scenario == "kill":
                end, kept = await stage.killed_in_mid_tool(timeout_s)
                same = kept == end.session
            else:
                end, same = await stage.call(scenario, timeout_s), True
        except (FaultError, TimeoutError) as error:
            return Cell(name, scenario, good=False, text="fault", note=str(error))
        made = (stage.workspace / "hello.txt").exists() or end.outcome is not Outcome.CLAIMED
        good = end.outcome in EXPECTED[scenario] and same and made
        until = f" until {datetime.fromtimestamp(end.until / 1000, UTC):%H:%M:%S}" if end.until else ""
        text = f"{end.outcome.value}{until}, {end.seconds:.1f} s" + (
            "" if scenario != "kill" else ", same session" if same else ", a fresh session"
        )
        return Cell(name, scenario, good=good, text=text, note=end.note)


def main() -> int:
    """Run what is asked and print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "orchestrator-agents")
    asked.add_argument("--agent", action="append", choices=sorted(KINDS))
    asked.add_argument("--scenario", action="append", choices=sorted(EXPECTED))
    asked.add_argument("--timeout", type=float, default=60.0)
    words = asked.parse_args()
    path = f"{words.cache / 'bin'}:{words.cache / 'npm' / 'node_modules' / '.bin'}:{os.environ.get('PATH', '')}"
    cells: list[Cell] = []
    resets_at = int(datetime.now(UTC).timestamp()) + _RESETS_IN_S  # noqa: TID251  # a real service's clock
    with model_server(resets_at) as server:
        for name in words.agent or KINDS:
            if shutil.which(KINDS[name].program, path=path) is None:
                sys.stderr.write(f"{name}: not installed; left out\n")
                continue
            for scenario in words.scenario or EXPECTED:
                cell = anyio.run(prove_one, name, scenario, path, server, 8.0 if scenario == "hang" else words.timeout)
                cells.append(cell)
                sys.stderr.write(f"{'ok ' if cell.good else 'BAD'} {name} {scenario}: {cell.text} {cell.note}\n")
    if not words.agent and not words.scenario:
        page = _ROOT / "docs" / "proofs" / "agents.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(_page(cells, path), encoding="utf-8")
    return 0 if cells and all(cell.good for cell in cells) else 1


def _page(cells: list[Cell], path: str) -> str:
    agents = list(dict.fromkeys(cell.agent for cell in cells))
    found = {(cell.agent, cell.scenario): cell for cell in cells}
    rows = [
        f"| {scenario} | " + " | ".join(_shown(found.get((agent, scenario))) for agent in agents) + " |"
        for scenario in EXPECTED
    ]
    versions = ", ".join(f"{agent} {_version(KINDS[agent].program, path)}" for agent in agents)
    now = f"{datetime.now(UTC):%Y-%m-%d}"  # noqa: TID251  # when the proof was run
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    head = f"# Real agents\n\n`scripts/prove agents` on {now} at {commit.stdout.strip()}: {versions}.\n"
    table = [f"| scenario | {' | '.join(agents)} |", f"|---{'|---' * len(agents)}|", *rows]
    return f"{head}\n" + "\n".join(table) + "\n"


def _shown(cell: Cell | None) -> str:
    return "" if cell is None else cell.text if cell.good else f"**{cell.text}**"


def _version(program: str, path: str) -> str:
    with tempfile.TemporaryDirectory() as home:
        env = {"PATH": path, "HOME": home}
        said = subprocess.run([program, "--version"], env=env, capture_output=True, text=True, check=False, timeout=30)
    return (said.stdout.strip().splitlines() or [""])[-1]


if __name__ == "__main__":
    sys.exit(main())
