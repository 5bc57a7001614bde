"""What a saved queue file asks, as events. Never reads a file, and never drops a save: it is applied or refused.

Rules
1. A save is merged by task id against the render whose stamp it carries: only what differs from that render was asked.
   So a stale save edits only what its writer changed, and merging the same save twice asks nothing the second time.
2. Without a stamp (or with another journal's) there is nothing to compare with: such a file can only add. What it says
   of a task as it first said it was merged then and asks nothing: a crash may leave a file that was never rendered.
3. A status is asked for once. `pending` resets, `skipped` skips, others are refused; what completed after the stamp
   stays completed. What has happened since the stamp anyway is not asked again.
4. A refusal names what it refused (`of`) and is recorded once.
5. Order in the file is the order: the last save of a stamped file decides.
"""

import hashlib
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from orchestrator.model import events as e
from orchestrator.model.documents import QueueDocument, TaskEntry
from orchestrator.model.ids import id_of, task_ref
from orchestrator.model.specs import GateSpec, Status, TriggerSpec
from orchestrator.model.world import Queue, Task, World
from orchestrator.policy import rollback
from orchestrator.policy.definitions import Defined, merge_defined
from orchestrator.policy.limits import lands
from orchestrator.policy.versions import (
    ORDER_STEP,
    base_seq,
    carried,
    carried_task,
    orders,
    shown,
    shown_at,
    version_at,
)

Definition = TypeVar("Definition", TriggerSpec, GateSpec)


def merge_save(world: World, document: QueueDocument) -> tuple[e.Event, ...]:
    """Give the events a queue file asks for in this world; none if it asks nothing.

    The caller appends them expecting `world.seq` and, on a conflict, catches up and merges again.
    """
    queue = world.queues.get(document.spec.name)
    if queue is None:
        return _first_sight(world, document)
    return _Merge(world, queue, document).events()


def _first_sight(world: World, document: QueueDocument) -> tuple[e.Event, ...]:
    name = document.spec.name
    defined, problems = merge_defined(world, _defined(document), None)
    return (
        e.QueueAdded(queue=name, spec=msgspec.structs.replace(document.spec, path=document.path)),
        *(_added(name, entry, (i + 1) * ORDER_STEP) for i, entry in enumerate(document.tasks)),
        *defined,
        *(e.EditRefused(queue=name, reason="; ".join(p), of=_head_key(document)) for p in (problems,) if p),
    )


def _defined(document: QueueDocument, *formerly: str) -> Defined:
    own = frozenset(formerly)
    return Defined(source=document.path, triggers=document.triggers, gates=document.gates, own=own)


def _added(queue: str, entry: TaskEntry, order: int) -> e.TaskAdded:
    imported = msgspec.structs.replace(entry.imported, status=entry.status)
    return e.TaskAdded(
        task=task_ref(queue, entry.spec.id),
        spec=entry.spec,
        imported=None if imported == e.Imported() else imported,
        order=order,
    )


def _head_key(document: QueueDocument) -> str:
    """Name all a file says beside its tasks. Its stamp is no part of it: a view cannot put this part right."""
    spec = msgspec.structs.replace(document.spec, path="")
    defined = ([_unsourced(t) for t in document.triggers], [_unsourced(g) for g in document.gates])
    return _key(spec, *defined)


def _unsourced(spec: Definition) -> Definition:
    return msgspec.structs.replace(spec, source="")


def _key(*asked: object) -> str:
    return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:16]


