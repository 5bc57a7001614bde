"""The tests of a Python file: what they assert and what silences them. Never runs or imports what it reads."""

import ast
import copy
import re
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache

from orchestrator.verify.readers.python.assertions import assertions, is_false, is_vacuous, swallowed, vacuous
from orchestrator.verify.readers.python.flags import with_flags
from orchestrator.verify.readers.python.flow import reachable
from orchestrator.verify.readers.python.leaving import PLATFORM, left_early, left_quietly, where_asked
from orchestrator.verify.readers.python.names import identifiers
from orchestrator.verify.readers.python.platform import holds_everywhere, holds_here
from orchestrator.verify.readers.python.source import parse
from orchestrator.verify.readers.python.stands_in import depends_on, stand_ins
from orchestrator.verify.readers.python.unheard import Around, around_of, has_no_cases, unheard
from orchestrator.verify.readers.python.values import FunctionNode, last_name
from orchestrator.verify.readers.python.walk import FUNCTIONS, dumped, shallow, walk
from orchestrator.verify.readers.python.wanted import needs_what_it_uses, wanted
from orchestrator.verify.readers.trials import Trial

_SKIPS = frozenset(
    {"skip", "skipif", "skipIf", "skipUnless", "xfail", "expectedFailure", "skipTest", "SkipTest", "importorskip"}
)
_ALWAYS = frozenset({"skip", "skipif", "skipIf", "xfail", "expectedFailure", "skipTest", "SkipTest"})


@lru_cache(maxsize=256)
def read_tests(text: str) -> dict[str, Trial] | None:
    """Give a file's tests by qualified name; None if it cannot be parsed."""
    module = parse(text)
    try:
        return dict(_tests(with_flags(module, _SKIPS))) if module is not None else None
    except RecursionError:
        return None


def _tests(module: ast.Module) -> Iterator[tuple[str, Trial]]:
    yield "", _silencer("", 1, (), [node for node in module.body if not needs_what_it_uses(node, module)])
    gone = _taken_back(module.body)
    bases = frozenset(last_name(base) for node in module.body if isinstance(node, ast.ClassDef) for base in node.bases)
    found = _within(module.body, "", bases, around_of(module))
    yield from ((name, test) for name, test in found if name not in gone)


def _taken_back(body: Sequence[ast.stmt]) -> frozenset[str]:
    """Give the names a module deletes or assigns anew behind their definition."""
    defined: set[str] = set()
    gone: set[str] = set()
    for statement in body:
        if isinstance(statement, FunctionNode):
            defined.add(statement.name)
        elif isinstance(statement, ast.Delete | ast.Assign):
            gone.update(defined & {last_name(target) for target in statement.targets if isinstance(target, ast.Name)})
    return frozenset(gone)


def _within(
    body: Sequence[ast.stmt], prefix: str, bases: Container[str], around: Around
) -> Iterator[tuple[str, Trial]]:
    for node in reachable(body):
        if isinstance(node, ast.ClassDef):
            name = prefix + node.name
            yield name, _silencer(node.name, node.lineno, node.decorator_list, node.body, _about(node))
            if not _is_hidden(node) or node.name in bases:
                yield from _within(node.body, f"{name}.", bases, around)
        elif isinstance(node, FunctionNode) and node.name.startswith("test") and not _is_fixture(node):
            yield prefix + node.name, _test(node, around)
        elif isinstance(node, FunctionNode) and _goes_first(node):
            yield prefix + node.name, _preparation(node)
        elif isinstance(node, ast.If | ast.Try | ast.With) and not _is_main(node):
            yield from _within([*node.body, *getattr(node, "orelse", [])], prefix, bases, around)


_PREPARES = re.compile(r"(?:async)?set_?up(?:_?(?:class|module|function|method))?", re.IGNORECASE)


def _goes_first(node: FunctionNode) -> bool:
    """Say whether a function runs before tests: a fixture, `setUp`."""
    return bool(_PREPARES.fullmatch(node.name)) or _is_fixture(node)


