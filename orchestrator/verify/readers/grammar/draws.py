"""What expressions draw on, in every language but Python: followed through names and functions that are called.

`Drawing` knows expressions, `grammar_paths` the statements. Whatever does work, or is not known here, ends it
(`WorksError`). Never runs what it reads.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.readers.code import MEANT, Draws
from orchestrator.verify.readers.grammar.ambient import DECODES, FILES, NOW
from orchestrator.verify.readers.grammar.flags import known
from orchestrator.verify.readers.grammar.source import Source, arguments, called, parts
from orchestrator.verify.readers.grammar.values import is_fixed

_STEPS = 2000
"""Nodes looked at before a body is taken for one that works."""

_DEEP = 3
_LITERALS = frozenset({"array", "array_expression", "tuple_expression", "array_initializer"})
_FUNCTIONS = frozenset(
    {"arrow_function", "function_expression", "func_literal", "closure_expression", "lambda_expression"}
)
_PLAIN = frozenset(
    (
        *("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "spread_element"),
        *("type_assertion", "reference_expression", "expression_list", "template_string", "template_substitution"),
        *("object", "pair", "literal_value", "literal_element", "keyed_element", "unary_expression"),
        *("await_expression", "slice_expression", "instanceof_expression", "type_assertion_expression"),
        *(
            "range_expression",
            "negative_literal",
            "sequence_expression",
            "array_creation_expression",
            "dimensions_expr",
        ),
        *_LITERALS,
    )
)
"""What draws on whatever stands in it, and on nothing else."""

_MEMBERS = frozenset({"member_expression", "selector_expression", "field_expression", "field_access"})
_ENTRIES = frozenset({"subscript_expression", "index_expression", "array_access"})
_TELLING = re.compile(
    r"(?:len|cap|min|max|abs|int\d*|uint\d*|float\d*|string|bool|String|Number|Boolean|isNaN|parseInt|parseFloat"
    r"|Math\.\w+|Array\.(?:from|of|isArray)|Object\.(?:keys|values|entries|is|create|fromEntries)|std::cmp::\w+"
    r"|(?:Integer|Long|String|Boolean|Double)\.\w+|Objects\.(?:hash|toString|isNull|nonNull|equals))"
)
"""Functions that give nothing but what they are given."""

_SHOWING = re.compile(
    r"(?:len|length|size|isEmpty|is_empty|toString|to_string|hashCode|clone|iter|as_\w+|slice|min|max)"
)
"""Methods that only show something of what they are asked of."""

_NOTHING = frozenset({"null", "undefined", "false", "0", "''", '""', "nil"})


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a value. `back`: an argument, or its kind; `constant`: its text; `made`: the function it is.

    `told`: how it tells which argument it was.
    """

    draws: Draws = Draws.NOTHING
    back: bool = False
    constant: str = ""
    made: SgNode | None = None
    within: Mapping[str, "Value"] = {}
    told: int = 0


FIXED = Value()


class WorksError(Exception):
    """Something was met that does work, or that nobody can see through."""


