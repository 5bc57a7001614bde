"""Conditions of Python that as good as hold whatever they are asked of, where a test asserts them. Never runs them."""

import ast
import re

from orchestrator.verify.readers.python.values import last_name
from orchestrator.verify.readers.python.walk import dumped

_TEXTS = frozenset({"repr", "format", "ascii", "pformat", "dumps"})
_OF_TEXTS = frozenset({"isprintable", "__str__", "__repr__"})
_SEARCHES = frozenset({"match", "search", "fullmatch", "findall", "assertRegex", "assertRegexpMatches"})
_ANY_TEXT = re.compile(
    r"(?:\(\?s\))?\^?(?:\(\?:\)|\(?(?:\.|\[\\s\\S\]|\[\\w\\W\]|\(\?s:\.\))[*+]\??\)?)(?:\$|\\Z)?|\^?\.|\.\$|\^|\$|"
)
"""What a pattern says that every text matches, or every one that is not empty."""


def holds_anyway(test: ast.expr) -> bool:
    """Say whether a condition says nothing of what it is about: it has a text, or that text holds an empty one."""
    match test:
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(map(holds_anyway, values))
        case ast.BoolOp(values=values):
            return all(map(holds_anyway, values))
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return "ANY" in {last_name(left), last_name(right)}
        case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
            return _is_empty(left) or _is_put_in(left, right)
        case ast.Compare(left=left, ops=[ast.NotEq() | ast.IsNot() | ast.Gt()], comparators=[right]):
            return (is_shown(left) and _is_empty(right)) or (_is_length_of_text(left) and _is_zero(right))
        case ast.Compare(left=left, ops=[ast.GtE()], comparators=[ast.Constant(value=1)]):
            return _is_length_of_text(left)
        case ast.Call(func=ast.Attribute(attr="startswith" | "endswith"), args=[one]):
            return _is_empty(one)
        case ast.Call(func=func, args=[first, *rest]) if last_name(func) in _SEARCHES:
            patterns = [*rest[:1], *([] if last_name(func).startswith("assert") else [first])]
            return any(isinstance(one, ast.Constant) and matches_all(one.value) for one in patterns)
        case ast.Call(args=[inner], func=ast.Name(id="bool" | "len")):
            return is_text(inner)
        case _:
            return is_text(test)


def is_shown(value: ast.expr) -> bool:
    """Say whether a value is the text of another, which may be what a test is about."""
    return is_text(value) or (isinstance(value, ast.Call) and last_name(value.func) == "str" and len(value.args) == 1)


def is_text(value: ast.expr) -> bool:
    """Say whether a value is the text of another, of whatever kind: it is hardly ever an empty one."""
    match value:
        case ast.JoinedStr(values=parts):
            return any(isinstance(part, ast.FormattedValue) for part in parts)
        case ast.Call(func=ast.Attribute(attr=name, value=inner)) if name in _OF_TEXTS:
            return name != "isprintable" or is_shown(inner)
        case ast.Call(func=func, args=[_, *_]):
            return last_name(func) in _TEXTS
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
            return True
        case _:
            return False


def matches_all(pattern: object) -> bool:
    """Say whether a regular expression is one that every text matches."""
    return isinstance(pattern, str) and _ANY_TEXT.fullmatch(pattern) is not None


def _is_length_of_text(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Name(id="len"), args=[inner]):
            return is_shown(inner)
        case _:
            return False


def _is_put_in(one: ast.expr, listed: ast.expr) -> bool:
    """Say whether a list that is written out holds a value by its words, and others beside it that are no constants."""
    if not isinstance(listed, ast.List | ast.Tuple | ast.Set):
        return False
    told = [dumped(part) for part in listed.elts]
    return dumped(one) in told and not all(isinstance(part, ast.Constant) for part in listed.elts)


def _is_empty(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in ("", b"")


def _is_zero(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value == 0
