"""Recorded sessions, to be played back instead of calling a model; the format is described in docs/replay.md.

Reads and writes cassettes and picks the play of one call. Never touches the workspace: the player does, under guard.
"""

import base64
from pathlib import Path
from typing import Any, assert_never

import msgspec

from orchestrator.errors import FaultError

VERSION = 1
_HEAD = b"diff --git "
Text = str | tuple[str, ...]
"""A string as it is, or lines that are each ended by a newline."""


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True, omit_defaults=True):
    """Base of all steps."""


class Say(_Step, frozen=True, tag="say"):
    """Print, ended by a newline unless it is to be `exact`; on stderr if it is an `error`."""

    text: Text
    exact: bool = False
    error: bool = False


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


class Patch(_Step, frozen=True, tag="patch"):
    """Change files as a patch of git's says; one that is no text stands in `base64`."""

    text: Text = ""
    base64: str = ""


class Tell(_Step, frozen=True, tag="tell"):
    """Say a word back, as `orchestrator-tell` does."""

    id: str
    word: dict[str, Any]


class Leave(_Step, frozen=True, tag="leave"):
    """Leave a document in the scratch folder, as some programs do instead of printing it."""

    name: str
    text: Text


class Hang(_Step, frozen=True, tag="hang"):
    """Do nothing more until somebody ends it."""


class Die(_Step, frozen=True, tag="die"):
    """End by a signal."""

    signal: int


Step = Say | Pause | Write | Edit | Delete | Patch | Tell | Leave | Hang | Die


class Play(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One call as it went. `final` is the final message, a claim included if one was made."""

    steps: tuple[Step, ...] = ()
    final: Text = ""
    exit: int = 0
    prompt: str = ""
    """SHA-256 of what was asked; another prompt is played to all the same, and stderr says so."""
    stream: str = "plain"
    """How its output reads: the name of a normaliser."""
    result: str = ""
    """The document it left that is part of its output."""


class Cassette(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Recordings by task (`queue/ID`), one play a call. `pace` is the seconds before each step."""

    version: int
    title: str = ""
    pace: float = 0.05
    speed: float = 1.0
    """How many times quicker than recorded pauses are; 0 leaves them out."""
    tasks: dict[str, tuple[Play, ...]]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What the player gets: one play, its texts made plain. `asked` is the prompt's hash now."""

    pace: float
    speed: float
    play: Play
    asked: str = ""


def read_cassette(content: bytes, name: str) -> Cassette:
    """Decode a cassette. Raises FaultError naming the place."""
    try:
        cassette = msgspec.json.decode(content, type=Cassette)
    except msgspec.MsgspecError as problem:
        raise FaultError(f"cassette {name} cannot be played: {problem}; docs/replay.md describes the format") from None
    if cassette.version != VERSION:
        raise FaultError(f"cassette {name} has version {cassette.version}; this program plays version {VERSION}")
    return cassette


def part_for(cassette: Cassette, task: str, number: int, name: str) -> Part:
    """Give what the player needs for the task's `number`-th call (from 1); beyond the last, the last again."""
    plays = cassette.tasks.get(task, ())
    if not plays:
        raise FaultError(f"cassette {name} holds no recording of {task}; give the task another agent")
    play = plays[min(number, len(plays)) - 1]
    plain = msgspec.structs.replace(play, steps=tuple(_plain(step) for step in play.steps), final=_joined(play.final))
    return Part(pace=cassette.pace, speed=cassette.speed, play=plain)


def write_part(part: Part, asked: str) -> bytes:
    """Write a part for the player, who is told the hash of what is asked now."""
    return msgspec.json.encode(msgspec.structs.replace(part, asked=asked))


def read_part(content: bytes) -> Part:
    """Read a part back."""
    return msgspec.json.decode(content, type=Part)


def _plain(step: Step) -> Step:
    match step:
        case Say() | Write() | Patch() | Leave():
            return msgspec.structs.replace(step, text=_joined(step.text))
        case Edit():
            return msgspec.structs.replace(step, old=_joined(step.old), new=_joined(step.new))
        case Pause() | Delete() | Tell() | Hang() | Die():
            return step
        case _:
            assert_never(step)


def _joined(text: Text) -> str:
    return text if isinstance(text, str) else "".join(f"{line}\n" for line in text)


# -- writing -------------------------------------------------------------------------------------------------------


def lines_of(text: str) -> Text:
    """Give a text as its lines where that says the same; people read cassettes."""
    lines = text.split("\n")
    return tuple(lines[:-1]) if len(lines) > 1 and not lines[-1] else text


def patches_of(content: bytes) -> tuple[Patch, ...]:
    """Make steps of a patch's bytes: what is text stays readable."""
    files = [_HEAD + part for part in (b"\n" + content).split(b"\n" + _HEAD)[1:]]
    whole = [file if file.endswith(b"\n") else file + b"\n" for file in files]
    text = b"".join(file for file in whole if _is_text(file))
    others = (Patch(base64=base64.b64encode(file).decode()) for file in whole if not _is_text(file))
    return (*((Patch(text=lines_of(text.decode())),) if text else ()), *others)


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


def with_play(cassette: Cassette, task: str, number: int, play: Play) -> Cassette:
    """Put in the task's `number`-th call; what an older recording has from there on is gone."""
    before = cassette.tasks.get(task, ())[: number - 1]
    return msgspec.structs.replace(cassette, tasks={**cassette.tasks, task: (*before, play)})


def write_cassette(cassette: Cassette) -> bytes:
    """Write a cassette."""
    return msgspec.json.format(msgspec.json.encode(cassette), indent=1) + b"\n"


def cassette_file(path: Path, task: str) -> Path:
    """Give the file that holds a task's recordings: the path, or in a folder the file of its queue."""
    return path / f"{task.partition('/')[0]}.json" if path.is_dir() else path
