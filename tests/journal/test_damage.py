"""What a crash leaves is set aside and told; what a crash cannot leave stops everything. Nothing is ever thrown out."""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest

from orchestrator.errors import JournalError
from orchestrator.journal.file import FileJournal
from orchestrator.model.events import Commit
from tests.journal.conftest import Fill, Open

Put = Callable[[FileJournal, int], Awaitable[Commit]]
SEGMENT = "000000000001.jsonl"


def reopen(folder: Path, open_journal: Open, *, read_only: bool = False) -> tuple[list[Commit], list[str]]:
    found: list[Commit] = []

    async def story(journal: FileJournal) -> None:
        found.extend(await journal.read(0))

    return found, open_journal(folder, story, read_only=read_only).notices


def fresh(folder: Path, content: bytes) -> None:
    for path in folder.iterdir():
        path.unlink()
    (folder / SEGMENT).write_bytes(content)


def quarantined(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("quarantine-*.bin"))]


def line_ends(content: bytes) -> list[int]:
    ends = [0]
    for line in content.splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    return ends


async def reopened(folder: Path, *, read_only: bool = False) -> tuple[list[Commit], list[str]]:
    journal = await FileJournal.open(folder, read_only=read_only)
    try:
        return list(await journal.read(0)), journal.notices
    finally:
        journal.close()


@pytest.mark.slow
def test_every_prefix_of_a_journal_opens_with_exactly_its_whole_commits(quick_folder: Path, fill: Fill) -> None:
    stored = fill(quick_folder, 40)
    content = (quick_folder / SEGMENT).read_bytes()
    ends = line_ends(content)

    async def story() -> None:
        for size in range(len(content) + 1):
            fresh(quick_folder, content[:size])
            terminated = sum(end <= size for end in ends[1:])
            assert (await reopened(quick_folder, read_only=True))[0] == stored[:terminated]
            if size % 25 == 0 or size >= ends[36]:
                await settle(size)

    async def settle(size: int) -> None:
        whole = sum(end <= size + 1 for end in ends[1:])  # a line that lacks only its newline is whole
        commits, notices = await reopened(quick_folder)
        assert commits == stored[:whole], size
        assert (quick_folder / SEGMENT).read_bytes() == content[: ends[whole]]
        torn = content[ends[whole] : size]
        assert quarantined(quick_folder) == ([torn] if torn else [])
        assert bool(notices) == (size not in ends)

    anyio.run(story)


@pytest.mark.slow
def test_no_flipped_bit_is_accepted_and_none_in_the_middle_passes_for_a_torn_tail(
    quick_folder: Path, fill: Fill
) -> None:
    stored = fill(quick_folder, 12)
    content = (quick_folder / SEGMENT).read_bytes()
    ends = line_ends(content)
    chance = random.Random(7)  # noqa: S311 - a test that fails must fail again

    async def flip(place: int) -> None:
        damaged = bytearray(content)
        damaged[place] ^= 1 << chance.randrange(8)
        fresh(quick_folder, bytes(damaged))
        try:
            commits, notices = await reopened(quick_folder)
        except JournalError:
            assert (quick_folder / SEGMENT).read_bytes() == damaged
            assert quarantined(quick_folder) == []
        else:
            assert place >= ends[11], f"a flip at {place} of {len(content)} passed for a torn tail"
            assert commits == stored[:11]
            assert len(notices) == 1
            assert quarantined(quick_folder) == [bytes(damaged[ends[11] :])]

    async def story() -> None:
        for place in [*range(ends[5], ends[6]), *range(ends[10], len(content))]:
            await flip(place)

    anyio.run(story)


def test_damage_names_file_commit_byte_and_remedy(tmp_path: Path, fill: Fill, open_journal: Open) -> None:
    fill(tmp_path, 5)
    segment = tmp_path / SEGMENT
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(segment.read_bytes().replace(b"q/T-2", b"q/T-9"))
    with pytest.raises(JournalError) as caught:
        reopen(tmp_path, open_journal)
    assert str(caught.value) == (
        f"journal is damaged: {segment}: the line of commit 3 at byte {len(lines[0] + lines[1])}"
        " does not match its checksum; run `orchestrator doctor`"
    )
    with pytest.raises(JournalError, match="commit 3"):
        reopen(tmp_path, open_journal, read_only=True)


