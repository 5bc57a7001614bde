"""The journal as files in a folder: compare-and-swap between processes under one lock. Never appends blindly.

Theory of operation. A `FileJournal` remembers where it has read to. Reading looks at new bytes only and takes no lock.
Appending takes the lock, reads on to the very end, settles a torn tail, and writes if the end is what the caller
expected; from taking the lock to giving it back there is no suspension, so a cancelled append was either not begun or
is complete. Commits of others are synced before they are believed: their writer may have died before it could.
"""

from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Self

import anyio

from orchestrator.codec.lines import encode, line_hash
from orchestrator.errors import ConflictError, DiskFullError, JournalError
from orchestrator.files.append import Disk
from orchestrator.files.atomic import private_dir, write_atomic
from orchestrator.files.bell import Bell
from orchestrator.files.locks import FileLock, LockHeldError
from orchestrator.files.room import NO_ROOM
from orchestrator.journal.segments import SEGMENT_BYTES, Segments
from orchestrator.model.events import Commit, Event

LOCK_NAME = "lock"
LOCK_WAIT_S = 30.0


class FileJournal:
    """One process's door to the journal in a folder. Opened with `open`; safe for all tasks of one event loop."""

    def __init__(self, folder: Path, segments: Segments, *, read_only: bool, on_notice: Callable[[str], None]) -> None:
        self.folder = folder
        self.read_only = read_only
        self.notices: list[str] = []
        """What was set aside or mended while opening or appending, for people; also given to `on_notice`."""
        self._segments = segments
        self._on_notice = on_notice
        self._lock = FileLock(folder / LOCK_NAME, create=not read_only)
        self._turn = anyio.Lock()
        self._bell: Bell | None = None
        self._refusal = ""

    @classmethod
    async def open(
        cls,
        folder: Path,
        *,
        read_only: bool = False,
        on_notice: Callable[[str], None] = lambda _: None,
        segment_bytes: int = SEGMENT_BYTES,
        disk: Disk | None = None,
    ) -> Self:
        """Open the journal in `folder` and verify all of it; a writer makes it if absent and settles a torn tail.

        Read-only, nothing is ever made or changed, and an absent journal is an empty one. Raises JournalError for
        damage, naming file, commit and byte.
        """
        with _told(folder):
            if not read_only:
                private_dir(folder)
            segments = Segments(folder, read_only=read_only, limit=segment_bytes, disk=disk)
            self = cls(folder, segments, read_only=read_only, on_notice=on_notice)
            try:
                await self._open()
            except BaseException:
                self.close()
                raise
        return self

    async def _open(self) -> None:
        await self._look()
        if not self._segments.rest:
            return
        if self.read_only:
            self._notice(f"{self._segments.where()}: the last append was cut short; the next run sets it aside")
            return
        async with self._exclusive():
            self._settle()

    @property
    def head(self) -> int:
        """The last commit this object has seen; others may have gone on since."""
        return self._segments.head

    @property
    def head_hash(self) -> str:
        """The hash of the line at `head`."""
        return self._segments.head_hash

    async def append(self, events: Sequence[Event], *, expected: int, by: str, at: int, commit_id: str) -> Commit:
        """Store one commit at `expected + 1` exactly if the head is `expected`; return when it is durable.

        Raises ConflictError, DiskFullError (nothing stored, try again later), JournalError (never append again).
        """
        if self.read_only:
            raise JournalError(f"cannot append to {self.folder}: it was opened to be read only")
        if self._refusal:
            raise JournalError(self._refusal)
        with self._fatal(), _told(self.folder):
            async with self._exclusive():
                self._settle()
                if self.head != expected:
                    return self._resolve(expected, commit_id)
                commit = Commit(seq=expected + 1, id=commit_id, prev=self.head_hash, at=at, by=by, events=tuple(events))
                line = encode(commit)
                self._segments.write(line, line_hash(line))
                return commit

    def _resolve(self, expected: int, commit_id: str) -> Commit:
        """Give back the commit of ours that an earlier try stored, or refuse."""
        if self.head < expected:
            raise ConflictError(f"commit {expected + 1} cannot follow {self.head}")
        stored = self._segments.read(expected, expected + 1)[0]
        if stored.id != commit_id:
            raise ConflictError(f"commit {expected + 1} is another's ({stored.id} by {stored.by})")
        return stored

    async def read(self, after: int) -> Sequence[Commit]:
        """Give the commits after `after` up to the head at call time, in order, without holes."""
        with _told(self.folder):
            await self._look()
            return self._segments.read(after, self.head) if after < self.head else []

    async def hash_at(self, seq: int) -> str | None:
        """Give the hash of the line of commit `seq`; None if there is none (yet)."""
        with _told(self.folder):
            await self._look()
            if not 0 < seq <= self.head:
                return None
            return line_hash(next(self._segments.lines(seq - 1, seq)))

    async def wait(self, after: int) -> None:
        """Return once the head is beyond `after`; woken by the kernel, never polling."""
        if self._bell is None:
            self._bell = Bell(self.folder)
        while True:
            with _told(self.folder):
                await self._look()
            if self.head > after:
                return
            await self._bell.wait()  # nothing suspends between looking and waiting, so nothing is missed

    def close(self) -> None:
        """Let go of every descriptor. Nobody may be waiting."""
        self._segments.close()
        self._lock.close()
        if self._bell is not None:
            self._bell.close()
            self._bell = None

    # -- below: how it is done -------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Read on. What looks like damage without the lock may be a write going on: it is looked at again with it."""
        self._catch_up()
        if self._segments.damage is None:
            return
        if self.read_only and not self._lock.path.exists():
            raise JournalError(self._segments.damage.text())
        async with self._exclusive():
            self._catch_up()
            self._stop_at_damage()

    def _catch_up(self) -> None:
        if self._segments.skim() and not self.read_only:
            self._segments.sync()

    def _stop_at_damage(self) -> None:
        if self._segments.damage is not None:
            raise JournalError(self._segments.damage.text())

    def _settle(self) -> None:
        """Under the lock: stand at the end of whole lines with nothing behind, or raise."""
        self._catch_up()
        self._stop_at_damage()
        if not self._segments.rest:
            return
        where, seq = self._segments.where(), self.head + 1
        if self._segments.unfinished:
            self._segments.finish()
            self._notice(f"{where}: commit {seq} lacked only its newline and was completed")
        else:
            kept = self._quarantine(seq)
            self._notice(f"{where}: an append that was cut short was set aside as {kept}; no commit is lost")
        self._catch_up()

    def _quarantine(self, seq: int) -> str:
        """Copy the tail beside the journal, durably, and only then cut it off."""
        number = 1
        while (kept := self.folder / f"quarantine-{seq}-{number}.bin").exists():
            number += 1
        write_atomic(kept, self._segments.rest)
        self._segments.cut_tail()
        return kept.name

    def _notice(self, text: str) -> None:
        self.notices.append(text)
        self._on_notice(text)

    @asynccontextmanager
    async def _exclusive(self) -> AsyncGenerator[None]:
        """Hold the journal alone: against other tasks here (flock does not tell them apart), then other processes."""
        async with self._turn:
            await self._lock.acquire(LOCK_WAIT_S)
            try:
                yield
            finally:
                self._lock.release()

    @contextmanager
    def _fatal(self) -> Generator[None]:
        """Remember a failure after which nothing may be appended any more."""
        try:
            yield
        except DiskFullError:
            raise
        except JournalError as error:
            self._refusal = str(error)
            raise


@contextmanager
def _told(folder: Path) -> Generator[None]:
    """Turn what the system says into what a person is told."""
    try:
        yield
    except LockHeldError as error:
        raise JournalError(f"cannot lock the journal: {error}") from error
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DiskFullError(f"cannot write the journal in {folder}: {error}; make room, and it goes on") from error
        raise JournalError(f"cannot use the journal in {folder}: {error}; check its permissions and disk") from error