class Drawing:
    """Reads expressions. `env` are the names of the body so far, `names` its parameters.

    `control` is what it depends on whether the body goes on.
    """

    def __init__(self, source: Source, names: frozenset[str]) -> None:
        self.source = source
        self.names = names
        self.env: dict[str, Value] = {name: Value(draws=Draws.INPUT, back=True) for name in {*names, "this", "self"}}
        self.control = Draws.NOTHING
        self._left = _STEPS
        self._deep = 0

    def spend(self) -> None:
        """Count what was looked at; WorksError where it has become too much."""
        self._left -= 1
        if self._left < 0:
            raise WorksError

    def run(self, body: SgNode) -> Value:
        """Give what a function of this body gives; `env` holds its names."""
        raise NotImplementedError

    def block(self, node: SgNode) -> Value:
        """Give what a block that is an expression comes to."""
        raise NotImplementedError

    def value(self, node: SgNode) -> Value:  # noqa: C901, PLR0912 - a table of forms, a line or two each
        """Give what is known of an expression."""
        self.spend()
        kind, table = node.kind(), self.source.table
        if kind in table.literals or node.text() in table.words or kind == "primitive_type":
            return Value(constant=self.source.dump(node))
        if kind in {"identifier", "this", "self", "shorthand_property_identifier"}:
            return self.env.get(node.text(), Value(draws=Draws.OUTSIDE))
        if kind in _FUNCTIONS:
            return Value(draws=MEANT, made=node, within=self.env)
        if kind in {"binary_expression", "ternary_expression"}:
            return self._binary(node) if kind == "binary_expression" else self._either(node)
        if kind in {"call_expression", "method_invocation"} or (kind.startswith("type_conv") and called(node)):
            return self._call(node)
        if kind in _ENTRIES:
            return self._entry(node)
        if kind in _MEMBERS:
            return self._member(node)
        if kind in {"if_expression", "match_expression", "block", "unsafe_block", "switch_expression"}:
            return self.block(node)
        if kind in {"cast_expression", "type_cast_expression", "type_conversion_expression"}:
            held = node.field("value") or node.field("operand")
            return msgspec.structs.replace(self.value(held), back=False) if held is not None else FIXED
        if kind in {"new_expression", "object_creation_expression", "macro_invocation", "struct_expression"}:
            made = node.field("constructor") or node.field("type")
            if (
                kind in {"macro_invocation", "struct_expression"}
                or made is None
                or not table.made.fullmatch(made.text())
            ):
                raise WorksError
            return self._all(arguments(node))
        if kind == "composite_literal":
            held = node.field("body")
            return self.value(held) if held is not None else FIXED
        if kind in _PLAIN:
            return self._plain(node)
        raise WorksError

    def _plain(self, node: SgNode) -> Value:
        kind, inner = node.kind(), [part for part in parts(node) if not _is_type(part)]
        if kind == "unary_expression":
            sign = node.text().split(None, 1)[0] if node.text()[:1].isalpha() else node.text()[:1]
            found = self._all(inner)
            if sign in {"delete", "<"}:
                raise WorksError
            if sign == "void":
                return Value(constant="undefined")
            return Value(draws=found.draws, back=sign == "typeof" and self._is_back(inner))
        if kind == "slice_expression" and (end := node.field("end")) is not None and end.text() == "0":
            return Value(constant="[]")
        if kind == "instanceof_expression":
            return Value(draws=self._all(inner).draws)
        if len(inner) == 1 and kind not in {*_LITERALS, "object", "template_string", "pair"}:
            return self.value(inner[0])
        found = self._all(inner)
        return Value(draws=found.draws, constant="" if found.draws else self.source.dump(node))

    def _is_back(self, inner: Sequence[SgNode]) -> bool:
        return len(inner) == 1 and self.value(inner[0]).back

    def _all(self, nodes: Iterable[SgNode]) -> Value:
        """Give what an expression draws on that is made of others."""
        draws = Draws.NOTHING
        for node in nodes:
            draws |= self.value(node).draws
        return Value(draws=draws)

    def _binary(self, node: SgNode) -> Value:
        left, right, sign = node.field("left"), node.field("right"), node.field("operator")
        if left is None or right is None:
            raise WorksError
        both, operator = [self.value(left), self.value(right)], sign.text() if sign is not None else ""
        if _is_nothing(left.text(), operator, right.text()):
            return Value(constant="0")
        if operator in {"&&", "||", "??"} and self.source.table.family == "js":
            return self._decided(left, operator, both)
        settled = known(self.source.dump(node))
        if settled is not None:
            return Value(constant=str(settled).lower())
        return Value(draws=both[0].draws | both[1].draws)

    def _decided(self, left: SgNode, operator: str, both: list[Value]) -> Value:
        """Give what JavaScript's `a || b` comes to: an argument or nothing is no more than that argument."""
        truth = known(left.text())
        if truth is not None:
            return both[1] if truth is (operator == "&&") else both[0]
        draws = both[0].draws | both[1].draws
        answers = both[0].draws is Draws.ANSWER and both[1].back
        back = answers or (both[0].back and (both[1].back or both[1].constant in _NOTHING))
        return Value(draws=draws, back=back)

    def _either(self, node: SgNode) -> Value:
        condition, one, other = node.field("condition"), node.field("consequence"), node.field("alternative")
        if condition is None or one is None or other is None:
            raise WorksError
        settled = self.truth(condition)
        if settled is not None:
            return self.value(one if settled else other)
        return joined([self.value(one), self.value(other)], self.asked(condition))

    def truth(self, condition: SgNode) -> bool | None:
        """Say what a condition always comes to."""
        found = known(self.source.dump(condition).replace(" ", ""))
        if found is None and condition.kind() == "identifier":
            return known(self.value(condition).constant) if self.value(condition).constant else None
        return found

    def asked(self, condition: SgNode) -> Draws:
        """Give what a condition depends on."""
        return self.value(condition).draws

    def asks_constant(self, node: SgNode) -> bool:
        """Say whether one side of a call of `equals` is a constant."""
        owner = node.field("object")
        sides = [*arguments(node), *([owner] if owner is not None else [])]
        return any(side.kind() in self.source.table.literals for side in sides)

    def _member(self, node: SgNode) -> Value:
        owner = node.field("object") or node.field("operand") or node.field("value")
        name = node.field("property") or node.field("field")
        if owner is None or name is None:
            raise WorksError
        if owner.kind() == "tuple_expression" and name.text().isdigit() and int(name.text()) < len(parts(owner)):
            return self.value(parts(owner)[int(name.text())])
        found = self.value(owner)
        return Value(draws=found.draws, back=found.back and name.text() == "constructor")

    def _entry(self, node: SgNode) -> Value:
        """Give what an entry comes to: of a table that is written out, that entry."""
        inner = parts(node)
        if len(inner) != 2:  # noqa: PLR2004 - the table and the key
            raise WorksError
        table, key = inner
        if key.kind() == "range_expression" and re.fullmatch(r"(?:0)?\.\.0", key.text()):
            return Value(constant="[]")
        if table.kind() in _LITERALS and key.text().isdigit() and int(key.text()) < len(parts(table)):
            self.value(table)
            return self.value(parts(table)[int(key.text())])
        found, asked = self.value(table), self.value(key)
        if not found.draws and found.constant and asked.back:
            return Value(draws=Draws.ANSWER)
        return Value(draws=found.draws | asked.draws)

    def _call(self, node: SgNode) -> Value:
        name, given = called(node), arguments(node)
        function = node.field("function")
        if function is not None and (made := self._made(function)) is not None:
            return self._followed(made, [self.value(one) for one in given])
        if NOW.fullmatch(name):
            return Value(draws=Draws.AMBIENT)
        if FILES.fullmatch(name) or DECODES.fullmatch("".join(name.split())):
            return self._from_file(name, given)
        table = self.source.table
        if is_fixed(self.source, node, set()):
            return Value(constant=self.source.dump(node))
        if table.makers.fullmatch(name) or _TELLING.fullmatch(name):
            return self._all(one for one in given if not _is_type(one))
        if _EQUALS.fullmatch(name) and self.asks_constant(node):
            owner = node.field("object")
            return self._all([*given, *([owner] if owner is not None else [])])
        return self._method(node, given)

    def _from_file(self, name: str, given: Sequence[SgNode]) -> Value:
        """Give what a file of a fixed name holds, or what is made of it; work where it is one that is asked for."""
        at_hand = {"__dirname", "__filename"}
        draws = self._all(one for one in given if one.text() not in at_hand and not _is_type(one)).draws
        if draws & MEANT:
            raise WorksError
        found = draws | (Draws.AMBIENT if FILES.fullmatch(name) else Draws.NOTHING)
        for one in given[1:]:  # where it is put
            self._puts_into(parts(one)[0] if one.kind() == "unary_expression" else one, found)
        return Value(draws=found)

    def _method(self, node: SgNode, given: Sequence[SgNode]) -> Value:
        """Give what a method comes to: work, unless it is asked of something made here, or only shows something."""
        function = node.field("function") or node
        owner = node.field("object") or function.field("object") or function.field("operand") or function.field("value")
        name = node.field("name") or function.field("property") or function.field("field")
        if owner is None or name is None or function.kind() not in {*_MEMBERS, "method_invocation"}:
            raise WorksError
        if owner.kind() == "class_literal":  # what is loaded under that name says it
            raise WorksError
        found = self.value(owner)
        if found.made is not None and not given:
            return self._followed(found.made, [])
        asked = self._all(given).draws
        if _is_cut(name.text(), given):
            return Value(constant="''")
        if (found.draws & MEANT and not _SHOWING.fullmatch(name.text())) or asked & Draws.OUTSIDE:
            raise WorksError
        if not found.draws & MEANT:
            self._puts_into(owner, asked | self.control)
        return Value(draws=found.draws | asked)

    def _puts_into(self, owner: SgNode, draws: Draws) -> None:
        """Note that something made here may be given more; whatever else was made here may hold it."""
        while (inner := _beneath(owner)) is not None:
            owner = inner
        if draws and owner.text() in self.env.keys() - self.names:
            for name in self.env.keys() - self.names:
                old = self.env[name]
                self.env[name] = Value(draws=old.draws | draws, made=old.made, within=old.within)

    def _made(self, function: SgNode) -> Value | None:
        """Give the function that is called, where it is one of this body."""
        while function.kind() == "parenthesized_expression" and len(parts(function)) == 1:
            function = parts(function)[0]
        if function.kind() in _FUNCTIONS:
            return self.value(function)
        if function.kind() != "identifier":
            return None
        found = self.env.get(function.text())
        return found if found is not None and found.made is not None else None

    def _followed(self, found: Value | SgNode, args: Sequence[Value]) -> Value:
        made = found.made if isinstance(found, Value) else found
        within = found.within if isinstance(found, Value) else self.env
        body = made.field("body") if made is not None else None
        self._deep += 1
        if made is None or body is None or self._deep > _DEEP:
            raise WorksError
        kept, self.env = self.env, dict(within)
        for at, (name, default) in enumerate(_parameters(made)):
            held = self.value(default) if default is not None else FIXED
            self.env[name] = args[at] if at < len(args) else held
        given = self.run(body)
        self.env = kept
        self._deep -= 1
        return given


