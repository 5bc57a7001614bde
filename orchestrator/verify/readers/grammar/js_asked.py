"""Conditions of JavaScript that, asserted to hold, are assertions of equality. Never runs them."""

import re

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, parts
from orchestrator.verify.readers.grammar.testing import assertion
from orchestrator.verify.readers.trials import NONE, STRICT, TRUTH, Assertion

_EQUAL = re.compile(r"(?:\w+\.)?(?:deepEqual|isEqual|isDeepStrictEqual|deepStrictEqual|equals)")
_SPIED = re.compile(r".+\.(?:called(?:Once)?With(?:Exactly|Match)?)")
_COMPARED = 2


def as_equality(source: Source, node: SgNode, condition: SgNode) -> Assertion | None:
    """Read `assert.ok(a === b)` as what it says: both are equal; None where that is not what it asks."""
    asked = bare(condition)
    sides = _sides(source, asked)
    if len(sides) != _COMPARED:
        return None
    same = source.dump(sides[0]) == source.dump(sides[1])
    kind = any(side.text().startswith("typeof ") for side in sides)
    return assertion(source, node, [*sides, asked], NONE if same else TRUTH if kind else STRICT, "assert")


def _sides(source: Source, asked: SgNode) -> list[SgNode]:
    """Give what a condition holds to be equal: both sides, or a spy and what it should have been called with."""
    operator = asked.field("operator")
    if asked.kind() == "binary_expression" and operator is not None and operator.text() in {"===", "=="}:
        return [bare(side) for side in parts(asked) if side.text() != operator.text()]
    name, given = called(asked), arguments(asked)
    if _EQUAL.fullmatch(name) and len(given) == _COMPARED and not _is_their_own(source, name.partition(".")[0]):
        return given
    spy = (asked.field("function") or asked).field("object")
    return [spy, *given[:1]] if _SPIED.fullmatch(name) and given and spy is not None else []


def _is_their_own(source: Source, name: str) -> bool:
    """Say whether a file makes a function itself, which may say that anything is equal."""
    word = re.escape(name)
    own = rf"\bfunction\s+{word}\b|\b(?:const|let|var)\s+{word}\s*=(?!\s*(?:await\s+import|require)\b)"
    return re.search(own, source.text) is not None
