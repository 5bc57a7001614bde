"""What a Python expression comes to where nothing is set up. Never runs what it reads.

No variable of the environment, no option of the interpreter, no file of a fixed name.
"""

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from orchestrator.verify.readers.python.values import last_name, without_docstring
from orchestrator.verify.readers.python.walk import walk

ASKS = re.compile(
    r"environ|getenv|\.exists\b|\.isfile|\.is_file|\.isdir|\.is_dir|sys\.(?:flags|_?argv|_xoptions)|__debug__"
)
"""What a text says that asks what it runs in."""


class _Mark:
    """A value of which only one thing is known."""


UNKNOWN, FILE, UNSET = _Mark(), _Mark(), _Mark()
"""Anything; a file that is not there; what is not set, and is equal to nothing."""

_DEEP = 4
_PATHS = frozenset(
    {"Path", "PurePath", "join", "with_name", "joinpath", "with_suffix", "resolve", "absolute", "dirname"}
)
_LOOKS = frozenset({"exists", "isfile", "is_file", "isdir", "is_dir", "lexists"})
_SHOWS = frozenset({"lower", "upper", "strip", "casefold", "split"})
_BUILT = frozenset({"dev_mode", "debug", "optimize", "inspect", "verbose", "isolated"})


class Bare:
    """Reads expressions in a bare world. `debug`: run so that assertions are on; `asked`: a surrounding was asked for.

    `names` are those of the body so far, with what they are; `around` what the module says of its surroundings by name,
    `changed` what the body gives several values.
    """

    _SET: ClassVar[Mapping[str, object]] = {
        "os.environ.get": None,
        "os.getenv": None,
        "environ.get": None,
        "getenv": None,
    }

    def __init__(
        self, taken: Collection[str], around: Mapping[str, ast.expr], changed: Collection[str] = (), *, debug: bool
    ) -> None:
        self.names: dict[str, object] = dict.fromkeys((*taken, "self", "cls"), UNKNOWN)
        self.debug = debug
        self.asked = False
        self._told: set[str] = set()
        self._around = around
        self._changed = frozenset(changed)
        self._deep = 0

    def truth(self, node: ast.expr) -> bool | None:
        """Say what a condition comes to by what is not there; None where nobody can tell, or nothing is asked."""
        self.asked = False
        found = self.value(node)
        return bool(found) if found is not UNKNOWN and found is not FILE and self.asked else None

    def value(self, node: ast.expr) -> object:  # noqa: C901, PLR0912 - a table of forms
        """Give what an expression comes to; UNKNOWN where nobody can tell."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id="__debug__"):
                self.asked = True
                return self.debug
            case ast.Name(id=name):
                return self._named(name)
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="sys"), attr="flags"), attr=name) if (
                name in _BUILT
            ):
                self.asked = True
                return int(name == "optimize" and not self.debug)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                return self._of_module(name)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                found = self.value(inner)
                return UNKNOWN if found is UNKNOWN else not found
            case ast.BoolOp(op=how, values=values):
                return self._decided(values, ends=isinstance(how, ast.Or))
            case ast.NamedExpr(target=ast.Name(id=name), value=held):
                self.names[name] = self.value(held)
                return self.names[name]
            case ast.IfExp(test=test, body=one, orelse=other):
                found = self.value(test)
                return UNKNOWN if found is UNKNOWN else self.value(one if found else other)
            case ast.Compare(left=left, ops=[how], comparators=[right]):
                return self._compared(left, how, right)
            case ast.BinOp(left=left, op=ast.Div()):
                return FILE if self.value(left) is FILE and self._is_at_hand([node]) else UNKNOWN
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=owner, slice=ast.Constant()) if last_name(owner) == "environ":
                self.asked = True
                return UNSET
            case _:
                return UNKNOWN

    def bind(self, node: ast.stmt) -> None:
        """Note what a statement gives names."""
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                self.asked = False
                self.names[name] = self.value(value) if name not in self._changed else UNKNOWN
                self._told = (self._told | {name}) if self.asked else (self._told - {name})
            case _:
                stored = (
                    part.id for part in walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
                )
                self.names |= dict.fromkeys(stored, UNKNOWN)

    def _named(self, name: str) -> object:
        if name in self.names:
            self.asked = self.asked or name in self._told
            return self.names[name]
        return self._of_module(name)

    def _of_module(self, name: str) -> object:
        node = self._around.get(name)
        self._deep += 1
        found = self.value(node) if node is not None and self._deep <= _DEEP else UNKNOWN
        self._deep -= 1
        return found

    def _decided(self, values: Sequence[ast.expr], *, ends: bool) -> object:
        """Give what `a and b` comes to: one side is enough, where it decides."""
        found: object = UNKNOWN
        sure = True
        for one in values:
            found = self.value(one)
            if found is not UNKNOWN and bool(found) is ends:
                return found
            sure = sure and found is not UNKNOWN
        return found if sure else UNKNOWN

    def _compared(self, left: ast.expr, how: ast.cmpop, right: ast.expr) -> object:
        if isinstance(how, ast.In | ast.NotIn) and last_name(right) in {"environ", "argv", "_xoptions"}:
            self.asked = True
            return isinstance(how, ast.NotIn)
        one = self.value(left)
        if isinstance(how, ast.In | ast.NotIn) and isinstance(right, ast.Tuple | ast.List | ast.Set):
            held = [self.value(part) for part in right.elts]
            return UNKNOWN if UNKNOWN in (one, *held) else (one in held) is isinstance(how, ast.In)
        other = self.value(right)
        if isinstance(how, ast.In | ast.NotIn) and other in {"", None} and isinstance(one, str) and one:
            return isinstance(how, ast.NotIn)
        if UNKNOWN in {one, other}:
            return UNKNOWN
        match how:
            case ast.Eq() | ast.Is():
                return one == other
            case ast.NotEq() | ast.IsNot():
                return one != other
            case ast.Gt() | ast.GtE() if isinstance(one, int) and isinstance(other, int):
                return one > other or (isinstance(how, ast.GtE) and one == other)
            case _:
                return UNKNOWN

    def _call(self, node: ast.Call) -> object:
        name, last, given = ast.unparse(node.func), last_name(node.func), node.args
        if name in self._SET or name.endswith(("os.environ.get", "os.getenv")):
            self.asked = True
            default = given[1] if len(given) > 1 else next((w.value for w in node.keywords if w.arg == "default"), None)
            return self.value(default) if default is not None else None
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if last in _PATHS:
            fixed = self._is_at_hand([*given, *([owner] if owner is not None else [])])
            return FILE if fixed and (given or owner is not None) else UNKNOWN
        if last in _LOOKS:
            looked = given[0] if given else owner
            if looked is None or not (self.value(looked) is FILE or self._is_at_hand([looked])):
                return UNKNOWN
            self.asked = True
            return False
        if name == "any" and given and isinstance(given[0], ast.GeneratorExp):
            return False if self.value(given[0].elt) is False else UNKNOWN
        if last in _SHOWS and owner is not None and isinstance(self.value(owner), str):
            return self.value(owner)
        if last in {"bool", "int", "len", "str"} and len(given) == 1:
            found = self.value(given[0])
            plain = {"bool": bool(found), "len": 0 if found == "" else UNKNOWN, "str": found}
            number = int(found) if isinstance(found, str) and found.isdecimal() else UNKNOWN
            return UNKNOWN if found is UNKNOWN else plain.get(last, number)
        return self._of_module(last) if not given and not node.keywords else UNKNOWN

    def _is_at_hand(self, given: Sequence[ast.expr]) -> bool:
        """Say whether a path is the same whatever is asked: of no argument, and of nothing worked out."""
        names = {part.id for one in given for part in walk(one) if isinstance(part, ast.Name)}
        texts = any(isinstance(part, ast.Constant) for one in given for part in walk(one))
        known = all(self.names.get(name, FILE) is not UNKNOWN for name in names)
        return known and (texts or bool(names & self.names.keys()))


def asking(tree: ast.Module) -> dict[str, ast.expr]:
    """Give what a module knows of its surroundings by name: what is given once, and functions that do nothing else."""
    given = [part.id for part in walk(tree) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
    found: dict[str, ast.expr] = {}
    for node in [*tree.body, *(one for part in tree.body if isinstance(part, ast.ClassDef) for one in part.body)]:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if given.count(name) == 1:
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if given.count(name) == 1:
                found[name] = value
            case ast.FunctionDef(name=name) if not {one.arg for one in node.args.args} - {"self", "cls"}:
                body = without_docstring(node.body)
                if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
                    found[name] = body[0].value
            case _:
                pass
    return {name: value for name, value in found.items() if ASKS.search(ast.unparse(value))}
