"""What a condition over the platform or the version of Python comes to where tests are commonly run. Pure."""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orchestrator.verify.readers.python.known import truth

_VERSIONS = ((3, 10), (3, 11), (3, 12), (3, 13), (3, 14), (3, 15))
_SYSTEMS = (("linux", "posix", "Linux"), ("darwin", "posix", "Darwin"), ("win32", "nt", "Windows"))


def _places(systems: Sequence[tuple[str, str, str]]) -> tuple[Mapping[str, object], ...]:
    return tuple(
        {
            "sys.platform": platform,
            "os.name": name,
            "platform.system()": system,
            "sys.version": f"{version[0]}.{version[1]}.0",
            "sys.version_info": (*version, 0),
            "sys.version_info[:2]": version,
            "sys.version_info[0]": version[0],
            "sys.version_info.major": version[0],
            "sys.maxsize": 2**63 - 1,
            "platform.python_implementation()": "CPython",
            "sys.implementation.name": "cpython",
            "sys.byteorder": "little",
        }
        for platform, name, system in systems
        for version in _VERSIONS
    )


_HERE = _places(_SYSTEMS[:1])
_ANYWHERE = _places(_SYSTEMS)


def holds_everywhere(condition: ast.expr) -> bool:
    """Say whether a condition holds on every common system with every common version."""
    return all(_value(condition, place) is True for place in _ANYWHERE)


def holds_here(condition: ast.expr) -> bool:
    """Say whether it holds wherever tests are judged: on Linux, with every common version."""
    return all(_value(condition, place) is True for place in _HERE)


def _value(node: ast.expr, place: Mapping[str, object]) -> object:
    """Give what an expression comes to at a place; None where nobody knows."""
    match node:
        case ast.BoolOp(op=op, values=values):
            known = [_value(value, place) for value in values]
            wanted = isinstance(op, ast.Or)
            if any(value is wanted for value in known):
                return wanted
            return (not wanted) if all(value is (not wanted) for value in known) else None
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            value = _value(inner, place)
            return not value if isinstance(value, bool) else None
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(_leaf(left, place), op, _leaf(right, place))
        case ast.Call(
            func=ast.Attribute(attr="startswith" | "endswith" as name, value=owner),
            args=[ast.Constant(value=str(text))],
        ):
            whole = _leaf(owner, place)
            return getattr(whole, name)(text) if isinstance(whole, str) else None
        case _:
            there = place.get(ast.unparse(node))
            return bool(there) if there is not None else truth(node)


def _leaf(node: ast.expr, place: Mapping[str, object]) -> object:
    known = place.get(ast.unparse(node))
    if known is not None:
        return known
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


_OPERATORS: Mapping[type[ast.cmpop], Callable[[Any, Any], object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}


def _compared(one: object, op: ast.cmpop, other: object) -> bool | None:
    compare = _OPERATORS.get(type(op))
    if compare is None or one is None or other is None:
        return None
    try:
        return bool(compare(one, other))
    except TypeError:
        return None
