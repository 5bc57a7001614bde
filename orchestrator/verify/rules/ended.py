"""A function that goes on as it did for a while, and then gives something fixed for what it worked out. Pure."""

import re
from collections.abc import Sequence

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
    if kept < 1 or after.steps[:kept] != before.steps[:kept]:
        return ""
    rest = before.steps[kept:]
    unfinished = _LATER.search(after.steps[-1]) is not None
    if not rest or _LATER.search(" ".join(rest)) or not (unfinished or _is_fixed_now(before, after, rest)):
        return ""
    first = diff.message.strip().partition("\n")[0]
    announced = _GIVES.search(first) or asks_to_take_out(diff.message)
    if reverts(diff.message) or (announced and said_in(first, " ".join((after.name, *rest)))):
        return ""
    what = "only raises that it is not implemented" if unfinished else "gives something fixed"
    return f"{what} where it came to {len(rest)} of its statements"


def _is_fixed_now(before: Function, after: Function, rest: Sequence[str]) -> bool:
    """Say whether what a function gives at its end was worked out, and is known beforehand now."""
    if not (before.gives and after.gives) or before.settles or not after.settles:
        return False
    if before.promises and not after.promises:  # its signature says so, and the compiler its callers
        return False
    name = _NAMED.fullmatch(rest[-1])
    if len(rest) > 1 or name is None:
        return any(map(_WORK.search, rest))
    made = name[1] or name[2]
    return made not in after.takes and any(re.search(rf"\b{made} (?:[-+*/]?|:)=", step) for step in before.steps)


_NAMED = re.compile(r"(?:return )?(?:Ok \( )?(\w+)(?: \))?(?: ;)?|Return\(Name\('(\w+)'.*")
