"""Which tests of JavaScript a runner comes by: not those in functions nobody calls, or in loops over nothing.

Never runs them.
"""

import re
from functools import lru_cache

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.emptiness import is_nothing
from orchestrator.verify.readers.grammar.flags import known, settled
from orchestrator.verify.readers.grammar.flow import IFS
from orchestrator.verify.readers.grammar.handed import NOT_RUN, not_run_by
from orchestrator.verify.readers.grammar.skipping import ENVIRONMENT, Mark
from orchestrator.verify.readers.grammar.source import Source, called, name_of

NOBODY = "stands in a function that nobody calls"
NO_TIMES = "stands in a loop over nothing"
_LITERALS = frozenset({"arrow_function", "function_expression"})
_EACH = re.compile(r".*\.(?:forEach|map|each)")


def never_run(source: Source, test: SgNode, root: str, callback: SgNode | None) -> str:
    """Say why no runner comes by a test; nothing where one does."""
    own = callback is not None and root in _made(source.text)
    if own and callback is not None and not_run_by(source, test, callback, root) == NOT_RUN:
        return f"is given to a `{root}` of its own, which runs nothing"
    below = test
    for one in test.ancestors():
        why = _never(source, one, below)
        if why:
            return why
        below = one
    return ""


@lru_cache(maxsize=128)
def _made(text: str) -> frozenset[str]:
    """Give what a file gives a name, which may be that of a runner's."""
    return frozenset(re.findall(r"\b(?:function|const|let|var)\s+([A-Za-z_$][\w$]*)", text))


def _never(source: Source, one: SgNode, below: SgNode) -> str:
    kind = one.kind()
    if kind == "for_in_statement":
        over = one.field("right")
        return NO_TIMES if over is not None and is_nothing(filled(source, over.text())) else ""
    if kind == "call_expression" and _EACH.fullmatch("".join(called(one).split())) and below.kind() == "arguments":
        owner = (one.field("function") or one).field("object")
        return NO_TIMES if owner is not None and is_nothing(filled(source, owner.text())) else ""
    if kind == "function_declaration":
        return NOBODY if _is_left(source, one, name_of(one)) else ""
    if kind == "variable_declarator" and below.kind() in _LITERALS:
        return NOBODY if _is_left(source, one, name_of(one)) else ""
    if kind in IFS and _is_at(one.field("consequence"), below):
        condition = one.field("condition")
        return "stands where nothing runs" if condition is not None and known(settled(condition)) is False else ""
    return ""


def marks_around(test: SgNode) -> list[Mark]:
    """Give the conditions by whoever runs the tests under which alone a test is there."""
    found: list[Mark] = []
    below = test
    for one in test.ancestors():
        condition = one.field("condition") if one.kind() in IFS and _is_at(one.field("consequence"), below) else None
        if condition is not None and ENVIRONMENT.search(condition.text()):
            found.append(Mark(f"if {' '.join(condition.text().split())[:60]}", always=False))
        below = one
    return found


def filled(source: Source, text: str) -> str:
    """Give what a name of the file stands for, where it is given one value and nothing is added to it."""
    name = re.match(r"\s*([A-Za-z_$][\w$]*)\b", text)
    if name is None:
        return text
    word = re.escape(name[1])
    given = re.findall(rf"\b(?:const|let|var)\s+{word}\s*(?::[^=\n]+)?=\s*(\[\s*\]|\{{\s*\}}|new \w+\(\))", source.code)
    changed = rf"(?<![\w$.]){word}\s*(?:\.\s*(?:push|unshift|add|set|concat|splice)\b|\[[^\]]*\]\s*=[^=]|=(?![=>]))"
    if len(given) != 1 or len(re.findall(changed, source.code)) > 1:
        return text
    return text.replace(name[1], given[0], 1)


def _is_left(source: Source, node: SgNode, name: str) -> bool:
    """Say whether a function is mentioned nowhere but where it is made."""
    holder = node.parent()
    if not name or (holder is not None and holder.text().startswith("export")):
        return False
    outer = holder.parent() if holder is not None else None
    if outer is not None and outer.text().startswith("export"):
        return False
    return len(re.findall(rf"(?<![\w$.]){re.escape(name)}\b", source.code)) == 1


def _is_at(one: SgNode | None, other: SgNode) -> bool:
    return one is not None and one.range().start.index == other.range().start.index
