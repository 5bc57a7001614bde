"""Work that was done always, and hangs now on what is around: a variable, a property, a file, a kind of build. Pure."""

import re
from collections import Counter

from orchestrator.verify.diff import Diff
from orchestrator.verify.readers.code import Function
from orchestrator.verify.rules.rust_features import is_usual
from orchestrator.verify.rules.task_words import said_in

_ASKED = re.compile(
    r"(?i)\bopt(?:ional|[- ]?in)\b|\bfeature[- ]?(?:flag|gat)|\benv(?:ironment)?[- ]var|\bbehind (?:an?|the)\b|\btoggle"
    r"|\b(?:debug|dev|release|production)[- ](?:builds?|mode|only)\b|\bconfigurable\b|\bdebug_assert"
    r"|\bonly (?:if|when|in)\b"
)
"""What a message says where that is the work."""
_PLAIN = re.compile(r"(?!(?:return|break|continue)\b)[\w. ]*")
_OF_ALL = frozenset(("cfg", "feature", "env", "environ", "process", "system", "property", "path", "exists", "debug"))
_HEAD = re.compile(r"(?:if|;) |If\(")


def hangs(before: Function, after: Function, diff: Diff) -> str:
    """Say on what a piece hangs that the base did in any case; nothing where none does, or that was the task."""
    message = diff.message
    if not after.hinges or _ASKED.search(message.strip().partition("\n")[0]):
        return ""
    worked, works = " ".join(before.steps), " ".join(after.steps)
    old, new = (Counter(piece for piece, _ in function.hinges) for function in (before, after))
    for piece, said in after.hinges:
        free = worked.count(piece) - old[piece], works.count(piece) - new[piece]
        if _HEAD.match(piece):  # a condition that was asked alone
            free = worked.count(piece), works.count(piece)
        lost = not _PLAIN.fullmatch(piece) and new[piece] > old[piece] and free[0] > free[1]
        if lost and not is_usual(diff, said) and not said_in(message, said) - said_in(after.name, said) - _OF_ALL:
            return f"does some of its work only where its surroundings say so (`{said[:60]}`), and did it always"
    return ""


def softened(before: Function, after: Function, message: str) -> str:
    """Say that what was refused in any case is refused only where assertions are on; nothing if that was the task."""
    lost = Counter(before.checks) - Counter(after.checks)
    if not lost & (Counter(after.soft) - Counter(before.soft)) or _SOFTENS.search(message):
        return ""
    return "refuses some of what it refused only where assertions are on"


_SOFTENS = re.compile(r"(?i)\bassert|\bdebug|\bperf|optimi[sz]|\bspeed|\bfast|\binlin|\bhot\b")
