"""Changes to a queue file: results, summary and stamp; tasks added, edited and removed. Keeps every other byte.

Rules
1. Only values that differ in meaning change: `complete` is `completed`, `1.0` is `1`, a moment is one in any spelling.
2. What is new is written as its neighbours are: their indentation, their words, their way with moments and lists.
3. Only the named tasks and `summary` are touched; what the file does not hold is not written into it.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence

from orchestrator.codec.canonical import Json
from orchestrator.codec.jsonedit import Edit, Object, Style, apply, render, style_of
from orchestrator.codec.jsontext import Element, JsonText, Member
from orchestrator.codec.moments import Shape, format_moment, parse_moment, shape_of
from orchestrator.codec.taskfields import ALIASES, RESULT_FIELDS
from orchestrator.codec.words import read_status, same_status, spellings
from orchestrator.errors import InvalidInputError
from orchestrator.model.documents import Summary, TaskResult
from orchestrator.model.specs import Status
from orchestrator.model.verdicts import Verdict

TASK_KEYS = frozenset({"features", "tasks"})
_RARE = frozenset({"overridden_by", "override_reason"})
"""Members that are written only where there is something to say."""

_MOMENTS = ("last_attempt", "completed_at")
_OTHER_MOMENTS = ("started_at", "created_at", "blocked_at")
_ORDER = (
    Status.PENDING,
    Status.IN_PROGRESS,
    Status.COMPLETED,
    Status.BLOCKED,
    Status.FAILED,
    Status.SKIPPED,
)
_BY_OLD_NAME = {old: new for new, old in ALIASES.items()} | ALIASES


def tasks_member(source: JsonText, members: Mapping[str, Member]) -> Member | None:
    """Find the member that holds the tasks. Of both names the one that holds some; both holding some is refused."""
    found = [members[key] for key in ("features", "tasks") if key in members]
    if len(found) > 1:
        full = [member for member in found if member.value]
        if len(full) > 1:
            raise source.refuse(full[1].key_start, "the file has features and tasks; join them in one of the two")
        found = full or found
    return found[0] if found else None


class _File:
    """A queue file opened for changes."""

    def __init__(self, data: bytes) -> None:
        self.source = JsonText(data, "queue file")
        start, members, self.end = self.source.top(TASK_KEYS)
        self.top = Object(self.source, start)
        self.tasks = tasks_member(self.source, {member.key: member for member in members})
        self.style = self.top.style
        self.edits: list[Edit] = []

    def elements(self) -> tuple[Element, ...]:
        return () if self.tasks is None else self.tasks.elements

    def objects(self) -> Iterator[tuple[str, Element, dict[str, Json]]]:
        """Give every task that is an object with an id."""
        for element in self.elements():
            if isinstance(element.value, dict) and isinstance(element.value.get("id"), str):
                yield str(element.value["id"]), element, element.value

    def find(self, task_id: str) -> Element:
        for name, element, _ in self.objects():
            if name == task_id:
                return element
        raise InvalidInputError(f"{task_id} is not in the queue file; check its id")

    def finish(self) -> bytes:
        return self.source.encode(apply(self.source.text, self.edits))


# -- results -------------------------------------------------------------------------------------------------------


def write_results(data: bytes, results: Mapping[str, TaskResult], summary: Summary | None) -> bytes:
    """Write results (by task id) and the summary with its stamp; `None` leaves the summary as it is.

    A file nobody can read is refused as `read_queue` does; ids the file does not hold are passed over.
    """
    file = _File(data)
    dialect = _dialect(file)
    for name, element, value in file.objects():
        result = results.get(name)
        if result is not None:
            _write_result(file, element, value, _shown(result, dialect))
    if summary is not None:
        _write_summary(file, summary, dialect)
    return file.finish()


class _Dialect:
    """How a file spells statuses and moments."""

    def __init__(self, words: Mapping[Status, str], shape: Shape) -> None:
        self.words = words
        self.shape = shape


def _dialect(file: _File) -> _Dialect:
    tasks = [value for _, _, value in file.objects()]
    statuses = [status for task in tasks if isinstance(status := task.get("status"), str)]
    summary = file.top.get("summary")
    keys = list(summary.value) if summary is not None and isinstance(summary.value, dict) else []
    return _Dialect(spellings(statuses, keys), _shape(tasks))


def _shape(tasks: Sequence[Mapping[str, Json]]) -> Shape:
    for keys in (_MOMENTS, _OTHER_MOMENTS):
        for task in tasks:
            for key in keys:
                value = task.get(key)
                shape = shape_of(value) if isinstance(value, str) else None
                if shape is not None:
                    return shape
    return Shape()


def _shown(result: TaskResult, dialect: _Dialect) -> dict[str, Json]:
    """Give a result as the members of a task, in the order they are written."""

    def moment(at: int | None) -> str | None:
        return None if at is None else format_moment(at, dialect.shape)

    cost = round(result.usd, 6)
    shown: tuple[Json, ...] = (
        dialect.words[result.status],
        result.attempts,
        result.iterations,
        result.verdict or None,
        result.status is Status.COMPLETED and result.verdict == Verdict.PASS,
        result.error or None,
        moment(result.last_attempt),
        moment(result.completed_at),
        list(result.files),
        result.branch or None,
        result.commit or None,
        int(cost) if cost.is_integer() else cost,
        result.overridden_by or None,
        result.override_reason or None,
    )
    return dict(zip(RESULT_FIELDS, shown, strict=True))


def _write_result(file: _File, element: Element, value: Mapping[str, Json], shown: Mapping[str, Json]) -> None:
    shown = {key: new for key, new in shown.items() if key in value or key not in _RARE or new is not None}
    if all(key in value and _same(key, value[key], new) for key, new in shown.items()):
        return
    task = Object(file.source, element.start, file.style)
    file.edits += [
        task.replace(key, new) for key, new in shown.items() if key in value and not _same(key, value[key], new)
    ]
    file.edits += task.insert({key: new for key, new in shown.items() if key not in value}, after="status")


def _same(key: str, old: Json, new: Json) -> bool:
    """Say whether two values of a member mean the same."""
    if isinstance(old, str) and isinstance(new, str):
        if key == "status":
            return read_status(old) is read_status(new)
        if key in _MOMENTS:
            return _second(old) == _second(new) is not None or old == new
        return old == new
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, dict | list) or isinstance(new, dict | list):
        return json.dumps(old) == json.dumps(new)
    return old == new


def _second(text: str) -> int | None:
    at = parse_moment(text)
    return None if at is None else at // 1000


# -- summary -------------------------------------------------------------------------------------------------------


def _write_summary(file: _File, summary: Summary, dialect: _Dialect) -> None:
    total = sum(summary.counts.values())
    stamp: dict[str, Json] = {"seq": summary.stamp.seq, "journal": summary.stamp.journal}
    counts: dict[str, Json] = {dialect.words[status]: summary.counts.get(status, 0) for status in _ORDER}
    member = file.top.get("summary")
    if member is None:
        _insert_summary(file, {"total": total, **counts, **stamp})
        return
    if not isinstance(member.value, dict):
        return  # prose of theirs; reading says to rename it
    old = Object(file.source, member.start, file.style)
    if not member.value:
        file.edits.append(file.top.replace("summary", {"total": total, **counts, **stamp}))
        return
    wanted: dict[str, Json] = {"total": total, **stamp}
    for key in member.value:
        status = same_status(key)
        if status is not None:
            wanted[key] = summary.counts.get(status, 0)
    file.edits += [
        old.replace(key, value)
        for key, value in wanted.items()
        if key in member.value and not _same(key, member.value[key], value)
    ]
    file.edits += old.insert({key: value for key, value in wanted.items() if key not in member.value})


def _insert_summary(file: _File, summary: dict[str, Json]) -> None:
    if file.tasks is not None:
        file.edits.append(file.top.insert_before(file.tasks.key, "summary", summary))
    else:
        file.edits += file.top.insert({"summary": summary})


# -- tasks ---------------------------------------------------------------------------------------------------------


def add_task(data: bytes, fields: Mapping[str, Json]) -> bytes:
    """Append a task, written as the last one is; a file without tasks gets them. An id that is there is refused."""
    file = _File(data)
    name = str(fields.get("id"))
    if any(other.casefold() == name.casefold() for other, _, _ in file.objects()):
        raise InvalidInputError(f"{name} is in the queue file already; edit it or choose another id")
    value: Json = dict(fields)
    elements = file.elements()
    if file.tasks is None:
        file.edits += file.top.insert({"tasks": [value]})
    elif not elements:
        file.edits.append(file.top.replace(file.tasks.key, [value]))
    else:
        file.edits.append(_appended(file, elements, value))
    return file.finish()


def _appended(file: _File, elements: Sequence[Element], value: Json) -> Edit:
    text, last = file.source.text, elements[-1]
    before = elements[-2].end if len(elements) > 1 else (file.tasks.start + 1 if file.tasks else 0)
    lead = text[before : last.start].lstrip(",")
    if len(elements) > 1:
        lead = text[text.index(",", before) + 1 : last.start]
    style, indent = file.style, lead.rpartition("\n")[2] if "\n" in lead else _line_indent(text, last.start)
    if isinstance(last.value, dict):
        members, _ = file.source.members(last.start)
        own = style_of(file.source, last.start, members)
        style = own._replace(ascii=style.ascii) if members else style
    gap = lead or ("" if "\n" in lead else style.gap)
    return Edit(last.end, last.end, f",{gap}{render(value, style, indent)}")


def _line_indent(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def edit_task(data: bytes, task_id: str, fields: Mapping[str, Json], *, remove: Collection[str] = ()) -> bytes:
    """Set members of a task and take others out; a member known by its other name keeps that name."""
    file = _File(data)
    element = file.find(task_id)
    if fields.get("id", task_id) != task_id:
        raise InvalidInputError(f"{task_id}: an id cannot be changed; add a new task and remove this one")
    task = Object(file.source, element.start, file.style)
    values = {member.key: member.value for member in task.members}
    wanted = {_own_name(key, values): value for key, value in fields.items()}
    file.edits += [
        task.replace(key, new)
        for key, new in wanted.items()
        if key in values and json.dumps(values[key]) != json.dumps(new)
    ]
    file.edits += task.insert({key: new for key, new in wanted.items() if key not in values})
    data = file.finish()
    for key in remove:
        data = _without_member(data, task_id, key)
    return data


def _own_name(key: str, values: Collection[str]) -> str:
    other = _BY_OLD_NAME.get(key)
    if (
        key in values or other is None or other not in values or key.startswith("estimate")
    ):  # hours and work time differ in meaning
        return key
    return other


def _without_member(data: bytes, task_id: str, key: str) -> bytes:
    file = _File(data)
    task = Object(file.source, file.find(task_id).start, file.style)
    if task.get(key) is None or key == "id":
        return data
    file.edits.append(task.remove(key))
    return file.finish()


def remove_task(data: bytes, task_id: str) -> bytes:
    """Take a task out, with the comma that is one too many."""
    file = _File(data)
    elements = file.elements()
    place = elements.index(file.find(task_id))
    if place + 1 < len(elements):
        file.edits.append(Edit(elements[place].start, elements[place + 1].start, ""))
    elif place:
        file.edits.append(Edit(elements[place - 1].end, elements[place].end, ""))
    elif file.tasks is not None:  # pragma: no branch - what has elements is there
        file.edits.append(Edit(file.tasks.start + 1, file.tasks.end - 1, ""))
    return file.finish()


def set_member(data: bytes, key: str, value: Json) -> bytes:
    """Set a member beside the tasks."""
    file = _File(data)
    if file.top.get(key) is None:
        file.edits += file.top.insert({key: value})
    else:
        file.edits.append(file.top.replace(key, value))
    return file.finish()


def new_queue(name: str, tasks: Sequence[Mapping[str, Json]]) -> bytes:
    """Write a new queue file."""
    rows: list[Json] = [dict(task) for task in tasks]
    return (render({"queue": name, "tasks": rows}, Style()) + "\n").encode()
