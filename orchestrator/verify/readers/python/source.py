"""Python texts as trees, each parsed once. Never runs or imports what it reads."""

import ast
import warnings
from functools import lru_cache

from ast_grep_py import SgRoot

from orchestrator.verify.readers.code import Function
from orchestrator.verify.readers.python.code import functions
from orchestrator.verify.readers.python.names import identifiers
from orchestrator.verify.readers.python.values import last_name
from orchestrator.verify.readers.python.walk import children, walk

_KEPT = 256


@lru_cache(maxsize=_KEPT)
def parse(text: str) -> ast.Module | None:
    """Parse a text; None if it is no Python of this interpreter."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=_KEPT)
def relative_imports(text: str) -> tuple[tuple[int, str], ...]:
    """Give the modules a text imports by their place (`..a.b`), with the line; not those it can do without."""
    tree = parse(text) if "from ." in text else None
    pending, found = list[ast.AST](tree.body if tree is not None else ()), []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.ImportFrom) and node.level and node.module:
            found.append((node.lineno, "." * node.level + node.module))
        elif not isinstance(node, ast.Try | ast.If | ast.expr):
            pending.extend(children(node))
    return tuple(sorted(found))


@lru_cache(maxsize=_KEPT)
def functions_of(text: str) -> dict[str, Function] | None:
    """Give the functions of a text by qualified name; None if it cannot be read."""
    tree = parse(text)
    try:
        return functions(tree, text) if tree is not None else None
    except RecursionError:
        return None


@lru_cache(maxsize=_KEPT)
def identifiers_of(text: str) -> frozenset[str]:
    """Give every identifier of a text."""
    tree = parse(text)
    return identifiers(tree) if tree is not None else frozenset()


@lru_cache(maxsize=_KEPT)
def defined_in(text: str) -> frozenset[str]:
    """Give what a text defines for others: functions, classes, parameters, modules' and classes' names, attributes."""
    tree = parse(text)
    if tree is None:
        return frozenset()
    found: set[str] = set()
    for node in walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(node.name)
                found.update(_assigned(node) if isinstance(node, ast.ClassDef) else ())
                if not isinstance(node, ast.ClassDef):
                    arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
                    found.update(argument.arg for argument in arguments)
            case ast.Module():
                found.update(_assigned(node))
            case ast.Attribute(ctx=ast.Store()):
                found.add(node.attr)
            case ast.alias():
                found.add((node.asname or node.name).rpartition(".")[2])
            case _:
                pass
    return frozenset(found)


@lru_cache(maxsize=_KEPT)
def words_by_scope(text: str) -> dict[str, frozenset[str]]:
    """Give the identifiers of every outermost function and class, each of its methods, and the rest of a module."""
    tree = parse(text)
    found: dict[str, frozenset[str]] = {}
    loose: list[ast.stmt] = []
    for node in tree.body if tree is not None else ():
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for part in inner:
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found[prefix + part.name] = identifiers(part)
            else:
                loose.append(part)
    found[""] = identifiers(ast.Module(body=loose, type_ignores=[]))
    return found


def _assigned(node: ast.Module | ast.ClassDef) -> set[str]:
    targets = [target for part in node.body if isinstance(part, ast.Assign) for target in part.targets]
    targets += [part.target for part in node.body if isinstance(part, ast.AnnAssign)]
    return {last_name(target) for target in targets} - {""}


def is_newer(text: str) -> bool:
    """Say whether a text is Python all the same where this Python cannot read it: of a version to come."""
    return SgRoot(text, "python").root().find(kind="ERROR") is None
