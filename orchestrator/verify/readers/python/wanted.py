"""Skips of Python for want of a module that the tests have to do with. Never imports what it reads."""

import ast
from collections.abc import Iterator, Sequence

from orchestrator.verify.readers.python.names import identifiers
from orchestrator.verify.readers.python.values import last_name
from orchestrator.verify.readers.python.walk import walk

_SHORT = 3


def needs_what_it_uses(node: ast.stmt, module: ast.Module) -> bool:
    """Say whether a statement is an `importorskip` of a module the file has to do with."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not (isinstance(call, ast.Call) and last_name(call.func) == "importorskip" and call.args):
        return False
    name = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
    if not isinstance(name, str):
        return True
    root = name.partition(".")[0]
    others = ast.Module(body=[one for one in module.body if one is not node], type_ignores=[])
    told = identifiers(others)
    return root in told or (len(root) > _SHORT and any(root.lower() in one.lower() for one in told))


def wanted(name: str, alive: Sequence[ast.stmt]) -> frozenset[str]:
    """Give the skips for want of a module that the rest of a body has to do with."""
    found: set[str] = set()
    whole = " ".join((name, *map(ast.unparse, alive)))
    for call in (part for statement in alive for part in walk(statement) if isinstance(part, ast.Call)):
        if last_name(call.func) == "importorskip" and call.args:
            root = str(getattr(call.args[0], "value", "")).partition(".")[0].lower()
            text = ast.unparse(call)
            found.update({text} if root and root in whole.replace(text, "").lower() else ())
    found.update(_taken_and_used(alive))
    return frozenset(found)


def _taken_and_used(alive: Sequence[ast.stmt]) -> Iterator[str]:
    """Give the skips for want of a module under whose name a body goes on: `api = importorskip("mypy.api")`."""
    for number, statement in enumerate(alive):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func) as call) if (
                last_name(func) == "importorskip"
            ):
                if any(name in identifiers(ast.Module(body=[one], type_ignores=[])) for one in alive[number + 1 :]):
                    yield ast.unparse(call)
            case _:
                pass
