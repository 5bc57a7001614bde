"""Beads: one issue a line, with typed dependencies. What blocks is waited for; an epic waits for its children."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.codec.canonical import dumps, loads
from orchestrator.codec.foreign.shape import Foreign, Ids, Now, Record, known_only, text_of
from orchestrator.codec.foreign.shape import without_nothing as told
from orchestrator.errors import InvalidInputError

NAME = "beads"
_STATUS = {"closed": "completed", "in_progress": "in_progress", "deferred": "blocked"}
"""Theirs to ours; `blocked` is what their dependencies say, so it is pending."""
_BACK = {"completed": "closed", "skipped": "closed", "in_progress": "in_progress"}
_GONE = frozenset({"tombstone"})
_TOLD = ("design", "acceptance_criteria", "notes", "labels", "external_ref")


def is_it(lines: Sequence[object]) -> bool:
    """Say whether these JSON lines look like issues."""
    return bool(lines) and all(isinstance(line, dict) and "id" in line and "title" in line for line in lines)


def lines_of(data: bytes) -> list[Any]:
    """Parse JSON lines; InvalidInputError names the one that is none."""
    found: list[Any] = []
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip():
            try:
                found.append(loads(line))
            except InvalidInputError as error:
                raise InvalidInputError(f"line {number}: {error}") from None
    return found


def read(data: bytes, queue: str) -> tuple[Foreign, ...]:
    """Read every issue that was not deleted."""
    lines = lines_of(data)
    issues = [line for line in lines if line.get("status") not in _GONE]
    ids, warnings = Ids(), list[str]()
    known = {str(issue["id"]): ids.of(str(issue["id"])) for issue in issues}
    children = _children(issues)
    tasks = tuple(_task(issue, children, known, warnings) for issue in issues)
    source: Record = {"format": NAME, "lines": lines}
    return (Foreign(queue=queue, tasks=tasks, source=source, warnings=tuple(warnings)),)


def _edges(issue: Record) -> list[tuple[str, str]]:
    """List what an issue names: (kind, id)."""
    listed = issue.get("dependencies")
    found = [edge for edge in listed if isinstance(edge, dict)] if isinstance(listed, list) else []
    return [(text_of(edge.get("type")) or "blocks", str(edge.get("depends_on_id", ""))) for edge in found]


def _children(issues: Sequence[Record]) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {}
    for issue in issues:
        for kind, parent in _edges(issue):
            if kind == "parent-child":
                children.setdefault(parent, []).append(str(issue["id"]))
    return children


def _task(issue: Record, children: Mapping[str, list[str]], known: Mapping[str, str], warnings: list[str]) -> Record:
    name = str(issue["id"])
    wants = [other for kind, other in _edges(issue) if kind == "blocks"]
    priority = issue.get("priority")
    return told(
        {
            "id": known[name],
            "title": text_of(issue.get("title")),
            "description": text_of(issue.get("description")),
            "type": text_of(issue.get("issue_type")),
            "status": _STATUS.get(text_of(issue.get("status")), "pending"),
            "priority": priority if isinstance(priority, int) and priority >= 0 else None,
            "owner": text_of(issue.get("assignee")),
            "dependencies": known_only([*wants, *children.get(name, ())], known, known[name], warnings),
            **{key: issue.get(key) for key in _TOLD},
        }
    )


def write(sources: Sequence[Record], tasks: Mapping[str, Sequence[Now]]) -> bytes:
    """Write every line again: as it was, but for where issues stand; new tasks at the end."""
    (source,) = sources
    stands = {task.id: task for task in tasks[source["queue"]]}
    ids = Ids()
    lines = [_changed(line, stands, ids) for line in source["lines"]]
    known = {ids.of(str(line["id"])) for line in source["lines"] if line.get("status") not in _GONE}
    lines += [_new(task) for task in tasks[source["queue"]] if task.id not in known]
    return b"".join(dumps(line) + b"\n" for line in lines)


def _changed(issue: Record, stands: Mapping[str, Now], ids: Ids) -> Record:
    if issue.get("status") in _GONE:
        return issue
    now = stands.get(ids.of(str(issue["id"])))
    was = _STATUS.get(text_of(issue.get("status")), "pending")
    if now is None or now.status == was or (was == "in_progress" and now.status == "pending"):
        return issue
    return {**issue, "status": _BACK.get(now.status, "open")}


def _new(task: Now) -> Record:
    edges = [
        {"issue_id": task.id, "depends_on_id": name.rpartition("/")[2], "type": "blocks"} for name in task.dependencies
    ]
    return {
        "id": task.id,
        "title": task.title,
        "description": task.description,
        "status": _BACK.get(task.status, "open"),
        "priority": task.priority,
        "issue_type": "task",
        "dependencies": edges,
    }


def join(old: Record, new: Record) -> Record:
    """Take the newer list where it names every issue of the older; else its further ones come behind."""
    known = {str(line["id"]) for line in old["lines"]}
    if known <= {str(line["id"]) for line in new["lines"]}:
        return new
    return {**old, "lines": [*old["lines"], *(line for line in new["lines"] if str(line["id"]) not in known)]}
