"""What a body gives on all its ways, in every language but Python: statements, followed with what each depends on.

Never runs what it reads.
"""

from collections.abc import Sequence
from enum import IntEnum

from ast_grep_py import SgNode

from orchestrator.verify.readers.code import MEANT, Draws, Shape
from orchestrator.verify.readers.grammar.arms import ARMS, arm_of, catches_all
from orchestrator.verify.readers.grammar.draws import FIXED, Value, WorksError, joined
from orchestrator.verify.readers.grammar.flow import IFS, LOOPS, is_empty
from orchestrator.verify.readers.grammar.source import Source, bare, called, parts, statements, walk
from orchestrator.verify.readers.grammar.tables import BLOCKS, RETURNS
from orchestrator.verify.readers.grammar.telling import TOLD, Telling, only_tells
from orchestrator.verify.readers.grammar.values import BINDS

_BREAKS = frozenset({"break_statement", "continue_statement", "break_expression", "continue_expression"})
_SWITCHES = frozenset({"switch_statement", "expression_switch_statement", "match_expression", "switch_expression"})
_CHANGES = frozenset(
    {"assignment_expression", "augmented_assignment_expression", "compound_assignment_expr", "assignment_statement"}
)
_STEPS_BY_ONE = frozenset({"update_expression", "inc_statement", "dec_statement"})
_DEFINES = frozenset({"function_declaration", "function_item"})


class Way(IntEnum):
    """How a statement ends: the next one comes, a loop is left, the function is left."""

    ON = 0
    BREAKS = 1
    LEAVES = 2


def outcome(source: Source, alive: Sequence[SgNode], names: frozenset[str], paths: "Paths | None" = None) -> Shape:
    """Tell what a body comes to that does no work; `names` are its parameters. REAL where it does any."""
    paths = paths or Paths(source, names)
    try:
        way = paths.follow(alive, last=True)
    except (WorksError, RecursionError):
        return Shape.REAL
    if way is not Way.LEAVES:
        paths.given.append(Value(constant="", draws=paths.control))
    found = joined(paths.given) if paths.given else FIXED
    if found.draws & MEANT and paths.says:
        return Shape.ARGUMENT if found.back else Shape.REAL
    if not paths.says:
        return Shape.REAL if paths.showed else Shape.EMPTY
    if found.draws & Draws.AMBIENT:
        return Shape.AMBIENT
    return Shape.ANSWERS if found.draws & Draws.ANSWER else Shape.CONSTANT


