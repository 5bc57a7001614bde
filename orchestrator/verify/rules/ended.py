"""A function that goes on as it did for a while, and then gives something fixed for what it worked out. Pure."""

import re

from orchestrator.verify.diff import Diff
from orchestrator.verify.readers.code import Function
from orchestrator.verify.rules.task_words import asks_to_take_out, reverts, said_in

_WORK = re.compile(r"\w ?(?:\(|\[|::|\.)|\b(?:Call|BinOp|Compare|Attribute|Subscript|ListComp|DictComp|GeneratorExp)\(")
_LATER = re.compile(
    r"(?i)\b(?:todo|unimplemented) ?!|Not ?Implemented|UnsupportedOperation|not (?:yet )?(?:implemented|supported)"
)
_GIVES = re.compile(
    r"(?i)\breturn|\balways\b|\bnever\b|\bconstant\b|\bdefault|\bstub|\bno-?op\b|\bvoid\b|\bplaceholder"
)
"""What a message says where what is given is what it is about."""


def ends_in_nothing(before: Function, after: Function, diff: Diff) -> str:
    """Say that a function's end was dropped, and something fixed put in its place; nothing if that was the task."""
    kept = len(after.steps) - 1
    if kept < 1 or after.steps[:kept] != before.steps[:kept] or not before.gives or before.settles:
        return ""
    rest = before.steps[kept:]
    unfinished = _LATER.search(after.steps[-1]) is not None
    if not (after.settles or unfinished) or not any(map(_WORK.search, rest)) or _LATER.search(" ".join(rest)):
        return ""
    if before.promises and not after.promises:  # its signature says so, and the compiler its callers
        return ""
    first = diff.message.strip().partition("\n")[0]
    told = _GIVES.search(first) and said_in(first, after.name)
    if told or asks_to_take_out(diff.message) or reverts(diff.message):
        return ""
    what = "only raises that it is not implemented" if unfinished else "gives something fixed"
    return f"{what} where it came to {len(rest)} of its statements"
