"""Queue files: bytes to what a person asks for, and what happened back into the bytes.

Rules
1. Reading is generous in dialect and strict in type: all problems are told at once, each with place and remedy.
2. An ended task is history: what is odd in it is a warning, where a specification can be made at all.
3. Writing changes the values that differ and nothing else; it lives in `queueedit`, its door is here.
"""

from collections.abc import Callable
from typing import TypeVar

from orchestrator.codec.budgets import BUDGET, read_own_budget
from orchestrator.codec.canonical import Json
from orchestrator.codec.conditions import read_condition
from orchestrator.codec.definitions import read_gates, read_triggers
from orchestrator.codec.fields import Complaints, Fields, as_text, as_whole, nearest, shown
from orchestrator.codec.jsontext import Element, JsonText, Member
from orchestrator.codec.queueedit import (
    TASK_KEYS,
    add_task,
    edit_task,
    new_queue,
    remove_task,
    set_member,
    tasks_member,
    write_results,
)
from orchestrator.codec.taskfields import KNOWN_FIELDS, read_promise, read_spec, spec_from, task_fields
from orchestrator.codec.words import read_priority, read_status
from orchestrator.errors import InvalidInputError
from orchestrator.model.documents import QueueDocument, Stamp, TaskEntry
from orchestrator.model.events import Imported
from orchestrator.model.ids import SAFE_ID_RULE, is_safe_id
from orchestrator.model.settings import Calendar
from orchestrator.model.specs import ENDED, QueueSpec, Status
from orchestrator.model.verdicts import Verdict

__all__ = [
    "add_task",
    "edit_task",
    "new_queue",
    "queue_name",
    "read_queue",
    "remove_task",
    "set_member",
    "spec_from",
    "task_fields",
    "write_results",
]

T = TypeVar("T")
_DEFAULTS = frozenset({"agent", "max_iterations", "completion_promise", "checks", "budget"})
_LONGEST_ERROR = 2000


def read_queue(data: bytes, *, path: str, calendar: Calendar | None = None) -> QueueDocument:
    """Read a queue file; `path` is relative to the project and names it in messages.

    `InvalidInputError.problems` holds every problem, each `PATH: line L: TASK: FIELD is X; remedy`.
    """
    source = JsonText(data, path)
    try:
        return _Reading(source, calendar or Calendar()).document()
    except RecursionError:  # pragma: no cover - how deep is too deep depends on the caller's stack
        raise InvalidInputError(f"{path}: nested too deeply to be read; flatten it") from None


def queue_name(path: str) -> str:
    """Give the name a queue has where its file does not say: the file's stem."""
    return path.rpartition("/")[2].removesuffix(".json")


