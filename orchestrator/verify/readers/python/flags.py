"""Flags of a Python module: names that are given one known value and no other. Never runs or imports what it reads."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeGuard

from orchestrator.verify.readers.python.known import truth
from orchestrator.verify.readers.python.values import last_name
from orchestrator.verify.readers.python.walk import copied, walk

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
    found: dict[str, bool] = {}
    for statement in module.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if not isinstance(value, _FILLED) and (known := truth(value)) is not None:
                found[name] = known
            case _:
                pass
    names = (node for node in walk(module) if isinstance(node, ast.Name)) if found else ()
    bound = Counter(node.id for node in names if not isinstance(node.ctx, ast.Load))
    return {name: known for name, known in found.items() if bound[name] == 1}


def _options(module: ast.Module) -> dict[tuple[str, object], bool]:
    """Give the flags that tables of a module hold which nothing changes."""
    found: dict[tuple[str, object], bool] = {}
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys, values=values)):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                        found |= {(name, key.value): value.value} if isinstance(value.value, bool) else {}
            case _:
                pass
    parts = list(walk(module)) if found else []
    changed = {ast.unparse(node.value) for node in parts if _changes(node)}
    given = Counter(node.id for node in parts if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
    return {(name, key): value for (name, key), value in found.items() if given[name] == 1 and name not in changed}


def _changes(node: ast.AST) -> TypeGuard[ast.Subscript | ast.Attribute]:
    if isinstance(node, ast.Attribute):
        return node.attr in {"update", "setdefault", "pop", "clear"}
    return isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)


def with_flags(module: ast.Module, marks: frozenset[str]) -> ast.Module:
    """Give a module with its flags' values in their place in conditions: of branches, and of calls by these names."""
    known, options = flags(module), _options(module)
    optional = _optional(module) if marks else frozenset[str]()
    names = {*known, *(name for name, _ in options), *optional}
    asked = (part for one in (_asked(module, marks) if names else ()) for part in walk(one))
    if not any(isinstance(name, ast.Name) and name.id in names for name in asked):
        return module
    found = copied(module)
    put, told = _Put(known, options), _Put(known, options, optional)
    for node in list(ast.walk(found)):
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


def _asked(module: ast.Module, marks: frozenset[str]) -> Iterator[ast.AST]:
    """Give what a module asks before it goes on, and the calls by these names."""
    for node in walk(module):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            yield node.test
        elif isinstance(node, ast.Call) and last_name(node.func) in marks:
            yield node


class _Put(ast.NodeTransformer):
    def __init__(
        self,
        known: Mapping[str, bool],
        options: Mapping[tuple[str, object], bool],
        optional: frozenset[str] = frozenset(),
    ) -> None:
        self._known, self._options, self._optional = known, options, optional

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
        if node.id in self._optional:
            return ast.copy_location(ast.Name(id=f"HAS_{node.id}", ctx=node.ctx), node)
        value = self._known.get(node.id) if isinstance(node.ctx, ast.Load) else None
        return node if value is None else self._flag(node, value=value)
