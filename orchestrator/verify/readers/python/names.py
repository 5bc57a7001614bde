"""The names of a Python file: which are bound, used, defined. Never follows imports.

Coarse on purpose: a name bound anywhere in the file counts as known everywhere in it.
"""

import ast
import builtins
from collections.abc import Iterator

from orchestrator.verify.readers.python.walk import walk

_MODULE = frozenset({"__file__", "__name__", "__path__", "__spec__", "__doc__", "__class__", "__package__", "__all__"})
_KNOWN = _MODULE.union(
    dir(builtins),
    {"__annotations__", "__builtins__", "__loader__", "__module__"},
    {"__qualname__", "__dict__", "reveal_type", "unicode", "basestring", "long", "xrange", "unichr", "file"},
    {"raw_input", "reduce", "cmp", "execfile", "buffer", "apply", "intern", "coerce", "WindowsError", "reload"},
)


def missing(tree: ast.Module) -> dict[str, int]:
    """Give the names a file uses and never binds, with a line; none where names can come from elsewhere."""
    bound: set[str] = set()
    used: dict[str, int] = {}
    said = _only_said(tree) | _tried(tree)
    for node in walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return {}
        if _binds_by_text(node):
            return {}
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in said:
            used.setdefault(node.id, node.lineno)
        bound.update(_binds(node))
    found = {name: line for name, line in used.items() if name not in bound and name not in _KNOWN}
    return found | dict(_methods(tree))


def _only_said(tree: ast.Module) -> frozenset[ast.AST]:
    """Give what stands in annotations that are never run: the file asks for that in its head."""
    if not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body):
        return frozenset()
    both = (getattr(node, part, None) for node in walk(tree) for part in ("annotation", "returns"))
    return frozenset(name for one in both if isinstance(one, ast.AST) for name in walk(one))


def _tried(tree: ast.Module) -> frozenset[ast.AST]:
    """Give what is tried with a way out where a name is not there."""
    tries = (node for node in walk(tree) if isinstance(node, ast.Try))
    able = (one for one in tries if any(_lets_go(handler) for handler in one.handlers))
    return frozenset(name for one in able for part in one.body for name in walk(part))


def _lets_go(handler: ast.ExceptHandler) -> bool:
    return handler.type is not None and "NameError" in ast.unparse(handler.type)


def _methods(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Give `Class.name` for what a class that begins with no other asks of itself and nothing in the file gives it."""
    given = {name for node in walk(tree) for name in _gives(node)}
    for owner in tree.body:
        if not isinstance(owner, ast.ClassDef) or owner.bases or owner.keywords or "__getattr__" in given:
            continue
        for part in walk(owner):
            match part:
                case ast.Attribute(attr=name, value=ast.Name(id="self" | "cls"), ctx=ast.Load()) if name not in given:
                    yield f"{owner.name}.{name}", part.lineno
                case _:
                    pass


def _gives(node: ast.AST) -> Iterator[str]:
    """Give the names a piece of code may give an object: what it sets, defines, or says in a text."""
    match node:
        case ast.Attribute(attr=name, ctx=ast.Store()) | ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Constant(value=str(name)):
            yield name
        case _:
            pass


def _binds_by_text(node: ast.AST) -> bool:
    """Say whether names are made where nobody can read them: `exec(...)`, `globals()[...] = ...`."""
    match node:
        case ast.Call(func=ast.Name(id="exec")):
            return True
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Name(id="globals" | "vars" | "locals")), attr="update")
        ):
            return True
        case ast.Subscript(value=ast.Call(func=ast.Name(id="globals" | "vars" | "locals")), ctx=ast.Store()):
            return True
        case _:
            return False


def _binds(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()):
            yield node.id
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.arg():
            yield node.arg
        case ast.alias():
            yield (node.asname or node.name).partition(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Global() | ast.Nonlocal():
            yield from node.names
        case _:
            if type(node).__name__ in {"TypeVar", "ParamSpec", "TypeVarTuple"}:
                yield str(getattr(node, "name", ""))


def identifiers(tree: ast.AST) -> frozenset[str]:
    """Give every identifier in a piece of code: names, attributes, keywords, definitions, words that could be one."""
    found: set[str] = set()
    for node in walk(tree):
        match node:
            case ast.Name():
                found.add(node.id)
            case ast.Attribute():
                found.add(node.attr)
            case ast.keyword(arg=str(name)):
                found.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(node.name)
            case ast.arg():
                found.add(node.arg)
            case ast.alias():
                found.update(node.name.split("."))
            case ast.Constant(value=str(text)) if len(text) < 200:  # noqa: PLR2004 - a name, an option, a path; no prose
                found.update(_words(text))
            case _:
                pass
    return frozenset(found)


def _words(text: str) -> Iterator[str]:
    for word in text.replace("-", "_").replace(".", " ").replace("/", " ").replace(":", " ").split():
        if word.isidentifier():
            yield word
