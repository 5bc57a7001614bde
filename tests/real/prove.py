"""`scripts/prove agents`: real agents, guarded and confined, against a scripted model service on loopback.

Every cell of the table in docs/agents.md was run: an agent, a scenario, and the outcome it came to; an empty one fails
the proof. The agents are looked for below --cache (`bin/` and `npm/node_modules/.bin/`), then on the PATH; `--install`
puts the versions that are proved there, from npm. `--keep FOLDER` keeps what each run said. Clean homes, made-up keys;
nothing leaves the machine. With `--agent` or `--scenario` only those are run, and no page is written.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import anyio
import msgspec

from orchestrator.agents.calling import Can, Profile
from orchestrator.agents.normalise.registry import events_of
from orchestrator.agents.profiles import profile_of
from orchestrator.errors import FaultError
from orchestrator.model.agent_events import AgentEvent, Outcome, Permission, ToolEnd
from orchestrator.ports.agents import AgentEnd
from tests.model_server import ModelServer, model_server
from tests.real import pages, recording
from tests.real.kinds import KINDS, LOGIN_KEY, Kind
from tests.real.pages import Cell
from tests.real.scenarios import SCENARIOS
from tests.real.stage import Stage

_RESETS_IN_S = 3600
_RESET_SLACK_S = 90
_HOMES = Path.home() / ".cache"
"""Not below /tmp: some agents refuse to keep their state there."""


class Trial(NamedTuple):
    """What one cell is tried with."""

    name: str
    scenario: str
    path: str
    server: ModelServer
    timeout_s: float
    keep: Path | None

    @property
    def profile(self) -> Profile:
        """What it is called by, spoken to as the scenario wants."""
        transport = "stream" if SCENARIOS[self.scenario].permissions is None else "acp"
        return profile_of(msgspec.structs.replace(self.kind.settings(""), transport=transport))

    @property
    def kind(self) -> Kind:
        """The agent's."""
        return KINDS[self.name]

    async def cell(self) -> Cell:
        """Run it, and ask what is always asked: is the outcome right, is every process gone."""
        if SCENARIOS[self.scenario].permissions is not None and profile_of(self.kind.settings("")).acp is None:
            return Cell(self.name, self.scenario, "does not speak ACP")
        self.server.flakes = 2
        self.server.keys.clear()
        with tempfile.TemporaryDirectory(dir=_HOMES, ignore_cleanup_errors=True) as folder:
            stage = Stage(Path(folder).resolve(), self.kind, self.path, self.server)
            try:
                text, problems = await (self._login(stage) if self.scenario == "login" else self._run(stage))
            except (FaultError, TimeoutError, ExceptionGroup) as error:
                text, problems = "fault", [f"{type(error).__name__}: {error}"]
            problems += [f"left behind: {process}" for process in await stage.left_behind()]
            if self.keep is not None and self.scenario != "login":
                recording.keep(self.keep, f"{self.name}.{self.scenario}", stage)
        return Cell(self.name, self.scenario, text, tuple(problems))

    async def _run(self, stage: Stage) -> tuple[str, list[str]]:
        wanted = SCENARIOS[self.scenario]
        limit_s = wanted.limit_s or self.timeout_s
        if wanted.permissions is not None:
            stage.changes = {"transport": "acp", "permissions": wanted.permissions}
        if self.scenario.endswith("kill"):
            end, before = await stage.killed_in_mid_tool(limit_s)
            problems = [] if before == end.session else [f"session {before} became {end.session}"]
            also = ", same session" if not problems else ""
        else:
            end, problems, also = await stage.call(wanted.plays or self.scenario, limit_s), [], ""
        expected = dict(self.kind.otherwise).get(self.scenario, wanted.expected)
        if end.outcome not in expected:
            problems.append(f"expected {' or '.join(expected)}: {end.note}")
        events = _events(stage, self.profile.stream)
        match self.scenario:
            case "acp-deny":
                problems += _undenied(stage, events)
            case "mcp":
                problems += [] if stage.told() == ["half of it is done"] else [f"it told {stage.told()}"]
            case "acp-cancel":
                problems += [] if "cancelled" in _reasons(stage) else ["the agent did not say that it was cancelled"]
            case _:
                problems += self._missing(stage, end, events)
        return _shown(stage, end) + also, problems

    def _missing(self, stage: Stage, end: AgentEnd, events: list[AgentEvent]) -> list[str]:
        """Name what a claim, or a limit, should have come with."""
        can = self.profile.can
        if end.outcome is Outcome.CLAIMED:
            known = {
                "the file is not right": stage.made(),
                "no session": bool(end.session),
                "no tool was heard of": any(isinstance(event, ToolEnd) and event.ok for event in events),
                "no tokens": end.tokens > 0 or Can.TOKENS not in can,
                "no cost": end.usd > 0 or Can.COST not in can,
            }
            return [what for what, there in known.items() if not there]
        if self.scenario == "quota" and Can.RESET in can:
            off = abs((end.until or 0) / 1000 - self.server.resets_at)
            return [] if off <= _RESET_SLACK_S else [f"the limit resets at {end.until}, not {self.server.resets_at}"]
        return []

    async def _login(self, stage: Stage) -> tuple[str, list[str]]:
        began = time.monotonic()
        done, said = await stage.person_runs(str(Path(sys.executable).with_name("orchestrator")), self.timeout_s * 2)
        problems = [] if done else [said[-2000:]]
        if not any(LOGIN_KEY in key for key in self.server.keys):
            problems.append("the service never saw the key of the login file")
        return f"{'done' if done else 'not done'}, {time.monotonic() - began:.0f} s", problems


