"""One run's folder: what is written before the agent starts and found after it ended. Never deletes a record.

Rules
1. `prompt.md` is synced before the agent starts; what was asked can always be read. What else is staged for the agent
   waits for no disk: after a power cut no agent lives that could need it, and the next start stages it anew.
2. A run that was cut short is moved aside whole (`cut-<n>/`; `ended-<n>/` if its end was recorded before), its
   `guardian.json` last: a crash in the middle of moving leaves a folder that still reads as cut short.
3. `stopped.json` says why we stop a run before we stop it, so that its end reads the same after a crash.
"""

import copy
import json
import os
import shutil
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from orchestrator.agents.claims import TAIL
from orchestrator.files.atomic import PRIVATE_FILE, private_dir, sync_folder, write_atomic, write_whole
from orchestrator.ports.agents import RunKey

PROMPT, TRANSCRIPT, STDERR, CONFIG = "prompt.md", "transcript.jsonl", "stderr.log", "config.json"
DIAGNOSIS, STOPPED = "diagnosis.md", "stopped.json"
EGRESS = "egress.jsonl"
_RECORDS = ("exit.json", TRANSCRIPT, STDERR, PROMPT, DIAGNOSIS, STOPPED, EGRESS, "guardian.json")
_EGRESS_LIMIT = 1 << 20
_OWN_FOLDERS = ("scratch", "home", "tmp")


class _Asked(msgspec.Struct, frozen=True):
    host: str
    port: int
    allowed: bool


