"""Functions that do the same work as ever, and no longer on what they are given. Pure."""

import re

from orchestrator.verify.readers.code import Function

_PIECE = re.compile(r"(Name\('\w+', \)|Constant\([^()]*, \)|(?<=Constant\()[^()]*(?=, \))| )")
_FIXED = re.compile(r"""Constant\(.*\)|["'`].*["'`]|-?\d[\w.]*|true|false|null|nil|None|undefined""", re.DOTALL)
_TEXT = re.compile(r"([\"'`]) (?:(?!\1).)*?\1", re.DOTALL)
_NAME = re.compile(r"Name\('(\w+)', \)|([^\W\d]\w*)")


def is_blinded(before: Function, after: Function) -> bool:
    """Say whether a function overwrites what it is given by something fixed, or has that in its place everywhere."""
    worked = " ".join(before.steps)
    over = after.blinded - before.blinded - (after.takes - before.takes)
    return any(re.search(rf"\b{re.escape(name)}\b", worked) for name in over) or _is_replaced(before, after)


def _is_replaced(before: Function, after: Function) -> bool:
    """Say whether two bodies are one but for constants where the first had its parameters.

    Everywhere, or the same one in several places.
    """
    if len(before.steps) != len(after.steps) or not before.takes:
        return False
    texts = [_TEXT.sub(_in_one, " ".join(function.steps)) for function in (before, after)]
    sides = [[one for one in _PIECE.split(text) if one] for text in texts]
    if len(sides[0]) != len(sides[1]):
        return False
    pairs = [pair for pair in zip(*sides, strict=True) if pair[0] != pair[1]]
    names = [match[1] or match[2] if (match := _NAME.fullmatch(old)) else "" for old, _ in pairs]
    taken = bool(pairs) and all(name in before.takes for name in names)
    gone = not {*names} & {*_words(sides[1])} or (len(pairs) > 1 and len({*pairs}) == 1)
    return taken and gone and all(_FIXED.fullmatch(new) for _, new in pairs)


def _in_one(match: re.Match[str]) -> str:
    """Give a text that stands in several tokens as one."""
    return match[0].replace(" ", "_")


def _words(pieces: list[str]) -> list[str]:
    return [match[1] or match[2] for one in pieces if (match := _NAME.fullmatch(one))]
