"""Disks that fill up, writes that fall short, syncs that fail."""

import contextlib
import errno
import os
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from orchestrator.errors import DiskFullError, JournalError
from orchestrator.files.append import Disk
from orchestrator.journal.file import FileJournal
from orchestrator.model.events import Commit
from tests.journal.conftest import Fill, Open

Put = Callable[[FileJournal, int], Awaitable[Commit]]
SEGMENT = "000000000001.jsonl"


class BadDisk(Disk):
    """Does what it is told to get wrong, once for each number in the list."""

    def __init__(self, **failing: int) -> None:
        self.failing = failing
        self.room: int | None = None

    def _maybe(self, call: str) -> None:
        if call in self.failing:
            code = self.failing[call]
            raise OSError(code, os.strerror(code))

    def write(self, descriptor: int, content: memoryview) -> int:
        self._maybe("write")
        if self.room is None:
            return super().write(descriptor, content)
        if self.room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = super().write(descriptor, content[: min(self.room, 7)])
        self.room -= written
        return written

    def sync(self, descriptor: int) -> None:
        self._maybe("sync")
        super().sync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        self._maybe("truncate")
        super().truncate(descriptor, size)


def test_a_full_disk_keeps_whole_commits_only_and_appending_recovers(
    tmp_path: Path, open_journal: Open, put: Put
) -> None:
    disk = BadDisk()

    async def story(journal: FileJournal) -> None:
        await put(journal, 0)
        size = (tmp_path / SEGMENT).stat().st_size
        for room in (0, 1, 100):
            disk.room = room
            with pytest.raises(DiskFullError, match="make room"):
                await put(journal, 1)
            assert (tmp_path / SEGMENT).stat().st_size == size
        assert len(await journal.read(0)) == 1
        disk.room = 100_000
        assert (await put(journal, 1)).seq == 2

    assert open_journal(tmp_path, story, disk=disk).notices == []


def test_a_full_disk_that_cannot_even_be_cut_back_ends_appending_and_the_next_start_recovers(
    tmp_path: Path, open_journal: Open, put: Put, fill: Fill
) -> None:
    disk = BadDisk(truncate=errno.EIO)

    async def story(journal: FileJournal) -> None:
        await put(journal, 0)
        disk.room = 50
        with pytest.raises(JournalError, match="could not be taken back") as caught:
            await put(journal, 1)
        assert not isinstance(caught.value, DiskFullError)
        disk.room = None
        with pytest.raises(JournalError, match="could not be taken back"):
            await put(journal, 1)

    open_journal(tmp_path, story, disk=disk)
    assert len(fill(tmp_path, 1)) == 2
    assert len((tmp_path / "quarantine-2-1.bin").read_bytes()) == 50


@pytest.mark.parametrize("call", ["sync", "write"])
def test_after_a_failed_sync_or_write_nothing_is_ever_appended_again(
    tmp_path: Path, open_journal: Open, put: Put, call: str
) -> None:
    disk = BadDisk()

    async def story(journal: FileJournal) -> None:
        await put(journal, 0)
        disk.failing = {call: errno.EIO}
        with pytest.raises(JournalError, match=f"{call} failed .*start again"):
            await put(journal, 1)
        disk.failing = {}
        size = (tmp_path / SEGMENT).stat().st_size
        for _ in range(3):
            with pytest.raises(JournalError, match=f"{call} failed"):
                await put(journal, 1)
        assert (tmp_path / SEGMENT).stat().st_size == size

    open_journal(tmp_path, story, disk=disk)

    async def next_start(journal: FileJournal) -> None:
        assert journal.head == (2 if call == "sync" else 1)
        assert (await put(journal, 1)).seq == 2

    open_journal(tmp_path, next_start)


def test_what_another_wrote_is_not_believed_before_it_is_synced(tmp_path: Path, open_journal: Open, put: Put) -> None:
    disk = BadDisk()

    async def story(reader: FileJournal) -> None:
        writer = await FileJournal.open(tmp_path)
        await put(writer, 0)
        disk.failing = {"sync": errno.EIO}
        with pytest.raises(JournalError, match="sync failed"):
            await reader.read(0)
        writer.close()

    open_journal(tmp_path, story, disk=disk)


def test_a_quarantine_that_finds_no_room_cuts_nothing(tmp_path: Path, fill: Fill) -> None:
    fill(tmp_path, 2)
    with (tmp_path / SEGMENT).open("ab") as other:
        other.write(b"x" * 5_000)
    before = (tmp_path / SEGMENT).read_bytes()
    before_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before_limit[1]))
    try:
        with pytest.raises(DiskFullError, match="make room"):
            fill(tmp_path, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before_limit)
    assert (tmp_path / SEGMENT).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [SEGMENT, "lock"]
    assert len(fill(tmp_path, 1)) == 3


def test_a_file_size_limit_is_a_full_disk(tmp_path: Path, open_journal: Open, put: Put) -> None:
    before_limit = resource.getrlimit(resource.RLIMIT_FSIZE)

    async def story(journal: FileJournal) -> None:
        stored = 0
        with contextlib.suppress(DiskFullError):
            while stored < 100:
                await put(journal, stored)
                stored += 1
        assert 0 < stored < 100
        assert len(await journal.read(0)) == stored
        assert (tmp_path / SEGMENT).read_bytes().endswith(b"\n")
        resource.setrlimit(resource.RLIMIT_FSIZE, before_limit)
        assert (await put(journal, stored)).seq == stored + 1

    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before_limit[1]))
    try:
        open_journal(tmp_path, story)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before_limit)


MOUNT = 'mount -t tmpfs -o size=16k none "$1" && shift && exec "$@"'


@pytest.fixture
def on_small_disk(tmp_path: Path) -> list[str]:
    """Find how a program can be run with a real file system of 16 KiB at `tmp_path`, gone with it."""
    for unshare in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        command = [*unshare, "sh", "-c", MOUNT, "sh", str(tmp_path)]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("userns does not work here")


SMALL = """
import sys, anyio
from pathlib import Path
from orchestrator.errors import DiskFullError
from orchestrator.journal.file import FileJournal
from orchestrator.model.events import TaskFailed

async def main():
    root = Path(sys.argv[1])
    journal = await FileJournal.open(root / "journal")
    ballast = root / "ballast"
    ballast.write_bytes(bytes(4096))
    stored = 0
    event = TaskFailed(task="q/T", reason="x" * 700)
    try:
        while True:
            await journal.append([event], expected=stored, by="me", at=0, commit_id=f"c{stored}")
            stored += 1
    except DiskFullError:
        pass
    content = (root / "journal" / "000000000001.jsonl").read_bytes()
    assert content.endswith(b"\\n") and content.count(b"\\n") == stored > 2, (stored, content[-50:])
    ballast.unlink()
    await journal.append([event], expected=stored, by="me", at=0, commit_id=f"c{stored}")
    assert len(await journal.read(0)) == stored + 1
    journal.close()
    print("recovered")

anyio.run(main)
"""


@pytest.mark.slow
def test_a_real_file_system_that_fills_up_is_survived(tmp_path: Path, on_small_disk: list[str]) -> None:
    done = subprocess.run(
        [*on_small_disk, sys.executable, "-c", SMALL, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("recovered\n", "")
