"""What `doctor` is told."""

from pathlib import Path

import pytest

from orchestrator.journal.examine import SegmentInfo, examine
from tests.journal.conftest import Fill

SEGMENT = "000000000001.jsonl"


def test_an_absent_journal_is_an_empty_one_and_stays_absent(tmp_path: Path) -> None:
    seen = examine(tmp_path / "journal")
    assert (seen.commits, seen.head_hash, seen.segments, seen.damage) == (0, "0" * 64, (), None)
    assert not (tmp_path / "journal").exists()


def test_a_sound_journal_is_said_to_be(tmp_path: Path, fill: Fill) -> None:
    stored = fill(tmp_path, 30, segment_bytes=5_000)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    seen = examine(tmp_path)
    assert seen.commits == len(stored) == 30
    assert seen.chain_intact
    assert seen.unreadable == ""
    assert (seen.torn, seen.quarantines, seen.intact_behind) == (0, (), 0)
    assert seen.segments[0] == SegmentInfo(file=SEGMENT, first=1, bytes=(tmp_path / SEGMENT).stat().st_size)
    assert len(seen.segments) > 1
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_a_torn_tail_is_no_damage(tmp_path: Path, fill: Fill) -> None:
    fill(tmp_path, 3)
    with (tmp_path / SEGMENT).open("ab") as tail:
        tail.write(b"half a li")
    (tmp_path / "quarantine-2-1.bin").write_bytes(b"earlier")
    seen = examine(tmp_path)
    assert (seen.commits, seen.torn, seen.quarantines) == (3, 9, ("quarantine-2-1.bin",))
    assert seen.chain_intact
    assert (tmp_path / SEGMENT).read_bytes().endswith(b"half a li")


@pytest.mark.parametrize("at", [1, 12])
def test_damage_is_placed_and_what_stands_behind_it_counted(tmp_path: Path, fill: Fill, at: int) -> None:
    fill(tmp_path, 30, segment_bytes=5_000)
    segment = sorted(tmp_path.glob("*.jsonl"))[0 if at == 1 else 1]
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(lines[0].replace(b"q/T", b"q/X") + b"".join(lines[1:]))
    seen = examine(tmp_path)
    assert seen.damage is not None
    assert not seen.chain_intact
    assert seen.damage.offset == 0
    assert seen.damage.file == str(segment)
    assert seen.damage.reason == "does not match its checksum"
    assert seen.commits == seen.damage.seq - 1
    assert seen.intact_behind == 30 - seen.damage.seq
