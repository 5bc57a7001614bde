"""What a snapshot changes that can be put to the proof: Python tests, and functions of the code. Pure; never judges."""

import ast
import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

import msgspec

from orchestrator.verify.diff import Edit
from orchestrator.verify.readers.python.values import last_name, without_docstring
from orchestrator.verify.readers.python.walk import dumped
from orchestrator.verify.surgery import Located, functions_in, is_fixture, read_source
from orchestrator.verify.testpaths import is_test_file

Names: TypeAlias = Mapping[str, frozenset[str]]
"""Qualified names of functions, by the path they stand in."""

_NOT_TAKEN = frozenset({"__init__", "__new__", "__init_subclass__", "__set_name__", "__class_getitem__", "__del__"})
_DECLARES = frozenset({"overload", "abstractmethod", "abstractproperty"})


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Tests that are new, that are otherwise written than on the base, that are gone; functions new or rewritten.

    `lines` are the code's new lines, by path; `texts` the changed Python files as they are now, `before` as they were.
    """

    new: Names = {}
    changed: Names = {}
    gone: Names = {}
    functions: Names = {}
    lines: Mapping[str, frozenset[int]] = {}
    texts: Mapping[str, str] = {}
    before: Mapping[str, str] = {}

    @property
    def tests(self) -> Names:
        """Give the tests the snapshot wrote."""
        return merged(self.new, self.changed)


def scope_of(edits: Iterable[Edit]) -> Scope:
    """Compare both sides of every changed Python file."""
    python = [edit for edit in edits if edit.path.endswith(".py")]
    tests = [edit for edit in python if is_test_file(edit.path)]
    lost = {dump for edit in tests for name, dump in _tests(edit.old).items() if name not in _tests(edit.new)}
    new, changed, gone = {}, {}, {}
    for edit in tests:
        old, now = _tests(edit.old), _tests(edit.new)
        new[edit.path] = {name for name in now if name not in old and now[name] not in lost}
        changed[edit.path] = {name for name in now if name in old and now[name] != old[name]}
        gone[edit.path] = {name for name in old if name not in now}
    return Scope(
        new=_kept(new),
        changed=_kept(changed),
        gone=_kept(gone),
        functions=_kept({edit.path: _rewritten(edit) for edit in python if not is_test_file(edit.path)}),
        lines={edit.path: _added(edit.old or "", edit.new or "") for edit in python if not is_test_file(edit.path)},
        texts={edit.path: edit.new for edit in python if edit.new is not None},
        before={edit.path: edit.old for edit in python if edit.old is not None},
    )


def merged(*parts: Names) -> Names:
    """Put names together."""
    found: dict[str, frozenset[str]] = {}
    for part in parts:
        for path, names in part.items():
            found[path] = found.get(path, frozenset()) | names
    return found


def pairs(names: Names) -> Iterator[tuple[str, str]]:
    """Give each path and name, in order."""
    return ((path, name) for path in sorted(names) for name in sorted(names[path]))


def is_test(function: Located) -> bool:
    """Say whether runners would take a function for a test, by its name."""
    return function.last.startswith("test") and not is_fixture(function)


def takeable(function: Located) -> bool:
    """Say whether a function does something that can be taken from it, and be missed."""
    if function.last in _NOT_TAKEN or any(last_name(mark) in _DECLARES for mark in function.node.decorator_list):
        return False
    body = without_docstring(function.node.body)
    return not all(isinstance(one, ast.Pass | ast.Raise) or _is_dots(one) for one in body)


def _is_dots(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _kept(names: Mapping[str, set[str]]) -> Names:
    return {path: frozenset(found) for path, found in names.items() if found}


@lru_cache(maxsize=64)
def _tests(text: str | None) -> dict[str, str]:
    return {one.name: _dump(one) for one in _functions(text) if is_test(one)}


def _rewritten(edit: Edit) -> set[str]:
    old = {one.name: _dump(one) for one in _functions(edit.old)}
    return {one.name for one in _functions(edit.new) if takeable(one) and old.get(one.name) != _dump(one)}


def _functions(text: str | None) -> tuple[Located, ...]:
    source = read_source(text.encode()) if text is not None else None
    return tuple(functions_in(source[1].body)) if source else ()


def _added(old: str, new: str) -> frozenset[int]:
    """Give the lines of the new text that are not the old one's, from 1."""
    matcher = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines())
    changed = (row for row in matcher.get_opcodes() if row[0] in {"insert", "replace"})
    return frozenset(line for _, _, _, start, end in changed for line in range(start + 1, end + 1))


def _dump(function: Located) -> str:
    node = function.node
    return dumped(ast.Module(body=[*without_docstring(node.body)], type_ignores=[])) + "".join(
        map(dumped, (node.args, *node.decorator_list))
    )
