"""What is forgotten: content that was not synced, names whose folder was not, and never what was."""

import random
import stat
from pathlib import Path

import pytest

from tests.power.cuts import ROOT, Disk, Operation

FILE, FOLDER = stat.S_IFREG | 0o644, stat.S_IFDIR | 0o755
MADE: list[Operation] = [("new", ROOT, "a", 2, FILE, b""), ("write", 2, 0, b"one"), ("sync", 2)]
REPLACED: list[Operation] = [
    *MADE,
    ("sync", ROOT),
    ("new", ROOT, ".a.tmp", 3, FILE, b""),
    ("write", 3, 0, b"two"),
    ("sync", 3),
    ("move", ROOT, ".a.tmp", ROOT, "a"),
]


def left(folder: Path, kind: str, operations: list[Operation], luck: float = 0.0) -> dict[str, bytes]:
    folder.mkdir()
    disk = Disk(kind)
    for operation in operations:
        disk.tell(operation)
    disk.leave(folder, luck, random.Random(1))  # noqa: S311 - repeatable
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", ["ordered", "strict"])
def test_content_is_there_as_it_was_synced(tmp_path: Path, kind: str) -> None:
    more: list[Operation] = [*MADE, ("sync", ROOT), ("write", 2, 3, b", two"), ("cut", 2, 5)]
    assert left(tmp_path / "1", kind, more) == {"a": b"one"}
    assert left(tmp_path / "2", kind, [*more, ("sync", 2)]) == {"a": b"one, "}
    assert left(tmp_path / "3", kind, more, luck=1.0) == {"a": b"one, "}


def test_a_name_needs_its_folder_or_where_names_keep_their_order_any_sync(tmp_path: Path) -> None:
    assert left(tmp_path / "1", "strict", MADE) == {}
    assert left(tmp_path / "2", "ordered", MADE) == {"a": b"one"}
    assert left(tmp_path / "3", "strict", REPLACED)["a"] == b"one"
    assert left(tmp_path / "4", "strict", [*REPLACED, ("sync", ROOT)]) == {"a": b"two"}
    assert left(tmp_path / "5", "ordered", [*REPLACED, ("sync", 2)]) == {"a": b"two"}


def test_a_file_renamed_before_it_was_synced_is_empty(tmp_path: Path) -> None:
    careless = [one for one in REPLACED if one != ("sync", 3)]
    assert left(tmp_path / "1", "ordered", [*careless, ("sync", 2)])["a"] == b""


def test_folders_links_exchanges_and_removals_are_played(tmp_path: Path) -> None:
    told: list[Operation] = [
        *MADE,
        ("new", ROOT, "d", 4, FOLDER, b""),
        ("link", 4, "b", 2),
        ("new", 4, "l", 5, stat.S_IFLNK | 0o777, b"nowhere"),
        ("new", 4, "c", 6, FILE, b""),
        ("write", 6, 0, b"six"),
        ("swap", ROOT, "a", 4, "c"),
        ("mode", 6, stat.S_IFREG | 0o755),
        ("gone", 4, "b"),
        ("sync", 6),
    ]
    assert left(tmp_path / "1", "ordered", told) == {"a": b"six", "d/c": b"one"}
    disk = Disk("ordered")
    for one in told:
        disk.tell(one)
    assert (disk.find("d", "c"), disk.find("a"), disk.find("d", "b"), disk.content(6)) == (2, 6, None, b"six")
    disk.settle()
    (tmp_path / "2").mkdir()
    disk.leave(tmp_path / "2", 0.0, random.Random(1))  # noqa: S311 - repeatable
    assert (tmp_path / "2" / "a").stat().st_mode & 0o111
    assert (tmp_path / "2" / "d" / "l").readlink() == Path("nowhere")


def test_objects_that_git_syncs_together_are_kept_where_that_is_believed(tmp_path: Path) -> None:
    told: list[Operation] = [
        ("new", ROOT, "tmp_obj_x", 2, FILE, b""),
        ("write", 2, 0, b"blob"),
        ("new", ROOT, "bulk_fsync_x", 3, FILE, b""),
        ("sync", 3),
        ("move", ROOT, "tmp_obj_x", ROOT, "abc"),
        ("sync", 3),
    ]
    assert left(tmp_path / "1", "ordered", told)["abc"] == b"blob"
    assert left(tmp_path / "2", "ordered", [one for one in told if one != ("sync", 3)], luck=0.0) == {}
