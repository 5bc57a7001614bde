"""Assertions of a Python test that fail unheard: nobody runs them, or what they raise is caught. Never runs them."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from orchestrator.verify.readers.golden import reads_back, written_down
from orchestrator.verify.readers.python.assertions import assertions, asserts_by_name
from orchestrator.verify.readers.python.known import is_empty, truth
from orchestrator.verify.readers.python.quiet import is_broad
from orchestrator.verify.readers.python.strength import read
from orchestrator.verify.readers.python.used import fate_of, has_no_use, held_in
from orchestrator.verify.readers.python.values import FunctionNode, last_name
from orchestrator.verify.readers.python.walk import copied, dumped, walk
from orchestrator.verify.readers.trials import NONE, Assertion

Unheard = tuple[Assertion, str]
SKIPS = frozenset({"skip", "skipTest", "SkipTest", "xfail", "importorskip", "Skipped", "Exception"})
_LOUD = frozenset(
    (
        "fail",
        "exit",
        "throw",
        "reraise",
        "set_exception",
        "put",
        "put_nowait",
        "_exit",
        "abort",
        "interrupt_main",
        "kill",
    )
)
_QUIET = frozenset({"print", "str", "repr", "len", "type", "format", "sleep", "print_exc", "isinstance", "warn", "log"})
_ASKED = re.compile(r"environ|getenv|getattr\(\w+, '\w+', 0\)|sys\.argv|getoption")
_GIVEN = re.compile(r"(?:getenv|environ\.get|getattr)\([^()]*,\s*'?[1-9]\d*'?\)|\bor '?[1-9]|max\(1")
CAUGHT = "stands where its failure is caught and nobody is told"


class Around(msgspec.Struct, frozen=True):
    """What a module says beside its tests: names of one value, functions that keep failures quiet, or run nothing."""

    values: Mapping[str, ast.expr] = {}
    quiet: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()


def around_of(module: ast.Module) -> Around:
    """Read what stands around the tests of a module."""
    functions = [node for node in walk(module) if isinstance(node, FunctionNode) and not node.name.startswith("test")]
    quiet = frozenset(node.name for node in functions if _keeps_quiet(node))
    idle = frozenset(node.name for node in functions if has_no_use(node))
    return Around(_values(module.body, module), quiet, idle)


def _keeps_quiet(node: FunctionNode) -> bool:
    """Say whether a function runs what it is given, or what stands in its block, and lets no failure of that out."""
    given = {part.arg for part in walk(node.args) if isinstance(part, ast.arg)}
    for tried in (part for part in walk(node) if isinstance(part, ast.Try)):
        inner = [part for statement in tried.body for part in walk(statement)]
        runs = any(
            isinstance(one, ast.Yield)
            or (isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in given)
            for one in inner
        )
        if runs and any(_hushes(handler, tried, node.body) for handler in tried.handlers):
            return True
    return False


def _values(body: Sequence[ast.stmt], whole: ast.AST) -> Mapping[str, ast.expr]:
    """Give the names that are given one value and are not added to."""
    told: dict[str, list[ast.expr]] = {}
    changed: set[str] = set()
    for part in walk(whole):
        match part:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                told.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                told.setdefault(name, []).append(value)
            case ast.AugAssign(target=ast.Name(id=name)) | ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                changed.add(name)
            case ast.Call(func=func, args=args) if last_name(func) != "parametrize":
                if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
                    changed.add(func.value.id)
                changed |= {one.id for one in args if isinstance(one, ast.Name)}
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                changed |= set(names)
            case ast.For(target=target) | ast.AsyncFor(target=target):
                changed |= {one.id for one in walk(target) if isinstance(one, ast.Name)}
            case ast.arg(arg=name):
                changed.add(name)
            case _:
                pass
    top = {id(one) for statement in body for one in walk(statement) if isinstance(one, ast.expr)}
    once = {name: held[0] for name, held in told.items() if len(held) == 1 and id(held[0]) in top}
    plain = {name for name, value in once.items() if isinstance(value, ast.Constant)}
    return {name: value for name, value in once.items() if name not in changed - plain}


def unheard(node: FunctionNode, around: Around) -> tuple[Unheard, ...]:
    """Give the assertions of a test whose failure nobody would hear of, each with why."""
    reading = _Reading(node, around)
    marks = {last_name(mark) for mark in node.decorator_list}
    if marks & around.quiet:
        return tuple(
            (one, f"is wrapped by `{min(marks & around.quiet)}`, which keeps failures quiet") for one in reading.all()
        )
    return (*reading.within(node.body), *_left_before(node.body), *_read_back(node), *_only_told(node))


def _only_told(node: FunctionNode) -> Iterator[Unheard]:
    """Give the conditions of which, where they do not hold, a test only warns, prints or writes down."""
    for part in (inner for statement in node.body for inner in walk(statement)):
        match part:
            case ast.If(test=test, body=body, orelse=[]) if all(map(_only_tells, body)):
                yield read(_denied(test), part.lineno, {}, ()), "is only told of where it does not hold"
            case _:
                pass


def _denied(test: ast.expr) -> ast.expr:
    """Give the opposite of a condition, as an assertion would say it."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return inner
        case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[right]):
            return ast.Compare(left, [ast.Eq()], [right])
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[right]):
            return ast.Compare(left, [ast.Is()], [right])
        case _:
            return ast.UnaryOp(ast.Not(), test)


