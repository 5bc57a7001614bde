"""Recorded sessions, played back."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from orchestrator.agents import player
from orchestrator.agents.cassettes import Cassette, part_for, read_cassette, write_part
from orchestrator.agents.folders import RunFolder
from orchestrator.errors import FaultError
from orchestrator.ports.agents import Outcome, RunKey
from orchestrator.ports.runner import End, Launch

if TYPE_CHECKING:
    from tests.agents.conftest import Bench


def cassette(*plays: dict[str, Any]) -> Cassette:
    return read_cassette(recording(*plays), "c.json")


def recording(*plays: dict[str, Any]) -> bytes:
    return json.dumps({"version": 1, "pace": 0, "tasks": {"backend/T-1": list(plays)}}).encode()


def part_of(whole: Cassette, task: str, number: int, name: str) -> bytes:
    return write_part(part_for(whole, task, number, name), "")


def play(part: bytes, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.chdir(workspace)
    (workspace / "part.json").write_bytes(part)
    code = player.main("part.json")
    (workspace / "part.json").unlink()
    return code


def test_the_nth_iteration_plays_the_nth_recording_and_later_ones_the_last() -> None:
    both = cassette({"final": "one"}, {"final": "two"})
    said = [json.loads(part_of(both, "backend/T-1", number, "c"))["play"]["final"] for number in (1, 2, 3, 9)]
    assert said == ["one", "two", "two", "two"]


def test_lines_become_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    steps = [
        {"do": "say", "text": ["hello", "there"]},
        {"do": "pause", "seconds": 0},
        {"do": "write", "path": "a/b.py", "text": ["x = 1", "y = 2"]},
        {"do": "write", "path": "run.sh", "text": "#!/bin/sh\n", "executable": True},
        {"do": "edit", "path": "a/b.py", "old": "y = 2", "new": "y = 3"},
        {"do": "delete", "path": "gone.py"},
        {"do": "delete", "path": "never.py"},
    ]
    (tmp_path / "gone.py").touch()
    whole = cassette({"steps": steps, "final": ["ok", "<promise>DONE</promise>"], "exit": 4})
    assert play(part_of(whole, "backend/T-1", 1, "c"), tmp_path, monkeypatch) == 4
    assert (tmp_path / "a" / "b.py").read_text() == "x = 1\ny = 3\n"
    assert (tmp_path / "run.sh").stat().st_mode & 0o111
    assert not (tmp_path / "gone.py").exists()
    assert capsys.readouterr().out == "hello\nthere\nok\n<promise>DONE</promise>\n"


def test_playing_twice_changes_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("def f():\n    return 1\n")
    steps = [
        {"do": "edit", "path": "a.py", "old": ["    return 1"], "new": ["    check()", "    return 1"]},
        {"do": "edit", "path": "a.py", "old": "f()", "new": "g()"},
    ]
    part = part_of(cassette({"steps": steps}), "backend/T-1", 1, "c")
    assert play(part, tmp_path, monkeypatch) == 0
    once = (tmp_path / "a.py").read_text()
    assert once == "def g():\n    check()\n    return 1\n"
    assert play(part, tmp_path, monkeypatch) == 0
    assert (tmp_path / "a.py").read_text() == once


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ({"do": "edit", "path": "a.py", "old": "absent", "new": "x"}, "a.py holds the text to replace 0 times"),
        ({"do": "edit", "path": "a.py", "old": "1", "new": "x"}, "2 times, not once"),
        ({"do": "edit", "path": "b.py", "old": "1", "new": "x"}, "b.py does not exist"),
        ({"do": "write", "path": "../out.py", "text": ""}, "outside the workspace"),
        ({"do": "write", "path": "/tmp/out.py", "text": ""}, "outside the workspace"),
        ({"do": "delete", "path": "link/secret"}, "outside the workspace"),
    ],
)
def test_what_does_not_fit_is_refused_naming_the_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    step: dict[str, str],
    why: str,
) -> None:
    work, outside = tmp_path / "work", tmp_path / "outside"
    work.mkdir()
    outside.mkdir()
    (outside / "secret").touch()
    (work / "link").symlink_to(outside)
    (work / "a.py").write_text("1 = 1\n")
    assert play(part_of(cassette({"steps": [step]}), "backend/T-1", 1, "c"), work, monkeypatch) == player.MISFIT
    assert why in capsys.readouterr().err
    assert (outside / "secret").exists()


def test_a_step_nobody_knows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = b'{"pace": 0, "play": {"steps": [{"do": "dance"}]}}'
    assert play(part, tmp_path, monkeypatch) == player.MISFIT


def test_attempts_whose_folders_are_gone_count_for_nothing(tmp_path: Path) -> None:
    assert RunFolder(tmp_path, RunKey("backend/T-1", 3, 2)).plays() == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "cannot be played"),
        (b'{"version": 1, "tasks": {"q/T": [{"stepz": []}]}}', "stepz"),
        (b'{"version": 1, "tasks": {"q/T": [{"steps": [{"do": "dance"}]}]}}', "dance"),
        (b'{"version": 2, "tasks": {}}', "has version 2; this program plays version 1"),
    ],
)
def test_a_cassette_that_cannot_be_read_is_a_fault_that_says_why(content: bytes, why: str) -> None:
    with pytest.raises(FaultError, match=why):
        read_cassette(content, "c.json")


def test_a_task_nobody_recorded_is_a_fault() -> None:
    with pytest.raises(FaultError, match=r"c.json holds no recording of backend/T-2; give the task another agent"):
        part_of(cassette({"final": "x"}), "backend/T-2", 1, "c.json")


# -- as an agent ---------------------------------------------------------------------------------------------------


def really_play(launch: Launch) -> End:
    """Run the player as the guardian would, in the workspace."""
    Path(launch.place.workspace).mkdir(parents=True, exist_ok=True)
    with Path(launch.stdout).open("wb") as out, Path(launch.stderr).open("wb") as err:
        done = subprocess.run(launch.argv, cwd=launch.place.workspace, env={}, stdout=out, stderr=err, check=False)
    return End(code=done.returncode, seconds=0.1)


@pytest.mark.slow
def test_iterations_are_counted_over_attempts_and_a_cut_one_is_played_again(bench: "Bench") -> None:
    bench.agent(profile="replay", cassette="rec.json")
    plays = [{"steps": [{"do": "write", "path": "n", "text": str(n)}], "final": f"play {n}"} for n in (1, 2, 3)]
    (bench.project / "rec.json").write_bytes(recording(*plays))
    bench.runner.script = really_play

    def played(attempt: int, iteration: int) -> str:
        assert anyio.run(bench.agents.run, bench.job(attempt, iteration)).outcome is Outcome.INCOMPLETE
        return (bench.folder(attempt, iteration) / "transcript.jsonl").read_text()

    assert played(1, 1) == "play 1\n"
    (bench.folder() / "exit.json").unlink()
    bench.runner.crash(str(bench.folder()))
    assert played(1, 1) == "play 1\n"
    assert played(1, 2) == "play 2\n"
    assert played(2, 1) == "play 3\n"
    assert Path(bench.runner.launches[-1].place.workspace, "n").read_text() == "3"
    launch = bench.runner.launches[0]
    assert launch.argv[0] == str(Path(sys.executable).resolve())
    assert launch.argv[1:] == ("-I", "-S", str(bench.folder() / "player.py"), str(bench.folder() / "play.json"))


def test_a_replaying_agent_without_a_cassette_is_a_fault(bench: "Bench") -> None:
    bench.agent(profile="replay")
    with pytest.raises(FaultError, match=r"say cassette = .FILE. in \[agents.a\]"):
        anyio.run(bench.agents.run, bench.job())
    bench.agent(profile="replay", cassette="none.json")
    with pytest.raises(FaultError, match=r"cannot read cassette .*none.json: No such file"):
        anyio.run(bench.agents.run, bench.job())
