"""The honest rule for tests that assert less than they did, or less strictly. Never runs them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

import msgspec

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.readers.python.leaving import PLATFORM
from orchestrator.verify.readers.python.strength import follows_from
from orchestrator.verify.readers.trials import NONE, STRICT, Assertion, Trial
from orchestrator.verify.rules.loosened import (
    is_awaited,
    is_made_equal,
    is_of_row,
    is_restyled,
    is_still_bounded,
    is_told,
    speaks_of_guard,
)
from orchestrator.verify.rules.reworked import is_rework
from orchestrator.verify.rules.sides import Side, removed, sides
from orchestrator.verify.rules.testing import HOW, is_gone, unwraps_instead

_SHORT = 6
_LONG = 8
"""Letters of a word that is hardly in another test by chance."""


def test_weakened(diff: Diff) -> Iterable[Finding]:
    """Find tests that do the same as before and assert less of it, or assert it less strictly."""
    for side in sides(diff):
        for name, before, after in side.kept():
            same = before.body == after.body or (side.path.endswith(".rs") and _unclone(before) == _unclone(after))
            what = _weakened(before, after, _Context(diff, side)) if not same else ""
            if what:
                yield found(
                    "test-weakened",
                    side.path,
                    f"{name} {what}: what it proved before it no longer proves; restore its assertions and make the "
                    f"code satisfy them {HOW}",
                    line=after.line,
                    about=name,
                )


def _unclone(test: Trial) -> str:
    """Give what a test of Rust does without the clones, where what is used again must have been copied anyway."""
    return test.body.replace(" . clone ( )", "")


class _Context(msgspec.Struct, frozen=True):
    """What else a snapshot does, as one test is compared with what it was."""

    diff: Diff
    side: Side

    def is_split(self, before: Trial, lost: Assertion) -> bool:
        """Say whether a new test called after the old one is about all that an assertion was about."""
        about = {word for word in lost.words if len(word) >= _LONG and not word.startswith("assert")}
        fresh = (test for name, test in self.side.new.items() if name not in self.side.old and not test.unconditional)
        called = (test for test in fresh if test.name.startswith(f"{before.name}_") and not test.hollow)
        said = (one for test in called for one in test.asserts if one.strength >= lost.strength)
        return bool(about) and any(about <= one.words for one in said)

    def excuses(self, lost: Assertion) -> bool:
        """Say whether what an assertion was about is gone, or is asserted in another place now."""
        telling = {one for one in lost.sides if len(one) > _TELLING}
        said = telling | ({lost.dump} if len(lost.dump) > _TELLING else set())
        return is_gone(lost.words, self.side, self.diff) or bool(said & _newly_said(self.diff))


def _repeated(test: Trial) -> Counter[str]:
    """Give what a test asserts once more before anything happened: in the very next line, or where it does nothing.

    To give what there is another name, or another type, is nothing.
    """
    if not _steps(test) and _only_asks(test):
        return Counter(one.dump for one in test.asserts) - Counter({one.dump: 1 for one in test.asserts})
    pairs = pairwise(test.asserts)
    same = [(one, other) for one, other in pairs if one.dump == other.dump]
    return Counter(one.dump for one, other in same if other.line == one.line + 1 or _is_said_twice(one.dump, test.body))


def _is_said_twice(dump: str, body: str) -> bool:
    """Say whether what is asserted stands twice in a body with nothing between, or with names for what there is."""
    words = set(re.findall(r"\w+", dump))
    gaps = (gap for gap in body.split(dump)[1:-1] if _BETWEEN.fullmatch(gap))
    return any(words.isdisjoint(match[1] for match in _NAMED.finditer(gap)) for gap in gaps)


_NAMED = re.compile(r" ?(?:[\w<>?.\[\]]+ )+?(\w+) = (?:\( [\w<>?.\[\] ]+ \) )?\w+ ;")
_BETWEEN = re.compile(rf" ;(?:{_NAMED.pattern})* |, (?:None|Constant\([^()]*\)), \), Assert\(")


def _only_asks(test: Trial) -> bool:
    """Say whether all a test does is to ask one free function, which answers the same to the same."""
    calls = {one.calls for one in test.asserts}
    answers = {(one.subjects, one.dump) for one in test.asserts}
    steady = len(answers) == len({subjects for subjects, _ in answers})
    free = not any(_METHOD.search(one.dump) for one in test.asserts)
    return len(calls) == 1 and calls != {frozenset()} and steady and free


_METHOD = re.compile(r"Call\(Attribute\(|\w \. \w+ \((?!.*\bexpect\b)")
"""A call of something that may remember, in Python's form and the others'."""


def _is_implied(lost: Assertion, after: Trial) -> bool:
    """Say whether what an assertion says is there is used by what remains, which fails where it is not."""
    if lost.strength == NONE or _is_seen_through(lost, after) or _is_refused(lost, after):
        return True
    if _THERE.search(lost.dump) and any(one.strength == STRICT and _is_about_part(one, lost) for one in after.asserts):
        return True
    body = after.body
    there = {form for one in lost.subjects for form in (one, f"Compare({one}, [IsNot(), ], [Constant(None, ), ], )")}
    return lost.dump in there and any(f"{kind}({one}, " in body for one in lost.subjects for kind in _USED)


def _is_seen_through(lost: Assertion, after: Trial) -> bool:
    """Say whether all that was not to throw is done without a wrapper now: what it throws fails the test as well."""
    match = _CALM.fullmatch(lost.dump)
    inner = [one.strip() for one in match[1].split(" ; ") if one.strip()] if match is not None else []
    return bool(inner) and all(one in after.body for one in inner)


_CALM = re.compile(
    r"(?:await )?\w+ \. (?:notThrows(?:Async)?|doesNotThrow|doesNotReject) \( (?:async )?\( \) => \{ (.*?) ?;? \} .*"
)


def _is_refused(lost: Assertion, after: Trial) -> bool:
    """Say whether a call that should have come to a mock is one that may not come now."""
    match = _CAME.match(lost.dump)
    return match is not None and any(
        re.match(rf"(?:\w+ \. )?verifyNo(?:More)?Interactions \( (?:\w+ , )*{re.escape(match[1])} [,)]", one.dump)
        for one in after.asserts
    )


_CAME = re.compile(r"(?:\w+ \. )?verify \( (\w+) (?:, (?:times|atLeast)\w* \( \w+ \) |, atLeastOnce \( \) )?\) \. ")
_THERE = re.compile(r"\b(?:toBeDefined|toBeTruthy|toExist|assertNotNull|isNotNull|NotNil|is_some)\b")
_USED = ("Attribute", "Subscript")
_TELLING = 20
"""Letters by which one value is told from all others."""


@lru_cache(maxsize=8)
def _newly_said(diff: Diff) -> frozenset[str]:
    """Give what the snapshot's tests compare or hand over and did not."""
    return frozenset(
        part for side in sides(diff) for name, test in side.new.items() for part in _added(side.old.get(name), test)
    )


