"""Flags of a Python module: names that are given one known value and no other. Never runs or imports what it reads."""

import ast
import copy
from collections import Counter
from collections.abc import Mapping
from typing import TypeGuard

from orchestrator.verify.readers.python.known import truth
from orchestrator.verify.readers.python.values import last_name
from orchestrator.verify.readers.python.walk import walk

FLAG = "flag"
"""The kind of a constant that stands for a name."""


_FILLED = (ast.Dict, ast.List, ast.Set)
"""What may be filled later, whatever it is at first."""


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
            ) if bound[name] == 1 and not isinstance(value, _FILLED) and (known := truth(value)) is not None:
                found[name] = known
            case _:
                pass
    return found


def _options(module: ast.Module) -> dict[tuple[str, object], bool]:
    """Give the flags that tables of a module hold which nothing changes."""
    parts = list(walk(module))
    changed = {ast.unparse(node.value) for node in parts if _changes(node)}
    given = Counter(node.id for node in parts if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
    found: dict[tuple[str, object], bool] = {}
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys, values=values)) if (
                given[name] == 1 and name not in changed
            ):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                        found |= {(name, key.value): value.value} if isinstance(value.value, bool) else {}
            case _:
                pass
    return found


def _changes(node: ast.AST) -> TypeGuard[ast.Subscript | ast.Attribute]:
    if isinstance(node, ast.Attribute):
        return node.attr in {"update", "setdefault", "pop", "clear"}
    return isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)


def with_flags(module: ast.Module, marks: frozenset[str]) -> ast.Module:
    """Give a module with its flags' values in their place in conditions: of branches, and of calls by these names."""
    known, options = flags(module), _options(module)
    if not known and not options:
        return module
    found = copy.deepcopy(module)
    put = _Put(known, options)
    for node in walk(found):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            node.test = put.visit(node.test)
        elif isinstance(node, ast.Call) and last_name(node.func) in marks:
            put.generic_visit(node)
    return found


class _Put(ast.NodeTransformer):
    def __init__(self, known: Mapping[str, bool], options: Mapping[tuple[str, object], bool]) -> None:
        self._known = known
        self._options = options

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return self._option(node, node.value, node.slice)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match node:
            case ast.Call(func=ast.Attribute(attr="get", value=table), args=[key, *_]):
                return self._option(node, table, key)
            case _:
                return self.generic_visit(node)

    def _option(self, node: ast.expr, table: ast.expr, key: ast.expr) -> ast.AST:
        value = None
        if isinstance(table, ast.Name) and isinstance(key, ast.Constant):
            value = self._options.get((table.id, key.value))
        return self.generic_visit(node) if value is None else self._flag(node, value=value)

    def _flag(self, node: ast.expr, *, value: bool) -> ast.AST:
        return ast.copy_location(ast.Constant(value=value, kind=FLAG), node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self._known.get(node.id) if isinstance(node.ctx, ast.Load) else None
        return node if value is None else self._flag(node, value=value)
