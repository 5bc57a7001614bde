"""What programs say beside their streams: it tells a limit from silence, and yesterday's trouble from today's."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import pytest

from orchestrator.agents.folders import tail_regular
from orchestrator.agents.normalise.registry import events_of
from orchestrator.model.agent_events import Outcome
from orchestrator.policy.outcome import EndFacts, classify, sum_up
from orchestrator.ports.runner import Launch, Watch

if TYPE_CHECKING:
    from tests.agents.conftest import Bench

AT = 1_795_171_200_000
_LOGGED = (
    'timestamp={at} level=ERROR run=b6 message="stream error" providerID=p modelID=m session.id=ses_1 small={small} '
    'agent=build mode=primary error.error="AI_APICallError: {why}"'
)


def outcome(stream: str, lines: list[str], stderr: str, *, stopped: str = "timeout") -> Outcome:
    heard = sum_up(events_of(stream, [line.encode() for line in lines], None, stderr))
    return classify(EndFacts(heard=heard, at_ms=AT, signal=9, stopped=stopped, stderr=stderr)).outcome


def logged(at: str, why: str, *, small: str = "false") -> str:
    return _LOGGED.format(at=at, why=why, small=small)


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        ("Rate limit reached for requests", Outcome.RATE_LIMITED),
        ("Overloaded", Outcome.TRANSIENT),
        ("something new", Outcome.TIMEOUT),
    ],
)
def test_what_opencode_only_logs_is_why_it_was_silent(why: str, expected: Outcome) -> None:
    assert outcome("opencode", [], logged("2026-11-25T17:30:34.947Z", why)) is expected


def test_what_opencode_logged_before_it_went_on_is_over() -> None:
    text = json.dumps({"type": "text", "timestamp": AT, "sessionID": "s", "part": {"text": "going on"}})
    before = logged("2026-11-20T10:39:59.000Z", "Rate limit reached")
    after = logged("2026-11-20T10:40:01.000Z", "Rate limit reached")
    assert outcome("opencode", [text], before) is Outcome.TIMEOUT
    assert outcome("opencode", [text], f"{before}\n{after}") is Outcome.RATE_LIMITED


def test_that_opencode_could_not_find_a_title_is_nobodys_limit() -> None:
    failed = logged("2026-11-25T17:30:34.947Z", "Rate limit reached", small="true")
    assert outcome("opencode", [], failed) is Outcome.TIMEOUT


_DIARY = (
    "2026-11-25T17:36:13.214Z [WARN] [RETRY] Attempt 6 failed with status 429. Retrying with backoff... Error: 429\n"
)


def test_what_qwen_only_writes_in_its_diary_is_why_it_was_silent() -> None:
    home = "2026-11-25T17:36:13.300Z [ERROR] [QWEN_LOGGER] RUM flush failed.\n    at somewhere\n"
    assert outcome("qwen", [], f"{_DIARY}    at APIError.generate\n{home}") is Outcome.RATE_LIMITED
    aborted = "2026-11-25T17:36:21.457Z [ERROR] [OPENAI_ERROR] OpenAI API Error: Request was aborted.\n"
    stopped = "2026-11-25T17:36:20.457Z [DEBUG] [NON_INTERACTIVE_CLI] [run] Shutdown signal received\n"
    assert outcome("qwen", [], f"{_DIARY}    at APIError\n{stopped}{stopped}{aborted}") is Outcome.RATE_LIMITED
    again = f"{_DIARY}{stopped}2026-11-25T17:40:00.000Z [INFO] Config initialization started\n"
    assert outcome("qwen", [], again) is Outcome.TIMEOUT
    assert outcome("qwen", [], _DIARY.replace("429", "503")) is Outcome.TRANSIENT
    assert outcome("qwen", [], f"{_DIARY}2026-11-25T17:37:00.000Z [DEBUG] [TOOL] went on\n") is Outcome.TIMEOUT


def test_a_complaint_that_ends_with_advice_is_still_a_complaint() -> None:
    advice = "Possible quota limitations in place or slow response times detected. Please wait and try again later."
    told = {"type": "result", "subtype": "success", "is_error": False, "result": f"[API Error: 429 slow]\n{advice}"}
    assert outcome("qwen", [json.dumps(told)], "", stopped="") is Outcome.RATE_LIMITED
    quoted = {**told, "result": "I saw [API Error: 429 slow] in the log.\nIt is mended."}
    assert outcome("qwen", [json.dumps(quoted)], "", stopped="") is Outcome.INCOMPLETE


def test_an_error_whose_result_does_not_say_it_again_is_kept() -> None:
    error = {"type": "error", "severity": "error", "message": "Model stream ended without a finish reason."}
    lines = [json.dumps(error), '{"type":"result","status":"error","stats":{"total_tokens":0}}']
    assert outcome("gemini", lines, "", stopped="") is Outcome.TRUNCATED


def test_the_end_of_a_diary_is_read_and_nothing_a_link_leads_to(tmp_path: Path) -> None:
    diary, link = tmp_path / "diary", tmp_path / "link"
    diary.write_bytes(b"a" * 5000 + b"end")
    link.symlink_to(diary)
    assert tail_regular(diary, 10) == b"aaaaaaaend"
    assert tail_regular(diary, 9000).startswith(b"aaa")
    assert tail_regular(link, 10) == b""
    assert tail_regular(tmp_path / "none", 10) == b""


def test_a_program_whose_settings_flags_do_not_reach_gets_them_in_a_file(bench: "Bench") -> None:
    bench.program("qwen")
    bench.agent(profile="qwen")
    anyio.run(bench.agents.run, bench.job())
    where = bench.runner.launches[0].env["QWEN_CODE_SYSTEM_DEFAULTS_PATH"]
    assert where == str(bench.folder() / "config.json")
    assert json.loads(Path(where).read_bytes())["model"] == {"generationConfig": {"maxRetries": 0}}


def test_the_diary_in_a_home_of_its_own_says_why_a_run_was_silent(bench: "Bench") -> None:
    bench.program("qwen")
    bench.agent(profile="qwen")

    def script(launch: Launch) -> Watch:
        session = launch.argv[launch.argv.index("--session-id") + 1]
        diary = Path(launch.home) / ".qwen" / "debug" / f"{session}.txt"
        diary.parent.mkdir(parents=True)
        diary.write_text(_DIARY)
        return Watch.TIMEOUT

    bench.runner.script = script
    end = anyio.run(bench.agents.run, bench.job())
    assert end.outcome is Outcome.RATE_LIMITED
    assert "Attempt 6 failed with status 429" in end.note
