"""A file read while it is written, line by line: half lines wait for their end, whatever their length."""

import os
from collections.abc import Iterator
from pathlib import Path

_BLOCK = 1 << 20


class GrowingFile:
    """The lines of one file, each given once, whole and with its newline. A file that is not there yet is empty.

    A new file under the name (the next run's) is read from its beginning.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode = self._at = 0
        self.files = 0
        """How many files there were under the name so far."""
        self._parts: list[bytes] = []
        """Of the line that has no end yet."""

    def lines(self) -> Iterator[bytes]:
        """Give the whole lines that are new."""
        try:
            with self._path.open("rb") as stream:
                self._recognise(os.fstat(stream.fileno()).st_ino)
                stream.seek(self._at)
                while block := stream.read(_BLOCK):
                    self._at += len(block)
                    yield from self._whole(block)
        except FileNotFoundError:
            return

    def rest(self) -> bytes:
        """Give what stands after the last newline: the file's last line, once nobody writes to it any more."""
        parts, self._parts = self._parts, []
        return b"".join(parts)

    def _recognise(self, inode: int) -> None:
        if inode != self._inode:
            self._inode, self._at, self._parts, self.files = inode, 0, [], self.files + 1

    def _whole(self, block: bytes) -> Iterator[bytes]:
        *whole, rest = block.split(b"\n")
        for part in whole:
            parts, self._parts = self._parts, []
            yield b"".join((*parts, part, b"\n"))
        if rest:
            self._parts.append(rest)
