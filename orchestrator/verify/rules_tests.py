"""Honest rules for tests, in every language that is read: deleted, emptied, skipped, weakened. Never runs them.

Tests are followed by name and by body: one that was renamed, moved to another file of the same snapshot, rewritten with
as many assertions about the same things, or whose subject was deleted with it, is not gone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import msgspec

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.python_source import is_newer
from orchestrator.verify.python_strength import follows_from
from orchestrator.verify.python_tests import PLATFORM
from orchestrator.verify.rust_features import FEATURE, features, is_compiled_only, went_with_features
from orchestrator.verify.task_words import asks_to_skip_tests, asks_to_take_out, names_test, speaks_of
from orchestrator.verify.test_files import is_test_file
from orchestrator.verify.test_sides import Side, goes_on, proves, proves_more, readable, removed, sides
from orchestrator.verify.trials import NONE, STRICT, Assertion, Trial

_HOW = "(`allow_test_changes` can name the file, if a person wants it)"
_ALIKE = 0.7
_PART = 0.3
_SHARED = 0.5
_SEVERAL = 2
_SHORT = 6
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAME = re.compile(r"\w+")
_NUMBER = re.compile(r"#\d+$")


def test_deleted(diff: Diff) -> Iterable[Finding]:
    """Find tests of the base that are nowhere in the snapshot."""
    both = sides(diff) if diff.spares_tests else ()
    added = [
        test
        for side in both
        if not side.is_passed_by
        for name, test in side.new.items()
        if name not in side.old and test.is_test
    ]
    names = frozenset(test.name for test in added if test.assertions)
    bodies = frozenset(test.body for test in added)
    grown = [*added, *_grown(both)]
    for side in both:
        for name, test in side.old.items():
            if name in side.new or not test.is_test or test.name in names or test.body in bodies:
                continue
            # what never ran, or could not fail, is no loss
            if test.hollow or test.unconditional or _replaced(test, grown) or _has_twin(side, name):
                continue
            if _is_gone(test.words, side, diff) or went_with_features(test, diff):
                continue
            if names_test(diff.message, name) or (diff.message and proves_more(side)):
                continue
            if asks_to_take_out(diff.message) and speaks_of(diff.message, (test.name,)):
                continue
            yield found(
                "test-deleted",
                side.path,
                f"restore {name}: a deleted test proves nothing any more; make the code satisfy it {_HOW}",
                about=name,
            )


def _is_gone(words: frozenset[str], side: Side, diff: Diff) -> bool:
    """Say whether something was taken out of the code that these words are about, or what they call in their file."""
    taken = removed(diff)
    gone = taken.loosely() if asks_to_take_out(diff.message) else taken
    return gone.within(words) or bool(gone.names and side.about(words) & gone.names)


def _has_twin(side: Side, name: str) -> bool:
    """Say whether one of several tests of a name went, and one that is still called so has most of its words."""
    plain, words = _NUMBER.sub("", name), side.old[name].words
    twins = (test for other, test in side.new.items() if other in side.old and _NUMBER.sub("", other) == plain)
    return any(len(words & test.words) >= _ALIKE * len(words) and test.assertions for test in twins)


def _grown(both: tuple[Side, ...]) -> Iterator[Trial]:
    """Give the tests that assert more, or in more cases, than they did."""
    for side in both:
        for name, test in side.new.items():
            before = side.old.get(name)
            if before is not None and (test.assertions > before.assertions or len(test.cases) > len(before.cases)):
                yield test


def _replaced(test: Trial, grown: Iterable[Trial]) -> bool:
    """Say whether other tests took over what a test was about: its words, or half of them under a name alike."""
    about = test.words - frozenset(_NAME.findall(test.name))  # what it is called, others are called otherwise
    return not about or any(
        len(about & other.words) >= _needed(test, other) * len(about)
        and (other.assertions >= min(test.assertions, 1) or bool(other.cases))
        for other in grown
    )


def _needed(test: Trial, other: Trial) -> float:
    """Give the part of a test's words that another must have to stand for it: less if it asserts as much."""
    if _alike(test.name, other.name):
        return _PART
    return _SHARED if other.assertions >= max(test.assertions, _SEVERAL) else _ALIKE


