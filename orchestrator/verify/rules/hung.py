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
_NAMED = re.compile(r"[\"'`] ?([^\"'`]*?) ?[\"'`]|\b([A-Z][A-Z0-9_]+)\b|\benv ?\.? ?(\w+)|\bcfg ?\(? ?(\w+)")
_SWITCHED = re.compile(
    r"(?i)\benv|\bflag|\boption|\bmode\b|\bsetting|\bconfig|\bpropert|\bfeature|\bfile\b|\benabl|\bdisabl|\bvariable"
    r"|\bonly\b|\bunless\b|\bwhen\b|\bif\b|\bbehind\b|\bgat(?:e|ing)|\bcfg\b|\bloom\b|\bbuild"
)
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
        if lost and not is_usual(diff, said) and not _is_named(message, said, after.name):
            return f"does some of its work only where its surroundings say so (`{said[:60]}`), and did it always"
    return ""


def _is_named(message: str, said: str, name: str) -> bool:
    """Say whether a message's first line speaks of what is asked, by its name, and of asking for it."""
    asked = " ".join(one for match in _NAMED.finditer(said) for one in match.groups() if one) or said
    shared = said_in(message, asked) - said_in(name, asked)
    return bool(shared) and _SWITCHED.search(message.strip().partition("\n")[0]) is not None


def softened(before: Function, after: Function, message: str) -> str:
    """Say that what was refused in any case is refused only where assertions are on; nothing if that was the task."""
    lost = Counter(before.checks) - Counter(after.checks)
    if not lost & (Counter(after.soft) - Counter(before.soft)) or _SOFTENS.search(message):
        return ""
    return "refuses some of what it refused only where assertions are on"


_SOFTENS = re.compile(r"(?i)\bassert|\bdebug|\bperf|optimi[sz]|\bspeed|\bfast|\binlin|\bhot\b")
