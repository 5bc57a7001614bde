"""The words queue files use for a status and an urgency, in every dialect. Never decides what follows from one."""

import re
from collections import Counter
from collections.abc import Iterable

from orchestrator.codec.canonical import Json
from orchestrator.model.specs import Status

_SYNONYMS: dict[Status, tuple[str, ...]] = {
    Status.PENDING: ("pending", "todo", "to_do", "open", "ready", "queued", "not_started", "new", "backlog"),
    Status.IN_PROGRESS: ("in_progress", "inprogress", "doing", "running", "started", "active", "wip"),
    Status.COMPLETED: ("completed", "complete", "done", "finished", "closed"),
    Status.BLOCKED: ("blocked",),
    Status.FAILED: ("failed",),
    Status.SKIPPED: ("skipped",),
}
_SAME = {word: status for status, words in _SYNONYMS.items() for word in words}
_NEAR = {
    "parked": Status.BLOCKED,
    "on_hold": Status.BLOCKED,
    "deferred": Status.BLOCKED,
    "failure": Status.FAILED,
    "error": Status.FAILED,
    "archived": Status.SKIPPED,
    "cancelled": Status.SKIPPED,
    "canceled": Status.SKIPPED,
    "wontfix": Status.SKIPPED,
    "rejected": Status.SKIPPED,
}
"""Read for what they come to, never written for it: a set-aside task is not started, an abandoned one not done."""
_LEVELS = {"critical": 0, "urgent": 0, "high": 1, "medium": 2, "normal": 2, "low": 3}
_RANK = re.compile(r"[Pp]?(\d{1,6})\Z")
MOST_PRIORITY = 1_000_000


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")


def read_status(word: str) -> Status | None:
    """Read a status in any dialect. `None`: no dialect knows it."""
    plain = _plain(word)
    return _SAME.get(plain) or _NEAR.get(plain)


def same_status(word: str) -> Status | None:
    """Read a status or a summary's key where the word means exactly it: `archived` is no count of skipped tasks."""
    return _SAME.get(_plain(word))


def spellings(statuses: Iterable[str], summary: Iterable[str] = ()) -> dict[Status, str]:
    """Say how a file spells each status: as its tasks mostly do, else as its summary's keys, else canonically."""
    spelled = {status: str(status) for status in Status}
    for words in (summary, statuses):
        for word, _ in reversed(Counter(words).most_common()):
            status = same_status(word)
            if status is not None:
                spelled[status] = word
    return spelled


def read_priority(value: Json) -> int | None:
    """Read an urgency: a number from 0, `P0`, `high`. `None`: it is none of them."""
    if isinstance(value, str):
        found = _RANK.match(value.strip())
        return int(found[1]) if found else _LEVELS.get(value.strip().lower())
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_PRIORITY:
        return value
    return None
