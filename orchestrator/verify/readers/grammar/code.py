"""The functions of every language but Python: what they compute, or only pretend to. Never runs what it reads."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.readers.code import Front, Function, Shape
from orchestrator.verify.readers.grammar.aside import sent
from orchestrator.verify.readers.grammar.asking import asking
from orchestrator.verify.readers.grammar.built import asked_for
from orchestrator.verify.readers.grammar.checking import checks, compares
from orchestrator.verify.readers.grammar.dead import dead
from orchestrator.verify.readers.grammar.defaults import usual
from orchestrator.verify.readers.grammar.errors import drops, hands_on
from orchestrator.verify.readers.grammar.flags import flags, known, settled
from orchestrator.verify.readers.grammar.flow import IFS, reachable
from orchestrator.verify.readers.grammar.fronts import front, only_fails
from orchestrator.verify.readers.grammar.hinges import hinges
from orchestrator.verify.readers.grammar.keeping import keeps
from orchestrator.verify.readers.grammar.lazy import undone
from orchestrator.verify.readers.grammar.paths import outcome
from orchestrator.verify.readers.grammar.quiet import is_idle, swallows
from orchestrator.verify.readers.grammar.replaced import replaced
from orchestrator.verify.readers.grammar.source import (
    Source,
    bare,
    called,
    line_of,
    name_of,
    own,
    parts,
    read,
    statements,
    walk,
)
from orchestrator.verify.readers.grammar.spilt import blinded, leavings
from orchestrator.verify.readers.grammar.tables import BLOCKS, LATER, RETURNS, Table
from orchestrator.verify.readers.grammar.telling import constants
from orchestrator.verify.readers.grammar.unfilled import unfilled
from orchestrator.verify.readers.grammar.use import blocks, once, switch, uses, works
from orchestrator.verify.readers.grammar.values import BINDS, UNWRAPPED, fixes, idle_macros, is_fixed

_RAISES = frozenset({"throw_statement"})
_NOTHING = frozenset({"void", "()", "!", "never", "undefined", "Promise<void>"})
_ASSIGNED = frozenset({"variable_declarator", "pair", "assignment_expression", "public_field_definition"})
_ASSIGNED_TOO = frozenset({"field_definition", "property_assignment"})
_NAMES = ("name", "key", "left", "property")


@lru_cache(maxsize=128)
def functions(text: str, table: Table) -> dict[str, Function] | None:
    """Give a file's functions by qualified name; those of one name are numbered. Tests within sources are left out."""
    source = read(text, table)
    try:
        return _numbered(source, table) if source is not None else None
    except RecursionError:  # nested beyond reason
        return None


def _numbered(source: Source, table: Table) -> dict[str, Function]:
    found: dict[str, Function] = {}
    for function in _within(source, source.root, "", declared=False):
        # overloads, and twins for several platforms, have one name
        name = f"{function.name}/{function.arguments}" if table.family == "java" else function.name
        twins = sum(1 for known in found if known.partition("#")[0] == name)
        found[f"{name}#{twins}" if twins else name] = function
    for owner, last in replaced(source):
        for name, function in found.items():
            if (name == last if not owner else name == f"{owner}.{last}") and function.shape is Shape.REAL:
                found[name] = msgspec.structs.replace(function, shape=Shape.REPLACED)
    return found


def _within(source: Source, node: SgNode, prefix: str, *, declared: bool) -> Iterator[Function]:
    pending = [(node, prefix, declared)]
    while pending:
        one, where, declares = pending.pop()
        kind = one.kind()
        if kind == "mod_item" and is_for_tests(one):
            continue
        if kind in source.table.named:
            name = _name(source, one)
            body = one.field("body")
            if name and body is not None and not is_for_tests(one):
                yield _read(source, one, body, f"{where}{name}", declared=declares)
            where = f"{where}{name}." if name else where
        elif kind in source.table.scopes:
            where = f"{where}{_scope(one)}."
            declares = kind in {"trait_item", "interface_declaration"}
        pending.extend((child, where, declares) for child in reversed(one.children()))


def is_for_tests(node: SgNode) -> bool:
    """Say whether a Rust item is marked as a test's."""
    before = node.prev()
    while before is not None and (before.kind() == "attribute_item" or "comment" in before.kind()):
        text = before.text()
        if before.kind() == "attribute_item" and ("cfg(test)" in text or text.endswith("test]") or "(test," in text):
            return True
        before = before.prev()
    return False


def _scope(node: SgNode) -> str:
    """Name a class, a module, or what an `impl` is for."""
    if node.kind() != "impl_item":
        return name_of(node)
    trait, kind = node.field("trait"), node.field("type")
    return "".join(part.text() + mark for part, mark in ((trait, " for "), (kind, "")) if part is not None)