class _Merge:
    """One merge under way: the file, the queue it asks something of, and what has come of it so far."""

    def __init__(self, world: World, queue: Queue, document: QueueDocument) -> None:
        self.world = world
        self.queue = queue
        self.document = document
        self.seq = base_seq(world, document.stamp)
        self.entries = {f"{queue.name}/{entry.spec.id}": entry for entry in document.tasks}
        self.found: list[e.Event] = []
        self.refused: dict[str, tuple[str, str]] = {}

    def events(self) -> tuple[e.Event, ...]:
        """Judge the queue, its absent tasks, its listed tasks and its triggers and gates, in that order."""
        defined = self._head()
        gone = self._absent() if self.seq is not None else frozenset[str]()
        self._listed(gone)
        self.found += defined
        return (*self.found, *self._refusals())

    def _head(self) -> tuple[e.Event, ...]:
        """Judge what stands beside the tasks. Once refused, it stays refused until it is written differently."""
        key = _head_key(self.document)
        path = msgspec.structs.replace(self.queue.spec, path=self.document.path)
        if self._still_refused(key):
            if path != self.queue.spec:
                self.found.append(e.QueueEdited(queue=self.queue.name, spec=path))
            return ()
        defined, problems = merge_defined(self.world, _defined(self.document, self.queue.spec.path), self.seq)
        reasons = self._queue(problems)
        if reasons:
            self.refused[""] = ("; ".join(reasons), key)
        return defined

    def _still_refused(self, key: str) -> bool:
        """Say whether exactly this was refused and nothing beside the tasks was accepted from the file since."""
        at, what = self.queue.refused.get("", (0, ""))
        own = {self.document.path, self.queue.spec.path}
        triggers = (versions[-1] for versions in self.world.trigger_specs.values())
        gates = (versions[-1] for versions in self.world.gate_specs.values())
        accepted = (seq for seq, spec in (*triggers, *gates) if spec is None or spec.source in own)
        return what == key and self.queue.specs[-1][0] <= at and all(seq <= at for seq in accepted)

    def _queue(self, problems: tuple[str, ...]) -> list[str]:
        wanted = msgspec.structs.replace(self.document.spec, path=self.document.path)
        current, reasons = self.queue.spec, list(problems)
        if not current.path:
            merged = wanted  # until now it had no file: this one defines it
        elif self.seq is not None:
            merged = carried(version_at(self.queue.specs, self.seq), wanted, current)
        else:
            merged = current
            if msgspec.structs.replace(current, path=wanted.path) != wanted:
                reasons.append(f"the queue's own fields stay as they were: {self._no_stamp()}")
        merged = msgspec.structs.replace(merged, path=self.document.path)
        if merged != current:
            self.found.append(e.QueueEdited(queue=self.queue.name, spec=merged))
        return reasons

    def _no_stamp(self) -> str:
        return (
            f"{self.document.path} carries no stamp of this journal (summary.seq and summary.journal), so it can only "
            "add tasks; make the change again once the file is stamped"
        )

    def _absent(self) -> frozenset[str]:
        gone: set[str] = set()
        for ref in self.queue.tasks:
            task = self.world.tasks[ref]
            if ref in self.entries or self.seq is None or task.added_seq > self.seq:
                continue
            if why := self._must_stay(task, self.seq):
                self._refuse(ref, why, "removed")
            else:
                gone.add(ref)
                self.found.append(e.TaskRemoved(task=ref))
        return frozenset(gone)

    def _must_stay(self, task: Task, seq: int) -> str:
        if held := rollback.in_the_way(self.queue):
            return f"{task.ref} was not removed: {held}"
        if task.status is Status.IN_PROGRESS:
            return f"{task.ref} is in progress and was not removed: `orchestrator cancel {task.ref}`, then remove it"
        if _completed_after(task, seq):
            return f"{task.ref} has completed since this copy was read and was not removed: remove it again if meant"
        return ""

    def _listed(self, gone: frozenset[str]) -> None:
        known = {ref: self.world.tasks[ref].order for ref in self.queue.tasks if ref not in gone}
        folded = {ref.casefold(): ref for ref in known}
        wanted = [ref for ref in self.entries if ref in known or self._is_new(ref, folded)]
        placed = orders(wanted, known, move=self.seq is not None)
        for ref in wanted:
            if ref in known:
                self._known(self.world.tasks[ref], self.entries[ref], placed.get(ref))
            else:
                self.found.append(_added(self.queue.name, self.entries[ref], placed[ref]))

    def _is_new(self, ref: str, folded: Mapping[str, str]) -> bool:
        entry = self.entries[ref]
        if clash := folded.get(ref.casefold()):
            why = f"{ref} was not added: it differs from {clash} only in case; give it another id"
            self._refuse(ref, why, entry, of=_key(ref))
            return False
        removed = self.world.removed.get(ref)
        if removed is None or self.seq is None or removed[0] <= self.seq:
            return True
        unchanged = entry.spec == version_at(removed[1].specs, self.seq)
        return not unchanged  # an old copy does not bring back what was removed since; an edit does

    def _known(self, task: Task, entry: TaskEntry, order: int | None) -> None:
        if self.seq is None:
            asks = entry.spec != task.spec or entry.status not in {shown(task), task.status}
            if asks and not _as_first_seen(task, entry):
                self._refuse(task.ref, f"{task.ref} stays as it was: {self._no_stamp()}", entry)
            return
        spec = carried_task(version_at(task.specs, self.seq), entry.spec, task.spec)
        order = None if order == task.order else order
        if spec != task.spec or order is not None:
            self.found.append(e.TaskEdited(task=task.ref, spec=spec, order=order))
        self._status(task, entry, self.seq)

    def _status(self, task: Task, entry: TaskEntry, seq: int) -> None:
        asked = entry.status
        since = {status for at, status in task.statuses if at > seq}
        if asked in {shown_at(task, seq), shown(task), task.status} or asked in since:
            return
        if asked not in {Status.PENDING, Status.SKIPPED}:
            self._refuse(task.ref, _not_by_hand(task, asked), entry)
        elif _completed_after(task, seq):
            why = f"{task.ref} has completed since this copy was read: `orchestrator retry {task.ref}` starts it anew"
            self._refuse(task.ref, why, entry)
        elif held := rollback.in_the_way(self.queue):
            self._refuse(task.ref, f"{task.ref} stays as it is: {held}", entry)
        elif lands(self.world, task):
            self._refuse(task.ref, f"{task.ref} is landing this very moment: save it again if it is still meant", entry)
        elif asked is Status.SKIPPED:
            self.found.append(e.TaskSkipped(task=task.ref, reason=f"set to skipped in {self.document.path}"))
        else:
            self.found.append(e.TaskReset(task=task.ref, reason=f"set to pending in {self.document.path}"))

    def _refuse(self, ref: str, reason: str, asked: TaskEntry | str, *, of: str = "") -> None:
        shape = (asked.spec, asked.status) if isinstance(asked, TaskEntry) else asked  # its line may move
        key = of or _key(self.seq, shape)
        if self.queue.refused.get(ref, (0, ""))[1] != key:
            self.refused[ref] = (reason, key)

    def _refusals(self) -> tuple[e.EditRefused, ...]:
        name = self.queue.name
        return tuple(e.EditRefused(queue=name, task=ref, reason=why, of=of) for ref, (why, of) in self.refused.items())


def _as_first_seen(task: Task, entry: TaskEntry) -> bool:
    return entry.spec == task.specs[0][1] and entry.status is shown_at(task, task.added_seq)


def _completed_after(task: Task, seq: int) -> bool:
    return task.status is Status.COMPLETED and task.statuses[-1][0] > seq


def _not_by_hand(task: Task, asked: Status) -> str:
    by_verdict = f"`orchestrator done {task.ref} --as WHO --evidence FILE` records a person's work"
    remedy = by_verdict if asked is Status.COMPLETED else "`pending` resets a task, `skipped` skips it"
    return f"status {asked.value} of {task.ref} cannot be set by hand, {id_of(task.ref)} stays {task.status}: {remedy}"
