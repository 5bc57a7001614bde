"""What calls in Python come to: of builtins, of inner functions, of what was made here. Never runs what it reads."""

import ast
import re
from collections.abc import Mapping, Sequence

import msgspec

from orchestrator.verify.readers.code import MEANT, Draws, Shape
from orchestrator.verify.readers.python.draws import ALL_NAMES, AMBIENT, FIXED, Drawing, Value, WorksError, joined
from orchestrator.verify.readers.python.known import truth
from orchestrator.verify.readers.python.module import IDLE
from orchestrator.verify.readers.python.values import FunctionNode, is_mock, is_pure

_ASKING = frozenset(("isinstance", "issubclass", "hasattr", "getattr", "repr", "str", "len", "bool", "id", "callable"))
"""Builtins that tell something of what they are given and do not call it."""

_COPIES = frozenset(("type", "copy", "deepcopy"))
"""What gives a thing's kind, or another of the same."""

_STATUS = re.compile(r"(?i)['\"]?(?:status|success|ok|done|completed|state)['\"]?")
_DONE = re.compile(r"(?i)\b(?:processed|completed|success(?:ful(?:ly)?)?|done|finished|simulated)\b")
_OF_CAST = 2
"""A kind, and what is said to be of it."""
_DEEP = 4
"""Calls of inner functions within each other."""