def _alike(one: str, other: str) -> bool:
    """Say whether two tests are called after the same thing."""
    words = [frozenset(word.lower() for word in _WORD.findall(name)) - {"test"} for name in (one, other)]
    return len(words[0] & words[1]) >= _SHARED * min(map(len, words))


def test_emptied(diff: Diff) -> Iterable[Finding]:
    """Find tests that lost every assertion, and new ones that never had a body."""
    for side in sides(diff):
        for name, test in side.new.items():
            before = side.old.get(name)
            lost = before is not None and before.assertions > 0 and test.assertions == 0 and not test.markers
            lost = lost and diff.spares_tests and not _helped(side, test)
            hollow = test.is_test and test.hollow and not _was_hollow(diff, before, test)
            hollow = hollow and (diff.spares_tests or before is None)
            bare = diff.whole and test.is_test and test.assertions == 0 and not _helped(side, test)
            never = test.never if before is not None and before.is_test and not before.never else ""
            if lost or hollow or bare or never:
                what = "no longer asserts anything" if before is not None else "asserts nothing and so always passes"
                what = f"{never}, so it is never run" if never else what
                yield found(
                    "test-emptied",
                    side.path,
                    f"{name} {what}; let it assert what the task asks for {_HOW}",
                    line=test.line,
                    about=name,
                )


def _was_hollow(diff: Diff, before: Trial | None, test: Trial) -> bool:
    """Say whether a test had nothing in it on the base either, there or under another heading."""
    if before is not None:
        return before.hollow
    last = _LAST.split(test.name)[-1]
    old = (other for side in sides(diff) for other in side.old.values())
    return any(other.hollow and _LAST.split(other.name)[-1] == last and other.body == test.body for other in old)


_LAST = re.compile(r"[.> ]+")


def _helped(side: Side, test: Trial) -> bool:
    """Say whether a test without assertions may have them in a helper of its own file, or in an arm that panics."""
    return bool(test.words & side.helpers) or "=> panic ! (" in test.body


def test_weakened(diff: Diff) -> Iterable[Finding]:
    """Find tests that do the same as before and assert less of it, or assert it less strictly."""
    for side in sides(diff):
        for name, before, after in side.kept():
            what = _weakened(before, after, _Context(diff, side)) if before.body != after.body else ""
            if what:
                yield found(
                    "test-weakened",
                    side.path,
                    f"{name} {what}: what it proved before it no longer proves; restore its assertions and make the "
                    f"code satisfy them {_HOW}",
                    line=after.line,
                    about=name,
                )


class _Context(msgspec.Struct, frozen=True):
    """What else a snapshot does, as one test is compared with what it was."""

    diff: Diff
    side: Side

    def excuses(self, lost: Assertion) -> bool:
        """Say whether what an assertion was about is gone, or is asserted in another place now."""
        telling = {one for one in lost.sides if len(one) > _TELLING}
        said = telling | ({lost.dump} if len(lost.dump) > _TELLING else set())
        return _is_gone(lost.words, self.side, self.diff) or bool(said & _newly_said(self.diff))


def _repeated(test: Trial) -> Counter[str]:
    """Give what a test asserts once more in the very next line: it can have become nothing else there."""
    pairs = pairwise(test.asserts)
    return Counter(one.dump for one, other in pairs if one.dump == other.dump and other.line == one.line + 1)


