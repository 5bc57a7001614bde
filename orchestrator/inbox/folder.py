"""The project's queue files, read. Never writes one, and never takes an absent file for a wish.

Rules
1. Every `queues/*.json` is read, and every file named besides. A text that cannot be read is a problem with a name.
2. A file that has not changed (inode, size, times) is not opened again, unless it was so young when it was read that
   another write could hide behind the same times.
3. Two files for one queue are a problem of both: neither is believed over the other.
"""

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from orchestrator.codec.queuefile import queue_name, read_queue
from orchestrator.errors import InvalidInputError
from orchestrator.files.exchange import digest, leftovers, owner_of
from orchestrator.files.swap import being_written
from orchestrator.model.documents import QueueDocument
from orchestrator.model.settings import Calendar
from orchestrator.ports.time import Clock

FOLDER = "queues"
CONFIGURATION = "orchestrator.toml"
_YOUNG_MS = 100
"""File systems stamp times in steps of up to some ten milliseconds."""


class QueueFile(msgspec.Struct, frozen=True, kw_only=True):
    """A queue file as read: what it asks, and the exact text that asks it. `path` is relative to the project."""

    path: str
    text: bytes
    digest: str
    document: QueueDocument
    changed: bool
    """Its text is new since the last reading."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A file that cannot be used; every line of `text` names it. Its last good version stays in force."""

    path: str
    text: str
    queue: str
    """The queue it would define, as far as can be told."""
    changed: bool = True
    """It was not told by the last reading."""


class Reading(msgspec.Struct, frozen=True):
    """All queue files at one moment. `gone` were there at the last reading: deleted, or about to be written anew."""

    files: tuple[QueueFile, ...]
    problems: tuple[Problem, ...]
    gone: tuple[str, ...] = ()


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    identity: tuple[int, ...]
    settled: bool
    result: QueueFile | Problem


