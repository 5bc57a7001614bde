"""A file that people write too is replaced without ever losing what they saved."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import anyio
import pytest

from orchestrator.files import exchange as exchange_module
from orchestrator.files.exchange import (
    Busy,
    Changed,
    Failed,
    Missing,
    Replaced,
    digest,
    leftovers,
    owner_of,
    replace_if_unchanged,
    until_written,
)
from orchestrator.files.swap import being_written, exchange, exchange_by_links, place

OLD, NEW, THEIRS = b"old", b"new and longer", b"theirs"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "q.json"
    path.write_bytes(OLD)
    return path


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())


def test_an_unchanged_file_is_replaced_and_nothing_is_left_beside_it(file: Path) -> None:
    file.chmod(0o640)
    assert replace_if_unchanged(file, NEW, digest(OLD)) == Replaced()
    assert file.read_bytes() == NEW
    assert file.stat().st_mode & 0o777 == 0o640
    assert names(file) == ["q.json"]


def test_a_file_somebody_saved_is_left_as_it_is(file: Path) -> None:
    file.write_bytes(THEIRS)
    assert replace_if_unchanged(file, NEW, digest(OLD)) == Changed()
    assert file.read_bytes() == THEIRS
    assert names(file) == ["q.json"]


def test_a_link_stays_a_link_and_its_target_is_replaced(file: Path) -> None:
    link = file.with_name("link.json")
    link.symlink_to(file)
    assert replace_if_unchanged(link, NEW, digest(OLD)) == Replaced()
    assert link.is_symlink()
    assert file.read_bytes() == NEW


def test_a_missing_file_is_made_only_if_that_was_expected(file: Path) -> None:
    file.unlink()
    assert replace_if_unchanged(file, NEW, digest(OLD)) == Missing()
    assert replace_if_unchanged(file, NEW, None) == Replaced()
    assert replace_if_unchanged(file, b"again", None) == Changed()
    assert file.read_bytes() == NEW
    assert names(file) == ["q.json"]


def test_a_folder_in_its_place_is_a_clear_failure(tmp_path: Path) -> None:
    (tmp_path / "q.json").mkdir()
    outcome = replace_if_unchanged(tmp_path / "q.json", NEW, digest(OLD))
    assert isinstance(outcome, Failed)
    assert "q.json" in outcome.reason


def test_a_folder_nobody_may_write_to_is_a_clear_failure(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert replace_if_unchanged(file, NEW, digest(OLD)) == Failed(f"cannot write {file}: Permission denied")
    assert file.read_bytes() == OLD


def test_a_full_disk_is_a_clear_failure_and_leaves_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exchange_module, "write_all", full)
    assert isinstance(replace_if_unchanged(file, NEW, digest(OLD)), Failed)
    assert names(file) == ["q.json"]


def test_while_somebody_has_it_open_for_writing_it_is_not_touched(file: Path) -> None:
    with file.open("r+b"):
        assert being_written(file)
        assert replace_if_unchanged(file, NEW, digest(OLD)) == Busy()
    assert file.read_bytes() == OLD
    with file.open("rb"):
        assert not being_written(file)
        assert replace_if_unchanged(file, NEW, digest(OLD)) == Replaced()


# -- saves that fall into the middle of an exchange ------------------------------------------------------------------

Swap = Callable[[Path, Path], None]


Deed = Callable[[], None] | None


class Meddler:
    """Does something right before the n-th exchange, which is when a person is fastest, and right after it."""

    def __init__(self, before: Sequence[Deed], after: Sequence[Deed]) -> None:
        self.before, self.after = iter(before), iter(after)

    def __call__(self, one: Path, other: Path) -> None:
        self.act(self.before)
        exchange(one, other)
        self.act(self.after)

    def act(self, deeds: Iterator[Deed]) -> None:
        deed = next(deeds, None)
        if deed is not None:
            deed()


def meddle(monkeypatch: pytest.MonkeyPatch, *before: Deed, after: Sequence[Deed] = ()) -> None:
    monkeypatch.setattr(exchange_module, "exchange", Meddler(before, after))


def by_rename(path: Path, text: bytes) -> Callable[[], None]:
    def save() -> None:
        spare = path.with_name("editor.tmp")
        spare.write_bytes(text)
        spare.replace(path)

    return save


def in_place(path: Path, text: bytes) -> Callable[[], None]:
    def save() -> None:
        path.write_bytes(text)

    return save


@pytest.mark.parametrize("manner", [by_rename, in_place])
def test_a_save_right_before_the_exchange_goes_back_into_its_place(
    file: Path, monkeypatch: pytest.MonkeyPatch, manner: Callable[[Path, bytes], Callable[[], None]]
) -> None:
    meddle(monkeypatch, manner(file, THEIRS))
    assert replace_if_unchanged(file, NEW, digest(OLD)) == Changed(saves=(THEIRS,))
    assert file.read_bytes() == THEIRS
    assert names(file) == ["q.json"]


@pytest.mark.parametrize("manner", [by_rename, in_place])
def test_of_two_saves_the_newest_stands_and_the_other_is_rescued(
    file: Path, monkeypatch: pytest.MonkeyPatch, manner: Callable[[Path, bytes], Callable[[], None]]
) -> None:
    meddle(monkeypatch, manner(file, THEIRS), manner(file, b"newest"))
    outcome = replace_if_unchanged(file, NEW, digest(OLD))
    assert isinstance(outcome, Changed)
    (rescued,) = outcome.rescued
    assert outcome.saves == (THEIRS, b"newest")
    assert rescued.read_bytes() == THEIRS
    assert file.read_bytes() == b"newest"
    assert leftovers(file.parent) == (rescued,)
    assert owner_of(rescued) == file


def test_a_writer_that_opened_the_displaced_file_finds_it_in_its_place_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    meddle(monkeypatch, lambda: opened.append(os.open(file, os.O_WRONLY)))
    assert replace_if_unchanged(file, NEW, digest(OLD)) == Busy()
    os.write(opened[0], THEIRS)
    os.close(opened[0])
    assert file.read_bytes() == THEIRS
    assert names(file) == ["q.json"]


def in_place_and_on(path: Path, text: bytes, opened: list[BinaryIO]) -> Callable[[], None]:
    def save() -> None:
        opened.append(path.open("wb"))
        opened[-1].write(text)
        opened[-1].flush()

    return save


def test_a_save_that_is_put_back_is_merged_also_if_who_saw_our_text_writes_over_it_at_once(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meddle(monkeypatch, by_rename(file, THEIRS), after=(None, in_place(file, b"made from our text")))
    outcome = replace_if_unchanged(file, NEW, digest(OLD))
    assert isinstance(outcome, Changed)
    assert THEIRS in outcome.saves
    assert file.read_bytes() == b"made from our text"


def test_a_save_that_is_put_back_is_merged_also_while_who_saw_our_text_writes_over_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[BinaryIO] = []
    meddle(monkeypatch, by_rename(file, THEIRS), after=(None, in_place_and_on(file, b"made from", opened)))
    outcome = replace_if_unchanged(file, NEW, digest(OLD))
    opened[0].close()
    assert isinstance(outcome, Changed)
    assert THEIRS in outcome.saves


def test_a_writer_that_is_done_in_a_moment_is_waited_for_before_its_save_goes_back(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[BinaryIO] = []

    def writes() -> None:
        in_place_and_on(file, THEIRS, opened)()
        threading.Timer(0.005, opened[0].close).start()

    meddle(monkeypatch, writes, after=(None, in_place(file, b"made from our text")))
    outcome = replace_if_unchanged(file, NEW, digest(OLD))
    assert isinstance(outcome, Changed)
    assert THEIRS in outcome.saves


def test_a_file_deleted_while_a_save_is_put_back_gets_that_save(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meddle(monkeypatch, by_rename(file, THEIRS), file.unlink)
    assert replace_if_unchanged(file, NEW, digest(OLD)) == Changed(saves=(THEIRS,))
    assert file.read_bytes() == THEIRS


def test_saves_without_end_leave_the_last_two_and_an_answer(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meddle(monkeypatch, *(by_rename(file, b"save %d" % number) for number in range(200)))
    outcome = replace_if_unchanged(file, NEW, digest(OLD))
    assert isinstance(outcome, Changed)
    kept = {file.read_bytes(), *(path.read_bytes() for path in outcome.rescued)}
    assert b"save 64" in kept


# -- what a crash leaves ---------------------------------------------------------------------------------------------


def test_half_written_texts_of_ours_are_deleted_and_displaced_files_kept(file: Path) -> None:
    file.with_name(".q.json.abc.new").write_bytes(b"ha")
    kept = file.with_name(".q.json.abc.swap")
    kept.write_bytes(THEIRS)
    assert leftovers(file.parent) == (kept,)
    assert names(file) == [".q.json.abc.swap", "q.json"]


# -- where the system has no exchange --------------------------------------------------------------------------------


def test_links_exchange_two_files_as_well(file: Path) -> None:
    other = file.with_name(".q.json.x.swap")
    other.write_bytes(NEW)
    exchange_by_links(other, file)
    assert (file.read_bytes(), other.read_bytes()) == (NEW, OLD)
    assert names(file) == [".q.json.x.swap", "q.json"]


def test_what_displacement_by_links_leaves_belongs_to_its_file(file: Path) -> None:
    assert owner_of(file.with_name(".q.json.abc_d12.aside.swap")) == file


def test_without_hard_links_renames_must_do(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    other = file.with_name(".q.json.x.swap")
    other.write_bytes(NEW)
    exchange_by_links(other, file)
    assert (file.read_bytes(), other.read_bytes()) == (NEW, OLD)


def test_exchanging_with_a_missing_file_changes_nothing(file: Path) -> None:
    for swap in (exchange, exchange_by_links):
        with pytest.raises(FileNotFoundError):
            swap(file, file.with_name("none"))
        assert file.read_bytes() == OLD
        assert names(file) == ["q.json"]


def test_a_name_that_is_taken_is_not_taken_over(file: Path) -> None:
    other = file.with_name("other")
    other.write_bytes(NEW)
    with pytest.raises(FileExistsError):
        place(other, file)
    assert file.read_bytes() == OLD


# -- a real other process --------------------------------------------------------------------------------------------

WRITER = """
import sys
path, turns = sys.argv[1], int(sys.argv[2])
for turn in range(turns):
    with open(path, "r+b", buffering=0) as file:
        text = file.read()
        file.seek(0)
        file.truncate()
        for byte in text + b"|w%d" % turn:
            file.write(bytes((byte,)))
