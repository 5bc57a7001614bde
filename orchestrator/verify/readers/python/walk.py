"""Walking Python syntax trees: `ast.walk` without what says nothing (contexts), several times as quick."""

import ast
from collections.abc import Iterator

_SKIPPED = frozenset({"ctx", "type_comment", "kind"})
_TEXTS = frozenset(
    ("id", "attr", "name", "arg", "asname", "module", "level", "conversion", "is_async", "simple", "rest", "kwd_attrs")
)
"""Fields that hold no nodes, whatever they are of."""
_FIELDS: dict[type, tuple[str, ...]] = dict.fromkeys((ast.Name, ast.Constant, ast.Global, ast.Nonlocal, ast.alias), ())


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Give a node and everything below it, in the order of the text."""
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        pending.extend(children(one))


def children(node: ast.AST) -> list[ast.AST]:
    """Give what stands in a node, the last first."""
    kind = type(node)
    names = _FIELDS.get(kind)
    if names is None:
        texts = _TEXTS - {"name"} if kind.__name__ == "TypeAlias" else _TEXTS
        names = _FIELDS[kind] = tuple(name for name in reversed(kind._fields) if name not in _SKIPPED | texts)
    found: list[ast.AST] = []
    for name in names:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in reversed(value) if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
FUNCTIONS = SCOPES[:3]


def shallow(node: ast.AST, *, apart: tuple[type[ast.AST], ...] = SCOPES) -> Iterator[ast.AST]:
    """Give a node and everything below it, in the order of the text, without what stands in definitions in it.

    `apart`: the definitions that are given and not looked into.
    """
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        if not isinstance(one, apart):
            pending.extend(children(one))


def dumped(node: ast.AST) -> str:
    """Give a text that is the same for the same code, however it is laid out: `ast.dump`, several times as quick."""
    parts: list[str] = []
    _put(node, parts)
    return "".join(parts)


def _put(node: ast.AST, parts: list[str]) -> None:
    kind = type(node)
    names = _FORWARD.get(kind)
    if names is None:
        names = _FORWARD[kind] = tuple(name for name in kind._fields if name not in _SKIPPED)
    parts.append(f"{kind.__name__}(")
    for name in names:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            _put(value, parts)
        elif isinstance(value, list):
            parts.append("[")
            for item in value:
                if isinstance(item, ast.AST):
                    _put(item, parts)
                else:
                    parts.append(repr(item))
                parts.append(", ")
            parts.append("]")
        else:
            parts.append(repr(value))
        parts.append(", ")
    parts.append(")")


_FORWARD: dict[type, tuple[str, ...]] = {}
