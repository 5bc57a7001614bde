"""What agents say back: the program they say it with, and the folder it is read from, whatever lies there."""

import io
import json
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.agents import tell
from orchestrator.agents.folders import RunFolder
from orchestrator.agents.redact import Redactor
from orchestrator.agents.spool import MAX_FILES, Spool, leave_reply
from orchestrator.agents.talking import stage
from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings
from orchestrator.model.talk import AskPerson, Blocked, Briefing, Heard, Learn, Progress, ProposeTask, Reply, Word
from orchestrator.ports.agents import RunKey
from orchestrator.ports.runner import End, Launch, Watch
from tests.agents.conftest import Bench

BRIEFING = Briefing(task="q/T", title="t", description="d", attempt=1, iteration=1, iterations_left=3)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    found = RunFolder(tmp_path / "runs", RunKey("q/T", 1, 1))
    found.make()
    stage(found, BRIEFING)
    return found


def says(folder: RunFolder, *argv: str, stdin: str = "") -> tuple[int, str, str]:
    """Call the program as an agent does."""
    done = subprocess.run(
        [str(folder.file("bin") / "orchestrator-tell"), *argv],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def leave(folder: RunFolder, name: str, content: bytes) -> None:
    (folder.file("scratch") / "outbox" / name).write_bytes(content)


def heard(folder: RunFolder, *secrets: str) -> list[Heard]:
    """Take in what lies there as at the end of a run."""
    found: list[Heard] = []

    async def work() -> End:
        return End(code=0)

    assert anyio.run(Spool(folder, Redactor(secrets), found.append).heard_during, work()).code == 0
    return found


def reply_of(folder: RunFolder, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder.file("replies") / f"{name}.json").read_bytes())
    return found


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for receipts."""
    monkeypatch.setattr(tell, "RECEIPT_S", 0.0)


def call(folder: RunFolder, *argv: str) -> int:
    return tell.main(folder.path, [*argv])


# -- the program ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_program_stands_on_its_own_and_cannot_be_changed_by_what_surrounds_it(folder: RunFolder) -> None:
    code, out, _ = says(folder, "context")
    assert (code, json.loads(out)["iterations_left"]) == (0, 3)
    assert stat.S_IMODE((folder.file("bin") / "orchestrator-tell").stat().st_mode) == 0o700
    code, _, errors = says(folder, "claim", "done")
    assert code == 2
    assert "invalid choice: 'claim'" in errors


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (("progress", "half way"), Progress(text="half way")),
        (("blocked", "no key"), Blocked(text="no key")),
        (("learn", "TZ=UTC"), Learn(text="TZ=UTC")),
        (("ask", "which?", "--wait", "0"), AskPerson(text="which?")),
        (("ask", "which?", "--go-on"), AskPerson(text="which?", holds=False)),
        (("propose", "--title", "more"), ProposeTask(title="more")),
        (
            (
                *("propose", "--title", "more", "--description", "d", "--queue", "r", "--id", "X", "--type", "bug"),
                *("--priority", "0", "--depends-on", "A", "--depends-on", "B", "--file", "f", "--test", "t"),
            ),
            ProposeTask(
                title="more",
                description="d",
                queue="r",
                id="X",
                type="bug",
                priority=0,
                dependencies=("A", "B"),
                files=("f",),
                tests=("t",),
            ),
        ),
    ],
)
def test_every_verb_says_its_word(folder: RunFolder, argv: tuple[str, ...], word: Word) -> None:
    assert call(folder, *argv) in {0, 3}
    assert [said.word for said in heard(folder)] == [word]


@pytest.mark.usefixtures("hasty")
def test_a_text_can_come_from_standard_input(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("two\nlines"))
    assert call(folder, "progress", "-") == 0
    assert [said.word for said in heard(folder)] == [Progress(text="two\nlines")]


@pytest.mark.usefixtures("hasty")
def test_what_is_too_long_is_refused_before_it_is_said(folder: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(folder, "progress", "x" * 4001) == 1
    assert "at most 4000 characters" in capsys.readouterr().err
    assert heard(folder) == []


@pytest.mark.usefixtures("hasty")
def test_nobody_there_is_said_and_no_error(folder: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(folder, "progress", "x") == 0
    assert "not there at the moment" in capsys.readouterr().out
    assert call(folder, "ask", "which?", "--wait", "0") == 3
    assert "End your turn" in capsys.readouterr().out


def test_whoever_waits_is_told_as_soon_as_the_reply_is_there(folder: RunFolder) -> None:
    """An answer that comes while the agent waits ends the wait."""
    found: list[Heard] = []
    answers = iter([Reply(ok=True, text="Q1 waits for a person"), Reply(ok=True, text="Q1", answer="80", by="ana")])

    def hear(said: Heard) -> None:
        found.append(said)
        for reply in answers:
            leave_reply(folder, said.id, reply)

    async def agent() -> End:
        command = [sys.executable, "-I", "-S", str(folder.file("tell.py")), "ask", "which?", "--wait", "60"]
        done = await anyio.run_process(command, check=False)
        return End(code=done.returncode, reason=done.stdout.decode())

    end = anyio.run(Spool(folder, bytes, hear).heard_during, agent())
    assert (end.code, end.reason) == (0, "ana answers: 80\n")
    assert [said.word for said in found] == [AskPerson(text="which?")]


def test_a_refusal_is_told_and_so_are_answers_of_before(folder: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        while not (said := heard(folder)):
            time.sleep(0.01)
        leave_reply(folder, said[0].id, Reply(ok=False, text="an attempt may say `ask` 10 times"))

    thread = threading.Thread(target=refuse)
    thread.start()
    assert call(folder, "ask", "which?", "--wait", "30") == 1
    thread.join()
    assert "refused: an attempt may say `ask` 10 times" in capsys.readouterr().err
    assert call(folder, "answers") == 0
    assert "nothing is answered yet" in capsys.readouterr().out
    leave_reply(folder, "other", Reply(ok=True, text="Q1", answer="80", by="ana"))
    call(folder, "answers")
    assert "Q1: 80" in capsys.readouterr().out


# -- the folder ----------------------------------------------------------------------------------------------------


def test_what_is_no_word_is_refused_where_its_speaker_reads_it_and_stops_nothing(folder: RunFolder) -> None:
    leave(folder, "a.json", b'{"verb": "claim", "text": "done"}')
    leave(folder, "b.json", b"{")
    leave(folder, "c.json", b'{"verb": "progress", "text": "' + b"x" * 100_000 + b'"}')
    leave(folder, "d.json", b'{"verb": "progress", "text": "fine"}')
    assert [said.id for said in heard(folder)] == ["d"]
    assert [reply_of(folder, name)["ok"] for name in "ab"] == [False] * 2
    assert "'claim'" in reply_of(folder, "a")["text"]


def test_what_an_agent_plants_is_passed_over(folder: RunFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_bytes(b'{"verb": "progress", "text": "stolen"}')
    outbox = folder.file("scratch") / "outbox"
    (outbox / "link.json").symlink_to(secret)
    (outbox / "folder.json").mkdir()
    os.mkfifo(outbox / "pipe.json")
    leave(folder, ".hidden.json", b'{"verb": "progress", "text": "x"}')
    leave(folder, "no-ending", b'{"verb": "progress", "text": "x"}')
    leave(folder, "with space.json", b'{"verb": "progress", "text": "x"}')
    leave(folder, f"{'n' * 80}.json", b'{"verb": "progress", "text": "x"}')
    assert heard(folder) == []


@pytest.mark.parametrize("planted", ["link", "file", "nothing"])
def test_an_outbox_that_is_none_is_made_one_or_read_as_empty(folder: RunFolder, tmp_path: Path, planted: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.json").write_bytes(b'{"verb": "progress", "text": "stolen"}')
    outbox = folder.file("scratch") / "outbox"
    outbox.rmdir()
    if planted == "link":
        outbox.symlink_to(elsewhere)
    elif planted == "file":
        outbox.touch()
    assert heard(folder) == []


def test_a_folder_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    gone = RunFolder(tmp_path / "runs", RunKey("q/T", 1, 1))
    assert heard(gone) == []
    leave_reply(gone, "a", Reply(ok=True, text="x"))
    assert not gone.path.exists()


def test_only_so_many_files_are_looked_at(folder: RunFolder) -> None:
    for number in range(MAX_FILES + 5):
        leave(folder, f"{number:04}.json", b'{"verb": "progress", "text": "x"}')
    assert len(heard(folder)) == MAX_FILES


def test_secrets_are_taken_out_before_anything_is_looked_at(folder: RunFolder) -> None:
    leave(folder, "a.json", b'{"verb": "learn", "text": "the key is s3cret-value"}')
    assert [said.word for said in heard(folder, "s3cret-value")] == [Learn(text="the key is [redacted]")]


def test_a_fault_while_waiting_comes_out_as_it_is(folder: RunFolder) -> None:
    async def work() -> End:
        raise FaultError("the guardian does not answer")

    with pytest.raises(FaultError, match="the guardian"):
        anyio.run(Spool(folder, bytes, lambda _heard: None).heard_during, work())


# -- with the agents -----------------------------------------------------------------------------------------------


def test_an_agent_finds_the_program_first_on_its_path_and_its_words_are_heard(bench: Bench) -> None:
    def script(launch: Launch) -> End | Watch | None:
        outbox = Path(launch.run_dir, "scratch", "outbox")
        (outbox / "w1.json").write_bytes(b'{"verb": "progress", "text": "t0ken"}')
        return End(code=0)

    bench.runner.script = script
    bench.agent(command=("agent",), pass_env=("TOKEN",))
    found: list[Heard] = []
    anyio.run(bench.agents.run, bench.job(promise=None, briefing=BRIEFING), found.append)
    launch = bench.runner.launches[0]
    assert launch.env["PATH"].startswith(f"{bench.folder()}/bin:")
    assert (bench.folder() / "bin" / "orchestrator-tell").exists()
    assert [said.id for said in found] == ["w1"]
    anyio.run(bench.agents.reply, bench.job().key, "w1", Reply(ok=True, text="noted"))
    assert json.loads((bench.folder() / "replies" / "w1.json").read_bytes())["text"] == "noted"


def test_an_agent_without_a_briefing_gets_nothing_to_talk_with(bench: Bench) -> None:
    bench.settings = bench.settings.__class__(agents={"a": AgentSettings(name="a", command=("agent",))})
    anyio.run(bench.agents.run, bench.job(promise=None))
    assert not (bench.folder() / "bin").exists()
    assert bench.runner.launches[0].env["PATH"] == str(bench.bin)
