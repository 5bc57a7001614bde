"""Calls of agents made into plays, and played again: the same words, the same files, the same end, no secret."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from orchestrator.agents import player
from orchestrator.agents.cassettes import (
    VERSION,
    Cassette,
    Play,
    Tell,
    cassette_file,
    lines_of,
    part_for,
    patches_of,
    read_cassette,
    with_play,
    write_cassette,
    write_part,
)
from orchestrator.agents.folders import RunFolder
from orchestrator.agents.profiles import PROFILES
from orchestrator.agents.recording import Beat, Call, play_of
from orchestrator.agents.redact import Redactor
from orchestrator.ports.agents import RunKey
from orchestrator.ports.runner import End

KEY = RunKey("q/T", 1, 1)
NOISE = hashlib.shake_256(b"noise").digest(75_000)
SECRET = "s3cret-value-1234"  # noqa: S105 - no password: a canary
PEM = f"-----BEGIN PRIVATE KEY-----\n{'MIIEvQ' * 5}\n{'AbCd' * 8}\n-----END PRIVATE KEY-----"


class Studio:
    """A run's folder, the files an agent found and those it left, and what becomes of them when played."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = RunFolder(root / "runs", KEY)
        self.folder.make()
        self.work, self.stage = root / "work", root / "stage"
        self.work.mkdir()
        self._git("init", "-q")
        self._monkeypatch = monkeypatch
        self.told: frozenset[str] = frozenset()
        self.beats: list[Beat] = []

    def _git(self, *argv: str, cwd: Path | None = None) -> bytes:
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
        author = ("-c", "user.name=a", "-c", "user.email=a@b")
        return subprocess.run(
            ["git", *author, *argv], cwd=cwd or self.work, env=env, capture_output=True, check=True
        ).stdout

    def tree(self, folder: Path) -> str:
        self._git("add", "-A", cwd=folder)
        return self._git("write-tree", cwd=folder).decode().strip()

    def found(self) -> None:
        """From here on the agent works."""
        self.tree(self.work)
        self._git("commit", "-q", "--allow-empty", "-m", "x")
        self._git("clone", "-q", str(self.work), str(self.stage), cwd=self.work.parent)

    def patch(self) -> bytes:
        return self._git("diff-tree", "-p", "--text", "--no-renames", "--full-index", "HEAD", self.tree(self.work))

    def says(self, text: bytes, errors: bytes = b"") -> None:
        self.folder.file("transcript.jsonl").write_bytes(text)
        self.folder.file("stderr.log").write_bytes(errors)
        self.folder.write("prompt.md", b"do it\n")

    def play(self, end: End | None = None, profile: str = "command", *secrets: str) -> Play:
        whole = end or End(code=0, seconds=1.0)
        call = Call(self.folder, self.folder, PROFILES[profile], whole, self.patch(), self.beats, self.told)
        return play_of(call, Redactor(secrets))

    def plays(self, play: Play) -> int:
        """Play it where the agent began, at once; a cassette is written and read on the way."""
        cassette = with_play(Cassette(version=VERSION, speed=0.0, pace=0.0, tasks={}), "q/T", 1, play)
        again = read_cassette(write_cassette(cassette), "c")
        assert again == cassette
        self._monkeypatch.chdir(self.stage)
        self._monkeypatch.setenv("ORCHESTRATOR_RUN_DIR", str(self.folder.path))
        part = self.folder.file("play.json")
        part.write_bytes(write_part(part_for(again, "q/T", 1, "c"), play.prompt))
        return player.main(str(part))


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    return Studio(tmp_path, monkeypatch)


