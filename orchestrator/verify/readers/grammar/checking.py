"""What a body refuses, and what it only asserts where assertions are on, in every language but Python. Never judges."""

import re
from collections.abc import Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.flow import IFS
from orchestrator.verify.readers.grammar.source import NAME, Source, arguments, bare, called, parts, statements, walk

_SURE = re.compile(
    r"(?:\w+::)*(?:assert(?:_eq|_ne)?|ensure)!|(?:assert(?:\.ok)?|invariant|Preconditions\.\w+|Validate\.\w+)"
)
_SOFT = re.compile(r"(?:\w+::)*debug_assert(?:_eq|_ne)?!|console\.assert")


def checks(source: Source, steps: Sequence[SgNode]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give what a body refuses in any case, and what it does only where assertions are on: the names each speaks of."""
    sure: list[str] = []
    soft: list[str] = []
    for node in (one for step in steps for one in walk(step)):
        kind, name = node.kind(), called(node)
        if kind in IFS and (condition := node.field("condition")) is not None and _only_fails(source, node):
            sure.append(_words(source.dump(condition)))
        elif kind == "assert_statement":
            soft.append(_words(source.dump(parts(node)[0])))
        elif _SURE.fullmatch(name) or _SOFT.fullmatch(name):
            given = arguments(node)[:1] if not name.endswith("!") else parts(node)[1:]
            told = " ".join(source.dump(one) for one in given)
            (soft if _SOFT.fullmatch(name) else sure).append(_words(told))
    return tuple(one for one in sure if one), tuple(one for one in soft if one)


def _words(text: str) -> str:
    """Give the names and numbers in a text, without what it says in words."""
    plain = re.sub(r"([\"'`]).*?\1", "", text)
    return " ".join(sorted({*NAME.findall(plain), *re.findall(r"(?<![\w.])\d+", plain)} - {"is_ok", "true", "false"}))


def _only_fails(source: Source, node: SgNode) -> bool:
    body = node.field("consequence")
    inner = [bare(one) for one in statements(body)] if body is not None else []
    return len(inner) == 1 and (
        inner[0].kind() == "throw_statement"
        or source.table.fails.fullmatch(called(inner[0])) is not None
        or re.match(r"return Err\b", inner[0].text()) is not None
        or (source.table.family == "go" and _GIVES_ERROR.match(inner[0].text()) is not None)
    )


_GIVES_ERROR = re.compile(
    r"return (?:[^\n]*,\s*)?(?:\w+\.)?(?:[eE]rr\w*|errors\.\w+\([^\n]*|\w*Errorf?\([^\n]*|&?\w*Error\{[^\n]*)$"
)


_SAME = frozenset({"==", "!=", "===", "!=="})
_EQUALS = re.compile(r"(?:.*\.\s*)?(?:equals|eq|ne|Equal|DeepEqual|is|isDeepStrictEqual|deepEqual)", re.DOTALL)
_TWO = 2


def compares(source: Source, steps: Sequence[SgNode]) -> tuple[tuple[str, str], ...]:
    """Give the two sides of what a body takes for the same, or not, each as its tokens."""
    found: list[tuple[str, str]] = []
    for node in (one for step in steps for one in walk(step)):
        left, right, sign = node.field("left"), node.field("right"), node.field("operator")
        if node.kind() == "binary_expression" and left is not None and right is not None and sign is not None:
            found += [(source.dump(bare(left)), source.dump(bare(right)))] if sign.text() in _SAME else []
        elif (name := called(node)) and _EQUALS.fullmatch(name):
            function = node.field("function") or node
            owner = node.field("object") or function.field("object") or function.field("value")
            given = arguments(node)
            sides = given if len(given) == _TWO else [*([owner] if owner is not None else []), *given]
            if len(sides) == _TWO:
                found.append((source.dump(bare(sides[0])), source.dump(bare(sides[1]))))
    return tuple(found)
