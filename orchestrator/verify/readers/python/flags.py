"""Flags of a Python module: names that are given one known value and no other. Never runs or imports what it reads."""

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Mapping

from orchestrator.verify.readers.python.known import truth
from orchestrator.verify.readers.python.values import last_name
from orchestrator.verify.readers.python.walk import walk

FLAG = "flag"
"""The kind of a constant that stands for a name."""


def asks_a_flag(node: ast.AST) -> bool:
    """Say whether a branch depends on one, in a module `with_flags`: what it holds may be put away on purpose."""
    return isinstance(node, ast.If) and any(
        isinstance(one, ast.Constant) and one.kind == FLAG for one in walk(node.test)
    )


def flags(module: ast.Module) -> dict[str, bool]:
    """Give what the names of a module are whose truth is known beforehand, wherever it runs."""
    found: dict[str, bool] = {}
    for statement in module.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if (known := truth(value)) is not None:
                found[name] = known
            case _:
                pass
    names = (node for node in walk(module) if isinstance(node, ast.Name)) if found else ()
    bound = Counter(node.id for node in names if not isinstance(node.ctx, ast.Load))
    return {name: known for name, known in found.items() if bound[name] == 1}


def with_flags(module: ast.Module, marks: frozenset[str]) -> ast.Module:
    """Give a module with its flags' values in their place in conditions: of branches, and of calls by these names."""
    known = flags(module)
    names = (part for one in (_asked(module, marks) if known else ()) for part in walk(one))
    if not any(isinstance(name, ast.Name) and name.id in known for name in names):
        return module
    found = copy.deepcopy(module)
    put = _Put(known)
    for node in walk(found):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            node.test = put.visit(node.test)
        elif isinstance(node, ast.Call) and last_name(node.func) in marks:
            put.generic_visit(node)
    return found


def _asked(module: ast.Module, marks: frozenset[str]) -> Iterator[ast.AST]:
    """Give what a module asks before it goes on, and the calls by these names."""
    for node in walk(module):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            yield node.test
        elif isinstance(node, ast.Call) and last_name(node.func) in marks:
            yield node


class _Put(ast.NodeTransformer):
    def __init__(self, known: Mapping[str, bool]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self._known.get(node.id) if isinstance(node.ctx, ast.Load) else None
        return node if value is None else ast.copy_location(ast.Constant(value=value, kind=FLAG), node)
