"""What agents really said, and what each such end means.

`*.jsonl` and `*.txt` are whole runs; `*.timed.txt` have `seconds o|e line`, the exit code and, where the run was ended
from outside after a while, TIMEOUT; `*.run.txt` are what `scripts/prove agents --keep` kept, without the seconds, and
what each of its scenarios came to. In the timed ones long lines were cut when they were recorded: what stood in them
is lost, and a reader has to live with that.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestrator.agents.normalise.registry import NORMALISERS, events_of
from orchestrator.model.agent_events import AgentEvent, Final, Outcome, Raw, Text, ToolEnd, ToolStart
from orchestrator.policy.outcome import AgentResult, EndFacts, classify, sum_up

STREAMS = Path(__file__).parent.parent / "data" / "agent-streams"
AT = 1_795_171_200_000  # 2026-11-20 10:40 UTC
DONE = "<promise>COMPLETE</promise>"


class Recording(NamedTuple):
    lines: list[bytes]
    stderr: str
    code: int | None
    signal: int | None
    stopped: str


def recording(name: str) -> Recording:
    """Read a recording of either kind."""
    content = (STREAMS / name).read_text(encoding="utf-8")
    if ".timed." not in name and ".run." not in name:
        whole = [f"{line}\n".encode() for line in content.split("\n")]
        return Recording(whole, "", 0, None, "")
    said: dict[str, list[str]] = {"o": [], "e": []}
    code, stopped = 0, ""
    for line in content.splitlines():
        spoken = re.match(r"(?: *[\d.]+ )?([oe])(?: (.*))?$", line)
        ended = re.match(r"## rc=(-?\d+)", line)
        if spoken:
            said[spoken[1]].append(spoken[2] or "")
        elif ended:
            code = int(ended[1])
        elif line.startswith("TIMEOUT"):
            stopped = "timeout"
    lines = [f"{line}\n".encode() for line in said["o"]]
    dead = code < 0
    return Recording(lines, "\n".join(said["e"]), None if dead else code, -code if dead else None, stopped)


def stream_of(name: str) -> str:
    family = re.split(r"[.-]", name)[0]
    return "mini-swe-agent" if family == "mini" else family


def played(name: str) -> tuple[list[AgentEvent], AgentResult]:
    told = recording(name)
    events = list(events_of(stream_of(name), told.lines, told.code, told.stderr))
    heard = sum_up(events)
    facts = EndFacts(
        heard=heard,
        at_ms=AT,
        claimed=heard.final is not None and DONE in heard.final.text,
        code=told.code,
        signal=told.signal,
        stopped=told.stopped,
        stderr=told.stderr,
    )
    return events, classify(facts)


EXPECTED: dict[str, tuple[Outcome, int | None]] = {
    "aider.quota.timed.txt": (Outcome.RATE_LIMITED, None),
    "aider.r401.timed.txt": (Outcome.AUTH, None),
    "aider.r529.timed.txt": (Outcome.TRANSIENT, None),
    "aider.txt": (Outcome.CLAIMED, None),
    "claude-mcp-http.jsonl": (Outcome.CLAIMED, None),
    "claude-mcp-stdio.jsonl": (Outcome.CLAIMED, None),
    "claude-noperm.jsonl": (Outcome.CLAIMED, None),
    "claude-usage-limit.jsonl": (Outcome.RATE_LIMITED, 1_795_175_430_000),
    "claude.SIGINT.timed.txt": (
        Outcome.TRUNCATED,
        None,
    ),  # its result was cut in recording: all there is, is exit code 0
    "claude.SIGKILL.timed.txt": (Outcome.KILLED, None),
    "claude.SIGTERM.timed.txt": (Outcome.KILLED, None),
    "claude.cut.timed.txt": (Outcome.TRUNCATED, None),
    "claude.jsonl": (Outcome.CLAIMED, None),
    "claude.quota.timed.txt": (Outcome.CRASHED, None),  # cut in recording; the whole line is a test of its own
    "claude.r401.timed.txt": (Outcome.AUTH, None),
    "claude.r529.timed.txt": (Outcome.TRANSIENT, None),
    "cline.jsonl": (Outcome.CLAIMED, None),
    "codex-mcp-http.jsonl": (Outcome.CLAIMED, None),
    "codex-mcp-stdio.jsonl": (Outcome.CLAIMED, None),
    "codex-noperm.jsonl": (Outcome.CLAIMED, None),
    "codex.SIGINT.timed.txt": (Outcome.CRASHED, None),
    "codex.SIGKILL.timed.txt": (Outcome.KILLED, None),
    "codex.SIGTERM.timed.txt": (Outcome.KILLED, None),
    "codex.cut.timed.txt": (Outcome.TRUNCATED, None),
    "codex.jsonl": (Outcome.CLAIMED, None),
    "codex.quota.timed.txt": (Outcome.RATE_LIMITED, 1_795_174_740_000),  # 11:39 AM
    "codex.r401.timed.txt": (Outcome.AUTH, None),
    "codex.r529.timed.txt": (Outcome.TRANSIENT, None),
    "copilot.jsonl": (Outcome.CLAIMED, None),
    "gemini-noperm.jsonl": (Outcome.CLAIMED, None),
    "gemini.SIGINT.timed.txt": (Outcome.TIMEOUT, None),
    "gemini.SIGKILL.timed.txt": (Outcome.KILLED, None),
    "gemini.SIGTERM.timed.txt": (Outcome.TIMEOUT, None),
    "gemini.cut.timed.txt": (Outcome.TRUNCATED, None),
    "gemini.jsonl": (Outcome.CLAIMED, None),
    "gemini.quota.timed.txt": (Outcome.RATE_LIMITED, None),
    "gemini.r401.timed.txt": (Outcome.AUTH, None),
    "gemini.r529.timed.txt": (Outcome.TRANSIENT, None),
    "mini-swe-agent.traj.json": (Outcome.CLAIMED, None),
    "mini-swe-agent.txt": (Outcome.CLAIMED, None),
    "mini.SIGINT.timed.txt": (Outcome.CRASHED, None),
    "mini.SIGKILL.timed.txt": (Outcome.KILLED, None),
    "mini.SIGTERM.timed.txt": (Outcome.KILLED, None),
    "opencode-noperm.jsonl": (Outcome.CLAIMED, None),
    "opencode.SIGINT.timed.txt": (Outcome.KILLED, None),
    "opencode.SIGKILL.timed.txt": (Outcome.KILLED, None),
    "opencode.SIGTERM.timed.txt": (Outcome.KILLED, None),
    "opencode.cut.timed.txt": (Outcome.TIMEOUT, None),  # every line cut in recording
    "opencode.jsonl": (Outcome.CLAIMED, None),
    "opencode.quota.timed.txt": (Outcome.TIMEOUT, None),  # it says nothing at all
    "opencode.r401.timed.txt": (Outcome.CRASHED, None),  # cut in recording; the whole line is a test of its own
    "opencode.r529.timed.txt": (Outcome.TIMEOUT, None),
    "pi.SIGINT.timed.txt": (Outcome.KILLED, None),
    "pi.SIGKILL.timed.txt": (Outcome.KILLED, None),
    "pi.SIGTERM.timed.txt": (Outcome.KILLED, None),
    "pi.cut.timed.txt": (Outcome.TRUNCATED, None),
    "pi.jsonl": (Outcome.CLAIMED, None),
    "pi.quota.timed.txt": (Outcome.RATE_LIMITED, None),
    "pi.r401.timed.txt": (Outcome.AUTH, None),
    "pi.r529.timed.txt": (Outcome.TRANSIENT, None),
    "qwen-noperm.jsonl": (Outcome.CLAIMED, None),
    "qwen.SIGINT.timed.txt": (Outcome.KILLED, None),
    "qwen.SIGKILL.timed.txt": (Outcome.KILLED, None),
    "qwen.SIGTERM.timed.txt": (Outcome.KILLED, None),
    "qwen.cut.timed.txt": (Outcome.TRUNCATED, None),
    "qwen.jsonl": (Outcome.CLAIMED, None),
    "qwen.quota.timed.txt": (Outcome.TIMEOUT, None),
    "qwen.r401.timed.txt": (Outcome.AUTH, None),
    "qwen.r529.timed.txt": (Outcome.TIMEOUT, None),
}

PROVED = {
    "edit": Outcome.CLAIMED,
    "mcp": Outcome.CLAIMED,
    "flaky": Outcome.CLAIMED,
    "huge": Outcome.CLAIMED,
    "background": Outcome.CLAIMED,
    "kill": Outcome.CLAIMED,
    "r429": Outcome.RATE_LIMITED,
    "quota": Outcome.RATE_LIMITED,
    "r529": Outcome.TRANSIENT,
    "r401": Outcome.AUTH,
    "cut": Outcome.TRUNCATED,
    "hang": Outcome.TIMEOUT,
    "slow": Outcome.TIMEOUT,
}
OTHERWISE = {
    "pi.cut": Outcome.INCOMPLETE,  # it takes any end of a stream for the end of the answer
    **{f"qwen.{name}": Outcome.TIMEOUT for name in ("r429", "quota", "r529")},  # why stands in its diary only
}
EXPECTED |= {
    f"{agent}.{name}.run.txt": (OTHERWISE.get(f"{agent}.{name}", outcome), None)
    for agent in ("claude", "codex", "gemini", "opencode", "pi", "qwen")
    for name, outcome in PROVED.items()
}
EXPECTED |= {
    "claude.quota.run.txt": (Outcome.RATE_LIMITED, 1_795_632_363_000),
    "codex.quota.run.txt": (Outcome.RATE_LIMITED, 1_795_200_360_000),
    "opencode.r429.run.txt": (Outcome.RATE_LIMITED, AT + 2_000),  # it says only for how long
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_recorded_end_means_what_it_meant(name: str) -> None:
    _, result = played(name)
    outcome, until_ms = EXPECTED[name]
    assert result.outcome is outcome, result.note
    assert result.until_ms == until_ms
    assert result.claimed is (result.outcome is Outcome.CLAIMED)
    assert result.account_scope is (result.outcome in {Outcome.RATE_LIMITED, Outcome.AUTH})


def test_no_recording_is_without_an_expectation() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in STREAMS.iterdir() if not path.name.startswith("acp-"))


@pytest.mark.parametrize(
    ("name", "input_", "cached", "output", "usd"),
    [
        ("claude.jsonl", 2000, 400, 100, 0.00762),
        ("cline.jsonl", 1600, 400, 100, None),
        ("codex.jsonl", 1600, 400, 100, None),
        ("copilot.jsonl", 0, 0, 0, None),
        ("gemini.jsonl", 1600, 400, 100, None),
        ("mini-swe-agent.traj.json", 1600, 400, 100, None),
        ("opencode.jsonl", 1600, 400, 100, 0.00642),
        ("pi.jsonl", 1600, 400, 100, 0.00642),
        ("qwen.jsonl", 1600, 400, 100, None),
        ("aider.txt", 1000, 0, 50, None),
    ],
)
def test_usage_that_is_repeated_is_counted_once(
    name: str, input_: int, cached: int, output: int, usd: float | None
) -> None:
    _, result = played(name)
    usage = result.usage
    assert (usage.input, usage.cached, usage.output) == (input_, cached, output)
    assert result.usd == (None if usd is None else pytest.approx(usd))
    assert result.tokens == input_ + cached + output


@pytest.mark.parametrize("name", ["claude", "codex", "copilot", "cline", "gemini", "opencode", "pi", "qwen"])
def test_the_readable_form_has_what_was_said_each_tool_and_nothing_twice(name: str) -> None:
    events, result = played(f"{name}.jsonl")
    said = "".join(event.text for event in events if isinstance(event, Text))
    assert said.count("I will create the file.") == (0 if name == "codex" else 1)
    assert said.count(DONE) == 1
    starts = [event for event in events if isinstance(event, ToolStart)]
    ends = [event for event in events if isinstance(event, ToolEnd)]
    assert [event.id for event in starts] == [event.id for event in ends]
    assert "hello from fake > hello.txt" in starts[0].title
    assert ends[0].ok
    assert ends[0].summary.startswith("hello from fake")
    assert result.session
    warnings = [event.text for event in events if isinstance(event, Raw)]
    assert all("Model metadata" in text for text in warnings)


def test_a_run_killed_before_its_result_still_says_what_it_used_and_whose_session_it_was() -> None:
    lines = recording("claude.jsonl").lines[:-2]
    heard = sum_up(events_of("claude", lines))
    assert heard.session == "2ea18cc3-ffd5-4482-9f75-17476070a543"
    assert (heard.usage.input, heard.usage.cached, heard.usage.output) == (2000, 400, 2)
    assert heard.final is None


BAD = [
    b'{"type":"ass',
    b"\xff\xfe\n",
    b"[1, 2]\n",
    b'"text"\n',
    b"{}\n",
    b'{"type": 7, "part": []}\n',
    b'{"type":"result","usage":[],"result":{"a":1}}\n',
    b'{"type":"assistant","message":{"content":[7,null,{"type":"text"}],"usage":{"input_tokens":"many"}}}\n',
    b'{"type":"message_end","message":{"role":"assistant","usage":{"input":1e999}}}\n',
    b"[" * 99_999 + b"\n",
    b'{"type":' * 2_000 + b"\n",
    b"\n",
    b"",
]


@pytest.mark.parametrize("stream", sorted(NORMALISERS))
def test_no_line_is_fatal_to_any_family(stream: str) -> None:
    events = list(events_of(stream, BAD, 1, "\x1b[31mError: \xff\n"))
    assert not any(isinstance(event, Final) and not event.is_error for event in events)


@pytest.mark.parametrize("stream", sorted({*NORMALISERS} - {"plain", "aider", "mini-swe-agent"}))
def test_lines_nobody_understands_are_kept(stream: str) -> None:
    strange = b'{"type":"something_new","x":1}\n'
    events = list(events_of(stream, [strange, b"Segmentation fault\n"]))
    assert [event.text for event in events if isinstance(event, Raw)] == [
        '{"type": "something_new", "x": 1}',
        "Segmentation fault",
    ]


def test_an_event_written_into_the_middle_of_another_is_recovered_and_so_is_the_other() -> None:
    result = recording("claude.jsonl").lines[5].strip()
    event = b'{"type":"rate_limit_event","rate_limit_info":{"status":"allowed","resetsAt":1795175430}}'
    for at in (1, 40, len(result) // 2, len(result) - 1):
        broken = result[:at] + event + b"\n" if at == 0 else result[:at] + event + result[at:]
        final = [found for found in events_of("claude", [broken]) if isinstance(found, Final)]
        assert final == [Final(text=f"All done. I created hello.txt.\n\n{DONE}")]


def test_a_limit_written_into_a_line_that_stays_broken_is_heard_all_the_same() -> None:
    event = b'{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1795175430}}'
    heard = sum_up(events_of("claude", [b'{"type":"assistant","mess' + event + b"\n"]))
    assert heard.limit is not None
    assert heard.limit.until_ms == 1_795_175_430_000


def test_a_line_of_megabytes_is_read() -> None:
    output = "x" * 8_000_000
    line = (
        f'{{"type":"item.completed","item":{{"id":"1","type":"command_execution","aggregated_output":"{output}"}}}}\n'
    )
    start, end = events_of("codex", [line.encode()])
    assert isinstance(start, ToolStart)
    assert isinstance(end, ToolEnd)
    assert len(end.summary) <= 200


@pytest.mark.parametrize(
    ("stream", "line", "code", "outcome"),
    [
        (
            "claude",
            (
                '{"type":"result","subtype":"success","is_error":true,"api_error_status":429,'
                '"result":"API Error: Request rejected (429) \u00b7 usage limit reached"}'
            ),
            1,
            Outcome.RATE_LIMITED,
        ),
        ("claude", '{"type":"result","subtype":"error_max_turns","is_error":true}', 1, Outcome.TURN_LIMIT),
        ("claude", '{"type":"result","subtype":"error_max_budget_usd","is_error":true}', 1, Outcome.BUDGET),
        (
            "claude",
            '{"type":"result","subtype":"success","is_error":false,"stop_reason":null,"result":"I"}',
            0,
            Outcome.TRUNCATED,
        ),
        (
            "claude",
            '{"type":"result","subtype":"success","is_error":true,"result":"Invalid API key \u00b7 Please run /login"}',
            1,
            Outcome.AUTH,
        ),
        (
            "opencode",
            (
                '{"type":"error","sessionID":"s","error":{"name":"APIError","data":{"message":"invalid x-api-key",'
                '"statusCode":401}}}'
            ),
            1,
            Outcome.AUTH,
        ),
        ("opencode", '{"type":"step_finish","part":{"reason":"unknown"}}', 0, Outcome.TRUNCATED),
        (
            "qwen",
            (
                '{"type":"result","subtype":"success","is_error":false,"result":"I. [API Error: Model stream ended '
                'without a finish reason.]"}'
            ),
            0,
            Outcome.TRUNCATED,
        ),
        ("qwen", "", 53, Outcome.TURN_LIMIT),
        ("gemini", "", 53, Outcome.TURN_LIMIT),
        ("gemini", "", 41, Outcome.AUTH),
        ("gemini", "", 173, Outcome.RATE_LIMITED),
        ("gemini", "", 247, Outcome.TRANSIENT),
        ("goose", '{"type":"error","error":"Rate limit exceeded"}', 1, Outcome.RATE_LIMITED),
        ("goose", '{"type":"complete","total_tokens":5}', 0, Outcome.INCOMPLETE),
        ("kimi", '{"role":"assistant","content":"that is all"}', 0, Outcome.INCOMPLETE),
        (
            "kimi",
            '{"role":"assistant","content":"","tool_calls":[{"id":"1","function":{"name":"f"}}]}',
            0,
            Outcome.TRUNCATED,
        ),
        ("cursor", '{"type":"result","subtype":"success","is_error":false,"result":"done"}', 0, Outcome.INCOMPLETE),
        (
            "amp",
            '{"type":"result","subtype":"error_during_execution","is_error":true,"error":"boom"}',
            1,
            Outcome.CRASHED,
        ),
        ("cline", '{"type":"run_result","finishReason":"max_iterations","text":"x"}', 1, Outcome.TURN_LIMIT),
        (
            "pi",
            '{"type":"message_end","message":{"role":"assistant","stopReason":"length"}}\n{"type":"agent_end"}',
            0,
            Outcome.TRUNCATED,
        ),
        (
            "copilot",
            '{"type":"session.error","data":{"statusCode":429,"message":"quota"}}\n{"type":"result","exitCode":1}',
            1,
            Outcome.RATE_LIMITED,
        ),
    ],
)
def test_ends_that_no_recording_shows_whole(stream: str, line: str, code: int, outcome: Outcome) -> None:
    heard = sum_up(events_of(stream, [part.encode() for part in line.split("\n")], code))
    assert classify(EndFacts(heard=heard, at_ms=AT, code=code)).outcome is outcome


def test_what_the_agent_says_and_what_its_tools_print_about_limits_means_nothing() -> None:
    talk = "You've hit your usage limit, 429, rate_limit_error, overloaded, 401 unauthorized"
    lines = [
        f'{{"type":"assistant","message":{{"id":"1","content":[{{"type":"text","text":"{talk}"}}]}}}}',
        f'{{"type":"user","message":{{"content":[{{"type":"tool_result","tool_use_id":"t","content":"{talk}"}}]}}}}',
        f'{{"type":"result","subtype":"success","is_error":false,"stop_reason":"end_turn","result":"{talk}"}}',
    ]
    heard = sum_up(events_of("claude", [line.encode() for line in lines], 0))
    assert classify(EndFacts(heard=heard, at_ms=AT, code=0)).outcome is Outcome.INCOMPLETE
    cut = sum_up(events_of("claude", [line.encode() for line in lines[:2]], 1))
    assert classify(EndFacts(heard=cut, at_ms=AT, code=1, stderr="done\n")).outcome is Outcome.CRASHED