class Calling(Drawing):
    """Reads expressions with calls in them: each is work, unless all it can work with is known here."""

    deep = 0

    def run(self, body: Sequence[ast.stmt]) -> Value:
        """Give what a function of this body gives; `env` holds its names."""
        raise NotImplementedError

    def _value(self, node: ast.expr) -> Value:
        found = super()._value(node)
        pretends = found.draws is Draws.INPUT and not found.back and self._pretends(node)
        return msgspec.structs.replace(found, back=True) if pretends else found

    def _pretends(self, node: ast.expr) -> bool:
        """Say whether a value only says that all went well, of what was given, or is a constant for each of it."""
        match node:
            case ast.Dict(keys=keys, values=values):
                return self._reports(
                    [(ast.unparse(key) if key else "", one) for key, one in zip(keys, values, strict=True)]
                )
            case ast.Call(func=ast.Name(id=name), args=[], keywords=words) if name == "dict" or name[:1].isupper():
                return self._reports([(word.arg or "", word.value) for word in words])
            case ast.JoinedStr():
                return self.told(node) > 0 and _DONE.search(ast.unparse(node)) is not None
            case ast.ListComp(elt=given, generators=[one]) | ast.GeneratorExp(elt=given, generators=[one]):
                return not one.ifs and isinstance(given, ast.Constant) and self.told(one.iter) > 0
            case _:
                return False

    def _reports(self, pairs: Sequence[tuple[str, ast.expr]]) -> bool:
        known = [isinstance(value, ast.Constant) for _, value in pairs]
        said = any(fixed and _STATUS.fullmatch(key) for fixed, (key, _) in zip(known, pairs, strict=True))
        values = (value for fixed, (_, value) in zip(known, pairs, strict=True) if not fixed)
        return said and all(self.told(value) or not self.value(value).draws for value in values)

    def call(self, node: ast.Call) -> Value:
        """Give what a call comes to; WorksError where it does work."""
        args = [*node.args, *(word.value for word in node.keywords)]
        if self.told(node):
            return Value(draws=Draws.INPUT)
        match node.func:
            case ast.Attribute(attr="cast") | ast.Name(id="cast") if len(node.args) == _OF_CAST:
                return self.value(node.args[1])
            case ast.Name(id=name) if name not in self.env or (self.env[name] is FIXED and name in _COPIES):
                return self._named(name, node, args)
            case ast.Call(func=ast.Name(id="type"), args=[inner]) if not args:
                return self.value(inner)
            case ast.Attribute(attr="copy" | "deepcopy", value=ast.Name(id="copy")) if len(args) == 1:
                return self.value(args[0])
            case ast.Attribute(attr="import_module", value=ast.Name(id="importlib")):
                return _imported(args)
            case ast.Attribute(attr="__class__", value=owner) if not args:
                return self.value(owner)
            case ast.Attribute(attr=name) if is_mock(name):
                self.plain(args)
                return FIXED
            case ast.Attribute(attr=name, value=owner):
                return self._method(owner, name, args)
            case _:
                return self._made(self.value(node.func), node, args)

    def _named(self, name: str, node: ast.Call, args: list[ast.expr]) -> Value:
        match name, args:
            case _, [inner] if name in _COPIES:
                return self.value(inner)
            case "next", [ast.Call(func=ast.Name(id="iter"), args=[ast.List() | ast.Tuple() as table]), *_] if (
                table.elts
            ):
                return self.part(table, ast.Constant(0))
            case "getattr", [owner, ast.Constant(value=str(attribute)), default]:
                unset = attribute not in self.around.stored and not attribute.startswith("__")
                own = isinstance(owner, ast.Name) and owner.id in {"self", "cls"}
                return self.value(default) if unset and own else self.plain(args)
            case "__import__", _:
                return _imported(args)
            case (("all" | "any" | "bool" | "isinstance" | "issubclass"), _) if truth(node) is not None:
                self.plain(args)
                return Value(known=ast.Constant(truth(node)))
            case _:
                return self._builtin(name, args, self.plain(args).draws)

    def _builtin(self, name: str, args: list[ast.expr], given: Draws) -> Value:
        """Give what comes of a name that is none of the body's; `given` is what its arguments draw on."""
        if self.around.helpers.get(name) in {Shape.EMPTY, Shape.CONSTANT} or is_mock(name):
            return FIXED
        if (is_pure(name) and not (name in ALL_NAMES and not args)) or name in self.around.idle:
            if given & Draws.OUTSIDE and name not in _ASKING:
                raise WorksError  # it may call what it is given
            return Value(draws=given)
        if name in AMBIENT and not given & MEANT:
            return Value(draws=Draws.AMBIENT)
        if name in {"map", "filter"} and not given:
            return FIXED
        raise WorksError

    def _method(self, owner: ast.expr, name: str, args: list[ast.expr]) -> Value:
        """Give what a method comes to: work, unless all it can work with is known here."""
        found = self.value(owner)
        match found.known:
            case ast.Dict(keys=[]) if name == "get" and args and isinstance(owner, ast.Name):
                return self.value(args[1] if len(args) > 1 else ast.Constant(None))
            case _:
                pass
        if name == "get" and args and (answer := self.answer(found, args[0])) is not None:
            rest = [self.value(one) for one in args[1:]]
            return Value(draws=joined([answer, *rest]).draws, back=any(one.back for one in rest))
        given = self.plain(args).draws
        if found.draws & MEANT or (found.draws and given & MEANT) or given & Draws.OUTSIDE:
            raise WorksError
        self.puts_into(owner, given | self.control)
        return Value(draws=found.draws | given)

    def _made(self, called: Value, node: ast.Call, args: list[ast.expr]) -> Value:
        """Give what the call of a value comes to."""
        if called.made is None or node.keywords or any(isinstance(one, ast.Starred) for one in args):
            given = self.plain(args).draws
            if called.draws & MEANT or (called.draws and given & MEANT):
                raise WorksError
            return Value(draws=called.draws | given)
        return self._within(called.made, called.within, [self.value(one) for one in args])

    def _within(self, made: FunctionNode | ast.Lambda, within: Mapping[str, Value], args: Sequence[Value]) -> Value:
        """Follow the call of an inner function."""
        self.deep += 1
        if self.deep > _DEEP or getattr(made, "decorator_list", None):
            raise WorksError
        kept = self.env
        plain = [*made.args.posonlyargs, *made.args.args]
        defaults = dict(zip(reversed(plain), reversed(made.args.defaults), strict=False))
        given: dict[str, Value] = {
            one.arg: args[at] if at < len(args) else self.value(defaults.get(one)) for at, one in enumerate(plain)
        }
        given |= {
            one.arg: self.value(value) for one, value in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True)
        }
        rest = joined(args[len(plain) :])
        given |= {one.arg: rest for one in (made.args.vararg, made.args.kwarg) if one is not None}
        self.spend(len(kept) + len(given))
        self.env = {**within, **given}
        found = self.value(made.body) if isinstance(made, ast.Lambda) else self.run(made.body)
        self.env = kept
        self.deep -= 1
        return found


def _imported(args: Sequence[ast.expr]) -> Value:
    """Give what a module is that is imported by a call."""
    name = args[0].value if args and isinstance(args[0], ast.Constant) else ""
    root = str(name).partition(".")[0]
    return FIXED if root in IDLE else Value(draws=Draws.AMBIENT if root in AMBIENT else Draws.OUTSIDE)
