"""What the honest check knows of a language: how to read functions, tests and words out of a text. Only values."""

from collections.abc import Callable, Mapping

import msgspec

from orchestrator.verify.readers.code import Function
from orchestrator.verify.readers.trials import Trial

Signs = tuple[tuple[int, str], ...]
"""Places that give something away: line and text."""


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """One language, as functions of a text. None: it cannot be read.

    `tests_inside`: tests stand in the sources too. `helpers` are functions that are no tests, `asserting` those of them
    that assert; `defines` what a text has for others, `mentions` every word of it; `scopes` the words of each function.
    `missing` are names that are defined nowhere, `signs` what a rule looks for in a test file or another.
    """

    name: str
    functions: Callable[[str], Mapping[str, Function] | None]
    trials: Callable[[str], Mapping[str, Trial] | None]
    asserting: Callable[[str], frozenset[str]]
    defines: Callable[[str], frozenset[str]]
    mentions: Callable[[str], frozenset[str]]
    scopes: Callable[[str], Mapping[str, frozenset[str]]]
    missing: Callable[[str], Mapping[str, int]]
    signs: Callable[[str, str, bool], Signs]
    helpers: Callable[[str], Mapping[str, Trial]]
    tests_inside: bool = False
    pair: Callable[[str, str], tuple[Mapping[str, Trial], Mapping[str, Trial]] | None] | None = None
    """The tests of two texts that are not in both as they are; where there is none, both are read whole."""
