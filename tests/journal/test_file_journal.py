"""The journal as files: segments, read-only doors, several doors at once, what is refused."""

import json
import os
import shutil
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest

from orchestrator.codec.lines import encode
from orchestrator.errors import ConflictError, JournalError
from orchestrator.journal.file import FileJournal
from orchestrator.model.events import Commit
from tests.journal.conftest import Fill, Open

Put = Callable[[FileJournal, int], Awaitable[Commit]]


async def nothing(journal: FileJournal) -> None:
    return


def test_the_folder_is_private_and_the_lines_are_json(tmp_path: Path, fill: Fill) -> None:
    folder = tmp_path / ".aibrain" / "journal"
    fill(folder, 3)
    assert stat.S_IMODE((tmp_path / ".aibrain").stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in folder.iterdir()) == ["000000000001.jsonl", "lock"]
    rows = [json.loads(line) for line in (folder / "000000000001.jsonl").read_text().splitlines()]
    assert [row["seq"] for row in rows] == [1, 2, 3]
    assert rows[0]["at"] == "2026-03-01T09:00:00.000Z"
    assert rows[0]["events"][0]["type"] == "task.failed"
    assert {"seq", "id", "prev", "at", "by", "events", "len", "crc", "v"} == set(rows[0])


@pytest.mark.slow
def test_opening_again_finds_everything(tmp_path: Path, fill: Fill, open_journal: Open, put: Put) -> None:
    stored = fill(tmp_path, 300)

    async def story(journal: FileJournal) -> None:
        assert journal.head == 300
        assert list(await journal.read(0)) == stored
        assert list(await journal.read(299)) == stored[299:]
        assert await journal.hash_at(299) == stored[299].prev
        assert (await put(journal, 300)).prev == await journal.hash_at(300)

    assert open_journal(tmp_path, story).notices == []


@pytest.mark.slow
def test_segments_follow_one_another_and_the_chain_runs_through(
    tmp_path: Path, fill: Fill, open_journal: Open, put: Put
) -> None:
    stored = fill(tmp_path, 300, segment_bytes=10_000)
    names = sorted(path.name for path in tmp_path.glob("*.jsonl"))
    assert len(names) > 5

    async def story(journal: FileJournal) -> None:
        for after in range(0, 300, 7):
            assert list(await journal.read(after)) == stored[after:]
        for seq in range(1, 300, 13):
            assert await journal.hash_at(seq) == stored[seq].prev
        with pytest.raises(ConflictError):
            await put(journal, 5_000)
        assert (await put(journal, 300)).seq == 301

    open_journal(tmp_path, story, segment_bytes=10_000)
    assert [encode(commit) for commit in stored] == [
        line for name in names for line in (tmp_path / name).read_bytes().splitlines()
    ][:300]


def test_a_door_that_is_behind_follows_into_the_next_segment(tmp_path: Path, open_journal: Open, put: Put) -> None:
    async def story(writer: FileJournal) -> None:
        reader = await FileJournal.open(tmp_path, read_only=True)
        for number in range(30):
            await put(writer, number)
            if number % 4 == 0:
                assert [commit.seq for commit in await reader.read(number - 2)] == list(
                    range(max(number - 1, 1), number + 2)
                )
        assert len(await reader.read(0)) == 30
        reader.close()

    open_journal(tmp_path, story, segment_bytes=1_000)


def test_a_segment_begun_by_a_process_that_died_is_used(tmp_path: Path, fill: Fill) -> None:
    fill(tmp_path, 3)
    (tmp_path / "000000000004.jsonl").touch()
    assert len(fill(tmp_path, 2)) == 5
    assert (tmp_path / "000000000004.jsonl").read_bytes().count(b"\n") == 2


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_missing_segment_is_damage(tmp_path: Path, fill: Fill, open_journal: Open, lost: int) -> None:
    fill(tmp_path, 30, segment_bytes=1_500)
    names = sorted(tmp_path.glob("*.jsonl"))
    assert len(names) > 3
    names[lost].unlink()
    with pytest.raises(JournalError, match=r"is missing.*run `orchestrator doctor`"):
        open_journal(tmp_path, nothing)
    assert not list(tmp_path.glob("quarantine*"))


