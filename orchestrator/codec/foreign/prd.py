"""`prd.json`: user stories with acceptance criteria, worked in the order of their priority."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.codec.canonical import dumps_pretty, loads
from orchestrator.codec.foreign.shape import Foreign, Ids, Now, Record, known_only, names_of, records_in, text_of
from orchestrator.codec.foreign.shape import without_nothing as told

NAME = "prd"
_STORIES = "userStories"


def is_it(document: object) -> bool:
    """Say whether it looks like one."""
    return isinstance(document, dict) and isinstance(document.get(_STORIES), list)


def read(data: bytes, queue: str) -> tuple[Foreign, ...]:
    """Read the stories; one that passes is completed."""
    document: Any = loads(data)
    stories = records_in(document[_STORIES], _STORIES)
    ids, warnings = Ids(), list[str]()
    names = [str(story.get("id", number)) for number, story in enumerate(stories, start=1)]
    known = {name: ids.of(name) for name in names}
    pairs = list(zip(names, stories, strict=True))
    tasks = tuple(_task(known[name], story, known, warnings) for name, story in pairs)
    rest = {key: value for key, value in document.items() if key != _STORIES}
    records = {known[name]: story for name, story in pairs}
    source: Record = {"format": NAME, "document": rest, "records": records}
    return (Foreign(queue=queue, tasks=tasks, source=source, warnings=tuple(warnings)),)


def _task(name: str, story: Record, known: Mapping[str, str], warnings: list[str]) -> Record:
    priority = story.get("priority")
    return told(
        {
            "id": name,
            "title": text_of(story.get("title")),
            "description": text_of(story.get("description")),
            "status": "completed" if story.get("passes") is True else "pending",
            "priority": priority if isinstance(priority, int) and priority >= 0 else None,
            "dependencies": known_only(names_of(story.get("dependencies")), known, name, warnings),
            "acceptanceCriteria": story.get("acceptanceCriteria"),
            "notes": story.get("notes"),
        }
    )


def write(sources: Sequence[Record], tasks: Mapping[str, Sequence[Now]]) -> bytes:
    """Write the stories again: as they were, but for whether they pass; new tasks at the end."""
    (source,) = sources
    records: Mapping[str, Record] = source["records"]
    stories = []
    for task in tasks[source["queue"]]:
        story = records.get(task.id) or {
            "id": task.id,
            "title": task.title,
            "description": task.description,
            "acceptanceCriteria": [],
            "priority": task.priority,
        }
        done = task.status in {"completed", "skipped"}
        stories.append({**story, "passes": done} if done or "passes" in story or task.id not in records else story)
    return dumps_pretty({**source["document"], _STORIES: stories})


def join(old: Record, new: Record) -> Record:
    """Take the newer list where it names every story of the older; else its further ones are added."""
    if old["records"].keys() <= new["records"].keys():
        return new
    return {**old, "records": {**new["records"], **old["records"]}}