class Paths(Telling):
    """Follows a body. `given` is what it gives back, `says` whether it gives anything at all."""

    def __init__(self, source: Source, names: frozenset[str]) -> None:
        super().__init__(source, names)
        self.given: list[Value] = []
        self.says = False
        self._broke = False

    def run(self, body: SgNode) -> Value:
        """Give what an inner function gives."""
        if body.kind() not in BLOCKS:
            return self.value(body)
        kept, control, says, self.given, self.control = self.given, self.control, self.says, [], Draws.NOTHING
        self.follow(statements(body), last=True)
        found = joined(self.given) if self.given else Value(constant="nothing")
        self.given, self.control, self.says = kept, control, says
        return found

    def block(self, node: SgNode) -> Value:
        """Give what a block that is an expression comes to."""
        if node.kind() == "switch_expression":
            return self._chosen(node)
        kept, self.given = self.given, []
        way = self._follow(node, last=True)
        found = self.given
        self.given = kept
        if way is not Way.LEAVES or not found:
            raise WorksError
        return joined(found)

    def follow(self, steps: Sequence[SgNode], *, last: bool = False) -> Way:
        """Follow statements up to the first that does not go on; the last of Rust's may be the value."""
        for step in steps:
            way = self._follow(step, last=last and step is steps[-1])
            if way is not Way.ON:
                return way
        return Way.ON

    def _follow(self, step: SgNode, *, last: bool) -> Way:  # noqa: C901, PLR0912 - a table of statements
        self.spend()
        node = bare(step)
        kind = node.kind()
        if kind in RETURNS:
            inner = parts(node)
            self.says = self.says or bool(inner)
            self._give(self.value(inner[0]) if inner else Value())
            return Way.LEAVES
        if kind in _BREAKS:
            if parts(node):
                raise WorksError
            self._broke = self._broke or "break" in kind
            return Way.BREAKS
        if kind in IFS:
            return self._if(node, last=last)
        if kind in LOOPS:
            return self._loop(node)
        if kind in _SWITCHES:
            return self._switch(node, last=last)
        if kind in BLOCKS or kind in {"unsafe_block", "else_clause", "labeled_statement", "synchronized_statement"}:
            return self._block(node, last=last)
        if kind == "try_statement":
            return self._try(node)
        if kind in BINDS:
            self._bind(node)
        elif kind in _DEFINES:
            name = node.field("name")
            self.env[name.text() if name is not None else ""] = Value(draws=MEANT, made=node, within=self.env)
        elif kind in _CHANGES:
            self._assign(node)
        elif kind in _STEPS_BY_ONE:
            self._assign_one(parts(node)[:1])
        elif kind == "defer_statement":
            self._drop(parts(node)[0])
        elif step.kind() == "expression_statement" and self.source.dump(step).endswith(";"):
            self._drop(node)
        elif last and self.source.table.family == "rust":
            self.says = True
            self._give(self.value(node))
            return Way.LEAVES
        elif kind not in {"empty_statement", "use_declaration", "import_statement"}:
            self._drop(node)
        return Way.ON

    def _give(self, value: Value) -> None:
        self.given.append(joined([value], self.control) if not value.constant else _under(value, self.control))

    def _drop(self, node: SgNode) -> None:
        """Look at an expression whose value nobody takes: it must not do anything."""
        if not self.source.table.noise.fullmatch(called(node)):
            self.value(node)
        elif self.control & MEANT:
            raise WorksError  # to tell of it only now and then is what it does

    def _block(self, node: SgNode, *, last: bool) -> Way:
        if node.kind() in BLOCKS:
            return self.follow(statements(node), last=last)
        inner = [part for part in parts(node) if part.kind() != "parenthesized_expression"]
        return self.follow(inner, last=last)

    def _branches(self, bodies: Sequence[Sequence[SgNode]], asked: Draws, *, last: bool) -> Way:
        """Follow ways of which one is taken; what comes then depends on it where one of them ends."""
        before, control = self.env, self.control
        ways: list[Way] = []
        ends: list[dict[str, Value]] = []
        for body in bodies:
            self.spend()
            self.env, self.control = dict(before), control | asked
            ways.append(self.follow(body, last=last))
            if ways[-1] is Way.ON:
                ends.append(self.env)
        self.control = control | (asked if any(ways) else Draws.NOTHING)
        self.env = _merged(ends) if ends else before
        return min(ways)

    def _if(self, node: SgNode, *, last: bool) -> Way:
        first, condition = node.field("initializer"), node.field("condition")
        if condition is None:
            raise WorksError
        if first is not None:
            self._follow(first, last=False)
        one, other = node.field("consequence"), node.field("alternative")
        bodies = [[part] if part is not None else [] for part in (one, other)]
        settled = self.truth(bare(condition))
        if settled is not None:
            return self.follow(bodies[0 if settled else 1], last=last)
        return self._branches(bodies, self.asked(bare(condition)), last=last)

    def _loop(self, node: SgNode) -> Way:
        body, over = node.field("body"), _gone_through(node)
        if body is None:
            raise WorksError
        endless = node.kind() == "loop_expression" or "".join(node.text().partition("{")[0].split()) in _ENDLESS
        asked = Draws.NOTHING
        if over is not None:
            if is_empty(over.text()):
                return Way.ON
            found = self.value(over)
            if found.draws & MEANT and only_tells(self.source, body):
                self.showed = True
                return Way.ON
            if found.draws & MEANT:
                raise WorksError  # going through it may be the work
            self._name(_looped(node), found)
        elif not endless:
            for part in parts(node):
                if part.range().start.index != body.range().start.index:
                    asked |= self._head(part)
        sure = endless or (over is not None and over.kind() in _WRITTEN and bool(parts(over)))
        return self._round(body, asked, sure=sure, endless=endless)

    def _round(self, body: SgNode, asked: Draws, *, sure: bool, endless: bool) -> Way:
        before, kept, control, given = dict(self.env), self._broke, self.control, len(self.given)
        self._broke = False
        kinds = {*_CHANGES, *_STEPS_BY_ONE}
        changed = {name for part in walk(body) if part.kind() in kinds for name in _names(parts(part)[:1])}
        for name in changed & self.env.keys():
            self.env[name] = Value(draws=self.env[name].draws | asked)
        self.control |= Draws.NOTHING if sure else asked
        way = self.follow([body])
        broke, self._broke = self._broke, kept
        self.env = _merged([before, self.env])
        if (way is Way.LEAVES and sure and not broke) or (endless and not broke):
            return Way.LEAVES
        if not broke and way is Way.ON and len(self.given) == given:
            self.control = control
        return Way.ON

    def _head(self, part: SgNode) -> Draws:
        if part.kind() in BINDS or part.kind() in _CHANGES or part.kind() in _STEPS_BY_ONE:
            self._follow(part, last=False)
            return Draws.NOTHING
        if part.kind() == "for_clause":
            draws = Draws.NOTHING
            for one in parts(part):
                draws |= self._head(one)
            return draws
        return self.value(bare(part)).draws

    def _switch(self, node: SgNode, *, last: bool) -> Way:
        asked = node.field("value") or node.field("condition")
        subject = self.value(bare(asked)) if asked is not None else FIXED
        arms = [one for one in walk(node) if one.kind() in ARMS]
        if not arms:
            raise WorksError
        bodies: list[list[SgNode]] = []
        plain, asked_here, ranges = True, Draws.NOTHING, 0
        for arm in arms:
            heads, body = arm_of(arm)
            asked_here |= self._asked_by(arm, heads)
            plain = plain and all(head.kind() in {*self.source.table.literals, "match_pattern"} for head in heads)
            ranges += sum(one.kind() == "range_pattern" for head in heads for one in walk(head))
            bodies.append(body)
            if subject.constant and any(self.source.dump(head) == subject.constant for head in heads):
                return self._past(self.follow(body, last=last))
        caught = any(catches_all(arm) for arm in arms)
        plain = plain and ranges <= 1  # where it lies among several is reckoned with, not known by heart
        control = Draws.ANSWER if plain and subject.told >= TOLD else subject.draws | asked_here
        if len(arms) == 1 and caught:
            return self._past(self.follow(bodies[0], last=last))
        return self._past(self._branches([*bodies, *([] if caught else [[]])], control, last=last))

    def _chosen(self, node: SgNode) -> Value:
        """Give what Java's `switch` comes to where it is a value."""
        asked, arms = node.field("condition"), [one for one in walk(node) if one.kind() == "switch_rule"]
        if asked is None or not arms:
            raise WorksError
        subject, values, heads = self.value(bare(asked)), list[Value](), list[SgNode]()
        for arm in arms:
            head, body = arm_of(arm)
            heads += head
            if body[0].kind() == "expression_statement":
                values.append(self.value(parts(body[0])[0]))
            elif body[0].kind() != "throw_statement":
                raise WorksError
        plain = all(one.kind() in self.source.table.literals for one in heads)
        return joined(values, Draws.ANSWER if plain and subject.told >= TOLD else subject.draws)

    def _asked_by(self, arm: SgNode, heads: Sequence[SgNode]) -> Draws:
        """Give what it depends on whether an arm is taken, besides what the switch asks."""
        draws = Draws.NOTHING
        for head in heads:
            if arm.kind() != "match_arm":
                draws |= self.value(head).draws
            elif head.field("condition") is not None:
                raise WorksError
        return draws

    def _past(self, way: Way) -> Way:
        return Way.ON if way is Way.BREAKS else way

    def _try(self, node: SgNode) -> Way:
        body = node.field("body")
        handlers = [part for part in parts(node) if part.kind() == "catch_clause"]
        final = [part for part in parts(node) if part.kind() == "finally_clause"]
        if body is None or any(part.kind() == "resource_specification" for part in parts(node)):
            raise WorksError
        inner = [one.field("body") for one in handlers]
        way = self._branches([[body], *([one] for one in inner if one is not None)], Draws.NOTHING, last=False)
        for one in final:
            way = max(way, self.follow([part for part in parts(one) if part.kind() in BLOCKS]))
        return way

    def _bind(self, node: SgNode) -> None:
        """Give names their first values."""
        for one in [part for part in walk(node) if part.kind() in _SPECS] or [node]:
            names = one.field_children("name") or [one.field("pattern") or one.field("left") or one]
            held = one.field("value") or one.field("right")
            self._names_one_by_one(names, held)

    def _names_one_by_one(self, names: Sequence[SgNode], held: SgNode | None) -> None:
        targets = [inner for name in names for inner in (parts(name) if name.kind() == "expression_list" else [name])]
        values = parts(held) if held is not None and held.kind() == "expression_list" else [held]
        if len(targets) == len(values):
            for target, value in zip(targets, values, strict=True):
                self._name(target, self.value(value) if value is not None else Value(constant="nothing"))
            return
        found = joined([self.value(value) for value in values if value is not None]) if held is not None else FIXED
        for target in targets:
            self._name(target, Value(draws=found.draws, told=found.told))

    def _name(self, target: SgNode | None, value: Value) -> None:
        found = _names([target]) if target is not None else []
        for name in found:
            plain = target is not None and target.text() == name
            self.env[name] = value if plain else Value(draws=value.draws)

    def _assign(self, node: SgNode) -> None:
        left, right = node.field("left"), node.field("right")
        if left is None or right is None:
            raise WorksError
        if left.text() == "_":
            self.value(right)
            return
        targets = parts(left) if left.kind() == "expression_list" else [left]
        if any(one.kind() not in {"identifier", "expression_list"} for one in targets):
            raise WorksError  # others may see it
        self._assign_one(targets)
        plain = self.source.dump(node).removeprefix(self.source.dump(left)).lstrip().startswith("= ")
        before = dict(self.env)
        self._names_one_by_one([left], right)
        for name in _names(targets):
            new, old = self.env[name], before.get(name, FIXED)
            draws = new.draws | self.control | (Draws.NOTHING if plain else old.draws)
            self.env[name] = Value(draws=draws, made=new.made, within=new.within)

    def _assign_one(self, targets: Sequence[SgNode]) -> None:
        """Say that names get another value: WorksError where they are not this body's own."""
        for name in _names(targets):
            if name != "_" and name not in self.env:
                raise WorksError
            self.env[name] = Value(draws=self.env[name].draws | self.control) if name in self.env else FIXED


