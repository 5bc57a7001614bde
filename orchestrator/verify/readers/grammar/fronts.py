"""Whom a body leaves its work to, in every language but Python. Never judges."""

import re
from collections.abc import Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.code import MEANT, Draws, Front
from orchestrator.verify.readers.grammar.draws import FIXED, Value, WorksError
from orchestrator.verify.readers.grammar.paths import Paths, Way
from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, parts, walk
from orchestrator.verify.readers.grammar.values import BINDS, called_within

_SHORT = 8
"""Statements of a body that leaves its work to others."""
_MADE = frozenset({"new_expression", "object_creation_expression", "struct_expression", "composite_literal"})
_NAME = re.compile(r"#?[A-Za-z_$][\w$]*")
_ASKED = re.compile(r"(?:(.*?)\s*(?:\.|::|\?\.)\s*)?(#?[A-Za-z_$][\w$]*)\s*(?:::\s*)?(?:<.*>|\[.*\])?", re.DOTALL)
_MAKES = re.compile(
    r"(?:\w+::)*(\w+)::(?:new|default)|New([A-Z]\w*)|new([A-Z]\w*)|([A-Z]\w*)\.(?:create|getInstance|of)"
)


def front(source: Source, steps: Sequence[SgNode], names: frozenset[str]) -> Front:
    """Tell whom a body asks, where all it gives besides is constant; nobody where it does any work of its own."""
    if not 0 < len(steps) <= _SHORT:
        return Front()
    paths = _Asking(source, names)
    try:
        paths.follow(steps, last=True)
    except (WorksError, RecursionError):
        return Front()
    if any(one.draws & MEANT and not one.back for one in paths.given):
        return Front()
    return Front(asked=frozenset(paths.fronts), passes=paths.passes)


def only_fails(source: Source, alive: Sequence[SgNode]) -> bool:
    """Say whether all a body does is to fail, in whatever words."""
    if not alive:
        return False
    *rest, end = map(bare, alive)
    fails = end.kind() == "throw_statement" or source.table.fails.fullmatch(called(end)) is not None
    return fails and all(_is_idle(source, one) for one in rest)


def _is_idle(source: Source, node: SgNode) -> bool:
    told = called(node)
    return (node.kind() in BINDS and not called_within(node)) or source.table.noise.fullmatch(told) is not None


def _of_kind(kind: str) -> Value:
    """Give a value of which only the kind is known."""
    return Value(draws=Draws.OUTSIDE, within={kind: FIXED})


class _Asking(Paths):
    """Follows a body whose calls are taken to come to nothing.

    `fronts` are whom it asks, as `owner.name`; `passes`: it gives them its parameters as they are, or constants.
    """

    def __init__(self, source: Source, names: frozenset[str]) -> None:
        super().__init__(source, names)
        self.fronts: set[str] = set()
        self.passes = True

    def value(self, node: SgNode) -> Value:
        """Give what is known of an expression; of what is made, only of which kind it is."""
        kind = node.kind()
        if kind in _MADE:
            made = node.field("constructor") or node.field("type") or node.field("name")
            words = _NAME.findall(made.text()) if made is not None else []
            return _of_kind(words[0] if words else "")
        if kind == "try_expression":
            return self.value(parts(node)[0])
        return super().value(node)

    def asked(self, condition: SgNode) -> Draws:
        """Look at a condition: what comes then is no work, whatever it tells apart."""
        self.value(condition)
        return Draws.NOTHING

    def _follow(self, step: SgNode, *, last: bool) -> Way:
        if bare(step).kind() == "throw_statement":
            return Way.LEAVES
        return super()._follow(step, last=last)

    def _bind(self, node: SgNode) -> None:
        super()._bind(node)
        for one in walk(node):
            kind, name = one.field("type"), one.field("name")
            if one.kind() == "var_spec" and one.field("value") is None and kind is not None and name is not None:
                self.env[name.text()] = _of_kind(kind.text())

    def _call(self, node: SgNode) -> Value:
        makes = _MAKES.fullmatch(called(node))
        if makes is None:
            return super()._call(node)
        for one in arguments(node):
            self.value(one)
        return _of_kind(next(one for one in makes.groups() if one))

    def _method(self, node: SgNode, given: Sequence[SgNode]) -> Value:
        found = _ASKED.fullmatch(called(node))
        for one in given:
            value = self.value(one)
            self.passes = self.passes and (value.back or not value.draws & MEANT)
        if found is None:
            raise WorksError
        self.fronts.add(f"{self._owner(node)}.{found[2]}" if found[1] else found[2])
        return FIXED

    def _owner(self, node: SgNode) -> str:
        """Give whose a method is that is called: of the object, of a kind, or of what is called so outside."""
        function = node.field("function") or node
        owner = node.field("object") or function.field("object") or function.field("operand") or function.field("value")
        if owner is None:
            path = function.field("path") or function.field("function")
            return _NAME.findall(path.text())[0] if path is not None and _NAME.search(path.text()) else "?"
        owner = bare(owner)
        if owner.kind() in {"this", "self", "super"} or owner.text() in {"this", "self"}:
            return "self"
        found = self.value(owner)
        if found.made is None and found.within:
            return next(iter(found.within))
        outside = owner.kind() in {"identifier", "scoped_identifier"} and owner.text() not in self.env
        return _NAME.findall(owner.text())[-1] if outside else "?"
