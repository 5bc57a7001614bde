"""What happens in a Python test between a value and the assertion about it, or before it. Never runs what it reads."""

import ast
from collections.abc import Iterator, Sequence

from orchestrator.verify.readers.python.values import FunctionNode, last_name
from orchestrator.verify.readers.python.walk import walk

_RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex"})
_QUIET = frozenset({"print", "log", "debug", "info", "repr", "str", "len", "sleep"})
"""What is called and changes nothing."""


def never_run(statement: ast.stmt, within: ast.stmt | None) -> bool:
    """Say whether an assertion speaks of the error for which the block around it waits: where it came, the block ended.

    Only behind what may raise it.
    """
    if not isinstance(statement, ast.Assert) or not isinstance(within, ast.With | ast.AsyncWith):
        return False
    errors = {
        item.optional_vars.id
        for item in within.items
        if isinstance(item.optional_vars, ast.Name)
        and isinstance(item.context_expr, ast.Call)
        and last_name(item.context_expr.func) in _RAISES
    }
    told = any(isinstance(part, ast.Name) and part.id in errors for part in walk(statement.test))
    return told and within.body[0] is not statement


def done_since(body: Sequence[ast.stmt], line: int) -> frozenset[str]:
    """Give the names whose value is asked of something to which something was done before a line, and since.

    What is done stands by itself; what a plain name or a constant stands for stays what it is.
    """
    done = [(at, names) for at, names in _done(body) if at < line]
    found: set[str] = set()
    for part in (inner for statement in body for inner in walk(statement)):
        match part:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not isinstance(value, ast.Name | ast.Constant):
                about = _owners(value)
                if any(part.lineno < at and about & names for at, names in done):
                    found.add(name)
            case _:
                pass
    return frozenset(found)


def _owners(value: ast.expr) -> set[str]:
    """Give the names of what a value is asked of by a method or an attribute, itself or what it holds."""
    held = (part.value for part in walk(value) if isinstance(part, ast.Attribute))
    return {one.id for one in held if isinstance(one, ast.Name)}


def _done(body: Sequence[ast.stmt]) -> Iterator[tuple[int, set[str]]]:
    """Give the lines on which something is done to something, and to what."""
    for statement in body:
        if isinstance(statement, FunctionNode | ast.ClassDef):
            continue
        for part in walk(statement):
            if isinstance(part, ast.Expr) and any(map(_acts, walk(part))):
                yield part.lineno, {inner.id for inner in walk(part) if isinstance(inner, ast.Name)}


def _acts(part: ast.AST) -> bool:
    return isinstance(part, ast.Call) and last_name(part.func) not in _QUIET
