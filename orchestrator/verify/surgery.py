"""Changes to Python texts that leave every other line as it was: statements put in front of others, names replaced.

Pure; works on bytes, because that is what a syntax tree counts columns in. Never formats, never runs anything.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from orchestrator.verify.readers.python.source import parse
from orchestrator.verify.readers.python.values import FunctionNode, last_name

MAX_SOURCE = 4 << 20


class Edit(msgspec.Struct, frozen=True, order=True):
    """Put `text` at a line (from 1) and column (bytes), over `over` bytes of what stands there."""

    line: int
    column: int
    text: bytes
    over: int = 0


class Located(msgspec.Struct, frozen=True):
    """A function by its qualified name, as `TestLogin.test_ok`, and its node."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def last(self) -> str:
        """Give the name without its classes."""
        return self.node.name


def parsed(data: bytes | None) -> tuple[str, tuple[Located, ...]] | None:
    """Give a file's text and functions; None where there is none, it is no Python, or longer than anybody writes."""
    source = read_source(data) if data is not None and len(data) < MAX_SOURCE else None
    return (source[0], tuple(functions_in(source[1].body))) if source else None


def read_source(data: bytes) -> tuple[str, ast.Module] | None:
    """Give a file's text and tree; None where it is no Python that edits could be counted in."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    tree = parse(text)
    return (text, tree) if tree is not None else None


def functions_in(body: Sequence[ast.stmt], prefix: str = "") -> Iterator[Located]:
    """Give the functions of a module and its classes, not those within functions."""
    for node in body:
        if isinstance(node, FunctionNode):
            yield Located(prefix + node.name, node)
        elif isinstance(node, ast.ClassDef):
            yield from functions_in(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.If | ast.Try | ast.With):
            handlers = [one for handler in getattr(node, "handlers", []) for one in handler.body]
            yield from functions_in([*node.body, *handlers, *getattr(node, "orelse", [])], prefix)


def is_fixture(function: Located) -> bool:
    """Say whether a function is a fixture: what it is called after is no test."""
    return any(
        last_name(mark.func if isinstance(mark, ast.Call) else mark) in {"fixture", "yield_fixture"}
        for mark in function.node.decorator_list
    )


def in_front(text: str, statement: ast.stmt, new: str) -> Edit:
    """Put a simple statement in front of another, on a line of its own where the other has one."""
    line = min((mark.lineno for mark in getattr(statement, "decorator_list", ())), default=statement.lineno)
    before = _lines(text)[line - 1][: statement.col_offset]
    if before.strip():
        return Edit(line, statement.col_offset, f"{new}; ".encode())
    return Edit(line, 0, before + new.encode() + b"\n")


def renamed(text: str, function: Located, name: str) -> Edit:
    """Give a function another name where it is defined."""
    header = _lines(text)[function.node.lineno - 1]
    old = function.last.encode()
    column = header.find(old, header.find(b"def", function.node.col_offset) + len(b"def"))
    return Edit(function.node.lineno, column, name.encode(), len(old))


def applied(text: str, edits: Iterable[Edit]) -> bytes:
    """Make the edits, which must not overlap."""
    lines = _lines(text)
    for edit in sorted(edits, reverse=True):
        line = lines[edit.line - 1]
        lines[edit.line - 1] = line[: edit.column] + edit.text + line[edit.column + edit.over :]
    return b"".join(lines)


def _lines(text: str) -> list[bytes]:
    return text.encode().splitlines(keepends=True)
