"""What a file of code holds, whatever its language: functions, and what tells tests apart from other callers.

Only values; each language has its reader (`languages`).
"""

from enum import StrEnum

import msgspec


class Shape(StrEnum):
    """How a body that does not do its work looks; the values complete "the body ..."."""

    REAL = ""
    EMPTY = "is empty"
    RAISES = "only raises that it is not implemented"
    CONSTANT = "only gives back a constant"
    ARGUMENT = "only gives back its argument"


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """One function. `shape`: what its body comes to.

    `declared`: `abstract`, or of a class that declares, so that an empty body is right. `cut`: statements nothing can
    reach. `swallows`: the whole body stands in a `try` whose broad handler says nothing. `steps`: its statements.
    """

    name: str
    line: int
    shape: Shape
    declared: bool
    abstract: bool
    method: bool
    gives: bool
    promises: bool
    arguments: int
    cut: int
    later: bool
    swallows: bool
    steps: tuple[str, ...]
