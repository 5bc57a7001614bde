"""What a Python file that is read before tests puts in the place of functions elsewhere. Never runs or imports it."""

import ast
from collections.abc import Iterator, Mapping

from orchestrator.verify.readers.python.source import parse
from orchestrator.verify.readers.python.values import FunctionNode, last_name
from orchestrator.verify.readers.python.walk import FUNCTIONS, shallow, walk

_HOOKS = ("pytest_configure", "pytest_sessionstart", "pytest_runtest_setup", "pytest_runtest_call", "pytest_collection")


def patched(text: str) -> frozenset[tuple[str, int]]:
    """Give the functions, by their dotted names, that are answered for in every test, each with its line."""
    module = parse(text)
    if module is None:
        return frozenset()
    named = _imported(module)
    found: set[tuple[str, int]] = set()
    for node in module.body:
        if isinstance(node, FunctionNode):
            found |= set(_within(node.body, named)) if _is_for_every_test(node) else set()
        else:
            found |= set(_within([node], named))
    return frozenset(found)


def _is_for_every_test(node: FunctionNode) -> bool:
    marks = " ".join(map(ast.unparse, node.decorator_list))
    return ("fixture" in marks and "autouse=True" in marks) or node.name in _HOOKS


def _imported(module: ast.Module) -> Mapping[str, str]:
    """Give what the names of modules stand for."""
    found: dict[str, str] = {}
    for node in walk(module):
        match node:
            case ast.Import(names=names):
                found |= {one.asname or one.name: one.name for one in names}
            case ast.ImportFrom(module=str(owner), names=names, level=0):
                found |= {one.asname or one.name: f"{owner}.{one.name}" for one in names}
            case _:
                pass
    return found


def _within(body: list[ast.stmt], named: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    for part in (inner for statement in body for inner in shallow(statement, apart=FUNCTIONS)):
        match part:
            case ast.Call(func=func, args=[ast.Constant(value=str(target)), *rest]) if last_name(func) in _PUTS:
                yield from ((target, part.lineno),) if _is_fixed(rest, part) else ()
            case ast.Call(func=func, args=[owner, ast.Constant(value=str(name)), *rest]) if last_name(func) in {
                *_PUTS,
                "object",
            }:
                yield from ((f"{_dotted(owner, named)}.{name}", part.lineno),) if _is_fixed(rest, part) else ()
            case ast.Assign(targets=[ast.Attribute(attr=name, value=owner)], value=value) if _answers(value):
                yield f"{_dotted(owner, named)}.{name}", part.lineno
            case _:
                pass


_PUTS = frozenset({"setattr", "patch"})


def _dotted(owner: ast.expr, named: Mapping[str, str]) -> str:
    root, dot, rest = ast.unparse(owner).partition(".")
    return named.get(root, root) + dot + rest


def _is_fixed(rest: list[ast.expr], call: ast.Call) -> bool:
    """Say whether what is put there answers something fixed: a lambda of a constant, a mock, or nothing is said."""
    told = {word.arg for word in call.keywords}
    if not rest:
        return last_name(call.func) in {"patch", "object"} and not told & {
            "wraps",
            "side_effect",
            "new",
            "new_callable",
        }
    return _answers(rest[0])


def _answers(value: ast.expr) -> bool:
    match value:
        case ast.Lambda(body=body):
            return not any(isinstance(part, ast.Call | ast.Name | ast.Await) for part in walk(body))
        case ast.Call(func=func):
            return last_name(func).endswith("Mock")
        case _:
            return False