def _is_fixture(node: FunctionNode) -> bool:
    """Say whether a function makes something for tests, whatever it is called: no runner takes it for one."""
    marks = map(last_name, node.decorator_list)
    return any("fixture" in mark and mark != "usefixtures" for mark in marks)


def _preparation(node: FunctionNode) -> Trial:
    """Read what a fixture does to the tests that use it: skip them all."""
    alive = tuple(reachable(node.body))
    needed = wanted(node.name, alive)
    asked = [one for one in alive if isinstance(one, ast.Expr) and ast.unparse(one.value) in needed]
    alive = (*alive, *where_asked(alive))
    marks = _silencer(
        node.name, node.lineno, (), [one for one in alive if not isinstance(one, ast.Assign) and one not in asked]
    )
    raised = [one.exc for one in alive if isinstance(one, ast.Raise) and one.exc is not None]
    skips = tuple(last_name(one) for one in raised if last_name(one) in _SKIPS)
    return Trial(
        name=node.name,
        line=node.lineno,
        markers=(*marks.markers, *skips),
        unconditional=(*(mark for mark in marks.unconditional if mark != "importorskip"), *skips),
    )


def _is_main(node: ast.stmt) -> bool:
    """Say whether a block runs only where the file is the program: no runner finds a test in it."""
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def _is_hidden(node: ast.ClassDef) -> bool:
    """Say whether runners pass a class by: neither its name nor a base says that it holds tests."""
    if any(last_name(base) == "Protocol" for base in node.bases):
        return True
    return not node.bases and not re.match(r"Test|.*Tests?$|.*TestCase|.*TestMixin|.*Mixin|Describe", node.name)


def _test(node: FunctionNode, around: Around) -> Trial:
    alive = tuple(reachable(node.body))
    whole = {id(statement.value) for statement in alive if isinstance(statement, ast.Expr)}
    whole |= {id(statement.exc) for statement in alive if isinstance(statement, ast.Raise)}
    calls = [found for statement in alive for found in walk(statement) if isinstance(found, ast.Call)]
    called = [(last_name(found.func), id(found) in whole, ast.unparse(found)) for found in calls if _skips(found)]
    decorators = [_read_mark(mark) for mark in node.decorator_list]
    single = [_read_mark(mark) for mark in _case_marks(node)]
    cases = tuple(case for mark in node.decorator_list for case in _cases(mark))
    if len(single) < len(cases):  # other cases are still run
        single = [(name, False, text) for name, _, text in single]
    decorators += single
    marks = [(name, always, text) for name, always, text in (*decorators, *called) if name in _SKIPS]
    none = ("no cases",) if any(has_no_cases(mark, around.values) for mark in node.decorator_list) else ()
    guarded = _guarded_skips(alive) | wanted(node.name, alive)
    silent = [name for name, _, text in marks if not _is_platform(name, text, guarded)]
    return Trial(
        name=node.name,
        line=node.lineno,
        is_test=True,
        asserts=tuple(assertions(node.body)),
        hollow=all(_is_idle(statement) for statement in alive),
        body=dumped(ast.Module(body=node.body, type_ignores=[])),
        skeleton="\n".join(_skeleton(node.body)),
        words=identifiers(ast.Module(body=[node], type_ignores=[])) - {node.name},
        prose=_prose(node),
        vacuous=len(vacuous(node.body)),
        swallowed=swallowed(node.body),
        cases=cases,
        replaced=frozenset((*_replaced(node), *_rebound(node))),
        never=_never(node),
        leaves=tuple(left_quietly(alive)),
        unheard=unheard(node, around),
        bound=stand_ins(node),
        judged=depends_on(node, list(assertions(node.body))),
        markers=(*silent, *left_early(alive), *none),
        unconditional=(*(name for name, always, _ in marks if always and name in _ALWAYS), *none),
    )


