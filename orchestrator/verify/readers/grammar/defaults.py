"""What a body comes to where callers leave out what they may, in every language but Python. Never judges."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.code import Shape
from orchestrator.verify.readers.grammar.draws import Value
from orchestrator.verify.readers.grammar.paths import Paths, outcome
from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, parts, walk

_NONE, _OBJECT, _REST = "undefined", "{}", "[]"
_FALSY = frozenset({"false", "undefined", "null", "0", "''", '""', "``", "nil"})
_PLAIN = frozenset({"true", "false", "null", "undefined", "number", "string", "object"})
_PATTERN = "object_assignment_pattern"


def usual(source: Source, node: SgNode, alive: Sequence[SgNode], names: frozenset[str]) -> Shape | None:
    """Tell what a body comes to where what may be left out is; None where nothing may be."""
    left_out = dict(_left_out(source, node))
    if not left_out:
        return None
    return outcome(source, alive, names, _Usual(source, names - left_out.keys(), left_out))


def _left_out(source: Source, node: SgNode) -> Iterator[tuple[str, str]]:
    """Give the parameters that may be left out, each with what stands for it then."""
    held = node.field("parameters")
    for one in parts(held) if held is not None else ():
        match one.kind():
            case "variadic_parameter_declaration" | "spread_parameter":
                yield from ((name, _REST) for name in _named(one))
            case "optional_parameter" | "required_parameter" | "assignment_pattern":
                name = one.field("pattern") or one.field("left")
                default = one.field("value") or one.field("right")
                if name is None or (default is None and one.kind() != "optional_parameter"):
                    continue
                if default is not None and default.kind() not in _PLAIN:
                    continue
                given = _NONE if default is None else source.dump(default).replace(" ", "")
                yield from _of_pattern(source, name, given)
            case "identifier" if re.search(
                rf"(?<![\w$]){re.escape(one.text())}\?\.", source.dump(node).replace(" ", "")
            ):
                yield one.text(), _NONE
            case _:
                pass


def _named(one: SgNode) -> Iterator[str]:
    name = one.field("name") or next((part for part in walk(one) if part.kind() == "identifier"), None)
    if name is not None:
        yield name.text()


def _of_pattern(source: Source, name: SgNode, given: str) -> Iterator[tuple[str, str]]:
    """Give the names of a pattern, each with what it is where nothing, or an empty object, is taken apart."""
    if name.kind() == "identifier":
        yield name.text(), given
    elif name.kind() == "object_pattern" and given in {_OBJECT, _NONE}:
        for part in parts(name):
            left, right = part.field("left"), part.field("right")
            if part.kind() == "shorthand_property_identifier_pattern":
                yield part.text(), _NONE
            elif part.kind() == _PATTERN and left is not None and right is not None and right.kind() in _PLAIN:
                yield left.text(), source.dump(right).replace(" ", "")


class _Usual(Paths):
    """Follows a body whose `left_out` parameters are what stands for them."""

    def __init__(self, source: Source, names: frozenset[str], left_out: Mapping[str, str]) -> None:
        super().__init__(source, names)
        self.env |= {name: Value(constant=text) for name, text in left_out.items()}

    def truth(self, condition: SgNode) -> bool | None:
        """Say what a condition comes to."""
        found = self._known(bare(condition))
        return super().truth(condition) if found is None else found not in _FALSY

    def _bind(self, node: SgNode) -> None:
        super()._bind(node)
        for one in walk(node):
            name, value = one.field("name"), one.field("value")
            if one.kind() == "variable_declarator" and name is not None and value is not None:
                known = self._known(value)
                self.env |= {each: Value(constant=text) for each, text in _of_pattern(self.source, name, known or "")}

    def _known(self, node: SgNode) -> str | None:
        """Give the constant an expression comes to."""
        node, kind = bare(node), node.kind()
        if kind in self.source.table.literals or kind in {"object", "nil"} or node.text() == "undefined":
            return self.source.dump(node).replace(" ", "")
        if kind == "identifier":
            return self.env[node.text()].constant or None if node.text() in self.env else None
        if kind == "unary_expression" and node.text().startswith("!"):
            inner = self._known(parts(node)[0])
            return None if inner is None else str(inner in _FALSY).lower()
        if kind == "binary_expression":
            return self._of_two(node)
        if called(node) == "len" and arguments(node):
            return "0" if self._known(arguments(node)[0]) == _REST else None
        owner, name = node.field("object"), node.field("property") or node.field("field")
        if owner is None or name is None:
            return None
        held = self._known(owner)
        if held == _REST:
            return "0" if name.text() == "length" else None
        return _NONE if held in {_OBJECT, _NONE} else None

    def _of_two(self, node: SgNode) -> str | None:
        left, right, sign = node.field("left"), node.field("right"), node.field("operator")
        if left is None or right is None or sign is None:
            return None
        operator, one = sign.text(), self._known(left)
        if operator in {"&&", "||"}:
            if one is not None and (one in _FALSY) is (operator == "&&"):
                return one
            other = self._known(right)
            if other is not None and (other in _FALSY) is (operator == "&&"):
                return other
            return None if one is None else other
        other = self._known(right)
        if one is None or other is None:
            return None
        if operator == "??":
            return other if one in {"undefined", "null"} else one
        if operator in {"==", "===", "!=", "!=="}:
            return str((one == other) is (operator[0] == "=")).lower()
        return None
