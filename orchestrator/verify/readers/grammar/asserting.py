"""Calls that say by their name that they assert, in every language but Python. Never judges."""

import re

from ast_grep_py import SgNode

ASSERTING = re.compile(r"_*(?:assert|expect|verify|check|should|must|ensure)", re.IGNORECASE)
HELD = frozenset(
    ("variable_declarator", "short_var_declaration", "assignment_statement", "let_declaration", "expression_list")
)
"""What gives a name to a value."""


def says_to_assert(node: SgNode, name: str) -> bool:
    """Say whether a call asserts by its name: `check(x)`, but not `token = check(x)`, which is about what it gives."""
    if ASSERTING.match(name) is None:
        return False
    holder = node.parent()
    while holder is not None and holder.kind() in _PASSES_ON:
        holder = holder.parent()
    return _JUDGES.match(name) is not None or holder is None or holder.kind() not in HELD


_JUDGES = re.compile(r"_*(?:assert|expect)", re.IGNORECASE)
_PASSES_ON = frozenset({"await_expression", "try_expression", "parenthesized_expression", "non_null_expression"})
