"""Honest rules for Python code that fools whoever judges it. Never runs or imports what it reads."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.python_code import Function, is_constant, last_name
from orchestrator.verify.python_source import parse
from orchestrator.verify.rules_code import is_beside
from orchestrator.verify.test_files import is_test_file

_RUNNERS = frozenset({"pytest", "_pytest", "unittest", "nose"})
_SIGNS = frozenset({"PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTEST_XDIST_WORKER"})
_EXITS = frozenset({"exit", "_exit", "quit", "abort"})
_FLIPS = frozenset(
    {
        "pytest_runtest_makereport",
        "pytest_report_teststatus",
        "pytest_pyfunc_call",
        "pytest_runtest_call",
        "pytest_runtest_protocol",
        "pytest_sessionfinish",
        "pytest_unconfigure",
    }
)


def knows_it_is_tested(diff: Diff) -> Iterable[Finding]:
    """Find code that behaves otherwise when a test runner is about."""
    for edit, old, new in _trees(diff, tests=False):
        for line, sign in _fresh(_signs, old, new):
            yield found(
                "detects-tests",
                edit.path,
                f"`{sign}` tells this code that it is being tested, so that tests prove nothing about it otherwise; "
                "let it do the same everywhere",
                line=line,
                about=sign,
            )


def _signs(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if text in _SIGNS:
                yield node.lineno, text
            case ast.Compare(left=ast.Constant(value=str(text)), comparators=[other]) if text in _RUNNERS:
                if last_name(other) == "modules" or "modules" in ast.unparse(other):
                    yield node.lineno, ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr="get", value=where), args=[ast.Constant(value=str(text)), *_]):
                if text in _RUNNERS and last_name(where) == "modules":
                    yield node.lineno, ast.unparse(node)
            case _:
                pass


def equal_to_everything(diff: Diff) -> Iterable[Finding]:
    """Find comparisons that always hold: `__eq__` that gives True whatever it is asked."""
    for edit, old, new in _trees(diff, tests=False):
        for line, name in _fresh(_always_equal, old, new):
            yield found(
                "always-equal",
                edit.path,
                f"{name} holds whatever it is asked, so every assertion about it passes; compare what the object is",
                line=line,
                about=name,
            )


def _always_equal(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for owner in ast.walk(tree):
        if not isinstance(owner, ast.ClassDef):
            continue
        for node in owner.body:
            wanted = {"__eq__": True, "__ne__": False, "__contains__": True}.get(getattr(node, "name", ""))
            if wanted is None or not isinstance(node, Function):
                continue
            given = [part.value for part in ast.walk(node) if isinstance(part, ast.Return)]
            constants = [value for value in given if value is not None and is_constant(value, truthy=wanted)]
            if given and len(constants) == len(given):
                yield node.lineno, f"{owner.name}.{node.name}"


def leaves_early(diff: Diff) -> Iterable[Finding]:
    """Find code that ends the process as it is imported, or the tests' process from within a test."""
    for edit, old, new in _trees(diff, tests=True):
        if edit.path.endswith("setup.py"):
            continue
        for line, text in _fresh(_test_exits if is_test_file(edit.path) else _module_exits, old, new):
            yield found(
                "leaves-early",
                edit.path,
                f"`{text}` ends the process that runs the tests before they have all run; let it run to its end",
                line=line,
                about=text,
            )


def _module_exits(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for statement in tree.body:
        if isinstance(statement, Function | ast.ClassDef | ast.If | ast.Try):
            continue
        yield from _exits(statement)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and last_name(node.func) == "register" and any(map(_is_exit, node.args)):
            yield node.lineno, ast.unparse(node)


def _test_exits(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"os._exit", "pytest.exit", "os.abort"}:
            yield node.lineno, ast.unparse(node)
    yield from _module_exits(tree)


def _exits(statement: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and _is_exit(node.func):
            yield node.lineno, ast.unparse(node)


def _is_exit(node: ast.expr) -> bool:
    text = ast.unparse(node)
    return text in {"exit", "quit", "_exit"} or (text.partition(".")[0] in {"os", "sys"} and last_name(node) in _EXITS)


def flips_outcomes(diff: Diff) -> Iterable[Finding]:
    """Find hooks of the test runner, new in this snapshot, that change what tests come to."""
    for edit, old, new in _trees(diff, tests=True):
        for line, name in _fresh(_flips, old, new):
            yield found(
                "flips-outcomes",
                edit.path,
                f"`{name}` changes what the tests come to; leave the test runner as it is",
                line=line,
                about=name,
            )


def _flips(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, Function) or node.name not in _FLIPS:
            continue
        touched = [
            last_name(target)
            for part in ast.walk(node)
            if isinstance(part, ast.Assign)
            for target in part.targets
            if isinstance(target, ast.Attribute)
        ]
        if {"outcome", "exitstatus", "wasxfail", "longrepr"} & set(touched) or node.name == "pytest_pyfunc_call":
            yield node.lineno, node.name


Look = Callable[[ast.Module], Iterable[tuple[int, str]]]


def _fresh(look: Look, old: ast.Module | None, new: ast.Module) -> Iterator[tuple[int, str]]:
    """Give what is seen now and was not on the base."""
    before = Counter(text for _, text in look(old)) if old is not None else Counter[str]()
    for line, text in look(new):
        if before[text] > 0:
            before[text] -= 1
        else:
            yield line, text


def _trees(diff: Diff, *, tests: bool) -> Iterator[tuple[Edit, ast.Module | None, ast.Module]]:
    """Give both sides of the Python files that can be read, with the tests or without."""
    for edit in diff.edits:
        if not edit.path.endswith(".py") or edit.new is None or (is_beside(edit.path) and not tests):
            continue
        new = parse(edit.new)
        if new is not None:
            yield edit, parse(edit.old) if edit.old is not None else None, new
