"""What a Python test asserts, and how strictly. Never runs or imports what it reads."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from orchestrator.verify.readers.python.flow import leaves_out_else, reachable
from orchestrator.verify.readers.python.holding import holds_anyway
from orchestrator.verify.readers.python.known import truth
from orchestrator.verify.readers.python.quiet import is_broad, suppresses
from orchestrator.verify.readers.python.since import done_since, never_run
from orchestrator.verify.readers.python.strength import as_condition, read, read_call
from orchestrator.verify.readers.python.values import FunctionNode, last_name
from orchestrator.verify.readers.python.walk import children, dumped, walk
from orchestrator.verify.readers.trials import NONE, Assertion

_ASSERTING = re.compile(r"(?:assert|expect|verify|check|should|must|ensure)", re.IGNORECASE)
_ITSELF = frozenset({"self", "cls"})
_ASSERTS = frozenset(
    {"raises", "RaisesGroup", "RaisesExc", "warns", "deprecated_call", "fail", "assertRaises", "assertWarns"}
)


_PATTERNS = frozenset({"assertRegex", "assertRegexpMatches"})


def assertions(body: Sequence[ast.stmt]) -> Iterator[Assertion]:
    """Give the assertions of a body that can be reached and can fail."""
    made = _made(body)
    for statement, guards in _deep(body, _unused(body)):
        if isinstance(statement, ast.Assert):
            if not is_vacuous(statement.test):
                one = read(statement.test, statement.lineno, made, guards)
                yield one if one.strength > NONE else _after_all(one, statement.test, body, made)
        else:
            for call in _shallow_calls(statement):
                idle = _calls_vacuously(call) or _fails_itself(call, statement)
                if asserts_by_name(call) and not (idle or _is_for_its_value(call, statement)):
                    yield read_call(call, made, guards)


def _after_all(one: Assertion, test: ast.expr, body: Sequence[ast.stmt], made: Mapping[str, str]) -> Assertion:
    """Read once more what seems to compare a thing with itself, without the names that something was done since."""
    since = done_since(body, one.line)
    if not since & made.keys():
        return one
    return read(test, one.line, {name: value for name, value in made.items() if name not in since}, one.guards)


def vacuous(body: Sequence[ast.stmt]) -> list[int]:
    """Give the lines of assertions that cannot fail."""
    found: list[int] = []
    for statement, _ in _deep(body, _unused(body)):
        if isinstance(statement, ast.Assert):
            known = is_vacuous(statement.test) and not is_false(statement.test)
            found += [statement.lineno] if known else []
        else:
            calls = _shallow_calls(statement)
            found += [one.lineno for one in calls if _calls_vacuously(one) or _fails_itself(one, statement)]
    return [*found, *_repeated(body)]


def swallowed(body: Sequence[ast.stmt]) -> int:
    """Count the assertions whose failure nobody would hear of."""
    return sum(
        sum(1 for _ in assertions(statement.body))
        for statement, _ in _deep(body, _unused(body))
        if isinstance(statement, ast.Try | ast.With | ast.AsyncWith) and _hides(statement)
    )


def _hides(statement: ast.Try | ast.With | ast.AsyncWith) -> bool:
    """Say whether a failure within goes no further: caught quietly, suppressed, or taken for the error expected."""
    if isinstance(statement, ast.Try):
        return any(map(_hushes, statement.handlers))
    return any(suppresses(item.context_expr) or _expects_any(item.context_expr) for item in statement.items)


def _expects_any(context: ast.expr) -> bool:
    if not isinstance(context, ast.Call) or last_name(context.func) not in {"raises", "assertRaises"}:
        return False
    kinds = [part for one in context.args for part in (one.elts if isinstance(one, ast.Tuple) else [one])]
    return any(last_name(kind) in {"Exception", "BaseException", "AssertionError"} for kind in kinds)


def _unused(body: Sequence[ast.stmt]) -> frozenset[str]:
    """Give the functions defined in a body that nothing in it mentions: they are never called."""
    inner = [part for statement in body for part in walk(statement)]
    defined = {part.name for part in inner if isinstance(part, FunctionNode) and not part.decorator_list}
    if not defined:
        return frozenset()
    return frozenset(defined - {part.id for part in inner if isinstance(part, ast.Name)})


def _made(body: Sequence[ast.stmt]) -> Mapping[str, str]:
    """Give what the names of a body stand for, where they are given a value once."""
    values: dict[str, list[str]] = {}
    for statement in body:
        for part in walk(statement):
            if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name):
                values.setdefault(part.targets[0].id, []).append(dumped(_uncopied(part.value)))
    return {name: found[0] for name, found in values.items() if len(found) == 1}


def _uncopied(value: ast.expr) -> ast.expr:
    """Give what a value is a copy of, or the value itself."""
    match value:
        case ast.Call(func=ast.Name(id="deepcopy" | "copy" | "list" | "dict"), args=[ast.Name() as inner], keywords=[]):
            return inner
        case ast.Call(func=ast.Attribute(attr="deepcopy" | "copy"), args=[ast.Name() as inner]):
            return inner
        case ast.Call(func=ast.Attribute(attr="copy", value=ast.Name() as inner), args=[]):
            return inner
        case ast.Subscript(value=ast.Name() as inner, slice=ast.Slice(lower=None, upper=None, step=None)):
            return inner
        case _:
            return value


def _repeated(body: Sequence[ast.stmt]) -> Iterator[int]:
    """Give the lines of assertions that only say of a name what it has just been given: `x = 3`, `assert x == 3`."""
    told: dict[str, str] = {}
    for statement in reachable(body):
        match statement:
            case ast.Assert(test=test):
                yield from (statement.lineno,) if _repeats(test, told) else ()
                if _acts(statement) and not _only_shows(test):
                    told = {name: value for name, value in told.items() if value.startswith("Constant")}
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not _asks(value):
                told[name] = dumped(value)
            case _:
                mentioned = {part.id for part in walk(statement) if isinstance(part, ast.Name)}
                # what is looked up may be another by now; only a constant stays what it was
                told = {
                    name: value
                    for name, value in told.items()
                    if name not in mentioned and (value.startswith("Constant") or not _acts(statement))
                }
                for inner in (getattr(statement, part, None) or () for part in ("body", "orelse", "finalbody")):
                    yield from _repeated(inner)


def _acts(statement: ast.stmt) -> bool:
    return any(isinstance(part, ast.Call | ast.Await) for part in walk(statement))


def _only_shows(test: ast.expr) -> bool:
    """Say whether a condition does nothing to what it is about: it asks no object for anything by a method."""
    return not any(isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) for part in ast.walk(test))


def _asks(value: ast.expr) -> bool:
    """Say whether a value calls anything but builtins that only show something."""
    calls = [part for part in ast.walk(value) if isinstance(part, ast.Call | ast.Await)]
    return any(isinstance(one, ast.Await) or last_name(one.func) not in {"repr", "str", "len"} for one in calls)


def _repeats(test: ast.expr, told: Mapping[str, str]) -> bool:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            pairs = ((left, right), (right, left))
            return any(isinstance(one, ast.Name) and told.get(one.id) == dumped(other) for one, other in pairs)
        case _:
            return False


_Guards = tuple[str, ...]


def _deep(
    body: Sequence[ast.stmt], unused: Collection[str], guards: _Guards = (), within: ast.stmt | None = None
) -> Iterator[tuple[ast.stmt, _Guards]]:
    """Give every statement that can be reached, with the conditions it stands under, blocks before what is in them."""
    for statement in reachable(body):
        if isinstance(statement, FunctionNode) and statement.name in unused:
            continue
        if never_run(statement, within):
            continue
        yield statement, guards
        inner = (*guards, ast.unparse(statement.test)) if _is_guard(statement) else guards  # type: ignore[attr-defined]
        for part in ("body", "finalbody") if leaves_out_else(statement) else ("body", "orelse", "finalbody"):
            yield from _deep(
                getattr(statement, part, None) or (), unused, inner if part == "body" else guards, statement
            )
        for handler in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
            yield from _deep(handler.body, unused, guards)


def _is_guard(statement: ast.stmt) -> bool:
    """Say whether a branch lets what stands in it be left out, with nothing asserted instead."""
    return isinstance(statement, ast.If) and not any(True for _ in assertions(statement.orelse))


def _shallow_calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """Give the calls of a statement without those of the statements in it."""
    parts: list[ast.AST] = [part for part in children(statement) if not isinstance(part, _BLOCKS)]
    while parts:
        part = parts.pop()
        if isinstance(part, ast.Call):
            yield part
        parts.extend(inner for inner in children(part) if not isinstance(inner, ast.stmt))


_BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def asserts_by_name(call: ast.Call) -> bool:
    """Say whether a call's name says that it asserts; a method `ensure` of anything but a test makes a file."""
    name = last_name(call.func)
    makes = name == "ensure" and isinstance(call.func, ast.Attribute) and last_name(call.func.value) not in _ITSELF
    return name in _ASSERTS or (bool(_ASSERTING.match(name.lstrip("_"))) and not makes)


