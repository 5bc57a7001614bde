"""The tests of a Python file: what they assert and what silences them. Never runs or imports what it reads."""

import ast
import re
from collections.abc import Iterator, Sequence

import msgspec

_ASSERTING = re.compile(r"(?:assert|expect|verify|check|should|must|ensure)", re.IGNORECASE)
_ASSERTS = frozenset({"raises", "warns", "deprecated_call", "fail"})
_SKIPS = frozenset(
    {"skip", "skipif", "skipIf", "skipUnless", "xfail", "expectedFailure", "skipTest", "SkipTest", "importorskip"}
)
_ALWAYS = frozenset({"skip", "xfail", "expectedFailure", "skipTest", "SkipTest"})

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class PythonTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test function, or a class or module (`is_test` false, the module's `name` empty) that can silence its tests.

    `markers` silence it, `unconditional` are those that always do. `hollow`: no statement that could do anything.
    """

    name: str
    line: int = 0
    is_test: bool = False
    assertions: int = 0
    hollow: bool = False
    body: str = ""
    markers: tuple[str, ...] = ()
    unconditional: tuple[str, ...] = ()


def read_tests(text: str) -> dict[str, PythonTest] | None:
    """Give a file's tests by qualified name; None if it cannot be parsed."""
    try:
        module = ast.parse(text)
        return dict(_tests(module))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _tests(module: ast.Module) -> Iterator[tuple[str, PythonTest]]:
    yield "", _silencer("", 1, (), module.body)
    yield from _within(module.body, "")


def _within(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, PythonTest]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            name = prefix + node.name
            yield name, _silencer(node.name, node.lineno, node.decorator_list, node.body)
            yield from _within(node.body, f"{name}.")
        elif isinstance(node, _Function) and node.name.startswith("test"):
            yield prefix + node.name, _test(node)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _within([*node.body, *getattr(node, "orelse", [])], prefix)


def _test(node: _Function) -> PythonTest:
    alive = tuple(_alive(node.body))
    called = [
        (_last(found.func), statement is found_in)
        for statement in alive
        for found_in, found in _calls(statement)
        if _last(found.func) in _SKIPS
    ]
    decorators = [(_last(decorator), _always(decorator)) for decorator in node.decorator_list]
    marks = [(name, always) for name, always in (*decorators, *called) if name in _SKIPS]
    return PythonTest(
        name=node.name,
        line=node.lineno,
        is_test=True,
        assertions=sum(_asserts(found) for statement in alive for found in ast.walk(statement)),
        hollow=all(_is_idle(statement) for statement in alive),
        body=ast.dump(ast.Module(body=node.body, type_ignores=[])),
        markers=tuple(name for name, _ in marks),
        unconditional=tuple(name for name, always in marks if always and name in _ALWAYS),
    )


def _silencer(name: str, line: int, decorators: Sequence[ast.expr], body: Sequence[ast.stmt]) -> PythonTest:
    """Read what a class or module does to all its tests."""
    marks = [(_last(decorator), _always(decorator)) for decorator in decorators]
    for statement in body:
        if isinstance(statement, ast.Assign):
            marks.extend(_assigned(statement))
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            marks.append((_last(statement.value.func), True))
    kept = [(mark, always) for mark, always in marks if mark in _SKIPS or mark == "__test__"]
    return PythonTest(
        name=name,
        line=line,
        markers=tuple(mark for mark, _ in kept),
        unconditional=tuple(mark for mark, always in kept if always and mark in {*_ALWAYS, "__test__"}),
    )


def _assigned(statement: ast.Assign) -> Iterator[tuple[str, bool]]:
    names = {target.id for target in statement.targets if isinstance(target, ast.Name)}
    if "__test__" in names and isinstance(statement.value, ast.Constant) and not statement.value.value:
        yield "__test__", True
    if "pytestmark" in names:
        marks = statement.value.elts if isinstance(statement.value, ast.List | ast.Tuple) else [statement.value]
        yield from ((_last(mark), _always(mark)) for mark in marks)


def _alive(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Give the statements that can be reached: what stands behind a return or under `if False` tests nothing."""
    for statement in body:
        if isinstance(statement, ast.If) and _is_constant(statement.test, truthy=False):
            yield from _alive(statement.orelse)
            continue
        yield statement
        if isinstance(statement, ast.Return):
            return


def _calls(statement: ast.stmt) -> Iterator[tuple[ast.stmt | None, ast.Call]]:
    """Give the calls in a statement, with the statement itself where the call is all it does."""
    whole = statement.value if isinstance(statement, ast.Expr) else getattr(statement, "exc", None)
    for found in ast.walk(statement):
        if isinstance(found, ast.Call):
            yield (statement if found is whole else None), found


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return not _is_vacuous(node.test)
    if not isinstance(node, ast.Call):
        return False
    name = _last(node.func)
    return name in _ASSERTS or bool(_ASSERTING.match(name.lstrip("_")))


def _is_vacuous(test: ast.expr) -> bool:
    """Say whether an assertion cannot fail: `assert True`, `assert x or True`."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(_is_constant(value, truthy=True) for value in test.values)
    return _is_constant(test, truthy=True) or (isinstance(test, ast.Tuple) and bool(test.elts))


def _is_idle(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Return(value=None) | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assert():
            return _is_vacuous(statement.test)
        case _:
            return False


def _always(mark: ast.expr) -> bool:
    """Say whether a marker applies whatever the circumstances: it has no condition, or a constant one."""
    if not isinstance(mark, ast.Call):
        return True
    conditions = [*mark.args, *(word.value for word in mark.keywords if word.arg == "condition")]
    return all(isinstance(condition, ast.Constant) for condition in conditions)


def _is_constant(node: ast.expr, *, truthy: bool) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value) is truthy


def _last(node: ast.expr) -> str:
    """Give the last name of `pytest.mark.skip`, called or not."""
    while isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
