"""The arms of a `switch` or `match`, in every language but Python. Never judges."""

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import parts, statements
from orchestrator.verify.readers.grammar.tables import BLOCKS

ARMS = frozenset(
    (
        *("switch_case", "switch_default", "expression_case", "default_case", "match_arm"),
        *("switch_block_statement_group", "switch_rule"),
    )
)


def arm_of(arm: SgNode) -> tuple[list[SgNode], list[SgNode]]:
    """Give what an arm of a switch asks for, and its statements."""
    value = arm.field("value")
    if arm.kind() == "match_arm":
        pattern = arm.field("pattern")
        return ([pattern] if pattern is not None else []), ([value] if value is not None else [])
    heads: list[SgNode] = []
    body: list[SgNode] = []
    for part in parts(arm):
        if part.kind() == "switch_label":
            heads += parts(part)
        elif value is not None and part.range().start.index == value.range().start.index:
            heads += parts(part) if part.kind() == "expression_list" else [part]
        else:
            body += statements(part) if part.kind() in BLOCKS else [part]
    return heads, body


def catches_all(arm: SgNode) -> bool:
    """Say whether an arm is taken whatever is asked."""
    text = arm.text().lstrip()
    return text.startswith(("default", "_ =>", "_=>"))