def _added(before: Trial | None, test: Trial) -> frozenset[str]:
    """Give what a test compares, hands over or asserts in whole that it did not."""
    sides = [{part for one in asserts for part in (*one.sides, one.dump)} for asserts in _asserted(before, test)]
    return frozenset(sides[1] - sides[0])


def _asserted(before: Trial | None, test: Trial) -> Iterator[Sequence[Assertion]]:
    yield before.asserts if before is not None else ()
    yield test.asserts if not test.unconditional else ()  # what is always left out says nothing


def _weakened(before: Trial, after: Trial, context: _Context) -> str:
    if not before.assertions or not after.assertions:
        return ""
    lost = Counter(one.dump for one in before.asserts) - Counter(one.dump for one in after.asserts)
    gained = Counter(one.dump for one in after.asserts) - Counter(one.dump for one in before.asserts)
    old = [one for one in before.asserts if one.dump in lost]
    new = [one for one in after.asserts if one.dump in gained]
    laxer = [one for one in old if _is_laxer(one, new)]
    said = {(one.sides, one.strength) for one in new}
    hedged = [
        one for one in old if (one.sides, one.strength) not in said and any(_only_holds(one, other) for other in new)
    ]
    grown = after.assertions > before.assertions and _is_made_over(before, after)
    if hedged and not (grown and not any(one.dump in other.parts for one in hedged for other in new)):
        return "asserts something that holds whether or not what it asserted before does"
    guarded, asked = _guarded(before, after)
    if guarded and not speaks_of_guard(context.diff, guarded, asked) and not is_of_row(guarded, before, after):
        return f"asserts only where `{guarded[:60]}` what it asserted always"
    asks_more = after.assertions > before.assertions and _OF_EQUALITY.search(after.name)
    if laxer and not asks_more and sum(map(_is_nothing, new)) > sum(map(_is_nothing, old)):
        return "compares something with itself"
    firm = [one for one in old if one.strength > NONE]
    itself = [one for one in new if _is_itself(one) and not any(_asks_itself(was, one.sides[0]) for was in firm)]
    if firm and not asks_more and len(itself) > sum(map(_is_itself, old)):
        return "compares something with itself"
    if _firm(before) & {one.dump for one in after.asserts} - _firm(after):  # as it was, and what it is about is not
        return "compares something with itself"
    if not context.diff.spares_tests or is_rework(context.diff):
        return ""
    laxer = [
        one for one in laxer if not one.words & removed(context.diff).names and not is_told(one, new, context.diff)
    ]
    laxer = [one for one in laxer if not is_restyled(one, new, context.diff)]
    if laxer and not _is_made_over(before, after):
        return f"asserts {len(laxer)} times less strictly than on the base"
    kept = not _steps(before) - _steps(after)
    fewer = kept and before.cases == after.cases and after.assertions < before.assertions and not gained
    implied = all(_is_implied(one, after) for one in old) or not lost - _repeated(before)
    implied = implied or unwraps_instead(before, after)
    excused = any(map(context.excuses, old)) or all(context.is_split(before, one) for one in old)
    excused = excused or all(is_awaited(one, _steps(after) - _steps(before)) for one in old)
    excused = excused or all(is_still_bounded(one, after, context.diff) for one in old)
    if fewer and not implied and not excused:
        return f"lost {before.assertions - after.assertions} of its {before.assertions} assertions"
    return ""