def _is_implied(lost: Assertion, after: Trial) -> bool:
    """Say whether what an assertion says is there is used by what remains, which fails where it is not."""
    if _THERE.search(lost.dump) and any(one.strength == STRICT and _is_about_part(one, lost) for one in after.asserts):
        return True
    body = after.body
    there = {form for one in lost.subjects for form in (one, f"Compare({one}, [IsNot(), ], [Constant(None, ), ], )")}
    return lost.dump in there and any(f"{kind}({one}, " in body for one in lost.subjects for kind in _USED)


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
    if hedged:
        return "asserts something that holds whether or not what it asserted before does"
    guarded = _guarded(before, after)
    if guarded:
        return f"asserts only where `{guarded[:60]}` what it asserted always"
    asks_more = after.assertions > before.assertions and _OF_EQUALITY.search(after.name)
    if laxer and not asks_more and sum(map(_is_nothing, new)) > sum(map(_is_nothing, old)):
        return "compares something with itself"
    if _firm(before) & {one.dump for one in after.asserts} - _firm(after):  # as it was, and what it is about is not
        return "compares something with itself"
    if not context.diff.spares_tests:
        return ""
    laxer = [one for one in laxer if not one.words & removed(context.diff).names]
    if laxer and not _is_made_over(before, after):
        return f"asserts {len(laxer)} times less strictly than on the base"
    kept = not _steps(before) - _steps(after)
    fewer = kept and before.cases == after.cases and after.assertions < before.assertions and not gained
    implied = all(_is_implied(one, after) for one in old) or not lost - _repeated(before)
    if fewer and not implied and not any(map(context.excuses, old)):
        return f"lost {before.assertions - after.assertions} of its {before.assertions} assertions"
    return ""


_OF_EQUALITY = re.compile(r"(?i)(?:^|_|test)(?:eq|equal(?:s|ity)?|hash|identity|reflexiv\w*|same)(?:_|$)")
"""Tests that are about equality may compare a thing with itself, besides."""


def _is_nothing(one: Assertion) -> bool:
    return one.strength == NONE


def _is_made_over(before: Trial, after: Trial) -> bool:
    """Say whether a test does something else than it did and asserts as much: how strictly, its base's form tells."""
    told = {one.dump for test in (before, after) for one in test.asserts}
    was, now = ({step for step in _steps(test) if not any(one in step for one in told)} for test in (before, after))
    table = "struct {" in after.skeleton and "struct {" not in before.skeleton  # each of its cases is asserted
    return bool(was - now) and bool(now - was) and (table or after.assertions >= before.assertions)


def _steps(test: Trial) -> Counter[str]:
    """Give what a test does besides asserting."""
    return Counter(line for line in test.skeleton.split("\n") if line)


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
    return old.dump in new.parts or follows_from(new, old)


def _guarded(before: Trial, after: Trial) -> str:
    """Give the condition under which alone a test still asserts what it asserted whatever happened."""
    always = {one.dump for one in before.asserts if not one.guards}
    bare = {one.dump for one in after.asserts if not one.guards}
    known = {guard for one in before.asserts for guard in one.guards}
    for one in after.asserts:
        fresh = [guard for guard in one.guards if guard not in known]
        if one.dump in always - bare and fresh and not any(PLATFORM.search(guard) for guard in fresh):
            return fresh[-1]
    return ""


def _is_laxer(old: Assertion, new: Iterable[Assertion]) -> bool:
    """Say whether what took an assertion's place is about the same and lets it vary more."""
    others = [one for one in new if one.subjects & old.subjects or _contains(one, old)]
    telling = _telling(old)
    if any(telling & _telling(one) and one.strength >= old.strength for one in new):  # of another entry, say
        return False
    return bool(others) and all(one.strength < old.strength for one in others)


def _telling(one: Assertion) -> frozenset[str]:
    """Give what an assertion compares with that is told from all else: long sides, long texts."""
    return frozenset((*(side for side in one.sides if len(side) > _TELLING), *_TEXT.findall(one.dump)))


_TEXT = re.compile(r"""["'] ([^"']{20,}) ["']""")


def test_cases_removed(diff: Diff) -> Iterable[Finding]:
    """Find parametrized tests that are otherwise the same and lost cases."""
    for side in sides(diff):
        for name, before, after in side.kept():
            lost = Counter(before.cases) - Counter(after.cases)
            fewer = lost and not Counter(after.cases) - Counter(before.cases) and before.body == after.body
            if fewer and sum(lost.values()) > _PART * len(before.cases) and not before.words & removed(diff).names:
                yield found(
                    "test-cases-removed",
                    side.path,
                    f"{name} lost {sum(lost.values())} of its {len(before.cases)} cases; restore them and make the "
                    f"code satisfy them {_HOW}",
                    line=after.line,
                    about=name,
                )


