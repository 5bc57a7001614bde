"""Other people's code that a snapshot brings up to date, together with what lists it. Never judges."""

import re
from collections.abc import Iterable

from orchestrator.policy.protected import is_protected
from orchestrator.verify.diff import Edit
from orchestrator.verify.testpaths import is_vendored

_LISTS = re.compile(
    r"(?:^|/)(?:modules\.txt|go\.(?:mod|sum)|vendor\.(?:txt|json)|Gopkg\.(?:lock|toml)|glide\.lock|package(?:-lock)?\.json"
    r"|Cargo\.(?:toml|lock))$"
)
"""Files that say which code of others is kept, in which version."""


def without_others(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Give the edits without those of vendored code, if a list of it changes with them: it is not of this snapshot.

    Where nothing that lists it changes, somebody edits what is other people's by hand, and that is looked at.
    """
    known = tuple(edits)
    if not any(_LISTS.search(edit.path) for edit in known):
        return known
    listed = _changed_lines(edit for edit in known if _LISTS.search(edit.path))
    return tuple(edit for edit in known if not _is_brought(edit, listed))


def _changed_lines(lists: Iterable[Edit]) -> str | None:
    """Give what lists of other people's code that changed say, on both sides; None where one is not read."""
    texts: list[str] = []
    for edit in lists:
        if edit.old is None and edit.new is None:
            return None
        texts.extend(text for text in (edit.old, edit.new) if text and edit.old != edit.new)
    return "\n".join(texts).casefold()


def _is_brought(edit: Edit, listed: str | None) -> bool:
    """Say whether a file is of a package that is listed, and steers nobody here."""
    if not is_vendored(edit.path) or _LISTS.search(edit.path) or is_protected(edit.path) is not None:
        return False
    parts = _WITHIN.split(edit.path.casefold())[-1].split("/")
    names = {part.partition(".")[0] if part == parts[-1] else part for part in parts[:_DEEP]}
    return listed is None or any(
        len(name) > 1 and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", listed) for name in names
    )


_WITHIN = re.compile(r"(?:^|/)(?:_?vendor(?:ed)?|node_modules|third[-_]party)/")
_DEEP = 3
"""Folders that a package is called by: `github.com/its/name`."""
