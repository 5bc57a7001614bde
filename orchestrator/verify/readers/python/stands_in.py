"""What a Python test puts in the place of what it is about, and what its assertions depend on. Never runs it."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from orchestrator.verify.readers.python.values import FunctionNode, last_name
from orchestrator.verify.readers.python.walk import walk
from orchestrator.verify.readers.trials import Assertion


def stand_ins(node: FunctionNode) -> frozenset[str]:
    """Give the names that a test gives to functions that only answer something fixed, or to mocks."""
    return frozenset(_bound(node))


def _bound(node: FunctionNode) -> Iterator[str]:
    for part in (inner for statement in node.body for inner in walk(statement)):
        match part:
            case ast.FunctionDef(name=name, body=body) if not part.decorator_list and not _asks(body):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(body=body)) if not _asks([body]):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)) if _is_mock(func):
                yield from (name, f"{name}.")
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)) if _is_called_mock(func):
                yield f"{name}."
            case ast.withitem(context_expr=ast.Call(func=func), optional_vars=ast.Name(id=name)):
                yield from (name,) if "patch" in ast.unparse(func) else ()
            case _:
                pass


def _is_called_mock(func: ast.expr) -> bool:
    """Say whether what is called makes, by its name, something that stands in for something else."""
    return bool(re.search(r"(?i)mock|fake|stub|dummy|spy|double", ast.unparse(func))) or last_name(func) in _BLANKS


_BLANKS = frozenset({"SimpleNamespace", "namedtuple"})


def _is_mock(func: ast.expr) -> bool:
    return last_name(func).endswith("Mock") or last_name(func) in {"create_autospec", "mock_open"}


def _asks(body: Iterable[ast.AST]) -> bool:
    """Say whether a body asks anybody for anything."""
    return any(isinstance(part, ast.Call | ast.Await | ast.Yield | ast.Raise) for one in body for part in walk(one))


def depends_on(node: FunctionNode, asserts: Sequence[Assertion]) -> frozenset[str]:
    """Give the functions that what is asserted came from: called in an assertion, or for a name in one."""
    words = frozenset(word for one in asserts for word in one.words)
    given = (part for part in walk(node) if isinstance(part, ast.Assign))
    values = [one.value for one in given if any(_binds(target, words) for target in one.targets)]
    asked = {last_name(part.func) for value in values for part in walk(value) if isinstance(part, ast.Call)}
    owners = (part.value for one in (*node.body, *values) for part in walk(one) if isinstance(part, ast.Attribute))
    come = {id(part) for value in values for part in walk(value)}
    held = {f"{one.id}." for one in owners if isinstance(one, ast.Name) and (one.id in words or id(one) in come)}
    return frozenset(asked | held | {name for one in asserts for name in one.calls})


def _binds(target: ast.expr, words: frozenset[str]) -> bool:
    return any(isinstance(part, ast.Name) and part.id in words for part in walk(target))
