"""A cache of what the journal adds up to, believed only while the journal vouches for it. Never the truth.

The file holds one JSON line (number, hash of the journal's line there, hash of the payload) and the payload, whose
meaning is its writer's. Whatever is odd about it, there simply is no snapshot: the log wins.
"""

import hashlib
from pathlib import Path
from typing import Protocol

import msgspec

from orchestrator.files.atomic import write_atomic

SNAPSHOT_NAME = "snapshot.bin"
_VERSION = 1


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """State as of commit `seq`, whose line has the hash `line`."""

    seq: int
    line: str
    payload: bytes


class Witness(Protocol):
    """A journal that can say what stands at a number."""

    async def hash_at(self, seq: int) -> str | None:
        """Give the hash of the line of commit `seq`, or None."""
        ...


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    v: int
    seq: int
    line: str
    sha256: str


def save(folder: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot in the journal's folder. Raises OSError, leaving the old one, if there is no room."""
    header = _Header(
        v=_VERSION, seq=snapshot.seq, line=snapshot.line, sha256=hashlib.sha256(snapshot.payload).hexdigest()
    )
    write_atomic(folder / SNAPSHOT_NAME, msgspec.json.encode(header) + b"\n" + snapshot.payload)


async def load(folder: Path, journal: Witness) -> Snapshot | None:
    """Give the snapshot if it is whole and the journal holds the very line it was made at; else None."""
    try:
        header_line, _, payload = (folder / SNAPSHOT_NAME).read_bytes().partition(b"\n")
        header = msgspec.json.decode(header_line, type=_Header)
    except (OSError, msgspec.DecodeError):
        return None
    if header.v != _VERSION or hashlib.sha256(payload).hexdigest() != header.sha256:
        return None
    if await journal.hash_at(header.seq) != header.line:
        return None
    return Snapshot(seq=header.seq, line=header.line, payload=payload)