class QueueFolder:
    """Reads the queue files of the project at `root`; `extra` are further files, wherever they are."""

    def __init__(
        self, root: Path, clock: Clock, *, extra: Sequence[Path] = (), calendar: Calendar | None = None
    ) -> None:
        self.root = Path(os.path.realpath(root))
        self._clock = clock
        self._extra = tuple(_placed(self.root / path) for path in extra)
        self._calendar = calendar
        self._seen: dict[str, _Seen] = {}
        self._told: dict[str, str] = {}
        self._good: dict[str, QueueFile] = {}

    def read(self) -> Reading:
        """Read what changed and give all that there is."""
        seen = {self._name(path): self._see(path) for path in self._paths()}
        self._seen = {name: one for name, one in seen.items() if one is not None}
        results = _apart([one.result for one in self._seen.values()])
        before, self._told = self._told, {one.path: _key(one) for one in results}
        results = [msgspec.structs.replace(one, changed=before.get(one.path) != _key(one)) for one in results]
        files = tuple(one for one in results if isinstance(one, QueueFile))
        self._good |= {one.path: one for one in files}
        gone = tuple(path for path in before if path not in self._told)
        return Reading(files, tuple(one for one in results if isinstance(one, Problem)), gone)

    def rescued(self) -> tuple[tuple[Path, QueueFile | Problem], ...]:
        """Read what a crash left beside the queue files: each holds a save that may not have been merged.

        Merge, append, then delete those that are files; a problem stays for a person. Only for whoever holds the lock
        on rendering.
        """
        folders = sorted({Path(os.path.realpath(path)).parent for path in self._paths()} | {self.root / FOLDER})
        found = [spare for folder in folders if folder.is_dir() for spare in leftovers(folder)]
        return tuple((spare, self._rescue(spare)) for spare in found)

    def understand(self, name: str, text: bytes) -> QueueFile | Problem:
        """Make sense of a text of the file `name`, such as one that an exchange displaced; remembers nothing."""
        try:
            document = read_queue(text, path=name, calendar=self._calendar)
        except InvalidInputError as error:
            return Problem(path=name, text=str(error), queue=self._queue_of(name))
        return QueueFile(path=name, text=text, digest=digest(text), document=document, changed=True)

    def folders(self) -> tuple[Path, ...]:
        """List the folders to watch: the project's, its `queues`, and where linked and extra files really are."""
        real = {Path(os.path.realpath(path)).parent for path in self._paths()}
        here = {self.root, self.root / FOLDER, *real}
        return tuple(sorted(folder for folder in here if folder.is_dir()))

    def _paths(self) -> Iterable[Path]:
        folder = self.root / FOLDER
        named = sorted(folder.glob("*.json")) if folder.is_dir() else []
        visible = [path for path in named if not path.name.startswith(".")]
        return dict.fromkeys((*visible, *self._extra))

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def _see(self, path: Path) -> _Seen | None:
        name = self._name(path)
        known = self._seen.get(name)
        try:
            status = path.stat()
            identity = (status.st_ino, status.st_dev, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            if known is not None and known.settled and known.identity == identity:
                return known
            result = self._read(path, name, status)
            if isinstance(result, Problem) and name in self._good and being_written(path):
                return _Seen(identity=(), settled=False, result=self._good[name])  # told again when its writer is done
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not path.is_symlink() and path not in self._extra:
                return None  # it was there a moment ago: some editors make a file anew
            return _Seen(identity=(), settled=False, result=self._problem(name, _unreadable(path, error)))
        settled = self._clock.now() - max(status.st_mtime_ns, status.st_ctime_ns) // 1_000_000 > _YOUNG_MS
        return _Seen(identity=identity, settled=settled, result=result)

    def _read(self, path: Path, name: str, status: os.stat_result) -> QueueFile | Problem:
        real = Path(os.path.realpath(path))
        if path.is_symlink() and not real.is_relative_to(self.root) and path not in self._extra:
            return self._problem(name, f"links to {real}, outside the project; copy the file here instead")
        if not stat.S_ISREG(status.st_mode):
            kind = "a directory" if stat.S_ISDIR(status.st_mode) else "no regular file"
            return self._problem(name, f"is {kind}; queue files are files, rename it")
        text = real.read_bytes()
        known = self._seen.get(name)
        if known is not None and isinstance(known.result, QueueFile) and known.result.text == text:
            return known.result
        return self.understand(name, text)

    def _rescue(self, spare: Path) -> QueueFile | Problem:
        owner = self._name(owner_of(spare))
        found = self.understand(owner, spare.read_bytes())
        if isinstance(found, QueueFile):
            return found
        remedy = f"{spare} holds a save of it that was interrupted and cannot be read; copy what you need, delete it"
        return Problem(path=owner, text=f"{found.text}\n{owner}: {remedy}", queue=found.queue)

    def _problem(self, name: str, what: str) -> Problem:
        return Problem(path=name, text=f"{name}: {what}", queue=self._queue_of(name))

    def _queue_of(self, name: str) -> str:
        good = self._good.get(name)
        return good.document.spec.name if good else queue_name(name)


def _apart(results: Sequence[QueueFile | Problem]) -> list[QueueFile | Problem]:
    """Turn files that claim one queue's name into problems."""
    claims: dict[str, list[str]] = {}
    for one in results:
        if isinstance(one, QueueFile):
            claims.setdefault(one.document.spec.name.casefold(), []).append(one.path)
    return [_judged(one, claims) for one in results]


def _judged(one: QueueFile | Problem, claims: dict[str, list[str]]) -> QueueFile | Problem:
    if isinstance(one, Problem):
        return one
    name = one.document.spec.name
    others = [path for path in claims[name.casefold()] if path != one.path]
    if not others:
        return one
    text = f'{one.path}: {others[0]} is queue "{name}" too; delete one, or give it a "queue" name of its own'
    return Problem(path=one.path, text=text, queue=name)


def _key(one: QueueFile | Problem) -> str:
    return one.digest if isinstance(one, QueueFile) else f"problem: {one.text}"


def _placed(path: Path) -> Path:
    """Name a file by its real folder, so that one file has one name; the file itself may be a link."""
    return Path(os.path.realpath(path.parent)) / path.name


def _unreadable(path: Path, error: OSError) -> str:
    if path.is_symlink() and isinstance(error, FileNotFoundError):
        return f"links to {path.readlink()}, which does not exist; mend or delete the link"
    if isinstance(error, FileNotFoundError):
        return "does not exist; name the file as it is called"
    return f"cannot be read: {error.strerror or error}; mend it, or move it out of the folder"
