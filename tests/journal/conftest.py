"""Journals to open, damage and open again."""

import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Protocol

import anyio
import pytest

from orchestrator.files.append import Disk
from orchestrator.journal.file import FileJournal
from orchestrator.model.events import Commit, TaskFailed

AT = 1_772_355_600_000
SHM = Path("/dev/shm")


class Fill(Protocol):
    """Appends commits to the journal in a folder and gives them all."""

    def __call__(self, folder: Path, count: int, segment_bytes: int = 64 << 20) -> list[Commit]: ...


class Open(Protocol):
    """Opens the journal in a folder, lets the story happen and closes it."""

    def __call__(
        self,
        folder: Path,
        story: Callable[[FileJournal], Awaitable[None]],
        *,
        read_only: bool = False,
        segment_bytes: int = 64 << 20,
        disk: Disk | None = None,
    ) -> FileJournal: ...


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """Make a folder where syncing costs nothing, for tests that open thousands of journals."""
    folder = Path(tempfile.mkdtemp(dir=SHM if SHM.is_dir() else None))
    yield folder
    shutil.rmtree(folder)


async def _put(journal: FileJournal, number: int) -> Commit:
    return await journal.append(
        [TaskFailed(task=f"q/T-{number}", reason="no\n" * (number % 5))],
        expected=number,
        by="t",
        at=AT + number,
        commit_id=f"c{number}",
    )


@pytest.fixture
def put() -> Callable[[FileJournal, int], Awaitable[Commit]]:
    """Append the commit that follows `number`."""
    return _put


@pytest.fixture
def open_journal() -> Open:
    return _open


def _open(
    folder: Path,
    story: Callable[[FileJournal], Awaitable[None]],
    *,
    read_only: bool = False,
    segment_bytes: int = 64 << 20,
    disk: Disk | None = None,
) -> FileJournal:
    async def run() -> FileJournal:
        journal = await FileJournal.open(folder, read_only=read_only, segment_bytes=segment_bytes, disk=disk)
        try:
            with anyio.fail_after(30):
                await story(journal)
        finally:
            journal.close()
        return journal

    return anyio.run(run)


@pytest.fixture
def fill() -> Fill:
    def run(folder: Path, count: int, segment_bytes: int = 64 << 20) -> list[Commit]:
        stored: list[Commit] = []

        async def story(journal: FileJournal) -> None:
            before = len(await journal.read(0))
            for number in range(before, before + count):
                await _put(journal, number)
            stored.extend(await journal.read(0))

        _open(folder, story, segment_bytes=segment_bytes)
        return stored

    return run
