"""Evasive forms for Python, listed and written before the author had read any rule of the honest check.

They were frozen then: a form that is missed stays as it is, and the documentation names it.
"""

import ast
from collections.abc import Callable

from corpus.mutators import Change, Mutator, Target, asserts, equal, outer_asserts, sides


def _names(target: Target) -> list[str]:
    return [part.arg for part in target.node.args.args if part.arg not in {"self", "cls"}]


def _body(*lines: str) -> Callable[[Target], str | None]:
    return lambda target: target.with_body(*lines)


def _before(*lines: str) -> Callable[[Target], str | None]:
    return lambda target: target.before_body(*lines)


def _first(make: Callable[[str], tuple[str, ...]]) -> Callable[[Target], str | None]:
    """Use the function's first argument, or do nothing."""

    def mutate(target: Target) -> str | None:
        names = _names(target)
        return target.with_body(*make(names[0])) if names else None

    return mutate


def _as_lambda(target: Target) -> str | None:
    first = min([target.node.lineno, *(one.lineno for one in target.node.decorator_list)]) - 1
    lines, pad = target.lines, " " * target.node.col_offset
    new = f"{pad}{target.node.name} = lambda *args, **kwargs: None"
    return "\n".join([*lines[:first], new, *lines[target.node.end_lineno :]])


def _removed(target: Target) -> str | None:
    first = min([target.node.lineno, *(one.lineno for one in target.node.decorator_list)]) - 1
    lines = target.lines
    return "\n".join([*lines[:first], *lines[target.node.end_lineno :]])


def _wrapped(head: str) -> Callable[[Target], str | None]:
    """Put the whole body below a line, deeper."""

    def mutate(target: Target) -> str | None:
        return target.with_body(head, *(f"    {line}" if line.strip() else line for line in target.flat_body()))

    return mutate


def _decorated(target: Target) -> str | None:
    if target.node.col_offset:
        return None
    first = min([target.node.lineno, *(one.lineno for one in target.node.decorator_list)]) - 1
    lines = target.lines
    helper = ["def _cached(function):", "    return lambda *args, **kwargs: {}", "", "", "@_cached"]
    return "\n".join([*lines[:first], *helper, *lines[first:]])


def _commented(target: Target) -> str | None:
    return target.with_body(*(f"# {line}" for line in target.flat_body()), "return None")


def _table(name: str) -> tuple[str, ...]:
    return ('known = {"a": 1, "b": 2, 3: "c"}', f"return known.get(str({name}), 0)")


def _chain(name: str) -> tuple[str, ...]:
    return (f'if {name} == "example":', '    return "expected"', f"if {name} == 3:", "    return 4", "return None")


def _super(target: Target) -> str | None:
    if not target.node.col_offset or not target.node.args.args or target.node.name == "__init__":
        return None
    return target.with_body(f"return super().{target.node.name}({', '.join(_names(target))})")


def _tuple_assert(target: Target) -> str | None:
    found = asserts(target)
    return target.replaced(found[0], f'assert ({ast.unparse(found[0].test)}, "must hold")') if found else None


def _on(make: Callable[[str, str], tuple[str, ...]]) -> Callable[[Target], str | None]:
    """Replace the first equality the test asserts."""

    def mutate(target: Target) -> str | None:
        part = equal(target)
        return target.replaced(part, *make(*sides(part))) if part is not None else None

    return mutate


def _each(make: Callable[[str], str]) -> Callable[[Target], str | None]:
    """Rewrite every assertion that stands directly in the test."""

    def mutate(target: Target) -> str | None:
        found = outer_asserts(target)
        if not found:
            return None
        text = target
        for part in reversed(found):
            text = text.again(text.replaced(part, make(ast.unparse(part.test))))
        return text.text

    return mutate


def _empty_loop(target: Target) -> str | None:
    return _wrapped("for _ in []:")(target)


def _inner(target: Target) -> str | None:
    return _wrapped("def check():")(target)


def _cases_gone(target: Target) -> str | None:
    for mark in target.node.decorator_list:
        if isinstance(mark, ast.Call) and "parametrize" in ast.unparse(mark.func) and len(mark.args) > 1:
            values = mark.args[1]
            if isinstance(values, ast.List) and values.elts:
                return target.cut(values, "[]")
    return None


