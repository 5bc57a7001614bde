"""What one Python assertion is about, and how little it lets that vary. Never runs or imports what it reads."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from orchestrator.verify.readers.python.holding import matches_all
from orchestrator.verify.readers.python.known import truth
from orchestrator.verify.readers.python.names import identifiers
from orchestrator.verify.readers.python.values import last_name
from orchestrator.verify.readers.python.walk import dumped, walk
from orchestrator.verify.readers.trials import LAX, NONE, STRICT, TRUTH, Assertion

_COMPARED = 2
_COMPARISONS: dict[str, type[ast.cmpop]] = {
    "assertEqual": ast.Eq,
    "assertEquals": ast.Eq,
    "assertListEqual": ast.Eq,
    "assertDictEqual": ast.Eq,
    "assertTupleEqual": ast.Eq,
    "assertSetEqual": ast.Eq,
    "assertSequenceEqual": ast.Eq,
    "assertMultiLineEqual": ast.Eq,
    "assertNotEqual": ast.NotEq,
    "assertIs": ast.Is,
    "assertIsNot": ast.IsNot,
    "assertIn": ast.In,
    "assertNotIn": ast.NotIn,
    "assertGreater": ast.Gt,
    "assertGreaterEqual": ast.GtE,
    "assertLess": ast.Lt,
    "assertLessEqual": ast.LtE,
}
_LAX_METHODS = re.compile(r"assert(?:_)?(?:In|IsNotNone|IsInstance|Greater|Less|NotEqual|True|IsNot|NotIn)\w*$")
_LOSSY = frozenset(
    ("len", "type", "bool", "hash", "callable", "isinstance", "hasattr", "any", "all", "id", "repr", "dir")
)
"""Builtins that give the same for many values."""

_SHOWS = _LOSSY | {"str", "format"}
_MANY_TO_ONE = frozenset({"len", "type", "bool", "hash", "id", "any", "all"})
"""What makes two things alike that are not, whatever else they are put through."""

_ORDERING = frozenset(
    (
        *("sorted", "set", "frozenset", "list", "tuple", "dict", "str", "replace", "strip", "rstrip", "lstrip"),
        *("Path", "lower", "realpath", "normpath", "normcase", "abspath", "splitlines"),
    )
)
"""What both sides may be put through for a platform's sake."""


def as_condition(call: ast.Call) -> ast.expr | None:
    """Give what a method of unittest asserts as a condition; None where it is none."""
    name, given = last_name(call.func), call.args
    match name, given:
        case "assertTrue" | "assert_", [one, *_]:
            return one
        case "assertFalse", [one, *_]:
            return ast.UnaryOp(ast.Not(), one)
        case "assertIsNone", [one, *_]:
            return ast.Compare(one, [ast.Is()], [ast.Constant(None)])
        case "assertIsNotNone", [one, *_]:
            return ast.Compare(one, [ast.IsNot()], [ast.Constant(None)])
        case "assertIsInstance", [one, other, *_]:
            return ast.Call(ast.Name("isinstance"), [one, other], [])
        case _, [one, other, *_] if name in _COMPARISONS and _is_method(call):
            return ast.Compare(one, [_COMPARISONS[name]()], [other])
        case _:
            return None


def _is_method(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute)


def read(test: ast.expr, line: int, made: Mapping[str, str], guards: tuple[str, ...]) -> Assertion:
    """Read a condition that is asserted; `made` are the values of names, `guards` the conditions it stands under."""
    return Assertion(
        dump=dumped(test),
        subjects=frozenset(_subjects(test)) | {made[name] for name in _named(test) if name in made},
        strength=_strength(test, made),
        line=line,
        calls=frozenset(last_name(found.func) for found in walk(test) if isinstance(found, ast.Call)),
        words=identifiers(test),
        guards=guards,
        parts=frozenset(_parts(test)),
        sides=_sides(test),
    )