def lines_without(lines: list[bytes], gone: int) -> list[bytes]:
    return lines[:gone] + lines[gone + 1 :]


CHANGES: list[tuple[Callable[[list[bytes]], list[bytes]], str]] = [
    (lambda lines: lines_without(lines, 2), "stands where commit 3 belongs"),
    (lambda lines: [*lines[:2], lines[3], lines[2], lines[4]], "stands where commit 3 belongs"),
    (lambda lines: [*lines, lines[4]], "stands where commit 6 belongs"),
    (lambda lines: [*lines[:3], b"\n", *lines[3:]], "does not begin like a journal line"),
    (lambda lines: [*lines[:3], lines[3][:-1], lines[4]], "long where it says"),
    (lambda lines: [*lines[:3], lines[3][:-1] + b" ", lines[4]], "long where it says"),
    (lambda lines: [*lines[:4], lines[4][:-1] + b"\x0b"], "not ended by a newline"),
    (lambda lines: [*lines[:4], lines[4][:-1] + b"{\n"], "long where it says"),
    (lambda lines: [*lines, b"some\n", b"words\n"], "does not begin like a journal line"),
    (lambda lines: [*lines[:3], lines[3][:-1] + lines[4][:50]], "not ended by a newline"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_what_no_interrupted_append_can_leave_stops_everything(
    tmp_path: Path, fill: Fill, open_journal: Open, change: Callable[[list[bytes]], list[bytes]], reason: str
) -> None:
    fill(tmp_path, 5)
    segment = tmp_path / SEGMENT
    segment.write_bytes(b"".join(change(segment.read_bytes().splitlines(keepends=True))))
    before = segment.read_bytes()
    with pytest.raises(JournalError, match=reason):
        reopen(tmp_path, open_journal)
    assert segment.read_bytes() == before
    assert quarantined(tmp_path) == []


def test_an_edited_history_is_evident_even_with_a_right_checksum(
    tmp_path: Path, fill: Fill, open_journal: Open
) -> None:
    from orchestrator.codec.lines import decode, encode

    stored = fill(tmp_path, 3)
    forged = encode(Commit(seq=2, id="c1", prev=stored[1].prev, at=stored[1].at, by="mallory", events=stored[1].events))
    assert decode(forged).by == "mallory"
    segment = tmp_path / SEGMENT
    lines = segment.read_bytes().splitlines()
    segment.write_bytes(b"\n".join([lines[0], forged, lines[2], b""]))
    with pytest.raises(JournalError, match=r"commit 3 .*history was edited"):
        reopen(tmp_path, open_journal)


def test_a_torn_tail_is_set_aside_by_the_next_append_and_no_byte_is_lost(
    tmp_path: Path, open_journal: Open, put: Put
) -> None:
    segment = tmp_path / SEGMENT

    async def story(journal: FileJournal) -> None:
        for number in range(4):
            await put(journal, number)
            with segment.open("ab") as other:
                other.write(b'{"len":300,"crc":"0000' + bytes(number))
            assert len(await journal.read(0)) == number + 1
        await put(journal, 4)
        assert [commit.seq for commit in await journal.read(0)] == [1, 2, 3, 4, 5]

    notices = open_journal(tmp_path, story).notices
    assert [path.name for path in sorted(tmp_path.glob("quarantine*"))] == [
        f"quarantine-{number}-1.bin" for number in (2, 3, 4, 5)
    ]
    assert quarantined(tmp_path) == [b'{"len":300,"crc":"0000' + bytes(number) for number in range(4)]
    assert len(notices) == 4
    assert "quarantine-2-1.bin" in notices[0]


def test_two_tails_at_the_same_place_are_both_kept(tmp_path: Path, fill: Fill, open_journal: Open) -> None:
    stored = fill(tmp_path, 2)
    for tail in (b"one", b"two\n"):
        with (tmp_path / SEGMENT).open("ab") as other:
            other.write(tail)
        assert reopen(tmp_path, open_journal)[0] == stored
    assert quarantined(tmp_path) == [b"one", b"two\n"]
