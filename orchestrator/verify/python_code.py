"""The functions of a Python file: what they compute, or only pretend to. Never runs or imports what it reads."""

import ast
import re
from collections.abc import Iterator, Sequence

from orchestrator.verify.code import Function, Shape
from orchestrator.verify.python_walk import children, walk

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_DECLARED = frozenset({"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod", "overload"})
_DECLARING = frozenset({"Protocol", "ABC", "ABCMeta", "TypedDict", "NamedTuple", "Interface"})
_LATER = re.compile(
    r"\b(?:TODO|FIXME|XXX)\b|\bnot\s+(?:yet\s+)?implemented\b|\bunimplemented\b|\bimplement\s+(?:me|this|later)\b"
    r"|\bplaceholder\b|\bstub(?:bed)?\b",
    re.IGNORECASE,
)
_NOISE = frozenset({"print", "sleep", "debug", "info", "warning", "warn", "error", "log", "exception", "critical"})


def functions(tree: ast.Module, text: str) -> dict[str, Function]:
    """Give a module's functions by qualified name; of those defined twice, the last that is no overload."""
    lines = text.splitlines()
    return {function.name: function for function in _functions(tree.body, "", lines, declared=False, method=False)}


def _functions(
    body: Sequence[ast.stmt], prefix: str, lines: list[str], *, declared: bool, method: bool
) -> Iterator[Function]:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if not any(last_name(mark) == "overload" for mark in node.decorator_list):
                    yield _read(node, prefix, lines, declared=declared, method=method)
                yield from _functions(node.body, f"{prefix}{node.name}.", lines, declared=False, method=False)
            case ast.ClassDef():
                bases = {last_name(base) for base in (*node.bases, *(word.value for word in node.keywords))}
                inside = f"{prefix}{node.name}."
                yield from _functions(node.body, inside, lines, declared=bool(bases & _DECLARING), method=True)
            case ast.If() | ast.Try() | ast.With():
                inner = [*node.body, *getattr(node, "orelse", [])]
                if not (isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING"):
                    yield from _functions(inner, prefix, lines, declared=declared, method=method)
            case _:
                pass


def _read(node: FunctionNode, prefix: str, lines: list[str], *, declared: bool, method: bool) -> Function:
    body = without_docstring(node.body)
    alive = tuple(reachable(body))
    marks = {last_name(mark) for mark in node.decorator_list}
    own = [found for statement in alive for found in _own(statement)]
    names = {argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    source = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    shape = _shape(alive, names)
    return Function(
        name=prefix + node.name,
        line=node.lineno,
        shape=shape,
        declared=declared or bool(marks & _DECLARED),
        abstract=bool(marks & _DECLARED),
        method=method,
        gives=any(_gives(found) for found in own),
        promises=node.returns is not None and not _says_none(node.returns),
        arguments=len(names - {"self", "cls"}),
        cut=_cut(body),
        later=shape is not Shape.REAL and bool(_LATER.search(source)),
        swallows=_swallows(alive),
        steps=tuple(ast.dump(statement) for statement in body),
    )


def without_docstring(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Leave out the docstring."""
    return list(body[1:] if body and is_text(body[0]) else body)


def is_text(statement: ast.stmt) -> bool:
    """Say whether a statement is nothing but a constant: a docstring, a number, an ellipsis."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def reachable(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Give the statements that can be reached: nothing behind a return or raise, nothing under `if False`."""
    for statement in body:
        match statement:
            case ast.If(test=test) if is_constant(test, truthy=False):
                yield from reachable(statement.orelse)
            case ast.If(test=test) if is_constant(test, truthy=True):
                inner = list(reachable(statement.body))
                yield from inner
                if inner and _ends(inner[-1]):
                    return
            case ast.While(test=test) if is_constant(test, truthy=False):
                pass
            case ast.For(iter=ast.List(elts=[]) | ast.Tuple(elts=[])):
                pass
            case _:
                yield statement
                if _ends(statement):
                    return


def _ends(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return | ast.Raise | ast.Break | ast.Continue)


def _cut(body: Sequence[ast.stmt]) -> int:
    """Count the statements nothing can reach, at the outermost level; a bare `yield` behind makes a generator."""
    alive = {id(statement) for statement in reachable(body)}
    dead = [statement for statement in body if id(statement) not in alive and not _is_open(statement, alive)]
    return sum(not is_text(statement) and not _is_yield(statement) for statement in dead)


def _is_open(statement: ast.stmt, alive: set[int]) -> bool:
    """Say whether parts of a constant branch are alive: `if True:` around the whole body hides nothing."""
    inner = statement.body if isinstance(statement, ast.If) else []
    other = statement.orelse if isinstance(statement, ast.If) else []
    return any(id(part) in alive for part in (*inner, *other))


def _is_yield(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield)


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a statement without the functions and classes defined in it."""
    yield node
    if isinstance(node, FunctionNode | ast.ClassDef | ast.Lambda):
        return
    for child in reversed(children(node)):
        yield from _own(child)


def _gives(node: ast.AST) -> bool:
    if isinstance(node, ast.Return):
        return node.value is not None
    return isinstance(node, ast.Yield | ast.YieldFrom)


def _says_none(returns: ast.expr) -> bool:
    text = ast.unparse(returns).strip("\"'")
    return "None" in text or "NoReturn" in text or "Never" in text


def _shape(alive: Sequence[ast.stmt], names: set[str]) -> Shape:
    """Tell what a body comes to when logging, waiting and constants put into variables are left out."""
    constants: set[str] = set()
    given: ast.expr | None = None
    for statement in alive:
        match statement:
            case ast.Return(value=value):
                given = value
            case ast.Raise():
                return Shape.RAISES if _raises_later(statement) else Shape.REAL
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_fixed(value, constants):
                constants.add(name)
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is None or _is_fixed(value, constants):
                constants.add(name)
            case _ if not _is_idle(statement):
                return Shape.REAL
            case _:
                pass
    if given is None:
        return Shape.EMPTY
    if isinstance(given, ast.Name) and given.id in names - constants:
        return Shape.ARGUMENT
    return Shape.CONSTANT if _is_fixed(given, constants) else Shape.REAL


def _is_idle(statement: ast.stmt) -> bool:
    """Say whether a statement computes nothing: an import, a name looked at, a log line."""
    match statement:
        case ast.Pass() | ast.Import() | ast.ImportFrom() | ast.Global() | ast.Nonlocal() | ast.Delete():
            return True
        case ast.Assign(targets=[ast.Name(id="_")], value=value):
            return isinstance(value, ast.Name | ast.Tuple)
        case ast.Expr(value=value):
            return isinstance(value, ast.Constant | ast.Name) or _is_noise(value)
        case _:
            return False


def _is_noise(value: ast.expr) -> bool:
    call = value.value if isinstance(value, ast.Await) else value
    return isinstance(call, ast.Call) and last_name(call.func) in _NOISE


def _raises_later(statement: ast.Raise) -> bool:
    if statement.exc is None:
        return False
    name = last_name(statement.exc)
    if name in {"NotImplementedError", "NotImplemented"}:
        return True
    words = [found.value for found in walk(statement.exc) if isinstance(found, ast.Constant)]
    return any(isinstance(word, str) and _LATER.search(word) for word in words)


def _is_fixed(value: ast.expr, constants: set[str]) -> bool:
    """Say whether a value is the same whatever the arguments."""
    match value:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in constants
        case ast.UnaryOp(operand=operand):
            return _is_fixed(operand, constants)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return all(_is_fixed(part, constants) for part in parts)
        case ast.Dict(keys=keys, values=parts):
            return all(_is_fixed(part, constants) for part in (*filter(None, keys), *parts))
        case ast.Call(func=ast.Name(id="list" | "dict" | "set" | "tuple" | "str" | "int" | "bytes"), args=[]):
            return not value.keywords
        case _:
            return False


def _swallows(alive: Sequence[ast.stmt]) -> bool:
    """Say whether all a body does stands in a `try` that keeps every error quiet."""
    rest = [statement for statement in alive if not isinstance(statement, ast.Return | ast.Pass)]
    if len(rest) != 1 or not isinstance(rest[0], ast.Try):
        return False
    return any(is_broad(handler) and is_quiet(handler.body) for handler in rest[0].handlers)


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler catches whatever goes wrong."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(last_name(kind) in {"Exception", "BaseException"} for kind in kinds)


def is_quiet(body: Sequence[ast.stmt]) -> bool:
    """Say whether a handler's body lets nobody know."""
    return all(
        isinstance(statement, ast.Pass | ast.Continue)
        or is_text(statement)
        or (isinstance(statement, ast.Return) and (statement.value is None or _is_fixed(statement.value, set())))
        or (isinstance(statement, ast.Expr) and _is_noise(statement.value))
        for statement in body
    )


def is_constant(node: ast.expr, *, truthy: bool) -> bool:
    """Say whether an expression is a constant of that truth."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return is_constant(node.operand, truthy=not truthy)
    return isinstance(node, ast.Constant) and bool(node.value) is truthy


def last_name(node: ast.expr) -> str:
    """Give the last name of `pytest.mark.skip`, called, subscripted or not."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
