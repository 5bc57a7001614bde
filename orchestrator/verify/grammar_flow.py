"""Which statements of a body can be reached, in every language but Python. Never judges."""

from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.grammar import Source, bare, called, parts, statements

_IFS = frozenset({"if_statement", "if_expression"})
_LOOPS = frozenset({"while_statement", "while_expression"})
_ENDS = frozenset(
    (
        *("return_statement", "return_expression", "throw_statement", "break_statement", "continue_statement"),
        *("break_expression", "continue_expression", "goto_statement"),
    )
)
_EMPTY = frozenset({"array", "array_expression"})


def reachable(source: Source, steps: Sequence[SgNode]) -> Iterator[SgNode]:
    """Give the statements that can be reached: nothing behind a return or throw, nothing under `if (false)`."""
    for step in steps:
        inner = bare(step)
        known = _known(inner) if inner.kind() in _IFS or inner.kind() in _LOOPS else None
        if inner.kind() in _IFS and known is not None:
            branch = inner.field("consequence" if known else "alternative")
            taken = list(reachable(source, statements(branch))) if branch is not None else []
            yield from taken
            if taken and ends(source, taken[-1]):
                return
        elif inner.kind() in _LOOPS and known is False:
            continue
        elif not _runs_never(inner):
            yield step
            if ends(source, step):
                return


def ends(source: Source, step: SgNode) -> bool:
    """Say whether nothing behind a statement runs."""
    inner = bare(step)
    return inner.kind() in _ENDS or bool(source.table.fails.fullmatch(called(inner)))


def _known(node: SgNode) -> bool | None:
    """Give the truth of a constant condition; None where it depends on something."""
    condition = node.field("condition")
    if condition is None:
        return None
    text = "".join(bare(condition).text().split())
    if text in {"true", "1", "!false", "!0", "1==1", "1===1"}:
        return True
    return False if text in {"false", "0", "!true", "!1", "1==2", "1===2"} else None


def _runs_never(node: SgNode) -> bool:
    """Say whether a loop goes over nothing."""
    if node.kind() not in {"for_in_statement", "for_expression", "enhanced_for_statement"}:
        return False
    over = node.field("right") or node.field("value")
    return over is not None and over.kind() in _EMPTY and not parts(over)
