"""GitHub issues as `gh issue list --json number,title,body,labels,state,assignees` gives them. Read only."""

import re
from collections.abc import Mapping
from typing import Any

from orchestrator.codec.canonical import loads
from orchestrator.codec.foreign.shape import Foreign, Record, known_only, records_in, text_of
from orchestrator.codec.foreign.shape import without_nothing as told

NAME = "github"
_WAITS = re.compile(r"\b(?:depends on|blocked by|after)\s+((?:#\d+(?:\s*(?:,|and)\s*)?)+)", re.IGNORECASE)
_PRIORITY = re.compile(r"\A(?:priority\s*[:/-]\s*)?(p[0-3]|high|medium|low|critical)\Z", re.IGNORECASE)
_TYPES = {"bug": "bugfix", "enhancement": "feature", "documentation": "docs"}


def is_it(document: object) -> bool:
    """Say whether it looks like such a list."""
    return isinstance(document, list) and all(
        isinstance(issue, dict) and isinstance(issue.get("number"), int) and "title" in issue for issue in document
    )


def read(data: bytes, queue: str) -> tuple[Foreign, ...]:
    """Read every issue; `depends on #12` in its text is a dependency, a closed one is completed."""
    document: Any = loads(data)
    issues = records_in(document, "the list")
    known = {str(issue["number"]): f"GH-{issue['number']}" for issue in issues}
    warnings: list[str] = []
    tasks = tuple(_task(issue, known, warnings) for issue in issues)
    records = {f"GH-{issue['number']}": issue for issue in issues}
    return (Foreign(queue=queue, tasks=tasks, source={"format": NAME, "records": records}, warnings=tuple(warnings)),)


def _task(issue: Record, known: Mapping[str, str], warnings: list[str]) -> Record:
    name, body = f"GH-{issue['number']}", text_of(issue.get("body"))
    labels = _names(issue.get("labels"), "name")
    wants = [number for found in _WAITS.findall(body) for number in re.findall(r"\d+", found)]
    priorities = [found[1].lower() for label in labels if (found := _PRIORITY.match(label))]
    kinds = [_TYPES[label.lower()] for label in labels if label.lower() in _TYPES]
    return told(
        {
            "id": name,
            "title": text_of(issue.get("title")),
            "description": body,
            "type": next(iter(kinds), ""),
            "status": "completed" if text_of(issue.get("state")).upper() == "CLOSED" else "pending",
            "priority": _priority(priorities),
            "owner": next(iter(_names(issue.get("assignees"), "login")), ""),
            "dependencies": known_only(wants, known, name, warnings),
            "labels": labels,
            "url": issue.get("url"),
        }
    )


def _priority(words: list[str]) -> str | None:
    word = next(iter(words), "")
    return "P0" if word == "critical" else word.upper() if word.startswith("p") else word or None


def _names(values: object, key: str) -> list[str]:
    rows = values if isinstance(values, list) else []
    return [row[key] for row in rows if isinstance(row, dict) and isinstance(row.get(key), str)]
