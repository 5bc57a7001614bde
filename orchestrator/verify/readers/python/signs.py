"""Places in Python code that give away a trick: tests detected, comparisons that always hold, exits, outcomes flipped.

Never runs or imports what it reads.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from orchestrator.verify.readers.python.ending import ends_well, is_forgotten, settles
from orchestrator.verify.readers.python.known import truth
from orchestrator.verify.readers.python.source import parse
from orchestrator.verify.readers.python.spying import spied
from orchestrator.verify.readers.python.steering import steered
from orchestrator.verify.readers.python.values import FunctionNode, is_fixed, last_name, without_docstring
from orchestrator.verify.readers.python.walk import FUNCTIONS, children, shallow, walk

_RUNNERS = frozenset({"pytest", "_pytest", "unittest", "nose"})
_SIGNS = frozenset({"PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTEST_XDIST_WORKER"})
_CALLERS = frozenset({"co_filename", "co_name", "f_code", "_getframe", "currentframe", "stack", "extract_stack"})
_MANY = 100
_EXITS = frozenset({"exit", "_exit", "quit", "abort"})
_IGNORES = frozenset({"collect_ignore", "collect_ignore_glob"})
_FLIPS = frozenset(
    {
        "pytest_runtest_makereport",
        "pytest_report_teststatus",
        "pytest_pyfunc_call",
        "pytest_runtest_call",
        "pytest_runtest_protocol",
        "pytest_sessionfinish",
        "pytest_unconfigure",
    }
)


def _signs(tree: ast.Module) -> Iterator[tuple[int, str]]:
    yield from spied(tree)
    yield from _knowing(tree, {})
    for node in walk(tree):
        match node:
            case ast.Constant(value=str(text)) if text in _SIGNS:
                yield node.lineno, text
            case ast.Compare(left=ast.Constant(value=str(text)), comparators=[other]) if text in _RUNNERS:
                if last_name(other) == "modules" or "modules" in ast.unparse(other):
                    yield node.lineno, ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr="get", value=where), args=[ast.Constant(value=str(text)), *_]):
                if text in _RUNNERS and last_name(where) == "modules":
                    yield node.lineno, ast.unparse(node)
            case ast.Compare() | ast.Call() if _asks_who_calls(node):
                yield node.lineno, ast.unparse(node)
            case _:
                pass


def _knowing(scope: ast.AST, around: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Give the conditions of a module or a function, and of those within, that know about a test runner."""
    own = [node for child in reversed(children(scope)) for node in shallow(child, apart=FUNCTIONS)]
    around = {**around, **_looked_at(own)}
    for node in own:
        match node:
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if _knows(test, around):
                yield node.lineno, ast.unparse(test)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from _knowing(node, around)
            case _:
                pass


def _asks_who_calls(node: ast.Compare | ast.Call) -> bool:
    """Say whether a caller's name or file is looked at for a test's."""
    match node:
        case ast.Compare():
            parts = [node.left, *node.comparators]
        case ast.Call(func=ast.Attribute(attr="endswith" | "startswith" | "match" | "search", value=where)):
            parts = [where, *node.args]
        case _:
            return False
    told = any(isinstance(part, ast.Constant) and "test" in str(part.value).lower() for part in parts)
    return told and any(
        last_name(inner) in _CALLERS for part in parts for inner in ast.walk(part) if isinstance(inner, ast.expr)
    )


_LOOKS_AROUND = re.compile(
    r"sys\.argv|_getframe|inspect\.|currentframe|extract_stack|format_stack|sys\.modules|getcwd|environ|getenv|__file__"
    r"|\.cwd\(\)|gettrace|getprofile|threading\.current_thread|orig_argv|__main__|cmdline|getppid|psutil|find_spec"
)
_NAMES_TESTS = re.compile(
    r"""['"](?!PYTEST_(?!CURRENT_|VERSION|XDIST|ADDOPTS|PLUGINS|DISABLE_|RUN)\w+['"])"""
    r"""[^'"]*(?:(?:\b|_)(?:py|unit|doc)?tests?(?:\b|_)|nose|pytest)[^'"]*['"]""",
    re.IGNORECASE,
)
"""Texts that name tests or their runner: a setting that a plug-in of it has of its own is none."""


