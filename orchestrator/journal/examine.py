"""Looking at a journal without touching it: what `doctor` tells. Never mends, creates or raises for damage."""

from pathlib import Path

import msgspec

from orchestrator.codec.lines import DamagedLineError, judge
from orchestrator.errors import JournalError
from orchestrator.journal.segments import Segments, segment_name, segment_numbers
from orchestrator.journal.tail import Damage


class SegmentInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the journal."""

    file: str
    first: int
    bytes: int


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `damage` set: nothing is appended until a person has looked."""

    commits: int
    """Whole commits in a row from 1 whose lengths, checksums, numbers and chain hold."""
    head_hash: str
    segments: tuple[SegmentInfo, ...]
    quarantines: tuple[str, ...]
    """Tails that were set aside, as file names."""
    damage: Damage | None
    intact_behind: int
    """Lines behind the damage that hold by themselves: what repair could still save."""
    torn: int
    """Bytes of an append that was cut short; the next writer sets them aside."""
    unreadable: str
    """Why the commits cannot be decoded though they are intact (a newer version wrote them), or empty."""

    @property
    def chain_intact(self) -> bool:
        """Say whether the whole history is exactly what was written."""
        return self.damage is None


def examine(folder: Path) -> Examination:
    """Read the whole journal once more. Raises OSError where it may not be read."""
    segments = Segments(folder, read_only=True)
    try:
        segments.skim()
        return Examination(
            commits=segments.head,
            head_hash=segments.head_hash,
            segments=tuple(_segment(folder, first) for first in segment_numbers(folder)),
            quarantines=tuple(sorted(path.name for path in folder.glob("quarantine-*.bin"))),
            damage=segments.damage,
            intact_behind=_intact_behind(folder, segments.damage),
            torn=0 if segments.damage else len(segments.rest),
            unreadable=_unreadable(segments),
        )
    finally:
        segments.close()


def _segment(folder: Path, first: int) -> SegmentInfo:
    name = segment_name(first)
    return SegmentInfo(file=name, first=first, bytes=(folder / name).stat().st_size)


def _unreadable(segments: Segments) -> str:
    try:
        segments.read(0, segments.head)
    except JournalError as error:
        return str(error)
    return ""


def _intact_behind(folder: Path, damage: Damage | None) -> int:
    if damage is None:
        return 0
    count, place = 0, Path(damage.file)
    for first in segment_numbers(folder):
        path = folder / segment_name(first)
        if path.name >= place.name:
            data = path.read_bytes()[damage.offset if path.name == place.name else 0 :]
            count += sum(_holds(line) for line in data.split(b"\n"))
    return count


def _holds(line: bytes) -> bool:
    try:
        judge(line)
    except DamagedLineError:
        return False
    return True
