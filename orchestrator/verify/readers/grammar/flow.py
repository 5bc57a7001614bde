"""Which statements of a body can be reached, in every language but Python. Never judges."""

import re
from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.flags import known, settled
from orchestrator.verify.readers.grammar.source import Source, bare, called, parts, statements, walk
from orchestrator.verify.readers.grammar.tables import BLOCKS

IFS = frozenset({"if_statement", "if_expression"})
LOOPS = frozenset(
    (
        *("while_statement", "while_expression", "for_statement", "for_in_statement", "for_expression"),
        *("enhanced_for_statement", "loop_expression", "do_statement"),
    )
)
_ENDS = frozenset(
    (
        *("return_statement", "return_expression", "throw_statement", "break_statement", "continue_statement"),
        *("break_expression", "continue_expression", "goto_statement"),
    )
)
_GOES = frozenset(
    {"break_statement", "continue_statement", "break_expression", "continue_expression", "goto_statement"}
)
_BREAKS = frozenset({"break_statement", "break_expression"})
_SWITCHES = frozenset({"switch_statement", "expression_switch_statement", "match_expression", "switch_expression"})
_LONG = 120
"""No condition that is known beforehand is longer."""
_EMPTY = re.compile(
    r"\[\s*\]|(?:&?\[\][\w.*\[\]]+|map\[[\w.]+\][\w.*]+)\s*\{\s*\}|0\s*\.\.\s*0"
    r"|(?:List|Set|Stream|Arrays)\.(?:of|empty|asList)\(\)"
    r"|Collections\.empty\w+\(\)|new Array\(\)|vec!\[\s*\]"
    r"|(?:std::)?iter::empty\w*(?:::<.*>)?\(\)|\w+\[:0\]|\(\s*\)|new \w+\[0\]"
)


def reachable(source: Source, steps: Sequence[SgNode]) -> Iterator[SgNode]:
    """Give the statements that can be reached: nothing behind a return or throw, nothing under `if (false)`."""
    return iter(_way(source, steps)[0])


def _way(source: Source, steps: Sequence[SgNode]) -> tuple[list[SgNode], bool]:
    """Give the statements that can be reached, and whether the last of them ends the body.

    Both at once: who asked a second time at each level would ask for ever of a long chain of `else if`.
    """
    found: list[SgNode] = []
    for step in steps:
        inner, ended = bare(step), False
        known = truth_of(source, inner) if inner.kind() in IFS else None
        if known is not None:
            branch = inner.field("consequence" if known else "alternative")
            taken, ended = _way(source, statements(branch)) if branch is not None else ([], False)
            found += taken
        elif not never_runs(source, inner):
            found.append(step)
            ended = ends(source, step)
        if ended:
            return found, True
    return found, False


def ends(source: Source, step: SgNode) -> bool:
    """Say whether nothing behind a statement of the same body runs."""
    inner = bare(step)
    return inner.kind() in _ENDS or _leaves(source, inner)


def _leaves(source: Source, node: SgNode) -> bool:
    """Say whether a statement always leaves the function, or never comes to its end."""
    kind = node.kind()
    if kind in _ENDS:
        return kind not in _GOES
    if source.table.fails.fullmatch(called(node)):
        return True
    if kind in BLOCKS:
        return _end(source, node)
    if kind == "unsafe_block":
        return any(_end(source, part) for part in parts(node) if part.kind() in BLOCKS)
    if kind in IFS:
        one, other = node.field("consequence"), node.field("alternative")
        return one is not None and other is not None and _end(source, one) and _end(source, other)
    if kind in LOOPS:
        return _leaves_loop(source, node)
    if kind in _SWITCHES:
        return _leaves_switch(source, node)
    if kind == "select_statement":
        return not parts(node)
    if kind == "try_statement":
        return _leaves_try(source, node)
    return False


def _end(source: Source, block: SgNode) -> bool:
    return _way(source, statements(block))[1]