def _name(source: Source, node: SgNode) -> str:
    """Name a function; one without a name has that of what it is assigned to."""
    own_name = name_of(node)
    receiver = node.field("receiver")
    if receiver is not None:
        types = [part.text() for part in walk(receiver) if part.kind() == "type_identifier"]
        return f"{types[0]}.{own_name}" if types else own_name
    parent = node.parent()
    if own_name or source.table.family != "js" or parent is None:
        return own_name
    if parent.kind() in _ASSIGNED or parent.kind() in _ASSIGNED_TOO:
        found = next((part for part in map(parent.field, _NAMES) if part is not None), None)
        return found.text() if found is not None else ""
    return ""


_seen: dict[tuple[object, ...], Function] = {}
_MOST = 8192


def _read(source: Source, node: SgNode, body: SgNode, name: str, *, declared: bool) -> Function:
    """Read a function, once for all texts it stands in as it is."""
    text = node.text()
    tables = (one for one in constants(source.text, source.table) if one in text)
    known_here = (one for one in flags(source.text).items() if one[0] in text)
    empty = sorted(one for one in unfilled(source.text, source.table) | idle_macros(source.text) if one in text)
    asked = (one.text() for known, one in asking(source.text, source.table).items() if known in text)
    key = source.table.name, name, text, declared, *known_here, *sorted(tables), *asked, *empty
    if key not in _seen:
        if len(_seen) >= _MOST:
            _seen.clear()
        _seen[key] = _read_anew(source, node, body, name, declared=declared)
    return msgspec.structs.replace(_seen[key], line=line_of(node), asked_for=asked_for(source, node))


def _read_anew(source: Source, node: SgNode, body: SgNode, name: str, *, declared: bool) -> Function:
    steps = statements(body) if body.kind() in BLOCKS else [body]
    alive = list(reachable(source, steps))
    names = frozenset(_parameters(node))
    shape = shape_of(source, alive, names, whole=body.kind() not in BLOCKS)
    promise = node.field("result") or node.field("return_type") or node.field("type")
    said = promise.text().removeprefix(":").strip() if promise is not None else ""
    if shape is Shape.REAL and body.kind() in BLOCKS:
        shape = outcome(source, alive, names)
    shape = Shape.BASE if shape is Shape.REAL and _is_left_to_base(alive, name) else shape
    full, idle = blocks(source, steps)
    sure, soft = checks(source, steps)
    settles, spilt = leavings(source, alive, promises=bool(said)) if body.kind() in BLOCKS else (False, ())
    return Function(
        full=full,
        idle=idle,
        uses=uses(source, alive),
        works=works(source, alive),
        switch=switch(steps, names),
        name=name,
        line=line_of(node),
        shape=shape,
        declared=declared,
        abstract=False,
        method="." in name and source.table.family != "go",
        gives=(bool(said) or source.table.family != "go") and _gives(source, body, alive),  # else it is not built
        promises=bool(said) and said not in _NOTHING,
        arguments=len(names),
        calls=sum(1 for step in alive for one in own(step) if called(one)),
        hands=sum(1 for step in alive for one in walk(step) if hands_on(source, one)),
        drops=sum(1 for step in alive for one in walk(step) if drops(source, one)),
        cut=_cut(steps, alive),
        later=shape is not Shape.REAL and bool(LATER.search(node.text())),
        swallows=swallows(source, alive),
        dead=dead(source, steps),
        once=once(source, steps),
        feigns=any(one.kind() in RETURNS and _FEIGNED.search(source.dump(one)) for step in alive for one in own(step)),
        aside=sent(source, alive),
        undone=undone(source, alive),
        checks=sure,
        compares=compares(source, alive),
        soft=soft,
        hinges=hinges(source, steps, names),
        takes=names,
        blinded=blinded(source, alive, names),
        settles=settles,
        spilt=spilt,
        steps=tuple(source.dump(step) for step in steps),
        front=front(source, alive, names) if shape is Shape.REAL else Front(),
        fails=only_fails(source, alive),
        keeps=shape is Shape.REAL and keeps(source, alive, names),
        usual=usual(source, node, alive, names) if shape is Shape.REAL and body.kind() in BLOCKS else None,
    )


def _parameters(node: SgNode) -> Iterator[str]:
    held = node.field("parameters") or node.field("parameter")
    if held is not None and held.kind() == "identifier":
        yield held.text()
    for part in parts(held) if held is not None else ():
        if part.kind() == "self_parameter":
            continue
        inner = part.field_children("name") or [part.field("pattern") or part.field("left") or part]
        for one in inner:
            found = [one, *parts(one)]
            yield from (leaf.text() for leaf in found if leaf.kind() in {"identifier", "this"})


