"""Old journals fold for ever. Each file in `tests/data/journals` was written by the version it is named after.

A new event type makes the last test fail; `ORCHESTRATOR_REWRITE=1 pytest tests/journal/test_old_journals.py` appends a
sample of it to the newest file (what stands there is never rewritten). A new line format begins a new file.
"""

import json
import os
import typing
from enum import EnumMeta
from pathlib import Path

import msgspec
import pytest

from orchestrator.codec.lines import FORMAT, GENESIS, check, decode, encode
from orchestrator.model import events
from orchestrator.model.events import Commit, Event
from orchestrator.model.fold import apply
from orchestrator.model.world import World

FOLDER = Path(__file__).parent.parent / "data" / "journals"
JOURNALS = sorted(FOLDER.glob("v*.jsonl"))
NEWEST = FOLDER / f"v{FORMAT}-every-event.jsonl"
AT = 1_772_355_600_000


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def test_there_is_one_of_every_version() -> None:
    versions = {int(path.name[1:].split("-")[0]) for path in JOURNALS}
    assert versions == set(range(1, FORMAT + 1))


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.name)
def test_an_old_journal_is_intact_reads_and_folds(path: Path) -> None:
    world, prev = World(), GENESIS
    tasks: set[str] = set()
    for number, line in enumerate(lines_of(path), start=1):
        prev = check(line, seq=number, prev=prev)
        apply(world, decode(line))
        tasks.update(world.tasks)
    assert world.seq == len(lines_of(path))
    assert tasks == {"q/T"}


def within(old: object, new: object) -> bool:
    """Say whether everything in `old` stands unchanged in `new`, which may have more fields."""
    if isinstance(old, dict) and isinstance(new, dict):
        was, now = typing.cast("dict[str, object]", old), typing.cast("dict[str, object]", new)
        return all(key in now and within(value, now[key]) for key, value in was.items())
    if isinstance(old, list) and isinstance(new, list):
        pairs = zip(typing.cast("list[object]", old), typing.cast("list[object]", new), strict=True)
        return all(within(was, now) for was, now in pairs)
    return old == new


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.name)
def test_no_field_of_an_old_event_was_renamed_or_dropped(path: Path) -> None:
    for line in lines_of(path):
        old, new = json.loads(line)["events"], json.loads(encode(decode(line)))["events"]
        assert within(old, new), "fields are added with defaults, never renamed"


def test_the_newest_file_holds_every_event() -> None:
    if os.environ.get("ORCHESTRATOR_REWRITE"):
        rewrite()
    written = {type(event) for line in lines_of(NEWEST) for event in decode(line).events}
    missing = set(typing.get_args(Event)) - written
    assert not missing, f"{sorted(kind.__name__ for kind in missing)}: run again with ORCHESTRATOR_REWRITE=1"


# -- writing samples -----------------------------------------------------------------------------------------------

SAMPLES = {"task": "q/T", "queue": "q", "gate": "g", "trigger": "t", "id": "T", "name": "q", "worker": "w1"}


def sample(kind: type[msgspec.Struct]) -> msgspec.Struct:
    """Fill every field with something, so that nothing stands at its default."""
    hints = typing.get_type_hints(kind)
    return kind(**{field.name: value_of(hints[field.name], field.name) for field in msgspec.structs.fields(kind)})


def value_of(hint: typing.Any, name: str) -> object:
    first, *_ = typing.get_args(hint) or (None,)
    if typing.get_origin(hint) is tuple:
        return (value_of(first, name),)
    if first is not None:
        return value_of(first, name)
    if isinstance(hint, EnumMeta):
        return next(iter(hint))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return sample(hint)
    plain: dict[object, object] = {bool: True, int: 3, float: 1.5, str: SAMPLES.get(name, f"a {name}")}
    return plain[hint]


def rewrite() -> None:
    lines = lines_of(NEWEST) if NEWEST.exists() else []
    written = {type(event) for line in lines for event in decode(line).events}
    for kind in sorted(typing.get_args(Event), key=lambda kind: kind.__name__.endswith("Removed")):
        if kind not in written:
            seq, prev = len(lines) + 1, check(lines[-1], **place(lines[-1])) if lines else GENESIS
            commit = Commit(
                seq=seq, id=f"c{seq}", prev=prev, at=AT + seq, by="w1", events=(typing.cast("Event", sample(kind)),)
            )
            lines.append(encode(commit))
    NEWEST.write_bytes(b"".join(line + b"\n" for line in lines))


class Place(typing.TypedDict):
    seq: int
    prev: str


def place(line: bytes) -> Place:
    commit = decode(line)
    return {"seq": commit.seq, "prev": commit.prev}


def test_samples_leave_no_field_at_its_default() -> None:
    event = sample(events.LaneParked)
    for field in msgspec.structs.fields(events.LaneParked):
        assert getattr(event, field.name) != field.default
