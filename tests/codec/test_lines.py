"""A line can be judged alone."""

import json
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.codec.lines import (
    GENESIS,
    DamagedLineError,
    check,
    decode,
    encode,
    judge,
    line_hash,
    stated_length,
)
from orchestrator.model.events import AgentFinished, Commit, QueuePaused, TaskSkipped

AT = 1_772_355_600_000
COMMIT = Commit(seq=7, id="c7", prev=GENESIS, at=AT, by="ana", events=(QueuePaused(queue="q", because="é\n\u2028"),))


def test_a_line_reads_back_and_is_plain_json() -> None:
    line = encode(COMMIT)
    assert decode(line) == COMMIT
    assert b"\n" not in line
    row = json.loads(line)
    assert (row["seq"], row["id"], row["prev"], row["by"]) == (7, "c7", "0" * 64, "ana")
    assert row["at"] == "2026-03-01T09:00:00.000Z"
    assert row["events"] == [{"type": "queue.paused", "queue": "q", "because": "é\n\u2028", "until": None}]
    assert row["len"] == len(line) == stated_length(line)
    assert row["v"] == 1


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4),
    st.integers(-62_135_596_800_000, 253_402_300_799_999),
    st.integers(1, 10**12),
)
def test_any_text_and_time_reads_back(words: list[str], at: int, seq: int) -> None:
    events = tuple(TaskSkipped(task="q/T", reason=word, by=word) for word in words)
    commit = Commit(seq=seq, id="c", prev="a" * 64, at=at, by="".join(words), events=events)
    line = encode(commit)
    assert decode(line) == commit
    assert json.loads(line)["len"] == len(line)
    assert check(line, seq=seq, prev="a" * 64) == line_hash(line)


def test_the_length_counts_its_own_digits() -> None:
    lengths: set[int] = set()
    for size in range(1_100):
        line = encode(Commit(seq=1, id="c" * size, prev=GENESIS, at=0, by="", events=()))
        assert stated_length(line) == len(line)
        lengths.add(len(line))
    assert {998, 999, 1001, 1002} <= lengths  # 1000 is no length a line can state of itself


def test_no_changed_byte_goes_unnoticed() -> None:
    line = encode(COMMIT)
    for place in range(len(line)):
        for bit in range(8):
            damaged = bytearray(line)
            damaged[place] ^= 1 << bit
            with pytest.raises(DamagedLineError) as caught:
                judge(bytes(damaged))
            assert not caught.value.intact


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "does not begin like a journal line"),
        (b"{}", "does not begin like a journal line"),
        (encode(COMMIT)[:-1], "bytes long where it says"),
        (encode(COMMIT) + b" ", "bytes long where it says"),
        (encode(COMMIT).replace(b"ana", b"ane"), "does not match its checksum"),
    ],
)
def test_what_is_wrong_is_said(line: bytes, reason: str) -> None:
    with pytest.raises(DamagedLineError, match=reason):
        decode(line)


def test_a_line_out_of_place_is_intact_but_refused() -> None:
    line = encode(COMMIT)
    for seq, prev, reason in ((8, GENESIS, "stands where commit 8"), (7, "f" * 64, "history was edited")):
        with pytest.raises(DamagedLineError, match=reason) as caught:
            check(line, seq=seq, prev=prev)
        assert caught.value.intact
    with pytest.raises(DamagedLineError, match="does not match its checksum") as caught:
        check(line.replace(b"ana", b"bob"), seq=7, prev=GENESIS)
    assert not caught.value.intact


def relabelled(old: bytes, new: bytes) -> bytes:
    """Forge a line with right length and checksum."""
    import zlib

    line = encode(COMMIT)
    body = line[line.index(b'","seq"') :].replace(old, new)
    assert body not in line
    size = len(b'{"len":000,"crc":"00000000') + len(body)
    return b'{"len":%d,"crc":"%08x' % (size, zlib.crc32(body)) + body


def test_unknown_fields_are_ignored_and_missing_ones_have_defaults() -> None:
    newer = relabelled(b'"because":"\xc3\xa9\\n\xe2\x80\xa8"', b'"mood":["good"]').replace(b"", b"")
    assert decode(newer).events == (QueuePaused(queue="q"),)
    extended = relabelled(b'"by":"ana"', b'"by":"ana","host":"h"')
    assert decode(extended) == COMMIT


@pytest.mark.parametrize(("old", "new"), [(b"queue.paused", b"queue.sung"), (b'"v":1', b'"v":2'), (b'"q"', b"7")])
def test_what_a_newer_version_wrote_is_intact_but_not_understood(old: bytes, new: bytes) -> None:
    with pytest.raises(DamagedLineError, match="newer version") as caught:
        decode(relabelled(old, new))
    assert caught.value.intact


def test_a_line_without_a_version_is_of_the_first() -> None:
    assert decode(relabelled(b'"v":1,', b"")) == COMMIT


@pytest.mark.parametrize("seconds", [float("nan"), float("inf")])
def test_a_number_that_json_cannot_hold_is_refused(seconds: float) -> None:
    event = AgentFinished(task="q/T", attempt=1, iteration=1, outcome="claimed", claimed=True, seconds=seconds)
    with pytest.raises(ValueError, match="would not read back"):
        encode(Commit(seq=1, id="c", prev=GENESIS, at=0, by="", events=(event,)))


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(ValueError, match="not Unicode"):
        encode(Commit(seq=1, id="c", prev=GENESIS, at=0, by="\udcff", events=()))


def test_a_value_of_the_wrong_type_is_refused() -> None:
    wrong = typing.cast("tuple[str, ...]", ["a list"])
    from orchestrator.model.events import GateApproved

    with pytest.raises(ValueError, match="would not read back the same"):
        encode(
            Commit(seq=1, id="c", prev=GENESIS, at=0, by="", events=(GateApproved(gate="g", by="a", evidence=wrong),))
        )


def test_no_line_begins_inside_another() -> None:
    nested = Commit(seq=1, id="c", prev=GENESIS, at=0, by=encode(COMMIT).decode(), events=())
    assert encode(nested).count(b'{"len":') == 1
