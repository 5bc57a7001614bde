"""What a body works out once and gives ever after, in every language but Python. Never judges."""

import re
from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.flow import IFS
from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, parts, statements, walk
from orchestrator.verify.readers.grammar.tables import FUNCTIONS, NAMES, RETURNS
from orchestrator.verify.readers.grammar.use import bound

_ONCE = re.compile(r".*\.\s*(?:Do|get_or_init|get_or_insert_with|computeIfAbsent|call_once)|sync\.OnceValue", re.DOTALL)


def keeps(source: Source, alive: Sequence[SgNode], names: frozenset[str]) -> bool:
    """Say whether a body gives what its first call came to, whatever it is asked: what it keeps has no key.

    All it does with what it is given stands under a condition that does not ask for it, and what it gives is outside.
    """
    if not alive or not names:
        return False
    *rest, last = alive
    given = bare(last)
    if given.kind() in RETURNS:
        given = bare(parts(given)[0]) if parts(given) else given
    elif source.table.family != "rust":
        return False
    local = {name for step in rest for name in bound(step)}
    spoken = set(_spoken(given, names))
    if not spoken or spoken & (names | local):
        return False
    if _is_given_first(rest, given, names):
        return True
    used = [step for step in alive if names & {one.text() for one in walk(step) if one.kind() in NAMES}]
    guarded = [step for step in used if _is_kept(bare(step), names, spoken)]
    return bool(used) and len(guarded) == len(used)


def _is_given_first(rest: Sequence[SgNode], given: SgNode, names: frozenset[str]) -> bool:
    """Say whether what is kept is given before anything is done, by a branch that does not look at what is asked."""
    first = bare(rest[0]) if len(rest) > 1 else None
    condition = first.field("condition") if first is not None and first.kind() in IFS else None
    body = first.field("consequence") if first is not None and condition is not None else None
    if first is None or condition is None or body is None or first.field("alternative") is not None:
        return False
    kept = given.text()
    inner = [bare(one) for one in statements(body)]
    gives = len(inner) == 1 and re.fullmatch(rf"return {re.escape(kept)};?", inner[0].text()) is not None
    asks = kept in condition.text() and not names & _words([condition])
    sets = any(re.match(rf"{re.escape(kept)}\s*=(?!=)", step.text()) for step in rest[1:])
    return gives and asks and sets


def _spoken(node: SgNode, names: frozenset[str]) -> Iterator[str]:
    """Give the names in what is given back, without what stands in a function that is run once."""
    pending = [node]
    while pending:
        one = pending.pop()
        if one.kind() in NAMES:
            yield one.text()
        once = _ONCE.fullmatch(called(one)) is not None and not names & _words(arguments(one)[:-1])
        skipped = {part.range().start.index for part in arguments(one)[-1:] if once and part.kind() in FUNCTIONS}
        pending += [part for part in one.children() if part.range().start.index not in skipped]
        if skipped:  # the list of arguments holds it
            pending = [part for part in pending if "argument" not in part.kind()]


def _words(nodes: Sequence[SgNode]) -> set[str]:
    return {one.text() for node in nodes for one in walk(node) if one.kind() in NAMES}


def _is_kept(step: SgNode, names: frozenset[str], spoken: set[str]) -> bool:
    """Say whether a step works something out only if there is nothing kept yet."""
    if step.kind() in IFS:
        condition = step.field("condition")
        asked = _words([condition]) if condition is not None else set[str]()
        return step.field("alternative") is None and bool(asked & spoken) and not asked & names
    if step.kind() == "augmented_assignment_expression":
        left = step.field("left")
        kept = left is not None and bool(_words([left]) & spoken) and not _words([left]) & names
        return kept and re.search(r"(?:\?\?|\|\|)=", step.text()) is not None
    calls = [one for one in walk(step) if _ONCE.fullmatch(called(one))]
    within = _words([part for one in calls for part in arguments(one)[-1:]])
    return bool(calls) and not names & (_words([step]) - within)