def test_reading_only_makes_and_changes_nothing(tmp_path: Path, fill: Fill, open_journal: Open, put: Put) -> None:
    folder = tmp_path / "journal"

    async def empty(journal: FileJournal) -> None:
        assert list(await journal.read(0)) == []
        assert journal.head == 0

    open_journal(folder, empty, read_only=True)
    assert not folder.exists()
    fill(folder, 3)
    segment = folder / "000000000001.jsonl"
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-20])
    (folder / "lock").unlink()
    before = sorted(folder.iterdir())

    async def torn(journal: FileJournal) -> None:
        assert [commit.seq for commit in await journal.read(0)] == [1, 2]
        with pytest.raises(JournalError, match="read only"):
            await put(journal, 2)

    notices = open_journal(folder, torn, read_only=True).notices
    assert len(notices) == 1
    assert "cut short" in notices[0]
    assert sorted(folder.iterdir()) == before
    assert segment.read_bytes() == whole[:-20]


@pytest.mark.slow
def test_two_doors_in_one_process_take_turns(tmp_path: Path, open_journal: Open) -> None:
    async def story(first: FileJournal) -> None:
        second = await FileJournal.open(tmp_path)
        stored: list[str] = []

        async def work(journal: FileJournal, name: str) -> None:
            for number in range(20):
                while True:
                    head = len(await journal.read(0))
                    try:
                        commit = await journal.append([], expected=head, by=name, at=0, commit_id=f"{name}{number}")
                    except ConflictError:
                        continue
                    stored.append(commit.id)
                    break

        async with anyio.create_task_group() as group:
            for name in ("a", "b", "c"):
                group.start_soon(work, first, name)
                group.start_soon(work, second, name.upper())
        assert [commit.id for commit in await first.read(0)] == stored
        assert len(set(stored)) == 120
        second.close()

    open_journal(tmp_path, story)


def test_a_journal_deleted_under_a_running_process_stops_it(tmp_path: Path, open_journal: Open, put: Put) -> None:
    folder = tmp_path / "journal"

    async def story(journal: FileJournal) -> None:
        await put(journal, 0)
        shutil.rmtree(folder)
        folder.mkdir()
        with pytest.raises(JournalError, match="deleted or replaced"):
            await put(journal, 1)
        with pytest.raises(JournalError, match="deleted or replaced"):
            await put(journal, 1)

    open_journal(folder, story)


def test_a_journal_cut_under_a_running_process_stops_it(tmp_path: Path, open_journal: Open, put: Put) -> None:
    async def story(journal: FileJournal) -> None:
        for number in range(3):
            await put(journal, number)
        os.truncate(tmp_path / "000000000001.jsonl", 300)
        with pytest.raises(JournalError, match="cut off"):
            await journal.read(3)
        with pytest.raises(JournalError, match="cut off"):
            await put(journal, 3)

    open_journal(tmp_path, story)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, open_journal: Open) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "000000000001.jsonl").mkdir()
    with pytest.raises(JournalError, match=r"cannot use the journal in .*check its permissions"):
        open_journal(tmp_path / "journal", nothing)


def test_a_commit_of_a_newer_version_is_neither_damage_nor_set_aside(
    tmp_path: Path, fill: Fill, open_journal: Open
) -> None:
    fill(tmp_path, 2)
    segment = tmp_path / "000000000001.jsonl"
    last = segment.read_bytes().splitlines()[-1]
    body = last[last.index(b'","seq"') :].replace(b"task.failed", b"task.undreamt")
    import zlib

    size = len(b'{"len":000,"crc":"00000000') + len(body)
    newer = b'{"len":%d,"crc":"%08x' % (size, zlib.crc32(body)) + body
    segment.write_bytes(segment.read_bytes().replace(last, newer))
    content = segment.read_bytes()

    async def story(journal: FileJournal) -> None:
        assert journal.head == 2
        assert [commit.seq for commit in (await journal.read(0))[:1]] == [1]

    with pytest.raises(JournalError, match="commit 2 is intact but not understood: a newer version"):
        open_journal(tmp_path, story)
    assert segment.read_bytes() == content
    assert not list(tmp_path.glob("quarantine*"))


def test_a_held_lock_is_waited_for_but_not_for_ever(
    tmp_path: Path, open_journal: Open, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestrator.files.locks import FileLock
    from orchestrator.journal import file

    monkeypatch.setattr(file, "LOCK_WAIT_S", 0.05)

    async def story(journal: FileJournal) -> None:
        other = FileLock(tmp_path / "lock")
        assert other.try_acquire()
        with pytest.raises(JournalError, match="held by another process"):
            await put(journal, 0)
        other.close()

    open_journal(tmp_path, story)
