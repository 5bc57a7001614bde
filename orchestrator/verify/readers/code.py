"""What a file of code holds, whatever its language: functions, and what their bodies come to.

Only values; each language has its reader (`languages`).
"""

import re
from enum import Flag, StrEnum, auto

import msgspec

TAKEN_BACK = re.compile(
    r"(?i)remov|deprecat|no longer|instead|\buse\b|not allowed|abstract|subclass|overrid|closed|read.?only|immutable"
    r"|disabled"
)
"""What an error says that is there to stay: no work is owed."""


ANY = "\0"
"""Stands in the head of a loop where it has an end of its own now."""


class Shape(StrEnum):
    """How a body that does not do its work looks; the values complete "it now ..."."""

    REAL = ""
    EMPTY = "is empty"
    RAISES = "only raises that it is not implemented, or gives up"
    CONSTANT = "only gives back a constant"
    ARGUMENT = "only gives back its argument"
    ANSWERS = "only knows the answers to certain inputs"
    BASE = "only hands on to its base class"
    HIDDEN = "is never called: its decorator answers instead"
    FAILS = "only fails, whatever it is asked"
    AMBIENT = "only gives back what files or its environment hold"
    LAZY = "only gives back a generator that nobody has run"
    DRAINED = "no longer draws on anything it is given, nor on anybody's work"
    REPLACED = "is replaced behind its definition"


class Draws(Flag):
    """What a value comes from."""

    NOTHING = 0
    ANSWER = auto()
    """An argument that is only compared with constants."""
    MODULE = auto()
    """A constant of the module."""
    AMBIENT = auto()
    INPUT = auto()
    OUTSIDE = auto()


MEANT = Draws.INPUT | Draws.OUTSIDE
"""What a value comes from if anybody worked for it."""


class Front(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a function leaves all its work to: `asked`, as `name` or `owner.name`; it gives nothing else but constants.

    `passes`: it gives them its parameters as they are, or constants.
    """

    asked: frozenset[str] = frozenset()
    passes: bool = False


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """One function. `shape`: what its body comes to; `steps`: its statements.

    `declared`: `abstract`, or of a class that declares, so that an empty body is right. `gives` something back,
    `promises` to by its signature. `cut`: statements nothing can reach; `dead`: its pieces, at any depth, that
    do work and are never come to; `switch`: first statements that let the others
    run only where the surroundings say so. `later`: it says that its work is still to be done. `swallows`: the whole
    body stands in a `try` whose broad handler says nothing. `full` are the heads of its loops and branches that do
    something, `idle` those that do nothing. `uses` are the names of outside it draws on, `works` the calls that ask
    somebody for work (not read in Python, where the shape says it). `hands` counts the errors it hands on, `drops`
    those it lets go. `settles`: the last it gives is known beforehand, or it gives nothing and puts
    nothing away; `spilt` is what it works out and nobody gets. `front` is whom it leaves all its work to; `fails`: it
    does nothing but fail, in whatever words. `usual`: what it comes to where callers leave out what they may; None
    where they may not. `keeps`: it gives ever after what its first call came to.
    `hinges` are pieces that run only where its surroundings say so, each with the condition; `aside` what runs in
    something it only starts, `undone` what stands in a function that is all it gives. `checks` is what it refuses,
    `soft` what it refuses only where assertions are on: the names each speaks of. `feigns`: it gives nothing, said
    to be of a kind that it is not. `asked_for`: it is built only where somebody asks for this. `compares` are the two
    sides of what it takes for the same, or not.
    `takes` are the names of its parameters, `blinded` those it overwrites with something fixed before it reads them.
    """

    name: str
    line: int
    shape: Shape
    steps: tuple[str, ...]
    declared: bool = False
    abstract: bool = False
    method: bool = False
    gives: bool = False
    promises: bool = False
    arguments: int = 0
    calls: int = 0
    cut: int = 0
    dead: tuple[str, ...] = ()
    switch: int = 0
    later: bool = False
    swallows: bool = False
    full: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()
    works: int = 0
    idle: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    hinges: tuple[tuple[str, str], ...] = ()
    aside: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    feigns: bool = False
    asked_for: str = ""
    compares: tuple[tuple[str, str], ...] = ()
    hands: int = 0
    drops: int = 0
    takes: frozenset[str] = frozenset()
    blinded: frozenset[str] = frozenset()
    settles: bool = False
    spilt: tuple[str, ...] = ()
    front: Front = Front()
    fails: bool = False
    usual: Shape | None = None
    keeps: bool = False