_OF_EQUALITY = re.compile(r"(?i)(?:^|_|test)(?:eq|equal(?:s|ity)?|hash|identity|reflexiv\w*|same)(?:_|$)")
"""Tests that are about equality may compare a thing with itself, besides."""


def _is_itself(one: Assertion) -> bool:
    """Say whether both sides of an assertion are the same name, so that it holds whatever that is."""
    return one.strength == NONE and len(one.sides) > 1 and len(set(one.sides)) == 1


def _asks_itself(one: Assertion, side: str) -> bool:
    """Say whether an assertion asked one thing of itself already: `one.equals(one)`."""
    return one.dump.split().count(side) > 1


def _is_nothing(one: Assertion) -> bool:
    return one.strength == NONE


def _is_made_over(before: Trial, after: Trial) -> bool:
    """Say whether a test does something else than it did and asserts as much: how strictly, its base's form tells."""
    told = {one.dump for test in (before, after) for one in test.asserts}
    was, now = ({step for step in _steps(test) if not any(one in step for one in told)} for test in (before, after))
    # each case of a table is asserted
    if _is_reworded(was - now, now - was):
        return False
    table = any(sign in after.skeleton and sign not in before.skeleton for sign in ("struct {", "'subTest'"))
    return bool(was - now) and bool(now - was) and (table or after.assertions >= before.assertions)