def _gives(source: Source, body: SgNode, alive: Sequence[SgNode]) -> bool:
    if body.kind() not in BLOCKS or (source.table.family == "rust" and alive and _is_value(alive[-1])):
        return True
    return any(one.kind() in RETURNS and parts(one) for step in alive for one in own(step))


_FEIGNED = re.compile(r"return \(? ?(?:null|undefined) as (?:unknown|any|never)\b|return (?:null|undefined) !")


def _is_value(step: SgNode) -> bool:
    """Say whether a Rust statement is the value of its block."""
    return step.kind() != "expression_statement" and step.kind() not in BINDS and not step.kind().endswith("_item")


def _cut(steps: Sequence[SgNode], alive: Sequence[SgNode]) -> int:
    """Count the statements nothing can reach, at the outermost level; declarations are hoisted."""
    if len(alive) >= len(steps) or any(one.kind() == "goto_statement" for step in steps for one in walk(step)):
        return 0
    reached = {step.range().start.index for step in alive}
    dead = [step for step in steps if step.range().start.index not in reached and not _is_open(step, reached)]
    dead = [step for step in dead if not _asks_a_flag(bare(step))]
    return sum(not step.kind().endswith(("_declaration", "_item")) or step.kind() in BINDS for step in dead)


def _asks_a_flag(node: SgNode) -> bool:
    """Say whether a branch depends on a name that is given one value only: what it holds is put away on purpose."""
    condition = node.field("condition") if node.kind() in IFS else None
    return condition is not None and known(condition.text()) is None is not known(settled(condition))


def _is_open(step: SgNode, reached: set[int]) -> bool:
    """Say whether parts of a constant branch are alive: `if (true)` around a body hides nothing."""
    return any(part.range().start.index in reached for part in walk(step))


def shape_of(source: Source, alive: Sequence[SgNode], names: frozenset[str], *, whole: bool) -> Shape:
    """Tell what a body comes to when logging, waiting and constants put into variables are left out."""
    constants: set[str] = set()
    given: list[SgNode] | None = [alive[0]] if whole and alive else None
    for step in () if whole else alive:
        inner = bare(step)
        if inner.kind() in RETURNS:
            given = parts(inner)
        elif (later := _fails(source, inner)) is not None:
            return Shape.RAISES if later else Shape.REAL
        elif source.table.family == "rust" and _is_value(step) and step is alive[-1]:
            given = [inner]
        elif fixes(source, inner, constants) or is_idle(source, inner):
            continue
        else:
            return Shape.REAL
    if not given:
        return Shape.EMPTY
    value = _unwrapped(given[0])
    if value.kind() in {"identifier", "self", "this"} and value.text() in {*names, "self", "this"} - constants:
        return Shape.ARGUMENT
    fails = _fails(source, value)
    if fails:
        return Shape.RAISES
    return Shape.CONSTANT if all(is_fixed(source, part, constants) for part in given) else Shape.REAL


def _is_left_to_base(alive: Sequence[SgNode], name: str) -> bool:
    """Say whether all a method does is to ask that of its base class which has its name."""
    inner = bare(alive[0]) if len(alive) == 1 else None
    if inner is not None and inner.kind() in RETURNS and parts(inner):
        inner = bare(parts(inner)[0])
    return inner is not None and called(inner) == f"super.{name.rpartition('.')[2]}"


def _unwrapped(node: SgNode) -> SgNode:
    while node.kind() in {*UNWRAPPED, "parenthesized_expression", "expression_list"} and len(parts(node)) == 1:
        node = parts(node)[0]
    return node


def _fails(source: Source, node: SgNode) -> bool | None:
    """Say whether a statement ends the function by an error, and if so whether it says that work is left to do."""
    if node.kind() in _RAISES:
        return (
            bool(LATER.search(node.text())) or "UnsupportedOperation" in node.text() or "NotImplemented" in node.text()
        )
    name = called(node)
    if not name or not source.table.fails.fullmatch(name):
        return None
    if _NEVER_CALLED.search(node.text()):
        return False
    return bool(LATER.search(node.text())) or name.rpartition("::")[2] in {"todo!", "unimplemented!", "unreachable!"}


_NEVER_CALLED = re.compile(
    r"(?i)\b(?:never|not|n't)\s+(?:be\s+)?(?:called|reached|used|constructed)\b[^\"]* (?:because|as|since)\b"
)
"""Says why there is no work to be done there, and not that it is left to do."""
