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
            if any(last_name(one) == "args" for one in _changed(node)) and _chooses(node):
                yield node.lineno, node.name
        if isinstance(node, FunctionNode) and node.name == "load_tests" and _gives_none(node):
            yield node.lineno, node.name
    ahead = [one for one in tree.body if not isinstance(one, FunctionNode | ast.ClassDef | ast.If)]
    if any(ast.unparse(one) == "sys.argv" for part in ahead for one in _changed(part)) and any(map(_chooses, ahead)):
        yield ahead[0].lineno, "sys.argv"


_LOOKS = re.compile(r"getoption|getini|environ|if (?:not )?\(?\w*config\.(?:option|args)|args_source")


def _settled(hook: FunctionNode) -> Iterator[tuple[int, str]]:
    """Give what a hook sets of what was asked for, where it does not look at that first."""
    asked = re.search(
        r"getoption|getini|environ|if (?:not )?\(?\w*config\.(?:option|args)|args_source", ast.unparse(hook)
    )
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
