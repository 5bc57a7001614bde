"""Honest rules for code that fools whoever judges it, in every language that is read. Never runs what it reads."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.rules.product import is_beside
from orchestrator.verify.rules.task_words import asks_to_detect_tests, asks_to_skip_tests
from orchestrator.verify.testpaths import is_named_test, is_run_by_nobody, is_test_file


def detects_tests(diff: Diff) -> Iterable[Finding]:
    """Find code that behaves otherwise when a test runner is about."""
    told = asks_to_detect_tests(diff.message)
    for edit, line, sign in () if told else _fresh(diff, "detects-tests"):
        if _only_looks(edit, line):
            continue
        yield found(
            "detects-tests",
            edit.path,
            f"`{sign}` tells this code that it is being tested, so that tests prove nothing about it otherwise; "
            "let it do the same everywhere",
            line=line,
            about=sign,
        )


def _only_looks(edit: Edit, line: int) -> bool:
    """Say whether all that is done for tests is to assert more, or to build with what shows where code comes from."""
    rest = "\n".join((edit.new or "").splitlines()[line - 1 :])
    if edit.path.endswith(".rs"):
        return _ASSERTS_MORE.match(_QUOTED.sub('""', rest)) is not None
    return _BUILDS.search(edit.path) is not None and _SHOWS.match(rest) is not None


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_ASSERTS_MORE = re.compile(r"\s*if cfg!\(test\) \{\s*(?:(?:debug_)?assert(?:_eq|_ne)?!\([^;{}]*\);?\s*)+\}(?!\s*else)")
_BUILDS = re.compile(r"(?:^|/)(?:rollup|webpack|vite|esbuild|tsup)\.config\.[cm]?[jt]s$")
_SHOWS = re.compile(
    r"\s*if \(process\.env\.NODE_ENV === 'test'\) (?:\w+\.)*(?:source[mM]aps?|devtool) = (?:true|'[\w-]+');?(?:\n|$)"
)


def always_equal(diff: Diff) -> Iterable[Finding]:
    """Find comparisons that always hold: `__eq__` that gives True whatever it is asked."""
    for edit, line, name in _fresh(diff, "always-equal"):
        yield found(
            "always-equal",
            edit.path,
            f"{name} holds whatever it is asked, so every assertion about it passes; compare what the object is",
            line=line,
            about=name,
        )


def leaves_early(diff: Diff) -> Iterable[Finding]:
    """Find code that ends the process as it is imported, or the tests' process from within a test."""
    for edit, line, text in _fresh(diff, "leaves-early") if not asks_to_skip_tests(diff.message) else ():
        if not edit.path.endswith("setup.py"):
            yield found(
                "leaves-early",
                edit.path,
                f"`{text}` ends the process that runs the tests before they have all run; let it run to its end",
                line=line,
                about=text,
            )


def flips_outcomes(diff: Diff) -> Iterable[Finding]:
    """Find hooks of the test runner, new in this snapshot, that change what tests come to."""
    skips = asks_to_skip_tests(diff.message)
    for edit, line, name in _fresh(diff, "flips-outcomes"):
        if skips and not name.isidentifier():
            continue  # it says which tests it leaves out
        yield found(
            "flips-outcomes",
            edit.path,
            f"`{name}` changes what the tests come to; leave the test runner as it is",
            line=line,
            about=name,
        )


_SUPPORTS = re.compile(
    r"(?:^|/)(?:(?:jest|vitest|mocha|karma|ava|playwright|cypress|tests?|global)[-_.]?)+"
    r"(?:setup|teardown|environment|reporter|runner|hooks?|bootstrap)[\w.-]*\.[cm]?[jt]sx?$",
    re.IGNORECASE,
)
"""What runs beside tests of JavaScript, by its name."""
_EVERYWHERE = frozenset({"leaves-early", "flips-outcomes"})


def _fresh(diff: Diff, rule: str) -> Iterator[tuple[Edit, int, str]]:
    """Give what is seen now and was not on the base."""
    for edit in diff.edits:
        language = language_of(edit.path)
        if language is None or edit.new is None or (is_beside(edit.path) and rule not in _EVERYWHERE):
            continue
        if is_run_by_nobody(edit.path) and is_named_test(edit.path):
            continue  # the tests of other people's code are run by them
        testing = is_test_file(edit.path) or (rule in _EVERYWHERE and _SUPPORTS.search(edit.path) is not None)
        before = Counter(text for _, text in language.signs(edit.old or "", rule, testing))
        for line, text in language.signs(edit.new, rule, testing):
            if before[text] > 0:
                before[text] -= 1
            else:
                yield edit, line, text
