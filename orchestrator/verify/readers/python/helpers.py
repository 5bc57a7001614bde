"""What the functions beside a Python file's tests assert, and whether they could. Never runs or imports them."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from orchestrator.verify.readers.python.assertions import assertions
from orchestrator.verify.readers.python.names import identifiers
from orchestrator.verify.readers.python.source import parse
from orchestrator.verify.readers.python.unheard import around_of, unheard
from orchestrator.verify.readers.python.values import FunctionNode, last_name
from orchestrator.verify.readers.python.walk import dumped, walk
from orchestrator.verify.readers.trials import Trial

_IDLE = frozenset(
    ("print", "str", "repr", "len", "type", "isinstance", "warn", "debug", "info", "warning", "error", "log", "sorted")
)


@lru_cache(maxsize=128)
def helpers(text: str) -> Mapping[str, Trial]:
    """Give the functions of a file that are no tests, by name; none of a name that several have."""
    module = parse(text)
    if module is None:
        return {}
    around = around_of(module)
    found = list(_functions(module))
    names = Counter(node.name for node in found)
    return {
        node.name: Trial(
            name=node.name,
            line=node.lineno,
            asserts=tuple(assertions(node.body)),
            hollow=not any(map(_acts, (part for statement in node.body for part in walk(statement)))),
            body=dumped(ast.Module(body=node.body, type_ignores=[])),
            words=identifiers(ast.Module(body=[node], type_ignores=[])) - {node.name},
            unheard=unheard(node, around),
        )
        for node in found
        if names[node.name] == 1
    }


def _functions(module: ast.Module) -> Iterator[FunctionNode]:
    for node in walk(module):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if not node.name.startswith("test"):
                yield node
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(args=given, body=body)):
                said = ast.Expr(value=body, lineno=node.lineno, col_offset=0)
                yield ast.FunctionDef(name=name, args=given, body=[said], decorator_list=[], lineno=node.lineno)
            case _:
                pass


def _acts(part: ast.AST) -> bool:
    """Say whether a piece could fail, or does something nobody can see through."""
    match part:
        case ast.Raise() | ast.Assert() | ast.Await() | ast.Yield() | ast.With() | ast.Subscript():
            return True
        case ast.Call(func=func):
            return last_name(func) not in _IDLE
        case _:
            return False
