"""Conditions of JavaScript that are asserted: those that say that two things are equal, those that cannot fail.

Never runs them.
"""

import re

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.holding import (
    alternatives,
    fails_itself,
    holds,
    is_among,
    is_text_of_anything,
    matches_all,
    never_holds,
)
from orchestrator.verify.readers.grammar.js_marks import Chain
from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, parts
from orchestrator.verify.readers.grammar.testing import assertion
from orchestrator.verify.readers.trials import NONE, STRICT, TRUTH, Assertion

_EQUAL = re.compile(r"(?:\w+\.)?(?:deepEqual|isEqual|isDeepStrictEqual|deepStrictEqual|equals)")
_SPIED = re.compile(r".+\.(?:called(?:Once)?With(?:Exactly|Match)?)")
_COMPARED = 2


def as_equality(source: Source, node: SgNode, condition: SgNode) -> Assertion | None:
    """Read `assert.ok(a === b)` as what it says: both are equal; None where that is not what it asks."""
    asked = bare(condition)
    sides = _sides(source, asked)
    if len(sides) != _COMPARED:
        return None
    same = source.dump(sides[0]) == source.dump(sides[1])
    kind = any(side.text().startswith("typeof ") for side in sides)
    return assertion(source, node, [*sides, asked], NONE if same else TRUTH if kind else STRICT, "assert")


def _sides(source: Source, asked: SgNode) -> list[SgNode]:
    """Give what a condition holds to be equal: both sides, or a spy and what it should have been called with."""
    operator = asked.field("operator")
    if asked.kind() == "binary_expression" and operator is not None and operator.text() in {"===", "=="}:
        return [bare(side) for side in parts(asked) if side.text() != operator.text()]
    name, given = called(asked), arguments(asked)
    if _EQUAL.fullmatch(name) and len(given) == _COMPARED and not _is_their_own(source, name.partition(".")[0]):
        return given
    spy = (asked.field("function") or asked).field("object")
    return [spy, *given[:1]] if _SPIED.fullmatch(name) and given and spy is not None else []


def _is_their_own(source: Source, name: str) -> bool:
    """Say whether a file makes a function itself, which may say that anything is equal."""
    word = re.escape(name)
    own = rf"\bfunction\s+{word}\b|\b(?:const|let|var)\s+{word}\s*=(?!\s*(?:await\s+import|require)\b)"
    return re.search(own, source.text) is not None


_YES = frozenset({"toBeTruthy", "ok", "true", "isTrue", "truthy", "assert", "isOk"})
_NO = frozenset({"toBeFalsy", "false", "isFalse", "falsy", "notOk", "isNotOk"})
_SAYS = frozenset({"toBe", "toEqual", "toStrictEqual", "equal", "equals", "eq", "strictEqual", "is", "eql"})
_MATCHES = frozenset(
    {"toMatch", "match", "matches", "regex", "toContain", "include", "includes", "contain", "contains"}
)
_THERE = frozenset({"toBeDefined", "exist", "isDefined", "exists", "isNotNull", "defined"})
_NOTHING = (["' '"], ['" "'], ["''"], ['""'], ["undefined"])
_SATISFIES = frozenset({"toSatisfy", "satisfy", "satisfies"})
_AGREES = re.compile(r"(?:async )?\(? ?[\w$, ]* ?\)? => (?:true|\{ return true ;? \}|\{ \})")
_CONTENT = re.compile(r"\basymmetricMatch\b[^{}]*(?:=>|return) (?:true|! 0)\b")
_PATTERN = re.compile(r"(?:new )?(?:RegExp \( )?[/'\"`] ?(.*?) ?[/'\"`] ?\)?(?: \w+)?")


def holds_anyway(source: Source, chain: Chain) -> bool:
    """Say whether an assertion holds whatever it is about: `expect(String(x)).toBeTruthy()`."""
    fluent = chain.root in {"expect", "should"}
    first, said = chain.given(0) if fluent else chain.given(-1), chain.given(-1) if len(chain.calls) > 1 else []
    if not first:
        return False
    members, denied = chain.members or ("assert",), "not" in chain.members
    last, text = members[-1], source.dump(first[0])
    against = [source.dump(one) for one in (said if fluent else first[1:])][:1]
    yes, no = last in _YES and not (against and fluent), last in _NO
    if last in _SAYS and against and against[0] in {"true", "false"}:
        yes, no = against == ["true"], against == ["false"]
    if yes or no:
        return (never_holds if no is not denied else holds)(text)
    if last in THROWS and not denied:
        return fails_itself(text)
    if denied:
        return last in _SAYS and is_text_of_anything(text) and against in _NOTHING
    if last in _THERE:
        return is_text_of_anything(text)
    if last in _SATISFIES or (last in _SAYS and against and _CONTENT.search(against[0])):
        return not against or last in _SAYS or _AGREES.fullmatch(against[0]) is not None
    if last in _MATCHES and against:
        if text.startswith("[ "):
            return is_among(text, against[0])
        pattern = _PATTERN.fullmatch(against[0])
        return pattern is not None and matches_all(pattern[1])
    return False


THROWS = frozenset(
    (
        *("toThrow", "toThrowError", "throw", "throws", "throwsAsync", "rejects", "rejected", "rejectedWith", "Throw"),
        "toThrowErrorMatching",
    )
)


def fails_anyhow(source: Source, against: list[SgNode], *, fluent: bool) -> bool:
    """Say whether an assertion that something fails is content with whatever it fails with."""
    told = [source.dump(one) for one in against[:1]]
    if not told or told[0] in {"Error", "undefined", "null", "{ }", "{ instanceOf : Error }", "Error . prototype"}:
        return True
    pattern = _PATTERN.fullmatch(told[0])
    empty = pattern is not None and told[0][0] in "/'\"`n" and matches_all(pattern[1])
    return (empty and (fluent or told[0][0] in "/n")) or _AGREES.fullmatch(told[0]) is not None


def leaves_open(source: Source, condition: SgNode) -> bool:
    """Say whether a condition is one of several that may hold, or what kind of thing something is."""
    return len(alternatives(source.dump(condition))) > 1 or _KIND.fullmatch(source.dump(condition)) is not None


_KIND = re.compile(r"(?:Array \. isArray|Number \. is\w+|typeof) .*")
