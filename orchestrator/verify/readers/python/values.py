"""Python expressions whose value is known beforehand, and other small questions. Never runs what it reads."""

import ast
import builtins
from collections.abc import Collection

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_PURE = frozenset(
    (
        *("int", "str", "bool", "float", "bytes", "len", "range", "dict", "list", "set", "tuple", "frozenset", "sum"),
        *("min", "max", "abs", "round", "sorted", "reversed", "object", "complex", "ord", "chr", "pow", "iter", "type"),
        *("bytearray", "enumerate", "zip", "any", "all", "divmod", "hash", "repr", "format", "slice"),
        *("locals", "globals", "vars", "dir"),
    )
)
_TELLING = frozenset(
    ("next", "isinstance", "issubclass", "hasattr", "getattr", "callable", "id", "ascii", "hex", "oct")
)
_ERRORS = frozenset(name for name in vars(builtins) if name.endswith(("Error", "Exception")))
_MOCKS = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "PropertyMock"})
_PARTS = (
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript, ast.Slice, ast.Starred, ast.JoinedStr),
    *(ast.FormattedValue, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.NamedExpr, ast.Await),
)
_LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def is_pure(name: str) -> bool:
    """Say whether a builtin gives nothing but what it is given."""
    return name in _PURE or name in _TELLING or name in _ERRORS


def is_mock(name: str) -> bool:
    """Say whether a class stands in for whatever one likes."""
    return name in _MOCKS


def is_fixed(value: ast.expr, constants: Collection[str]) -> bool:
    """Say whether a value is the same whatever the arguments; `constants` are names that are."""
    match value:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in constants
        case ast.Attribute(value=owner):
            return is_fixed(owner, constants)
        case ast.Call(func=ast.Name(id=name)) if name in _PURE or name in _MOCKS or name in constants:
            return _are_fixed((*value.args, *(word.value for word in value.keywords)), constants)
        case ast.Call(func=ast.Attribute(attr="cast") | ast.Name(id="cast"), args=[_, held]):
            return is_fixed(held, constants)
        case ast.Call(func=ast.Attribute(attr=name, value=owner)):
            given = (*value.args, *(word.value for word in value.keywords))
            return (name in _MOCKS or is_fixed(owner, constants)) and _are_fixed(given, constants)
        case _ if isinstance(value, _PARTS):
            inner = [part for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr)]
            return all(_is_target(part) or is_fixed(part, constants) for part in inner)
        case _ if isinstance(value, _LOOPS):
            return _is_fixed_loop(value, constants)
        case _:
            return False


def _are_fixed(values: Collection[ast.expr], constants: Collection[str]) -> bool:
    return all(is_fixed(value, constants) for value in values)


def _is_target(part: ast.expr) -> bool:
    return isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)


def _is_fixed_loop(value: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, known: Collection[str]) -> bool:
    names = {part.id for one in value.generators for part in ast.walk(one.target) if isinstance(part, ast.Name)}
    inner = {*known, *names}
    results = (value.key, value.value) if isinstance(value, ast.DictComp) else (value.elt,)
    conditions = [condition for one in value.generators for condition in one.ifs]
    return _are_fixed([one.iter for one in value.generators], known) and _are_fixed((*results, *conditions), inner)


def is_constant(node: ast.expr, *, truthy: bool) -> bool:
    """Say whether an expression is a constant of that truth."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return is_constant(node.operand, truthy=not truthy)
    return isinstance(node, ast.Constant) and bool(node.value) is truthy


def is_text(statement: ast.stmt) -> bool:
    """Say whether a statement is nothing but a constant: a docstring, a number, an ellipsis."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def without_docstring(body: Collection[ast.stmt]) -> list[ast.stmt]:
    """Leave out the docstring."""
    statements = list(body)
    return statements[1:] if statements and is_text(statements[0]) else statements


def last_name(node: ast.expr) -> str:
    """Give the last name of `pytest.mark.skip`, called, subscripted or not."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
