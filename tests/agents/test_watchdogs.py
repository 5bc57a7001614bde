"""What watches an agent tells work from silence and steps from loops, and says what it saw before it is stopped."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from orchestrator.agents.diagnosis import why
from orchestrator.agents.watchdogs import Growing, Watchdogs
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.agents import Outcome
from orchestrator.ports.runner import End, Launch, Look, Process, Watch

if TYPE_CHECKING:
    from tests.agents.conftest import Bench

STARTED = b'{"type":"thread.started","thread_id":"th-1"}\n'
BEGUN = b'{"type":"item.started","item":{"id":"i1","type":"command_execution","command":"npm test"}}\n'
DONE = b'{"type":"item.completed","item":{"id":"i1","type":"command_execution","command":"npm test","exit_code":0}}\n'
TORN = (
    b'{"type":"text","sessionID":"s","part":{"type":"text","text":"I will create the file."}}\n'
    b'{"type":"step_finish","sessionID":"s","part":{"reason":"unknown","tokens":{"input":9,"output":1},"cost":0}}\n'
)
FINE = (
    b'{"type":"tool_use","sessionID":"s","part":{"tool":"bash","callID":"c","state":{"status":"completed",'
    b'"input":{"command":"ls"},"output":"x"}}}\n'
    b'{"type":"step_finish","sessionID":"s","part":{"reason":"tool-calls","tokens":{"input":9,"output":1},"cost":0}}\n'
)


class Run:
    """A run as its watchdogs see it: words appear, time passes."""

    def __init__(self, folder: Path, stream: str = "codex", **limits: Any) -> None:
        self.path = folder / "transcript.jsonl"
        self.agent = AgentSettings(name="a", **limits)
        self.dogs = Watchdogs(self.path, stream, self.agent)
        self.now, self.cpu_s, self.output = 1000.0, 0.0, 0

    def says(self, words: bytes) -> None:
        with self.path.open("ab") as stream:
            stream.write(words)
        self.output += len(words)

    def after(self, seconds: float, *, busy_s: float = 0.0) -> Watch | None:
        self.now, self.cpu_s = self.now + seconds, self.cpu_s + busy_s
        look = Look(self.now - 1000.0, self.cpu_s, self.output)
        return anyio.run(self.dogs.look, look, self.now)


# -- silence -------------------------------------------------------------------------------------------------------


def test_silence_for_too_long_is_a_stall_and_any_word_or_work_ends_it(tmp_path: Path) -> None:
    run = Run(tmp_path, stall_s=600.0)
    assert run.after(0) is None
    assert run.after(599) is None
    run.says(STARTED)
    assert run.after(1) is None
    assert run.after(599, busy_s=30.0) is None
    assert run.after(599) is None
    assert run.after(1) is Watch.STALLED


def test_a_guardian_that_does_not_answer_is_silence_too(tmp_path: Path) -> None:
    run = Run(tmp_path, stall_s=10.0)
    assert run.after(0) is None
    assert anyio.run(run.dogs.look, None, run.now + 9) is None
    assert anyio.run(run.dogs.look, None, run.now + 10) is Watch.STALLED


def test_a_tool_under_way_is_work_until_its_own_time_is_over(tmp_path: Path) -> None:
    run = Run(tmp_path, stall_s=600.0, tool_timeout_s=1800.0)
    run.says(STARTED + BEGUN)
    assert run.after(0) is None
    assert run.after(1799) is None
    assert run.after(1) is Watch.STALLED
    told = why(Watch.STALLED, run.agent, None, run.dogs)
    assert told == (
        "stopped because it neither wrote nor worked for 600 s; shell `npm test` has been under way for 1800 s"
    )


def test_a_tool_that_came_back_is_no_excuse(tmp_path: Path) -> None:
    run = Run(tmp_path, stall_s=600.0)
    run.says(BEGUN)
    assert run.after(0) is None
    run.says(DONE)
    assert run.after(60) is None
    assert run.after(600) is Watch.STALLED


def test_without_a_limit_silence_is_nobodys_business(tmp_path: Path) -> None:
    run = Run(tmp_path, "plain", stall_s=0.0)
    assert run.dogs.pause_s() == 60.0
    assert (run.after(0), run.after(1_000_000)) == (None, None)


def test_looks_come_often_enough_for_the_limits(tmp_path: Path) -> None:
    assert Run(tmp_path, "plain", stall_s=600.0).dogs.pause_s() == 60.0
    assert Run(tmp_path, "codex", stall_s=600.0).dogs.pause_s() == 5.0
    assert Run(tmp_path, "codex", stall_s=0.4).dogs.pause_s() == 0.1


# -- steps, loops, output ------------------------------------------------------------------------------------------


def test_more_tool_calls_than_allowed_are_too_many(tmp_path: Path) -> None:
    run = Run(tmp_path, max_steps=3)
    for _ in range(3):
        run.says(BEGUN + DONE)
        assert run.after(1) is None
    run.says(BEGUN)
    assert run.after(1) is Watch.STEPS
    assert "it called tools 4 times; max_steps is 3" in why(Watch.STEPS, run.agent, None, run.dogs)


def test_answers_that_use_no_tool_are_a_loop_and_one_that_does_begins_anew(tmp_path: Path) -> None:
    run = Run(tmp_path, "opencode", max_answers=30)
    run.says(TORN * 30)
    assert run.after(1) is None
    run.says(FINE + TORN * 28)
    assert run.after(1) is None
    run.says(TORN * 2)
    assert run.after(1) is Watch.LOOPING
    assert "31 times in a row and used no tool" in why(Watch.LOOPING, run.agent, None, run.dogs)


def test_no_recorded_run_of_any_program_is_too_much_for_the_defaults(tmp_path: Path, streams: Path) -> None:
    kinds = {"claude", "codex", "cline", "copilot", "gemini", "opencode", "pi", "qwen"}
    for path in sorted(path for path in streams.glob("*.jsonl") if not path.name.startswith("acp-")):
        folder = tmp_path / path.stem
        folder.mkdir()
        kind = path.stem.partition("-")[0]
        assert kind in kinds
        run = Run(folder, kind)
        for line in path.read_bytes().splitlines(keepends=True):
            run.says(line)
            assert run.after(0.1) is None, path.name
        assert run.dogs.stream.steps <= 3
        assert run.dogs.stream.running == {}, path.name


def test_more_output_than_allowed_is_too_much(tmp_path: Path) -> None:
    run = Run(tmp_path, "plain", max_output=100)
    run.says(b"x" * 100)
    assert run.after(1) is None
    run.says(b"y")
    assert run.after(1) is Watch.OUTPUT


# -- reading while it grows ----------------------------------------------------------------------------------------


def test_lines_are_taken_in_when_they_are_whole_however_they_come(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("orchestrator.agents.growing._BLOCK", 7)
    path = tmp_path / "transcript.jsonl"
    growing = Growing(path, "codex")
    growing.read(0.0)
    words = STARTED + BEGUN + b"no json at all\n" + DONE + BEGUN
    for at in range(0, len(words), 11):
        with path.open("ab") as stream:
            stream.write(words[at : at + 11])
        growing.read(float(at))
    assert growing.steps == 2
    assert [running.tool.title for running in growing.running.values()] == ["npm test"]


# -- what is written down before a run is stopped ------------------------------------------------------------------


def test_a_diagnosis_is_written_before_the_run_is_stopped_and_holds_no_secret(bench: "Bench") -> None:
    bench.program("codex")
    bench.agent(profile="codex", env={"API_KEY": "s3cret-value"}, stall_s=60.0)
    at_the_stop: list[str] = []
    bench.runner.tree = (
        Process(pid=7, depth=0, state="S", cpu_s=1.5, age_s=70.0, command="codex exec"),
        Process(pid=8, depth=1, state="R", cpu_s=0.0, age_s=60.0, command="curl -H s3cret-value"),
    )

    def script(launch: Launch) -> Watch:
        Path(launch.stdout).write_bytes(STARTED + BEGUN)
        Path(launch.stderr).write_text("warning: s3cret-value\n")
        return Watch.STALLED

    real_stop = bench.runner.stop

    async def stop(run_dir: str, *, grace_s: float = 3.0) -> End:
        at_the_stop.append(Path(run_dir, "diagnosis.md").read_text())
        return await real_stop(run_dir)

    bench.runner.script = script
    bench.runner.stop = stop  # type: ignore[method-assign]  # the moment is what this is about
    end = anyio.run(bench.agents.run, bench.job())
    assert end.outcome is Outcome.STALLED
    assert end.note == "stopped because it neither wrote nor worked for 60 s"
    (page,) = at_the_stop
    for words in ("# Run of backend/T-1, attempt 1, iteration 1", "stall 60 s", "## Processes", "codex exec"):
        assert words in page
    assert "s3cret-value" not in page
    assert page.count("[redacted]") == 2
    assert anyio.run(bench.agents.run, bench.job()).note == end.note, "it reads the same after a crash"


def test_what_a_watchdog_saw_stands_in_the_note_and_moves_aside_with_the_run(bench: "Bench") -> None:
    bench.program("codex")
    bench.agent(profile="codex")
    bench.says((STARTED + BEGUN).decode(), Watch.TIMEOUT)

    async def wait(run_dir: str, *, timeout_s: float | None = None, watchdog: Any = None) -> tuple[Watch, None]:
        await watchdog.look(Look(2700.0, 12.0, 100), 50.0)
        await watchdog.look(Look(2700.0, 12.0, 100), 95.0)
        return Watch.TIMEOUT, None

    bench.runner.wait = wait  # type: ignore[method-assign]  # what it saw until then is the question
    end = anyio.run(bench.agents.run, bench.job())
    assert end.outcome is Outcome.TIMEOUT
    assert end.note == (
        "stopped because its time limit of 2700 s is over; shell `npm test` has been under way for 45 s"
    )
    page = (bench.folder() / "diagnosis.md").read_text()
    assert "ran: 2700 s, 12.0 s of processor time, 100 bytes, 1 tool calls" in page
    assert "- tool shell `npm test`" in page


@pytest.mark.parametrize(
    ("watch", "words", "outcome"),
    [(Watch.STEPS, FINE, Outcome.TURN_LIMIT), (Watch.LOOPING, TORN, Outcome.LOOPING)],
)
def test_steps_and_loops_end_an_iteration_under_names_of_their_own(
    bench: "Bench", watch: Watch, words: bytes, outcome: Outcome
) -> None:
    bench.program("opencode")
    bench.agent(profile="opencode")
    bench.says(words.decode(), watch)
    end = anyio.run(bench.agents.run, bench.job())
    assert (end.outcome, end.claimed) == (outcome, False)
    assert end.note.startswith("stopped because")


def test_what_a_guardian_ended_by_itself_is_told_afterwards(bench: "Bench") -> None:
    bench.says("word\n", End(signal=9, reason="memory"))
    assert anyio.run(bench.agents.run, bench.job()).outcome is Outcome.KILLED
    assert "Ended because its processes had more memory" in (bench.folder() / "diagnosis.md").read_text()
