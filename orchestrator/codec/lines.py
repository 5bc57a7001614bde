"""One commit, one line: what a journal line looks like and how to judge it alone. Never touches a file.

Rules
1. A line is a JSON object without raw newlines: `{"len":N,"crc":"hhhhhhhh","seq":N,"prev":"<64 hex>","v":1,"id":...,
   "at":"2026-03-01T09:00:00.000Z","by":...,"events":[...]}`. The newline that ends it is not part of it.
2. `len` is the length of the whole line in bytes, `crc` the CRC-32 of everything behind the crc's closing quote's
   position; both are compared byte for byte, so there is no second spelling of the same line.
3. `prev` is the SHA-256 of the line before, so what follows a line vouches for every byte of it.
4. What is written is read back first: a line that could not be decoded is never handed to the disk.
5. A line whose length and checksum hold is *intact*. Intact but not understood is not damage: a newer version wrote it.
"""

import hashlib
import re
import zlib
from datetime import UTC, datetime, timedelta

import msgspec

from orchestrator.model.events import Commit, Event

FORMAT = 1
"""The version of the line's envelope; events grow by defaulted fields and need no number."""
GENESIS = "0" * 64
"""`prev` of the first commit."""

_HEADER = re.compile(rb'\{"len":([1-9][0-9]{0,17}),"crc":"[0-9a-f]{8}","seq":')
OPENING = b'{"len":'
"""How every line begins; it stands nowhere else, because inside strings its quotes are escaped."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_CRC_DIGITS = 8
_BEFORE_BODY = len(b'{"len":,"crc":"') + _CRC_DIGITS
"""Bytes before what the checksum is of, without the digits of the length."""
_NEWER = "is intact but not understood: a newer version of orchestrator wrote it, use that one"


class DamagedLineError(ValueError):
    """A line is not what was written (`intact` false), or cannot be used where it stands (`intact` true)."""

    def __init__(self, reason: str, *, intact: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.intact = intact


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What a line holds besides its length and checksum; unknown fields are ignored."""

    seq: int
    prev: str
    id: str
    at: datetime
    by: str
    events: tuple[Event, ...]
    v: int = FORMAT


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the envelope that msgspec writes."""

    v: int
    id: str
    at: str
    by: str
    events: tuple[Event, ...]


_decoder = msgspec.json.Decoder(_Envelope)
_encoder = msgspec.json.Encoder()


def encode(commit: Commit) -> bytes:
    """Write a commit as its line, without the newline.

    Raises ValueError for what would not read back the same: a float that is not finite, text that is not Unicode.
    """
    try:
        content = _encoder.encode(
            _Body(v=FORMAT, id=commit.id, at=_format(commit.at), by=commit.by, events=commit.events)
        )
    except UnicodeEncodeError as error:
        raise ValueError(f"commit {commit.id!r} holds text that is not Unicode: {error}") from error
    body = b'","seq":%d,"prev":"%b",%b' % (commit.seq, commit.prev.encode("ascii"), content[1:])
    line = b'{"len":%d,"crc":"%08x%b' % (_length(len(body)), zlib.crc32(body), body)
    _prove(commit, line)
    return line


def _prove(commit: Commit, line: bytes) -> None:
    try:
        same = decode(line) == commit
    except DamagedLineError as error:
        raise ValueError(f"commit {commit.id!r} would not read back: {error.reason}") from error
    if not same:
        raise ValueError(f"commit {commit.id!r} would not read back the same")


def _length(body: int) -> int:
    """Give the length of a line that states its own length."""
    rest = _BEFORE_BODY + body
    length = rest + len(str(rest))
    return length if rest + len(str(length)) == length else length + 1


def decode(line: bytes) -> Commit:
    """Read a line (without newline). Raises DamagedLineError saying what is wrong with it."""
    judge(line)
    return understand(line)


def understand(line: bytes) -> Commit:
    """Read a line that has been judged before. Raises DamagedLineError (intact) for what this version cannot read."""
    try:
        envelope = _decoder.decode(line)
    except msgspec.DecodeError as error:
        raise DamagedLineError(f"{_NEWER} ({error})", intact=True) from None
    if envelope.v > FORMAT:
        raise DamagedLineError(f"{_NEWER} (format {envelope.v})", intact=True)
    return Commit(
        seq=envelope.seq,
        id=envelope.id,
        prev=envelope.prev,
        at=(envelope.at - _EPOCH) // _MILLISECOND,
        by=envelope.by,
        events=envelope.events,
    )


def judge(line: bytes) -> bytes:
    """Judge a line alone, without decoding it, and give what stands behind its checksum."""
    opening = b'{"len":%d,"crc":"' % len(line)
    if not line.startswith(opening):
        raise DamagedLineError(_wrong_opening(line))
    start = len(opening)
    body = line[start + _CRC_DIGITS :]
    if line[start : start + _CRC_DIGITS] != b"%08x" % zlib.crc32(body):
        raise DamagedLineError("does not match its checksum")
    return body


def _wrong_opening(line: bytes) -> str:
    stated = stated_length(line)
    if stated is None:
        return "does not begin like a journal line"
    return f"is {len(line)} bytes long where it says {stated}"


def check(line: bytes, *, seq: int, prev: str) -> str:
    """Judge a line in its place without decoding it, and give its hash: the `prev` of the next."""
    size = b"%d" % len(line)
    crc = zlib.crc32(memoryview(line)[_BEFORE_BODY + len(size) :])
    if line.startswith(b'{"len":%b,"crc":"%08x","seq":%d,"prev":"%b",' % (size, crc, seq, prev.encode("ascii"))):
        return line_hash(line)
    raise _wrong(line, seq)


def _wrong(line: bytes, seq: int) -> DamagedLineError:
    """Say why a line does not belong where it stands."""
    try:
        body = judge(line)
    except DamagedLineError as error:
        return error
    if body.startswith(b'","seq":%d,' % seq):
        return DamagedLineError("does not follow the line before it: history was edited", intact=True)
    return DamagedLineError(f"stands where commit {seq} belongs: lines were removed, added or moved", intact=True)


def stated_length(data: bytes) -> int | None:
    """Read how long the line that begins here says it is, however damaged the rest is. `None`: no line begins here."""
    found = _HEADER.match(data)
    return int(found[1]) if found else None


def line_hash(line: bytes) -> str:
    """Give the lower-case hex SHA-256 of a line without its newline."""
    return hashlib.sha256(line).hexdigest()


def _format(at: int) -> str:
    return (_EPOCH + at * _MILLISECOND).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
