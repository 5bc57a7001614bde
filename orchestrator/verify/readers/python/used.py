"""What becomes of a function or class defined in a Python test: whether anybody runs it, and hears how that went.

Never runs what it reads.
"""

import ast
import re
from collections.abc import Mapping, Sequence

import msgspec

from orchestrator.verify.readers.python.values import FunctionNode, last_name
from orchestrator.verify.readers.python.walk import FUNCTIONS, children, shallow, walk


class Held(msgspec.Struct, frozen=True):
    """What each node of a body stands in, and which functions of the file do not run what they are given."""

    parents: Mapping[int, ast.AST]
    idle: frozenset[str] = frozenset()


NEVER = "is never run"
_LOOKS = frozenset(
    (
        *(
            "callable",
            "isinstance",
            "id",
            "repr",
            "str",
            "len",
            "bool",
            "print",
            "type",
            "hasattr",
            "getattr",
            "partial",
        ),
        *(
            "signature",
            "assertTrue",
            "assertIsNotNone",
            "assertIsInstance",
            "is_not_none",
            "iscoroutinefunction",
            "FunctionTestCase",
            "hash",
        ),
        *("partialmethod", "update_wrapper", "isfunction", "debug", "info", "dir", "vars", "ref"),
    )
)
"""Calls that look at a function they are given and do not call it."""
_STARTS = frozenset(
    (
        *(
            "Thread",
            "Timer",
            "Process",
            "start_new_thread",
            "submit",
            "apply_async",
            "register",
            "finalize",
            "create_task",
        ),
        *(
            "ensure_future",
            "call_later",
            "call_soon",
            "call_at",
            "add_done_callback",
            "run_in_executor",
            "DummyProcess",
        ),
        *("run_coroutine_threadsafe",),
    )
)
"""Calls that run it at another time or beside the test, which does not fail with it."""
_HEARS = re.compile(
    r"\.result\(|\.exception\(|excepthook|\.exitcode|\bawait\b|gather\(|\.get\(|TaskGroup|open_nursery|run_until_complete"
    r"|as_completed"
)
"""What asks how it ended."""
_DRAWN = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Starred, ast.keyword, ast.IfExp, ast.NamedExpr)


def held_in(body: Sequence[ast.stmt], idle: frozenset[str]) -> Held:
    """Read what each node of a body stands in."""
    return Held({id(inner): node for statement in body for node in walk(statement) for inner in children(node)}, idle)


def has_no_use(node: FunctionNode) -> bool:
    """Say whether a function runs nothing of what it is given: all it does is to show it, or give it back."""
    given = {part.arg for part in walk(node.args) if isinstance(part, ast.arg)} - {"self", "cls"}
    if not given or node.decorator_list:
        return False
    shown = {
        id(part)
        for call in walk(node)
        if (isinstance(call, ast.Call) and last_name(call.func) in _LOOKS and isinstance(call.func, ast.Name))
        or (isinstance(call, ast.Return) and isinstance(call.value, ast.Name))
        for part in children(call)
    }
    uses = (part for part in walk(node) if isinstance(part, ast.Name) and part.id in given)
    return all(id(part) in shown for part in uses)


def fate_of(node: FunctionNode | ast.ClassDef, body: Sequence[ast.stmt], above: Held) -> str:
    """Say why the failures within a definition are not heard of; nothing where they are, or where nobody can tell."""
    given_back = all(isinstance(mark, ast.Name) and mark.id in above.idle for mark in node.decorator_list)
    if not given_back:
        return ""
    return _fate_of_name(node.name, node, body, above, ())


def _fate_of_name(name: str, node: ast.AST, body: Sequence[ast.stmt], above: Held, known: tuple[str, ...]) -> str:
    inside = {id(part) for part in walk(node)}
    uses = [
        part
        for statement in body
        for part in walk(statement)
        if isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Load) and id(part) not in inside
    ]
    found = [_fate_of_use(use, node, body, above, (*known, name)) for use in uses]
    if not all(found):
        return ""
    return next((one for one in found if one != NEVER), NEVER)


def _fate_of_use(use: ast.AST, node: ast.AST, body: Sequence[ast.stmt], above: Held, known: tuple[str, ...]) -> str:
    """Say why nobody hears what becomes of one mention."""
    holder = above.parents.get(id(use))
    while isinstance(holder, _DRAWN):
        use, holder = holder, above.parents.get(id(holder))
    match holder:
        case ast.Call(func=func) if func is use:
            return _fate_of_call(holder, node, above)
        case ast.Call(func=func):
            return _fate_of_argument(last_name(func), holder, body, above, known)
        case ast.Attribute() | ast.Subscript():
            return "" if _is_run(holder, above) else NEVER
        case ast.Assign(targets=[ast.Name(id=name)]):
            return _fate_of_name(name, ast.Pass(), body, above, known) if name not in known else NEVER
        case ast.Expr() | ast.Compare() | ast.Assert() | ast.Return() | ast.UnaryOp() | ast.BoolOp() | ast.Delete():
            return NEVER
        case _:
            return ""


def _is_run(node: ast.AST, above: Held) -> bool:
    """Say whether something of a name is called, or anything is done with it that nobody can see through."""
    holder = above.parents.get(id(node))
    return not isinstance(holder, ast.Expr | ast.Compare | ast.Assert)


def _fate_of_call(call: ast.Call, node: ast.AST, above: Held) -> str:
    """Say why a call runs nothing: it makes a coroutine nobody awaits, or a generator nobody asks."""
    holder = above.parents.get(id(call))
    alone = isinstance(holder, ast.Expr)
    if isinstance(node, ast.AsyncFunctionDef):
        return "is a coroutine that nobody awaits" if alone else ""
    lazy = alone and isinstance(node, ast.FunctionDef) and _yields(node)
    return "is a generator that nobody runs" if lazy else ""


def _yields(node: ast.FunctionDef) -> bool:
    own = (part for one in node.body for part in shallow(one, apart=FUNCTIONS))
    return any(isinstance(part, ast.Yield | ast.YieldFrom) for part in own)


def _fate_of_argument(name: str, call: ast.Call, body: Sequence[ast.stmt], above: Held, known: tuple[str, ...]) -> str:
    """Say why a call that is given it does not run it, or keeps its failures to itself."""
    text = "\n".join(ast.unparse(statement) for statement in body)
    if name in _STARTS:
        return "" if _HEARS.search(text) else "only runs aside, where its failure fails nothing"
    if name not in _LOOKS:
        alone = name in above.idle and isinstance(call.func, ast.Name)
        return "is handed to a function that does not run it" if alone else ""
    holder = above.parents.get(id(call))
    match holder:
        case ast.Assign(targets=[ast.Name(id=made)]) if made not in known:
            return _fate_of_name(made, ast.Pass(), body, above, known)
        case _:
            return "" if name == "partial" and not isinstance(holder, ast.Expr) else NEVER