def _knows(test: ast.expr, around: Mapping[str, str]) -> bool:
    """Say whether a condition looks at who calls, or how and where the process was started, for a test runner."""
    text = ast.unparse(test)
    told = {around[part.id] for part in walk(test) if isinstance(part, ast.Name) and part.id in around}
    whole = " ".join((text, *sorted(told)))
    return _LOOKS_AROUND.search(whole) is not None and _NAMES_TESTS.search(whole) is not None


def _looked_at(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Give the names that stand for something of the surroundings."""
    found: dict[str, str] = {}
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                text = ast.unparse(value) if len(found) < _MANY else ""
                if _LOOKS_AROUND.search(text):
                    found[name] = text
            case _:
                pass
    return found


def _always_equal(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for owner in walk(tree):
        if not isinstance(owner, ast.ClassDef):
            continue
        for node in owner.body:
            for name, given in _answered(node):
                wanted = _COMPARING.get(name)
                if wanted is not None and given and all(truth(value) is wanted for value in given):
                    yield node.lineno, f"{owner.name}.{name}"
            if _is_equality(node) and _holds_anything(owner) and _looks_at_kinds(node):
                yield node.lineno, f"{owner.name}.__eq__"


_COMPARING = {"__eq__": True, "__ne__": False, "__contains__": True, "__le__": True, "__ge__": True}


_KINDS = frozenset({"type", "isinstance", "issubclass", "__class__"})


def _holds_anything(owner: ast.ClassDef) -> bool:
    """Say whether a class's objects can differ: it sets attributes of `self`, or declares some."""
    if any(isinstance(part, ast.AnnAssign) for part in owner.body):
        return True
    return any(
        isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store) and last_name(part.value) == "self"
        for node in owner.body
        if isinstance(node, FunctionNode)
        for part in walk(node)
    )


