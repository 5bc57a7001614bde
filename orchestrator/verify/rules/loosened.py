"""Assertions that a person asks less of and says why, or asks by other means. Pure."""

import re
from collections.abc import Iterable

from orchestrator.verify.diff import Diff
from orchestrator.verify.readers.trials import LAX, STRICT, Assertion, Trial
from orchestrator.verify.rules.task_words import speaks_of
from orchestrator.verify.testpaths import is_test_file

_ELSEWHERE = re.compile(
    r"(?i)platform|implementation|\b(?:pypy|cpython|windows|linux|mac ?os|darwin|\w*bsd|ppc\w*|s390x?|arm\w*|sparc\w*"
    r"|musl|android|termux|jdk|java \d+|node \d+|go ?1)\b|\bflak[ey]\w*|\bunstable|\bintermittent"
)
"""What a message says of results that are not the same everywhere."""
_PLAIN = re.compile(r"\(?!?\s*\w+\)?|\W*")


def speaks_of_guard(diff: Diff, guard: str, asked: frozenset[str]) -> bool:
    """Say whether a person's message names the condition under which alone something is asserted now.

    It must ask something: that a name has any value is said of whatever one has at hand. And it must ask for something
    else than is asserted: else nothing is asserted where that does not hold.
    """
    own = bool(asked & frozenset(_WORD.findall(guard)) - _SAYS_NOTHING)
    return bool(diff.message) and not own and not _PLAIN.fullmatch(guard) and speaks_of(diff.message, (guard,))


_WORD = re.compile(r"\w+")
_SAYS_NOTHING = frozenset({"None", "not", "is", "null", "nil", "undefined", "typeof", "self", "this"})


def is_of_row(guard: str, before: Trial, after: Trial) -> bool:
    """Say whether a condition is what a row of a table said of itself before, and more is asserted without it."""
    match = _ROW.fullmatch(guard)
    if match is None or not re.search(rf"\bfor\b[^{{]*\b{match[1]}\b", before.body):
        return False
    said = re.search(rf"\b{match[1]} \. {match[2]}\b", before.body) is not None
    return said and any(not one.guards and one.strength > LAX for one in after.asserts)


_ROW = re.compile(r"\(?!?\s*(\w+)\.(\w+)\)?")


def is_told(lost: Assertion, new: Iterable[Assertion], diff: Diff) -> bool:
    """Say whether a person's message announces why an assertion was loosened, or turned round with the code."""
    if not diff.message:
        return False
    near = [one for one in new if one.subjects & lost.subjects]
    if _ELSEWHERE.search(diff.message) and any(_is_one_of(lost, one) for one in near):
        return True
    coded = any(not is_test_file(edit.path) for edit in diff.edits)
    return coded and speaks_of(diff.message, lost.words) and any(_is_turned(lost, one) for one in near)


def _is_one_of(lost: Assertion, one: Assertion) -> bool:
    """Say whether what was one value may be another of a few that are listed, with this among them."""
    match = _LISTED.match(one.dump)
    if match is None or len(one.dump) > _FEW or match[2].count("Constant(") > _SEVERAL:
        return False
    return any(match[1] == side and other in match[2] for side in lost.sides for other in lost.sides if side != other)


_LISTED = re.compile(r"Compare\((.*), \[In\(\), \], \[((?:Set|Tuple|List)\(.*)")
_SEVERAL = 3
_FEW = 400
"""Letters that a short list has, and what is looked up in it."""


def _is_turned(lost: Assertion, one: Assertion) -> bool:
    """Say whether of what was so it is asserted that it is not, or of what was empty that it is not empty."""
    pairs = ((lost.dump, one.dump), (one.dump, lost.dump))
    if any(no == f"UnaryOp(Not(), {yes}, )" for no, yes in pairs):
        return True
    return any(no == yes.replace(" != 0", " == 0") and _LENGTH.fullmatch(yes) for no, yes in pairs)


_LENGTH = re.compile(r"len \( [\w .]+ \) != 0")


def is_made_equal(old: Assertion, new: Assertion) -> bool:
    """Say whether of what only had to be something it is now said what it equals, and that is not nothing (Python)."""
    if old.dump not in new.sides or (old.strength, new.strength) != (LAX, STRICT):
        return False
    other = next((side for side in new.sides if side != old.dump), "")
    known = _VALUE.match(other) is not None and _NOTHING.fullmatch(other) is None
    return known or (old.dump.startswith(_HELD) and other.startswith((*_HELD, "BinOp(", "JoinedStr(")))


_HELD = ("Name(", "Attribute(", "Subscript(")
_VALUE = re.compile(r"(?:Constant|List|Tuple|Dict|Set)\(")
_NOTHING = re.compile(r"Constant\((?:None|False|0|0\.0|0j|b?''), \)|(?:List|Tuple)\(\[\], \)|Dict\(\[\], \[\], \)")


def is_restyled(lost: Assertion, new: Iterable[Assertion], diff: Diff) -> bool:
    """Say whether a truth is asserted otherwise: each of two that had to be equal; by a person, `x` for `x == True`.

    That asks a little less, so that nothing else changes with it, or the message is about how things are written.
    """
    made = {one.dump for one in new}
    truths = {side for one in new if _TRUE.match(one.dump) for side in one.sides[:1]}
    if _EQUAL.match(lost.dump) and lost.sides and truths >= set(lost.sides):
        return True
    if not diff.message or (
        any(not is_test_file(edit.path) for edit in diff.edits) and not _STYLE.search(diff.message)
    ):
        return False
    others = [form.format(side) for side in lost.sides for value, form in _TRUTHS.items() if value in lost.sides]
    return any(one in made for one in others)


_EQUAL, _TRUE = re.compile(r"(?:\w+ \. )?assertEquals \("), re.compile(r"(?:\w+ \. )?assertTrue \(")
"""Of Java, where nothing but a truth is given to be true."""
_TRUTHS = {"Constant(True, )": "{}", "Constant(False, )": "UnaryOp(Not(), {}, )"}
_STYLE = re.compile(
    r"(?i)\A[^\n]*\b(?:lint\w*|ruff|flake8|pycodestyle|E712|style|idiom\w*|modern\w*|clean-? ?up|cosmetic\w*)\b"
)


def is_awaited(lost: Assertion, steps: Iterable[str]) -> bool:
    """Say whether what was asserted at once is now waited for, which fails where it never comes."""
    about = {word for word in lost.words if not _ASSERTS.match(word)}
    return len(about) > 1 and any(
        _WAITS.search(step) and about <= {part for word in _WORD.findall(step) for part in (word, *word.split("_"))}
        for step in steps
    )


_ASSERTS = re.compile(r"(?i)assert|expect|require")
_WAITS = re.compile(r"\b(?:wait|until|eventually)\w* \(")


def is_still_bounded(lost: Assertion, after: Trial, diff: Diff) -> bool:
    """Say whether a limit that is a plain number went for a platform's sake, and another limits the same still."""
    match = _LIMIT.fullmatch(lost.dump)
    return (
        match is not None
        and _ELSEWHERE.search(diff.message) is not None
        and any(one.dump.startswith(f"Compare({match[1]}, [Lt") and one.dump != lost.dump for one in after.asserts)
    )


_LIMIT = re.compile(r"Compare\((Name\('\w+', \)), \[LtE?\(\), \], \[Constant\([\d.]+, \), \], \)")
