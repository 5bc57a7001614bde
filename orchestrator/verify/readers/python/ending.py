"""How a Python process ends: whether something settles beforehand that it ends well. Never runs what it reads."""

import ast
from collections.abc import Iterator, Mapping

from orchestrator.verify.readers.python.values import FunctionNode, last_name
from orchestrator.verify.readers.python.walk import walk

_LEAVES = frozenset({"_exit", "abort"})
_QUITS = frozenset({*_LEAVES, "exit", "quit"})
_HOOKS = frozenset({"excepthook", "unraisablehook", "exitfunc"})


_ELSEWHERE = frozenset({"patch", "object", "setattr", "wraps", "Process", "start_new_process", "spawn"})
"""What is handed an exit and does not end this process with it."""


def ends_well(tree: ast.Module, *, testing: bool) -> Iterator[tuple[int, str]]:
    """Give what makes a process end well whatever came of it.

    What runs as it ends, or beside it, and leaves at once with nothing; an exit, or what is told of errors, replaced.
    Tests put others in an exit's place to see who calls it.
    """
    functions = {node.name: node for node in walk(tree) if isinstance(node, FunctionNode)}
    for node in walk(tree):
        match node:
            case ast.Call(func=func) if _hands_exit(_handed(node), functions):
                if last_name(func) not in _ELSEWHERE:
                    yield node.lineno, ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr="exit", value=ast.Name(id="pytest")), keywords=named):
                if any(one.arg == "returncode" and ast.unparse(one.value) == "0" for one in named):
                    yield node.lineno, ast.unparse(node)
            case ast.FunctionDef(decorator_list=marks) if _always_leaves(node):
                if any(last_name(mark) == "register" for mark in marks):
                    yield node.lineno, node.name
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="sys" | "os" | "_sys" | "_os")) as target]):
                if _is_replaced(target.attr, node.value, functions, testing=testing):
                    yield node.lineno, ast.unparse(target)
            case _:
                pass


def _is_replaced(name: str, value: ast.expr, functions: Mapping[str, FunctionNode], *, testing: bool) -> bool:
    """Say whether an exit, or what is told of errors, is replaced by what ends well."""
    if name in _QUITS:
        return not testing and not isinstance(value, ast.Attribute | ast.Name)
    return name in _HOOKS and _leaves(value, [], functions)


def _handed(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(one.value for one in call.keywords)]


def _hands_exit(given: list[ast.expr], functions: Mapping[str, FunctionNode]) -> bool:
    return any(_leaves(one, given[at + 1 :], functions) for at, one in enumerate(given))


def _leaves(given: ast.expr, others: list[ast.expr], functions: Mapping[str, FunctionNode]) -> bool:
    """Say whether what is handed on leaves the process with nothing when it is called."""
    match given:
        case ast.Attribute(attr=name) | ast.Name(id=name) if name in _LEAVES:
            return not any(_is_code(one) for one in others)
        case ast.Lambda(body=ast.Call() as call):
            return _leaves_at(call)
        case ast.Name(id=name) if name in functions:
            return _always_leaves(functions[name])
        case _:
            return False


def _is_code(given: ast.expr) -> bool:
    """Say whether something handed on beside an exit can be another code than zero."""
    inner = given.elts if isinstance(given, ast.List | ast.Tuple) else [given]
    return any(
        isinstance(one, ast.Name) or (isinstance(one, ast.Constant) and isinstance(one.value, int) and one.value != 0)
        for one in inner
    )


def _leaves_at(call: ast.Call) -> bool:
    """Say whether a call leaves the process at once, with zero."""
    zero = not call.args or (isinstance(call.args[0], ast.Constant) and call.args[0].value in {0, None})
    return last_name(call.func) in _LEAVES and zero


def _always_leaves(node: FunctionNode) -> bool:
    """Say whether a statement of a function's own, under no condition, leaves the process at once with zero."""
    steps = [part for step in node.body for part in ([step, *step.finalbody] if isinstance(step, ast.Try) else [step])]
    return any(
        isinstance(step, ast.Expr) and isinstance(step.value, ast.Call) and _leaves_at(step.value) for step in steps
    )


def settles(node: FunctionNode) -> bool:
    """Say whether a hook of the runner settles what tests, or all of them, came to, or leaves the process."""
    for part in walk(node):
        match part:
            case ast.Assign(targets=[ast.Attribute(attr="outcome" | "exitstatus" | "testsfailed" | "wasxfail")]):
                return True
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value="outcome" | "exitstatus"))]):
                return True
            case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="outcome" | "exitstatus"), *_]):
                return True
            case ast.Call() if _leaves_at(part):
                return True
            case _:
                pass
    return False


def is_forgotten(node: ast.Assign) -> bool:
    """Say whether what a session of tests came to is forgotten, wherever that is done."""
    match node:
        case ast.Assign(targets=[ast.Attribute(attr="testsfailed" | "exitstatus")], value=ast.Constant(value=0)):
            return True
        case _:
            return False