def read_call(call: ast.Call, made: Mapping[str, str], guards: tuple[str, ...]) -> Assertion:
    """Read a call that asserts."""
    condition = as_condition(call)
    if condition is not None:
        return read(condition, call.lineno, made, guards)
    name = last_name(call.func)
    subjects = frozenset(dumped(part) for part in call.args[:_COMPARED] if not isinstance(part, ast.Constant))
    if name in {"raises", "assertRaises"}:
        strength, subjects = (LAX if expects_any(call) else STRICT), frozenset({"raises"})
    elif _LAX_METHODS.match(name):
        strength = LAX
    else:
        strength = STRICT  # a helper of theirs: nobody can say that it is lax
    calls = frozenset(last_name(found.func) for found in walk(call) if isinstance(found, ast.Call))
    return Assertion(
        dump=dumped(call),
        subjects=subjects,
        strength=strength,
        line=call.lineno,
        calls=calls - {name},
        words=identifiers(call),
        guards=guards,
    )


def expects_any(call: ast.Call) -> bool:
    """Say whether whatever is raised is what a call waits for; a text it must have tells one from others."""
    named = {word.arg: word.value for word in call.keywords}
    given = [*call.args[:1], *(named[word] for word in ("expected_exception", "exception") if word in named)]
    kinds = [part for one in given for part in (one.elts if isinstance(one, ast.Tuple) else [one])]
    broad = any(last_name(kind) in _BROAD for kind in kinds)
    text = named.get("match")
    told = text is not None and not (isinstance(text, ast.Constant) and matches_all(text.value))
    return broad and not told


_BROAD = frozenset({"Exception", "BaseException"})


def _parts(test: ast.expr) -> Iterator[str]:
    """Give the larger expressions within a condition, but for what must hold for the whole to hold."""
    pending: list[ast.AST] = [test]
    while pending:
        node = pending.pop()
        inner = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr | ast.comprehension)]
        if _holds_for(node, test):
            pending.extend(inner)
            continue
        for part in inner:
            pending.append(part)
            if isinstance(part, ast.Compare | ast.Call | ast.BoolOp | ast.UnaryOp | ast.Attribute | ast.Subscript):
                yield dumped(part)


def _holds_for(node: ast.AST, test: ast.expr) -> bool:
    """Say whether a condition says no less than what it is made of: `a and b`, `bool(a)`, `a is True`."""
    match node:
        case ast.BoolOp(op=ast.And()):
            return node is test
        case ast.Call(func=ast.Name(id="bool" | "all")):
            return node is test
        case ast.Compare(ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=bool())]):
            return node is test
        case _:
            return False


def _sides(test: ast.expr) -> tuple[str, ...]:
    """Give both sides of an equality."""
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return dumped(left), dumped(right)
        case _:
            return ()


_LOSSLESS = frozenset({"string ( ? )", "[ ] byte ( ? )"})
"""What tells as much in another type (Go)."""


def follows_from(new: Assertion, old: Assertion) -> bool:
    """Say whether an equality only says of both sides of another what their lengths, types or beginnings are."""
    if len(new.sides) != _COMPARED or len(old.sides) != _COMPARED or set(new.sides) == set(old.sides):
        return False
    for one, other in (old.sides, old.sides[::-1]):
        left, right = new.sides
        if one in left and other in right and left != one and right != other:
            hollow = left.replace(one, "?")
            ordered = any(f"'{name}'" in hollow for name in _ORDERING) and "Subscript" not in hollow
            ordered = ordered and not any(f"'{name}'" in hollow for name in _MANY_TO_ONE)
            same = hollow in _LOSSLESS and new.strength >= old.strength
            if hollow == right.replace(other, "?") and not ordered and not same:
                return True
    return False


def _named(test: ast.expr) -> Iterator[str]:
    """Give the names an assertion compares."""
    sides = (test.left, *test.comparators) if isinstance(test, ast.Compare) else (test,)
    yield from (side.id for side in sides if isinstance(side, ast.Name))


def _subjects(test: ast.expr) -> Iterator[str]:
    match test:
        case ast.Compare():
            for part in (test.left, *test.comparators):
                if not isinstance(part, ast.Constant):
                    yield dumped(part)
                yield from _under(part)
        case ast.BoolOp():
            for part in test.values:
                yield from _subjects(part)
        case ast.UnaryOp(operand=operand):
            yield from _subjects(operand)
        case _:
            yield dumped(test)
            yield from _under(test)