def _shown(stage: Stage, end: AgentEnd) -> str:
    until = f" until {datetime.fromtimestamp(end.until / 1000, UTC):%H:%M:%S}" if end.until else ""
    stopped = ", stopped" if (stage.run_dir / "stopped.json").exists() else ""
    return f"{end.outcome.value}{until}{stopped}, {end.seconds:.0f} s"


def _events(stage: Stage, stream: str) -> list[AgentEvent]:
    with (stage.run_dir / "transcript.jsonl").open("rb") as lines:
        return list(events_of(stream, lines, 0))


def _undenied(stage: Stage, events: list[AgentEvent]) -> list[str]:
    denied = any(isinstance(event, Permission) and not event.allowed for event in events)
    known = {"it was not denied": denied, "it was done all the same": not stage.made()}
    return [what for what, well in known.items() if not well]


def _reasons(stage: Stage) -> list[str]:
    lines = (stage.run_dir / "transcript.jsonl").read_text(encoding="utf-8").splitlines()
    return [line["reason"] for line in map(json.loads, lines) if line["type"] == "stop"]


def main() -> int:
    """Run what is asked and print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cache", type=Path, default=_HOMES / "orchestrator-agents")
    asked.add_argument("--install", action="store_true")
    asked.add_argument("--agent", action="append", choices=sorted(KINDS))
    asked.add_argument("--scenario", action="append", choices=sorted(SCENARIOS))
    asked.add_argument("--timeout", type=float, default=60.0)
    asked.add_argument(
        "--at-once", type=int, default=3, help="agents that are tried side by side: most of it is waiting"
    )
    asked.add_argument("--keep", type=Path)
    words = asked.parse_args()
    if words.install:
        _install(words.cache / "npm")
    path = f"{words.cache / 'bin'}:{words.cache / 'npm' / 'node_modules' / '.bin'}:{os.environ.get('PATH', '')}"
    missing = [name for name in words.agent or KINDS if shutil.which(KINDS[name].program, path=path) is None]
    if missing:
        sys.stderr.write(f"not installed: {', '.join(missing)}; say --install, or name others with --agent\n")
        return 2
    began = time.monotonic()
    cells = _all(words, path)
    if not words.agent and not words.scenario:
        pages.write(cells, path, time.monotonic() - began)
    return 0 if cells and not any(cell.problems for cell in cells) else 1


def _all(words: argparse.Namespace, path: str) -> list[Cell]:
    cells: list[Cell] = []
    resets_at = int(datetime.now(UTC).timestamp()) + _RESETS_IN_S  # noqa: TID251  # a real service's clock

    def of(name: str) -> list[Cell]:
        found: list[Cell] = []
        with model_server(resets_at) as server:
            for scenario in words.scenario or SCENARIOS:
                cell = anyio.run(Trial(name, scenario, path, server, words.timeout, words.keep).cell)
                found.append(cell)
                said = "; ".join(cell.problems)
                sys.stderr.write(f"{'BAD' if cell.problems else 'ok '} {name} {scenario}: {cell.text} {said}\n")
        return found

    with ThreadPoolExecutor(words.at_once) as threads:
        for found in threads.map(of, words.agent or KINDS):
            cells += found
    return cells


def _install(prefix: Path) -> None:
    prefix.mkdir(parents=True, exist_ok=True)
    packages = [kind.package for kind in KINDS.values()]
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", str(prefix), *packages], check=True)


if __name__ == "__main__":
    sys.exit(main())
