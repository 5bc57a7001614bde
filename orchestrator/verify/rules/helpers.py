"""Honest rules for what tests assert through functions of their own: emptied, silenced, or put in an assertion's place.

Never runs them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.language import Language
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.readers.trials import Trial
from orchestrator.verify.rules.sides import Side, sides
from orchestrator.verify.rules.testing import HOW
from orchestrator.verify.rules.unheard import silenced
from orchestrator.verify.testpaths import is_test_file

_ASSERTING = re.compile(r"_*(?:assert|expect|verify|check|should|must|ensure|require)", re.IGNORECASE)
_LOUD = re.compile(r"\bRaise\(|\bthrow\b|\bpanic\b|\bunwrap\b|\. expect \(|\? ;|\breject\b")


def helper_emptied(diff: Diff) -> Iterable[Finding]:
    """Find functions that tests assert through and that no longer assert, or fail unheard."""
    for edit, language in _edits(diff):
        before, after = (_helpers(language, edit.path, text or "") for text in (edit.old, edit.new))
        for name, old in before.items():
            new = after.get(name)
            what = _lost(old, new, language, edit) if new is not None and new.body != old.body else ""
            if what and new is not None and _is_relied_on(name, language, edit):
                yield found(
                    "test-emptied",
                    edit.path,
                    f"{name}, through which tests assert, {what}; let it assert what it did {HOW}",
                    line=new.line,
                    about=name,
                )


def _helpers(language: Language, path: str, text: str) -> Mapping[str, Trial]:
    """Give the functions beside tests; where these stand in the sources, none of the product's."""
    found = language.helpers(text)
    own = (
        {re.split(r"[.:#/]", name)[-1] for name in language.functions(text) or {}} if not is_test_file(path) else set()
    )
    own |= {name for name in found if path.endswith(".go") and _MEASURES.match(name)}
    return {name: one for name, one in found.items() if name not in own}


_MEASURES = re.compile(r"(?:Benchmark|Example)(?![a-z])")
"""What Go runs by itself, and no test asserts through."""


def _edits(diff: Diff) -> Iterator[tuple[Edit, Language]]:
    for edit in diff.judged():
        language = language_of(edit.path)
        if language is not None and edit.old and edit.new and (is_test_file(edit.path) or language.tests_inside):
            yield edit, language


def _lost(old: Trial, new: Trial, language: Language, edit: Edit) -> str:
    if not old.asserts or _lets_fail(old, new) or _asks_no_more(old, new):
        return ""
    if not new.asserts and not _LOUD.search(new.body) and not new.words & language.asserting(edit.new or ""):
        return "no longer asserts anything"
    why = silenced(old, new)
    return f"asserts what it did, but that {why}" if why else ""


def _lets_fail(old: Trial, new: Trial) -> bool:
    """Say whether all a function asserted was that nothing is thrown, which it now lets whoever runs the test see."""
    failed = all(re.match(r"(?:\w+ \. )*fail \(", one.dump) for one in old.asserts)
    return failed and old.body.count("catch (") > 0 == new.body.count("catch (")


def _asks_no_more(old: Trial, new: Trial) -> bool:
    """Say whether all a function asserted was that a call of its went well, which is gone with what it gave."""
    return all(_WENT_WELL.fullmatch(one.dump) for one in old.asserts) and "err" not in new.body.split()


_WENT_WELL = re.compile(
    r"panic \( err \)|err != nil|\w+ \. (?:Fatal|Error)f? \( .*\berr\b.*\)|(?:\w+ \. )?NoError \( .* \)"
)


def _is_relied_on(name: str, language: Language, edit: Edit) -> bool:
    """Say whether a test that is as it was asserts through a function, or tests of other files may."""
    before, after = (language.trials(text or "") or {} for text in (edit.old, edit.new))
    using = [title for title, test in after.items() if test.is_test and name in test.words]
    return not using or any(title in before and before[title].body == after[title].body for title in using)


def assertion_replaced(diff: Diff) -> Iterable[Finding]:
    """Find functions that are called as assertions are and assert nothing, new where tests call them."""
    for side in sides(diff):
        fresh = _hollow(side)
        for name, line in fresh.items():
            using = [title for title, test in _tests(side) if name in test[1].words and _gave_up(name, *test)]
            if using:
                yield found(
                    "test-emptied",
                    side.path,
                    f"{name} is called as an assertion is and asserts nothing, so {using[0]} can no longer fail there; "
                    f"let what it stood for assert {HOW}",
                    line=line,
                    about=name,
                )


def _hollow(side: Side) -> Mapping[str, int]:
    """Give the functions a file has now and had not that are called like assertions and could not fail."""
    go = side.path.endswith(".go")  # who is handed a `t` there is to assert with it
    if not (go or _ASSERTING.search(side.text)):
        return {}
    known = side.language.helpers(side.was)
    found, lines = _helpers(side.language, side.path, side.text), side.text.splitlines()
    return {
        name: one.line
        for name, one in found.items()
        if one.hollow and not one.asserts and name not in known
        if _ASSERTING.match(name) or (go and (_IN_GO.match(name) or _HANDED_T.search(lines[one.line - 1])))
        if not (go and _OF_VALUES.search(lines[one.line - 1]))
    }


_HANDED_T = re.compile(r"\btesting\.T?B?\b|\bt\b|\b[A-Z]\w*T\b")
_IN_GO = re.compile(
    r"(?:Not?)?(?:Equal|Nil|Empty|True|False|Error|Contains|Len|Panics|Zero|Same|Greater|Less|InDelta|Fail|Fatal|Deep|Match)"
)
"""How calls that assert begin there: of `t`, and of the libraries most use."""


_OF_VALUES = re.compile(r"^func \([^)]*\) (?:Error|String|Unwrap|Len|Close)\(\)")
"""What Go asks of an error, a collection, whatever can be printed; who is handed nothing asserts nothing."""


def _tests(side: Side) -> Iterator[tuple[str, tuple[Trial, Trial]]]:
    """Give the tests a file had and has."""
    before, after = side.language.trials(side.was) or {}, side.language.trials(side.text) or {}
    yield from ((name, (before[name], test)) for name, test in after.items() if name in before and test.is_test)


def _gave_up(name: str, before: Trial, after: Trial) -> bool:
    """Say whether a test asserted by that name before, or asserts less that has another."""
    lost = Counter(one.dump for one in before.asserts) - Counter(one.dump for one in after.asserts)
    return (name in before.words and bool(before.asserts)) or bool(lost)
