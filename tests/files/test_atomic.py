"""Files that are whole or not there."""

import resource
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.files.atomic import ignore_itself, private_dir, write_atomic, write_whole

Writer = Callable[[Path, bytes], None]


@pytest.mark.parametrize("write", [write_atomic, write_whole])
def test_a_file_is_replaced_whole_and_nothing_else_stays(tmp_path: Path, write: Writer) -> None:
    target = tmp_path / "state.json"
    write(target, b"old")
    write(target, b"new" * 100_000)
    assert target.read_bytes() == b"new" * 100_000
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_a_mode_can_be_given(tmp_path: Path) -> None:
    write_atomic(tmp_path / "seen", b"", mode=0o644)
    assert stat.S_IMODE((tmp_path / "seen").stat().st_mode) == 0o644


@pytest.mark.parametrize("write", [write_atomic, write_whole])
def test_what_does_not_fit_leaves_the_old_content_and_no_remains(tmp_path: Path, write: Writer) -> None:
    target = tmp_path / "state.json"
    write(target, b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write(target, b"x" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_missing_folders_are_made_private_and_others_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert private_dir(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    private_dir(tmp_path / "a" / "b")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("", "a", "a/b")]
    assert modes == [0o755, 0o700, 0o700]


def test_a_file_in_the_way_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(OSError, match="File exists"):
        private_dir(tmp_path / "a")
    with pytest.raises(OSError, match="File exists"):
        private_dir(tmp_path / "a" / "b")


def test_a_folder_hides_itself_from_git_once(tmp_path: Path) -> None:
    ignore_itself(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "*\n"
    (tmp_path / ".gitignore").write_text("*\n!.gitignore\n")
    ignore_itself(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "*\n!.gitignore\n"
