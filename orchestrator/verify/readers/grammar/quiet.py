"""What a body keeps quiet about in every language but Python: errors that nobody hears of. Never judges."""

import re
from collections.abc import Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.flow import throws_away
from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, parts, statements, walk
from orchestrator.verify.readers.grammar.tables import BLOCKS, FUNCTIONS, RETURNS
from orchestrator.verify.readers.grammar.values import BINDS, called_within, fixes, is_fixed

_IDLE = frozenset({"use_declaration", "import_statement", "empty_statement"})


def is_idle(source: Source, node: SgNode) -> bool:
    """Say whether a statement computes nothing: an import, a name looked at, a log line."""
    if node.kind() in _IDLE or node.kind() in source.table.literals or node.kind() == "identifier":
        return True
    if node.kind() == "loop_expression":  # Rust's `loop {}`
        return not any(parts(part) for part in parts(node))
    if node.kind() == "assignment_statement":  # Go's `_ = x`
        left, right = node.field("left"), node.field("right")
        return left is not None and left.text() == "_" and right is not None and not called_within(right)
    return bool(source.table.noise.fullmatch(called(node)))


def swallows(source: Source, alive: Sequence[SgNode]) -> bool:
    """Say whether all a body does stands in a `try` that keeps every error quiet."""
    if any(throws_away(source, bare(step)) or recovers(source, bare(step)) for step in alive):
        return True
    if any(catches(source, step) for step in alive[-1:]):
        return True
    given = given_name(alive)
    rest = [step for step in alive if not _is_last(source, step) and not sets(source, step, "")]
    rest = rest[:-1] if given and len(rest) > 1 else rest
    return len(rest) == 1 and rest[0].kind() == "try_statement" and hushes(source, rest[0], given)


_RECOVERS = re.compile(r"(?:_ = )?recover \( \)(?: ;)?|if \w+ := recover \( \) ; \w+ != nil \{ \}")
_UNWOUND = re.compile(r"catch_unwind.*\.\s*(?:unwrap_or(?:_default|_else)?|ok)\s*\(", re.DOTALL)


def recovers(source: Source, step: SgNode) -> bool:
    """Say whether a statement takes back a panic and tells nobody: a bare `recover()`, Rust's `catch_unwind`."""
    if step.kind() == "defer_statement":
        body = next((one.field("body") for one in walk(step) if one.kind() == "func_literal"), None)
        inner = statements(body) if body is not None else []
        recovered = len(inner) == 1 and _RECOVERS.fullmatch(source.dump(inner[0])) is not None
        return recovered or _wipes(source, step, inner)
    return source.table.family == "rust" and _UNWOUND.search(step.text()) is not None


def _wipes(source: Source, step: SgNode, inner: Sequence[SgNode]) -> bool:
    """Say whether what is done on the way out of a function of Go makes good what it gives, whatever went wrong."""
    holder = next((one for one in step.ancestors() if one.kind() in FUNCTIONS), None)
    result = holder.field("result") if holder is not None else None
    given = (
        {part.text() for one in walk(result) for part in one.field_children("name")} if result is not None else set()
    )
    pieces = [one for part in inner for one in _unasked(source, part)]
    return any(sets(source, one, name) for one in pieces for name in given)


_WENT_WRONG = re.compile(r"if \w+ != nil \{")


def _unasked(source: Source, step: SgNode) -> list[SgNode]:
    """Give a statement, or those of a branch that asks no more than whether something went wrong."""
    body = step.field("consequence") if step.kind() == "if_statement" else None
    return statements(body) if body is not None and _WENT_WRONG.match(source.dump(step)) else [step]


def given_name(alive: Sequence[SgNode]) -> str:
    """Give the variable that a body gives back in the end."""
    inner = bare(alive[-1]) if alive else None
    held = parts(inner) if inner is not None and inner.kind() in RETURNS else []
    return held[0].text() if [one.kind() for one in held] == ["identifier"] else ""


def sets(source: Source, step: SgNode, name: str) -> bool:
    """Say whether a statement only gives a variable a constant: one that is new, or that of a name."""
    inner = bare(step)
    if not name:
        return inner.kind() in BINDS and fixes(source, inner, set())
    left, right = inner.field("left"), inner.field("right")
    if inner.kind() not in {"assignment_expression", "assignment_statement"} or left is None or right is None:
        return False
    return left.text() == name and is_fixed(source, right, set())


def catches(source: Source, step: SgNode) -> bool:
    """Say whether a promise is given back that never fails: `return work().catch(() => 0)`."""
    inner = bare(step)
    given = bare(parts(inner)[0]) if inner.kind() in RETURNS and parts(inner) else inner
    if source.table.family != "js" or not called(given).endswith(".catch") or len(arguments(given)) != 1:
        return False
    body = arguments(given)[0].field("body")
    if body is None:
        return False
    quiet = all(is_quiet(source, one) for one in statements(body)) if body.kind() in BLOCKS else None
    return is_fixed(source, bare(body), set()) if quiet is None else quiet


def _is_last(source: Source, step: SgNode) -> bool:
    inner = bare(step)
    return inner.kind() in RETURNS and all(is_fixed(source, part, set()) for part in parts(inner))


def hushes(source: Source, node: SgNode, given: str = "") -> bool:
    """Say whether a `try` has a handler that catches whatever goes wrong and lets nobody know.

    To give the name `given` a constant, which is given back then, is to let nobody know.
    """
    for clause in parts(node):
        if clause.kind() != "catch_clause":
            continue
        body = clause.field("body")
        caught = next((part.text() for part in walk(clause) if part.kind() == "catch_type"), "")
        broad = source.table.family == "js" or source.table.broad.search(caught) is not None
        if (
            broad
            and body is not None
            and all(is_quiet(source, step) or (given and sets(source, step, given)) for step in statements(body))
        ):
            return True
    return False


_SPARED = re.compile(
    r"!==?\s*['\"](?:AssertionError|ERR_ASSERTION|JestAssertionError)|!\s*\(.*instanceof\s+\w*AssertionError"
)


def is_quiet(source: Source, step: SgNode) -> bool:
    """Say whether a statement of a handler lets nobody know."""
    inner = bare(step)
    if inner.kind() in RETURNS:
        return all(is_fixed(source, part, set()) for part in parts(inner))
    if inner.kind() == "if_statement":  # what it throws on is no assertion that failed
        condition, body = inner.field("condition"), inner.field("consequence")
        spared = condition is not None and _SPARED.search(condition.text()) is not None
        return spared and body is not None and [one.kind() for one in statements(body)] == ["throw_statement"]
    return inner.kind() in {"continue_statement", "empty_statement"} or is_idle(source, inner)
