"""Functions that leave all their work to others who do none. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from orchestrator.verify.readers.code import TAKEN_BACK, Function, Shape

_DEEP = 4
"""Functions that ask each other."""
_HOLLOW = frozenset({Shape.EMPTY, Shape.RAISES, Shape.CONSTANT, Shape.FAILS, Shape.ANSWERS})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A function that may be asked, where it stands, and whether the base has none of its name there."""

    path: str
    function: Function
    is_new: bool


def is_hollow_front(path: str, function: Function, around: Mapping[str, Sequence[Asked]], deep: int = 0) -> bool:
    """Say whether all a function leaves its work to are functions that do none.

    `around` are those of the snapshot, by their last names.
    """
    asked = function.front.asked
    return bool(asked) and deep < _DEEP and all(_is_nothing(path, function, one, around, deep) for one in asked)


def _is_nothing(path: str, function: Function, name: str, around: Mapping[str, Sequence[Asked]], deep: int) -> bool:
    owner, _, last = name.rpartition(".")
    known = [one for one in around.get(last, ()) if one.function.line != function.line or one.path != path]
    if not any(_may_be_meant(path, function, owner, one) for one in known):
        return False
    return all(_does_nothing(one, around, deep, passes=function.front.passes) for one in known)


def _may_be_meant(path: str, function: Function, owner: str, one: Asked) -> bool:
    """Say whether a function is the one that is called: of the same object, of a kind that is named, or of nobody."""
    mine, its = _scope(function), _scope(one.function)
    beside = one.path == path and (one.is_new or not its)
    match owner:
        case "":
            return (not its and (one.is_new or beside)) or (one.path == path and its in {mine, function.name})
        case "self":
            return one.path == path and its == mine
        case "?":
            return False
        case _:
            named = re.search(rf"\b{re.escape(owner)}\b", its) is not None
            return one.is_new and (named or not its or (one.path == path and its == mine))


def _does_nothing(one: Asked, around: Mapping[str, Sequence[Asked]], deep: int, *, passes: bool) -> bool:
    found = one.function
    if found.declared or found.abstract or any(map(TAKEN_BACK.search, found.steps)):
        return False
    if found.shape in _HOLLOW or found.fails or (found.shape is Shape.ARGUMENT and passes):
        return True
    return found.shape is Shape.REAL and is_hollow_front(one.path, found, around, deep + 1)


def by_last_name(functions: Iterable[Asked]) -> Mapping[str, Sequence[Asked]]:
    """Give functions by what they are called where they stand."""
    found: dict[str, list[Asked]] = {}
    for one in functions:
        found.setdefault(_plain(one.function.name).rpartition(".")[2], []).append(one)
    return found


def _scope(function: Function) -> str:
    return _plain(function.name).rpartition(".")[0]


def _plain(name: str) -> str:
    return re.sub(r"(?:/\d+)?(?:#\d+)?(?:@\w+)?$", "", name)
