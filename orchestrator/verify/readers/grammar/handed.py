"""What a file's own functions do with the functions they are handed: nothing, or only where asked. Not of Python.

Never runs what it reads.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.flow import IFS
from orchestrator.verify.readers.grammar.skipping import ENVIRONMENT
from orchestrator.verify.readers.grammar.source import Source, arguments, name_of, parts, walk

NOT_RUN = "is handed to a function that does not run it"
_LITERALS = frozenset(
    {"func_literal", "arrow_function", "function_expression", "closure_expression", "lambda_expression"}
)
_NAMED = frozenset({"function_declaration", "function_item", "method_declaration", "method_definition"})
_HELD = frozenset({"variable_declarator", "short_var_declaration", "let_declaration"})


def not_run_by(source: Source, call: SgNode, value: SgNode, name: str) -> str:
    """Say why what a call is handed is not run by whom it calls: a function of this file that has no use for it."""
    last = re.split(r"::|\.", name)[-1]
    owner = name[: -len(last)].rstrip(".:")
    if not last or owner not in {"", "this", "self", "Self"}:
        return ""
    made = _functions(source).get(last, [])
    place = next((at for at, one in enumerate(arguments(call)) if _is_at(one, value)), -1)
    body = made[0].field("body") if len(made) == 1 else None
    if body is None or place < 0:
        return ""
    given = _parameters(made[0])
    if len(given) <= place or "..." in given[place]:
        return ""
    own = given[place].lstrip("_") if given[place].startswith("_") else given[place]
    uses = [
        one for one in walk(body) if one.kind() in {"identifier", "shorthand_property_identifier"} and one.text() == own
    ]
    if not own or not uses:
        return NOT_RUN
    asked = [_asked(one, body) for one in uses]
    return f"runs only as `{asked[0]}` says" if all(asked) else ""


@lru_cache(maxsize=32)
def _functions(source: Source) -> Mapping[str, list[SgNode]]:
    """Give the functions of a file by what they are called."""
    found: dict[str, list[SgNode]] = {}
    for one in walk(source.root):
        if one.kind() in _NAMED or one.kind() in _LITERALS:
            found.setdefault(_called_so(one), []).append(one)
    return found


def _called_so(node: SgNode) -> str:
    if node.kind() in _NAMED:
        return name_of(node)
    holder = node.parent()
    while holder is not None and holder.kind() == "expression_list":
        holder = holder.parent()
    if holder is None or holder.kind() not in _HELD:
        return ""
    named = holder.field("name") or holder.field("left") or holder.field("pattern")
    return named.text() if named is not None else ""


def _parameters(node: SgNode) -> list[str]:
    """Give what a function calls what it is given, in order; nothing for one that it gives no name."""
    held = node.field("parameters") or node.field("parameter")
    if held is None:
        return []
    if held.kind() == "identifier":
        return [held.text()]
    found: list[str] = []
    for one in parts(held):
        names = [part.text() for part in one.field_children("name")] or [
            part.text() for field in ("pattern", "name") if (part := one.field(field)) is not None
        ]
        if one.kind() == "identifier":
            names = [one.text()]
        found += [f"...{name}" for name in names] if "..." in one.text() else names or [""]
    return found


def _asked(use: SgNode, body: SgNode) -> str:
    """Give the condition by whoever runs the tests under which alone something is used."""
    for one in use.ancestors():
        if one.range().start.index < body.range().start.index:
            break
        condition = one.field("condition") if one.kind() in IFS else None
        if condition is not None and ENVIRONMENT.search(condition.text()):
            return " ".join(condition.text().split())[:60]
    return ""


def _is_at(one: SgNode, other: SgNode) -> bool:
    return one.range().start.index == other.range().start.index and one.range().end.index == other.range().end.index
