"""Honest rules for Python tests: deleted, emptied, skipped. Never runs or imports what it reads.

Tests are followed by name and by body: one that was renamed or moved to another file of the same snapshot is not gone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.python_tests import PythonTest, read_tests
from orchestrator.verify.test_files import is_test_file

_HOW = "(`allow_test_changes` can name the file, if a person wants it)"

Tests = Mapping[str, PythonTest]


def python_test_deleted(diff: Diff) -> Iterable[Finding]:
    """Find tests of the base that are nowhere in the snapshot."""
    sides = _sides(diff)
    names, bodies = _added(sides)
    for edit, old, new in sides:
        for name, test in old.items():
            kept = name in new or not test.is_test
            if not kept and test.name not in names and test.body not in bodies:
                yield found(
                    "test-deleted",
                    edit.path,
                    f"restore {name}: a deleted test proves nothing any more; make the code satisfy it {_HOW}",
                    about=name,
                )


def python_test_emptied(diff: Diff) -> Iterable[Finding]:
    """Find tests that lost every assertion, and new ones that never had a body."""
    for edit, old, new in _sides(diff):
        for name, test in new.items():
            before = old.get(name)
            lost = before is not None and before.assertions > 0 and test.assertions == 0
            hollow = test.is_test and test.hollow and not (before is not None and before.hollow)
            if lost or hollow:
                what = "no longer asserts anything" if before is not None else "does nothing and so always passes"
                yield found(
                    "test-emptied",
                    edit.path,
                    f"{name} {what}; let it assert what the task asks for {_HOW}",
                    line=test.line,
                    about=name,
                )


def python_test_skipped(diff: Diff) -> Iterable[Finding]:
    """Find tests, classes and modules that are skipped or expected to fail and were not before."""
    for edit, old, new in _sides(diff):
        for name, test in new.items():
            before = old.get(name)
            earlier = Counter(before.markers) if before is not None else Counter[str]()
            markers = test.markers if before is not None else test.unconditional
            for marker in (Counter(markers) - earlier).elements():
                yield found(
                    "test-skipped",
                    edit.path,
                    f"{name or 'the whole module'} is marked `{marker}`, so its passing says nothing; "
                    f"let it run and make the code satisfy it {_HOW}",
                    line=test.line,
                    about=f"{name}:{marker}",
                )


def python_test_unreadable(diff: Diff) -> Iterable[Finding]:
    """Find Python tests that could be read on the base and no longer can."""
    for edit in _python(diff):
        if edit.new is not None and read_tests(edit.new) is None and read_tests(edit.old or "") is not None:
            yield found(
                "test-unreadable",
                edit.path,
                f"{edit.path} is no Python that can be parsed, so what it tests cannot be told; correct its syntax",
            )


def _python(diff: Diff) -> tuple[Edit, ...]:
    return tuple(edit for edit in diff.judged() if edit.path.endswith(".py") and is_test_file(edit.path))


def _sides(diff: Diff) -> tuple[tuple[Edit, Tests, Tests], ...]:
    """Give the tests of both sides of every Python test file both of whose sides can be read."""
    sides = ((edit, _tests(edit.old), _tests(edit.new)) for edit in _python(diff))
    return tuple((edit, old, new) for edit, old, new in sides if old is not None and new is not None)


def _tests(text: str | None) -> Tests | None:
    return read_tests(text) if text is not None else {}


def _added(sides: tuple[tuple[Edit, Tests, Tests], ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Give names (of those that assert) and bodies of tests the snapshot adds anywhere."""
    added = [test for _, old, new in sides for name, test in new.items() if name not in old and test.is_test]
    names = frozenset(test.name for test in added if test.assertions)
    return names, frozenset(test.body for test in added)
