"""What agent CLIs say, from streams as they really were."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from orchestrator.agents.streams import Message, read_claude, read_codex, read_gemini, read_opencode

Reader = Callable[[Iterable[bytes]], Message]
FINAL = "All done. I created hello.txt.\n\n<promise>COMPLETE</promise>"


@pytest.mark.parametrize(
    ("name", "read", "usd", "tokens"),
    [
        ("claude", read_claude, 0.00762, 2500),
        ("codex", read_codex, 0.0, 2100),
        ("gemini", read_gemini, 0.0, 2100),
        ("opencode", read_opencode, 0.00642, 2100),
    ],
)
def test_a_whole_run_gives_its_final_text_and_what_it_used(
    streams: Path, name: str, read: Reader, usd: float, tokens: int
) -> None:
    with (streams / f"{name}.jsonl").open("rb") as lines:
        assert read(lines) == Message(text=FINAL, complete=True, usd=usd, tokens=tokens)


@pytest.mark.parametrize("read", [read_claude, read_codex, read_gemini, read_opencode])
def test_a_stream_cut_before_its_end_is_not_complete_and_no_bad_line_is_fatal(read: Reader) -> None:
    lines = [
        b'{"type":"ass',
        b"\xff\xfe\n",
        b"[1, 2]\n",
        b'"text"\n',
        b"{}\n",
        b'{"type": 7, "part": []}\n',
        b"[" * 9999,
    ]
    assert read(lines).complete is False
    assert read([]).complete is False


def test_claudes_success_with_is_error_is_no_success() -> None:
    limit = b'{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"hit your limit"}'
    message = read_claude([limit])
    assert (message.failed, message.outside) == ("hit your limit", True)


def test_claudes_own_limits_are_failures_of_the_run_not_of_the_service() -> None:
    message = read_claude([b'{"type":"result","subtype":"error_max_turns","is_error":true}'])
    assert (message.failed, message.outside, message.complete) == ("error_max_turns", False, False)


def test_an_event_written_into_the_middle_of_another_is_taken_out_of_it() -> None:
    line = '{"type":"result","subtype":"success","is_err{"type":"rate_limit_event","x":{"y":1}}or":false,"result":"ok"}'
    assert read_claude([line.encode()]) == Message(text="ok", complete=True)
    assert read_claude([b'{"type":"result","is_err{"type":"rate_limit_event","x":']).failed == "no result event"


def test_codex_warnings_and_reconnections_are_not_its_end() -> None:
    lines = [
        b'{"type":"item.completed","item":{"type":"error","message":"model metadata not found"}}',
        b'{"type":"error","message":"Reconnecting... 1/5 (unexpected status 429 Too Many Requests)"}',
        b'{"type":"item.completed","item":{"type":"agent_message","text":"first"}}',
        b'{"type":"item.completed","item":{"type":"agent_message","text":"last"}}',
        b'{"type":"turn.completed","usage":{"input_tokens":5,"output_tokens":2}}',
    ]
    assert read_codex(lines) == Message(text="last", complete=True, tokens=7)


@pytest.mark.parametrize(
    ("reason", "outside"),
    [
        ("You\u2019ve hit your usage limit. Upgrade to Pro or try again at 11:39 AM.", True),
        ("unexpected status 401 Unauthorized: invalid x-api-key", True),
        ("unexpected status 503 Service Unavailable: Overloaded", True),
        ("context window exceeded", False),
    ],
)
def test_codex_says_why_a_turn_failed(reason: str, *, outside: bool) -> None:
    message = read_codex([f'{{"type":"turn.failed","error":{{"message":"{reason}"}}}}'.encode()])
    assert (message.failed, message.outside, message.complete) == (reason, outside, False)


def test_gemini_prose_before_a_tool_is_not_final_and_errors_are_told() -> None:
    lines = [
        b'{"type":"message","role":"user","content":"<promise>COMPLETE</promise>"}',
        b'{"type":"message","role":"assistant","content":"let me see"}',
        b'{"type":"tool_result","output":"x"}',
        b'{"type":"message","role":"assistant","content":"do"}',
        b'{"type":"message","role":"assistant","content":"ne"}',
        b'{"type":"result","status":"error","error":{"message":"You have exhausted your daily quota on this model."}}',
    ]
    message = read_gemini(lines)
    assert (message.text, message.complete, message.outside) == ("done", False, True)
    assert message.failed.startswith("You have exhausted")


def test_opencode_sums_its_steps_and_an_error_ends_it() -> None:
    step = b'{"type":"step_finish","part":{"reason":"stop","cost":0.25,"tokens":{"input":10,"output":1}}}'
    error = b'{"type":"error","error":{"name":"APIError","data":{"message":"invalid x-api-key","statusCode":401}}}'
    assert read_opencode([step, step]) == Message(complete=True, usd=0.5, tokens=22)
    failed = read_opencode([step, error])
    assert (failed.failed, failed.outside, failed.complete) == ("invalid x-api-key 401", True, False)
