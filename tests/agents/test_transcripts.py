"""Transcripts read while they grow: half lines, new files under the old name, and what only the end tells."""

import os
from pathlib import Path

import pytest

from orchestrator.agents import growing
from orchestrator.agents.calling import Profile
from orchestrator.agents.folders import RunFolder
from orchestrator.agents.growing import GrowingFile
from orchestrator.agents.transcripts import Transcript, profile_named
from orchestrator.model.agent_events import AgentEvent, Failure, Final, Raw, Started, Text
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.ports.agents import RunKey

STARTED = b'{"type":"thread.started","thread_id":"th-1"}\n'
SAID = b'{"type":"item.completed","item":{"id":"i","type":"agent_message","text":"hello"}}\n'


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(content)


@pytest.mark.parametrize("block", [1, 3, 1 << 20])
def test_each_line_is_given_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(growing, "_BLOCK", block)
    path = tmp_path / "file"
    file = GrowingFile(path)
    assert list(file.lines()) == []
    append(path, b"one\ntw")
    assert list(file.lines()) == [b"one\n"]
    append(path, b"o\n\nthr")
    assert list(file.lines()) == [b"two\n", b"\n"]
    assert (file.rest(), file.rest()) == (b"thr", b"")


def test_a_line_of_megabytes_comes_in_pieces_and_is_given_whole(tmp_path: Path) -> None:
    path, pieces = tmp_path / "file", 50
    file = GrowingFile(path)
    for _ in range(pieces):
        append(path, b"x" * 100_000)
        assert list(file.lines()) == []
    append(path, b"\n")
    assert [len(line) for line in file.lines()] == [pieces * 100_000 + 1]


def test_the_next_runs_file_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "file"
    file = GrowingFile(path)
    append(path, b"old\nhalf of ")
    assert list(file.lines()) == [b"old\n"]
    path.rename(tmp_path / "shelf")
    assert list(file.lines()) == []
    append(path, b"new\n")
    assert list(file.lines()) == [b"new\n"]


class Run:
    def __init__(self, root: Path, stream: str) -> None:
        self.folder = RunFolder(root, RunKey("q/T", 1, 1))
        self.folder.make()
        self.transcript = Transcript(self.folder, Profile(name=stream, stream=stream))

    def writes(self, content: bytes, name: str = "transcript.jsonl") -> None:
        append(self.folder.file(name), content)

    @property
    def new(self) -> list[AgentEvent]:
        return list(self.transcript.new())


def test_what_an_agent_does_is_given_as_it_does_it_and_the_rest_at_its_end(tmp_path: Path) -> None:
    run = Run(tmp_path, "codex")
    assert run.new == []
    run.writes(STARTED + SAID[:20])
    assert run.new == [Started(session="th-1")]
    run.writes(SAID[20:] + b"broken {")
    assert run.new == [Text(text="hello")]
    assert list(run.transcript.finish(0)) == [Raw(text="broken {")]
    assert run.transcript.path == run.folder.path


def test_a_call_that_follows_in_the_same_folder_starts_with_nothing_in_mind(tmp_path: Path) -> None:
    run = Run(tmp_path, "codex")
    run.writes(STARTED)
    assert run.new == [Started(session="th-1")]
    os.rename(run.folder.file("transcript.jsonl"), tmp_path / "shelf")  # noqa: PTH104
    run.transcript.again()
    run.writes(STARTED)
    run.writes(b"no rollout found\n", "stderr.log")
    assert [type(event) for event in run.transcript.finish(1)] == [Started, Failure]


def test_a_scripts_last_words_are_told_once_and_what_it_complained_of_too(tmp_path: Path) -> None:
    run = Run(tmp_path, "plain")
    run.writes(b"one\ntwo")
    run.writes(b"warning\n\n", "stderr.log")
    assert list(run.transcript.finish(0)) == [Text(text="one"), Text(text="two")]
    assert run.transcript.errors() == (Text(text="warning"),)
    assert Run(tmp_path / "other", "codex").transcript.errors() == ()


def test_an_agent_nobody_knows_any_more_is_read_as_text() -> None:
    agents = {"c": AgentSettings(name="c", profile="codex"), "odd": AgentSettings(name="odd", profile="gone")}
    settings = Settings(agents=agents)
    assert [profile_named(settings, name).stream for name in ("c", "odd", "nobody")] == ["codex", "plain", "plain"]


def test_a_final_message_of_a_stream_is_told(tmp_path: Path) -> None:
    run = Run(tmp_path, "codex")
    run.writes(STARTED + SAID + b'{"type":"turn.completed","usage":{}}\n')
    assert Final(text="hello") in run.new
