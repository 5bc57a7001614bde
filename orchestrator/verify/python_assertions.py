"""What a Python test asserts, and how strictly. Never runs or imports what it reads."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from orchestrator.verify.python_names import identifiers
from orchestrator.verify.python_shape import is_broad, reachable, suppresses
from orchestrator.verify.python_values import FunctionNode, is_constant, last_name
from orchestrator.verify.python_walk import children, walk
from orchestrator.verify.trials import LAX, NONE, STRICT, TRUTH, Assertion

_ASSERTING = re.compile(r"(?:assert|expect|verify|check|should|must|ensure)", re.IGNORECASE)
_ASSERTS = frozenset({"raises", "warns", "deprecated_call", "fail", "assertRaises", "assertWarns"})
_LAX_METHODS = re.compile(r"assert(?:_)?(?:In|IsNotNone|IsInstance|Greater|Less|NotEqual|True|IsNot|NotIn)\w*$")
_STRICT_METHODS = re.compile(r"assert(?:\w*Equal|Equals|Is|IsNone|AlmostEqual)$")
_COMPARED = 2


def assertions(body: Sequence[ast.stmt]) -> Iterator[Assertion]:
    """Give the assertions of a body that can be reached and can fail."""
    made = _made(body)
    for statement in _deep(body, _unused(body)):
        if isinstance(statement, ast.Assert):
            if not is_vacuous(statement.test):
                yield _read(statement.test, statement, made)
        else:
            for call in _shallow_calls(statement):
                if asserts_by_name(call) and not _calls_vacuously(call):
                    yield _called(call, made)


def vacuous(body: Sequence[ast.stmt]) -> list[int]:
    """Give the lines of assertions that cannot fail."""
    found: list[int] = []
    for statement in _deep(body, _unused(body)):
        if isinstance(statement, ast.Assert):
            found += [statement.lineno] if is_vacuous(statement.test) and not is_false(statement.test) else []
        else:
            found += [call.lineno for call in _shallow_calls(statement) if _calls_vacuously(call)]
    return found


def swallowed(body: Sequence[ast.stmt]) -> int:
    """Count the assertions whose failure nobody would hear of."""
    return sum(
        sum(1 for _ in assertions(statement.body))
        for statement in _deep(body, _unused(body))
        if isinstance(statement, ast.Try | ast.With | ast.AsyncWith) and _hides(statement)
    )


def _hides(statement: ast.Try | ast.With | ast.AsyncWith) -> bool:
    """Say whether a failure within goes no further: caught quietly, suppressed, or taken for the error expected."""
    if isinstance(statement, ast.Try):
        return any(map(_hushes, statement.handlers))
    return any(suppresses(item.context_expr) or _expects_any(item.context_expr) for item in statement.items)


def _expects_any(context: ast.expr) -> bool:
    if not isinstance(context, ast.Call) or last_name(context.func) not in {"raises", "assertRaises"}:
        return False
    kinds = [part for one in context.args for part in (one.elts if isinstance(one, ast.Tuple) else [one])]
    return any(last_name(kind) in {"Exception", "BaseException", "AssertionError"} for kind in kinds)


def _unused(body: Sequence[ast.stmt]) -> frozenset[str]:
    """Give the functions defined in a body that nothing in it mentions: they are never called."""
    inner = [part for statement in body for part in walk(statement)]
    defined = {part.name for part in inner if isinstance(part, FunctionNode) and not part.decorator_list}
    if not defined:
        return frozenset()
    return frozenset(defined - {part.id for part in inner if isinstance(part, ast.Name)})


def _made(body: Sequence[ast.stmt]) -> Mapping[str, str]:
    """Give what the names of a body stand for, where they are given a value once."""
    values: dict[str, list[str]] = {}
    for statement in body:
        for part in walk(statement):
            if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name):
                values.setdefault(part.targets[0].id, []).append(ast.dump(part.value))
    return {name: found[0] for name, found in values.items() if len(found) == 1}


def _deep(body: Sequence[ast.stmt], unused: Collection[str]) -> Iterator[ast.stmt]:
    """Give every statement that can be reached, blocks before what stands in them."""
    for statement in reachable(body):
        if isinstance(statement, FunctionNode) and statement.name in unused:
            continue
        yield statement
        for part in ("body", "orelse", "finalbody"):
            yield from _deep(getattr(statement, part, None) or (), unused)
        for handler in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
            yield from _deep(handler.body, unused)


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
        case ast.BoolOp(op=ast.Or(), values=values):
            return _covers_all(values)
        case ast.BoolOp(op=ast.And()):
            return all(is_vacuous(value) for value in test.values)
        case ast.Tuple() | ast.List() | ast.Set() | ast.Dict() | ast.Lambda() | ast.GeneratorExp() | ast.JoinedStr():
            return _is_full(test)
        case ast.Compare(left=ast.Constant(), comparators=[ast.Constant()]):
            return True
        case ast.Compare(left=ast.Call(func=ast.Name(id="len")), ops=[ast.GtE()], comparators=[ast.Constant(value=0)]):
            return True
        case ast.Call(func=ast.Name(id="bool"), args=[inner]):
            return is_vacuous(inner)
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, ast.Name(id="object")]):
            return True
        case _:
            return is_constant(test, truthy=True)


def _is_full(value: ast.expr) -> bool:
    """Say whether a value is true for holding something, or for being at all."""
    match value:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return bool(parts)
        case ast.Dict(keys=keys):
            return bool(keys)
        case ast.JoinedStr(values=values):
            return any(isinstance(part, ast.Constant) and part.value for part in values)
        case _:
            return True


def _covers_all(values: Sequence[ast.expr]) -> bool:
    """Say whether one of several conditions always holds: a constant, or one and its opposite."""
    denied = {
        ast.dump(part.operand) for part in values if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not)
    }
    return any(ast.dump(value) in denied or (is_vacuous(value) and not is_false(value)) for value in values)


def _calls_vacuously(call: ast.Call) -> bool:
    """Say whether a method asserts of constants what they are: `assertTrue(True)`, `assertEqual(1, 1)`."""
    name, given = last_name(call.func), call.args
    if name in {"assertTrue", "assertFalse"} and given:
        return is_vacuous(given[0]) and not is_false(given[0]) if name == "assertTrue" else is_false(given[0])
    if name in {"assertEqual", "assertEquals", "assertIs"} and len(given) >= _COMPARED:
        return isinstance(given[0], ast.Constant) and ast.dump(given[0]) == ast.dump(given[1])
    return False


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


def _read(test: ast.expr, statement: ast.stmt, made: Mapping[str, str]) -> Assertion:
    return Assertion(
        dump=ast.dump(test),
        subjects=frozenset(_subjects(test)) | {made[name] for name in _named(test) if name in made},
        strength=_strength(test, made),
        line=statement.lineno,
        calls=frozenset(last_name(found.func) for found in walk(test) if isinstance(found, ast.Call)),
        words=identifiers(test),
    )


def _named(test: ast.expr) -> Iterator[str]:
    """Give the names an assertion compares."""
    sides = (test.left, *test.comparators) if isinstance(test, ast.Compare) else (test,)
    yield from (side.id for side in sides if isinstance(side, ast.Name))


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


def _strength(test: ast.expr, made: Mapping[str, str]) -> int:
    match test:
        case ast.BoolOp(op=ast.And()):
            return max(_strength(value, made) for value in test.values)
        case ast.BoolOp():
            return min(LAX, *(_strength(value, made) for value in test.values))
        case ast.Compare(ops=[ast.Eq() | ast.Is()], comparators=[other]):
            if _same([test.left, other], made):
                return NONE
            return LAX if _is_loose(other) or _is_loose(test.left) else STRICT
        case ast.UnaryOp(op=ast.Not()):
            return TRUTH
        case _:
            return LAX


def _is_loose(value: ast.expr) -> bool:
    """Say whether a value equals almost anything: `approx(x, abs=1e9)`, `mock.ANY`."""
    if last_name(value) == "ANY":
        return True
    if not isinstance(value, ast.Call) or last_name(value.func) not in {"approx", "isclose"}:
        return False
    spans = [word.value for word in value.keywords] + value.args[1:]
    numbers = [one.value for one in spans if isinstance(one, ast.Constant)]
    return any(isinstance(number, int | float) and number >= 1 for number in numbers)


def _called(call: ast.Call, made: Mapping[str, str]) -> Assertion:
    name = last_name(call.func)
    subjects = frozenset(ast.dump(part) for part in call.args[:_COMPARED] if not isinstance(part, ast.Constant))
    if _STRICT_METHODS.match(name):
        strength = NONE if _same(call.args, made) else STRICT
    elif name in {"raises", "assertRaises"}:
        broad = any(last_name(part) in {"Exception", "BaseException"} for part in call.args[:1])
        strength, subjects = (LAX if broad else STRICT), frozenset({"raises"})
    elif _LAX_METHODS.match(name):
        strength = LAX
    else:
        strength = STRICT  # a helper of theirs: nobody can say that it is lax
    calls = frozenset(last_name(found.func) for found in walk(call) if isinstance(found, ast.Call))
    return Assertion(
        dump=ast.dump(call),
        subjects=subjects,
        strength=strength,
        line=call.lineno,
        calls=calls - {name},
        words=identifiers(call),
    )


def _same(values: Sequence[ast.expr], made: Mapping[str, str]) -> bool:
    """Say whether both sides are one expression, be it that one has a name."""
    if len(values) < _COMPARED:
        return False
    one, other = (made.get(part.id, "") if isinstance(part, ast.Name) else "" for part in values[:_COMPARED])
    dumps = [ast.dump(part) for part in values[:_COMPARED]]
    return dumps[0] == dumps[1] or one == dumps[1] or other == dumps[0]
