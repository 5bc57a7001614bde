"""Probes: statements that note that they were reached. Pure; every other line stays as it was.

A probe is a call in front of a statement; it writes a number, the first time, to a file in the run's own TMPDIR. What
a number stands for is known out here alone.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from orchestrator.verify.readers.python.assertions import asserts_by_name
from orchestrator.verify.surgery import Edit, Located, applied, functions_in, in_front, read_source

_HEADER = (
    "{name} = (lambda o, s: (lambda f: lambda n: None if n in s else (s.add(n), o.write(f, b'%d\\n' % n))[0])"
    "(o.open(o.path.join(o.environ.get('TMPDIR', '/tmp'), '{file}'), o.O_WRONLY | o.O_APPEND | o.O_CREAT, 0o600)))"
    "(__import__('os'), set())"
)


_Choose: TypeAlias = Callable[[Located], Iterable[ast.stmt]]


class Spot(msgspec.Struct, frozen=True):
    """A statement with a probe: where, in which function, and what it says."""

    path: str
    function: str
    line: int
    text: str


class Probes:
    """Numbers for the spots of one run. `file` is where they are written, within TMPDIR."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.spots: list[Spot] = []
        self._name = "_seen_" + "".join(letter for letter in file if letter.isalnum())

    def into_tests(self, path: str, text: str, names: frozenset[str]) -> bytes | None:
        """Put a probe in front of every assertion of the tests named."""
        return self._into(path, text, names, lambda one: _asserting(one.node))

    def into_lines(self, path: str, text: str, names: frozenset[str], lines: frozenset[int]) -> bytes | None:
        """Put a probe in front of every statement of the functions named that begins on one of the lines."""
        return self._into(path, text, names, lambda one: _on(one.node, lines, text))

    def reached(self, data: bytes | None) -> frozenset[Spot]:
        """Give the spots a run has reached, by what it wrote."""
        numbers = {int(word) for word in (data or b"").split() if word.isdigit() and len(word) < 9}  # noqa: PLR2004
        return frozenset(self.spots[number] for number in numbers if number < len(self.spots))

    def _into(self, path: str, text: str, names: frozenset[str], choose: _Choose) -> bytes | None:
        source = read_source(text.encode())
        if source is None:
            return None
        edits: dict[tuple[int, int], Edit] = {}
        for one in functions_in(source[1].body):
            for statement in choose(one) if one.name in names else ():
                edit = in_front(text, statement, f"{self._name}({len(self.spots)})")
                if (edit.line, edit.column) not in edits:
                    edits[edit.line, edit.column] = edit
                    self.spots.append(Spot(path, one.name, statement.lineno, _said(statement)))
        first = _first(source[1].body)
        if not edits or first is None:
            return None
        header = in_front(text, first, _HEADER.format(name=self._name, file=self.file))
        return applied(text, [header, *edits.values()])


def _first(body: Sequence[ast.stmt]) -> ast.stmt | None:
    """Give the first statement something may stand in front of."""
    for number, statement in enumerate(body):
        is_text = number == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not is_text and not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            return statement
    return None


def _asserting(function: ast.AST) -> Iterator[ast.stmt]:
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and is_assertion(node):
            yield node


def is_assertion(statement: ast.stmt) -> bool:
    """Say whether a statement asserts something by itself."""
    match statement:
        case ast.Assert():
            return True
        case ast.Expr(value=ast.Call() as call) | ast.Expr(value=ast.Await(value=ast.Call() as call)):
            return asserts_by_name(call)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return any(isinstance(item.context_expr, ast.Call) and asserts_by_name(item.context_expr) for item in items)
        case _:
            return False


def _on(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: frozenset[int], text: str) -> Iterator[ast.stmt]:
    rows = text.encode().splitlines()
    for node in ast.walk(function):
        if node is function or not isinstance(node, ast.stmt) or node.lineno not in lines:
            continue
        if not rows[node.lineno - 1][node.col_offset :].startswith(b"elif"):
            yield node


def _said(statement: ast.stmt) -> str:
    """Give what a statement says, however it is written; of a block its head."""
    match statement:
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return "with " + ", ".join(map(ast.unparse, items))
        case ast.Assert(test=test):
            return f"assert {ast.unparse(test)}"
        case _:
            return ast.unparse(statement).partition("\n")[0]
