"""What Python conditions come to whatever the input. Never runs what it reads."""

import ast
from collections.abc import Iterator, Sequence

from orchestrator.verify.readers.python.values import last_name
from orchestrator.verify.readers.python.walk import dumped

_TEXTS = frozenset({"repr", "ascii", "format", "hex", "oct", "bin"})
"""Builtins that never give an empty text."""

_TRUE = frozenset({"id", "type", "object", "repr", "ascii", "hex", "oct", "bin", "super", "iter", "locals", "globals"})
"""Builtins whose value is always true, or so good as always."""

_EMPTYING = frozenset({"list", "tuple", "set", "frozenset", "dict", "sorted", "reversed", "iter", "enumerate", "zip"})
_OF_ALL = frozenset(dir(object))
_COMPARED = 2


def truth(node: ast.expr) -> bool | None:  # noqa: C901, PLR0912 - a table of forms, a line each
    """Say what a condition always comes to; None where it depends on anything."""
    match node:
        case ast.Constant(value=value):
            return bool(value)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            known = truth(inner)
            return None if known is None else not known
        case ast.BoolOp(op=ast.And(), values=values):
            return _all_of(values)
        case ast.BoolOp(values=values):
            return _any_of(values)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return None if parts and all(isinstance(part, ast.Starred) for part in parts) else bool(parts)
        case ast.Dict(keys=keys):
            return None if keys and all(key is None for key in keys) else bool(keys)
        case ast.JoinedStr(values=values):
            return True if any(isinstance(part, ast.Constant) and part.value for part in values) else None
        case ast.Lambda() | ast.GeneratorExp():
            return True
        case ast.ListComp() | ast.SetComp() | ast.DictComp():
            return False if is_empty(node) else None
        case ast.NamedExpr(value=value):
            return truth(value)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            known = truth(test)
            return truth(body if known else orelse) if known is not None else _agreed(truth(body), truth(orelse))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(left, op, right)
        case ast.Attribute(attr="__class__"):
            return True
        case ast.Call(func=ast.Name(id=name), args=args):
            return _called(name, args)
        case _:
            return None


def _agreed(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - what conditions come to
    return one if one is other else None


def _all_of(values: Sequence[ast.expr]) -> bool | None:
    known = [truth(value) for value in values]
    if any(value is False for value in known) or _denies_itself(values):
        return False
    return True if all(value is True for value in known) else None


def _any_of(values: Sequence[ast.expr]) -> bool | None:
    known = [truth(value) for value in values]
    if any(value is True for value in known) or _denies_itself(values):
        return True
    return False if all(value is False for value in known) else None


def _denies_itself(values: Sequence[ast.expr]) -> bool:
    """Say whether one of several conditions is the opposite of another."""
    plain = {dumped(value) for value in values}
    return any(dumped(opposite) in plain for value in values for opposite in _opposites(value))


_OPPOSITES: dict[type, type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.Is: ast.IsNot,
    ast.In: ast.NotIn,
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
}


def _opposites(value: ast.expr) -> Iterator[ast.expr]:
    match value:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            yield inner
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPPOSITES:
            yield ast.Compare(left=left, ops=[_OPPOSITES[type(op)]()], comparators=[right])
        case _:
            pass


def _called(name: str, args: Sequence[ast.expr]) -> bool | None:
    match name, args:
        case "bool", [inner]:
            return truth(inner)
        case "isinstance" | "issubclass", [first, second]:
            return True if _is_of_any_kind(first, second) else None
        case "hasattr", [_, ast.Constant(value=str(attribute))]:
            return True if attribute in _OF_ALL else None
        case "all" | "any", [inner]:
            return _of_many(name, inner)
        case _ if name in _TRUE:
            return True
        case _ if name in _EMPTYING or name in {"range", "sum", "len", "str", "int", "float", "bytes"}:
            return (
                False
                if args and is_empty(args[0] if name != "range" else ast.Call(ast.Name(name), list(args), []))
                else None
            )
        case _:
            return None


def _of_many(name: str, inner: ast.expr) -> bool | None:
    """Say what `all` or `any` of something comes to."""
    if is_empty(inner):
        return name == "all"
    if isinstance(inner, ast.List | ast.Tuple | ast.Set):
        return _all_of(inner.elts) if name == "all" else _any_of(inner.elts)
    if isinstance(inner, ast.GeneratorExp | ast.ListComp) and not any(one.ifs for one in inner.generators):
        known = truth(inner.elt)
        return known if (known is True) is (name == "all") else None
    return None


def _is_of_any_kind(first: ast.expr, second: ast.expr) -> bool:
    """Say whether whatever is of the kind that is asked for: `object`, or its own."""
    match second:
        case ast.Name(id="object"):
            return True
        case ast.Tuple(elts=parts):
            return any(_is_of_any_kind(first, part) for part in parts)
        case ast.Call(func=ast.Name(id="type"), args=[inner]):
            return dumped(inner) == dumped(first)
        case ast.Attribute(attr="__class__", value=inner):
            return dumped(inner) == dumped(first)
        case _:
            return False


def is_empty(node: ast.expr) -> bool | None:
    """Say whether something has no members, or always some; None where nobody knows."""
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return None if any(isinstance(part, ast.Starred) for part in parts) else not parts
        case ast.Dict(keys=keys):
            return None if any(key is None for key in keys) else not keys
        case ast.Constant(value=str() | bytes() as text):
            return not text
        case ast.ListComp(generators=loops) | ast.SetComp(generators=loops) | ast.GeneratorExp(generators=loops):
            never = any(is_empty(one.iter) or any(truth(test) is False for test in one.ifs) for one in loops)
            return True if never else None
        case ast.DictComp(generators=loops):
            return True if any(is_empty(one.iter) for one in loops) else None
        case ast.Call(func=ast.Name(id="range"), args=args):
            return _is_empty_range(args)
        case ast.Call(func=ast.Name(id=name), args=args) if name in _EMPTYING:
            return True if not args else is_empty(args[0])
        case ast.Subscript(slice=ast.Slice(upper=ast.Constant(value=0), lower=None)):
            return True
        case _:
            return None


def _is_empty_range(args: Sequence[ast.expr]) -> bool | None:
    numbers = [part.value for part in args if isinstance(part, ast.Constant) and isinstance(part.value, int)]
    if len(numbers) != len(args) or not numbers:
        return None
    first, last = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) > _COMPARED else 1
    return len(range(first, last, step)) == 0 if step else None


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
    if _is_plain(left) and _is_plain(right):
        return _of_values(left, op, right)
    found = _by_length(left, op, right)
    found = _by_size(left, op, right) if found is None else found
    if found is not None:
        return found
    if dumped(left) == dumped(right) and not _does_anything(left):
        return _of_itself(op)
    if _is_truth(left) or _never_none(left):
        return _of_truth(op, right, only_bool=_is_truth(left))
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.Tuple | ast.List | ast.Set):
        among = any(dumped(part) == dumped(left) for part in right.elts)
        return isinstance(op, ast.In) if among else None
    return None