class RunFolder:
    """`.aibrain/runs/<queue>/<task>/<attempt>/<iteration>/`."""

    def __init__(self, runs: Path, key: RunKey) -> None:
        self._runs, self._task = runs, runs / key.task
        self._key = key
        self.path = self._task / str(key.attempt) / str(key.iteration)

    @property
    def key(self) -> RunKey:
        """Name the run."""
        return self._key

    def file(self, name: str) -> Path:
        """Give the path of something in the folder."""
        return self.path / name

    def started(self) -> bool:
        """Say whether a guardian ever began here."""
        return self.file("guardian.json").exists()

    def make(self) -> None:
        """Make the folder and what the agent may write to in it, private to the user."""
        private_dir(self.path)
        for name in _OWN_FOLDERS:
            make_folder(self.file(name))

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole and synced, replacing what was there at once."""
        write_atomic(self.file(name), content)

    def stage(self, name: str, content: bytes, *, mode: int = PRIVATE_FILE) -> None:
        """Write a file that every start of the agent writes anew."""
        write_whole(self.file(name), content, mode=mode)

    def prompt(self) -> str:
        """Read back what the agent was asked."""
        try:
            return self.file(PROMPT).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def mark(self, why: str, note: str = "") -> None:
        """Record why we are about to stop the run: a word, and a line for people."""
        self.write(STOPPED, json.dumps({"why": why, "note": note}).encode())

    def marked(self, what: str = "why") -> str:
        """Read why we stopped the run (or the line for people, `note`), or nothing."""
        try:
            return str(json.loads(self.file(STOPPED).read_bytes()).get(what, ""))
        except (FileNotFoundError, ValueError, AttributeError):
            return ""

    def cuts(self) -> int:
        """Count the runs of this iteration that were cut short, by whatever it was."""
        return self.shelves("cut") + self.shelves("ended")

    def shelves(self, kind: str) -> int:
        """Count the runs of this iteration whose records were moved aside as this kind."""
        return sum(1 for name in _names(self.path) if name.startswith(f"{kind}-"))

    def last_cut(self) -> Path | None:
        """Find the records of the last run that was cut short."""
        shelves = [self.file(name) for name in _names(self.path) if name.startswith(("cut-", "ended-"))]
        return max(shelves, key=lambda shelf: shelf.stat().st_mtime_ns, default=None)

    def document(self, name: str, limit: int) -> bytes | None:
        """Read what the agent left in its scratch folder: whole, or not at all."""
        return read_regular(self.file("scratch") / name, limit)

    def shelve(self, kind: str) -> None:
        """Move the records of a run aside into `<kind>-<n>/`; what the agent wrote to its own folders stays."""
        number = 1
        while self.file(f"{kind}-{number}").exists():
            number += 1
        shelf = self.file(f"{kind}-{number}")
        shelf.mkdir(mode=0o700)
        for name in _RECORDS:
            if os.path.lexists(self.file(name)):
                self.file(name).rename(shelf / name)
        sync_folder(shelf)
        sync_folder(self.path)

    def shelved(self, kind: str, number: int) -> "RunFolder":
        """Give the folder the records of a run were moved to."""
        shelf = copy.copy(self)
        shelf.path = self.file(f"{kind}-{number}")
        return shelf

    def latest(self) -> "RunFolder":
        """Give the folder of the attempt's last iteration that has one; this one where none has."""
        numbers = [int(name) for name in _names(self.path.parent) if name.isdigit()]
        key = RunKey(self._key.task, self._key.attempt, max(numbers, default=self._key.iteration))
        return RunFolder(self._runs, key)

    def plays(self) -> int:
        """Count the task's calls so far, over all attempts, this one included; one that was cut short is none.

        An iteration has more than one where its account cut it off: those ended and were had again.
        """
        key = self._key
        earlier = [self._task / str(attempt) for attempt in range(1, key.attempt)]
        there = [folder / name for folder in earlier for name in _names(folder) if name.isdigit()]
        there += [self._task / str(key.attempt) / str(number) for number in range(1, key.iteration + 1)]
        return len(there) + sum(name.startswith("ended-") for folder in there for name in _names(folder))

    @contextmanager
    def transcript(self) -> Generator[BinaryIO | None]:
        """Open what the agent wrote to stdout, or give None."""
        try:
            stream = self.file(TRANSCRIPT).open("rb")
        except FileNotFoundError:
            yield None
            return
        with stream:
            yield stream

    def last_words(self, name: str, size: int = TAIL) -> tuple[str, bool]:
        """Read the end of an output as text, and whether it begins in the middle of a line."""
        try:
            with self.file(name).open("rb") as stream:
                length = stream.seek(0, os.SEEK_END)
                start = max(0, length - size)
                stream.seek(max(0, start - 1))
                before = stream.read(1) if start else b"\n"
                return stream.read(size).decode("utf-8", "replace"), before != b"\n"
        except FileNotFoundError:
            return "", False

    def refused_hosts(self) -> tuple[str, ...]:
        """List the hosts and ports the run asked for and was kept from, as `host:port`."""
        lines = (read_regular(self.file(EGRESS), _EGRESS_LIMIT) or b"").splitlines()
        asked = [msgspec.json.decode(line, type=_Asked) for line in lines if line.endswith(b"}")]
        return tuple(dict.fromkeys(f"{one.host}:{one.port}" for one in asked if not one.allowed))

    def tidy(self) -> None:
        """Remove what served only while the agent ran: its /tmp."""
        shutil.rmtree(self.file("tmp"), ignore_errors=True)


def make_folder(path: Path) -> None:
    """Make a private folder; what else stands in its place was planted (a link would lead elsewhere), and goes."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        path.unlink()
    path.mkdir(mode=0o700, exist_ok=True)


def read_regular(path: Path, limit: int, folder: int | None = None) -> bytes | None:
    """Read a file of at most `limit` bytes that is no folder, link, device or pipe; None for anything else.

    A relative path begins at the open `folder`, if one is given.
    """
    with _regular(path, folder) as stream:
        if stream is None or os.fstat(stream.fileno()).st_size > limit:
            return None
        return stream.read(limit)


def tail_regular(path: Path, size: int) -> bytes:
    """Read the end of a file that is no link, device or pipe; nothing of anything else."""
    with _regular(path) as stream:
        if stream is None:
            return b""
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - size))
        return stream.read(size)


@contextmanager
def _regular(path: Path, folder: int | None = None) -> Generator[BinaryIO | None]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        yield None
        return
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        yield None
        return
    with os.fdopen(descriptor, "rb") as stream:
        yield stream


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except FileNotFoundError:
        return []
