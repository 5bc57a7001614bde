"""Where a failed assertion is caught and nobody hears of it, in every language but Python. Never runs what it reads."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.quiet import recovers
from orchestrator.verify.readers.grammar.source import (
    Source,
    arguments,
    bare,
    called,
    name_of,
    parts,
    read,
    statements,
    walk,
)
from orchestrator.verify.readers.grammar.tables import BLOCKS, Table

CAUGHT = "stands where its failure is caught and nobody is told"
_FAILURES = re.compile(
    r"(?:^|\W)(?:Throwable|Error|AssertionError|AssertionFailedError|ComparisonFailure|MultipleFailuresError)\b"
)
_SKIPS = re.compile(r"TestAborted|SkipException|AssumptionViolated|TestSkipped|SkipError|[sS]kip\b|pending")
_QUIET = re.compile(
    r"console\.\w+|(?:\w+\.)*(?:log(?:ger)?|LOG(?:GER)?)(?:\.\w+)?|System\.(?:out|err)\.\w+|process\.std\w+\.write|\w+\.printStackTrace"
    r"|(?:\w+\.)*(?:skip|pending|abort|assume\w*|log|debug|info|warn|toString|getMessage|push|add|set|put|diagnostic)"
    r"|String|noop|done|next|cb|callback|resolve|Thread\.sleep|clearTimeout"
)
_SPARED = re.compile(r"!==?\s*['\"]\w*Assert\w*|!\s*\(.*instanceof\s+(?:\w*Assertion\w*|Error)\b")
_ABOUT_ITSELF = re.compile(r"toBe(?:Defined|Truthy)|not\.toBe(?:Null|Undefined)|assertNotNull|\bok$|isNotNull|exists?$")


def keeps_quiet(source: Source, tried: SgNode, whole: SgNode) -> bool:
    """Say whether a `try` catches failed assertions and nobody hears of them: it skips, tells, or does nothing."""
    clauses = [one for one in parts(tried) if one.kind() == "catch_clause"]
    return any(_catches(source, one) and _is_quiet(one, tried, whole) for one in clauses)


def _catches(source: Source, clause: SgNode) -> bool:
    if source.table.family == "js":
        return True
    kinds = next((part.text() for part in walk(clause) if part.kind() == "catch_type"), "")
    return _FAILURES.search(kinds) is not None


def _is_quiet(clause: SgNode, tried: SgNode, whole: SgNode) -> bool:
    body = clause.field("body")
    if body is None:
        return False
    given = clause.field("parameter")
    caught = given.text() if given is not None else _name_of_caught(clause)
    if any(_is_loud(one, caught) for one in walk(body)):
        return False
    rest = f"{_before(tried, whole)} {_behind(tried, whole)}"
    if re.search(r"\bthrow\b", rest) or _is_asked_again(tried, whole):
        return False  # who tries again may fail in the end
    return not any(re.search(rf"(?<![\w$.]){re.escape(name)}\b", _behind(tried, whole)) for name in _noted(body))


def _name_of_caught(clause: SgNode) -> str:
    return next((name_of(part) for part in walk(clause) if part.kind() == "catch_formal_parameter"), "")


def _before(node: SgNode, whole: SgNode) -> str:
    return whole.text()[: max(0, node.range().start.index - whole.range().start.index)]


def _behind(node: SgNode, whole: SgNode) -> str:
    return whole.text()[max(0, node.range().end.index - whole.range().start.index) :]


def _is_asked_again(tried: SgNode, whole: SgNode) -> bool:
    """Say whether a loop without end goes on until it holds."""
    edge = whole.range().start.index
    for one in tried.ancestors():
        if one.range().start.index < edge:
            return False
        if one.kind() in {"while_statement", "for_statement", "do_statement"}:
            head = "".join(one.text().partition("{")[0].split())
            return head in {"while(true)", "for(;;)"}
    return False


def _noted(body: SgNode) -> Iterator[str]:
    """Give the names a handler puts something into."""
    for one in walk(body):
        left = one.field("left") if one.kind() == "assignment_expression" else None
        owner = one.field("object") if one.kind() in {"method_invocation", "member_expression"} else None
        for held in (left, owner):
            if held is not None and re.fullmatch(r"[\w$.]+", held.text()):
                yield held.text().removeprefix("this.").partition(".")[0]


def _is_loud(node: SgNode, caught: str) -> bool:
    """Say whether a piece of a handler lets the failure out, or may."""
    kind = node.kind()
    if kind == "throw_statement":
        return _SKIPS.search(node.text()) is None and not _is_spared(node)
    if kind == "return_statement":
        return (
            any(part.text() not in {"null", "undefined", "true"} for part in parts(node)) and "done" not in node.text()
        )
    if kind == "assert_statement":
        return True
    name = "".join(called(node).split())
    if not name or kind == "macro_invocation":
        return False
    if _ABOUT_ITSELF.search(name) and (caught == _subject(node)):
        return False
    if re.match(r"(?:expect|assert)\w*$", name) and [one.text() for one in arguments(node)] == [caught]:
        return False
    if _QUIET.fullmatch(name):
        plain = re.fullmatch(r"done|next|cb|callback|resolve", name) is not None
        return plain and any(one.text() not in {"null", "undefined", "true"} for one in arguments(node))
    return True


def _subject(node: SgNode) -> str:
    """Give what an assertion in a handler is about, where that is one plain thing."""
    given = arguments(node)
    inner = node.text().partition("(")[2].partition(")")[0]
    return given[0].text() if given else inner


def _is_spared(node: SgNode) -> bool:
    """Say whether what is thrown on is no assertion that failed."""
    holder = node.parent()
    while holder is not None and holder.kind() in BLOCKS:
        holder = holder.parent()
    condition = holder.field("condition") if holder is not None and holder.kind() == "if_statement" else None
    return condition is not None and _SPARED.search(condition.text()) is not None


def is_quiet_callback(node: SgNode) -> bool:
    """Say whether what a promise does with an error tells nobody: `() => {}`, `console.error`."""
    body = node.field("body")
    if body is None:
        return _QUIET.fullmatch(node.text()) is not None and not re.fullmatch(r"done|next|cb|callback", node.text())
    if body.kind() not in BLOCKS:
        quiet = body.text() in {"undefined", "null", "true", "false", "{}", "({})", "[]", "''"}
        return quiet or (bool(called(body)) and not any(_is_loud(one, "") for one in walk(body)))
    return not any(_is_loud(one, "") for one in walk(body))


@lru_cache(maxsize=128)
def quiet_functions(text: str, table: Table) -> frozenset[str]:
    """Give the functions of a file that run what they are given and let no failure of it out."""
    source = read(text, table)
    if source is None or not re.search(r"\bcatch\b|catch_unwind|\brecover\(", text):
        return frozenset()
    named = [node for node in walk(source.root) if node.kind() in source.table.named and node.field("body") is not None]
    return frozenset(name for node in named if (name := _called_so(node)) and _runs_quietly(source, node))


def _called_so(node: SgNode) -> str:
    holder = node.parent()
    own = name_of(node)
    return own or (name_of(holder) if holder is not None and holder.kind() == "variable_declarator" else "")


def _runs_quietly(source: Source, node: SgNode) -> bool:
    body, given = node.field("body"), node.field("parameters") or node.field("parameter")
    names = set(re.findall(r"[\w$]+", given.text())) if given is not None else set()
    if body is None or not names:
        return False
    run = [
        one
        for one in walk(body)
        if (name := called(one)) and name.partition(".")[0].removesuffix("?") in names and not name.startswith("t.")
    ]
    for call in run:
        for one in call.ancestors():
            if one.range().start.index < node.range().start.index:
                break
            tried = one.field("body") if one.kind() == "try_statement" else None
            if (
                tried is not None
                and tried.range().end.index >= call.range().end.index
                and keeps_quiet(source, one, body)
            ):
                return True
            if "catch_unwind" in called(one) and not re.search(
                r"unwrap_err|is_err|resume_unwind|expect_err", body.text()
            ):
                return True
    return bool(run) and any(recovers(source, bare(step)) for step in statements(body))
