"""Honest rules for tests, in every language that is read: deleted, emptied, skipped, weakened. Never runs them.

Tests are followed by name and by body: one that was renamed, moved to another file of the same snapshot, rewritten with
as many assertions about the same things, or whose subject was deleted with it, is not gone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.readers.python.source import is_newer
from orchestrator.verify.readers.trials import NONE, Trial
from orchestrator.verify.rules.cases import but_cases, cases_of, went_elsewhere
from orchestrator.verify.rules.fresh import (
    is_left_for_later,
    is_material,
    is_new_beside,
    is_proved_above,
    may_wait,
    proves_anything,
)
from orchestrator.verify.rules.gone import is_announced
from orchestrator.verify.rules.put_away import is_put_away
from orchestrator.verify.rules.reworked import is_rework
from orchestrator.verify.rules.rust_features import (
    FEATURE,
    WITHOUT,
    features,
    is_compiled_only,
    is_set_by,
    went_with_features,
)
from orchestrator.verify.rules.sides import Side, goes_on, proves, proves_more, readable, removed, sides
from orchestrator.verify.rules.taken_over import (
    asks_through,
    became_another,
    grown_of,
    has_twin,
    is_asked_through,
    is_part_of_another,
    replaces,
)
from orchestrator.verify.rules.task_words import asks_to_skip_tests, asks_to_take_out, names_test, speaks_of
from orchestrator.verify.testpaths import is_test_file

HOW = "(`allow_test_changes` can name the file, if a person wants it)"
_ALIKE = 0.7
_PART = 0.3


def test_deleted(diff: Diff) -> Iterable[Finding]:
    """Find tests of the base that are nowhere in the snapshot."""
    both = sides(diff) if diff.spares_tests and not is_rework(diff) else ()
    added = [
        test
        for side in both
        if not (side.is_passed_by or is_put_away(side, diff))
        for name, test in side.new.items()
        if name not in side.old and test.is_test and not test.never
    ]
    names = frozenset(test.name for test in added if test.assertions)
    bodies = frozenset(test.body for test in added)
    grown = [*added, *grown_of(both)]
    for side in both:
        helped = [test for name, test in side.new.items() if name not in side.old and asks_through(side, test)]
        for name, test in side.old.items():
            if name in side.new or not test.is_test or test.name in names or test.body in bodies:
                continue
            # what never ran, or could not fail, is no loss
            if test.hollow or test.unconditional or has_twin(side, name):
                continue
            if not _is_out_of_reach(test, side):
                if replaces(test, grown) or is_part_of_another(test, side):
                    continue
                if is_asked_through(test, side, helped) or became_another(test, both):
                    continue
                if _went_with_its_subject(test, name, side, diff) or _is_told(test, name, side, diff):
                    continue
            yield found(
                "test-deleted",
                side.path,
                f"restore {name}: a deleted test proves nothing any more; make the code satisfy it {HOW}",
                about=name,
            )


def _is_out_of_reach(test: Trial, side: Side) -> bool:
    """Say whether all that a test did stands in its file still, under a name that no runner knows and nobody calls."""
    left = side.language.helpers(side.text) if side.text and test.asserts else {}
    same = (name for name, one in left.items() if one.body == test.body)
    return any(len(re.findall(rf"(?<!\w){re.escape(name)}\b", side.text)) == 1 for name in same)


def _went_with_its_subject(test: Trial, name: str, side: Side, diff: Diff) -> bool:
    """Say whether the code no longer has what a test, or the suite it went with, was about."""
    suite = _of_its_suite(side, name)
    return is_gone(test.words, side, diff, name) or went_with_features(test, diff) or bool(suite & removed(diff).names)


def _is_told(test: Trial, name: str, side: Side, diff: Diff) -> bool:
    """Say whether a person's own commit says of a test that it goes, or shows why, or proves more instead."""
    if names_test(diff.message, name) or (diff.message and proves_more(side)):
        return True
    named = asks_to_take_out(diff.message) and speaks_of(diff.message, (test.name,))
    return named or is_announced(test, side, diff)


def is_gone(words: frozenset[str], side: Side, diff: Diff, name: str = "") -> bool:
    """Say whether something was taken out of the code that these words are about, or what they call in their file."""
    taken = removed(diff)
    gone = taken.loosely() if asks_to_take_out(diff.message) else taken
    return gone.within(words) or bool(gone.names and side.about(words, name) & gone.names)


def _of_its_suite(side: Side, name: str) -> frozenset[str]:
    """Give what the suite of a test was about, if it went as a whole."""
    suite = name.rpartition(" > ")[0] or name.rpartition(".")[0]
    return side.old[suite].words if suite and suite in side.old and suite not in side.new else frozenset()


