"""An agent's own conversation is gone on with after a cut, and only then."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import msgspec
import pytest

from orchestrator.agents.profiles import PROFILES
from orchestrator.ports.agents import Life, Outcome
from orchestrator.ports.runner import End, Launch, Watch

if TYPE_CHECKING:
    from tests.agents.conftest import Bench

STARTED = '{"type":"thread.started","thread_id":"th-1"}\n'
WORKED = (
    '{"type":"item.completed","item":{"id":"i","type":"command_execution","command":"make it","exit_code":0}}\n'
    '{"type":"item.completed","item":{"type":"agent_message","text":"Half of it stands."}}\n'
)
DONE = (
    '{"type":"item.completed","item":{"type":"agent_message","text":"<promise>DONE</promise>"}}\n'
    '{"type":"turn.completed","usage":{"input_tokens":10,"cached_input_tokens":4,"output_tokens":2}}\n'
)
CLAUDE_DONE = '{"type":"result","subtype":"success","is_error":false,"result":"<promise>DONE</promise>"}\n'
LIMIT = (
    '{"type":"system","subtype":"init","session_id":"s-9"}\n'
    '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1795175430}}\n'
    '{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"You\'ve hit your limit"}\n'
)


def cut(bench: "Bench", said: str) -> None:
    """Let a run say this and be cut short by the machine going down."""
    bench.says(said, End(reason="lost"))
    anyio.run(bench.agents.run, bench.job())


def argv(bench: "Bench") -> tuple[str, ...]:
    return bench.runner.launches[-1].argv


def prompt(bench: "Bench") -> str:
    return (bench.folder() / "prompt.md").read_text()


@pytest.fixture
def codex(bench: "Bench") -> "Bench":
    bench.program("codex")
    bench.agent(profile="codex")
    return bench


@pytest.fixture
def claude(bench: "Bench") -> "Bench":
    bench.program("claude")
    bench.agent(profile="claude-code")
    return bench


def test_a_session_named_in_the_first_event_is_resumed_after_a_cut(codex: "Bench") -> None:
    cut(codex, STARTED + WORKED)
    codex.says(STARTED + DONE)
    end = anyio.run(codex.agents.run, codex.job())
    assert end.outcome is Outcome.CLAIMED
    assert (end.session, end.tokens, end.cached_tokens, end.priced) == ("th-1", 12, 4, False)
    assert argv(codex)[-3:] == ("resume", "th-1", "-")
    assert "You were interrupted" in prompt(codex)
    assert "What it did last" not in prompt(codex)


def test_a_session_whose_id_we_chose_is_written_down_before_the_start(claude: "Bench") -> None:
    seen: list[str] = []

    def script(launch: Launch) -> End:
        seen.append(json.loads(Path(launch.run_dir, "session.json").read_text())["session"])
        Path(launch.stdout).write_text(CLAUDE_DONE)
        return End(code=0)

    claude.runner.script = script
    anyio.run(claude.agents.run, claude.job())
    at = argv(claude).index("--session-id")
    assert argv(claude)[at + 1] == seen[0]
    anyio.run(claude.agents.run, claude.job(iteration=2))
    assert len(set(seen)) == 2


def test_an_id_the_program_never_confirmed_is_not_resumed(claude: "Bench") -> None:
    cut(claude, "")
    claude.says(CLAUDE_DONE)
    anyio.run(claude.agents.run, claude.job())
    assert "--resume" not in argv(claude)
    ids = {launch.argv[launch.argv.index("--session-id") + 1] for launch in claude.runner.launches}
    assert len(ids) == len(claude.runner.launches) == 3


def test_a_session_the_program_does_not_know_is_forgotten_and_the_fresh_one_is_told_what_was_done(
    codex: "Bench",
) -> None:
    cut(codex, STARTED + WORKED)
    lives: list[tuple[str, ...]] = []

    def script(launch: Launch) -> End:
        lives.append(launch.argv)
        known = "resume" not in launch.argv
        Path(launch.stdout).write_text(STARTED + DONE if known else "")
        Path(launch.stderr).write_text("" if known else "Error: no rollout found for thread id th-1\n")
        return End(code=0 if known else 1)

    codex.runner.script = script
    assert anyio.run(codex.agents.run, codex.job()).outcome is Outcome.CLAIMED
    assert ["resume" in life for life in lives] == [True, False]
    told = prompt(codex)
    assert "- shell: make it" in told
    assert "- said: Half of it stands." in told
    assert told.endswith("do it\n")


def test_the_next_iteration_starts_afresh(codex: "Bench") -> None:
    cut(codex, STARTED + WORKED)
    codex.says(STARTED + DONE)
    anyio.run(codex.agents.run, codex.job())
    anyio.run(codex.agents.run, codex.job(iteration=2))
    assert "resume" not in argv(codex)
    assert "interrupted" not in (codex.folder(iteration=2) / "prompt.md").read_text()


def test_a_session_that_is_given_is_gone_on_with(codex: "Bench") -> None:
    codex.says(STARTED + DONE)
    anyio.run(codex.agents.run, codex.job(session="th-7"))
    assert argv(codex)[-3:] == ("resume", "th-7", "-")


def test_a_session_begun_in_another_folder_is_left_alone(codex: "Bench") -> None:
    cut(codex, STARTED + WORKED)
    kept = codex.folder() / "session.json"
    cut_again = STARTED + DONE
    codex.says(cut_again, End(reason="lost"))
    anyio.run(codex.agents.run, codex.job())
    (codex.folder() / "transcript.jsonl").unlink(missing_ok=True)
    kept.write_text(json.dumps({"session": "th-1", "cwd": "/elsewhere"}))
    codex.says(STARTED + DONE)
    codex.runner.crash(str(codex.folder()))
    (codex.folder() / "guardian.json").unlink()
    anyio.run(codex.agents.run, codex.job())
    assert "resume" not in argv(codex)


def test_an_agent_that_met_a_limit_goes_on_with_its_session(claude: "Bench") -> None:
    claude.says(LIMIT, End(code=1))
    assert anyio.run(claude.agents.run, claude.job()).outcome is Outcome.RATE_LIMITED
    claude.says(CLAUDE_DONE)
    again = msgspec.structs.replace(claude.job(), resumes=1)
    assert anyio.run(claude.agents.run, again).outcome is Outcome.CLAIMED
    at = argv(claude).index("--resume")
    assert argv(claude)[at + 1] == "s-9"


def test_ends_on_record_are_set_aside_once_each(codex: "Bench") -> None:
    codex.says(STARTED + WORKED, End(code=0))
    assert anyio.run(codex.agents.run, codex.job()).outcome is Outcome.TRUNCATED
    codex.says(STARTED + DONE)
    for _ in range(2):
        end = anyio.run(codex.agents.run, codex.job(resumes=1))
        assert end.outcome is Outcome.CLAIMED
    assert len(codex.runner.launches) == 2
    assert argv(codex)[-3:] == ("resume", "th-1", "-")
    assert (codex.folder() / "ended-1" / "exit.json").exists()


def test_scripts_have_no_session_and_no_summary(bench: "Bench") -> None:
    bench.says("working", End(reason="lost"))
    anyio.run(bench.agents.run, bench.job())
    bench.says("<promise>DONE</promise>\n")
    anyio.run(bench.agents.run, bench.job())
    assert argv(bench) == ("agent",)
    assert not (bench.folder() / "session.json").exists()
    assert "What it did last" not in prompt(bench)


# -- what becomes of an agent whose orchestrator is gone -------------------------------------------------------------


def left_behind(bench: "Bench", on_interrupt: str, said: str) -> list[tuple[str, ...]]:
    """Leave an agent working, let another process come back to its run; give what was started then."""
    bench.agent(profile="codex", on_interrupt=on_interrupt)
    bench.says(said, Watch.ENDED)

    async def story() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(bench.agents.run, bench.job())
            while not bench.runner.launches:
                await anyio.sleep(0.001)
            group.cancel_scope.cancel()

    anyio.run(story)
    run_dir = str(bench.folder())
    bench.runner.launches.clear()
    bench.runner.lives[run_dir], bench.runner.ends[run_dir] = Life.RUNNING, None
    bench.says(STARTED + DONE)
    if on_interrupt == "adopt":
        bench.runner.ends[run_dir] = End(code=0)
        Path(run_dir, "transcript.jsonl").write_text(STARTED + DONE)
    end = anyio.run(bench.agents.run, msgspec.structs.replace(bench.job(), taken_over=True))
    assert end.outcome is Outcome.CLAIMED
    return [launch.argv for launch in bench.runner.launches]


def test_a_living_agent_is_adopted_by_default(codex: "Bench") -> None:
    assert left_behind(codex, "adopt", STARTED + WORKED) == []
    assert codex.runner.stopped == []


def test_a_living_agent_may_be_stopped_and_its_session_resumed(codex: "Bench") -> None:
    (argv,) = left_behind(codex, "resume", STARTED + WORKED)
    assert argv[-3:] == ("resume", "th-1", "-")
    assert codex.runner.stopped == [str(codex.folder())]
    assert "You were interrupted" in prompt(codex)


def test_a_living_agent_may_be_stopped_and_another_told_what_it_did(codex: "Bench") -> None:
    (argv,) = left_behind(codex, "restart", STARTED + WORKED)
    assert "resume" not in argv
    assert "- shell: make it" in prompt(codex)


def test_an_agent_that_is_gone_starts_afresh_where_it_is_to(codex: "Bench") -> None:
    codex.agent(profile="codex", on_interrupt="restart")
    cut(codex, STARTED + WORKED)
    codex.says(STARTED + DONE)
    anyio.run(codex.agents.run, codex.job())
    assert "resume" not in argv(codex)
    assert "- shell: make it" in prompt(codex)


def test_whoever_started_it_and_follows_it_never_stops_it(codex: "Bench") -> None:
    codex.agent(profile="codex", on_interrupt="restart")
    codex.says(STARTED + DONE)
    anyio.run(codex.agents.run, codex.job())
    assert (codex.runner.stopped, len(codex.runner.launches)) == ([], 1)


# -- every kind ----------------------------------------------------------------------------------------------------

FIRST_WORDS = {
    "claude-code": '{"type":"system","subtype":"init","session_id":"s-1"}\n',
    "codex": STARTED.replace("th-1", "s-1"),
    "opencode": '{"type":"step_start","sessionID":"s-1","part":{}}\n',
    "gemini": '{"type":"init","session_id":"s-1","model":"m"}\n',
    "qwen": '{"type":"system","subtype":"init","session_id":"s-1"}\n',
    "pi": '{"type":"session","id":"s-1","cwd":"/w"}\n',
    "cursor": '{"type":"system","subtype":"init","session_id":"s-1"}\n',
}


@pytest.mark.parametrize("kind", FIRST_WORDS)
def test_every_kind_that_says_whose_session_it_is_at_first_goes_on_with_that_one(bench: "Bench", kind: str) -> None:
    bench.program(PROFILES[kind].program)
    bench.agent(profile=kind)
    cut(bench, FIRST_WORDS[kind])
    first, second = bench.runner.launches[-2:]
    assert "s-1" not in first.argv
    assert [word for word in second.argv if word == "s-1"] == ["s-1"]
    assert first.place.seen_as == second.place.seen_as, "sessions belong to the folder they were begun in"
    assert first.home == second.home
    assert json.loads((bench.folder() / "session.json").read_text())["session"] == "s-1"


def test_an_id_we_chose_is_gone_on_with_where_the_program_says_it_only_at_its_end(bench: "Bench") -> None:
    bench.program("copilot")
    bench.agent(profile="copilot")
    cut(bench, '{"type":"assistant.message","data":{"content":"Half of it stands."}}\n')
    first, second = (launch.argv for launch in bench.runner.launches[-2:])
    chosen = first[first.index("--session-id") + 1]
    assert second[second.index("--resume") + 1] == chosen
