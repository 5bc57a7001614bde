"""Agents over the real runner: real guardians, real process trees, real ends."""

import contextlib
import json
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.agents.guarded import GuardedAgents
from orchestrator.agents.surroundings import Surroundings
from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.ports.agents import AgentEnd, Job, Life, Outcome, RunKey
from orchestrator.ports.runner import Place
from orchestrator.ports.workspace import AttemptKey
from orchestrator.processes.runner import GuardedRunner

pytestmark = pytest.mark.slow
KEY = RunKey("backend/T-1", 1, 1)


class Site:
    """A project whose agent is a shell script at its root, unconfined."""

    def __init__(self, root: Path) -> None:
        self.project = root / "project"
        self.workspace = root / "workspace"
        self.folder = self.project / ".aibrain" / "runs" / "backend" / "T-1" / "1" / "1"
        for folder in (self.project, self.workspace):
            folder.mkdir()

    def script(self, text: str) -> None:
        path = self.project / "agent.sh"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def place(self, key: AttemptKey, run_dir: str) -> Place:
        where = str(self.workspace)
        return Place(workspace=where, seen_as=where, project=str(self.project), checkout=str(self.project))

    def agents(self, **fields: Any) -> GuardedAgents:
        agent = AgentSettings(name="a", command=("./agent.sh",), **fields)
        around = Surroundings({"PATH": os.environ["PATH"], "SECRET": "x"}, str(self.project))
        return GuardedAgents(Settings(agents={"a": agent}), GuardedRunner("none"), self, str(self.project), around)

    def run(self, **fields: Any) -> AgentEnd:
        job = Job(key=KEY, agent="a", prompt="make hello\n", promise="DONE", slot=1)

        async def go() -> AgentEnd:
            with anyio.fail_after(20):
                return await self.agents(**fields).run(job)

        return anyio.run(go)

    def abandon(self, until: Callable[[], bool]) -> None:
        """Start the agent and leave it running, as a killed orchestrator would."""
        job = Job(key=KEY, agent="a", prompt="make hello\n", promise="DONE", slot=1)

        async def go() -> None:
            with anyio.fail_after(20):
                async with anyio.create_task_group() as group:
                    group.start_soon(self.agents().run, job)
                    while not until():
                        await anyio.sleep(0.01)  # another process is to get somewhere: nothing announces it
                    group.cancel_scope.cancel()

        anyio.run(go)

    def ask(self, question: Callable[[RunKey], Awaitable[Any]]) -> Any:
        return anyio.run(question, KEY)

    def guardian(self) -> int:
        return int(json.loads((self.folder / "guardian.json").read_text())["pid"])


def command_lines() -> list[bytes]:
    """Read the command lines of all processes there are."""
    lines: list[bytes] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended while we looked
            lines.append(path.read_bytes())
    return lines


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_an_agent_gets_the_prompt_works_in_the_workspace_and_claims(site: Site) -> None:
    site.script('cat > asked; env > "$HOME/env"; echo hello > hello.txt; echo "<promise>DONE</promise>"')
    end = site.run()
    assert (end.outcome, end.exit_code) == (Outcome.CLAIMED, 0)
    assert (site.workspace / "asked").read_text() == "make hello\n"
    assert (site.workspace / "hello.txt").read_text() == "hello\n"
    environment = (site.folder / "home" / "env").read_text()
    assert "ORCHESTRATOR_TASK=backend/T-1\n" in environment
    assert "SECRET" not in environment
    assert (site.folder / "transcript.jsonl").read_text() == "<promise>DONE</promise>\n"


def test_an_agent_beyond_its_time_is_stopped_with_all_its_children(site: Site) -> None:
    mark = f"300.{os.getpid()}"
    site.script(f"(setsid sleep {mark})")
    assert site.run(timeout_s=0.3).outcome is Outcome.TIMEOUT
    assert not any(mark.encode() in line for line in command_lines())
    assert site.run(timeout_s=0.3).outcome is Outcome.TIMEOUT


def test_an_agent_whose_program_is_missing_is_a_fault(site: Site) -> None:
    site.script("exec no-such-agent")
    with pytest.raises(FaultError, match=r"ended with 127 \(command not found\): .*no-such-agent.*not found"):
        site.run()
    site.script('echo "<promise>DONE</promise>"')
    assert site.run().outcome is Outcome.CLAIMED


def test_a_script_with_a_missing_interpreter_is_a_fault(site: Site) -> None:
    (site.project / "agent.sh").write_text("#!/no/such/interpreter\n")
    (site.project / "agent.sh").chmod(0o755)
    with pytest.raises(FaultError, match="agent a "):
        site.run()


def test_an_agent_outlives_its_starter_and_is_adopted(site: Site) -> None:
    site.script('echo x >> starts; while [ ! -e go ]; do sleep 0.02; done; echo "<promise>DONE</promise>"')
    site.abandon((site.workspace / "starts").exists)
    assert site.ask(site.agents().life) is Life.RUNNING
    (site.workspace / "go").touch()
    assert site.run().outcome is Outcome.CLAIMED
    assert (site.workspace / "starts").read_text() == "x\n"


def test_an_agent_whose_guardian_was_killed_starts_again_and_is_told(site: Site) -> None:
    site.script('cat >> asked; [ -e go ] || sleep 300; echo "<promise>DONE</promise>"')
    site.abandon(lambda: (site.workspace / "asked").exists() and bool((site.workspace / "asked").read_text()))
    os.kill(site.guardian(), signal.SIGKILL)
    (site.workspace / "go").touch()
    assert site.run().outcome is Outcome.CLAIMED
    first, _, second = (site.workspace / "asked").read_text().partition("## You were interrupted")
    assert first == "make hello\n"
    assert second.endswith("make hello\n")
    assert (site.folder / "cut-1" / "guardian.json").exists()


def test_an_agent_stopped_by_hand_starts_again_next_time(site: Site) -> None:
    site.script('echo x >> starts; [ -e go ] || sleep 300; echo "<promise>DONE</promise>"')
    site.abandon((site.workspace / "starts").exists)
    site.ask(site.agents().stop)
    assert site.ask(site.agents().life) is not Life.RUNNING
    (site.workspace / "go").touch()
    assert site.run().outcome is Outcome.CLAIMED
    assert (site.workspace / "starts").read_text() == "x\nx\n"