def _prose(node: FunctionNode) -> frozenset[str]:
    """Give the words that a test has in texts that only explain, and nowhere else."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    plain = [one.test if isinstance(one, ast.Assert) else one for one in body]
    said = (identifiers(part) for part in (*node.decorator_list, node.args, *plain))
    return identifiers(ast.Module(body=[node], type_ignores=[])).difference(*said, {node.name})


def _skips(call: ast.Call) -> bool:
    return last_name(call.func) in _SKIPS


def _guarded_skips(alive: Sequence[ast.stmt]) -> frozenset[str]:
    """Give the skips in a body that depend on where it runs."""
    return frozenset(
        ast.unparse(call)
        for statement in alive
        for branch in walk(statement)
        if (isinstance(branch, ast.If) and (PLATFORM.search(ast.unparse(branch.test)) or _of_a_kind(branch.test)))
        or (isinstance(branch, ast.ExceptHandler) and branch.type is not None)
        for call in walk(branch)
        if isinstance(call, ast.Call) and _skips(call)
    )


def _of_a_kind(condition: ast.expr) -> bool:
    """Say whether a condition is which of several implementations is tried, by the name of its class."""
    named = [part for part in walk(condition) if isinstance(part, ast.Attribute) and part.attr == "__name__"]
    return isinstance(condition, ast.Compare) and bool(named) and isinstance(condition.ops[0], ast.Eq | ast.In)


def _is_platform(name: str, text: str, guarded: frozenset[str]) -> bool:
    """Say whether a skip depends on the platform, a version or what is installed: that is ordinary."""
    if text in guarded:
        return True
    if name in {"skip", "skipTest", "SkipTest", "importorskip", "__test__"}:
        return False
    mark = ast.parse(text, mode="eval").body
    if not isinstance(mark, ast.Call):
        return False
    return not _holds(mark) and any(PLATFORM.search(ast.unparse(one)) for one in _conditions(mark))


def _holds(mark: ast.Call) -> bool:
    """Say whether a mark's condition is one that holds where tests are judged."""
    denied = last_name(mark) == "skipUnless"
    return any(holds_here(ast.UnaryOp(ast.Not(), one) if denied else one) for one in _conditions(mark))


def _conditions(mark: ast.Call) -> list[ast.expr]:
    """Give a mark's conditions: a text of `xfail` or `skip` is its reason, one of `skipif` is code."""
    first = mark.args[:1] if last_name(mark.func) in {"skipIf", "skipUnless"} else mark.args
    return [_as_code(one) for one in (*first, *(word.value for word in mark.keywords if word.arg == "condition"))]


def _as_code(condition: ast.expr) -> ast.expr:
    if isinstance(condition, ast.Constant) and isinstance(condition.value, str):
        try:
            code = ast.parse(condition.value, mode="eval").body
        except (SyntaxError, ValueError):
            return ast.Name("reason")
        return ast.Constant(value=True) if isinstance(code, ast.Attribute) else code  # `sys.platform` is never nothing
    return condition


def _skeleton(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Give the statements of a body that assert nothing, a block's head and what stands in it one by one."""
    for statement in body:
        if _is_assertion(statement) or _is_idle(statement):
            continue
        inner = [getattr(statement, part, None) or [] for part in _INNER]
        if not any(inner) or isinstance(statement, FunctionNode | ast.ClassDef):
            yield dumped(statement)
            continue
        head = copy.copy(statement)
        for part in (*_INNER, "handlers", "cases"):
            if hasattr(head, part):
                setattr(head, part, [])
        yield dumped(head)
        for block in inner:
            yield from _skeleton(block)
        for handler in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
            yield from _skeleton(handler.body)


_INNER = ("body", "orelse", "finalbody")


def _is_assertion(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assert):
        return True
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and bool(list(assertions([statement])))
    )


def _cases(mark: ast.expr) -> Iterator[str]:
    """Give the parameter sets of a `parametrize`."""
    if isinstance(mark, ast.Call) and last_name(mark) == "parametrize" and len(mark.args) > 1:
        values = mark.args[1]
        if isinstance(values, ast.List | ast.Tuple | ast.Set):
            yield from (dumped(value) for value in values.elts)


def _case_marks(node: FunctionNode) -> Iterator[ast.expr]:
    """Give what single cases of a test are marked with: `pytest.param(1, marks=pytest.mark.skip)`."""
    for part in (one for mark in node.decorator_list for one in walk(mark)):
        if isinstance(part, ast.Call) and last_name(part.func) == "param":
            for word in part.keywords:
                if word.arg == "marks":
                    yield from word.value.elts if isinstance(word.value, ast.List | ast.Tuple) else (word.value,)