def _leaves_loop(source: Source, node: SgNode) -> bool:
    """Say whether a loop that has no end, or one that is always entered, leaves the function."""
    always_entered = node.kind() in {"loop_expression", "do_statement"} or truth_of(source, node) is True
    endless = always_entered or _has_no_condition(node)
    body = node.field("body")
    if not endless or body is None or any(one.kind() in _BREAKS for one in walk(body)):
        return False
    alive, ended = _way(source, statements(body))
    if ended and bare(alive[-1]).kind() not in _GOES:
        return True
    return node.kind() != "do_statement" and not any(one.kind() in {*_GOES, *_RETURNS} for one in walk(body))


def leaves_at_once(source: Source, loop: SgNode, body: SgNode) -> bool:
    """Say whether a loop leaves in its first round; one that asks only behind it is left then, or goes on."""
    alive, ended = _way(source, statements(body))
    goes = {"continue_statement", "continue_expression", "goto_statement"}
    return (
        ended
        and loop.kind() != "do_statement"
        and not any(one.kind() in goes for one in walk(body))
        and bare(alive[-1]).kind() not in goes
    )


_RETURNS = frozenset({"return_statement", "return_expression", "try_expression", "await_expression"})


def _has_no_condition(node: SgNode) -> bool:
    """Say whether it is Go's `for {`, or `for (;;)`."""
    if node.kind() != "for_statement":
        return False
    head = "".join(node.text().partition("{")[0].split())
    return head in {"for", "for(;;)"}


def _leaves_switch(source: Source, node: SgNode) -> bool:
    """Say whether every way through a switch leaves, and there is one for whatever is asked."""
    arms = [one for one in walk(node) if one.kind() in _ARMS]
    caught = [one for one in arms if re.match(r"default\b|_\s*=>", one.text())]
    if not caught:
        return False
    return all(_arm_ends(source, one) for one in arms if one.text().strip())


_ARMS = frozenset(
    {"switch_case", "switch_default", "expression_case", "default_case", "match_arm", "switch_block_statement_group"}
)


def _arm_ends(source: Source, arm: SgNode) -> bool:
    value = arm.field("value")
    if arm.kind() == "match_arm":
        return value is not None and ends(source, value)
    steps = [one for part in parts(arm) for one in statements(part) if one.kind() != "switch_label"]
    return any(one.kind() not in _GOES and ends(source, one) for one in steps) or not steps


def _leaves_try(source: Source, node: SgNode) -> bool:
    last = next((part for part in parts(node) if part.kind() == "finally_clause"), None)
    if last is not None and any(_end(source, part) for part in parts(last)):
        return True
    body, handlers = node.field("body"), [part for part in parts(node) if part.kind() == "catch_clause"]
    caught = [handler.field("body") for handler in handlers] + [node.field("handler")]
    blocks = [block.field("body") or block for block in caught if block is not None]
    return body is not None and _end(source, body) and all(_end(source, block) for block in blocks)


def throws_away(source: Source, node: SgNode) -> bool:
    """Say whether a `try` ends in a `finally` that returns: whatever it gave or threw is lost."""
    for part in parts(node) if node.kind() == "try_statement" else ():
        if part.kind() == "finally_clause" and any(_end(source, inner) for inner in parts(part)):
            return True
    return False


def truth_of(source: Source, node: SgNode) -> bool | None:
    """Give the truth of a statement's condition where it is constant; None where it depends on something."""
    condition = node.field("condition")
    if condition is None:
        return None
    inner = bare(condition)
    return known(settled(inner, source.text) if len(inner.text()) < _LONG else inner.text())


def is_empty(text: str) -> bool:
    """Say whether an expression is a collection of nothing."""
    return _EMPTY.fullmatch(text.strip()) is not None


def never_runs(source: Source, node: SgNode) -> bool:
    """Say whether a loop is never entered."""
    kind = node.kind()
    if kind in {"while_statement", "while_expression"}:
        return truth_of(source, node) is False
    if kind not in LOOPS:
        return False
    over = node.field("right") or node.field("value")
    for part in parts(node):
        if part.kind() == "range_clause":
            over = part.field("right")
        elif part.kind() == "for_clause" and (condition := part.field("condition")) is not None:
            return known(condition.text()) is False
    if kind == "for_statement" and (condition := node.field("condition")) is not None:
        return known(condition.text().rstrip(";")) is False
    return over is not None and is_empty(over.text())
