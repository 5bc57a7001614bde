"""What a Python test asserts, and how strictly. Never runs or imports what it reads."""

import ast
import re
from collections.abc import Iterator, Sequence

from orchestrator.verify.python_code import is_broad, is_constant, last_name, reachable
from orchestrator.verify.python_walk import children, walk
from orchestrator.verify.trials import LAX, NONE, STRICT, TRUTH, Assertion

_ASSERTING = re.compile(r"(?:assert|expect|verify|check|should|must|ensure)", re.IGNORECASE)
_ASSERTS = frozenset({"raises", "warns", "deprecated_call", "fail", "assertRaises", "assertWarns"})
_LAX_METHODS = re.compile(r"assert(?:_)?(?:In|IsNotNone|IsInstance|Greater|Less|NotEqual|True|IsNot|NotIn)\w*$")
_STRICT_METHODS = re.compile(r"assert(?:\w*Equal|Equals|Is|IsNone|AlmostEqual)$")
_COMPARED = 2


def assertions(body: Sequence[ast.stmt]) -> Iterator[Assertion]:
    """Give the assertions of a body that can be reached and can fail."""
    for statement in _deep(body):
        if isinstance(statement, ast.Assert):
            if not is_vacuous(statement.test):
                yield _read(statement.test, statement)
        else:
            for call in _shallow_calls(statement):
                if asserts_by_name(call):
                    yield _called(call)


def vacuous(body: Sequence[ast.stmt]) -> list[int]:
    """Give the lines of assertions that cannot fail."""
    return [
        statement.lineno
        for statement in _deep(body)
        if isinstance(statement, ast.Assert) and is_vacuous(statement.test) and not is_false(statement.test)
    ]


def swallowed(body: Sequence[ast.stmt]) -> int:
    """Count the assertions whose failure nobody would hear of."""
    count = 0
    for statement in _deep(body):
        hushed = (isinstance(statement, ast.Try) and any(map(_hushes, statement.handlers))) or (
            isinstance(statement, ast.With) and any(_suppresses(item.context_expr) for item in statement.items)
        )
        if hushed and isinstance(statement, ast.Try | ast.With):
            count += sum(1 for _ in assertions(statement.body))
    return count


def _deep(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Give every statement that can be reached, blocks before what stands in them."""
    for statement in reachable(body):
        yield statement
        for part in ("body", "orelse", "finalbody"):
            yield from _deep(getattr(statement, part, None) or ())
        for handler in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
            yield from _deep(handler.body)


def _shallow_calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """Give the calls of a statement without those of the statements in it."""
    parts: list[ast.AST] = [part for part in children(statement) if not isinstance(part, _BLOCKS)]
    while parts:
        part = parts.pop()
        if isinstance(part, ast.Call):
            yield part
        parts.extend(inner for inner in children(part) if not isinstance(inner, ast.stmt))


_BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def asserts_by_name(call: ast.Call) -> bool:
    """Say whether a call's name says that it asserts."""
    name = last_name(call.func)
    return name in _ASSERTS or bool(_ASSERTING.match(name.lstrip("_")))


def is_vacuous(test: ast.expr) -> bool:
    """Say whether an assertion cannot fail, or does nothing but fail: `assert True`, `assert x or True`."""
    match test:
        case ast.BoolOp(op=ast.Or()):
            return any(is_constant(value, truthy=True) for value in test.values)
        case ast.BoolOp(op=ast.And()):
            return all(is_vacuous(value) for value in test.values)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return bool(parts)
        case ast.Compare(left=ast.Constant(), comparators=[ast.Constant()]):
            return True
        case ast.Compare(left=ast.Call(func=ast.Name(id="len")), ops=[ast.GtE()], comparators=[ast.Constant(value=0)]):
            return True
        case _:
            return is_constant(test, truthy=True)


def is_false(test: ast.expr) -> bool:
    """Say whether an assertion always fails, as `assert False` does."""
    return is_constant(test, truthy=False)


def _hushes(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    caught = is_broad(handler) or any(kind is not None and last_name(kind) == "AssertionError" for kind in kinds)
    loud = (ast.Raise, ast.Assert, ast.Call)
    return caught and not any(
        isinstance(found, loud) and not (isinstance(found, ast.Call) and last_name(found.func) == "print")
        for statement in handler.body
        for found in walk(statement)
    )


def _suppresses(context: ast.expr) -> bool:
    if not (isinstance(context, ast.Call) and last_name(context.func) == "suppress"):
        return False
    return any(last_name(kind) in {"Exception", "BaseException", "AssertionError"} for kind in context.args)


def _read(test: ast.expr, statement: ast.stmt) -> Assertion:
    return Assertion(
        dump=ast.dump(test),
        subjects=frozenset(_subjects(test)),
        strength=_strength(test),
        line=statement.lineno,
        calls=frozenset(last_name(found.func) for found in walk(test) if isinstance(found, ast.Call)),
    )


def _subjects(test: ast.expr) -> Iterator[str]:
    match test:
        case ast.Compare():
            yield from (ast.dump(part) for part in (test.left, *test.comparators) if not isinstance(part, ast.Constant))
        case ast.BoolOp():
            for part in test.values:
                yield from _subjects(part)
        case ast.UnaryOp(operand=operand):
            yield from _subjects(operand)
        case ast.Call(func=ast.Name(id="isinstance" | "len" | "bool" | "hasattr" | "callable"), args=[first, *_]):
            yield ast.dump(first)
        case _:
            yield ast.dump(test)


def _strength(test: ast.expr) -> int:
    match test:
        case ast.BoolOp(op=ast.And()):
            return max(map(_strength, test.values))
        case ast.BoolOp():
            return min(LAX, *map(_strength, test.values))
        case ast.Compare(ops=[ast.Eq() | ast.Is()], comparators=[other]):
            return NONE if ast.dump(test.left) == ast.dump(other) else STRICT
        case ast.UnaryOp(op=ast.Not()):
            return TRUTH
        case _:
            return LAX


def _called(call: ast.Call) -> Assertion:
    name = last_name(call.func)
    subjects = frozenset(ast.dump(part) for part in call.args[:_COMPARED] if not isinstance(part, ast.Constant))
    if _STRICT_METHODS.match(name):
        strength = NONE if _same(call.args) else STRICT
    elif name in {"raises", "assertRaises"}:
        broad = any(last_name(part) in {"Exception", "BaseException"} for part in call.args[:1])
        strength, subjects = (LAX if broad else STRICT), frozenset({"raises"})
    elif _LAX_METHODS.match(name):
        strength = LAX
    else:
        strength = STRICT  # a helper of theirs: nobody can say that it is lax
    calls = frozenset(last_name(found.func) for found in walk(call) if isinstance(found, ast.Call))
    return Assertion(dump=ast.dump(call), subjects=subjects, strength=strength, line=call.lineno, calls=calls - {name})


def _same(values: Sequence[ast.expr]) -> bool:
    return len(values) >= _COMPARED and ast.dump(values[0]) == ast.dump(values[1])
