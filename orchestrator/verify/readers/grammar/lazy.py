"""Work that a body puts into something it gives back undone, in every language but Python. Never judges."""

from collections.abc import Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.quiet import is_idle
from orchestrator.verify.readers.grammar.source import Source, bare, called, name_of, parts, statements
from orchestrator.verify.readers.grammar.tables import BLOCKS, FUNCTIONS, RETURNS
from orchestrator.verify.readers.grammar.values import BINDS, fixes

_GENERATORS = frozenset({"generator_function", "generator_function_declaration"})
_HANDS = frozenset({"call", "apply", "bind"})


def undone(source: Source, alive: Sequence[SgNode]) -> tuple[str, ...]:
    """Give the statements that stand in a function, or a generator, which is all a body gives back."""
    if not alive:
        return ()
    made: dict[str, SgNode] = {}
    for step in alive[:-1]:
        inner = bare(step)
        held = parts(inner)[0].field("value") if inner.kind() in BINDS and parts(inner) else None
        if inner.kind() in FUNCTIONS and name_of(inner):
            made[name_of(inner)] = inner
        elif held is not None and held.kind() in FUNCTIONS:
            made[name_of(parts(inner)[0])] = held
        elif not (is_idle(source, inner) or fixes(source, inner, set())):
            return ()
    last = bare(alive[-1])
    if last.kind() in RETURNS:
        last = bare(parts(last)[0]) if parts(last) else last
        last = bare(parts(last)[0]) if last.kind() == "expression_list" and len(parts(last)) == 1 else last
    elif source.table.family != "rust":
        return ()
    found = _given(last, made)
    body = found.field("body") if found is not None else None
    if body is None:
        return ()
    return tuple(source.dump(one) for one in (statements(body) if body.kind() in BLOCKS else [body]))


def _given(node: SgNode, made: dict[str, SgNode]) -> SgNode | None:
    """Give the function that is given back as it is, or the generator that is called and not run."""
    if node.kind() in FUNCTIONS or node.kind() in _GENERATORS:
        return node
    if node.kind() == "identifier":
        return made.get(node.text())
    function = node.field("function") if called(node) else None
    if function is None:
        return None
    owner, name = function.field("object"), function.field("property")
    if owner is not None and name is not None and name.text() in _HANDS:
        function = owner
    function = bare(function)
    found = made.get(function.text(), function)
    return found if found.kind() in _GENERATORS or (name is not None and name.text() == "bind") else None
