"""The tracks' logs as they grow, and between their lines the work of the agents that run. Only ever looks.

Rules
1. The lines of a track come in the order of the journal. What an agent did comes after the line that says it was
   started and before the line that says it ended.
2. Nothing is polled: the kernel says when a log or a transcript has grown.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import anyio
from anyio.abc import TaskGroup

from orchestrator.daemon.desk import Desk
from orchestrator.daemon.watching import Watching
from orchestrator.files.atomic import private_dir
from orchestrator.files.bell import ringing
from orchestrator.model.agent_events import AgentEvent
from orchestrator.ports.agents import RunKey

_BEGINS, _ENDS = "iteration.started", "agent.finished"
_BREATH_S = 0.05
"""Between two looks: who writes without end must not keep us busy."""


class Entry(NamedTuple):
    """One line of a log, and its bytes as they are on disk."""

    fields: dict[str, Any]
    raw: bytes

    @property
    def key(self) -> RunKey:
        """Name the iteration it is about."""
        task, attempt, iteration = (self.fields.get(name) for name in ("task", "attempt", "iteration"))
        return RunKey(str(task or ""), int(attempt or 0), int(iteration or 0))


class Did(NamedTuple):
    """Something an agent did; None: its call is over."""

    key: RunKey
    event: AgentEvent | None


class Tail:
    """Reads what is new in the log files; keeps a place in each. No `tracks`: all of them."""

    def __init__(self, folder: Path, tracks: tuple[str, ...], task: str | None) -> None:
        self._folder, self._tracks, self._task = folder, tracks, task
        self._places: dict[Path, int] = {}
        self.begun: set[RunKey] = set()
        """Iterations whose beginning was read, and not their agent's end."""

    @property
    def folder(self) -> Path:
        """The folder the logs are in."""
        return self._folder

    def new(self) -> list[Entry]:
        """Give the new entries of all tracks, merged by seq."""
        entries = [entry for path in self._files() for entry in self._read(path)]
        wanted = (entry for entry in entries if self._task is None or entry.fields.get("task") == self._task)
        found = sorted(wanted, key=lambda entry: entry.fields.get("seq", 0))
        for entry in found:
            if entry.fields.get("event") == _BEGINS:
                self.begun.add(entry.key)
            elif entry.fields.get("event") == _ENDS:
                self.begun.discard(entry.key)
        return found

    def _files(self) -> list[Path]:
        if self._tracks:
            return [path for name in self._tracks if (path := self._folder / f"{name}.log").exists()]
        return sorted(self._folder.glob("*.log"))

    def _read(self, path: Path) -> Iterator[Entry]:
        with path.open("rb") as file:
            file.seek(self._places.get(path, 0))
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._places[path] = self._places.get(path, 0) + len(line)
                yield Entry(json.loads(line), line)


class Following:
    """Follows the logs, and with a `desk` the agents' work too."""

    def __init__(self, tail: Tail, desk: Desk | None) -> None:
        self._tail = tail
        self._watching = Watching(desk) if desk is not None else None
        self._stirred = anyio.Event()
        self._bells: dict[RunKey, anyio.CancelScope] = {}

    async def run(self, show: Callable[[Entry | Did], None]) -> None:
        """Show everything new, for ever."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._listen, private_dir(self._tail.folder), anyio.CancelScope())
            if self._watching is not None:
                self._join(group, self._watching)
            while True:
                stirred = self._stirred = anyio.Event()
                if not await self._look(group, show):
                    await stirred.wait()
                    await anyio.sleep(_BREATH_S)

    def _join(self, group: TaskGroup, watching: Watching) -> None:
        """Follow who is at work already; whose beginning is not in the logs yet is followed once it is."""
        for iteration in watching.at_work():
            if iteration.key in self._tail.begun:
                self._begin(group, watching, iteration.key)

    async def _look(self, group: TaskGroup, show: Callable[[Entry | Did], None]) -> bool:
        """Show what is new; say whether there was anything in the logs."""
        watching = self._watching
        for key, event in watching.new() if watching is not None else ():
            show(Did(key, event))
        entries = self._tail.new()
        if entries and watching is not None:
            await watching.catch_up()
        for entry in entries:
            if watching is not None and entry.fields.get("event") == _ENDS:
                self._finish(watching, entry.key, show)
            show(entry)
            if watching is not None and entry.fields.get("event") == _BEGINS:
                self._begin(group, watching, entry.key)
        return bool(entries)

    def _begin(self, group: TaskGroup, watching: Watching, key: RunKey) -> None:
        transcript = watching.begin(key)
        if transcript is not None and key not in self._bells:
            scope = self._bells[key] = anyio.CancelScope()
            group.start_soon(self._listen, transcript.path, scope)

    def _finish(self, watching: Watching, key: RunKey, show: Callable[[Entry | Did], None]) -> None:
        if watching.followed(key):
            for event in watching.finish(key):
                show(Did(key, event))
            show(Did(key, None))
        if scope := self._bells.pop(key, None):
            scope.cancel()

    async def _listen(self, folder: Path, scope: anyio.CancelScope) -> None:
        with scope:
            await ringing(folder, lambda: self._stirred.set())  # noqa: PLW0108 - the event is another one each time
