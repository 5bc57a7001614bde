"""Pieces of a body that nothing ever comes to, at any depth, in every language but Python. Never runs what it reads."""

from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.flags import known, settled
from orchestrator.verify.readers.grammar.flow import IFS, never_runs, reachable, truth_of
from orchestrator.verify.readers.grammar.source import Source, bare, called, own, parts, statements
from orchestrator.verify.readers.grammar.tables import BLOCKS

_ARMS = frozenset({"switch_case", "switch_default", "expression_case", "default_case", "switch_block_statement_group"})
_CHOICES = frozenset({"ternary_expression", "conditional_expression"})
_WORK = frozenset(
    (
        *("throw_statement", "assignment_expression", "assignment_statement", "short_var_declaration"),
        *(
            "augmented_assignment_expression",
            "compound_assignment_expr",
            "new_expression",
            "object_creation_expression",
        ),
    )
)


def dead(source: Source, steps: Sequence[SgNode]) -> tuple[str, ...]:
    """Give the statements and values of a body that do work and are never come to, each as its tokens."""
    if any(one.kind() == "goto_statement" for step in steps for one in own(step)):
        return ()  # what is come to is not followed then
    found = list(_behind(source, steps))
    for step in steps:
        for one in own(step):
            found += _within(source, one)
    return tuple(dict.fromkeys(source.dump(piece) for piece in found if _is_work(piece)))


def _is_work(node: SgNode) -> bool:
    return any(called(one) or one.kind() in _WORK for one in own(node))


def _within(source: Source, node: SgNode) -> Iterator[SgNode]:
    """Give what stands right in a piece and never has its turn."""
    kind = node.kind()
    if kind in BLOCKS:
        yield from _behind(source, statements(node))
    elif kind in _ARMS:
        yield from _behind(source, [one for one in parts(node) if one.kind().endswith("_statement")])
    elif kind in IFS:
        truth = truth_of(source, node)
        left = node.field("alternative" if truth else "consequence") if truth is not None else None
        yield from statements(left) if left is not None and not _asks_a_flag(node) else ()
    elif kind in _CHOICES:
        truth = truth_of(source, node)
        left = node.field("alternative" if truth else "consequence") if truth is not None else None
        yield from (left,) if left is not None else ()
    elif kind == "binary_expression":
        yield from _not_asked(source, node)
    elif never_runs(source, node):
        yield from (one for part in [node.field("body")] if part is not None for one in statements(part))


def _behind(source: Source, steps: Sequence[SgNode]) -> Iterator[SgNode]:
    """Give the statements of a block behind what leaves it; what is declared there is hoisted."""
    alive = list(reachable(source, steps))
    reached = {step.range().start.index for step in alive}
    for step in steps:
        inner = bare(step)
        settled_itself = never_runs(source, inner) or (inner.kind() in IFS and truth_of(source, inner) is not None)
        hoisted = step.kind().endswith(("function_declaration", "_item", "class_declaration"))
        if step.range().start.index not in reached and not settled_itself and not hoisted:
            yield step


def _not_asked(source: Source, node: SgNode) -> Iterator[SgNode]:
    """Give the right side of `false && it`, `true || it`."""
    left, right = node.field("left"), node.field("right")
    sign = next((child.text() for child in node.children() if child.text() in {"&&", "||"}), "")
    if left is not None and right is not None and sign:
        truth = known(settled(bare(left), source.text)) if len(left.text()) < _LONG else None
        if truth is (sign == "||"):
            yield right


_LONG = 60


def _asks_a_flag(node: SgNode) -> bool:
    condition = node.field("condition")
    return condition is not None and known(condition.text()) is None