def _is_for_its_value(call: ast.Call, statement: ast.stmt) -> bool:
    """Say whether a call is there for what it gives: `token = verify(x)`, which is no assertion of that."""
    value = getattr(statement, "value", None) if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    inner = value.value if isinstance(value, ast.Await) else value
    return inner is call and not last_name(call.func).lstrip("_").lower().startswith(("assert", "expect"))


def is_vacuous(test: ast.expr) -> bool:
    """Say whether an assertion cannot fail, or does nothing but fail: `assert True`, `assert x or True`."""
    match test:
        case ast.Compare(left=ast.Attribute() | ast.Call(), ops=[ast.Is()]):
            return False  # asked twice and the same thing each time: kept, and not made anew
        case _:
            return truth(test) is not None or holds_anyway(test)


def _calls_vacuously(call: ast.Call) -> bool:
    """Say whether a method asserts of constants what they are: `assertTrue(True)`, `assertEqual(1, 1)`."""
    condition = as_condition(call)
    if condition is None:
        return holds_anyway(call) if last_name(call.func) in _PATTERNS else False
    return truth(condition) is True or holds_anyway(condition)


def _fails_itself(call: ast.Call, statement: ast.stmt) -> bool:
    """Say whether a block that waits for an error raises it itself: `with raises(ValueError): raise ValueError`."""
    if not isinstance(statement, ast.With) or len(statement.items) > 1 or not call.args:
        return False
    waits = statement.items[0].context_expr is call and last_name(call.func) in {"raises", "assertRaises"}
    raised = [one.exc for one in statement.body[:1] if isinstance(one, ast.Raise) and one.exc is not None]
    return waits and any(last_name(one) == last_name(call.args[0]) != "" for one in raised)


def is_false(test: ast.expr) -> bool:
    """Say whether an assertion always fails, as `assert False` does."""
    return truth(test) is False


def _hushes(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    caught = is_broad(handler) or any(kind is not None and last_name(kind) == "AssertionError" for kind in kinds)
    loud = (ast.Raise, ast.Assert, ast.Call)
    return caught and not any(
        isinstance(found, loud) and not (isinstance(found, ast.Call) and last_name(found.func) == "print")
        for statement in handler.body
        for found in walk(statement)
    )
