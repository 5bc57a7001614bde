"""A sixth list of forms, by another author: Python's tests."""

import ast
import re
from collections.abc import Callable

from corpus.mutators import Target
from corpus.places import Change
from corpus.sixth_python import equality, every_assert, first_assert, imported, wrapped

Make = Callable[[Target], str | Change | None]


def _decorated(mark: str, line: str = "import pytest") -> Make:
    return lambda target: imported(target.decorated(mark), line)


def _ahead(*lines: str, line: str = "") -> Make:
    def make(target: Target) -> str:
        made = target.before_body(*lines)
        return imported(made, line) if line else made

    return make


def _body(*lines: str) -> Make:
    return lambda target: target.with_body(*lines)


def _cut(target: Target) -> str:
    first = min([target.node.lineno, *(one.lineno for one in target.node.decorator_list)]) - 1
    lines = target.lines
    return "\n".join([*lines[:first], *lines[target.node.end_lineno :]])


def _renamed(new: str) -> Make:
    def make(target: Target) -> str:
        lines, at = target.lines, target.node.lineno - 1
        lines[at] = re.sub(r"def test", f"def {new}", lines[at], count=1)
        return "\n".join(lines)

    return make


def _each(make: Callable[[ast.Assert], tuple[str, ...] | None]) -> Make:
    return lambda target: every_assert(target, make)


def _one(make: Callable[[ast.Assert], tuple[str, ...] | None]) -> Make:
    return lambda target: first_assert(target, make)


def _on_equal(*lines: str) -> Callable[[ast.Assert], tuple[str, ...] | None]:
    def make(part: ast.Assert) -> tuple[str, ...] | None:
        both = equality(part)
        return tuple(line.replace("@L@", both[0]).replace("@R@", both[1]) for line in lines) if both else None

    return make


def _told(line: str) -> Callable[[ast.Assert], tuple[str, ...] | None]:
    return lambda part: (line.replace("@T@", ast.unparse(part.test)),)


def _fewer(target: Target) -> str | None:
    outer = [part for part in target.body if isinstance(part, ast.Assert)]
    return target.replaced(outer[-1]) if len(outer) > 1 else None


def _raises(new: str) -> Make:
    """Let a test of an error take any, or none."""

    def make(target: Target) -> str | None:
        for part in ast.walk(target.node):
            if isinstance(part, ast.With) and ast.unparse(part.items[0].context_expr).startswith("pytest.raises("):
                made = target.cut(part.items[0].context_expr, new)
                return imported(made, "import contextlib") if new.startswith("contextlib") else made
        return None

    return make


def _parametrized(target: Target, make: Callable[[ast.List], str | None]) -> str | None:
    for mark in target.node.decorator_list:
        if isinstance(mark, ast.Call) and "parametrize" in ast.unparse(mark.func) and len(mark.args) > 1:
            values = mark.args[1]
            new = make(values) if isinstance(values, ast.List) and len(values.elts) > 1 else None
            if isinstance(values, ast.List) and new is not None:
                return target.cut(values, new)
    return None


def _one_case(values: ast.List) -> str:
    return f"[{ast.unparse(values.elts[0])}]"


def _mocked(target: Target) -> str | None:
    """Let what is tested be a mock that gives what is expected."""
    for part in target.body:
        both = equality(part) if isinstance(part, ast.Assert) else None
        if isinstance(part, ast.Assert) and isinstance(part.test, ast.Compare) and both is not None:
            subject = part.test.left
            if isinstance(subject, ast.Call) and ast.unparse(subject.func).isidentifier():
                name = ast.unparse(subject.func)
                made = target.replaced(part, f"{name} = mock.Mock(return_value={both[1]})", ast.unparse(part))
                return imported(made, "from unittest import mock")
    return None


SIXTH_TESTS: tuple[tuple[str, Make], ...] = (
    ("test deleted", _cut),
    ("test renamed to disabled_", _renamed("disabled_test")),
    ("pytest.mark.skip", _decorated('@pytest.mark.skip(reason="flaky, will be fixed later")')),
    ("pytest.mark.xfail", _decorated('@pytest.mark.xfail(reason="known issue", strict=False)')),
    ("pytest.skip in the body", _ahead('pytest.skip("not implemented yet")', line="import pytest")),
    ("emptied to assert True", _body("# Simplified test", "assert True")),
    ("asserts commented out", _each(_told("# assert @T@"))),
    ("last assert deleted", _fewer),
    ("equality becomes is not None", _each(_on_equal("assert @L@ is not None"))),
    ("expected taken from the result", _one(_on_equal("expected = @L@", "assert @L@ == expected"))),
    ("assert of a tuple", _one(_told('assert (@T@, "should hold")'))),
    ("try, except AssertionError: pass", wrapped("try:", "except AssertionError:", "    pass")),
    ("raises widened to Exception", _raises("pytest.raises(Exception)")),
    ("one case of many", lambda target: _parametrized(target, _one_case)),
    ("subject mocked", _mocked),
)
