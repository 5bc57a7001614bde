"""Files that a snapshot moved: what looks new there stood elsewhere before. Never judges."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from orchestrator.verify.diff import Edit
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.testpaths import is_built, is_found, is_named_test, is_test_file

_ALIKE = 0.5
_SHORT = 3


def with_moves(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Make one edit of a file that is gone and the one that took its place: called the same, with most of its lines.

    Only where both are of one language, and runners take the one for a test file as they did the other.
    """
    known = list(edits)
    gone = [edit for edit in known if edit.status == "D" and edit.old and language_of(edit.path) is not None]
    moved: dict[str, Edit] = {}
    for edit in known if gone else ():
        able = [one for one in gone if one.path not in moved and _became(one, edit)]
        before = max(able, key=lambda one: _likeness(one.old or "", edit.new or ""), default=None)
        if before is not None:
            stood = {"old": before.old, "old_blob": before.old_blob, "was": before.path}
            moved[before.path] = msgspec.structs.replace(edit, status="M", **stood)
    into = {edit.path: edit for edit in moved.values()}
    return tuple(into.get(edit.path, edit) for edit in known if edit.path not in moved)


def _became(before: Edit, after: Edit) -> bool:
    if after.status != "A" or not after.new or _kind(before.path) != _kind(after.path):
        return False
    folders = [path.rpartition("/")[0] for path in (before.path, after.path)]
    names = [path.rpartition("/")[2] for path in (before.path, after.path)]
    same = names[0] == names[1] or (folders[0] == folders[1] and _stem(names[0]) == _stem(names[1]))
    return same and _likeness(before.old or "", after.new) >= _ALIKE


def _kind(path: str) -> tuple[str, bool, bool, bool, bool]:
    language = language_of(path)
    family = language.name.replace("typescript", "javascript").replace("tsx", "javascript") if language else ""
    return family, is_test_file(path), is_named_test(path), is_found(path), is_built(path)


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _likeness(old: str, new: str) -> float:
    """Give how much of the longer of two texts is in both, line by line."""
    lines = [Counter(line.strip() for line in text.splitlines() if len(line.strip()) > _SHORT) for text in (old, new)]
    return sum((lines[0] & lines[1]).values()) / max(1, *map(Counter.total, lines))
