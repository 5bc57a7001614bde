"""What of a body runs only where its surroundings say so, in every language but Python. Never runs what it reads.

A body is followed in a bare world (`bare`), once as built for debugging and once as for release: what one of these
leaves out, and puts nothing in its place, hangs on what is around.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.arms import ARMS, arm_of, catches_all
from orchestrator.verify.readers.grammar.asking import ASKS, asking
from orchestrator.verify.readers.grammar.bare import FILE, MISSING, UNKNOWN, Bare
from orchestrator.verify.readers.grammar.built import left_out
from orchestrator.verify.readers.grammar.flow import IFS, ends
from orchestrator.verify.readers.grammar.source import Source, bare, called, own, parts, statements, walk
from orchestrator.verify.readers.grammar.tables import BLOCKS, RETURNS
from orchestrator.verify.readers.grammar.values import BINDS, is_fixed

_CHOICES = frozenset({"ternary_expression", "conditional_expression"})
_SWITCHES = frozenset({"switch_statement", "expression_switch_statement", "match_expression", "switch_expression"})
_LEAVES = frozenset({"break_statement", "continue_statement", "break_expression", "continue_expression"})
_LEAF = re.compile(
    r".*(?:_statement|_declaration)|(?:return|break|continue|call|try)_expression|method_invocation|macro_invocation"
)
_FAILS = re.compile(r"\berrors\.|\bErrorf\b|\bErr\(|\bErr[A-Z]\w*|Error\(|Exception\(|\breject\(")

Hinge = tuple[str, str]
"""A piece of work as its tokens (`Source.dump`), and the condition it hangs on."""


def hinges(source: Source, steps: Sequence[SgNode], names: frozenset[str]) -> tuple[Hinge, ...]:
    """Give the pieces of a body that run only where something around it says so."""
    holder = steps[0].parent() if steps else None
    text = holder.text() if holder is not None else ""
    if not ASKS.search(text) and not any(name in text for name in asking(source.text, source.table)):
        return ()
    changed = {name for step in steps for one in walk(step) if one.kind() in _CHANGES for name in _left_of(one)}
    found: dict[Hinge, int] = {}
    for debug in (True, False):
        seen: dict[Hinge, int] = {}
        for one in _Walk(source, names, changed, debug=debug).over(steps):
            seen[one] = seen.get(one, 0) + 1
        found |= {one: max(number, found.get(one, 0)) for one, number in seen.items()}
    return tuple(one for one, number in found.items() for _ in range(number))


_CHANGES = frozenset(
    (
        *("assignment_expression", "augmented_assignment_expression", "compound_assignment_expr", "update_expression"),
        *("assignment_statement", "inc_statement", "dec_statement"),
    )
)


def _left_of(node: SgNode) -> Iterator[str]:
    """Give the names that a statement gives another value."""
    left = node.field("left") or (parts(node)[0] if parts(node) else None)
    if left is not None and not any(one.kind() == "assert_statement" for one in node.ancestors()):
        yield from (one.text() for one in (parts(left) if left.kind() == "expression_list" else [left]))


class _Walk:
    """Follows a body in a bare world; gives what it leaves out there."""

    def __init__(self, source: Source, names: frozenset[str], changed: Collection[str], *, debug: bool) -> None:
        self._source = source
        self._debug = debug
        self._bare = Bare(source, names, changed, debug=debug)

    def over(self, steps: Sequence[SgNode]) -> Iterator[Hinge]:
        """Give what is left out of statements, and of what is behind one that leaves."""
        for number, step in enumerate(steps, 1):
            inner = bare(step)
            if self._source.table.family == "rust" and (said := left_out(self._source, step, debug=self._debug)):
                yield from self._left(step, f"cfg ( {said} )")
                continue
            if inner.kind() in IFS or inner.field("alternative") is not None:
                left, leaves = self._branch(inner) if inner.kind() in IFS else ([], self._let_else(inner))
                yield from left
                if leaves:
                    yield from (piece for rest in steps[number:] for piece in self._left(rest, leaves))
                    return
            else:
                yield from self._step(inner)

    def _step(self, inner: SgNode) -> Iterator[Hinge]:
        if inner.kind() in BINDS:
            self._bare.bind(inner)
        if inner.kind() in _SWITCHES:
            left = self._switch(inner)
            yield from left
            if left:
                return
        yield from self._values(inner)

    def _values(self, node: SgNode) -> Iterator[Hinge]:
        """Give what is left out in a statement: in blocks in it, and of choices."""
        pending = parts(node) if node.kind() not in BLOCKS else [node]
        pending = [node] if node.kind() in _CHOICES or node.kind() == "binary_expression" else pending
        while pending:
            one = pending.pop()
            if one.kind() in BLOCKS:
                yield from self._inside(statements(one))
            elif one.kind() in IFS:
                yield from self._branch(one)[0]
            elif (left := self._choice(one)) is not None:
                yield from left
            else:
                pending += parts(one)

    def _inside(self, steps: Sequence[SgNode]) -> list[Hinge]:
        """Give what is left out of a block, whose names are its own."""
        kept = dict(self._bare.names)
        found = list(self.over(steps))
        self._bare.names = kept
        return found

    def _branch(self, node: SgNode) -> tuple[list[Hinge], str]:
        """Give what a branch leaves out, and its condition where the bare world leaves the body there."""
        kept = dict(self._bare.names)
        found = self._taken(node)
        self._bare.names = kept
        return found

    def _taken(self, node: SgNode) -> tuple[list[Hinge], str]:
        first, condition = node.field("initializer"), node.field("condition")
        if first is not None:
            self._bare.bind(first)
        one, other = node.field("consequence"), node.field("alternative")
        truth = self._bare.truth(condition) if condition is not None else None
        if truth is None or condition is None:
            inner = [part for part in (one, other) if part is not None]
            return [piece for part in inner for piece in self._inside(statements(part))], ""
        said = self._source.dump(condition) if first is None else self._source.dump(first)
        asked = [(f"if {one}" if first is None else f"; {one}", said) for one in self._asked_besides(bare(condition))]
        taken, left = (one, other) if truth else (other, one)
        steps = statements(taken) if taken is not None else []
        if not all(self._is_idle(step) for step in steps):
            return [*asked, *self.over(steps)], ""
        leaves = any(ends(self._source, step) and bare(step).kind() not in _LEAVES for step in steps)
        found = [piece for step in (statements(left) if left is not None else []) for piece in self._left(step, said)]
        return [*asked, *found], said if leaves or any(bare(step).kind() in _LEAVES for step in steps) else ""

    def _let_else(self, node: SgNode) -> str:
        """Give what `let Ok(it) = asked else { return }` of Rust asks, where the bare world leaves the body there."""
        pattern, held, other = node.field("pattern"), node.field("value"), node.field("alternative")
        self._bare.asked = False
        found = self._bare.value(held) if held is not None else UNKNOWN
        steps = statements(other) if other is not None else []
        missed = found in {MISSING, None} and pattern is not None and pattern.text().startswith(("Ok", "Some"))
        gone = missed and self._bare.asked and all(self._is_idle(step) for step in steps)
        return self._source.dump(held) if gone and held is not None else ""

    def _asked_besides(self, condition: SgNode) -> Iterator[str]:
        """Give what a condition asks besides its surroundings, as it would stand at a head of its own."""
        left, right = condition.field("left"), condition.field("right")
        if condition.kind() != "binary_expression" or left is None or right is None:
            return
        for one, other in ((left, right), (right, left)):
            if self._bare.truth(one) is not None and self._bare.truth(other) is None:
                said = self._source.dump(bare(other))
                yield f"{said} {{" if self._source.table.family in {"go", "rust"} else f"( {said} )"

    def _switch(self, node: SgNode) -> list[Hinge]:
        """Give what is left out of a switch that asks for something that is not there."""
        asked = node.field("value") or node.field("condition")
        self._bare.asked = False
        found = self._bare.value(asked) if asked is not None else UNKNOWN
        arms = [arm for arm in walk(node) if arm.kind() in ARMS]
        if found in {UNKNOWN, FILE} or not self._bare.asked or asked is None:
            return []
        missed = re.compile(r"(?:Err|None)\b") if found in {MISSING, None} else re.compile(re.escape(f'"{found}"'))
        taken = [arm for arm in arms if catches_all(arm) or missed.match(arm.text())]
        if not all(self._is_idle(step) for arm in taken for step in arm_of(arm)[1]):
            return []
        said = self._source.dump(asked)
        others = [arm for arm in arms if not any(arm.range() == one.range() for one in taken)]
        return [piece for arm in others for step in arm_of(arm)[1] for piece in self._left(step, said)]

    def _choice(self, node: SgNode) -> list[Hinge] | None:
        """Give what a choice between values leaves out; None where it is no such choice."""
        condition, left = node.field("condition"), node.field("left")
        if node.kind() in _CHOICES and condition is not None:
            truth = self._bare.truth(condition)
            one, other = node.field("consequence"), node.field("alternative")
            taken, dropped = (one, other) if truth else (other, one)
            if truth is None or taken is None or dropped is None or any(called(part) for part in own(taken)):
                return None
            return list(self._left(dropped, self._source.dump(condition)))
        sign, right = node.field("operator"), node.field("right")
        if node.kind() != "binary_expression" or left is None or right is None or sign is None:
            return None
        truth = self._bare.truth(left) if sign.text() in {"&&", "||"} else None
        if truth is None or truth is not (sign.text() == "||"):
            return None
        return list(self._left(right, self._source.dump(left)))

    def _left(self, step: SgNode, said: str) -> Iterator[Hinge]:
        """Give the pieces of what is left out, each with what it hangs on."""
        last = bare(step)
        pieces = {last.range().start.index: last} if not parts(last) or _is_value(step) else {}
        for one in own(step):
            if _LEAF.fullmatch(one.kind()) or called(one):
                pieces.setdefault(one.range().start.index, one)
        yield from ((self._source.dump(one).removesuffix(" ;"), said) for one in pieces.values())

    def _is_idle(self, step: SgNode) -> bool:
        """Say whether a statement does nothing: it gives something fixed, or what was given, or tells somebody."""
        inner = bare(step)
        if inner.kind() in _LEAVES or inner.kind() == "empty_statement":
            return True
        if _FAILS.search(inner.text()) or "throw" in inner.kind() or self._source.table.fails.fullmatch(called(inner)):
            return False
        if inner.kind() in RETURNS:
            given = [
                one for part in parts(inner) for one in (parts(part) if part.kind() == "expression_list" else [part])
            ]
            return all(self._is_nothing(one) for one in given)
        if inner.kind() in BINDS or self._source.table.noise.fullmatch(called(inner)):
            return not any(_asks_work(self._source, one) for one in walk(inner))
        if inner.kind() in IFS or inner.kind() in BLOCKS:
            blocks = [part for part in (inner.field("consequence"), inner.field("alternative")) if part is not None]
            return all(self._is_idle(one) for part in blocks or [inner] for one in statements(part))
        return self._is_nothing(inner)

    def _is_nothing(self, node: SgNode) -> bool:
        plain = node.kind() in {"identifier", "this", "self", "unit_expression"}
        empty = re.fullmatch(r"\*?new\([\w.*\[\]]+\)|Default::default\(\)", node.text()) is not None
        return plain or empty or is_fixed(self._source, node, set())


def _is_value(step: SgNode) -> bool:
    return not step.kind().endswith(("_statement", "_declaration", "_item")) and step.kind() not in BLOCKS


def _asks_work(source: Source, node: SgNode) -> bool:
    name = called(node)
    return bool(name) and not source.table.noise.fullmatch(name) and not source.table.makers.fullmatch(name)