_SPECS = frozenset({"variable_declarator", "var_spec", "const_spec"})
_WRITTEN = frozenset({"array", "array_expression", "composite_literal", "array_creation_expression"})
_ENDLESS = frozenset({"for", "for(;;)", "while(true)", "whiletrue", "while(1)"})


def _under(value: Value, control: Draws) -> Value:
    return Value(constant=value.constant, draws=control, back=value.back)


def _names(nodes: Sequence[SgNode | None]) -> list[str]:
    """Give the names in patterns."""
    found = [part for node in nodes if node is not None for part in walk(node)]
    return [part.text() for part in found if part.kind() in {"identifier", "shorthand_property_identifier_pattern"}]


def _gone_through(node: SgNode) -> SgNode | None:
    """Give what a loop goes through; None where it has a condition, or none."""
    for part in parts(node):
        if part.kind() == "range_clause":
            return part.field("right")
    if node.kind() in {"for_in_statement", "enhanced_for_statement", "for_expression"}:
        return node.field("right") or node.field("value")
    return None


def _looped(node: SgNode) -> SgNode | None:
    for part in parts(node):
        if part.kind() == "range_clause":
            return part.field("left")
    return node.field("left") or node.field("name") or node.field("pattern")


def _merged(ends: Sequence[dict[str, Value]]) -> dict[str, Value]:
    """Give what the names are where several ways meet."""
    found = dict(ends[0])
    for end in ends[1:]:
        for name, value in end.items():
            old = found.get(name)
            if old is not value:
                found[name] = joined([old, value]) if old is not None else Value(draws=value.draws)
    return found