"""


def test_until_written_returns_when_the_writer_is_done(file: Path) -> None:
    code = "import sys\nf = open(sys.argv[1], 'ab')\nprint(flush=True)\nsys.stdin.read()\nf.write(b'!')\n"
    argv = [sys.executable, "-S", "-c", code, str(file)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        writer.stdout.readline()
        assert not anyio.run(until_written, file, 0.0)
        writer.stdin.close()
        assert anyio.run(until_written, file, 10.0)
        assert file.read_bytes() == b"old!"


@pytest.mark.slow
def test_no_word_of_a_writer_is_lost_while_the_file_is_replaced_again_and_again(file: Path) -> None:
    """Each side only ever appends words to what it read; at the end every word must be there, once."""
    turns, ours = 60, 0
    owed: set[bytes] = set()
    with subprocess.Popen([sys.executable, "-S", "-c", WRITER, str(file), str(turns)]) as writer:
        while writer.poll() is None or ours < 5 or owed:
            text = file.read_bytes()
            words = text.split(b"|")
            ours += b"o%d" % ours in words  # the writer saved on top of a text of ours that was withdrawn
            new = b"|".join([*words, *sorted({*owed, b"o%d" % ours}.difference(words))])
            outcome = replace_if_unchanged(file, new, digest(text))
            assert not isinstance(outcome, Missing | Failed)
            if isinstance(outcome, Replaced):
                owed.clear()
                ours += 1
            elif isinstance(outcome, Changed):
                owed |= {word for save in outcome.saves for word in save.split(b"|")}
                for rescued in outcome.rescued:
                    assert anyio.run(until_written, rescued, 10.0)
                    owed |= set(rescued.read_bytes().split(b"|"))
                    rescued.unlink()
        assert writer.wait() == 0
    words = file.read_bytes().split(b"|")[1:]
    assert sorted(words) == sorted({*words, *(b"w%d" % n for n in range(turns)), *(b"o%d" % n for n in range(ours))})
    assert ours >= 5
    assert names(file) == ["q.json"]
