"""What a Python module gives its functions to work with: constants, helpers that do nothing, what replaces them.

Never runs or imports what it reads.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from orchestrator.verify.readers.code import Shape
from orchestrator.verify.readers.python.flow import leaves_at_once
from orchestrator.verify.readers.python.known import is_empty
from orchestrator.verify.readers.python.values import FunctionNode, is_fixed, last_name
from orchestrator.verify.readers.python.walk import walk

IDLE = frozenset(
    (
        *(
            "contextlib",
            "functools",
            "itertools",
            "operator",
            "collections",
            "math",
            "string",
            "types",
            "typing",
            "copy",
        ),
        *("re", "enum", "textwrap", "decimal", "fractions", "numbers", "abc", "dataclasses"),
    )
)
"""Modules of the standard library that give nothing but what they are given."""


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a function's shape depends on. `constants`: names of the module that are given one fixed value.

    `stored` are attributes that something in the module sets, `helpers` the shapes of its outermost functions, `idle`
    names imported from modules that give nothing but what they are given, `empty` tables that nobody fills.
    """

    constants: frozenset[str] = frozenset()
    stored: frozenset[str] = frozenset()
    helpers: Mapping[str, Shape] = {}
    idle: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()


NOTHING_AROUND = Surroundings()


def surroundings(tree: ast.Module) -> Surroundings:
    """Read them off a module."""
    idle = frozenset(name for part in tree.body for name, module in imported(part) if module in IDLE)
    constants = frozenset(_constants(tree))
    return Surroundings(
        constants=constants,
        stored=frozenset(_stored(tree)),
        idle=idle,
        empty=_unfilled(tree, constants & frozenset(name for part in tree.body for name in _empty(part))),
    )


def _unfilled(tree: ast.Module, names: frozenset[str]) -> frozenset[str]:
    """Give the names of empty tables that are only ever asked for what they hold."""
    if not names:
        return names
    asked: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for node in walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in names:
                seen[name] += 1
            case ast.Attribute(value=ast.Name(id=name), attr="get" | "keys" | "values" | "items" | "__contains__"):
                asked[name] += 1
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Load()):
                asked[name] += 1
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name)]):
                asked[name] += 1
            case _:
                pass
    return frozenset(name for name in names if seen[name] == asked[name] > 0)


def _empty(statement: ast.stmt) -> Iterator[str]:
    """Give the name a statement makes an empty table of."""
    match statement:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
        ) if is_empty(value):
            yield name
        case _:
            pass


def imported(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """Give the names a statement imports, each with the outermost module it is of."""
    match statement:
        case ast.Import(names=names):
            yield from ((one.asname or one.name.partition(".")[0], one.name.partition(".")[0]) for one in names)
        case ast.ImportFrom(names=names, module=module, level=level):
            yield from ((one.asname or one.name, "" if level else (module or "").partition(".")[0]) for one in names)
        case _:
            pass


def _constants(tree: ast.Module) -> Iterator[str]:
    given = Counter(name for statement in tree.body for name in _bound(statement))
    touched = {part for node in walk(tree) for part in _changed(node)}
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if given[name] == 1 and name not in touched and is_fixed(value, ()):
                    yield name
            case _:
                pass


def _bound(statement: ast.stmt) -> Iterator[str]:
    for part in walk(statement):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.Global):
            yield from part.names


def _changed(node: ast.AST) -> Iterator[str]:
    """Give the names whose value a piece of code changes in place: `names.append(...)`, `names[...] = ...`."""
    match node:
        case ast.Global(names=names):
            yield from names
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attribute)):
            if attribute not in {"get", "items", "keys", "values", "copy", "index", "count", "join", "format"}:
                yield name
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            yield name
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name
        case _:
            pass


def _stored(tree: ast.Module) -> Iterator[str]:
    for node in walk(tree):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value=str(name)), *_]):
                yield name
            case ast.Call(func=ast.Attribute(attr="__setattr__"), args=args):
                yield from (str(one.value) for one in args if isinstance(one, ast.Constant))
            case ast.ClassDef(body=body):
                yield from (name for part in body for name in _bound(part))
            case _:
                pass


def replaced(body: Sequence[ast.stmt]) -> dict[str, int]:
    """Give the functions of a module, as `name` or `Class.name`, that it gives another meaning after defining them.

    `work = lambda: None`, `globals()["work"] = ...`, `Worker.run = ...`; what wraps the old one does not count.
    """
    defined: set[str] = set()
    found: dict[str, int] = {}
    for statement in body:
        if isinstance(statement, FunctionNode):
            defined.add(statement.name)
        elif isinstance(statement, ast.ClassDef):
            defined.update(f"{statement.name}.{one.name}" for one in statement.body if isinstance(one, FunctionNode))
        for name, value in _given_anew(statement):
            if name in defined and not _mentions(value, name.rpartition(".")[2]):
                found[name] = statement.lineno
        if isinstance(statement, ast.Delete):  # of its own helpers a module may be rid
            gone = {one.id for one in statement.targets if isinstance(one, ast.Name) and not one.id.startswith("_")}
            found |= dict.fromkeys(gone & defined, statement.lineno)
    return found


