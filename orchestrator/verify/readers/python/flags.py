"""Flags of a Python module: names that are given one known value and no other. Never runs or imports what it reads."""

import ast
import copy
from collections import Counter
from collections.abc import Mapping

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
    bound = Counter(
        node.id for node in walk(module) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
    found: dict[str, bool] = {}
    for statement in module.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if bound[name] == 1 and (known := truth(value)) is not None:
                found[name] = known
            case _:
                pass
    return found


def with_flags(module: ast.Module, marks: frozenset[str]) -> ast.Module:
    """Give a module with its flags' values in their place in conditions: of branches, and of calls by these names."""
    known, optional = flags(module), _optional(module) if marks else frozenset[str]()
    if not known and not optional:
        return module
    found = copy.deepcopy(module)
    put, told = _Put(known, frozenset()), _Put(known, optional)
    for node in walk(found):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            node.test = put.visit(node.test)
        elif isinstance(node, ast.Call) and last_name(node.func) in marks:
            told.generic_visit(node)
    return found


def _optional(module: ast.Module) -> frozenset[str]:
    """Give what a module imports where it is installed, and has as None where it is not."""
    found: set[str] = set()
    for one in module.body:
        if isinstance(one, ast.Try):
            imports = [part for part in one.body if isinstance(part, ast.Import | ast.ImportFrom)]
            tried = {(alias.asname or alias.name).partition(".")[0] for part in imports for alias in part.names}
            found.update(*(tried & _without(handler) for handler in one.handlers))
    return frozenset(found)


def _without(handler: ast.ExceptHandler) -> frozenset[str]:
    """Give the names that stand for nothing where an import fails."""
    caught = ast.unparse(handler.type) if handler.type is not None else ""
    if "ImportError" not in caught and "ModuleNotFoundError" not in caught:
        return frozenset()
    made = [part for part in handler.body if isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant)]
    return frozenset(
        name.id for part in made if not truth(part.value) for name in part.targets if isinstance(name, ast.Name)
    )


class _Put(ast.NodeTransformer):
    def __init__(self, known: Mapping[str, bool], optional: frozenset[str]) -> None:
        self._known, self._optional = known, optional

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self._optional:
            return ast.copy_location(ast.Name(id=f"HAS_{node.id}", ctx=node.ctx), node)
        value = self._known.get(node.id) if isinstance(node.ctx, ast.Load) else None
        return node if value is None else ast.copy_location(ast.Constant(value=value, kind=FLAG), node)