def test_emptied(diff: Diff) -> Iterable[Finding]:
    """Find tests that lost every assertion, and new ones that never had a body."""
    for side in sides(diff):
        for name, test in side.new.items():
            before = side.old.get(name)
            lost = before is not None and before.assertions > 0 and test.assertions == 0 and not _silenced(before, test)
            lost = lost and diff.spares_tests and not is_rework(diff) and not _helped(side, test)
            lost = lost and (before is None or not (unwraps_instead(before, test) or _spread(side, name)))
            hollow = test.is_test and test.hollow and not _was_hollow(diff, before, test)
            hollow = hollow and (diff.spares_tests or before is None) and not _says_so(side, name, diff)
            bare = diff.whole and test.is_test and test.assertions == 0 and not _helped(side, test)
            never = test.never if before is not None and before.is_test and not before.never else ""
            if lost or hollow or bare or never:
                what = "no longer asserts anything" if before is not None else "asserts nothing and so always passes"
                what = f"{never}, so it is never run" if never else what
                yield found(
                    "test-emptied",
                    side.path,
                    f"{name} {what}; let it assert what the task asks for {HOW}",
                    line=test.line,
                    about=name,
                )


def _silenced(before: Trial, test: Trial) -> bool:
    """Say whether a test is silenced now, which another rule judges, or always was."""
    return bool(test.unconditional) or bool(set(test.markers) - set(before.markers))


def _says_so(side: Side, name: str, diff: Diff) -> bool:
    """Say whether a new empty test is skipped, which another rule judges, or takes nothing away."""
    test = side.new[name]
    if name in side.old or diff.whole:
        return False
    silent = bool(test.unconditional) or is_proved_above(side, name)
    return silent or is_left_for_later(side, name, diff) or is_material(side, name, diff)


def unwraps_instead(before: Trial, after: Trial) -> bool:
    """Say whether all a test of Rust no longer asserts is that there is a value it now takes, which fails as well."""
    kept = {one.dump for one in after.asserts}
    lost = [one.dump for one in before.asserts if one.dump not in kept]
    taken = len(_TAKES.findall(after.body)) - len(_TAKES.findall(before.body))
    return taken >= len(lost) > 0 and all(_IS_THERE.search(dump) for dump in lost)


_TAKES = re.compile(r"\. (?:unwrap|expect)(?:_err)? \(")
_IS_THERE = re.compile(r"\. is_(?:ok|some|err) \( \) ?\)?$")


def _spread(side: Side, name: str) -> bool:
    """Say whether a test is a suite of its name now, whose tests run and assert at least what it did, as strictly."""
    within = [test for other, test in side.new.items() if other.startswith(f"{name} > ") and proves(side, other, test)]
    still = Counter(one.dump for test in within if not test.markers for one in test.asserts if one.strength > NONE)
    kept = Counter(one.dump for one in side.old[name].asserts) & still
    return kept.total() >= _ALIKE * side.old[name].assertions and still.total() >= side.old[name].assertions


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


def test_cases_removed(diff: Diff) -> Iterable[Finding]:
    """Find parametrized tests that are otherwise the same and lost cases."""
    for side in sides(diff):
        moved = cases_of(side.new) - cases_of(side.old)
        for name, before, after in side.kept():
            lost = Counter(before.cases) - Counter(after.cases)
            lost -= moved if before.unconditional else Counter()  # from a test that never ran to one that does
            fewer = lost and not Counter(after.cases) - Counter(before.cases)
            fewer = fewer and but_cases(before.body, before.cases) == but_cases(after.body, after.cases)
            if fewer and went_elsewhere(name, lost, side, diff):
                continue
            if fewer and sum(lost.values()) > _PART * len(before.cases) and not before.words & removed(diff).names:
                yield found(
                    "test-cases-removed",
                    side.path,
                    f"{name} lost {sum(lost.values())} of its {len(before.cases)} cases; restore them and make the "
                    f"code satisfy them {HOW}",
                    line=after.line,
                    about=name,
                )


def test_vacuous(diff: Diff) -> Iterable[Finding]:
    """Find tests with assertions that cannot fail, which stand in the place of ones that can."""
    for side in sides(diff):
        for name, test in side.new.items():
            instead = test.assertions or is_rework(diff) or not diff.spares_tests  # else another rule has said it
            more = instead and test.vacuous > side.before(name).vacuous
            if more and (diff.whole or _says_less(test, side.old.get(name))):
                yield found(
                    "test-vacuous",
                    side.path,
                    f"{name} has an assertion that cannot fail; let it say what must be true, or delete it {HOW}",
                    line=test.line,
                    about=name,
                )


