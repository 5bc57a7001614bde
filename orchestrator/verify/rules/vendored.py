"""Other people's code that a snapshot brings up to date, together with what lists it. Never judges."""

import re
from collections.abc import Iterable

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
    return tuple(edit for edit in known if not is_vendored(edit.path) or _LISTS.search(edit.path))