def _rebound(node: FunctionNode) -> Iterator[str]:
    """Give what a test calls that it has itself defined to answer with something fixed: `parse = lambda text: 3`."""
    for part in walk(node):
        match part:
            case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=ast.Lambda()):
                yield name
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Call(func=func)) if "Mock" in last_name(func):
                yield name
            case _:
                pass


def _never(node: FunctionNode) -> str:
    """Say why a test's body is never run; nothing where it is."""
    own = [part for statement in node.body for part in shallow(statement, apart=FUNCTIONS)]
    if any(isinstance(part, ast.Yield | ast.YieldFrom) for part in own):
        return "" if node.decorator_list and isinstance(node, ast.AsyncFunctionDef) else "has become a generator"
    waits = any(isinstance(part, ast.Await | ast.AsyncFor | ast.AsyncWith) for part in own)
    return "" if waits or isinstance(node, ast.FunctionDef) else "has become a coroutine that awaits nothing"


def _replaced(node: FunctionNode) -> Iterator[str]:
    """Give the last names of what a test replaces by a mock, and of what it then calls itself."""
    own = {inner.name for inner in walk(node) if isinstance(inner, ast.ClassDef)}  # made for it: no product's
    for found in walk(node):
        if not isinstance(found, ast.Call) or not found.args:
            continue
        name, texts = last_name(found.func), [part.value for part in found.args if isinstance(part, ast.Constant)]
        is_patch = name in {"patch", "setattr"} or (name == "object" and "patch" in ast.unparse(found.func))
        if is_patch and texts and isinstance(texts[0], str) and last_name(found.args[0]) not in own:
            yield texts[0].rpartition(".")[2]


def _about(node: ast.ClassDef) -> frozenset[str]:
    """Give the words of a class beside its methods: what all its tests are about."""
    loose = (part for part in node.body if not isinstance(part, FunctionNode | ast.ClassDef))
    return frozenset[str]().union(*(identifiers(part) for part in (*node.bases, *loose)))


def _silencer(
    name: str,
    line: int,
    decorators: Sequence[ast.expr],
    body: Sequence[ast.stmt],
    about: frozenset[str] = frozenset(),
) -> Trial:
    """Read what a class or module does to all its tests."""
    marks = [_read_mark(mark) for mark in decorators]
    for statement in body:
        if isinstance(statement, ast.Assign):
            marks.extend(_assigned(statement))
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            marks.append((last_name(statement.value.func), True, ast.unparse(statement)))
    kept = [mark for mark in marks if mark[0] in _SKIPS or mark[0] == "__test__"]
    return Trial(
        name=name,
        line=line,
        words=about,
        markers=tuple(mark for mark, _, text in kept if not _is_platform(mark, text, frozenset())),
        unconditional=tuple(mark for mark, always, _ in kept if always and mark in {*_ALWAYS, "__test__"}),
    )


def _assigned(statement: ast.Assign) -> Iterator[tuple[str, bool, str]]:
    names = {target.id for target in statement.targets if isinstance(target, ast.Name)}
    if "__test__" in names and isinstance(statement.value, ast.Constant) and not statement.value.value:
        yield "__test__", True, ""
    if "pytestmark" in names:
        marks = statement.value.elts if isinstance(statement.value, ast.List | ast.Tuple) else [statement.value]
        yield from map(_read_mark, marks)


def _is_idle(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Return(value=None) | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assert():
            return is_vacuous(statement.test) and not is_false(statement.test)
        case _:
            return False


def _read_mark(mark: ast.expr) -> tuple[str, bool, str]:
    return last_name(mark), _always(mark), ast.unparse(mark)


def _always(mark: ast.expr) -> bool:
    """Say whether a marker applies whatever the circumstances: it has no condition, or one that holds everywhere."""
    if not isinstance(mark, ast.Call):
        return True
    conditions = _conditions(mark)
    given = conditions if last_name(mark) == "skipif" else mark.args
    return all(isinstance(one, ast.Constant) for one in given) or all(map(holds_everywhere, conditions))
