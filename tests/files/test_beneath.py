"""Files beneath a folder somebody else filled."""

import os
from pathlib import Path

import pytest

from orchestrator.files.beneath import read_beneath, write_beneath


def test_a_file_is_read_to_its_limit_and_written_with_its_folders(tmp_path: Path) -> None:
    write_beneath(tmp_path, "a/b/c.txt", b"hello")
    write_beneath(tmp_path, "a/b/c.txt", b"again")
    assert (tmp_path / "a/b/c.txt").read_bytes() == b"again"
    assert read_beneath(tmp_path, "a/b/c.txt", 3) == b"aga"
    assert read_beneath(tmp_path, "a/none", 3) is None
    assert read_beneath(tmp_path, "none/a", 3) is None


def test_no_link_is_followed_out_of_the_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
    (outside / "kept").write_text("kept")
    (inside / "folder").symlink_to(outside)
    (inside / "file").symlink_to(outside / "kept")
    assert read_beneath(inside, "folder/kept", 9) is None
    assert read_beneath(inside, "file", 9) is None
    with pytest.raises(OSError, match="folder"):
        write_beneath(inside, "folder/kept", b"lost")
    write_beneath(inside, "file", b"new")
    assert (outside / "kept").read_text() == "kept"
    assert (inside / "file").read_text() == "new"
    assert not (inside / "file").is_symlink()


@pytest.mark.parametrize("path", ["../a", "a/../../b", "/etc/passwd", ""])
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    assert read_beneath(tmp_path, path, 9) is None
    with pytest.raises(PermissionError):
        write_beneath(tmp_path, path, b"x")


def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    assert read_beneath(tmp_path, "pipe", 9) is None
    assert read_beneath(tmp_path, "folder", 9) is None
