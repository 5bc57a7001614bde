"""A file that only grows."""

import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import JournalError
from orchestrator.files.append import AppendFile, Disk, create


class ShortDisk(Disk):
    """Writes three bytes at a time."""

    def write(self, descriptor: int, content: memoryview) -> int:
        return super().write(descriptor, content[:3])


class BrokenDisk(Disk):
    """Cannot sync."""

    def sync(self, descriptor: int) -> None:
        raise OSError(5, "Input/output error")


def test_short_writes_are_finished(tmp_path: Path) -> None:
    create(tmp_path / "log")
    file = AppendFile(tmp_path / "log", disk=ShortDisk())
    file.append(b"0123456789\n")
    file.append(b"abc\n")
    assert (tmp_path / "log").read_bytes() == b"0123456789\nabc\n"
    assert file.read(3, 5) == b"34567"
    assert file.read(12, 100) == b"bc\n"
    assert file.read(99, 5) == b""
    file.close()
    file.close()


def test_making_a_file_keeps_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("there\n")
    create(tmp_path / "log")
    assert (tmp_path / "log").read_text() == "there\n"


def test_a_failed_sync_poisons(tmp_path: Path) -> None:
    create(tmp_path / "log")
    file = AppendFile(tmp_path / "log", disk=BrokenDisk())
    with pytest.raises(JournalError, match="sync failed"):
        file.append(b"x\n")
    with pytest.raises(JournalError, match="sync failed"):
        file.sync()
    with pytest.raises(JournalError, match="sync failed"):
        file.append(b"y\n")
    with pytest.raises(JournalError, match="sync failed"):
        file.cut(0)
    assert (tmp_path / "log").read_bytes() == b"x\n"
    file.close()


def test_it_knows_when_it_was_replaced(tmp_path: Path) -> None:
    create(tmp_path / "log")
    file = AppendFile(tmp_path / "log")
    assert file.in_place()
    create(tmp_path / "other")
    (tmp_path / "other").replace(tmp_path / "log")
    assert not file.in_place()
    (tmp_path / "log").unlink()
    assert not file.in_place()
    file.close()


def test_its_descriptor_is_not_inherited(tmp_path: Path) -> None:
    path = tmp_path / "log"
    create(path)
    file = AppendFile(path)
    listed = subprocess.run(["ls", "-l", "/proc/self/fd"], capture_output=True, text=True, check=True, close_fds=False)
    assert str(path) not in listed.stdout
    file.close()
