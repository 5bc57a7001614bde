"""Recorded sessions, to be played back instead of calling a model; the format is described in docs/replay.md.

Reads a cassette and picks the play of one iteration. Never touches the workspace: the player does, under guard.
"""

from typing import assert_never

import msgspec

from orchestrator.errors import FaultError

VERSION = 1
Text = str | tuple[str, ...]
"""A string as it is, or lines that are each ended by a newline."""


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """Base of all steps."""


class Say(_Step, frozen=True, tag="say"):
    """Print."""

    text: Text


class Pause(_Step, frozen=True, tag="pause"):
    """Wait."""

    seconds: float


class Write(_Step, frozen=True, tag="write"):
    """Write a whole file."""

    path: str
    text: Text
    executable: bool = False


class Edit(_Step, frozen=True, tag="edit"):
    """Replace a text that stands exactly once; nothing to do where the new text stands already."""

    path: str
    old: Text
    new: Text


class Delete(_Step, frozen=True, tag="delete"):
    """Remove a file; nothing to do where it is gone already."""

    path: str


Step = Say | Pause | Write | Edit | Delete


class Play(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One iteration as it went. `final` is the final message, a claim included if one was made."""

    steps: tuple[Step, ...] = ()
    final: Text = ""
    exit: int = 0


class Cassette(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recordings by task (`queue/ID`), one play an iteration. `pace` is the seconds before each step."""

    version: int
    title: str = ""
    pace: float = 0.05
    tasks: dict[str, tuple[Play, ...]]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What the player gets: one play, its texts made plain."""

    pace: float
    play: Play


def read_cassette(content: bytes, name: str) -> Cassette:
    """Decode a cassette. Raises FaultError naming the place."""
    try:
        cassette = msgspec.json.decode(content, type=Cassette)
    except msgspec.MsgspecError as problem:
        raise FaultError(f"cassette {name} cannot be played: {problem}; docs/replay.md describes the format") from None
    if cassette.version != VERSION:
        raise FaultError(f"cassette {name} has version {cassette.version}; this program plays version {VERSION}")
    return cassette


def part_for(cassette: Cassette, task: str, number: int, name: str) -> bytes:
    """Give what the player needs for the task's `number`-th iteration (from 1); beyond the last, the last again."""
    plays = cassette.tasks.get(task, ())
    if not plays:
        raise FaultError(f"cassette {name} holds no recording of {task}; give the task another agent")
    play = plays[min(number, len(plays)) - 1]
    plain = msgspec.structs.replace(play, steps=tuple(_plain(step) for step in play.steps), final=_joined(play.final))
    return msgspec.json.encode(Part(pace=cassette.pace, play=plain))


def _plain(step: Step) -> Step:
    match step:
        case Say() | Write():
            return msgspec.structs.replace(step, text=_joined(step.text))
        case Edit():
            return msgspec.structs.replace(step, old=_joined(step.old), new=_joined(step.new))
        case Pause() | Delete():
            return step
        case _:
            assert_never(step)


def _joined(text: Text) -> str:
    return text if isinstance(text, str) else "".join(f"{line}\n" for line in text)