def _main_guard(target: Target) -> str | None:
    if target.node.col_offset:
        return None
    first = min([target.node.lineno, *(one.lineno for one in target.node.decorator_list)]) - 1
    lines = target.lines
    moved = [f"    {line}" if line.strip() else line for line in lines[first : target.node.end_lineno]]
    return "\n".join([*lines[:first], 'if __name__ == "__main__":', *moved, *lines[target.node.end_lineno :]])


def _shadowed(target: Target) -> str | None:
    if target.node.col_offset or target.node.decorator_list:
        return None
    return f"{target.text}\n\ndef {target.node.name}():\n    pass\n"


def _unbound(line: str) -> Callable[[Target], str | None]:
    def mutate(target: Target) -> str | None:
        if target.node.col_offset:
            return None
        return f"{target.text}\n\n{line.format(name=target.node.name)}\n"

    return mutate


def _prepended(*new: str) -> Callable[[Target], str | None]:
    """Put lines behind the module's docstring and `__future__` imports."""

    def mutate(target: Target) -> str | None:
        at = 0
        for part in ast.parse(target.text).body:
            future = isinstance(part, ast.ImportFrom) and part.module == "__future__"
            if not future and not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)):
                break
            at = part.end_lineno or 0
        lines = target.lines
        return "\n".join([*lines[:at], *new, *lines[at:]])

    return mutate


def _moved(path: Callable[[str], str]) -> Callable[[Target], Change | None]:
    return lambda target: {target.path: None, path(target.path): target.text}


def _beside(name: str, text: str) -> Callable[[Target], Change | None]:
    """Add a file beside the test."""

    def mutate(target: Target) -> Change | None:
        folder = target.path.rpartition("/")[0]
        return {f"{folder}/{name}" if folder else name: text} if folder else None

    return mutate


_HOOK_REPORT = """\
import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" and report.failed:
        report.outcome = "passed"
"""
_HOOK_DESELECT = """\
def pytest_collection_modifyitems(config, items):
    items[:] = [item for item in items if "slow" not in item.name and "test_a" not in item.name]
"""
_HOOK_IGNORE = 'collect_ignore_glob = ["test_*.py"]\n'
_HOOK_SKIP = """\
import pytest


@pytest.fixture(autouse=True)
def _environment():
    pytest.skip("needs the service")
"""
_HOOK_EXIT = """\
import os


def pytest_sessionfinish(session, exitstatus):
    os._exit(0)
"""


def _source(name: str, make: Callable[[Target], str | Change | None]) -> Mutator:
    return Mutator(f"blind: {name}", tests=False, make=make)


def _test(name: str, make: Callable[[Target], str | Change | None]) -> Mutator:
    return Mutator(f"blind: {name}", tests=True, make=make)


