"""Append-only files: one log a track, and the log of verdicts. Exactly one line an event, whoever writes it.

What a file should hold follows from the commits alone, byte for byte. Where the last writer was killed in the middle,
the next one finds how far it came (`Cursor`) and appends only what is missing. One that was lost, by a power cut or by
hand, begins at the first commit and at the first byte: what stands there is not told again.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import msgspec

from orchestrator.codec.canonical import dumps
from orchestrator.codec.moments import Shape, format_moment
from orchestrator.model import events as e
from orchestrator.views.story import tell

PROJECT_TRACK = "_project"
"""What belongs to no queue."""

_MS = Shape("T", 3, "Z")


class Cursor(msgspec.Struct, kw_only=True):
    """How far the append-only files are: every commit up to `seq` stands in the first `sizes` bytes of each."""

    journal: str = ""
    seq: int = 0
    sizes: dict[str, int] = {}


def lines_of(commit: e.Commit) -> Iterable[tuple[str, bytes]]:
    """Give (file, line) for what a commit adds to the logs."""
    for event in commit.events:
        told = tell(event)
        if told is not None:
            track = told.queue or PROJECT_TRACK
            fields = {
                "at": format_moment(commit.at, _MS),
                "seq": commit.seq,
                "level": told.level,
                "event": type(event).__struct_config__.tag,
                "task": told.task or None,
                "attempt": getattr(event, "attempt", None),
                "iteration": getattr(event, "iteration", None),
                "text": told.text,
                "by": commit.by,
            }
            kept: dict[str, object] = {name: value for name, value in fields.items() if value is not None}
            yield f"logs/{track}.log", _line(kept)
        verdict = verdict_line(commit.at, event)
        if verdict is not None:
            yield "ralph-verification.log", verdict.encode() + b"\n"


@cache
def _renderer() -> Callable[[object, str, dict[str, object]], str | bytes]:
    import structlog  # noqa: PLC0415 - a tenth of a second that commands which only read need not wait

    return structlog.processors.JSONRenderer(serializer=_serialized)


def _serialized(fields: dict[str, object], **_: object) -> bytes:
    return dumps(fields)


def _line(fields: dict[str, object]) -> bytes:
    rendered = _renderer()(None, "", fields)
    return (rendered if isinstance(rendered, bytes) else rendered.encode()) + b"\n"


def verdict_line(at: int, event: e.Event) -> str | None:
    """Write `<at> <PASS|FAIL|BLOCKED|FAULT> <q/ID> attempt=N iteration=N tree=<12 hex> <check>=<summary> ...`."""
    match event:
        case e.VerdictReached():
            checks = "".join(f" {check.name}={_word(check.summary or check.report)}" for check in event.checks)
            by = f' by={_word(event.by)} reason="{_quoted(event.reason)}"' if event.by else ""
            verdict = event.verdict.value
        case e.LaneParked(code="fault") if event.tree:
            checks, by, verdict = "", f' reason="{_quoted(event.text)}"', "FAULT"
        case _:
            return None
    run = f"attempt={event.attempt} iteration={event.iteration} tree={event.tree[:12]}"
    return f"{format_moment(at)} {verdict} {event.task} {run}{checks}{by}"


def _word(text: str) -> str:
    return "-".join(text.split())


def _quoted(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')


class Chronicle:
    """The append-only files under the state folder."""

    def __init__(self, state: Path, cursor: Cursor) -> None:
        self._state, self.cursor = state, cursor

    def write(self, journal: str, commits: Sequence[e.Commit]) -> None:
        """Append what these commits add; they follow the cursor without a hole."""
        if self.cursor.journal != journal:
            self.cursor = Cursor(journal=journal, seq=0, sizes=self._present() if self.cursor.journal else {})
        new = [commit for commit in commits if commit.seq > self.cursor.seq]
        wanted: dict[str, bytearray] = {}
        for commit in new:
            for name, line in lines_of(commit):
                wanted.setdefault(name, bytearray()).extend(line)
        sizes = {name: self._extend(name, bytes(content)) for name, content in wanted.items()}
        self.cursor.sizes |= sizes  # only now: where one file has no room, all are tried again from where they were
        if new:
            self.cursor.seq = new[-1].seq

    def _present(self) -> dict[str, int]:
        files = [*self._state.glob("logs/*.log"), self._state / "ralph-verification.log"]
        return {str(f.relative_to(self._state)): f.stat().st_size for f in files if f.exists()}

    def _extend(self, name: str, content: bytes) -> int:
        path = self._state / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        start = self.cursor.sizes.get(name, 0)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            there = os.pread(descriptor, max(0, size - start), start) if size > start else b""
            if there.startswith(content):
                return start + len(content)  # whoever was killed came further than this; what follows is said next
            missing = content.removeprefix(there)
            while missing:
                missing = missing[os.write(descriptor, missing) :]
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
