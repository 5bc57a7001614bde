"""Walking Python syntax trees: `ast.walk` without what says nothing (contexts), several times as quick."""

import ast
from collections.abc import Iterator
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

_SKIPPED = frozenset({"ctx", "type_comment", "kind"})
_TEXTS = frozenset(
    ("id", "attr", "name", "arg", "asname", "module", "level", "conversion", "is_async", "simple", "rest", "kwd_attrs")
)
"""Fields that hold no nodes, whatever they are of."""
_FIELDS: dict[type, tuple[str, ...]] = dict.fromkeys((ast.Name, ast.Constant, ast.Global, ast.Nonlocal, ast.alias), ())


class _Span:
    """Where a node and what is below it stand in a list of all nodes of the tree it was walked in."""

    __slots__ = ("dump", "end", "nodes", "start")

    def __init__(self, nodes: list[ast.AST], start: int) -> None:
        self.nodes, self.start, self.end, self.dump = nodes, start, start + 1, ""


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Give a node and everything below it, in the order of the text.

    A tree is laid out once and must not be changed afterwards; one that is `copied` may, until it is walked.
    """
    if _FIELDS.get(type(node)) == ():
        return iter((node,))
    span = node.__dict__.get("_span") or _lay_out(node)
    return iter(span.nodes[span.start : span.end])


def _lay_out(root: ast.AST) -> _Span:
    nodes: list[ast.AST] = []
    pending, within = [(root, 0)], list[tuple[_Span, int]]()
    while pending:
        node, depth = pending.pop()
        while within and within[-1][1] >= depth:
            within.pop()[0].end = len(nodes)
        below = children(node)
        if below or node is root:  # a leaf needs none, and those of operators are shared by all trees
            span = _Span(nodes, len(nodes))
            node.__dict__["_span"] = span
            within.append((span, depth))
            pending += [(one, depth + 1) for one in below]
        nodes.append(node)
    for span, _ in within:
        span.end = len(nodes)
    found: _Span = root.__dict__["_span"]
    return found


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
    if _FIELDS.get(type(node)) == ():
        yield node
        return
    span: _Span = node.__dict__.get("_span") or _lay_out(node)
    nodes, at, end = span.nodes, span.start, span.end
    while at < end:
        one = nodes[at]
        yield one
        inner: _Span | None = one.__dict__.get("_span") if isinstance(one, apart) else None
        at += inner.end - inner.start if inner is not None else 1


def copied(node: Node) -> Node:
    """Give a copy that may be changed: `copy.deepcopy`, several times as quick, without what was noted in the tree."""
    found = type(node).__new__(type(node))
    held = found.__dict__
    for name, value in node.__dict__.items():
        if isinstance(value, ast.AST):
            held[name] = copied(value)
        elif isinstance(value, list):
            held[name] = [copied(one) if isinstance(one, ast.AST) else one for one in value]
        elif name != "_span":
            held[name] = value
    return found


def dumped(node: ast.AST) -> str:
    """Give a text that is the same for the same code, however it is laid out: `ast.dump`, several times as quick."""
    span: _Span | None = node.__dict__.get("_span")
    if span is not None and span.dump:
        return span.dump
    parts: list[str] = []
    _put(node, parts)
    text = "".join(parts)
    if span is not None:
        span.dump = text
    return text


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
