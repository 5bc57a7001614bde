"""Whom a Python body leaves its work to: what is asked if nothing else does any. Never runs what it reads."""

import ast
from collections.abc import Collection, Sequence

import msgspec

from orchestrator.verify.readers.code import MEANT, Draws, Front
from orchestrator.verify.readers.python.draws import FIXED, Value, WorksError
from orchestrator.verify.readers.python.module import Surroundings
from orchestrator.verify.readers.python.paths import Paths, Way

_SHORT = 8
"""Statements of a body that leaves its work to others."""


def front(alive: Sequence[ast.stmt], names: Collection[str], around: Surroundings) -> Front:
    """Tell whom a body asks, where all it gives besides is constant; nobody where it does any work of its own."""
    if not 0 < len(alive) <= _SHORT:
        return Front()
    paths = _Asking(names, "", around)
    try:
        paths.follow(alive)
    except (WorksError, RecursionError):
        return Front()
    if any(one.draws & MEANT and not one.back for one in paths.given):
        return Front()
    return Front(asked=frozenset(paths.fronts), passes=paths.passes)


class _Asking(Paths):
    """Follows a body whose calls are taken to come to nothing.

    `fronts` are whom it asks, as `owner.name`; `passes`: it gives them its parameters as they are, or constants.
    """

    def __init__(self, names: Collection[str], called: str, around: Surroundings) -> None:
        super().__init__(names, called, msgspec.structs.replace(around, helpers={}))
        self.fronts: set[str] = set()
        self.passes = True

    def call(self, node: ast.Call) -> Value:
        """Give what a call comes to: nothing, where it would be work."""
        kept, deep = self.env, self.deep
        match node.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id=kind), args=given)) if kind.lstrip("_")[:1].isupper():
                self._ask(node, given)
                return FIXED
            case _:
                pass
        try:
            return super().call(node)
        except WorksError:
            self.spend()
            self.env, self.deep = kept, deep
        self._ask(node, [])
        return FIXED

    def _ask(self, node: ast.Call, besides: Sequence[ast.expr]) -> None:
        for one in (*besides, *node.args, *(word.value for word in node.keywords)):
            value = self.value(one)
            self.passes = self.passes and (value.back or not value.draws & MEANT)
        self.fronts.add(self._whom(node.func))

    def asked(self, test: ast.expr) -> Draws:
        """Look at a condition: what comes then is no work, whatever it tells apart."""
        self.value(test)
        return Draws.NOTHING

    def _raise(self, node: ast.Raise) -> Way:  # noqa: ARG002 - as it is of any body
        return Way.LEAVES

    def _whom(self, called: ast.expr) -> str:
        match called:
            case ast.Name(id=name):
                return name
            case ast.Attribute(attr=name, value=ast.Name(id="self" | "cls")):
                return f"self.{name}"
            case ast.Attribute(attr=name, value=ast.Call(func=ast.Name(id=kind))):
                return f"{kind}.{name}"
            case ast.Attribute(attr=name, value=ast.Name(id=owner)) if owner not in self.env:
                return f"{owner}.{name}"
            case _:
                return "?"