def _only_tells(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass():
            return True
        case ast.Expr(value=ast.Call(func=func)):
            return last_name(func) in _TELLS
        case _:
            return False


_TELLS = frozenset({"warn", "print", "warning", "error", "info", "debug", "exception", "log", "critical", "write"})


def has_no_cases(mark: ast.expr, values: Mapping[str, ast.expr]) -> bool:
    """Say whether what a test is to be run for is nothing: `parametrize('x', [])`."""
    if not isinstance(mark, ast.Call) or last_name(mark) not in {"parametrize", "expand", "idata", "data"}:
        return False
    named = [word.value for word in mark.keywords if word.arg == "argvalues"]
    given = [*mark.args[1 if last_name(mark) == "parametrize" else 0 :][:1], *named]
    return any(is_empty(_Filled(values).visit(copied(one))) is True for one in given)


def _left_before(body: Sequence[ast.stmt]) -> Iterator[Unheard]:
    """Give what a body asserts that it left before where it does not hold."""
    left = [set(map(dumped, sides)) for statement in body for sides in [_left(statement)] if sides]
    for one in assertions(body) if left else ():
        if one.strength > NONE and set(one.sides) in left:
            yield one, "is left out where it would fail"


def _left(statement: ast.stmt) -> list[ast.expr]:
    """Give the two sides that a branch asks for, where it leaves as they differ."""
    match statement:
        case ast.If(test=ast.Compare(left=left, ops=[ast.NotEq() | ast.IsNot()], comparators=[right]), orelse=[]):
            gone = all(isinstance(one, ast.Return | ast.Expr | ast.Pass | ast.Continue) for one in statement.body)
            quiet = not any(_is_loud(part) for one in statement.body for part in walk(one))
            ends = isinstance(statement.body[-1], ast.Return) and statement.body[-1].value is None
            return [left, right] if gone and quiet and ends else []
        case _:
            return []


def _read_back(node: FunctionNode) -> Iterator[Unheard]:
    """Give what is compared with a file that the test has just written itself."""
    given = (part for part in walk(node) if isinstance(part, ast.Assign))
    texts = {one.targets[0].id: ast.unparse(one.value) for one in given if isinstance(one.targets[0], ast.Name)}
    text = "\n".join(ast.unparse(statement) for statement in node.body)
    written = written_down(text, texts)
    for one in assertions(node.body) if written else ():
        if (one.words & written and any(reads_back(texts.get(word, "")) for word in one.words)) or (
            one.words & written and one.words & {"read_text", "read_bytes"}
        ):
            yield one, "compares with what the test itself has written down"


class _Reading:
    """Reads one body."""

    def __init__(self, node: FunctionNode, around: Around) -> None:
        self._node = node
        self._around = around
        self._held = held_in(node.body, around.idle)
        self._values = {**around.values, **_values(node.body, node)}

    def all(self) -> Iterator[Assertion]:
        """Give every assertion of the body."""
        return assertions(self._node.body)

    def within(self, body: Sequence[ast.stmt]) -> Iterator[Unheard]:
        """Give those of some statements."""
        for statement in body:
            why, held = self._why(statement)
            if why:
                yield from ((one, why) for one in _all(held))
            for part in ("body", "orelse", "finalbody"):
                inner = getattr(statement, part, None) or ()
                yield from self.within(inner) if not (why and inner is held) else ()
            for handler in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
                yield from self.within(handler.body)

    def _why(self, statement: ast.stmt) -> tuple[str, Sequence[ast.stmt]]:
        """Say why what stands in a statement fails unheard."""
        match statement:
            case ast.Try(body=body) | ast.TryStar(body=body):
                return self._tried(statement), body
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                names = {last_name(item.context_expr) for item in items} & self._around.quiet
                return (CAUGHT if names else ""), body
            case ast.For(iter=over, body=body) | ast.AsyncFor(iter=over, body=body):
                return self._no_times(over), body
            case ast.While(test=test, body=body):
                return self._asked(test), body
            case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body) | ast.ClassDef(body=body):
                return fate_of(statement, self._node.body, self._held), body
            case _:
                return "", ()

    def _tried(self, tried: ast.Try | ast.TryStar) -> str:
        if any(isinstance(one, ast.Return) for one in tried.finalbody):
            return "stands before a `finally` that returns, which loses its failure"
        return CAUGHT if any(_hushes(one, tried, self._node.body) for one in tried.handlers) else ""

    def _no_times(self, over: ast.expr) -> str:
        filled = _Filled(self._values).visit(copied(over))
        if is_empty(filled):
            return "stands in a loop over nothing"
        return self._asked(filled)

    def _asked(self, over: ast.expr) -> str:
        text = ast.unparse(_Filled(self._values).visit(copied(over)))
        if _ASKED.search(text) and not _GIVEN.search(text):
            return f"runs only as often as `{text[:60]}` says"
        return ""