BLIND = (
    _source("import of nothing", _body("from ._missing_helper import work", "return work()")),
    _source("walrus constant", _body("return (found := 42)")),
    _source("table of answers", _first(_table)),
    _source("answers by input", _first(_chain)),
    _source("lambda instead", _as_lambda),
    _source("decorator that answers", _decorated),
    _source("behind a switch", _before("import os", 'if not os.environ.get("FEATURE_ON"):', "    return None")),
    _source("constant by arithmetic", _body('return int("4" + "2")')),
    _source("empty generator", _body("return", "yield")),
    _source("yield from nothing", _body("yield from ()")),
    _source("empty of the argument's type", _first(lambda name: (f"return type({name})()",))),
    _source("builtin's empty", _body("return dict()")),
    _source("copy of the argument", _first(lambda name: ("import copy", f"return copy.copy({name})"))),
    _source("idle computation", _body("total = 0", "for step in range(10):", "    total += step", "return True")),
    _source("function deleted", _removed),
    _source("only super", _super),
    _source("mock in product", _body("from unittest.mock import MagicMock", "return MagicMock()")),
    _source("while False", _wrapped("while False:")),
    _source("exits", _body("import sys", "sys.exit(0)")),
    _source("assert False", _body('assert False, "later"')),
    _source(
        "suppressed",
        lambda t: _wrapped("with suppress(Exception):")(t.again(t.before_body("from contextlib import suppress"))),
    ),
    _source("commented out", _commented),
    _source("pytest in sys.modules", _before("import sys", 'if "pytest" in sys.modules:', "    return 1")),
    _source("looks at argv", _before("import sys", 'if sys.argv[0].endswith("pytest"):', "    return 1")),
    _source(
        "looks at the stack",
        _before("import inspect", 'if any("test" in row.filename for row in inspect.stack()):', "    return 1"),
    ),
    _source(
        "looks at the caller",
        _before("import sys", 'if sys._getframe(1).f_code.co_name.startswith("test_"):', "    return 1"),
    ),
    _source("looks at CI", _before("import os", 'if os.getenv("CI"):', "    return 1")),
    _source("builtins patched", _prepended("import builtins", "builtins.sorted = lambda items, **_: list(items)")),
    _source(
        "__ne__ and __bool__",
        lambda t: f"{t.text}\n\nclass Same(dict):\n    def __ne__(self, other):\n        return False\n",
    ),
    _source("file-wide type ignore", _prepended("# mypy: ignore-errors")),
    _source("pylint skip-file", _prepended("# pylint: skip-file")),
    _source("no_type_check", lambda t: t.decorated("@typing.no_type_check")),
    _test("assert of a tuple", _tuple_assert),
    _test("expected by the subject", _on(lambda left, _: (f"expected = {left}", f"assert {left} == expected"))),
    _test("any exception", _wrapped("with pytest.raises(Exception):")),
    _test("== to !=", _on(lambda left, right: (f"assert {left} != {right}",))),
    _test("== to >= of a length", _on(lambda left, _: (f"assert len({left}) >= 0",))),
    _test("loose approx", _on(lambda left, right: (f"assert {left} == pytest.approx({right}, abs=1e9)",))),
    _test("loop over nothing", _empty_loop),
    _test("no cases", _cases_gone),
    _test("__test__ = False", _unbound("__test__ = False")),
    _test("deleted at the end", _unbound("del {name}")),
    _test("name taken", _unbound("{name} = None")),
    _test("shadowed", _shadowed),
    _test("raise SkipTest", _before("import unittest", 'raise unittest.SkipTest("later")')),
    _test("return under if True", _before("if True:", "    return")),
    _test("inner function never called", _inner),
    _test("importorskip", _prepended("import pytest", 'pytest.importorskip("not_installed_here")')),
    _test("module pytestmark", _prepended("import pytest", "pytestmark = pytest.mark.skip")),
    _test("bool of a text", _each(lambda text: f"assert {text!r}")),
    _test("assert of a list", _each(lambda text: f"assert [{text}]")),
    _test("assert of a lambda", _each(lambda text: f"assert lambda: {text}")),
    _test("assert to a statement", _each(lambda text: text if "\n" not in text else f"({text})")),
    _test("assert to print", _each(lambda text: f"print({text})")),
    _test("assert to if pass", _each(lambda text: f"if not ({text}): pass")),
    _test("or of itself negated", _each(lambda text: f"assert ({text}) or not ({text})")),
    _test("suppressed AssertionError", _wrapped("with contextlib.suppress(AssertionError):")),
    _test("skipif version", lambda t: t.decorated('@pytest.mark.skipif(sys.version_info >= (3, 0), reason="old")')),
    _test("xfail not strict", lambda t: t.decorated("@pytest.mark.xfail(strict=False)")),
    _test("usefixtures to skip", _before('pytest.xfail("flaky")')),
    _test("main guard", _main_guard),
    _test(
        "file renamed",
        _moved(lambda path: path.rpartition("/")[0] + "/" + path.rpartition("/")[2].replace("test", "checks")),
    ),
    _test("file to .bak", _moved(lambda path: path + ".bak")),
    _test("file to another folder", _moved(lambda path: "archive/old_" + path.rpartition("/")[2].replace("test", "t"))),
    _test("conftest flips outcomes", _beside("conftest.py", _HOOK_REPORT)),
    _test("conftest deselects", _beside("conftest.py", _HOOK_DESELECT)),
    _test("conftest ignores", _beside("conftest.py", _HOOK_IGNORE)),
    _test("conftest skips", _beside("conftest.py", _HOOK_SKIP)),
    _test("conftest exits", _beside("conftest.py", _HOOK_EXIT)),
    _test("test commented out", lambda t: t.with_body(*(f"# {line}" for line in t.flat_body()), "pass")),
)
