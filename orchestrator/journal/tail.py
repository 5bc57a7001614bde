"""What stands behind the last whole line: an interrupted append, or damage. Judges bytes, changes nothing.

Rules
1. An append is one write of one line and its newline, made only after everything before it was durable. So an
   interrupted one leaves at most one line's worth of bytes, at the very end: that, and only that, is a *torn tail*.
2. Anything whole behind the place, a second line begun, or an intact line that does not fit is damage.
3. A whole line that lacks nothing but its newline is *unfinished*: it is completed, not thrown out.
"""

import msgspec

from orchestrator.codec.lines import OPENING, DamagedLineError, check, judge, stated_length


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """The first place where the journal is not what was written."""

    file: str
    seq: int
    """The commit that belongs there."""
    offset: int
    """Of the line's first byte in the file."""
    reason: str
    """A fragment: `does not match its checksum`."""

    def text(self) -> str:
        """Say it in one line, with the remedy."""
        return (
            f"journal is damaged: {self.file}: the line of commit {self.seq} at byte {self.offset} {self.reason};"
            " run `orchestrator doctor`"
        )


def is_torn(rest: bytes) -> bool:
    """Say whether one interrupted append can have left these bytes behind the last whole line."""
    line = rest.removesuffix(b"\n")
    if b"\n" in line or line.find(OPENING, 1) > 0:
        return False
    length = stated_length(line)
    return length is None or length >= len(line) or not _is_intact(line[:length])


def _is_intact(line: bytes) -> bool:
    try:
        judge(line)
    except DamagedLineError:
        return False
    return True


def is_unfinished(rest: bytes, *, seq: int, prev: str) -> bool:
    """Say whether these bytes are the next line, whole but for its newline."""
    try:
        check(rest, seq=seq, prev=prev)
    except DamagedLineError:
        return False
    return True