def _is_plain(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List):
        return all(map(_is_plain, node.elts))
    return isinstance(node, ast.Constant)


def _of_values(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
    one, other = ast.literal_eval(left), ast.literal_eval(right)
    try:
        match op:
            case ast.Eq() | ast.Is():
                return bool(one == other)
            case ast.NotEq() | ast.IsNot():
                return bool(one != other)
            case ast.Lt():
                return bool(one < other)
            case ast.Gt():
                return bool(one > other)
            case ast.LtE():
                return bool(one <= other)
            case ast.GtE():
                return bool(one >= other)
            case _:
                return (one in other) is isinstance(op, ast.In)
    except TypeError:
        return None


def _by_length(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
    """Say what a length compared with a number comes to: none is below nothing."""
    try:
        number = ast.literal_eval(right)
    except (ValueError, TypeError, SyntaxError):
        return None
    match left:
        case ast.Call(func=ast.Name(id="len"), args=[inner]) if isinstance(number, int):
            at_least = 1 if isinstance(inner, ast.Call) and last_name(inner.func) in _TEXTS else 0
        case _:
            return None
    match op:
        case ast.GtE():
            return True if number <= at_least else None
        case ast.Gt() | ast.NotEq():
            return True if number < at_least else None
        case ast.Lt():
            return False if number <= at_least else None
        case ast.LtE() | ast.Eq():
            return False if number < at_least else None
        case _:
            return None


def _by_size(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
    """Say what comparing something that has members with something that has none comes to: `[x] != []`."""
    if not isinstance(op, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
        return None
    sizes = {is_empty(one) if isinstance(one, _DISPLAYS) else None for one in (left, right)}
    return isinstance(op, ast.NotEq | ast.IsNot) if sizes == {True, False} else None


_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)


def _of_itself(op: ast.cmpop) -> bool | None:
    match op:
        case ast.Eq() | ast.Is() | ast.GtE() | ast.LtE():
            return True
        case ast.NotEq() | ast.IsNot() | ast.Lt() | ast.Gt():
            return False
        case _:
            return None


def _is_truth(node: ast.expr) -> bool:
    """Say whether a value is True or False: a comparison, a denial, `bool(...)`."""
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Call(func=ast.Name(id="bool" | "isinstance" | "issubclass" | "callable" | "hasattr" | "all" | "any")):
            return True
        case ast.BoolOp(values=values):
            return all(map(_is_truth, values))
        case _:
            return False


def _never_none(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _TRUE or name in _EMPTYING or name in {"str", "len", "int", "float", "hash", "bool"}
        case ast.List() | ast.Tuple() | ast.Dict() | ast.Set() | ast.JoinedStr() | ast.Lambda():
            return True
        case _:
            return False


def _of_truth(op: ast.cmpop, right: ast.expr, *, only_bool: bool) -> bool | None:
    """Say what a value that is never None, or only True or False, comes to when it is compared."""
    match op, right:
        case ast.IsNot() | ast.NotEq(), ast.Constant(value=None):
            return True
        case ast.Is() | ast.Eq(), ast.Constant(value=None):
            return False
        case ast.In(), ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts) if only_bool:
            values = [part.value for part in parts if isinstance(part, ast.Constant)]
            return True if True in values and False in values else None
        case _:
            return None


def _does_anything(node: ast.expr) -> bool:
    """Say whether an expression calls anything, so that asking twice may tell something."""
    return any(isinstance(part, ast.Call | ast.Await | ast.Yield) for part in ast.walk(node))
