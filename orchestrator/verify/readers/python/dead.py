"""Pieces of a Python body that nothing ever comes to, at any depth. Never runs what it reads."""

import ast
from collections.abc import Iterator, Sequence

from orchestrator.verify.readers.python.flags import asks_a_flag
from orchestrator.verify.readers.python.flow import blocks, reachable
from orchestrator.verify.readers.python.known import is_empty, truth
from orchestrator.verify.readers.python.walk import SCOPES, dumped, shallow, walk

_LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_WORK = (ast.Call, ast.Raise, ast.Assign, ast.AugAssign, ast.Yield, ast.Subscript)


def dead(body: Sequence[ast.stmt]) -> tuple[str, ...]:
    """Give the statements and values of a body that do work and are never come to, each `dumped`."""
    found = (*_statements(body), *(piece for one in body for piece in _values(one)))
    return tuple(
        dict.fromkeys(dumped(piece) for piece in found if any(isinstance(part, _WORK) for part in walk(piece)))
    )


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    alive = {id(statement) for statement in reachable(body)}
    for statement in body:
        known = truth(statement.test) if isinstance(statement, ast.If) else None
        if isinstance(statement, ast.If) and known is not None:
            taken, left = (statement.body, statement.orelse) if known else (statement.orelse, statement.body)
            yield from () if asks_a_flag(statement) else left
            yield from _statements(taken) if any(id(part) in alive for part in taken) else taken
        elif id(statement) not in alive:
            yield statement
        elif not isinstance(statement, SCOPES):
            for inner in blocks(statement):
                yield from _statements(inner)


def _values(node: ast.AST) -> Iterator[ast.expr]:
    """Give the values that are never asked for: the other side of a settled choice, the elements of nothing."""
    for one in shallow(node):
        yield from _left_out(one)


def _left_out(node: ast.AST) -> Sequence[ast.expr]:
    match node:
        case ast.IfExp(test=test, body=one, orelse=other) if (known := truth(test)) is not None:
            return [other if known else one]
        case ast.BoolOp(op=how, values=[*values, _]):
            stops = isinstance(how, ast.Or)
            first = next((number for number, value in enumerate(values, 1) if truth(value) is stops), 0)
            return node.values[first:] if first else []
        case _ if isinstance(node, _LOOPS):
            never = any(is_empty(part.iter) for part in node.generators)
            never = never or any(truth(one) is False for part in node.generators for one in part.ifs)
            return ([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]) if never else []
        case _:
            return []