_EQUALS = re.compile(r"(?:.*\.)?(?:equals|equalsIgnoreCase|contentEquals)", re.DOTALL)


def _beneath(node: SgNode) -> SgNode | None:
    """Give what a call or a member is asked of."""
    if node.kind() == "call_expression":
        return node.field("function")
    return node.field("object") or node.field("operand") or node.field("value")


def _parameters(made: SgNode) -> list[tuple[str, SgNode | None]]:
    """Give the names of a function's parameters, with what stands in for one that is not given."""
    held = made.field("parameters") or made.field("parameter")
    if held is None:
        return []
    if held.kind() == "identifier":
        return [(held.text(), None)]
    found: list[tuple[str, SgNode | None]] = []
    for one in parts(held):
        named = one if one.kind() == "identifier" else one.field("pattern") or one.field("left") or one.field("name")
        found.append((named.text() if named is not None else "", one.field("value") or one.field("right")))
    return found


def _is_type(node: SgNode) -> bool:
    return node.kind().endswith(("_type", "type_arguments", "dimensions")) or node.kind() == "type_identifier"


def _is_nothing(left: str, operator: str, right: str) -> bool:
    """Say whether arithmetic gives the same whatever it is given: `0 * x`, `x - x`."""
    if operator in {"*", "&"}:
        return "0" in {left, right}
    return operator in {"-", "^"} and left == right and "(" not in left


def _is_cut(name: str, given: Sequence[SgNode]) -> bool:
    """Say whether a method gives a part that begins where it ends."""
    ends = [one.text() for one in given]
    return name in {"slice", "substring", "subList"} and ends == ["0", "0"]


def joined(values: Sequence[Value], control: Draws = Draws.NOTHING) -> Value:
    """Give what is known of a value that is one of several."""
    if len(values) == 1 and not control:
        return values[0]
    constants = {one.constant for one in values}
    if len(constants) == 1 and "" not in constants:
        return Value(constant=values[0].constant)
    draws = control
    for one in values:
        draws |= one.draws
    return Value(draws=draws, back=not control and all(one.back for one in values))
