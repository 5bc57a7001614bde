"""Agents spoken to by ACP as whole runs: guarded, their bridge a program in the run folder, stopped as any is."""

import importlib.util
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.agents.guarded import GuardedAgents
from orchestrator.agents.surroundings import Surroundings
from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.ports.agents import AgentEnd, Job, Outcome, RunKey
from orchestrator.ports.runner import Place
from orchestrator.ports.workspace import AttemptKey
from orchestrator.processes.runner import GuardedRunner

STREAMS = Path(__file__).parent.parent / "data" / "agent-streams"
AGENT = Path(__file__).with_name("acp_agent.py")
KEY = RunKey("backend/T-1", 1, 1)
JOB = Job(key=KEY, agent="a", prompt="make hello\n", promise="COMPLETE", slot=1, timeout_s=60.0)


class Site:
    """A project with an agent that plays a recording, unconfined unless it is said otherwise."""

    def __init__(self, root: Path) -> None:
        self.project, self.workspace = root / "project", root / "workspace"
        self.answers = self.workspace / "answers"
        self.folder = self.project / ".aibrain" / "runs" / "backend" / "T-1" / "1" / "1"
        for folder in (self.project, self.workspace):
            folder.mkdir()

    def place(self, key: AttemptKey, run_dir: str) -> Place:
        where = str(self.workspace)
        return Place(workspace=where, seen_as=where, project=str(self.project), checkout=str(self.project))

    def run(self, recording: str, sandbox: str = "none", **fields: Any) -> AgentEnd:
        return anyio.run(self.agents(recording, sandbox, **fields).run, JOB)

    def agents(self, recording: str, sandbox: str = "none", **fields: Any) -> GuardedAgents:
        # Beside its work, which is shown wherever these tests lie: a sandbox has a /tmp of its own.
        program, played = (shutil.copy(file, self.workspace) for file in (AGENT, STREAMS / recording))
        command = (sys.executable, "-I", "-S", str(program), str(played), str(self.answers))
        agent = AgentSettings(name="a", command=command, transport="acp", **fields)
        around = Surroundings({"PATH": "/usr/bin:/bin"}, str(self.project))
        return GuardedAgents(Settings(agents={"a": agent}), GuardedRunner(sandbox), self, str(self.project), around)

    def has_begun(self) -> bool:
        transcript = self.folder / "transcript.jsonl"
        return transcript.exists() and b"session" in transcript.read_bytes()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "transcript.jsonl").read_text().splitlines()]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.slow
def test_where_nothing_holds_it_an_agent_may_what_a_rule_allows_and_no_more(site: Site) -> None:
    end = site.run("acp-opencode-allow.jsonl")
    assert (end.outcome, site.answers.read_text()) == (Outcome.CLAIMED, "reject_once\n")
    assert end.session == "ses_e076032e3ffeRrRAPQ3UfJRDlb"


@pytest.mark.slow
def test_inside_the_sandbox_it_may_what_no_rule_denies(site: Site) -> None:
    end = site.run("acp-opencode-allow.jsonl", sandbox="auto")
    assert end.outcome is Outcome.CLAIMED
    expected = "allow_once\n" if GuardedRunner("auto").level().mounts else "reject_once\n"
    assert site.answers.read_text() == expected


@pytest.mark.slow
def test_a_run_that_is_stopped_is_cancelled_and_the_agent_says_so(site: Site) -> None:
    agents, ends = site.agents("acp-opencode-quota.jsonl"), list[AgentEnd]()

    async def story() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(run)
            while not site.has_begun():
                await anyio.sleep(0.02)
            (site.folder / "stopped.json").write_text('{"why": "timeout"}')
            await GuardedRunner("none").stop(str(site.folder))

    async def run() -> None:
        ends.append(await agents.run(JOB))

    anyio.run(story)
    end = ends[0]
    assert end.outcome is Outcome.TIMEOUT
    assert end.session == "ses_e076d37a9ffeOwGSlalDxQik1b"
    assert (site.lines()[-1]["type"], site.lines()[-1]["cancelled"]) == ("stop", True)


def test_without_the_package_it_says_what_to_install(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(FaultError, match=r"agent a is spoken to by ACP.*pip install 'orchestrator\[acp\]'"):
        site.run("acp-opencode-allow.jsonl")


def test_a_kind_that_does_not_speak_it_is_refused_with_those_that_do(site: Site) -> None:
    with pytest.raises(FaultError, match=r"profile pi is not known to speak ACP.*opencode"):
        site.run("acp-opencode-allow.jsonl", profile="pi")