def _is_reworded(gone: set[str], came: set[str]) -> bool:
    """Say whether what a test no longer does is what it does now, in hardly other words: a name, a value."""
    sides = [[word for step in sorted(steps) for word in _WORDS.findall(step)] for steps in (gone, came)]
    if not all(sides) or max(map(len, sides)) > _MANY:
        return False
    return SequenceMatcher(None, sides[0], sides[1], autojunk=False).ratio() >= _ALIKE


_WORDS = re.compile(r"\w+|[^\w\s]")
_ALIKE, _MANY = 0.85, 400


def _steps(test: Trial) -> Counter[str]:
    """Give what a test does besides asserting."""
    return Counter(_DROPPED.sub("_ \\1", line) for line in test.skeleton.split("\n") if line)


_DROPPED = re.compile(r"\b(?:err|_) (:?= )")
"""An error that is taken, or is not."""


def _firm(test: Trial) -> set[str]:
    return {one.dump for one in test.asserts if one.strength > NONE}


def _contains(new: Assertion, old: Assertion) -> bool:
    """Say whether an assertion is about something made of what another was about: `typeof x` for `x`."""
    longer = [f" {subject} " for subject in new.subjects]
    return any(len(subject) > _SHORT and f" {subject} " in one for subject in old.subjects for one in longer)


def _is_about_part(one: Assertion, whole: Assertion) -> bool:
    """Say whether an assertion is about something of what another is about: `x.name` of `x`."""
    return any(part.startswith(f"{subject} ") for subject in whole.subjects for part in one.subjects)


def _only_holds(old: Assertion, new: Assertion) -> bool:
    """Say whether a new assertion has the old one in it and asks less: `x == 1 or ...`, `(x == 1) is not None`."""
    return (old.dump in new.parts and not is_made_equal(old, new)) or follows_from(new, old)


def _guarded(before: Trial, after: Trial) -> tuple[str, frozenset[str]]:
    """Give the condition under which alone a test still asserts what it asserted always, and the words of that."""
    always = {one.dump for one in before.asserts if not one.guards}
    bare = {one.dump for one in after.asserts if not one.guards}
    known = {guard for one in before.asserts for guard in one.guards}
    for one in after.asserts:
        fresh = [guard for guard in one.guards if guard not in known]
        if one.dump in always - bare and fresh and not any(PLATFORM.search(guard) for guard in fresh):
            return fresh[-1], one.words
    return "", frozenset()


def _is_laxer(old: Assertion, new: Iterable[Assertion]) -> bool:
    """Say whether what took an assertion's place is about the same and lets it vary more."""
    others = [one for one in new if one.subjects & old.subjects or _contains(one, old)]
    if any(_says_other(one, old) for one in others):
        return False
    telling = _telling(old)
    if any(telling & _telling(one) and one.strength >= old.strength for one in new):  # of another entry, say
        return False
    return bool(others) and all(one.strength < old.strength for one in others)


def _says_other(new: Assertion, old: Assertion) -> bool:
    """Say whether a long text is sought where another was expected, which it is no part of: it is worded anew."""
    wanted, told = (_LITERAL.findall(one.dump) for one in (new, old))
    long = [text for text in wanted if len(text) > _TELLING]
    return (
        bool(told)
        and bool(long)
        and _SOUGHT.match(new.dump) is not None
        and not any(text in other or other in text for text in long for other in told)
    )


_LITERAL = re.compile(r"""Constant\((?:'([^']+)'|"[^"]+"), """)
_SOUGHT = re.compile(r"Compare\(Constant\(.*, \[In\(\), \], ")


def _telling(one: Assertion) -> frozenset[str]:
    """Give what an assertion compares with that is told from all else: long sides, long texts."""
    return frozenset((*(side for side in one.sides if len(side) > _TELLING), *_TEXT.findall(one.dump)))


_TEXT = re.compile(r"""["'] ([^"']{20,}) ["']""")
