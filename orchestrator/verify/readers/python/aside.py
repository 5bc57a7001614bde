"""What a Python function only starts: a thread, a task, a job. Never runs what it reads."""

import ast
import re
from collections.abc import Iterator, Sequence

from orchestrator.verify.readers.python.values import last_name
from orchestrator.verify.readers.python.walk import dumped, shallow, walk

_STARTS = frozenset(
    {"start", "submit", "create_task", "ensure_future", "call_soon", "call_later", "apply_async", "Thread"}
)
_HEARS = re.compile(r"\b(?:await|join|result|gather|wait|as_completed|run_until_complete)\b")


def sent(alive: Sequence[ast.stmt]) -> tuple[str, ...]:
    """Give what runs in something a body only starts and nobody waits for: beginnings of calls, `dumped`."""
    calls = [part for one in alive for step in shallow(one) for part in _dropped(step)]
    started = [one for one in calls if last_name(one.func) in _STARTS]
    if not started or any(_HEARS.search(ast.unparse(one)) for one in alive):
        return ()
    return tuple(dict.fromkeys(piece for one in started for piece in _run(one)))


def _dropped(step: ast.AST) -> Iterator[ast.Call]:
    """Give the calls of a statement that nobody gets anything of: those of one by itself, or what is made to start."""
    match step:
        case ast.Expr(value=value):
            yield from (part for part in walk(value) if isinstance(part, ast.Call))
        case ast.Assign(value=ast.Call(func=func) as call) if last_name(func) in {"Thread", "Timer", "Process"}:
            yield call
        case _:
            return


def _run(call: ast.Call) -> Iterator[str]:
    """Give what a call has run: what it is given to call, or what is called in it."""
    given = [*call.args[:1], *(word.value for word in call.keywords if word.arg in {"target", "func"})]
    for one in given:
        if isinstance(one, ast.Name | ast.Attribute):
            yield f"Call({dumped(one)}, "
        yield from (dumped(part) for part in walk(one) if isinstance(part, ast.Call))