def _under(part: ast.expr) -> Iterator[str]:
    """Give what stands in `len(...)`, `type(...)` and their like."""
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in _SHOWS and part.args:
        yield dumped(part.args[0])
        yield from _under(part.args[0])


def _strength(test: ast.expr, made: Mapping[str, str]) -> int:
    match test:
        case ast.BoolOp(op=ast.And()):
            return max(_strength(value, made) for value in test.values)
        case ast.BoolOp():
            return min(LAX, *(_strength(value, made) for value in test.values))
        case ast.Compare(left=one, ops=[ast.Eq() | ast.Is() as operator], comparators=[other]):
            return _sameness(one, operator, other, made)
        case ast.Compare(ops=[_, _, *_]) if all(isinstance(op, ast.Eq | ast.Is) for op in test.ops):
            return STRICT
        case ast.Compare(left=low, ops=[ast.Lt() | ast.LtE(), ast.Lt() | ast.LtE()], comparators=[_, high]) if not any(
            isinstance(edge, ast.Constant) for edge in (low, high)
        ):
            return STRICT  # between two computed values: as near as `approx`
        case ast.UnaryOp(op=ast.Not(), operand=ast.Compare(ops=[ast.In() | ast.NotIn() | ast.Eq() | ast.Is()])):
            return LAX  # the same as `not in`, `in`, `!=` and `is not`
        case ast.UnaryOp(op=ast.Not(), operand=asked):
            return STRICT if _is_yes_or_no(asked) else TRUTH
        case _:
            return STRICT if _is_yes_or_no(test) else NONE if truth(test) is not None else LAX


def _sameness(one: ast.expr, operator: ast.cmpop, other: ast.expr, made: Mapping[str, str]) -> int:
    """Say how strict it is that two values are equal, or are the same."""
    if is_same([one, other], made):
        return NONE
    if _is_lossy(one) or _is_lossy(other):
        return LAX if last_name(one) == last_name(other) == "type" else TRUTH
    if _is_loose(other) or _is_loose(one):
        return LAX
    return TRUTH if isinstance(operator, ast.Eq) and (_is_empty(one) or _is_empty(other)) else STRICT


def _is_yes_or_no(value: ast.expr) -> bool:
    """Say whether a call is a question of which the answer is yes or no: to assert it leaves nothing open."""
    return isinstance(value, ast.Call) and bool(_PREDICATE.match(last_name(value.func)))


_PREDICATE = re.compile(r"(?:is|has|can|are|was)_[a-z]|(?:starts|ends)with$|(?:is|has|can)[A-Z]")


def _is_empty(value: ast.expr) -> bool:
    """Say whether a value is a text or a collection with nothing in it: to equal it is to be empty, as `not x` says."""
    match value:
        case ast.Constant(value=text):
            return text in ("", b"") and isinstance(text, str | bytes)
        case ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.Dict(keys=inner):
            return not inner
        case _:
            return False


def _is_lossy(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _LOSSY


def _is_loose(value: ast.expr) -> bool:
    """Say whether a value equals almost anything: `approx(x, abs=1e9)`, `mock.ANY`."""
    if last_name(value) == "ANY":
        return True
    if not isinstance(value, ast.Call) or last_name(value.func) not in {"approx", "isclose"}:
        return False
    spans = [word.value for word in value.keywords] + value.args[1:]
    numbers = [one.value for one in spans if isinstance(one, ast.Constant)]
    return any(isinstance(number, int | float) and number >= 1 for number in numbers)


def is_same(values: Sequence[ast.expr], made: Mapping[str, str]) -> bool:
    """Say whether both sides are one expression, be it that one has a name."""
    if len(values) < _COMPARED:
        return False
    one, other = (made.get(part.id, "") if isinstance(part, ast.Name) else "" for part in values[:_COMPARED])
    dumps = [dumped(part) for part in values[:_COMPARED]]
    return dumps[0] == dumps[1] or one == dumps[1] or other == dumps[0]
