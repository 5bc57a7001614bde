"""What a Python body refuses, and what it only asserts, which nobody does where assertions are off. Never judges."""

import ast
from collections.abc import Sequence

from orchestrator.verify.readers.python.walk import shallow, walk


def checks(body: Sequence[ast.stmt]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give what a body refuses in any case, and what it only asserts: the names each speaks of."""
    own = [part for one in body for part in shallow(one)]
    sure = [_words(one.test) for one in own if isinstance(one, ast.If) and [*map(type, one.body)] == [ast.Raise]]
    soft = [_words(one.test) for one in own if isinstance(one, ast.Assert)]
    return tuple(one for one in sure if one), tuple(one for one in soft if one)


def _words(test: ast.expr) -> str:
    """Give the names and numbers in a condition."""
    found: set[str] = set()
    for one in walk(test):
        match one:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.Constant(value=int(number)) if not isinstance(number, bool):
                found.add(str(number))
            case _:
                pass
    return " ".join(sorted(found))


def compares(body: Sequence[ast.stmt]) -> tuple[tuple[str, str], ...]:
    """Give the two sides of what a body takes for the same, or not."""
    return tuple(
        (ast.unparse(one.left), ast.unparse(one.comparators[0]))
        for part in body
        for one in shallow(part)
        if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq | ast.NotEq | ast.Is | ast.IsNot)
    )
