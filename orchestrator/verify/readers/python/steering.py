"""Places in Python that tell pytest, from within, to run some of the tests only. Never runs what it reads."""

import ast
import re
from collections.abc import Iterator

from orchestrator.verify.readers.python.values import FunctionNode, last_name, without_docstring
from orchestrator.verify.readers.python.walk import walk
from orchestrator.verify.readers.surroundings import CHOOSES_OF_PYTEST

_OPTIONS = frozenset(
    (
        *("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "collectonly", "setuponly", "setupplan", "lf"),
        *("last_failed", "stepwise", "file_or_dir", "noconftest", "continue_on_collection_errors", "args", "_inicache"),
    )
)
"""What pytest was asked for, as its configuration keeps it."""
_ARGUMENTS = frozenset({"args", "argv"})


def steered(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give what settles, whatever was asked for, which tests pytest is to run."""
    for node in walk(tree):
        if isinstance(node, FunctionNode) and node.name.startswith("pytest_"):
            yield from _settled(node)
            yield from _dropped(node)
            yield from _named(node)
            if any(last_name(one) == "args" for one in _changed(node)) and _chooses(node):
                yield node.lineno, node.name
        if isinstance(node, FunctionNode) and re.search(_ALWAYS_USED, " ".join(map(ast.unparse, node.decorator_list))):
            yield from _named(node)
        if isinstance(node, FunctionNode) and node.name == "load_tests" and _gives_none(node):
            yield node.lineno, node.name
    ahead = [one for one in tree.body if not isinstance(one, FunctionNode | ast.ClassDef | ast.If)]
    if any(ast.unparse(one) == "sys.argv" for part in ahead for one in _changed(part)) and any(map(_chooses, ahead)):
        yield ahead[0].lineno, "sys.argv"


_ALWAYS_USED = r"fixture\(.*autouse=True"
_LOOKS = re.compile(r"getoption|getini|environ|if (?:not )?\(?\w*config\.(?:option|args)|args_source")


def _settled(hook: FunctionNode) -> Iterator[tuple[int, str]]:
    """Give what a hook sets of what was asked for, where it does not look at that first."""
    asked = _LOOKS.search(ast.unparse(hook))
    for target in _changed(hook) if asked is None else ():
        text = ast.unparse(target)
        if last_name(target) in _OPTIONS and re.match(r"(?:\w+\.)*\w*config\b", text):
            yield target.lineno, text
    for node in walk(hook) if asked is None else ():
        match node:
            case ast.Call(func=ast.Name(id="setattr"), args=[where, ast.Constant(value=str(name)), *_]):
                if name in _OPTIONS and "option" in ast.unparse(where):
                    yield node.lineno, f"{ast.unparse(where)}.{name}"
            case _:
                pass


def _dropped(hook: FunctionNode) -> Iterator[tuple[int, str]]:
    """Give what a hook does, at once and always, to a session, what it found, or what a call came to."""
    for statement in without_docstring(hook.body):
        match statement:
            case ast.Assign(targets=[ast.Attribute(attr="shouldstop") as target]):
                yield statement.lineno, ast.unparse(target)
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="unregister" | "set_blocked")) as call):
                if re.search(r"['\"](?:python|unittest|main|runner|assertion|session)['\"]", ast.unparse(call)):
                    yield statement.lineno, ast.unparse(call)
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="clear", value=ast.Attribute(attr="items") as items))):
                yield statement.lineno, ast.unparse(items)
            case _:
                pass
    for node in walk(hook):
        match node:
            case ast.Assign(targets=[ast.Attribute(attr="excinfo") as target], value=ast.Constant(value=None)):
                yield node.lineno, ast.unparse(target)
            case _:
                pass


def _named(hook: FunctionNode) -> Iterator[tuple[int, str]]:
    """Give the names of tests which a hook leaves out, skips, or lets fail: of no mark, no system, nothing missing."""
    asks = ast.unparse(hook)
    if (
        (hook.name not in _CHOOSING and not hook.decorator_list)
        or _LOOKS.search(asks)
        or any(map(_leaves_elsewhere, hook.body))
    ):
        return
    listed = {target.id for node in walk(hook) if isinstance(node, ast.Assign) for target in node.targets
              if isinstance(target, ast.Name) and _is_text(node.value)}  # fmt: skip
    for node in _on_no_system(hook):
        match node:
            case ast.If(test=asked, body=body, orelse=other) if any(map(_spares, (*body, *other))):
                yield from _by_name(asked, listed)
            case ast.Return(value=ast.Compare() | ast.Call() | ast.BoolOp() as asked) if "ignore" in hook.name:
                yield from _by_name(asked, listed, of_files=True)
            case ast.If(test=asked, body=[ast.Return(value=ast.Constant(value=True))]) if "ignore" in hook.name:
                yield from _by_name(asked, listed, of_files=True)
            case ast.If(test=asked, body=[ast.Continue()]) if "items[:]" in asks:
                yield from _by_name(asked, listed)
            case ast.Assign(targets=[target], value=ast.ListComp(generators=[ast.comprehension(ifs=asked)])):
                if re.fullmatch(r"(?:\w+\.)?items(?:\[:\])?", ast.unparse(target)):
                    yield from (said for one in asked for said in _by_name(one, listed))
            case _:
                pass


def _leaves_elsewhere(statement: ast.stmt) -> bool:
    """Say whether a hook is left at once where something is there, or on some system."""
    leaves = isinstance(statement, ast.If) and any(isinstance(one, ast.Return) for one in statement.body)
    return leaves and isinstance(statement, ast.If) and _asks_otherwise(statement.test)


def _on_no_system(scope: ast.AST) -> Iterator[ast.AST]:
    """Give what is in a hook but what is only done on some system, or where something is missing."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not (isinstance(node, ast.If) and _asks_otherwise(node.test)):
            yield from _on_no_system(node)


def _asks_otherwise(asked: ast.expr) -> bool:
    """Say whether a condition asks something besides what a test is called."""
    if isinstance(asked, ast.BoolOp) and isinstance(asked.op, ast.And):
        return any(map(_asks_otherwise, asked.values))
    bare = re.sub(r"\bin [A-Z_]+\b", "", _bare(asked))
    plain = isinstance(asked, ast.Constant) or "isinstance(" in bare or _OF_NAMES.search(bare) is not None
    return not plain or _OTHERWISE.search(bare) is not None


def _bare(asked: ast.expr) -> str:
    return re.sub(r"'(?!node_modules|__pycache__)[^']*'|\"[^\"]*\"", "''", ast.unparse(asked))


_CHOOSING = frozenset(
    (
        *("pytest_collection_modifyitems", "pytest_itemcollected", "pytest_runtest_setup", "pytest_runtest_call"),
        *("pytest_runtest_protocol", "pytest_pyfunc_call", "pytest_ignore_collect", "pytest_collection_finish"),
        *("pytest_pycollect_makeitem", "pytest_collect_file", "pytest_generate_tests"),
    )
)
"""Hooks that are told of each test, or of each file of tests."""
_OF_NAMES = re.compile(
    r"\.(?:name|nodeid|originalname|fspath|path|basename|location|__name__|listnames\(\))(?!\w)"
    r"|\b(?:name|nodeid|path|collection_path|fspath|file_path)\b"
)
_OTHERWISE = re.compile(
    r"sys\.|platform|os\.name|version|which|find_spec|import|\b[A-Z][A-Z0-9_]{2,}\b(?<!TODO)\s*(?:$|\)|and|or)|get_closest_marker"
    r"|iter_markers|keywords|\bmark|hasattr|\.(?:exists|is_file|is_dir|suffix)|__pycache__|node_modules"
)
"""What a condition asks besides names: the system, what is installed, a mark."""


def _by_name(asked: ast.expr, listed: set[str], *, of_files: bool = False) -> Iterator[tuple[int, str]]:
    """Give a condition that compares what a test is called with names that stand there."""
    names = [node.id for node in ast.walk(asked) if isinstance(node, ast.Name)]
    wanted = r"(?i)test|spec" if of_files else r"\w{3}"
    known = any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(wanted, node.value)
        for node in ast.walk(asked)
    )
    several = any(name in listed or (name.isupper() and len(name) > len("X")) for name in names)
    if _OF_NAMES.search(_bare(asked)) and (known or several) and not _asks_otherwise(asked):
        yield asked.lineno, ast.unparse(asked)


def _is_text(value: ast.expr) -> bool:
    """Say whether a value is a text, or a few."""
    parts = value.elts if isinstance(value, ast.Set | ast.List | ast.Tuple) else [value]
    return bool(parts) and all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in parts)


