"""Agents that speak the Agent Client Protocol: recorded conversations, played by a program, through the bridge."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from acp import stdio

from orchestrator.agents import bridge
from orchestrator.agents.bridge import Bridge, about, decide
from orchestrator.agents.normalise.registry import events_of
from orchestrator.model.agent_events import AgentEvent, Final, Outcome, Permission, Started, Text, ToolEnd, ToolStart
from orchestrator.policy.outcome import AgentResult, EndFacts, classify, sum_up

STREAMS = Path(__file__).parent.parent / "data" / "agent-streams"
AGENT = Path(__file__).with_name("acp_agent.py")
AT = 1_795_171_200_000  # 2026-11-20 10:40 UTC
DONE = "<promise>COMPLETE</promise>"
NO_COMMANDS = {"deny": ["execute"]}


class Played:
    """One conversation, and what was heard of it."""

    def __init__(self, lines: list[dict[str, Any]], answers: list[str], code: int) -> None:
        self.lines, self.answers, self.code = lines, answers, code
        self.events: list[AgentEvent] = list(events_of("acp", [json.dumps(line).encode() for line in lines], code))

    def result(self, stopped: str = "") -> AgentResult:
        heard = sum_up(self.events)
        claimed = heard.final is not None and DONE in heard.final.text
        return classify(EndFacts(heard=heard, at_ms=AT, claimed=claimed, code=self.code, stopped=stopped))

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(bridge, "_QUIET_S", 0.1)
    monkeypatch.setattr(bridge, "_SHUTDOWN_S", 0.1)

    def play(name: str, rules: Any = None, otherwise: str = "allow", ask: Any = None, **order: Any) -> Played:
        answers, lines = tmp_path / "answers", []
        argv = [sys.executable, "-I", "-S", str(AGENT), str(STREAMS / name), str(answers)]
        asked = {
            "argv": argv,
            "cwd": str(tmp_path),
            "text": "Create hello.txt",
            "session": "s-0" if name.endswith("-load.jsonl") else "",
            "not_before": 0,
            "model": "",
            "mcp": [],
            "rules": rules or {},
            "otherwise": otherwise,
            "version": "0",
        }

        def write(line: dict[str, Any]) -> None:
            lines.append(json.loads(json.dumps(line)))
            if name.endswith("-quota.jsonl") and line["type"] == "session":
                asyncio.get_running_loop().call_later(0.1, run.interrupt)

        run = Bridge({**asked, **order}, write, ask)
        code = asyncio.run(run.go())
        return Played(lines, answers.read_text().split() if answers.exists() else [], code)

    return play


@pytest.mark.parametrize("agent", ["claude", "gemini", "opencode", "qwen"])
def test_what_is_allowed_is_done_and_claimed(play: Any, agent: str) -> None:
    played = play(f"acp-{agent}-allow.jsonl")
    assert played.answers == ["allow_once"]
    assert played.result().outcome is Outcome.CLAIMED
    assert [event.allowed for event in played.of(Permission)] == [True]
    start, end = played.of(ToolStart)[0], played.of(ToolEnd)[0]
    assert (start.name, start.title) == ("execute", "echo hello from fake > hello.txt && cat hello.txt")
    assert (end.id, end.ok) == (start.id, True)
    assert "".join(event.text for event in played.of(Text)).count(DONE) == 1
    assert played.of(Started)[0].session


def test_much_output_is_no_trouble_and_a_command_in_a_list_is_read(play: Any) -> None:
    played = play("acp-codex-allow.jsonl")
    assert played.answers == ["allow_once"]
    assert played.of(Permission)[0].title.startswith("for i in $(seq 1 6000)")
    assert played.result().outcome is Outcome.CLAIMED


@pytest.mark.parametrize(
    ("agent", "outcome"),
    [
        ("claude", Outcome.INCOMPLETE),
        ("codex", Outcome.INCOMPLETE),  # it ends as cancelled, which nobody did
        ("gemini", Outcome.CLAIMED),  # its model was told, and claimed all the same: the verifier will see
        ("opencode", Outcome.INCOMPLETE),
        ("qwen", Outcome.CLAIMED),
    ],
)
def test_what_is_denied_is_refused_once_and_written_down(play: Any, agent: str, outcome: Outcome) -> None:
    played = play(f"acp-{agent}-deny.jsonl", NO_COMMANDS)
    assert played.answers in (["reject_once"], ["reject_always"])
    assert [(event.allowed, event.why) for event in played.of(Permission)] == [(False, "execute")]
    assert played.result().outcome is outcome
    assert not [event for event in played.of(ToolEnd) if event.ok]


@pytest.mark.parametrize("agent", ["claude", "codex", "gemini", "opencode", "qwen"])
def test_what_is_said_again_when_a_session_is_loaded_is_not_heard_again(play: Any, agent: str) -> None:
    played = play(f"acp-{agent}-load.jsonl")
    assert played.of(Started)[0].session == "s-0"
    said = "".join(event.text for event in played.of(Text))
    assert said.count(DONE) == 1
    assert len(played.of(ToolEnd)) == 1
    assert played.result().outcome is Outcome.CLAIMED


def test_a_usage_limit_is_one_with_the_time_it_ends(play: Any) -> None:
    result = play("acp-codex-quota.jsonl").result()
    assert (result.outcome, result.until_ms) == (Outcome.RATE_LIMITED, 1_795_175_340_000)
    assert result.note.startswith("You've hit your usage limit")


@pytest.mark.parametrize("agent", ["claude", "opencode"])
def test_a_silent_prompt_is_cancelled_and_says_so(play: Any, agent: str) -> None:
    played = play(f"acp-{agent}-quota.jsonl")
    assert (played.lines[-1]["reason"], played.lines[-1]["cancelled"]) == ("cancelled", True)
    assert played.result("timeout").outcome is Outcome.TIMEOUT
    assert played.result().outcome is Outcome.KILLED


def test_usage_is_counted_in_each_of_the_ways_it_is_told(play: Any) -> None:
    used = {agent: play(f"acp-{agent}-allow.jsonl").result() for agent in ("gemini", "opencode", "qwen")}
    assert (used["gemini"].usage.input, used["gemini"].usage.output) == (2000, 100)
    assert (used["qwen"].usage.input, used["qwen"].usage.cached, used["qwen"].usage.output) == (1600, 400, 100)
    assert used["opencode"].usd == pytest.approx(0.00642)


def test_what_a_session_had_cost_before_it_was_loaded_is_not_paid_twice(play: Any) -> None:
    fresh, loaded = play("acp-opencode-deny.jsonl", NO_COMMANDS), play("acp-opencode-load.jsonl")
    total = next(
        line["update"]["cost"]["amount"] for line in reversed(loaded.lines) if "cost" in line.get("update", {})
    )
    before = loaded.lines[0]["spent"]
    assert fresh.lines[0]["spent"] is None
    assert loaded.result().usd == pytest.approx(total - (before["amount"] if before else 0))


def test_a_session_that_cannot_be_loaded_is_forgotten_not_begun_anew_in_silence(play: Any) -> None:
    played = play("acp-claude-allow.jsonl", session="gone")
    assert played.code == 1
    assert sum_up(played.events).failure is not None
    assert played.result().outcome is Outcome.CONFIGURATION
    assert played.result().note == "no such session"
    assert (played.lines[0]["doing"], played.lines[0]["loading"]) == ("session", True)


def test_an_agent_that_ends_in_the_middle_gives_its_exit_status(play: Any) -> None:
    played = play("acp-claude-allow.jsonl", argv=[sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"])
    assert (played.code, played.lines) == (3, [])
    assert play("acp-claude-allow.jsonl", argv=["/nowhere/agent"]).code == bridge.NOT_FOUND


def test_what_could_not_be_said_to_an_agent_that_has_ended_costs_no_exit_status(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawn = stdio.spawn_stdio_connection

    @asynccontextmanager
    async def losing(*words: Any, **more: Any) -> AsyncIterator[Any]:
        async with spawn(*words, **more) as found:
            yield found
        raise ConnectionResetError("Connection lost")

    monkeypatch.setattr(stdio, "spawn_stdio_connection", losing)
    ends = [sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"]
    assert play("acp-claude-allow.jsonl", argv=ends).code == 3
    assert play("acp-claude-allow.jsonl").code == 0


@pytest.mark.parametrize(
    ("answer", "given", "why"),
    [
        ("Yes, go ahead", "allow_once", "execute: echo*; Yes, go ahead"),
        ("no", "reject_once", "execute: echo*; no"),
        (None, "reject_once", "execute: echo*, and nobody has answered yet"),
    ],
)
def test_a_person_is_asked_where_a_rule_says_so(play: Any, answer: str | None, given: str, why: str) -> None:
    questions: list[str] = []

    def ask(question: str) -> str | None:
        questions.append(question)
        return answer

    played = play("acp-gemini-allow.jsonl", {"ask": ["execute: echo*"]}, ask=ask)
    assert played.answers == [given]
    assert played.of(Permission)[0].why == why
    assert "echo hello from fake > hello.txt" in questions[0]


def test_where_nobody_can_be_asked_the_answer_is_no(play: Any) -> None:
    played = play("acp-gemini-allow.jsonl", {"ask": ["execute"]})
    assert played.answers == ["reject_once"]
    assert played.of(Permission)[0].why == "execute, and nobody can be asked"


@pytest.mark.parametrize(
    ("rules", "otherwise", "kind", "subject", "word"),
    [
        ({}, "allow", "execute", "rm -rf x", "allow"),
        ({}, "deny", "execute", "ls", "deny"),
        ({"allow": ["read"]}, "allow", "execute", "ls", "deny"),
        ({"allow": ["read", "edit"]}, "deny", "edit", "src/a.py", "allow"),
        ({"allow": ["edit: src/*"]}, "allow", "edit", "src/a.py", "allow"),
        ({"allow": ["edit: src/*"]}, "allow", "edit", "tests/a.py", "deny"),
        ({"allow": ["execute: npm test*"]}, "allow", "execute", "npm test -- --watch", "allow"),
        ({"allow": ["execute: npm test*"]}, "allow", "execute", "npm test && curl evil", "deny"),
        ({"allow": ["execute: npm test*"]}, "allow", "execute", "npm test; curl evil", "deny"),
        ({"allow": ["execute: npm test*"]}, "allow", "execute", "npm test $(curl evil)", "deny"),
        ({"allow": ["execute: npm test*"]}, "allow", "execute", "npm test `curl evil`", "deny"),
        ({"allow": ["execute: npm test*"]}, "allow", "execute", "npm test\ncurl evil", "deny"),
        ({"allow": ["execute: npm test*", "execute: cd *"]}, "deny", "execute", "cd web && npm test", "allow"),
        ({"deny": ["execute: git push*"]}, "allow", "execute", "cd x && git push origin", "deny"),
        ({"deny": ["execute: git push*"]}, "allow", "execute", "git status", "allow"),
        ({"deny": ["execute: *secret*"], "allow": ["*"]}, "allow", "execute", "cat secret", "deny"),
        ({"ask": ["fetch"], "allow": ["*"]}, "allow", "fetch", "https://example.org", "ask"),
        ({"deny": ["fetch"], "ask": ["fetch"]}, "allow", "fetch", "https://example.org", "deny"),
        ({"allow": ["*: a*"]}, "allow", "other", "abc", "allow"),
    ],
)
def test_the_first_rule_that_applies_decides(rules: Any, otherwise: str, kind: str, subject: str, word: str) -> None:
    assert decide(rules, otherwise, kind, [subject]).word == word


def test_of_several_paths_each_must_be_allowed_and_none_denied() -> None:
    assert decide({"allow": ["edit: src/*"]}, "allow", "edit", ["src/a", "b"]).word == "deny"
    assert decide({"deny": ["edit: b"]}, "allow", "edit", ["src/a", "b"]).word == "deny"
    assert decide({"allow": ["edit: src/*", "edit: b"]}, "allow", "edit", ["src/a", "b"]).word == "allow"


@pytest.mark.parametrize(
    ("tool", "subjects"),
    [
        ({"kind": "execute", "title": "`ls -l`"}, ["ls -l"]),
        ({"kind": "execute", "rawInput": {"command": ["/bin/bash", "-lc", "ls -l"]}}, ["ls -l"]),
        ({"kind": "execute", "rawInput": {"command": ["ls", "-l"]}}, ["ls -l"]),
        ({"kind": "edit", "rawInput": {"filePath": "/w/a.py"}, "locations": [{"path": "/w/a.py"}]}, ["a.py"]),
        ({"kind": "edit", "content": [{"type": "diff", "path": "/elsewhere/b"}]}, ["/elsewhere/b"]),
        ({"kind": "fetch", "rawInput": {"url": "https://example.org"}, "title": "Fetch"}, ["https://example.org"]),
        ({"kind": "other", "title": "mcp__queue__tell"}, ["mcp__queue__tell"]),
        ({"title": "Approve MCP tool call", "rawInput": {"server": "queue", "tool": "tell"}}, ["queue.tell"]),
        ({"kind": "edit", "rawInput": {"path": "/w/../etc/passwd"}}, ["../etc/passwd"]),
    ],
)
def test_a_rule_is_held_against_what_a_tool_is_about(tool: dict[str, Any], subjects: list[str]) -> None:
    assert about(tool, "/w") == subjects


@pytest.mark.parametrize(
    ("named", "rules", "mcp", "given"),
    [
        ("mcp__orchestrator__report_progress", {"allow": ["read"]}, True, "allow_once"),
        ("report_progress (orchestrator MCP Server)", {"allow": ["read"]}, True, "allow_once"),
        ("orchestrator_report_progress", {"allow": ["read"]}, True, "allow_once"),
        ("orchestrator.report_progress", {"allow": ["read"]}, True, "allow_once"),
        ("orchestrator_report_progress", {"deny": ["other"]}, True, "reject_once"),
        ("orchestrator_report_progress", {"allow": ["read"]}, False, "reject_once"),
        ("mcp__other__orchestrate", {"allow": ["read"]}, True, "reject_once"),
    ],
)
def test_an_agent_may_always_talk_back_unless_it_is_denied(  # a table of five columns
    play: Any, tmp_path: Path, named: str, rules: Any, given: str, *, mcp: bool
) -> None:
    lines = (STREAMS / "acp-gemini-allow.jsonl").read_text().replace('"kind": "execute"', '"kind": "other"')
    told = lines.replace("echo hello from fake > hello.txt && cat hello.txt", named)
    (tmp_path / "told.jsonl").write_text(told)
    server = [{"name": "orchestrator", "command": "x", "args": [], "env": []}] if mcp else []
    assert play(str(tmp_path / "told.jsonl"), rules, mcp=server).answers == [given]


def test_the_final_message_is_what_was_said_to_this_prompt() -> None:
    lines = [
        {"type": "update", "update": {"sessionUpdate": "agent_message_chunk", "content": {"text": DONE}}},
        {"type": "update", "update": {"sessionUpdate": "user_message_chunk", "content": {"text": "go on"}}},
        {"type": "update", "update": {"sessionUpdate": "agent_message_chunk", "content": {"text": "not yet"}}},
        {"type": "stop", "reason": "end_turn"},
    ]
    events = list(events_of("acp", [json.dumps(line).encode() for line in lines], 0))
    assert events[-1] == Final(text="not yet")
