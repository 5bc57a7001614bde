"""Plays every transcript and compares what is to be seen with what it says.

A transcript is blocks of commands, a line of dashes and what they show, ended by an empty line; `#` begins a remark.
`REWRITE=1 pytest tests/policy/test_transcripts.py` writes down what is to be seen now; review the difference.
"""

import os
from pathlib import Path

import pytest

from orchestrator.codec.worlds import encode_world
from orchestrator.model.fold import apply
from orchestrator.model.world import World
from orchestrator.policy.agenda import Agenda
from tests.policy.playing.stage import Stage

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
LINE = "----"


def played(stage: Stage, text: str) -> str:
    """Give the transcript with what is to be seen now."""
    return "\n\n".join(_block(stage, block) for block in text.strip().split("\n\n")) + "\n"


def _block(stage: Stage, block: str) -> str:
    commands = block.split(f"\n{LINE}", 1)[0].splitlines()
    seen: list[str] = []
    for line in commands:
        if line and not line.startswith("#"):
            seen += stage.play(line)
    quiet = not seen and LINE not in block
    return "\n".join(commands if quiet else (*commands, LINE, *seen))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_it_goes_as_the_transcript_says(path: Path) -> None:
    stage = Stage()
    seen = played(stage, path.read_text(encoding="utf-8"))
    if os.environ.get("REWRITE"):
        path.write_text(seen, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == seen
    _the_journal_alone_tells_it_all(stage)


def _the_journal_alone_tells_it_all(stage: Stage) -> None:
    again, agenda = World(), Agenda()
    for commit in stage.commits:
        apply(again, commit)
    again.touched = {}
    assert encode_world(again) == encode_world(stage.world)
    agenda.update(again, ())
    assert list(agenda.candidates(again.queues)) == list(stage.agenda.candidates(stage.world.queues))
    assert agenda.spoiled.keys() == stage.agenda.spoiled.keys()
    assert agenda.timed.keys() == stage.agenda.timed.keys()


def test_a_transcript_that_tells_something_else_fails() -> None:
    stage = Stage()
    wrong = "queue q\ntask q/T1\n\nseat A\noutlook A\n----\nleaves with 0: all done\n"
    assert played(stage, wrong) != wrong