def _spares(statement: ast.stmt) -> bool:
    """Say whether a statement skips a test, lets it fail, or takes it away."""
    return any(
        isinstance(node, ast.Call | ast.Attribute) and _SPARES.search(ast.unparse(node)) is not None
        for node in walk(statement)
    ) or any(isinstance(node, ast.Delete) for node in walk(statement))


_SPARES = re.compile(
    r"\bpytest\.(?:skip|xfail)\(|\bmark\.(?:skip|xfail)\b|^(?:skip|xfail)\(|\bSkipped\(|items\.(?:remove|pop)\(|(?:deselected|removed|skipped|dropped)\.append\("
    r"|add_marker\((?:['\"](?:skip|xfail)|\w*(?:skip|xfail)\w*\))"
)


def _gives_none(loader: FunctionNode) -> bool:
    """Say whether what unittest asks for a module's tests gives it others than those it was given, or loads."""
    gives = [node.value for node in walk(loader) if isinstance(node, ast.Return) and node.value is not None]
    made = [
        node
        for node in walk(loader)
        if isinstance(node, ast.Call) and re.search(r"load|add|discover", last_name(node.func))
    ]
    given = loader.args.args[1].arg if len(loader.args.args) > 1 else ""
    return not made and not any(isinstance(part, ast.Name) and part.id == given for one in gives for part in walk(one))


def _changed(scope: ast.AST) -> Iterator[ast.expr]:
    """Give what is assigned, or changed in its place."""
    for node in walk(scope):
        match node:
            case ast.Assign(targets=targets):
                yield from map(_whole, targets)
            case ast.AugAssign(target=target):
                yield _whole(target)
            case ast.Call(func=ast.Attribute(attr="append" | "extend" | "insert" | "clear" | "remove", value=owner)):
                yield owner
            case _:
                pass


def _whole(target: ast.expr) -> ast.expr:
    return target.value if isinstance(target, ast.Subscript) else target


def _chooses(scope: ast.AST) -> bool:
    """Say whether a text in it is an option by which pytest runs some of the tests."""
    texts = (node.value for node in walk(scope) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return any(CHOOSES_OF_PYTEST.match(text) or text in {"-k", "-m"} for text in texts)
