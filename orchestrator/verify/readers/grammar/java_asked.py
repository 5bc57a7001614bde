"""What assertions of Java ask, where it is nothing: they hold whatever they are about. Never runs them."""

import re
from collections.abc import Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.holding import fails_itself as ends_in_failure
from orchestrator.verify.readers.grammar.holding import holds, is_among, is_text_of_anything, matches_all, never_holds
from orchestrator.verify.readers.grammar.source import Source

_BROAD = re.compile(r"(?:java\.lang\.)?(?:Throwable|Exception|Error|RuntimeException)\.class")
_CONDITIONS = frozenset({"assertTrue", "isTrue", "assertThat", "assertThatObject"})
_TEXTS = re.compile(r"contains|startsWith|endsWith|containsIgnoringCase|containsString")
_PATTERNS = re.compile(r"matches|assertMatches|containsPattern|assertLinesMatch|matchesRegex|matchesPattern")
_NOT_EMPTY = re.compile(r"isNotEmpty|isNotBlank|isNotNull|assertNotNull|assertNotEmpty")
_AGREES = re.compile(r"(?:\w+|\( [\w ,]*\)) -> (?:true|\{ \}|\{ return true ; \})")
_ANYTHING = re.compile(
    r"(?:(?:\w+ \. )*(?:is|equalTo) \( )?(?:\w+ \. )*(?:anything|notNullValue) \(.*"
    r"|new \w+ (?:< .* > )?\( .*boolean (?:equals|matches\w*) \([^{}]*\{ return true ; \}.*"
)
_PATTERN = re.compile(r"(?:(?:\w+ \. )*(?:of|asList|singletonList|compile) \( )?[\"] ?(.*?) ?[\"](?: \))?")
_SKIPS_LINES = re.compile(r">>.*>>")
_FAR = 1000
_DISTANCE = re.compile(r"[\d_.]+(?:[eE]\+?\d+)?[dDfF]?|(?:Double|Float|Integer|Long)\.MAX_VALUE|\w*\.POSITIVE_INFINITY")


def is_broad(kind: str) -> bool:
    """Say whether whatever is thrown is of a class."""
    return _BROAD.fullmatch(kind.strip()) is not None


def holds_anyway(source: Source, name: str, given: Sequence[SgNode]) -> bool:
    """Say whether an assertion holds whatever it is about; `given` begins with that, or ends with it."""
    told = [source.dump(one) for one in given]
    plain = [one for one, node in zip(told, given, strict=True) if node.kind() != "string_literal"] or told
    if not told:
        return False
    if name in _CONDITIONS and holds(plain[0]):
        return True
    if name in {"assertFalse", "isFalse"} and never_holds(plain[0]):
        return True
    if name in {"satisfies", "matches", "allMatch", "allSatisfy"} and _AGREES.fullmatch(told[-1]):
        return True
    if _TEXTS.fullmatch(name) and told[-1] in {'""', '" "'}:
        return True
    if _PATTERNS.fullmatch(name) and any(map(_is_of_any_text, told)):
        return True
    if name == "isIn" and is_among(f"[ {' , '.join(told[1:])} ]", told[0]):
        return True
    if _NOT_EMPTY.fullmatch(name) and is_text_of_anything(plain[0]):
        return True
    if any(_ANYTHING.match(one) for one in told):
        return True
    return name in {"assertEquals", "isCloseTo"} and len(given) > _COMPARED and _is_far(given[-1].text())


def _is_of_any_text(told: str) -> bool:
    match = _PATTERN.fullmatch(told)
    return match is not None and (matches_all(match[1]) or _SKIPS_LINES.fullmatch(match[1]) is not None)


_COMPARED = 2


def _is_far(text: str) -> bool:
    """Say whether a distance is so wide that hardly anything is further away."""
    if not _DISTANCE.fullmatch(text):
        return False
    return not text[:1].isdigit() or float(text.rstrip("dDfF").replace("_", "")) >= _FAR


def fails_itself(source: Source, given: Sequence[SgNode]) -> bool:
    """Say whether what is run, so that it may throw, ends in a `throw` of its own."""
    return any(ends_in_failure(source.dump(one)) for one in given)