_FAILS = re.compile(r"(?:\w+ \. )?fail \(")


def _says_less(test: Trial, before: Trial | None) -> bool:
    """Say whether what cannot fail is half of a new test, or took a place: elsewhere it marks that one came by.

    So it does where the error is caught that must come: what fails where it does not stands before it.
    """
    fails = sum(_FAILS.match(one.dump) is not None for one in test.asserts)
    firm = [sum(one.strength > NONE for one in trial.asserts) for trial in (test, before or test)]
    return test.vacuous >= firm[0] and test.vacuous > fails if before is None else firm[0] < firm[1]


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
                    f"{HOW}",
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
                    f"{HOW}",
                    line=test.line,
                    about=name,
                )


def test_skipped(diff: Diff) -> Iterable[Finding]:
    """Find tests, classes and modules that are skipped or expected to fail and were not before."""
    both = sides(diff) if not asks_to_skip_tests(diff.message) else ()
    proved = proves_anything(diff) or (bool(diff.message) and all(is_test_file(edit.path) for edit in diff.edits))
    left = frozenset(_silent_before(both))
    for side in both:
        for name, test in side.new.items():
            is_new = test.is_test and name not in side.old and not diff.whole
            alone = bool(side.was) and bool(_ALONE & set(test.markers))  # all others there are left out
            if is_new and (proved or is_compiled_only(test)) and not alone:
                continue  # a new test that is skipped takes nothing away, where others prove the work
            if names_test(diff.message, name or side.path) or _goes_before_new(side, name, diff):
                continue
            if _was_silent(side.before(name), test):
                continue
            markers = test.markers if name in side.old else test.unconditional
            for marker in (Counter(markers) - Counter(side.before(name).markers)).elements():
                if (_silences_nothing(side, name, marker, diff) and not alone) or (
                    name not in side.old and (_own_name(name), marker) in left
                ):
                    continue  # it was so in the file it came from
                yield found(
                    "test-skipped",
                    side.path,
                    f"{name or 'the whole module'} is marked `{marker}`, so its passing says nothing; "
                    f"let it run and make the code satisfy it {HOW}",
                    line=test.line,
                    about=f"{name}:{marker}",
                )


_ALONE = frozenset({"only", "fit", "fdescribe"})


def _goes_before_new(side: Side, name: str, diff: Diff) -> bool:
    """Say whether what goes before tests goes before new ones alone."""
    if not side.new[name].goes_first or diff.whole:
        return False
    suite, old = name.rpartition("<")[0] if "<" in name else "", side.language.trials(side.was) or {}
    return not any(test.is_test and other.startswith(suite) for other, test in old.items())


def _was_silent(before: Trial, test: Trial) -> bool:
    """Say whether a test did nothing on the base, for it returned at once, or never ran, and sometimes does now."""
    return before.is_test and (before.hollow or (bool(before.unconditional) and not test.unconditional))


def _silences_nothing(side: Side, name: str, marker: str, diff: Diff) -> bool:
    """Say whether a mark takes no test away: others go on with them, they run where it counts, or are to wait."""
    if side.new[name].is_test and not diff.whole and may_wait(side, name, marker, diff):
        return True
    if is_new_beside(side, name, diff):
        return True
    own = re.escape(_own_name(name))
    if name not in side.old and re.search(rf"@{re.escape(marker)}\b[^;{{}}]*\s{own}\s*\(", side.was):
        return True  # of a language with marks: so it was where it did not say yet that it is a test
    if marker == "abstract" and any(goes_on(name, edit.new or "") for edit in diff.edits):
        return True
    if (flag := WITHOUT.fullmatch(marker)) is not None:
        return not is_set_by(diff, flag[1])
    asked = frozenset(FEATURE.findall(marker))
    return bool(asked) and asked <= features(diff)


def _silent_before(both: Iterable[Side]) -> Iterator[tuple[str, str]]:
    """Give the tests and suites of files that are gone, each with what silenced it; none whose name ran there too."""
    gone = [side for side in both if not side.text]
    ran = {_own_name(name) for side in gone for name, test in side.old.items() if test.is_test and not test.markers}
    for side in gone:
        for name, test in side.old.items():
            if name and _own_name(name) not in ran:
                yield from ((_own_name(name), mark) for mark in test.markers)


def _own_name(name: str) -> str:
    """Give what a test is called within its suite."""
    return name.rpartition(" > ")[2] if " " in name else name.rpartition(".")[2]


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
                f"{edit.path} can no longer be parsed, so what it tests cannot be told; correct its syntax {HOW}",
            )
