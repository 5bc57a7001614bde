"""What a Python statement gives away by itself: it only waits or tells, gives up, keeps errors quiet. Never runs it."""

import ast
import re
from collections.abc import Sequence

from orchestrator.verify.readers.python.known import truth
from orchestrator.verify.readers.python.values import is_fixed, is_text, last_name
from orchestrator.verify.readers.python.walk import walk

LATER = re.compile(
    r"\b(?:TODO|FIXME|XXX)\b|\bnot\s+(?:yet\s+)?implemented\b|\bunimplemented\b|\bimplement\s+(?:me|this|later)\b"
    r"|\bplaceholder\b|\bstub(?:bed)?\b",
    re.IGNORECASE,
)
_NOISE = frozenset({"print", "sleep", "debug", "info", "warning", "warn", "error", "log", "exception", "critical"})
_EXITS = frozenset({"sys.exit", "os._exit", "exit", "quit", "os.abort"})


def is_noise(value: ast.expr) -> bool:
    """Say whether a call only waits, or tells somebody something."""
    call = value.value if isinstance(value, ast.Await) else value
    return isinstance(call, ast.Call) and last_name(call.func) in _NOISE


def gives_up(statement: ast.stmt) -> bool:
    """Say whether a statement ends everything, or always fails."""
    match statement:
        case ast.Expr(value=ast.Call(func=func, args=args)):
            return ast.unparse(func) in _EXITS and all(is_fixed(part, ()) for part in args)
        case ast.Assert(test=test):
            return truth(test) is False
        case _:
            return False


def raises_later(statement: ast.Raise) -> bool:
    """Say whether an error says that the work is still to be done."""
    if statement.exc is None:
        return False
    name = last_name(statement.exc)
    if name in {"NotImplementedError", "NotImplemented", "SystemExit"}:
        return True
    words = [found.value for found in walk(statement.exc) if isinstance(found, ast.Constant)]
    return any(isinstance(word, str) and LATER.search(word) for word in words)


def swallows(alive: Sequence[ast.stmt]) -> bool:
    """Say whether all a body does stands in a `try` (or `suppress`) that keeps every error quiet."""
    rest = [
        statement
        for statement in alive
        if not isinstance(statement, ast.Return | ast.Pass | ast.ImportFrom | ast.Import) and not _sets(statement)
    ]
    if any(isinstance(one, ast.Try) and any(map(_is_return, one.finalbody)) for one in rest):
        return True
    if len(rest) != 1:
        return False
    if isinstance(rest[0], ast.With):
        return any(suppresses(item.context_expr) for item in rest[0].items)
    return isinstance(rest[0], ast.Try) and any(is_broad(one) and is_quiet(one.body) for one in rest[0].handlers)


def _sets(statement: ast.stmt) -> bool:
    """Say whether a statement only gives names a constant: what is given back where all went wrong."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            return is_fixed(value, ()) and all(isinstance(one, ast.Name) for one in targets)
        case _:
            return False


def _is_return(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return)


def suppresses(context: ast.expr) -> bool:
    """Say whether a context keeps quiet whatever goes wrong."""
    if not (isinstance(context, ast.Call) and last_name(context.func) == "suppress"):
        return False
    return any(last_name(kind) in {"Exception", "BaseException", "AssertionError"} for kind in context.args)


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler catches whatever goes wrong."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(last_name(kind) in {"Exception", "BaseException"} for kind in kinds)


def hands_on(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler raises, or lets somebody have what was caught."""
    inner = [part for statement in handler.body for part in walk(statement)]
    given = (part for call in inner if isinstance(call, ast.Call) for part in walk(call))
    raises = any(isinstance(part, ast.Raise) for part in inner)
    return raises or any(isinstance(part, ast.Name) and part.id == handler.name for part in given)


def is_quiet(body: Sequence[ast.stmt]) -> bool:
    """Say whether a handler's body lets nobody know."""
    return all(
        isinstance(statement, ast.Pass | ast.Continue)
        or is_text(statement)
        or (isinstance(statement, ast.Return) and (statement.value is None or is_fixed(statement.value, ())))
        or (isinstance(statement, ast.Expr) and is_noise(statement.value))
        or _sets(statement)
        for statement in body
    )