def test_files_of_every_kind_come_out_as_they_were(studio: Studio) -> None:
    (studio.work / "old.txt").write_text("one\ntwo\n")
    (studio.work / "gone.txt").write_text("x\n")
    (studio.work / "tool").write_text("#!/bin/sh\n")
    (studio.work / "bin.dat").write_bytes(NOISE[:5000])
    studio.found()
    (studio.work / "old.txt").write_text("one\r\n2\nthree without an end")
    (studio.work / "gone.txt").unlink()
    (studio.work / "tool").chmod(0o755)
    (studio.work / "bin.dat").write_bytes(NOISE[5000:])
    (studio.work / "new folder").mkdir()
    (studio.work / "new folder" / "ünï.txt").write_text("diff --git a/x b/x\n--- a/x\n@@ -1 +1 @@\n-- \n")
    (studio.work / "link").symlink_to("old.txt")
    (studio.work / "nul").write_bytes(b"a\0b\n\0\n\xff")
    studio.says(b"")
    assert studio.plays(studio.play()) == 0
    assert studio.tree(studio.stage) == studio.tree(studio.work)


def test_words_come_in_their_order_with_the_pauses_between_them(
    studio: Studio, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    studio.found()
    studio.says(b"one\ntwo\n\nthree\nno end", b"warned\n")
    studio.beats = [Beat(0.5, 1), Beat(0.505, 2), Beat(2.0, 4)]
    play = studio.play(End(code=4, seconds=2.5))
    shown: list[dict[str, Any]] = json.loads(msgspec.json.encode(play.steps))
    assert [(step["do"], step.get("seconds", step.get("text"))) for step in shown] == [
        ("pause", 0.5),
        ("say", ["one"]),
        ("say", ["two"]),
        ("pause", 1.5),
        ("say", ["", "three"]),
        ("pause", 0.5),
        ("say", "no end"),
        ("say", ["warned"]),
    ]
    assert studio.plays(play) == 4
    assert capsysbinary.readouterr() == (b"one\ntwo\n\nthree\nno end", b"warned\n")


def test_no_secret_is_in_a_recording_and_it_plays_all_the_same(studio: Studio) -> None:
    (studio.work / "env").write_text("old\n")
    studio.found()
    (studio.work / "env").write_text(f"KEY={SECRET}\nrest\n{PEM}\nlast\n")
    (studio.work / "blob").write_bytes(b"\0\xff" + SECRET.encode() + b"\0")
    (studio.folder.file("scratch") / "outbox").mkdir()
    (studio.folder.file("scratch") / "outbox" / "w1.json").write_text(
        json.dumps({"verb": "learn", "text": f"use {SECRET}"})
    )
    (studio.folder.file("scratch") / "trajectory.json").write_text(json.dumps({"key": SECRET}))
    studio.says(b"done\n")
    play = studio.play(None, "mini-swe-agent", SECRET)
    written = write_cassette(with_play(Cassette(version=VERSION, tasks={}), "q/T", 1, play))
    assert SECRET.encode() not in written
    assert b"MIIEvQ" not in written
    assert studio.plays(play) == 0
    assert (studio.stage / "env").read_text() == "KEY=[redacted]\nrest\n[redacted]\nlast\n"
    assert (studio.stage / "blob").read_bytes() == b"\0\xff[redacted]\0"
    assert json.loads((studio.folder.file("scratch") / "outbox" / "w1.json").read_text())["text"] == "use [redacted]"
    assert json.loads((studio.folder.file("scratch") / "trajectory.json").read_text()) == {"key": "[redacted]"}


def test_words_of_earlier_calls_in_the_same_folder_are_not_said_again(studio: Studio) -> None:
    studio.found()
    outbox = studio.folder.file("scratch") / "outbox"
    outbox.mkdir()
    (outbox / "w1.json").write_text('{"verb": "progress", "text": "before"}')
    (outbox / "w2.json").write_text('{"verb": "progress", "text": "now"}')
    (outbox / "w3.json").write_text("no word at all")
    studio.says(b"")
    studio.told = frozenset({"w1"})
    assert [step.id for step in studio.play().steps if isinstance(step, Tell)] == ["w2"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_who_died_by_a_signal_dies_by_it_again(studio: Studio, number: signal.Signals) -> None:
    studio.found()
    studio.says(b"")
    part = studio.folder.file("play.json")
    play = studio.play(End(signal=number.value, seconds=0.0))
    cassette = with_play(Cassette(version=VERSION, pace=0.0, speed=0.0, tasks={}), "q/T", 1, play)
    part.write_bytes(write_part(part_for(cassette, "q/T", 1, "c"), ""))
    done = subprocess.run([sys.executable, player.__file__, str(part)], cwd=studio.stage, check=False, timeout=60)
    assert done.returncode == -number


@pytest.mark.parametrize("reason", ["stopped", "output"])
def test_who_was_ended_from_outside_hangs(studio: Studio, reason: str) -> None:
    studio.found()
    studio.says(b"")
    assert type(studio.play(End(signal=9, reason=reason)).steps[-1]).__name__ == "Hang"


def test_another_prompt_is_played_to_and_said(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.found()
    studio.says(b"")
    play = studio.play()
    assert studio.plays(play) == 0
    assert capsys.readouterr().err == ""
    part = json.loads(studio.folder.file("play.json").read_bytes())
    studio.folder.file("play.json").write_text(json.dumps({**part, "asked": "other"}))
    assert player.main(str(studio.folder.file("play.json"))) == 0
    assert "another one than was recorded" in capsys.readouterr().err


def test_a_patch_that_fits_no_file_says_which(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    (studio.work / "a.txt").write_text("one\n")
    studio.found()
    (studio.work / "a.txt").write_text("two\n")
    studio.says(b"")
    play = studio.play()
    (studio.stage / "a.txt").write_text("something else\n")
    assert studio.plays(play) == player.MISFIT
    assert "a.txt" in capsys.readouterr().err


# -- cassettes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\nb", "\n", "\n\n", "a\r\nb\n", "\na"])
def test_a_text_and_its_lines_say_the_same(text: str) -> None:
    lines = lines_of(text)
    assert (lines if isinstance(lines, str) else "".join(f"{line}\n" for line in lines)) == text


def test_a_call_takes_the_place_of_what_an_older_recording_has_from_there_on() -> None:
    old = Cassette(version=VERSION, tasks={"q/T": tuple(Play(final=f"{n}") for n in range(4)), "q/U": (Play(),)})
    new = with_play(old, "q/T", 2, Play(final="new"))
    assert [play.final for play in new.tasks["q/T"]] == ["0", "new"]
    assert new.tasks["q/U"] == old.tasks["q/U"]
    assert [play.final for play in with_play(old, "q/N", 3, Play(final="first")).tasks["q/N"]] == ["first"]


def test_a_folder_holds_a_file_for_each_queue(tmp_path: Path) -> None:
    assert cassette_file(tmp_path, "q/T") == tmp_path / "q.json"
    assert cassette_file(tmp_path / "one.json", "q/T") == tmp_path / "one.json"


def test_files_that_are_text_stay_readable_beside_those_that_are_not() -> None:
    patch = b"diff --git a/a b/a\n+x\ndiff --git a/b b/b\n+\xff\ndiff --git a/c b/c\n+y\n"
    text, other = patches_of(patch)
    assert text.text == ("diff --git a/a b/a", "+x", "diff --git a/c b/c", "+y")
    assert (text.base64, other.text) == ("", "")


def test_calls_are_counted_with_those_that_ended_at_a_limit_and_without_those_that_were_cut(tmp_path: Path) -> None:
    for name in ("1/1/ended-1", "1/1/ended-2", "1/2/cut-1", "2/1/ended-1", "2/2/cut-1"):
        (tmp_path / "q" / "T" / name).mkdir(parents=True)
    keys = [RunKey("q/T", attempt, iteration) for attempt, iteration in ((1, 1), (1, 2), (2, 1), (2, 2))]
    assert [RunFolder(tmp_path, key).plays() for key in keys] == [3, 4, 6, 7]