def _is_equality(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__eq__"


def _looks_at_kinds(node: ast.stmt) -> bool:
    """Say whether a comparison looks at nothing but of what kind both are: `type(self) == type(other)`."""
    if not isinstance(node, ast.FunctionDef):
        return False
    names = {one.arg for one in node.args.args}
    told, asked = 0, 0
    for part in (inner for statement in without_docstring(node.body) for inner in walk(statement)):
        match part:
            case ast.Call(func=func, args=args) if last_name(func) in _KINDS:
                told += sum(isinstance(one, ast.Name) and one.id in names for one in args)
            case ast.Attribute(attr="__class__", value=ast.Name(id=name)):
                told += name in names
            case ast.Name(id=name):
                asked += name in names
            case ast.Call() | ast.Raise() | ast.Attribute():
                return False
            case _:
                pass
    return 0 < asked == told


def _answered(node: ast.stmt) -> Iterator[tuple[str, list[ast.expr]]]:
    """Give a method's name and all it gives back, be it written as a function or as a lambda."""
    match node:
        case ast.FunctionDef(name=name):
            found = [part.value for part in walk(node) if isinstance(part, ast.Return)]
            yield name, [value for value in found if value is not None] if None not in found else []
        case ast.Assign(targets=targets, value=ast.Lambda(body=body)):
            yield from ((last_name(target), [body]) for target in targets)
        case _:
            pass


def _module_exits(tree: ast.Module, *, testing: bool = False) -> Iterator[tuple[int, str]]:
    for statement in tree.body:
        if isinstance(statement, FunctionNode | ast.ClassDef | ast.If | ast.Try):
            if testing and isinstance(statement, ast.If) and _OF_RUNS.search(ast.unparse(statement.test)):
                yield from (one for step in statement.body for one in _exits(step))
            continue
        yield from _exits(statement)
    yield from ends_well(tree, testing=testing)


_OF_RUNS = re.compile(r"\bpytest\b|PYTEST|\bunittest\b|sys\.modules|sys\.argv|\benviron\b|\bgetenv\b|^(?:True|1)$")
"""What holds, or may, as tests are gathered."""


def _test_exits(tree: ast.Module) -> Iterator[tuple[int, str]]:
    ends = {"os._exit", "pytest.exit", "os.abort"} - ({"os._exit"} if _is_for_children(tree) else set())
    for node in walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ends:
            yield node.lineno, ast.unparse(node)
    yield from _module_exits(tree, testing=True)


def _is_for_children(tree: ast.Module) -> bool:
    """Say whether a module forks, has no test, and is no file of the runner's: what it ends are its children."""
    names = {node.name for node in walk(tree) if isinstance(node, FunctionNode | ast.ClassDef)}
    forks = (last_name(part) == "fork" for part in walk(tree) if isinstance(part, ast.Attribute | ast.Name))
    asked = (
        any(isinstance(one, ast.Constant) and one.value == "fork" for one in part.args)
        for part in walk(tree)
        if isinstance(part, ast.Call) and last_name(part.func) == "getattr"
    )
    ours = any(name.startswith(("test", "Test", "pytest_", "setup", "teardown")) for name in names)
    return not ours and (any(forks) or any(asked))


def _exits(statement: ast.AST) -> Iterator[tuple[int, str]]:
    for node in walk(statement):
        if isinstance(node, ast.Call) and _is_exit(node.func):
            yield node.lineno, ast.unparse(node)


def _is_exit(node: ast.expr) -> bool:
    text = ast.unparse(node)
    return text in {"exit", "quit", "_exit"} or (text.partition(".")[0] in {"os", "sys"} and last_name(node) in _EXITS)


def _flips(tree: ast.Module) -> Iterator[tuple[int, str]]:
    yield from steered(tree)
    for node in walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if _flips_outcomes(node) or _leaves_out(node) or _skips_all(node):
                    yield node.lineno, node.name
            case ast.Assign(targets=[ast.Attribute() as target]) if _is_replaced(target) or is_forgotten(node):
                yield node.lineno, ast.unparse(target)
            case _:
                pass
    for statement in tree.body:
        ignores = isinstance(statement, ast.Assign) and any(last_name(one) in _IGNORES for one in statement.targets)
        if ignores and isinstance(statement, ast.Assign) and ast.unparse(statement.value) != "[]":
            yield statement.lineno, ast.unparse(statement)[:80]


def _flips_outcomes(node: FunctionNode) -> bool:
    if node.name in _STANDING_IN and _answers_itself(node):
        return True
    if node.name.startswith("pytest_") and settles(node):
        return True
    if node.name not in _FLIPS:
        return False
    targets = [target for part in walk(node) if isinstance(part, ast.Assign) for target in part.targets]
    touched = {last_name(target) for target in targets if isinstance(target, ast.Attribute)}
    calls = [part for part in walk(node) if isinstance(part, ast.Call)]
    exits = any(ast.unparse(part.func) == "os._exit" for part in calls)
    forced = any(last_name(part.func) in {"force_result", "force_exception"} for part in calls)
    forgives = any(last_name(part.func) in {"xfail", "skip"} for part in calls) and node.name != "pytest_runtest_setup"
    outcomes = {"outcome", "exitstatus", "wasxfail", "longrepr", "passed", "failed", "testsfailed"}
    return bool(outcomes & touched) or exits or forced or forgives or node.name == "pytest_pyfunc_call"


_STANDING_IN = frozenset(
    f"pytest_{name}"
    for name in (
        *("ignore_collect", "pycollect_makeitem", "pycollect_makemodule", "collect_file", "collect_directory"),
        *("collection", "runtestloop", "cmdline_main", "runtest_protocol", "pyfunc_call", "make_collect_report"),
        *("report_teststatus", "runtest_makereport"),
    )
)
"""Hooks whose first answer is the last: the runner then asks nobody else."""


def _answers_itself(node: FunctionNode) -> bool:
    """Say whether a hook always answers with something fixed, so that the runner does not do the work."""
    gives = [part.value for part in walk(node) if isinstance(part, ast.Return) and part.value is not None]
    conditional = any(isinstance(part, ast.If | ast.IfExp) for part in walk(node))
    fixed = [value for value in gives if is_fixed(value, ()) and ast.unparse(value) != "None"]
    return bool(fixed) and len(fixed) == len(gives) and not conditional


def _leaves_out(node: FunctionNode) -> bool:
    """Say whether a hook takes tests out of those collected, whatever was asked for."""
    if node.name not in {"pytest_collection_modifyitems", "pytest_itemcollected", "pytest_runtest_setup"}:
        return False
    text = ast.unparse(node)
    if "getoption" in text or "getini" in text:
        return False
    cuts = re.search(
        r"items\[[^\]]*\] = \[(?:\]|.* for .* if )|del items|items\.(?:clear|remove|pop)\(|pytest_deselected",
        text,
    )
    return cuts is not None or any(_skips_at_once(part) for part in node.body)


def _skips_at_once(statement: ast.stmt) -> bool:
    """Say whether a statement skips, or marks tests to be skipped, under no condition."""
    inner = statement.body if isinstance(statement, ast.For) else [statement]
    calls = [one.value for one in inner if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call)]
    return any(
        last_name(call.func) in {"skip", "xfail"}
        or (last_name(call.func) == "add_marker" and re.search("skip|xfail", ast.unparse(call)))
        for call in calls
    )


