"""A snapshot is believed only while the journal vouches for it."""

from pathlib import Path

import pytest

from orchestrator.journal.file import FileJournal
from orchestrator.journal.snapshot import SNAPSHOT_NAME, Snapshot, load, save
from tests.journal.conftest import Fill, Open


def loaded(folder: Path, open_journal: Open) -> Snapshot | None:
    found: list[Snapshot | None] = []

    async def story(journal: FileJournal) -> None:
        found.append(await load(folder, journal))

    open_journal(folder, story)
    return found[0]


def saved(folder: Path, seq: int, open_journal: Open) -> Snapshot:
    made: list[Snapshot] = []

    async def story(journal: FileJournal) -> None:
        line = await journal.hash_at(seq)
        assert line is not None
        made.append(Snapshot(seq=seq, line=line, payload=b"state\nof\x00things"))
        save(folder, made[0])

    open_journal(folder, story)
    return made[0]


def test_it_comes_back_as_it_was_also_when_the_journal_went_on(tmp_path: Path, fill: Fill, open_journal: Open) -> None:
    fill(tmp_path, 20)
    snapshot = saved(tmp_path, 15, open_journal)
    fill(tmp_path, 20)
    assert loaded(tmp_path, open_journal) == snapshot


def test_without_one_there_is_none(tmp_path: Path, open_journal: Open) -> None:
    assert loaded(tmp_path, open_journal) is None


@pytest.mark.parametrize(
    ("old", "new"), [(b"things", b"thinks"), (b'"v":1', b'"v":9'), (b'"seq":4', b'"seq":3'), (b"{", b"["), (b"\n", b"")]
)
def test_a_damaged_one_is_none(tmp_path: Path, fill: Fill, open_journal: Open, old: bytes, new: bytes) -> None:
    fill(tmp_path, 5)
    saved(tmp_path, 4, open_journal)
    path = tmp_path / SNAPSHOT_NAME
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    assert loaded(tmp_path, open_journal) is None


def test_another_journals_snapshot_is_none(tmp_path: Path, fill: Fill, open_journal: Open) -> None:
    fill(tmp_path / "one", 5)
    saved(tmp_path / "one", 5, open_journal)
    fill(tmp_path / "two", 4)
    (tmp_path / "one" / SNAPSHOT_NAME).rename(tmp_path / "two" / SNAPSHOT_NAME)
    assert loaded(tmp_path / "two", open_journal) is None

    async def go_another_way(journal: FileJournal) -> None:
        await journal.append([], expected=4, by="me", at=0, commit_id="other")

    open_journal(tmp_path / "two", go_another_way)
    assert loaded(tmp_path / "two", open_journal) is None
