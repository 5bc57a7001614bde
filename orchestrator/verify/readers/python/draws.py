"""What Python expressions draw on: followed through names, calls of inner functions, tables. Never runs what it reads.

`Drawing` knows expressions, `python_paths` the statements; both stop at the first thing that does work (`WorksError`):
most functions are read only to there.
"""

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from orchestrator.verify.readers.code import MEANT, Draws
from orchestrator.verify.readers.python.known import is_empty, truth
from orchestrator.verify.readers.python.module import Surroundings
from orchestrator.verify.readers.python.values import FunctionNode, is_pure
from orchestrator.verify.readers.python.walk import copied, dumped, walk

TOLD, WRITTEN = 1, 2
"""How a value tells which argument it was: it is that, or its size, or made of such; it is all of it written down."""
_SAYING = frozenset({"encode", "decode", "hexdigest", "digest", "__repr__", "__str__"})
_WRITING = frozenset({"repr", "pformat", "dumps", "md5", "sha1", "sha256", "saferepr", "join"})
_STEPS = 4000
"""Expressions and names looked at before a body is taken for one that works: none that pretends is so long."""

ALL_NAMES = frozenset(("globals", "vars"))
"""Builtins through which everything can be reached."""

AMBIENT = frozenset(
    (
        *("os", "sys", "io", "json", "pathlib", "Path", "PurePath", "open", "environ", "getenv", "__file__"),
        *("random", "secrets", "time", "datetime", "date", "uuid", "platform", "socket", "pickle", "csv", "tomllib"),
        *("yaml", "importlib", "resources", "tempfile", "shelve", "configparser", "getpass", "locale", "warnings"),
        *("logging", "__name__"),
    )
)
"""What a value can come from that is neither an argument nor work of anybody's: files, environment, clock."""


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a value. `back`: an argument itself, or an empty one of its kind, or its type.

    `known`: an expression without names that gives the same; `made`: the function it is, with the names around it;
    `told`: how it tells which argument it was, TOLD or WRITTEN.
    """

    draws: Draws = Draws.NOTHING
    back: bool = False
    known: ast.expr | None = None
    made: FunctionNode | ast.Lambda | None = None
    within: Mapping[str, "Value"] = {}
    told: int = 0


FIXED = Value()


class WorksError(Exception):
    """Something was met that does work, or that nobody can see through."""


class Drawing:
    """Reads expressions. `env` are the names of the body so far, `control` what it depends on whether it goes on."""

    def __init__(self, names: Collection[str], called: str, around: Surroundings) -> None:
        self.around = around
        self.called = called
        self.names = frozenset(names)
        self.env: dict[str, Value] = {name: Value(draws=Draws.INPUT, back=True) for name in names}
        self.control = Draws.NOTHING
        self.touched = Draws.NOTHING
        self._left = _STEPS
        self.deep = 0

    def spend(self, steps: int = 1) -> None:
        """Count what was looked at; WorksError where it has become too much."""
        self._left -= steps
        if self._left < 0:
            raise WorksError

    def call(self, node: ast.Call) -> Value:
        """Give what a call comes to."""
        raise NotImplementedError

    def value(self, node: ast.expr | None) -> Value:
        """Give what is known of an expression."""
        if node is None:
            return Value(known=ast.Constant(None))
        self.spend()
        found = self._value(node)
        self.touched |= found.draws
        return found

    def _value(self, node: ast.expr) -> Value:  # noqa: C901, PLR0912 - a table of forms, a line each
        match node:
            case ast.Constant():
                return Value(known=node)
            case ast.Name(id=name):
                return self.name(name)
            case ast.Lambda():
                return self.function(node, self.env)
            case ast.Call():
                return self.call(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._either(test, body, orelse)
            case ast.BoolOp():
                return self._some(node)
            case ast.BinOp(left=left, right=right):
                return FIXED if _is_nothing(node) else self.plain([left, right])
            case ast.Compare(left=left, comparators=others) if truth(node) is None:
                return self.plain([left, *others])
            case ast.Compare(left=left, comparators=others):
                self.plain([left, *others])
                return Value(known=ast.Constant(truth(node)))
            case ast.Subscript(value=owner, slice=key):
                return self.part(owner, key)
            case ast.Attribute(attr="__class__", value=owner):
                return self.value(owner)
            case ast.Attribute(value=owner):
                return Value(draws=self.value(owner).draws)
            case ast.NamedExpr(target=ast.Name(id=name), value=given):
                self.env[name] = self.value(given)
                return self.env[name]
            case ast.Await(value=inner) | ast.Starred(value=inner) | ast.FormattedValue(value=inner):
                return self.value(inner)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._loop(node)
            case ast.Yield() | ast.YieldFrom():
                raise WorksError
            case _:
                found = self.plain([one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)])
                return Value(draws=found.draws, known=node if self._is_written_out(node) else None)

    def plain(self, parts: Iterable[ast.expr]) -> Value:
        """Give what an expression draws on that is made of others."""
        draws = Draws.NOTHING
        for part in parts:
            draws |= self.value(part).draws
        return Value(draws=draws)

    def _is_written_out(self, node: ast.expr) -> bool:
        parts = list(walk(node))
        self.spend(len(parts))
        return not any(isinstance(part, ast.Name | ast.Call) for part in parts)

    def name(self, name: str) -> Value:
        """Give what a name stands for."""
        if name in self.env:
            return self.env[name]
        if name in self.around.empty:
            return Value(known=ast.Dict(keys=[], values=[]))
        if name in self.around.constants:
            return Value(draws=Draws.MODULE)
        if (name in self.around.idle or is_pure(name)) and name not in ALL_NAMES:
            return FIXED
        return Value(draws=Draws.AMBIENT if name in AMBIENT else Draws.OUTSIDE)

    def function(self, node: FunctionNode | ast.Lambda, within: Mapping[str, Value]) -> Value:
        """Give a function as a value: it draws on what its body does, whoever calls it."""
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        own = {part.arg for part in walk(node.args) if isinstance(part, ast.arg)}
        draws = self.plain([*node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)]).draws
        for part in (inner for one in body for inner in walk(one)):
            self.spend()
            if isinstance(part, ast.Name):
                draws |= Draws.INPUT if part.id in own else self.name(part.id).draws
        return Value(draws=draws, made=node, within=within)

    def _either(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> Value:
        known = self.truth(test)
        if known is not None:
            return self.value(body if known else orelse)
        found = [self.value(body), self.value(orelse)]
        if found[0].back and _says_nothing(found[1]) and dumped(test) == dumped(body):
            return Value(draws=found[0].draws, back=True)
        return joined(found, self.asked(test))

    def _some(self, node: ast.BoolOp) -> Value:
        """Give what `a or b` comes to: what is decided already is left out."""
        ending = isinstance(node.op, ast.Or)
        if truth(node) is not None and all(truth(one) is None for one in node.values):
            return Value(known=ast.Constant(truth(node)))
        found: list[Value] = []
        for one in node.values:
            known = self.truth(one)
            if known is (not ending) and one is not node.values[-1]:
                continue
            found.append(self.value(one))
            if known is ending:
                break
        back = any(one.back for one in found) and all(one.back or _says_nothing(one) for one in found)
        return Value(draws=joined(found).draws, back=back, known=found[0].known if len(found) == 1 else None)

    def part(self, owner: ast.expr, key: ast.expr) -> Value:
        """Give what an entry comes to: of a table that is written out, that entry."""
        match owner, key:
            case ast.Tuple(elts=parts) | ast.List(elts=parts), ast.Constant(value=int(at)) if -len(parts) <= at < len(
                parts
            ) and not any(isinstance(one, ast.Starred) for one in parts):
                self.plain(parts)
                return self.value(parts[at])
            case ast.Dict(keys=keys, values=parts), ast.Constant() if None not in keys:
                self.plain(parts)
                chosen = [part for one, part in zip(keys, parts, strict=True) if dumped(one or key) == dumped(key)]
                return self.value(chosen[-1]) if chosen else FIXED
            case _, ast.Slice(lower=None, upper=ast.Constant(value=0)):
                self.value(owner)
                return FIXED
            case _:
                return self._looked_up(self.value(owner), key)

    def _looked_up(self, table: Value, key: ast.expr) -> Value:
        found = self.value(key)
        if (answer := self.answer(table, key)) is not None:
            return answer
        return Value(draws=table.draws | found.draws)

    def answer(self, table: Value, key: ast.expr) -> Value | None:
        """Give what looking up an argument in a table comes to, if it is that."""
        level = self.told(key)
        if level == WRITTEN and table.draws in {Draws.MODULE, Draws.NOTHING}:
            return Value(draws=Draws.ANSWER)
        return Value(draws=table.draws | Draws.ANSWER) if level and self.is_table(table) else None

    def is_table(self, found: Value) -> bool:
        """Say whether a value is a table that is written out here, or one that lies around."""
        return found.known is not None or found.draws is Draws.AMBIENT

    def told(self, node: ast.expr) -> int:
        """Say how an expression tells which argument was given: it is that, or several, or how one is written."""
        match node:
            case ast.Name(id=name):
                found = self.env.get(name)
                given = name in self.names - {"self", "cls"} and found is not None and found.back
                return TOLD if given else found.told if found is not None else 0
            case ast.Tuple(elts=parts) | ast.List(elts=parts) if parts:
                return self._all_told(parts)
            case ast.JoinedStr(values=parts):
                return WRITTEN if self._all_told(parts) else 0
            case ast.FormattedValue(value=inner):
                return self.told(inner)
            case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right) if isinstance(
                node.op, ast.Add
            ) or isinstance(left, ast.Constant):
                return self._all_told([left, right])
            case ast.Call(func=func, args=[inner, *_]) if writes(func):
                return WRITTEN if self.told(inner) else 0
            case ast.Call(func=ast.Name(id="str" | "tuple" | "len" | "list"), args=[inner]):
                return self.told(inner)
            case ast.Call(func=ast.Attribute(attr=name, value=inner)) if name in _SAYING:
                return self.told(inner)
            case _:
                return 0

    def _all_told(self, parts: Iterable[ast.expr]) -> int:
        levels = [self.told(part) for part in parts if not isinstance(part, ast.Constant)]
        return max(levels) if levels and all(levels) else 0

    def asked(self, test: ast.expr) -> Draws:
        """Give what a condition depends on; comparing arguments with constants is only telling them apart."""
        found = self.value(test).draws
        return Draws.ANSWER if found & MEANT and self._tells_apart(test) else found

    def _tells_apart(self, test: ast.expr) -> bool:
        match test:
            case ast.BoolOp(values=values):
                return all(map(self._tells_apart, values))
            case ast.Compare(left=left, ops=[ast.Eq() | ast.In() | ast.Is()], comparators=[right]):
                found = self.value(right)
                return self.told(left) > 0 and (
                    found.known is not None or not found.draws or self._is_known(left, found)
                )
            case _:
                return False

    def _is_known(self, key: ast.expr, table: Value) -> bool:
        return table.draws is Draws.MODULE and self.told(key) == WRITTEN

    def truth(self, test: ast.expr) -> bool | None:
        """Say what a condition always comes to, the names in it taken for what they stand for."""
        found = truth(test)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and found is None:
            inner = self.truth(test.operand)
            return None if inner is None else not inner
        if found is not None:
            return found
        parts = list(walk(test))
        self.spend(len(parts))
        names = {part.id for part in parts if isinstance(part, ast.Name)}
        values = {name: self.env[name].known for name in names if name in self.env}
        filled = {name: known for name, known in values.items() if known is not None}
        found = truth(_Filled(filled).visit(copied(test))) if filled else None
        if found is None:
            known = self.value(test).known
            found = truth(known) if known is not None else None
        return found

    def _loop(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        kept = dict(self.env)
        draws = Draws.NOTHING
        for one in node.generators:
            over = self.value(one.iter)
            draws |= over.draws
            self.bind(one.target, Value(draws=over.draws))
            for test in one.ifs:
                draws |= self.asked(test)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        draws |= self.plain(results).draws
        self.env = kept
        return FIXED if is_empty(node) else Value(draws=draws)

    def bind(self, target: ast.expr, value: Value) -> None:
        """Give a name another value; WorksError where something is changed that others see."""
        match target:
            case ast.Name(id=name):
                self.env[name] = value
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self.bind(part, Value(draws=value.draws))
            case ast.Starred(value=inner):
                self.bind(inner, Value(draws=value.draws))
            case ast.Subscript(value=owner) | ast.Attribute(value=owner):
                if not self.puts_into(owner, value.draws):
                    raise WorksError
            case _:
                raise WorksError

    def puts_into(self, owner: ast.expr, draws: Draws) -> bool:
        """Note that something made here is given more; False where it was not made here.

        Whatever else was made here may hold it, or be held by it.
        """
        while not isinstance(owner, ast.Name):
            inner = getattr(owner, "func" if isinstance(owner, ast.Call) else "value", None)
            if not isinstance(inner, ast.expr):
                return False
            owner = inner
        if owner.id not in self.env or owner.id in self.names:
            return False
        mine = not self.env[owner.id].draws & MEANT
        for name in self.env.keys() - self.names if draws else ():
            old = self.env[name]
            self.env[name] = Value(draws=old.draws | draws, made=old.made, within=old.within)
        return mine


class _Filled(ast.NodeTransformer):
    """Puts what names stand for in their place."""

    def __init__(self, known: Mapping[str, ast.expr]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._known.get(node.id, node)


def writes(func: ast.expr) -> bool:
    """Say whether a function writes down what it is given: `repr`, `json.dumps`, a digest."""
    name = func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""
    plain = isinstance(func, ast.Name) or (
        isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name | ast.Constant)
    )
    return plain and name in _WRITING


def joined(values: Sequence[Value], control: Draws = Draws.NOTHING) -> Value:
    """Give what is known of a value that is one of several."""
    if len(values) == 1 and not control:
        return values[0]
    draws = control
    for one in values:
        draws |= one.draws
    same = {dumped(one.known) if one.known is not None else "" for one in values}
    if len(same) == 1 and "" not in same:
        return Value(known=values[0].known)
    return Value(draws=draws, back=not control and all(one.back for one in values))


def _says_nothing(value: Value) -> bool:
    """Say whether a value is None, or nothing of some kind: no default that means anything."""
    return value.known is not None and truth(value.known) is False


def _is_nothing(node: ast.BinOp) -> bool:
    """Say whether arithmetic gives the same whatever it is given: `0 * x`, `x - x`."""
    match node:
        case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=0)):
            return True
        case ast.BinOp(op=ast.Mult() | ast.BitAnd() | ast.Pow(), right=ast.Constant(value=0)):
            return True
        case ast.BinOp(op=ast.BitAnd(), left=ast.Constant(value=0)):
            return True
        case ast.BinOp(op=ast.Mod() | ast.FloorDiv(), left=ast.Constant(value=0)):
            return True
        case ast.BinOp(op=ast.Mod(), right=ast.Constant(value=1)):
            return True
        case ast.BinOp(op=ast.Sub() | ast.BitXor(), left=left, right=right):
            return dumped(left) == dumped(right)
        case _:
            return False
