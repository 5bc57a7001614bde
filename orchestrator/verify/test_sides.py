"""The Python tests of a snapshot on both sides, and what the snapshot took away. Never judges."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.python_assertions import assertions
from orchestrator.verify.python_code import Function
from orchestrator.verify.python_source import defined_in, identifiers_of, lost_words, parse
from orchestrator.verify.python_tests import PythonTest, read_tests
from orchestrator.verify.test_files import is_test_file

_COLLECTED = re.compile(r"(?:test_.*|.*_tests?|tests?|conftest)\.py")

Tests = Mapping[str, PythonTest]


class Side(msgspec.Struct, frozen=True):
    """The tests of one file before and after; `helpers` are functions of it that assert and are no tests."""

    path: str
    old: Tests
    new: Tests
    helpers: frozenset[str] = frozenset()

    def kept(self) -> Iterator[tuple[str, PythonTest, PythonTest]]:
        """Give the tests both sides have."""
        for name, after in self.new.items():
            before = self.old.get(name)
            if before is not None and after.is_test:
                yield name, before, after


def python_edits(diff: Diff) -> tuple[Edit, ...]:
    """Give the changed Python test files."""
    return tuple(edit for edit in diff.judged() if edit.path.endswith(".py") and is_test_file(edit.path))


def sides(diff: Diff) -> tuple[Side, ...]:
    """Give the tests of every changed Python test file both of whose sides can be read."""
    found: list[Side] = []
    for edit in python_edits(diff):
        old = _tests(edit.old)
        new = _tests(edit.new)
        if old is not None and new is not None:
            found.append(Side(edit.path, old, new, _helpers(edit.new)))
    return tuple(found)


def _tests(text: str | None) -> Tests | None:
    return read_tests(text) if text is not None else {}


def _helpers(text: str | None) -> frozenset[str]:
    tree = parse(text) if text is not None else None
    if tree is None:
        return frozenset()
    named = [node for node in ast.walk(tree) if isinstance(node, Function) and not node.name.startswith("test")]
    return frozenset(node.name for node in named if any(True for _ in assertions(node.body)))


@lru_cache(maxsize=8)
def removed_names(diff: Diff) -> frozenset[str]:
    """Give what the snapshot took out of the code: names defined before and mentioned no more, words a function lost.

    A file that cannot be read now says nothing.
    """
    before: set[str] = set()
    after: set[str] = set()
    lost: set[str] = set()
    for edit in diff.edits:
        if not edit.path.endswith(".py") or (is_test_file(edit.path) and _COLLECTED.fullmatch(_name(edit.path))):
            continue
        if edit.new is not None and parse(edit.new) is None:
            return frozenset()
        before |= defined_in(edit.old or "")
        after |= identifiers_of(edit.new or "")
        lost |= lost_words(edit.old or "", edit.new or "")
    return frozenset(name for name in (before - after) | lost if not name.startswith("__"))


def _name(path: str) -> str:
    return path.rpartition("/")[2]
