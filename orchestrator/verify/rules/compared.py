"""Things that a function compared, and compares in a way that says less. Pure."""

import re
from collections import Counter

from orchestrator.verify.readers.code import Function

_WEAK = re.compile(
    r"typeof \0|type\(\0\)|len ?\( ?\0 ?\)|bool\(\0\)|(?:Boolean|isNaN) \( \0 \)|! ! ?\0|reflect \. TypeOf \( \0 \)"
    r"|\0 \. (?:length|size|getClass|len|is_empty|isEmpty|is_some|is_ok|is_none|is_err|hashCode|kind|Kind)(?: \( \))?"
    r"|\0 \. constructor(?: \. name)?|\0\.__class__|(?:std :: )?mem :: (?:size_of_val|discriminant) \( &? ?\0 \)"
    r"|String \. valueOf \( \0 \) \. length \( \)|len\((?:str|repr)\(\0\)\)"
)
"""What tells of a thing only its kind, its size, or whether there is any."""
_PLAIN = re.compile(r"\w+")


def compares_less(before: Function, after: Function) -> str:
    """Say how a function compares what it compared otherwise: with itself, or only of what kind or size it is."""
    lost = Counter(before.compares) - Counter(after.compares)
    for one, other in Counter(after.compares) - Counter(before.compares):
        for left, right in lost:
            if one == other in {left, right} and left != right and not _PLAIN.fullmatch(one):
                return f"compares `{one[:60]}` with itself"
            if _is_weak(left, right, one, other):
                return f"asks only of what kind or size `{left[:60]}` is, where it compared it"
    return ""


def _is_weak(left: str, right: str, one: str, other: str) -> bool:
    """Say whether two sides are those of before, each asked for the same that says little."""
    how = one.replace(left, "\0")
    return "\0" in how and how == other.replace(right, "\0") and _WEAK.fullmatch(how) is not None