def _all(body: Sequence[ast.stmt]) -> Iterator[Assertion]:
    """Give the assertions of a body, those in functions it defines too."""
    seen: set[tuple[str, int]] = set()
    inner = [part.body for statement in body for part in walk(statement) if isinstance(part, FunctionNode)]
    for one in (found for held in (body, *inner) for found in assertions(held)):
        if (one.dump, one.line) not in seen:
            seen.add((one.dump, one.line))
            yield one


class _Filled(ast.NodeTransformer):
    """Puts what names stand for in their place."""

    def __init__(self, known: Mapping[str, ast.expr]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._known.get(node.id, node)


def _hushes(handler: ast.ExceptHandler, tried: ast.Try | ast.TryStar, body: Sequence[ast.stmt]) -> bool:
    """Say whether a handler catches failed assertions and nobody hears of them: it skips, tells, or does nothing."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    caught = is_broad(handler) or any(kind is not None and last_name(kind) == "AssertionError" for kind in kinds)
    inner = [part for statement in handler.body for part in walk(statement)]
    if not caught or any(map(_is_loud, inner)) or any(isinstance(one, ast.Return) and _says(one) for one in inner):
        return False
    noted = {part.id for part in inner if isinstance(part, ast.Name) and _is_noted(part, handler)}
    within = {id(part) for part in walk(tried)}
    later = [part for statement in body for part in walk(statement) if id(part) not in within]
    if any(isinstance(part, ast.Raise) and part.exc is not None and not _is_skip(part) for part in later):
        return False  # who tries again may fail in the end
    asked = (
        inner
        for part in later
        if isinstance(part, ast.Assert | ast.If | ast.While | ast.Return | ast.Call)
        for inner in walk(part)
    )
    return not any(isinstance(one, ast.Name) and one.id in noted for one in asked) and not _is_asked_again(tried, body)


def _says(statement: ast.Return) -> bool:
    """Say whether something is given back that tells how it went."""
    return statement.value is not None and not (
        isinstance(statement.value, ast.Constant) and statement.value.value is None
    )


def _is_asked_again(tried: ast.Try | ast.TryStar, body: Sequence[ast.stmt]) -> bool:
    """Say whether a loop goes on until it holds, or ends in something else where it never does."""
    loops = [part for statement in body for part in walk(statement) if isinstance(part, ast.While | ast.For)]
    holding = [one for one in loops if any(part is tried for part in walk(one))]
    return any(bool(one.orelse) or (isinstance(one, ast.While) and truth(one.test) is True) for one in holding)


def _is_noted(name: ast.Name, handler: ast.ExceptHandler) -> bool:
    """Say whether a handler puts something into a name, or hands it something."""
    if isinstance(name.ctx, ast.Store):
        return True
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.value is name
        for part in walk(handler)
    )


def _is_loud(part: ast.AST) -> bool:
    match part:
        case ast.Raise():
            return not _is_skip(part)
        case ast.Assert():
            return truth(part.test) is not True
        case ast.Call(func=func):
            name = last_name(func)
            if name in SKIPS | _QUIET:
                return False
            return isinstance(func, ast.Name) or name in _LOUD or asserts_by_name(part)
        case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()) | ast.Nonlocal() | ast.Global():
            return True
        case _:
            return False


def _is_skip(statement: ast.Raise) -> bool:
    if statement.exc is None:
        return False
    text = ast.unparse(statement.exc)
    return re.search(r"\bSkipTest\b|\bskip\.Exception\b|\bSkipped\b|\bxfail\.Exception\b", text) is not None
