"""The MCP server: the same words over the same files, and how each CLI is told of it."""

import importlib.metadata
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from orchestrator.agents import talking, tell
from orchestrator.agents.calling import Profile
from orchestrator.agents.folders import RunFolder
from orchestrator.agents.mcp_server import make
from orchestrator.agents.profiles import PROFILES, profile_of
from orchestrator.agents.spool import Spool, leave_reply
from orchestrator.agents.talking import Server, mcp_server, mcp_words, stage
from orchestrator.model.settings import AgentSettings
from orchestrator.model.talk import AskPerson, Blocked, Briefing, Heard, Learn, Progress, ProposeTask, Reply, Word
from orchestrator.ports.agents import RunKey
from orchestrator.ports.runner import End, Level, Place
from tests.agents.conftest import Bench

BRIEFING = Briefing(task="q/T", title="t", description="d", attempt=1, iteration=1, iterations_left=3)
SERVER = Server("/usr/bin/python", ("-P", "x"))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    found = RunFolder(tmp_path / "runs", RunKey("q/T", 1, 1))
    found.make()
    stage(found, BRIEFING)
    return found


def talk(folder: RunFolder, reply: Reply, story: Callable[[Client], Awaitable[None]]) -> list[Word]:
    """Let a client talk to the server of a run, while every word gets this reply; give the words."""
    heard: list[Heard] = []

    def hear(said: Heard) -> None:
        heard.append(said)
        leave_reply(folder, said.id, reply)

    async def work() -> End:
        async with Client(make(folder.path)) as client:
            await story(client)
        return End(code=0)

    anyio.run(Spool(folder, bytes, hear).heard_during, work())
    return [said.word for said in heard]


async def call(client: Client, tool: str, **arguments: Any) -> tuple[bool, str]:
    result = await client.call_tool(tool, arguments)
    return bool(result.is_error), "".join(getattr(block, "text", "") for block in result.content)


def test_every_tool_says_its_word_and_gives_its_receipt(folder: RunFolder) -> None:
    async def story(client: Client) -> None:
        names = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert [*names] == [
            *("task_context", "report_progress", "report_blocked", "ask_person", "answers", "propose_task"),
            "record_learning",
        ]
        assert all(tool.description for tool in names.values())
        failed, context = await call(client, "task_context")
        assert (failed, json.loads(context)["iterations_left"]) == (False, 3)
        assert await call(client, "report_progress", text="half way") == (False, "Q1")
        assert await call(client, "report_blocked", reason="no key") == (False, "Q1")
        assert await call(client, "ask_person", question="which?") == (False, "ana answers: 80")
        assert await call(client, "ask_person", question="which?", go_on=True) == (False, "Q1")
        assert await call(client, "record_learning", text="TZ") == (False, "Q1")
        assert await call(client, "propose_task", title="more", files=["a"], dependencies=["B"]) == (False, "Q1")
        assert (await call(client, "answers"))[1].startswith("Q1: 80")

    words = talk(folder, Reply(ok=True, text="Q1", answer="80", by="ana"), story)
    assert words == [
        Progress(text="half way"),
        Blocked(text="no key"),
        AskPerson(text="which?"),
        AskPerson(text="which?", holds=False),
        Learn(text="TZ"),
        ProposeTask(title="more", files=("a",), dependencies=("B",)),
    ]


def test_a_refusal_is_an_error_of_the_tool_and_no_answer_is_none(folder: RunFolder) -> None:
    async def story(client: Client) -> None:
        failed, said = await call(client, "report_progress", text="x")
        assert (failed, said.endswith("refused: 50 times")) == (True, True)
        failed, said = await call(client, "report_progress", text="x" * 5000)
        assert (failed, f"at most {tell.MAX_TEXT} characters" in said) == (True, True)

    assert talk(folder, Reply(ok=False, text="50 times"), story) == [Progress(text="x")]

    async def unanswered(client: Client) -> None:
        assert await call(client, "ask_person", question="which?", wait_seconds=0) == (False, tell.LATER)

    talk(folder, Reply(ok=True, text="Q1 waits"), unanswered)


