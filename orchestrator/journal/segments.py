"""The journal's files as one row of verified lines: where they end, and what stands at a number.

Rules
1. Every line is verified in order (length, checksum, number, hash of the line before) before anything is believed.
   Verifying does not decode; decoding happens for what is asked for.
2. A segment's name is the number of its first commit; the next begins where this one ended. Segments are never
   compacted, never renamed.
3. Reading takes no lock: only lines that end in a newline count, and a newline is the last byte of an append.
4. Writing (`write`, `finish`, `cut_tail`) is for the holder of the journal's lock, who has just skimmed.
"""

import bisect
import os
from collections.abc import Iterator
from pathlib import Path

from orchestrator.codec.lines import GENESIS, DamagedLineError, check, understand
from orchestrator.errors import JournalError
from orchestrator.files.append import AppendFile, Disk, create
from orchestrator.journal.tail import Damage, is_torn, is_unfinished
from orchestrator.model.events import Commit

SEGMENT_BYTES = 64 << 20
_MARK_EVERY = 256
_DIGITS = 12


def segment_name(first: int) -> str:
    """Name the segment whose first commit is `first`."""
    return f"{first:0{_DIGITS}d}.jsonl"


def segment_numbers(folder: Path) -> list[int]:
    """List the first commits of the segments in a folder, ascending; a folder that does not exist has none."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a tenth of the cost of iterdir, on every catch-up
    except FileNotFoundError:
        return []
    stems = (name.removesuffix(".jsonl") for name in names if name.endswith(".jsonl"))
    return sorted(int(stem) for stem in stems if stem.isascii() and stem.isdigit())


class Segments:
    """A position in the journal that only moves forward: `head` commits are verified, `head_hash` is the last's."""

    def __init__(
        self, folder: Path, *, read_only: bool = False, limit: int = SEGMENT_BYTES, disk: Disk | None = None
    ) -> None:
        self.folder = folder
        self.head = 0
        self.head_hash = GENESIS
        self.rest = b""
        """What stands behind the last whole line."""
        self.damage: Damage | None = None
        """Why the row cannot go on; None if it just ends, also in a torn tail."""
        self._read_only = read_only
        self._limit = limit
        self._disk = disk
        self._file: AppendFile | None = None
        self._first = 0
        self._offset = 0
        self._marks: list[tuple[int, int, int]] = []
        """(seq, first of its segment, offset of its line), sparse and ascending."""

    # -- reading ---------------------------------------------------------------------------------------------------

    def skim(self) -> int:
        """Verify what is new and say how many commits that were; `rest` and `damage` tell what stopped it."""
        before = self.head
        self.rest, self.damage = b"", None
        while self._skim_file() and self._step():
            pass
        return self.head - before

    def _skim_file(self) -> bool:
        """Verify on to the end of the current segment; say whether that was reached cleanly."""
        if self._file is None:
            return True
        size = self._file.size()
        if size < self._offset or not self._file.in_place():
            return self._damaged("was cut off, deleted or replaced while in use: restore it")
        return size == self._offset or self._skim_lines(self._file.read(self._offset, size - self._offset))

    def _skim_lines(self, data: bytes) -> bool:
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            line = data[start:end]
            try:
                digest = check(line, seq=self.head + 1, prev=self.head_hash)
            except DamagedLineError as error:
                self.rest = data[start:]
                return self._stopped(error)
            self._accept(len(line) + 1, digest)
            start = end + 1
        self.rest = data[start:]
        return not self.rest or self._stopped(DamagedLineError("is not ended by a newline"))

    def _accept(self, size: int, digest: str) -> None:
        if self.head % _MARK_EVERY == 0 or self._offset == 0:
            self._marks.append((self.head + 1, self._first, self._offset))
        self.head += 1
        self.head_hash = digest
        self._offset += size

    def _stopped(self, error: DamagedLineError) -> bool:
        """Tell a torn tail (nothing follows: no damage) from damage."""
        later = self._later()
        if error.intact or later or not is_torn(self.rest):
            return self._damaged(error.reason)
        return False

    def _later(self) -> list[int]:
        return [first for first in segment_numbers(self.folder) if first > self._first]

    def _step(self) -> bool:
        """Open the next segment, if there is one."""
        later = self._later()
        if not later:
            return False
        if later[0] != self.head + 1:
            return self._damaged(f"is missing: the next segment is {segment_name(later[0])}, so lines are gone")
        self._open(later[0])
        return True

    def _open(self, first: int) -> None:
        file = AppendFile(self.folder / segment_name(first), read_only=self._read_only, disk=self._disk)
        self.close()
        self._file, self._first, self._offset = file, first, 0

    def _damaged(self, reason: str) -> bool:
        self.damage = Damage(
            file=str(self.folder / segment_name(self._first or 1)),
            seq=self.head + 1,
            offset=self._offset,
            reason=reason,
        )
        return False

    # -- what was verified -----------------------------------------------------------------------------------------

    def read(self, after: int, upto: int) -> list[Commit]:
        """Decode the commits behind `after` up to `upto`, both at most `head`."""
        commits: list[Commit] = []
        for line in self.lines(after, upto):
            try:
                commits.append(understand(line))
            except DamagedLineError as error:
                seq = after + len(commits) + 1
                raise JournalError(f"cannot read {self.folder}: the line of commit {seq} {error.reason}") from None
        return commits

    def lines(self, after: int, upto: int) -> Iterator[bytes]:
        """Give the lines of the verified commits behind `after` up to `upto`, without newlines."""
        at = after + 1
        while at <= upto:
            mark = self._marks[bisect.bisect_right(self._marks, at, key=lambda mark: mark[0]) - 1]
            seq, first, _ = mark
            for line in self._from(mark, self._offset_behind(first, upto)):
                if at <= seq <= upto:
                    yield line
                seq += 1
            at = seq

    def _offset_behind(self, first: int, upto: int) -> int | None:
        """Bound how far a segment must be read for the line of `upto`. None: to its end."""
        later = bisect.bisect_right(self._marks, upto, key=lambda mark: mark[0])
        if later < len(self._marks) and self._marks[later][1] == first:
            return self._marks[later][2]
        return self._offset if first == self._first else None

    def _from(self, mark: tuple[int, int, int], end: int | None) -> list[bytes]:
        _, first, offset = mark
        if self._file is not None and first == self._first:
            data = self._file.read(offset, (end or self._offset) - offset)
        else:
            data = self._from_old(first, offset, end)
        return data.removesuffix(b"\n").split(b"\n")

    def _from_old(self, first: int, offset: int, end: int | None) -> bytes:
        old = AppendFile(self.folder / segment_name(first), read_only=True)
        try:
            return old.read(offset, (end or old.size()) - offset)
        finally:
            old.close()

    # -- writing, under the lock -----------------------------------------------------------------------------------

    def write(self, line: bytes, digest: str) -> None:
        """Append one line durably behind the head. Raises DiskFullError or JournalError, as AppendFile does."""
        if self._file is None or self._offset >= self._limit:
            self._rotate()
        self._current().append(line + b"\n")
        self._accept(len(line) + 1, digest)

    def _rotate(self) -> None:
        self.sync()
        first = self.head + 1
        create(self.folder / segment_name(first))
        self._open(first)

    def sync(self) -> None:
        """Make durable what others wrote and may not have lived to sync, before it is believed."""
        if self._file is not None:
            self._file.sync()

    @property
    def unfinished(self) -> bool:
        """Whether the tail is the next line, whole but for its newline."""
        return is_unfinished(self.rest, seq=self.head + 1, prev=self.head_hash)

    def finish(self) -> None:
        """Give an unfinished line its newline."""
        self._current().append(b"\n")

    def cut_tail(self) -> None:
        """Cut what stands behind the last whole line. It must be safe elsewhere."""
        self._current().cut(self._offset)
        self.rest = b""

    def _current(self) -> AppendFile:
        if self._file is None:
            raise AssertionError("no segment is open")
        return self._file

    def where(self) -> str:
        """Name the end of the row: file and byte."""
        return f"{self.folder / segment_name(self._first or 1)} at byte {self._offset}"

    def close(self) -> None:
        """Let go of the descriptor."""
        if self._file is not None:
            self._file.close()
            self._file = None
