"""Small defects for functions: one expression each, on one line. Pure; every other byte stays as it was."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from orchestrator.files.beneath import write_beneath
from orchestrator.verify.proofs.narrowing import read_text
from orchestrator.verify.proofs.scope import Names
from orchestrator.verify.readers.python.walk import copied
from orchestrator.verify.surgery import Edit, Located, applied

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


class Mutant(msgspec.Struct, frozen=True):
    """One defect: what stood there and what stands there now."""

    path: str
    function: str
    line: int
    was: str
    text: str
    edit: Edit


def mutants_of(root: Path, functions: Names) -> list[Mutant]:
    """Give every defect for the functions of a checkout."""
    found: list[Mutant] = []
    for path, names in functions.items():
        read = read_text(root, path)
        for one in read[1] if read else ():
            found += _mutants(path, one) if one.name in names else ()
    return found


def plant(root: Path, mutant: Mutant) -> None:
    """Put a defect into a checkout."""
    read = read_text(root, mutant.path)
    if read is not None:
        write_beneath(root, mutant.path, applied(read[0], [mutant.edit]))


def _mutants(path: str, function: Located) -> Iterator[Mutant]:
    for node in _nodes(function.node.body):
        given = node.value if isinstance(node, ast.Return) else None
        place = given if given is not None else node
        if not isinstance(place, ast.expr) or place.lineno != place.end_lineno:
            continue
        for text in ("None",) if given is not None and not isinstance(given, ast.Constant) else _worse(place):
            over = (place.end_col_offset or 0) - place.col_offset
            edit = Edit(place.lineno, place.col_offset, f"({text})".encode(), over)
            yield Mutant(path, function.name, place.lineno, ast.unparse(place), text, edit)


def _nodes(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Give all that may be made worse; not the parts of format strings, whose columns are not to be trusted."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr) or _is_text(node):
            continue
        yield node
        waiting.extend(ast.iter_child_nodes(node))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _worse(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARED:
            yield _with(node, ops=[_COMPARED[type(op)]()])
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _COMPUTED and not _says(left) and not _says(right):
            yield _with(node, op=_COMPUTED[type(op)]())
        case ast.BoolOp(op=ast.And()):
            yield _with(node, op=ast.Or())
        case ast.BoolOp():
            yield _with(node, op=ast.And())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield ast.unparse(operand)
        case ast.Constant(value=bool(value)):
            yield str(not value)
        case ast.Constant(value=int(value)):
            yield str(value + 1)
        case _:
            pass


def _says(node: ast.expr) -> bool:
    """Say whether an operand is text: another operator would only break it."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _with(node: ast.expr, **changed: object) -> str:
    copy = copied(node)
    for name, value in changed.items():
        setattr(copy, name, value)
    return ast.unparse(copy)
