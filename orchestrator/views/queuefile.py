"""A queue's file as the world has it: results, counts and stamp, and what commands added or changed.

Never writes over what nobody has merged: the text given is one whose asks are in the world already, and the file is
replaced only if it still holds that text. Never touches a text it cannot read; that one is a person's to put right.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

from orchestrator.codec.canonical import Json
from orchestrator.codec.queuefile import (
    add_task,
    edit_task,
    new_queue,
    read_queue,
    remove_task,
    task_fields,
    write_results,
)
from orchestrator.errors import InvalidInputError
from orchestrator.files.exchange import Outcome, Same, digest, replace_if_unchanged
from orchestrator.model.documents import QueueDocument, Stamp, Summary, TaskEntry, TaskResult
from orchestrator.model.ids import id_of
from orchestrator.model.settings import Calendar
from orchestrator.model.specs import ENDED, Status, TaskSpec
from orchestrator.model.world import Queue, Task, World
from orchestrator.policy.versions import base_seq, changed_since, shown

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "dependencies": ("dependencies", "depends_on"),
    "agent": ("agent", "agent_type"),
    "files": ("file", "files"),
    "estimated_hours": ("estimated_hours", "estimate"),
}


class QueueFiles:
    """The queue files of one project, written. Holds no state of its own."""

    def __init__(self, root: Path, calendar: Calendar | None = None) -> None:
        self._root = root
        self._calendar = calendar

    def write(self, world: World, name: str, text: bytes) -> Outcome:
        """Bring the file of a queue up to date, if it still holds `text`, which was merged into this world."""
        rendered = render_queue(world, name, text, calendar=self._calendar)
        if rendered == text or not world.queues[name].spec.path:
            return Same()
        return replace_if_unchanged(self._path(world, name), rendered, digest(text))

    def restore(self, world: World, name: str, remembered: bytes) -> Outcome:
        """Write a deleted file again from the text last read, while its queue has work left."""
        if not has_work(world, name):
            return Same()
        rendered = render_queue(world, name, remembered, calendar=self._calendar)
        return replace_if_unchanged(self._path(world, name), rendered, None)

    def create(self, world: World, name: str) -> Outcome:
        """Write the first file of a queue that has none yet, at the path its specification names."""
        rendered = render_queue(world, name, new_queue(name, []), calendar=self._calendar)
        return replace_if_unchanged(self._path(world, name), rendered, None)

    def _path(self, world: World, name: str) -> Path:
        return self._root / world.queues[name].spec.path


def has_work(world: World, name: str) -> bool:
    """Say whether the queue has a file and a task that has not ended."""
    queue = world.queues.get(name)
    return queue is not None and bool(queue.spec.path) and any(world.tasks[r].status not in ENDED for r in queue.tasks)


def render_queue(world: World, name: str, text: bytes, *, calendar: Calendar | None = None) -> bytes:
    """Give a queue file's new text; the same bytes where nothing is new or the text cannot be read.

    Bytes outside changed values stay. `text` must be merged into `world`: what only it holds would be undone.
    """
    queue = world.queues.get(name)
    if queue is None:
        return text
    try:
        return _Render(world, queue, calendar).of(text)
    except InvalidInputError:
        return text


class _Render:
    """One queue being rendered."""

    def __init__(self, world: World, queue: Queue, calendar: Calendar | None) -> None:
        self.world = world
        self.queue = queue
        self.calendar = calendar
        self.tasks = sorted((world.tasks[ref] for ref in queue.tasks), key=lambda task: (task.order, task.ref))

    def of(self, text: bytes) -> bytes:
        document = self._read(text)
        entries = {f"{self.queue.name}/{entry.spec.id}": entry for entry in document.tasks}
        crowded = self._crowded(entries)
        whole = self._with_tasks(text, entries, crowded)
        results = {task.spec.id: result_of(task) for task in self.tasks if task.reported}
        if crowded:
            return write_results(whole, results, None)  # a stamp on a file that lacks them would read as their removal
        seq = base_seq(self.world, document.stamp)
        if seq is not None and not changed_since(self.world, self.queue, seq):
            same_stamp = write_results(whole, results, self._summary(seq))
            if same_stamp == text:
                return text
        return write_results(whole, results, self._summary(self.world.seq))

    def _read(self, text: bytes) -> QueueDocument:
        return read_queue(text, path=self.queue.spec.path, calendar=self.calendar)

    def _summary(self, seq: int) -> Summary:
        counts: Counter[Status] = Counter(task.status for task in self.tasks)
        return Summary(counts=dict(counts), stamp=Stamp(seq, self.world.journal))

    def _crowded(self, entries: Mapping[str, TaskEntry]) -> frozenset[str]:
        """List tasks that cannot stand in the file: a refused one, whose id differs only in case, has their place."""
        folded = {ref.casefold() for ref in entries}
        refs = (task.ref for task in self.tasks)
        return frozenset(ref for ref in refs if ref not in entries and ref.casefold() in folded)

    def _with_tasks(self, text: bytes, entries: Mapping[str, TaskEntry], crowded: frozenset[str]) -> bytes:
        for ref in entries:
            if ref in self.world.removed:
                text = remove_task(text, id_of(ref))
        for task in self.tasks:
            if task.ref in entries:
                text = self._corrected(text, task, entries[task.ref])
            elif task.ref not in crowded:
                text = add_task(text, {**self._fields(task.spec), "status": shown(task).value})
        return text

    def _corrected(self, text: bytes, task: Task, entry: TaskEntry) -> bytes:
        if not task.reported and entry.status not in {shown(task), task.status}:
            text = edit_task(text, task.spec.id, {"status": shown(task).value})
        if _alike(task.spec, entry.spec):
            return text
        text = self._edited(text, task.spec, entry.spec)
        found = next(one for one in self._read(text).tasks if one.spec.id == task.spec.id)
        return text if _alike(task.spec, found.spec) else self._respelled(text, task.spec, found.spec)

    def _edited(self, text: bytes, wanted: TaskSpec, found: TaskSpec) -> bytes:
        """Change the members that differ, in the spelling the file has."""
        new, old = self._fields(wanted), self._fields(found)
        gone = {key for key in old if key not in new}
        if new.get("files") != old.get("files") and wanted.files[:1] != found.files[:1]:
            gone.add("file")  # it always goes first
        changes = {key: value for key, value in new.items() if key not in old or old[key] != value}
        return edit_task(text, wanted.id, changes, remove=_spelled(gone))

    def _respelled(self, text: bytes, wanted: TaskSpec, found: TaskSpec) -> bytes:
        """Write differing members in our spelling: the file says them twice, under two names."""
        new, old = self._fields(wanted), self._fields(found)
        differing = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        text = edit_task(text, wanted.id, {}, remove=_spelled(differing))
        return edit_task(text, wanted.id, {key: new[key] for key in differing if key in new})

    def _fields(self, spec: TaskSpec) -> dict[str, Json]:
        return task_fields(spec, self.queue.name, _details(spec))


def _spelled(keys: Collection[str]) -> tuple[str, ...]:
    return tuple(name for key in keys for name in _SPELLINGS.get(key, (key,)))


def _details(spec: TaskSpec) -> dict[str, Json]:
    found: dict[str, Json] = json.loads(spec.details or "{}")  # the standard reader: it keeps integers of any length
    return found


def _alike(one: TaskSpec, other: TaskSpec) -> bool:
    """Compare specifications; the order of fields without meaning has none."""
    if one == other:
        return True
    fields = [name for name in one.__struct_fields__ if name != "details"]
    return all(getattr(one, name) == getattr(other, name) for name in fields) and _details(one) == _details(other)


def result_of(task: Task) -> TaskResult:
    """Give what a queue file tells of a task. What was imported counts only where nothing happened since."""
    imported = task.imported
    return TaskResult(
        status=task.status,
        attempts=task.attempts,
        iterations=task.iterations,
        verdict=task.verdict or (imported.verdict if imported else ""),
        error="" if task.status in {Status.COMPLETED, Status.IN_PROGRESS} else task.reason,
        last_attempt=task.last_attempt,
        completed_at=task.completed_at,
        files=task.files,
        branch=task.branch,
        commit=task.commit or (imported.commit if imported else ""),
        usd=task.usd,
        overridden_by=task.overridden_by,
        override_reason=task.override_reason,
    )
