"""Task Master's `tasks.json`: tasks with subtasks, one list or one a tag. A tag is a queue, a subtask a task `2.1`.

A task waits for its subtasks, and they for what it waits for: it is their whole, checked when they are done.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orchestrator.codec.canonical import dumps_pretty, loads
from orchestrator.codec.foreign.shape import Foreign, Now, Record, known_only, names_of, records_in, safe, text_of
from orchestrator.codec.foreign.shape import without_nothing as told

NAME = "taskmaster"
_STATUS = {
    "done": "completed",
    "completed": "completed",
    "in-progress": "in_progress",
    "blocked": "blocked",
    "deferred": "skipped",
    "cancelled": "skipped",
}
"""Theirs to ours; any other (pending, review) is pending."""
_BACK = {"completed": "done", "in_progress": "in-progress", "blocked": "blocked", "failed": "blocked"}
_MARKS = ("testStrategy", "subtasks")


def is_it(document: object) -> bool:
    """Say whether it looks like one: a tag over a list, or tasks with numbers, subtasks or a test strategy."""
    if not isinstance(document, dict):
        return False
    own = document.get("tasks")
    lists = [own] if isinstance(own, list) else [_list(value) for value in document.values()]
    tagged = not isinstance(own, list)
    tasks = [task for found in lists if found is not None for task in found if isinstance(task, dict)]
    if tagged:
        return bool(lists) and all(found is not None for found in lists)
    return any(isinstance(task.get("id"), int) or any(mark in task for mark in _MARKS) for task in tasks)


def _list(value: object) -> list[Any] | None:
    found = value.get("tasks") if isinstance(value, dict) else None
    return found if isinstance(found, list) else None


def read(data: bytes, queue: str) -> tuple[Foreign, ...]:
    """Read every tag; a file of one list is one queue, named as asked."""
    document: Any = loads(data)
    if isinstance(document.get("tasks"), list):
        return (_queue(document, queue, ""),)
    return tuple(_queue(value, safe(tag), tag) for tag, value in document.items())


def _queue(document: Record, queue: str, tag: str) -> Foreign:
    warnings: list[str] = []
    listed = records_in(document["tasks"], f"{tag}.tasks".lstrip("."))
    rows = [row for number, task in enumerate(listed, start=1) for row in _rows(task, number)]
    known = {name: name for name, _, _ in rows}
    tasks = tuple(_task(name, record, wants, known, warnings) for name, record, wants in rows)
    rest = {key: value for key, value in document.items() if key != "tasks"}
    source: Record = {"format": NAME, "tag": tag, "document": rest, "tasks": listed}
    return Foreign(queue=queue, tasks=tasks, source=source, warnings=tuple(warnings))


def _rows(task: Record, number: int) -> Iterable[tuple[str, Record, list[str]]]:
    """Give a task and its subtasks, each with its id and what it waits for."""
    name = safe(str(task.get("id", number)))
    own = list(names_of(task.get("dependencies")))
    parts = [part for part in task.get("subtasks") or [] if isinstance(part, dict)]
    for place, part in enumerate(parts, start=1):
        siblings = [other if "." in other else f"{name}.{other}" for other in names_of(part.get("dependencies"))]
        yield f"{name}.{part.get('id', place)}", part, [*own, *siblings]
    yield name, task, [*own, *(f"{name}.{part.get('id', place)}" for place, part in enumerate(parts, start=1))]


def _task(name: str, record: Record, wants: list[str], known: Mapping[str, str], warnings: list[str]) -> Record:
    return told(
        {
            "id": name,
            "title": text_of(record.get("title")),
            "description": text_of(record.get("description")),
            "status": _STATUS.get(text_of(record.get("status")), "pending"),
            "priority": _priority(record.get("priority")),
            "dependencies": known_only(wants, known, name, warnings),
            "instructions": record.get("details"),
            "testStrategy": record.get("testStrategy"),
        }
    )


def _priority(value: object) -> str | None:
    word = text_of(value)
    return "P0" if word == "critical" else word if word in {"high", "medium", "low"} else None


def write(sources: Sequence[Record], tasks: Mapping[str, Sequence[Now]]) -> bytes:
    """Write every tag again: as it was, but for where tasks stand; new tasks at the end."""
    found = {source["tag"]: _written(source, tasks[source["queue"]]) for source in sources}
    return dumps_pretty(found.get("", found))


def _written(source: Record, tasks: Sequence[Now]) -> Record:
    stands = {task.id: task for task in tasks}
    listed = [_changed(task, stands, number) for number, task in enumerate(source["tasks"], start=1)]
    known = {name for number, task in enumerate(source["tasks"], start=1) for name, _, _ in _rows(task, number)}
    added = [_new(task) for task in tasks if task.id not in known]
    return {"tasks": [*listed, *added], **source["document"]}


def _changed(task: Record, stands: Mapping[str, Now], number: int) -> Record:
    name = safe(str(task.get("id", number)))
    changed = _with_status(task, stands.get(name))
    if not isinstance(task.get("subtasks"), list):
        return changed
    parts = [
        _with_status(part, stands.get(f"{name}.{part.get('id', place)}")) if isinstance(part, dict) else part
        for place, part in enumerate(task["subtasks"], start=1)
    ]
    return {**changed, "subtasks": parts}


def _with_status(record: Record, now: Now | None) -> Record:
    """Say where it stands, unless its own word says the same."""
    was = _STATUS.get(text_of(record.get("status")), "pending")
    if now is None or now.status == was or (was == "in_progress" and now.status == "pending"):
        return record
    return {**record, "status": _BACK.get(now.status, "cancelled" if now.status == "skipped" else "pending")}


def _new(task: Now) -> Record:
    return {
        "id": int(task.id) if task.id.isdigit() else task.id,
        "title": task.title,
        "description": task.description,
        "status": _BACK.get(task.status, "pending"),
        "dependencies": [name.rpartition("/")[2] for name in task.dependencies],
        "priority": ("high", "high", "medium", "low")[min(task.priority, 3)],
        "subtasks": [],
    }


def join(old: Record, new: Record) -> Record:
    """Take the newer list where it names every task of the older; else its further ones come behind."""
    was, now = (_names(source["tasks"]) for source in (old, new))
    if was <= now:
        return new
    more = [task for number, task in enumerate(new["tasks"], start=1) if safe(str(task.get("id", number))) not in was]
    return {**old, "tasks": [*old["tasks"], *more]}


def _names(tasks: Sequence[Record]) -> set[str]:
    return {name for number, task in enumerate(tasks, start=1) for name, _, _ in _rows(task, number)}