# -- how a CLI learns of it ----------------------------------------------------------------------------------------


def words_of(folder: RunFolder, profile: str) -> tuple[str, ...]:
    return mcp_words(folder, PROFILES[profile], SERVER)


def test_flags_name_the_server_in_each_clis_own_way(folder: RunFolder) -> None:
    path = str(folder.file("mcp.json"))
    assert words_of(folder, "claude-code") == words_of(folder, "qwen") == ("--mcp-config", path)
    assert json.loads(Path(path).read_bytes()) == {
        "mcpServers": {"orchestrator": {"command": "/usr/bin/python", "args": ["-P", "x"]}}
    }
    assert words_of(folder, "codex")[:4] == (
        "-c",
        'mcp_servers.orchestrator.command="/usr/bin/python"',
        "-c",
        'mcp_servers.orchestrator.args=["-P", "x"]',
    )
    assert words_of(folder, "copilot") == ("--additional-mcp-config", f"@{path}")
    assert json.loads(Path(path).read_bytes())["mcpServers"]["orchestrator"]["tools"] == ["*"]
    assert [words_of(folder, name) for name in ("gemini", "opencode", "command", "aider")] == [()] * 4
    assert mcp_words(folder, PROFILES["claude-code"], None) == ()


def test_settings_name_it_where_flags_do_not(folder: RunFolder) -> None:
    gemini = json.loads(talking.config(PROFILES["gemini"], SERVER))
    assert gemini["mcpServers"]["orchestrator"]["command"] == "/usr/bin/python"
    assert "privacy" in gemini
    opencode = json.loads(talking.config(PROFILES["opencode"], SERVER))
    assert opencode["mcp"]["orchestrator"]["command"] == ["/usr/bin/python", "-P", "x"]
    assert "mcpServers" not in json.loads(talking.config(PROFILES["gemini"], None))
    assert "mcpServers" not in json.loads(talking.config(PROFILES["qwen"], SERVER))


@pytest.mark.parametrize(("version", "offered"), [("2.3.0", 1), ("1.9", 0), ("", 0)])
def test_it_is_offered_where_the_extra_is_installed(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch, version: str, offered: int
) -> None:
    def installed(name: str) -> str:
        if not version:
            raise importlib.metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(importlib.metadata, "version", installed)
    place = Place(workspace="/w", seen_as="/p", project="/p", checkout="/p")
    server = mcp_server(folder, place, Level.L0)
    assert (server is not None) is bool(offered)
    assert server is None or server.args[:3] == ("-P", "-m", "orchestrator")


def test_a_python_in_the_users_checkout_is_named_where_the_sandbox_shows_it(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/p/.venv/bin/python")
    place = Place(workspace="/w", seen_as="/p", project="/p", checkout="/p")
    shown = {level: mcp_server(folder, place, level) for level in (Level.L0, Level.L2)}
    assert [server.command for server in shown.values() if server] == [
        "/p/.venv/bin/python",
        "/p/.aibrain/project/.venv/bin/python",
    ]


def test_an_agent_gets_it_with_its_briefing_and_not_without(bench: Bench) -> None:
    bench.agent(profile="claude-code", command=("agent",), allow_dangerous=True)
    anyio.run(bench.agents.run, bench.job(briefing=BRIEFING))
    assert "--mcp-config" in bench.runner.launches[0].argv
    anyio.run(bench.agents.run, bench.job(iteration=2))
    assert "--mcp-config" not in bench.runner.launches[1].argv


def test_every_profile_that_can_use_it_and_was_run_is_told_of_it() -> None:
    ran = [profile for profile in PROFILES.values() if "mcp" in profile.can and profile.tried]
    assert {profile.name for profile in ran} == {"claude-code", "codex", "gemini", "opencode", "qwen", "copilot"}
    assert all(_is_told(profile) for profile in ran)
    own = AgentSettings(name="x", profile="command")
    assert not _is_told(profile_of(own))


def _is_told(profile: Profile) -> bool:
    if profile.mcp_in_config:
        return bool(profile.config_at)
    return bool(profile.mcp) and "{mcp}" in profile.template
