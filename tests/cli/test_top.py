"""The top of the command line: help, schemas, colours, and what every exit code means."""

import json
import os
import pty
import subprocess
import sys
from typing import Any

import pytest

from orchestrator.cli.main import VERBS, run
from orchestrator.codec.schema import NAMES


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_how_it_is_used(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Usage: orchestrator {verb}")
    assert len(said.splitlines()) > 4, "a usage line and nothing else helps nobody"


def test_help_names_every_verb_in_the_order_people_meet_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    places = [said.index(f"\n  {verb} ") for verb in VERBS]
    assert places == sorted(places)


def test_help_loads_nothing_heavy(terminal: Any) -> None:
    code = (
        "import sys; from orchestrator.cli.main import run; run(['--help']); "
        "heavy = {'anyio', 'watchfiles', 'structlog', 'rich', 'tenacity'} & {*sys.modules}; "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=terminal.env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_printed(name: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["schema", name]) == 0
    assert json.loads(capsysbinary.readouterr().out)["title"]


def test_an_unknown_schema_is_bad_usage_and_those_there_are_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "nope"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert all(name in said.err for name in NAMES)


@pytest.mark.parametrize(
    "argv", [["nope"], ["status", "--nope"], ["retry"], ["run", "--workers", "0"], ["-C", "nope", "status"]]
)
def test_bad_usage_is_2_and_said_on_stderr(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(argv) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.strip()


def test_a_refusal_is_1_and_says_what_to_do(project: Any) -> None:
    answer = project.run("retry", "backlog/NOPE")
    assert answer.code == 1
    assert answer.out == ""
    assert "orchestrator status" in answer.err


def test_a_broken_queue_file_is_2_with_line_and_column(project: Any) -> None:
    project.write("queues/backlog.json", '{"tasks": [\n  {"id": "A-1",}\n]}')
    answer = project.run("run")
    assert answer.code == 2
    assert "queues/backlog.json: line 2, column" in answer.err


@pytest.mark.slow
def test_a_damaged_journal_is_4_for_every_command_that_reads_it(project: Any) -> None:
    assert project.run("pause", "backlog").code == 0
    segment = next((project.folder / ".aibrain" / "journal").glob("*.jsonl"))
    segment.write_bytes(segment.read_bytes().replace(b'"seq":1,', b'"seq":7,', 1))
    before = segment.read_bytes()
    for argv in (["status"], ["run"], ["resume", "backlog"], ["history", "backlog/A-1"], ["doctor"]):
        answer = project.run(*argv)
        assert answer.code == 4, (argv, answer)
        assert "commit 1" in answer.out + answer.err
    assert segment.read_bytes() == before


def test_a_reader_that_goes_away_is_no_error(project: Any) -> None:
    command = f"{sys.executable} -m orchestrator schema config | head -c 10"
    done = subprocess.run(command, shell=True, env=project.env, capture_output=True, text=True, check=False)  # noqa: S602 - a pipe is the test
    assert done.stderr == ""
    assert len(done.stdout) == 10


def _seen_in_a_terminal(project: Any, **env: str) -> bytes:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", "status"],
        cwd=project.folder,
        env={**project.env, "TERM": "xterm", **env},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            block = os.read(ours, 4096)
        except OSError:  # what a terminal says when nobody has the other end any more
            break
        seen += block
        if not block:
            break
    os.close(ours)
    assert process.wait() == 0
    return seen


def test_colours_are_for_terminals_and_for_people_who_want_them(project: Any) -> None:
    assert b"\x1b[" in _seen_in_a_terminal(project)
    assert b"\x1b[" not in _seen_in_a_terminal(project, NO_COLOR="1")
    assert "\x1b[" not in project.run("status").out


@pytest.mark.parametrize(
    "argv", [["retry", "q/A"], ["skip", "q/A", "--reason", "x"], ["init"], ["stop"], ["attach", "q/A"], ["run"]]
)
def test_agents_may_not_decide_about_their_own_work(
    argv: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCHESTRATOR_TASK", "q/A")
    assert run(argv) == (2 if argv == ["run"] else 1), "for a run, 1 would say that something failed"
    assert "for people" in capsys.readouterr().err
