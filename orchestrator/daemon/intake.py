"""Queue files in and out: what people save becomes events, what happened is written back. Merges by policy alone.

Rules
1. A text is merged before it is written over: `merged` holds, for each file, the last text whose asks are in the
   journal, and only that very text is ever replaced.
2. What cannot be read changes nothing: the last good version stays in force, and the problem is told once.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import assert_never

import anyio

from orchestrator.codec.worlds import copy_world
from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.project import Project
from orchestrator.engine.ledger import Ledger
from orchestrator.files.exchange import (
    Busy,
    Changed,
    Failed,
    Missing,
    Replaced,
    Same,
    digest,
    replace_if_unchanged,
    until_written,
)
from orchestrator.inbox.folder import CONFIGURATION, Problem, QueueFile, QueueFolder, Reading
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.settings import Settings
from orchestrator.model.world import World
from orchestrator.policy.definitions import Defined, merge_defined
from orchestrator.policy.saves import merge_save
from orchestrator.views.queuefile import QueueFiles, render_queue

_WRITER_PATIENCE_S = 2.0


class Intake:
    """The queue files of one project, both ways."""

    def __init__(self, project: Project, extra: tuple[Path, ...] = ()) -> None:
        self._root = project.root
        self._settings = project.settings
        self._calendar = project.settings.calendar
        self._clock = WallClock()
        self.folder = QueueFolder(project.root, self._clock, extra=extra, calendar=self._calendar)
        self._files = QueueFiles(project.root, self._calendar)
        self._merged: dict[str, bytes] = {}
        self._problems: tuple[Problem, ...] = ()
        self._refused: dict[str, str] = {}
        self.saved: tuple[str, ...] = ()
        """Queues whose files others had saved when the folder was last read; what we render ourselves is no save."""
        self.displaced = False
        """A save stands beside its file because another came while it was looked at: `rescue` merges it."""

    def look(self) -> Reading:
        """Read what changed."""
        reading = self.folder.read()
        self._problems = reading.problems
        return reading

    def notices(self) -> tuple[str, ...]:
        """Say what a person should mend: files that cannot be read or written."""
        return (*(problem.text.splitlines()[0] for problem in self._problems), *self._refused.values())

    def as_saved(self, world: World) -> World:
        """Give the world as it will be once everything saved is taken in; the given one stays as it is."""
        reading = self.look()
        asked = copy_world(world)
        asked.at = max(world.at, self._clock.now())  # what is taken in counts from now: a notice runs from its saving
        for events in (config_events(asked, self._settings), *(self._asks(asked, file) for file in reading.files)):
            fold_scratch(asked, events)
        asked.seq = world.seq
        return asked

    def _asks(self, world: World, file: QueueFile) -> tuple[e.Event, ...]:
        return merge_save(world, file.document)

    async def take_in(self, ledger: Ledger) -> Reading:
        """Append what the files ask that the journal does not hold yet."""
        reading, expected = self.look(), dict(self._merged)
        self.saved = tuple(f.document.spec.name for f in reading.files if f.changed and expected.get(f.path) != f.text)
        await ledger.commit(lambda world: config_events(world, self._settings))
        for file in reading.files:
            known = self._merged.get(file.path)
            if known != expected.get(file.path):
                continue  # rendered over since it was read: what was read was merged before
            if known != file.text:
                await self._merge(ledger, file)
        return reading

    async def rescue(self, ledger: Ledger) -> None:
        """Take in saves that a crash left beside the files; only for whoever renders."""
        self.displaced = False
        for spare, _ in self.folder.rescued():
            self.displaced |= not await until_written(spare, _WRITER_PATIENCE_S)
        for spare, found in () if self.displaced else self.folder.rescued():
            if isinstance(found, QueueFile):
                await self._merge(ledger, found, keep=False)
                spare.unlink(missing_ok=True)
            else:
                self._refused[str(spare)] = found.text.splitlines()[-1]

    async def _merge(self, ledger: Ledger, file: QueueFile, *, keep: bool = True) -> None:
        known = self._merged.get(file.path)
        await ledger.commit(lambda world: merge_save(world, file.document))
        if keep and self._merged.get(file.path) == known:
            self._merged[file.path] = file.text

    async def write_back(self, ledger: Ledger, queues: Iterable[str]) -> tuple[str, ...]:
        """Bring the files of these queues up to date where they still hold what was merged; name the others."""
        late: list[str] = []
        for name in queues:
            queue = ledger.world.queues.get(name)
            if queue is not None and queue.spec.path and not await self._write(ledger, name, queue.spec.path):
                late.append(name)
        return tuple(late)

    async def _write(self, ledger: Ledger, name: str, path: str) -> bool:
        """Write one file; False when somebody was saving it, so that it should be tried again."""
        text, world = self._merged.get(path), ledger.world
        if text is None:
            return True
        rendered = render_queue(world, name, text, calendar=self._calendar)
        same = rendered == text
        outcome = Same() if same else replace_if_unchanged(self._root / path, rendered, digest(text))
        self._refused.pop(path, None)
        match outcome:
            case Replaced():
                self._merged[path] = rendered
            case Busy():
                await until_written(self._root / path, _WRITER_PATIENCE_S)
            case Missing():
                await anyio.lowlevel.checkpoint()
                self._files.restore(world, name, text)
            case Failed(reason=reason):
                self._refused[path] = reason
            case Changed(saves=saves, rescued=rescued):
                await self._merge_displaced(ledger, path, saves, rescued=bool(rescued))
            case Same():
                pass
            case _:  # pragma: no cover - the union is closed
                assert_never(outcome)
        return not isinstance(outcome, Busy | Changed)

    async def _merge_displaced(self, ledger: Ledger, path: str, saves: tuple[bytes, ...], *, rescued: bool) -> None:
        """Merge what came back from the exchange, oldest first; what stands in the file the watcher tells of."""
        if rescued:
            await self.rescue(ledger)
        for text in saves:
            found = self.folder.understand(path, text)
            if isinstance(found, QueueFile):
                await self._merge(ledger, found, keep=False)


def fold_scratch(world: World, events: tuple[e.Event, ...]) -> None:
    """Fold events that are not appended (yet) into a copy of the world."""
    if events:
        apply(world, e.Commit(seq=world.seq + 1, id="unsaved", prev="", at=world.at, by="unsaved", events=events))


def config_events(world: World, settings: Settings) -> tuple[e.Event, ...]:
    """Give what the configuration's triggers and gates ask; what cannot be is preflight's to say."""
    asked = Defined(source=CONFIGURATION, triggers=settings.triggers, gates=settings.gates)
    events, _ = merge_defined(world, asked, world.seq)
    return events