def test_vacuous(diff: Diff) -> Iterable[Finding]:
    """Find tests with assertions that cannot fail, which stand in the place of ones that can."""
    for side in sides(diff):
        for name, test in side.new.items():
            more = test.assertions and test.vacuous > side.before(name).vacuous
            if more and (diff.whole or _says_less(test, side.old.get(name))):
                yield found(
                    "test-vacuous",
                    side.path,
                    f"{name} has an assertion that cannot fail; let it say what must be true, or delete it {_HOW}",
                    line=test.line,
                    about=name,
                )


def _says_less(test: Trial, before: Trial | None) -> bool:
    """Say whether what cannot fail is half of a new test, or took a place: elsewhere it marks that one came by."""
    firm = [sum(one.strength > NONE for one in trial.asserts) for trial in (test, before or test)]
    return test.vacuous >= firm[0] if before is None else firm[0] < firm[1]


def test_swallowed(diff: Diff) -> Iterable[Finding]:
    """Find tests that catch the failures of their own assertions."""
    for side in sides(diff):
        for name, test in side.new.items():
            before = side.before(name)
            if test.swallowed > before.swallowed and _is_less_heard(before, test):
                yield found(
                    "test-swallowed",
                    side.path,
                    f"{name} catches the failure of its own assertions, so it always passes; let them out of the `try` "
                    f"{_HOW}",
                    line=test.line,
                    about=name,
                )


def _is_less_heard(before: Trial, test: Trial) -> bool:
    """Say whether fewer failures of a test are heard than were, or of a new one fewer than are not."""
    heard = test.assertions - test.swallowed
    return heard < (before.assertions - before.swallowed if before.assertions else test.swallowed)


def test_mocks_subject(diff: Diff) -> Iterable[Finding]:
    """Find tests that replace by a mock what they then call and judge."""
    for side in sides(diff):
        for name, test in side.new.items():
            judged = frozenset(call for one in test.asserts for call in one.calls)
            mocked = (test.replaced & judged) - side.before(name).replaced
            if mocked:
                yield found(
                    "test-mocks-subject",
                    side.path,
                    f"{name} replaces `{min(mocked)}` by a mock and then asserts what the mock says; call the real one "
                    f"{_HOW}",
                    line=test.line,
                    about=name,
                )


def test_skipped(diff: Diff) -> Iterable[Finding]:
    """Find tests, classes and modules that are skipped or expected to fail and were not before."""
    both = sides(diff) if not asks_to_skip_tests(diff.message) else ()
    proved = any(proves(side, name, test) for side in both for name, test in side.new.items())
    proved = proved or (bool(diff.message) and all(is_test_file(edit.path) for edit in diff.edits))
    for side in both:
        for name, test in side.new.items():
            is_new = test.is_test and name not in side.old and not diff.whole
            if is_new and (proved or is_compiled_only(test)):
                continue  # a new test that is skipped takes nothing away, where others prove the work
            if names_test(diff.message, name or side.path):
                continue
            markers = test.markers if name in side.old else test.unconditional
            for marker in (Counter(markers) - Counter(side.before(name).markers)).elements():
                if marker == "abstract" and any(goes_on(name, edit.new or "") for edit in diff.edits):
                    continue  # others take its tests over
                if marker.startswith("cfg(") and frozenset(FEATURE.findall(marker)) <= features(diff):
                    continue  # whoever runs the tests runs them with the features there are
                yield found(
                    "test-skipped",
                    side.path,
                    f"{name or 'the whole module'} is marked `{marker}`, so its passing says nothing; "
                    f"let it run and make the code satisfy it {_HOW}",
                    line=test.line,
                    about=f"{name}:{marker}",
                )


def test_unreadable(diff: Diff) -> Iterable[Finding]:
    """Find tests that could be read on the base and no longer can."""
    for edit, language in readable(diff):
        if language.name != "python":  # what a grammar cannot read, the compiler judges
            continue
        if edit.old is None and edit.new is not None and is_newer(edit.new):
            continue
        if edit.new is not None and language.trials(edit.new) is None and language.trials(edit.old or "") is not None:
            yield found(
                "test-unreadable",
                edit.path,
                f"{edit.path} can no longer be parsed, so what it tests cannot be told; correct its syntax {_HOW}",
            )