class _Reading:
    """One file being read."""

    def __init__(self, source: JsonText, calendar: Calendar) -> None:
        self._source = source
        self._calendar = calendar
        self._complaints = Complaints(source.path)
        _, members, _ = source.top(TASK_KEYS)
        self._members = {member.key: member for member in members}
        self._top = Fields({member.key: member.value for member in members}, "", self._complaints)
        for key in sorted({m.key for m in members if self._members[m.key] is not m}):
            self._complaints.warn(f"{key} stands twice; the last one counts")
        self._ids: dict[str, str] = {}
        self._strange: dict[str, str] = {}

    def document(self) -> QueueDocument:
        name = self._name()
        entries = self._tasks(name)
        top, path = self._top, self._source.path
        with_history_only = bool(entries) and all(entry.status in ENDED for entry in entries)
        self._complaints.lenient = with_history_only
        triggers = read_triggers(top, path, name, self._calendar)
        gates = read_gates(top, path, name)
        spec, stamp = self._spec(name), self._stamp()
        if not entries and not triggers and not gates:
            self._complaints.warn("it holds no tasks, gates or triggers")
        return QueueDocument(
            path=path,
            spec=spec,
            tasks=tuple(entries),
            triggers=triggers,
            gates=gates,
            stamp=stamp,
            warnings=self._complaints.settle(),
        )

    def _name(self) -> str:
        stem = queue_name(self._source.path)
        name = self._top.values.get("queue", stem)
        if isinstance(name, str) and is_safe_id(name):
            return name
        if "queue" in self._top.values:
            self._top.refuse("queue", f"a queue's name has {SAFE_ID_RULE}")
        else:
            self._complaints.refuse(f'{shown(stem)} is no queue name; rename the file or add "queue": {SAFE_ID_RULE}')
        return "queue"

    # -- tasks ---------------------------------------------------------------------------------------------------

    def _tasks(self, name: str) -> list[TaskEntry]:
        member = self._task_list()
        if member is None:
            return []
        found = [self._task(element, number, name) for number, element in enumerate(member.elements, 1)]
        self._complaints.lenient = False
        for key, near in self._strange.items():
            if near:
                self._complaints.warn(f"{key} of a task has no meaning and is only shown to its agent{near}")
        return [entry for entry in found if entry is not None]

    def _task_list(self) -> Member | None:
        try:
            member = tasks_member(self._source, self._members)
        except InvalidInputError as error:
            self._complaints.problems += error.problems
            return None
        if member is not None and not isinstance(member.value, list):
            self._top.refuse(member.key, "write a list of tasks")
            return None
        return member

    def _task(self, element: Element, number: int, queue: str) -> TaskEntry | None:
        line = self._source.line(element.start)
        task = element.value
        self._complaints.lenient = False
        if not isinstance(task, dict):
            self._complaints.refuse(f"line {line}: task {number} is {shown(task)}; write an object")
            return None
        name = task.get("id")
        fields = Fields(task, f"line {line}: {name if isinstance(name, str) else f'task {number}'}: ", self._complaints)
        self._judge_doubles(element, fields)
        status = fields.read("status", _status, Status.PENDING, "write pending, completed, failed, blocked or skipped")
        self._judge_id(name, fields)
        self._complaints.lenient = status in ENDED and isinstance(name, str) and is_safe_id(name)
        spec = read_spec(fields, queue, self._calendar)
        self._note_strange(task)
        if spec is None:
            return None
        return TaskEntry(spec=spec, status=status, imported=_imported(fields, status), line=line)

    def _judge_id(self, name: Json, fields: Fields) -> None:
        if not isinstance(name, str):
            return
        other = self._ids.setdefault(name.casefold(), fields.prefix)
        if other is not fields.prefix:
            fields.refuse("id", f"another task has it: {other.rstrip(': ')} (capitals make no difference); rename one")

    def _judge_doubles(self, element: Element, fields: Fields) -> None:
        if not element.doubled:
            return
        seen: set[str] = set()
        members, _ = self._source.members(element.start)
        for member in members:
            if member.key in seen:
                where = self._source.line(member.key_start)
                _, _, task = fields.prefix.partition(": ")
                self._complaints.refuse(f"line {where}: {task}{member.key} stands twice; remove one")
            seen.add(member.key)
        if len(seen) == len(members):
            self._complaints.warn(f"{fields.prefix}a name stands twice in an object; the last one counts")

    def _note_strange(self, task: dict[str, Json]) -> None:
        for key in task:
            if key not in KNOWN_FIELDS and key not in self._strange:  # once a name: looking for resemblance is slow
                self._strange[key] = nearest(key, KNOWN_FIELDS, 0.85)

    # -- the rest ------------------------------------------------------------------------------------------------

    def _spec(self, name: str) -> QueueSpec:
        top = self._top
        defaults = top.inner("defaults") or Fields({}, "defaults.", self._complaints)
        defaults.warn_unknown(_DEFAULTS)
        unlock = top.values.get("unlock_when")
        return QueueSpec(
            name=name,
            path=self._source.path,
            title=self._loose("title", as_text, ""),
            locked=top.flag("locked"),
            unlock_when=None if unlock is None else read_condition(unlock, "unlock_when", self._complaints, name),
            agent=_agent(defaults),
            max_iterations=defaults.optional_whole("max_iterations", 1),
            completion_promise=read_promise(defaults),
            checks=defaults.some_texts("checks"),
            budget=read_own_budget(top, BUDGET),
            task_budget=read_own_budget(defaults),
            repo=top.optional("repo"),
            priority=self._loose("priority", _queue_priority, 2),
        )

    def _loose(self, key: str, convert: Callable[[Json], T | None], default: T) -> T:
        """Read a member that people also use for prose: what cannot be read is a warning."""
        value = self._top.values.get(key)
        found = None if value is None else convert(value)
        if found is None and value is not None:
            self._complaints.warn(f"{key} is {shown(value)}, which is not read; {default!r} counts")
        return default if found is None else found

    def _stamp(self) -> Stamp | None:
        summary = self._top.values.get("summary")
        if summary is None:
            return None
        if not isinstance(summary, dict):
            self._top.refuse("summary", 'the counts are kept there; rename yours, as "notes"')
            return None
        seq, journal = summary.get("seq"), summary.get("journal")
        if seq is None and journal is None:
            return None
        number = as_whole(seq, 0)
        if number is None or not isinstance(journal, str) or not journal:
            self._complaints.warn("summary.seq and summary.journal are no stamp; the file counts as not stamped")
            return None
        return Stamp(number, journal)


def _status(value: Json) -> Status | None:
    return read_status(value) if isinstance(value, str) else None


def _queue_priority(value: Json) -> int | None:
    """Read an urgency that may go on in prose, as "P0 - blocks the launch"."""
    words = value.split() if isinstance(value, str) else []
    return read_priority(words[0].rstrip(":,")) if words else read_priority(value)


def _agent(fields: Fields) -> str | None:
    name = fields.optional("agent")
    return "human" if name is not None and name.lower() in {"manual", "human"} else name


def _imported(fields: Fields, status: Status) -> Imported:
    """Read result fields as they are; what makes no sense is left out, since they are never believed."""
    values = fields.values
    verdict = values.get("verification_verdict")
    return Imported(
        status=status,
        attempts=as_whole(values.get("attempts"), 0) or 0,
        iterations=as_whole(values.get("iterations"), 0) or 0,
        verdict=verdict if isinstance(verdict, str) and verdict in set(Verdict) else "",
        error=(as_text(values.get("error")) or "")[:_LONGEST_ERROR],
        completed_at=(as_text(values.get("completed_at")) or "")[:_LONGEST_ERROR],
        commit=(as_text(values.get("commit")) or "")[:_LONGEST_ERROR],
    )
