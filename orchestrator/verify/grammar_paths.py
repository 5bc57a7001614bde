"""What a body gives on all its ways, in every language but Python: statements followed up to the first that does work.

Never runs what it reads.
"""

import re
from collections.abc import Sequence

from ast_grep_py import SgNode

from orchestrator.verify.code import Shape
from orchestrator.verify.grammar import Source, arguments, bare, called, parts, statements, walk
from orchestrator.verify.grammar_flow import IFS, LOOPS, truth_of
from orchestrator.verify.grammar_tables import BLOCKS, FUNCTIONS
from orchestrator.verify.grammar_use import is_key, is_work
from orchestrator.verify.grammar_values import BINDS, fixes, is_fixed

_STEPS = 400
"""Statements followed before a body is taken for one that works."""

_RETURNS = frozenset({"return_statement", "return_expression"})
_CHANGES = frozenset(
    (
        *("assignment_expression", "augmented_assignment_expression", "compound_assignment_expr", "update_expression"),
        *("yield_expression", "await_expression", "try_expression", "spread_element", "send_statement", "go_statement"),
        *("inc_statement", "dec_statement", "assignment_statement", "delete_expression", "macro_invocation"),
    )
)
_NAMES = frozenset({"identifier", "this", "self", "shorthand_property_identifier"})
_EQUALS = re.compile(r"(?:.*\.)?(?:equals|equalsIgnoreCase|contentEquals|eq)", re.DOTALL)
_WRAPS = frozenset({"else_clause", "parenthesized_expression", "expression_statement"})


class _WorksError(Exception):
    """Something was met that does work, or that nobody can see through."""


def outcome(source: Source, alive: Sequence[SgNode], names: frozenset[str]) -> Shape:
    """Tell whether a body gives the same on all its ways, or what only depends on how its arguments compare.

    `names` are its parameters. REAL where anything else is done, or no way ends it.
    """
    paths = _Paths(source, names)
    try:
        paths.follow(alive)
    except (_WorksError, RecursionError):
        return Shape.REAL
    if not paths.given:
        return Shape.REAL
    if not any(paths.given):
        return Shape.EMPTY
    if len(set(paths.given)) == 1 and paths.ended:
        return Shape.CONSTANT
    return Shape.ANSWERS if paths.told and paths.ended else Shape.REAL


class _Paths:
    """Follows a body. `given` are the constants it gives back, `told`: it only tells its arguments apart.

    `ended`: it does not come to its end without giving something.
    """

    def __init__(self, source: Source, names: frozenset[str]) -> None:
        self.given: list[str] = []
        self.told = True
        self.ended = False
        self._source = source
        self._names = names
        self._constants: set[str] = set()
        self._left = _STEPS

    def follow(self, steps: Sequence[SgNode]) -> None:
        """Follow statements up to one that leaves the body."""
        for step in steps:
            self.ended = self._follow(bare(step), step)
            if self.ended:
                return

    def _follow(self, node: SgNode, step: SgNode) -> bool:  # noqa: C901 - a table of statements
        self._left -= 1
        if self._left < 0:
            raise _WorksError
        kind = node.kind()
        if kind in _RETURNS:
            self._give(parts(node))
            return True
        if kind in IFS:
            return self._if(node)
        if kind in BLOCKS:
            return self._block(node)
        if kind in LOOPS:
            self._loop(node)
        elif kind in BINDS:
            if not fixes(self._source, node, self._constants):
                self._look(node)
        elif kind == "empty_statement":
            pass
        elif kind == "expression_statement" or step.kind() == "expression_statement":
            if not self._source.table.noise.fullmatch(called(node)):
                self._look(node)
        elif self._source.table.family == "rust" and not kind.endswith("_item"):
            self._give([node])
            return True
        else:
            raise _WorksError
        return False

    def _give(self, values: Sequence[SgNode]) -> None:
        if not all(is_fixed(self._source, value, self._constants) for value in values):
            raise _WorksError
        self.given.append(" ".join(self._source.dump(value) for value in values))

    def _block(self, node: SgNode | None) -> bool:
        if node is None:
            return False
        if node.kind() in _WRAPS:
            return self._inside(parts(node))
        return self._inside(statements(node))

    def _inside(self, steps: Sequence[SgNode]) -> bool:
        return any(self._follow(bare(step), step) for step in steps)

    def _if(self, node: SgNode) -> bool:
        condition = node.field("condition")
        if condition is None or node.field("initializer") is not None:
            raise _WorksError
        self._look(condition)
        if truth_of(node) is None:
            self.told = self.told and self._tells_apart(condition)
        one, other = self._block(node.field("consequence")), self._block(node.field("alternative"))
        return one and other

    def _loop(self, node: SgNode) -> None:
        body = node.field("body")
        for part in parts(node):
            if body is None or part.range().start.index != body.range().start.index:
                self._look(part)
        self.told = False
        self._block(body)

    def _look(self, node: SgNode) -> None:
        """Go through an expression; nothing in it may do work, or change anything."""
        for part in walk(node):
            self._left -= 1
            if part.kind() in _CHANGES or part.kind() in FUNCTIONS or self._left < -_STEPS:
                raise _WorksError
            if is_work(self._source, part) and not self._compares(part):
                raise _WorksError

    def _compares(self, node: SgNode) -> bool:
        """Say whether a call asks whether something equals a constant."""
        owner = node.field("object") or node.field("function")
        sides = [*arguments(node), *([owner] if owner is not None else [])]
        return _EQUALS.fullmatch(called(node)) is not None and any(
            part.kind() in self._source.table.literals for side in sides for part in [side, *parts(side)]
        )

    def _tells_apart(self, condition: SgNode) -> bool:
        """Say whether a condition does no more than compare arguments with constants."""
        asked = [part for part in walk(condition) if part.kind() in _NAMES and part.text() in self._names]
        called_on = any(self._compares(part) for part in walk(condition))
        return bool(asked) and (called_on or all(is_key(self._source, part) for part in asked))
