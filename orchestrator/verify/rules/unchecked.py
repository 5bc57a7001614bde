"""What a function refused, and takes now: a check of what it is given was taken out, and nothing else. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from orchestrator.verify.diff import Diff
from orchestrator.verify.readers.code import Function
from orchestrator.verify.rules.product import sources
from orchestrator.verify.rules.task_words import asks_to_take_out, reverts, said_in

_TAKES = re.compile(
    r"(?i)\b(?:allow|accept|permit|toler|relax|loosen|lenien|lift|no longer|don'?t|do not|without|unnecessar|unneed"
    r"|redundant|useless|dead|duplicat|obsolete|valid|guard|unreachable|check|panic|limit|restrict|requir|optional)"
)
"""What a message says of what is to be taken from now on, or of checks."""


def takes_more(before: Function, after: Function, diff: Diff) -> str:
    """Say that a function no longer refuses what it did, and is otherwise as it was; nothing if that was the task."""
    lost = Counter(before.checks) - Counter(after.checks) - Counter(after.soft)
    number = sum(lost.values())
    if not number or len(before.steps) - len(after.steps) != number or Counter(after.steps) - Counter(before.steps):
        return ""
    first, told = diff.message.strip().partition("\n")[0], f"{after.name} {' '.join(lost)}"
    if _TAKES.search(first) or said_in(first, told) or asks_to_take_out(diff.message) or reverts(diff.message):
        return ""
    if any(lost[check] > 0 for check in _gained(diff)) or _is_asked_elsewhere(lost, diff):
        return ""
    said = min(lost, key=len)
    return f"no longer refuses what it did (`{said[:60]}`), and is otherwise as it was"


def _gained(diff: Diff) -> Iterator[str]:
    """Give the checks that a snapshot's functions came to have."""
    return iter((_checks(diff, new=True) - _checks(diff, new=False)).elements())


@lru_cache(maxsize=8)
def _checks(diff: Diff, *, new: bool) -> Counter[str]:
    found: Counter[str] = Counter()
    for edit, language in sources(diff):
        text = (edit.new if new else edit.old) or ""
        for function in (language.functions(text) or {}).values():
            found.update(function.checks)
    return found


def _is_asked_elsewhere(lost: Counter[str], diff: Diff) -> bool:
    """Say whether lines came that ask for all a check asked for: it has another form, in another place."""
    words = [frozenset(check.split()) for check in lost]
    for edit, _ in sources(diff):
        old = frozenset((edit.old or "").splitlines())
        fresh = (line for line in (edit.new or "").splitlines() if line not in old)
        said = [frozenset(re.findall(r"\w+", line)) for line in fresh]
        words = [one for one in words if not any(one <= line for line in said)]
    return not words