def _skips_all(node: FunctionNode) -> bool:
    """Say whether a fixture that every test gets skips it."""
    automatic = any("autouse=True" in ast.unparse(mark) for mark in node.decorator_list)
    return automatic and any(_skips_at_once(part) for part in node.body)


def _is_replaced(target: ast.Attribute) -> bool:
    """Say whether a part of the judge, or a builtin, is given another meaning."""
    owner = ast.unparse(target.value)
    return owner in {"builtins", "__builtins__"} or (
        owner.split(".")[0] in {"unittest", "pytest", "_pytest"}
        and target.attr[:1].isalpha()
        and owner != "pytest.mark"
    )


Look = Callable[[ast.Module], Iterable[tuple[int, str]]]

_LOOKS: dict[tuple[str, bool], Look] = {
    ("detects-tests", False): _signs,
    ("always-equal", False): _always_equal,
    ("agreeing", True): _always_equal,
    ("leaves-early", False): _module_exits,
    ("leaves-early", True): _test_exits,
    ("flips-outcomes", False): _flips,
    ("flips-outcomes", True): _flips,
}


_WORDS = {
    "detects-tests": re.compile("pytest|unittest|nose|PYTEST|(?i:test)|frame|stack|f_back"),
    "always-equal": re.compile("__(?:eq|ne|contains|le|ge)__"),
    "agreeing": re.compile("__eq__"),
    "leaves-early": re.compile("exit|quit|abort|hook"),
    "flips-outcomes": re.compile(
        "pytest|argv|load_tests|collect_ignore|autouse|builtins|unittest|testsfailed|exitstatus"
    ),
}
"""A text without these needs no tree."""


@lru_cache(maxsize=512)
def signs(text: str, rule: str, testing: bool) -> tuple[tuple[int, str], ...]:  # noqa: FBT001 - a key of a table
    """Give the places a rule is about, in a test file or another."""
    look = _LOOKS.get((rule, testing))
    tree = parse(text) if look is not None and _WORDS[rule].search(text) else None
    return tuple(look(tree)) if look is not None and tree is not None else ()
