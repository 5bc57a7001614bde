"""Names of things and the one place that says which names are safe. Never touches a file."""

import re
from typing import NewType

TaskRef = NewType("TaskRef", str)
"""A task's address in the project: `queue/ID`."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")

SAFE_ID_RULE = (
    "letters, digits, '.', '_' and '-', at most 64, starting with a letter or digit, no '..', no final '.' or '.lock'"
)


def is_safe_id(name: str) -> bool:
    """Say whether a queue name or task id may become a path and a git ref."""
    return bool(_SAFE.match(name)) and ".." not in name and not name.endswith((".", ".lock"))


def task_ref(queue: str, task_id: str) -> TaskRef:
    """Join a queue's name and a task's id."""
    return TaskRef(f"{queue}/{task_id}")


def lane_key(ref: str, attempt: int) -> str:
    """Name one of several attempts at a task side by side; no id holds a `#`."""
    return f"{ref}#{attempt}"


def ref_of_lane(key: str) -> str:
    """Give the task of a claim, which may be one of several attempts side by side."""
    return key.partition("#")[0]


def handoff_of(ref: str) -> str:
    """Name the gate that a task's hand-off is; no gate of a person's holds a `:`."""
    return f"handoff:{ref}"


def queue_of(ref: str) -> str:
    """Give the queue a task lives in."""
    return ref.partition("/")[0]


def id_of(ref: str) -> str:
    """Give the task's id within its queue."""
    return ref.partition("/")[2]
