"""Every cut and every flipped bit of a journal, line by line: what stands before a line is verified once, not again.

A `Segments` stands behind line n-1 as any reader does. Line n is put there cut short, or with a bit flipped, in all
ways there are; each time it reads on, and stays where it was. Only the whole line lets it go on to the next.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from orchestrator.codec.lines import GENESIS, encode, line_hash
from orchestrator.journal.segments import Segments, segment_name
from orchestrator.model.events import Commit
from tests.model.every_event import EVERY_EVENT

_AT = 1_772_355_600_000
_MEMORY = Path("/dev/shm")  # where syncing and writing cost nothing


def lines(count: int) -> list[bytes]:
    """Make a journal of so many commits, of all events there are, as lines with their newlines."""
    found: list[bytes] = []
    prev = GENESIS
    for seq in range(1, count + 1):
        events = (EVERY_EVENT[seq % len(EVERY_EVENT)],)
        line = encode(Commit(seq=seq, id=f"c{seq}", prev=prev, at=_AT + seq, by="t", events=events))
        prev = line_hash(line)
        found.append(line + b"\n")
    return found


class Place:
    """A file that holds the whole lines so far, and a reader that stands behind them."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / segment_name(1), os.O_RDWR | os.O_CREAT)
        self._end = 0
        self.reader = Segments(folder, read_only=True)
        self.reader.skim()

    def see(self, tail: bytes) -> int:
        """Let this stand behind the whole lines, and read on; gives how many commits were believed."""
        os.pwrite(self._file, tail, self._end)
        os.ftruncate(self._file, self._end + len(tail))
        return self.reader.skim()

    def keep(self, line: bytes) -> None:
        """Go on behind a whole line."""
        assert self.see(line) == 1
        assert (self.reader.rest, self.reader.damage) == (b"", None)
        self._end += len(line)

    def close(self) -> None:
        """Let go of the file."""
        self.reader.close()
        os.close(self._file)


@contextmanager
def _place() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(dir=_MEMORY if _MEMORY.is_dir() else None))
    place = Place(folder)
    try:
        yield place
    finally:
        place.close()
        shutil.rmtree(folder)


def cut_everywhere(journal: list[bytes]) -> tuple[int, list[str]]:
    """Cut the journal at every byte; gives how many cuts that were, and what did not hold."""
    count, wrong = 0, list[str]()
    with _place() as place:
        for number, line in enumerate(journal, start=1):
            for size in range(len(line)):
                count += 1
                believed = place.see(line[:size])
                reader = place.reader
                torn = reader.damage is None and reader.rest == line[:size]
                if believed or not torn or reader.unfinished != (size == len(line) - 1):
                    wrong.append(f"commit {number} cut behind byte {size}: {believed} believed, {reader.damage}")
            place.keep(line)
    return count, wrong


def flip_everything(journal: list[bytes]) -> tuple[int, list[str]]:
    """Flip every bit of the journal, with a line behind it and (the last append) without; gives flips and faults.

    With a line behind it is damage, always; without, damage or an append that was cut short. No flip is believed.
    """
    count, wrong = 0, list[str]()
    with _place() as place:
        for number, (line, behind) in enumerate(pairwise(journal), start=1):
            for bit in range(len(line) * 8):
                flipped = bytearray(line)
                flipped[bit // 8] ^= 1 << bit % 8
                count += 1
                middle = place.see(bytes(flipped) + behind) or place.reader.damage is None
                last = place.see(bytes(flipped)) or not (place.reader.damage or place.reader.rest == flipped)
                if middle or last:
                    wrong.append(f"commit {number}, bit {bit}: {'passes for torn' if middle else 'is believed'}")
            place.keep(line)
    return count, wrong