def _given_anew(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            yield from ((name, value) for target in targets for name in _named(target))
        case ast.Expr(value=ast.Call(func=ast.Name(id="setattr"), args=[owner, ast.Constant(value=str(name)), value])):
            prefix = f"{owner.id}." if isinstance(owner, ast.Name) else ""
            yield prefix + name, value
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="update"), keywords=words)):
            yield from ((word.arg, word.value) for word in words if word.arg is not None)
        case _:
            pass


def _named(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            yield f"{owner}.{name}"
        case ast.Subscript(
            value=ast.Call(func=ast.Name(id="globals" | "vars" | "locals")), slice=ast.Constant(value=name)
        ):
            yield str(name)
        case _:
            pass


def _mentions(value: ast.expr, name: str) -> bool:
    return any(last_name(part) == name for part in ast.walk(value) if isinstance(part, ast.Name | ast.Attribute))


def emptied_blocks(body: Sequence[ast.stmt]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the heads of loops and branches that do something, and of those that do nothing."""
    full: list[str] = []
    empty: list[str] = []
    for statement in body:
        for part in walk(statement):
            if isinstance(part, ast.For | ast.While | ast.If | ast.With | ast.AsyncFor | ast.AsyncWith):
                idle = all(isinstance(one, ast.Pass) or _is_text(one) or _names_only(one) for one in part.body)
                (empty if idle else full).append(_head(part))
    return tuple(full), tuple(empty)


def once(body: Sequence[ast.stmt]) -> tuple[str, ...]:
    """Give the heads of loops that take no second turn: that leave in the first, or go over one element only."""
    loops = [part for one in body for part in walk(one) if isinstance(part, ast.For | ast.AsyncFor | ast.While)]
    found = [_head(part) for part in loops if leaves_at_once(part.body)]
    cut = [(part, whole) for part in loops if isinstance(part, _OVER) and (whole := _cut_down(part.iter)) is not None]
    found += [_head(part).replace(f" in {ast.unparse(part.iter)}", f" in {ast.unparse(whole)}") for part, whole in cut]
    return tuple(found)


_OVER = (ast.For, ast.AsyncFor)


def _cut_down(over: ast.expr) -> ast.expr | None:
    """Give what a loop goes over if it takes the first of it only."""
    match over:
        case ast.Subscript(
            value=whole, slice=ast.Slice(lower=None | ast.Constant(value=0), upper=ast.Constant(value=1), step=None)
        ):
            return _unlisted(whole)
        case ast.List(elts=[ast.Subscript(value=whole, slice=ast.Constant(value=0))]):
            return whole
        case ast.List(
            elts=[ast.Call(func=ast.Name(id="next"), args=[ast.Call(func=ast.Name(id="iter"), args=[whole]), *_])]
        ):
            return whole
        case ast.Call(
            func=ast.Name(id="islice") | ast.Attribute(attr="islice"), args=[whole, ast.Constant(value=0 | 1)]
        ):
            return whole
        case _:
            return None


def _unlisted(whole: ast.expr) -> ast.expr:
    """Give what a list was made of, to be cut."""
    match whole:
        case ast.Call(func=ast.Name(id="list" | "tuple"), args=[inner], keywords=[]):
            return inner
        case _:
            return whole


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _names_only(statement: ast.stmt) -> bool:
    """Say whether a statement only names something: `error`, `_ = error`, `del error`."""
    match statement:
        case ast.Expr(value=ast.Name()) | ast.Delete(targets=[ast.Name()]):
            return True
        case ast.Assign(targets=[ast.Name(id="_")], value=ast.Name()):
            return True
        case _:
            return False


def _head(part: ast.For | ast.While | ast.If | ast.With | ast.AsyncFor | ast.AsyncWith) -> str:
    match part:
        case ast.While(test=test) | ast.If(test=test):
            head = ast.unparse(test)
        case ast.For(target=target, iter=over) | ast.AsyncFor(target=target, iter=over):
            head = f"{ast.unparse(target)} in {ast.unparse(over)}"
        case _:
            head = ", ".join(ast.unparse(item.context_expr) for item in part.items)
    return f"{type(part).__name__.lower().removeprefix('async')} {head}"
