"""What a function works out and nobody gets, in every language but Python. Never runs what it reads."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, own, parts, walk
from orchestrator.verify.readers.grammar.tables import NAMES, RETURNS
from orchestrator.verify.readers.grammar.values import BINDS, is_fixed

_RETURNS = RETURNS | {"yield_expression"}
_DECLARES = frozenset({"variable_declarator", "var_spec", "let_declaration", "short_var_declaration"})
_ASSIGNS = frozenset({"assignment_expression", "assignment_statement", "augmented_assignment_expression"})
_STORES = _DECLARES | _ASSIGNS
_ADDS = frozenset({"augmented_assignment_expression", "compound_assignment_expr", "update_expression", "inc_statement"})
_STATEMENTS = frozenset({"expression_statement", "assignment_statement"})
_OVER = _ASSIGNS | _ADDS
_PUTS = _OVER | _STATEMENTS
_GROWS = re.compile(r"(\w+)\.(?:push|add|put|set|insert|extend|append|push_str|unshift|addAll|putAll|push_back)")
_FALLS = re.compile(
    r"(?:std::)?(?:mem::)?(?:drop|forget)|(?:std::)?(?:hint::)?black_box|Objects\.(?:hash|(?:is|non)Null)"
)
_TELLS = re.compile(r"(?:true|false|nil|null|undefined|None|void 0|\(\)|Ok\(\(\)\)|self|this|Self|[^\W\d]\w*)?")
_INLINE = re.compile(r"\{(\w+)[:}]")
_PLAIN = frozenset({"field_expression", "member_expression", "selector_expression", "field_access", "self", "this"})
_BRANCHES = frozenset({"if_expression", "match_expression", "unsafe_block", "block", "loop_expression"})
_VALUES = frozenset({"binary_expression", "array", "array_expression", "tuple_expression", "reference_expression"})
_INNER = frozenset({"arrow_function", "function_expression", "func_literal", "closure_expression", "lambda_expression"})


def leavings(source: Source, alive: Sequence[SgNode], *, promises: bool) -> tuple[bool, tuple[str, ...]]:
    """Say whether a body settles, and what it works out for nobody, each value as its tokens (`Source.dump`).

    `promises`: its signature says that it gives something.
    """
    pieces = [(one.kind(), one) for step in alive for one in own(step)]
    given = _given(source, alive, pieces, promises=promises)
    stored = [found for kind, one in pieces if kind in _STORES for found in _stored(one)]
    grown = [found for kind, one in pieces if kind in _STATEMENTS for found in _grown(one)]
    names = {name for kind, one in pieces if kind in _DECLARES for name, _ in _stored(one)}
    if given:
        settled = _is_settled(source, given[-1], alive)
    else:
        settled = not any(_is_put_away(source, one, names) for kind, one in pieces if kind in _PUTS)
    values = [value for one in given for value in _passed_over(one)]
    if stored:
        mine = (names - _read(source, alive) if names else set()) | {"_"}
        values += [value for name, value in (*stored, *grown) if name in mine]
        values += _written_over(source, alive) if any(is_fixed(source, value, set()) for _, value in stored) else []
    made_up = bool(given) and _TELLS.fullmatch(given[-1].text()) is None
    end = given[-1].range() if given else None
    lying = [one for kind, one in pieces if kind == "expression_statement" and one.range() != end]
    values += [value for one in lying for value in _left_lying(source, one, calls=made_up)]
    passed = [value for one in given for value in _passed_over(one) if bare(value).kind() in _INNER]
    values = [*(value for value in values if _is_work(source, value)), *passed]
    return settled, tuple(dict.fromkeys(source.dump(value) for value in values))


def blinded(source: Source, alive: Sequence[SgNode], names: frozenset[str]) -> frozenset[str]:
    """Give the parameters that a body overwrites with something fixed before it reads them."""
    found: set[str] = set()
    read: set[str] = set()
    for step in alive if names else ():
        for one in (bare(step), *parts(step)):
            stored = _stored(one) if one.kind() not in _ADDS else ()
            found.update(name for name, value in stored if name in names - read and is_fixed(source, value, set()))
        read |= source.words(step)
    return frozenset(found)


def _given(
    source: Source, alive: Sequence[SgNode], pieces: Iterable[tuple[str, SgNode]], *, promises: bool
) -> list[SgNode]:
    """Give the values a body gives back, in the order of the text."""
    found = [parts(one)[0] for kind, one in pieces if kind in _RETURNS and parts(one)]
    found = [one for one in found if one.text() not in {"this", "self"}]
    if source.table.family == "rust" and alive and _is_tail(alive[-1], promises=promises):
        found.append(alive[-1])
    return found


def _is_tail(step: SgNode, *, promises: bool) -> bool:
    """Say whether a statement of Rust is the value of its body; of a branch only the signature tells."""
    kind = step.kind()
    if kind == "expression_statement":
        return promises and bare(step).kind() in _BRANCHES and not step.text().endswith(";")
    return kind not in BINDS and not kind.endswith(("_item", "_statement"))


def _stored(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """Give the name a statement puts a value into, if it is one."""
    kind = node.kind()
    if kind in _DECLARES and kind != "short_var_declaration":
        place, value = node.field("name") or node.field("pattern"), node.field("value")
    elif kind in {"short_var_declaration", *_ASSIGNS}:
        place, value = node.field("left"), node.field("right")
    else:
        return
    names, values = _several(place), _several(value)
    if len(names) == len(values):
        yield from ((one.text(), it) for one, it in zip(names, values, strict=True) if _is_name(one))
    elif len(values) == 1 and all(one.text() == "_" for one in names):
        yield "_", values[0]


def _several(node: SgNode | None) -> list[SgNode]:
    if node is None:
        return []
    return parts(node) if node.kind() == "expression_list" else [node]


def _is_name(node: SgNode) -> bool:
    return node.kind() in NAMES or node.text() == "_"


def _grown(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """Give the name to which a statement adds something, and what: `out.push(it)`, `out = append(out, it)`."""
    if node.kind() in _STATEMENTS:
        inner = bare(node)
        match = _GROWS.fullmatch(called(inner))
        if match is not None:
            yield from ((match[1], value) for value in arguments(inner))
        for name, value in _stored(inner):
            if called(value) == "append" and arguments(value) and arguments(value)[0].text() == name:
                yield from ((name, one) for one in arguments(value)[1:])


def _read(source: Source, steps: Sequence[SgNode]) -> set[str]:
    """Give the names that are read: what is only put, added to, dropped or logged is not."""
    found: set[str] = set()
    pending = list(steps)
    while pending:
        one = pending.pop()
        inner = bare(one)
        if source.table.noise.fullmatch(called(inner)) or (one.kind() == "expression_statement" and _only_names(inner)):
            continue
        if _FALLS.fullmatch(called(inner)) and all(part.kind() in NAMES for part in arguments(inner)):
            continue
        places = {part.range().start.index for part in _places(one)}
        if one.kind() in {"assignment_statement", "short_var_declaration"} and _is_for_nobody(one):
            continue
        if one.kind() in NAMES:
            found.add(one.text())
        if source.table.family == "rust" and one.kind() in {"string_literal", "string_content"}:
            found.update(_INLINE.findall(one.text()))
        pending.extend(child for child in one.children() if child.range().start.index not in places)
    return found


def _only_names(node: SgNode) -> bool:
    """Say whether an expression is a name, or `void` of one."""
    while node.kind() in {"unary_expression", "parenthesized_expression"} and len(parts(node)) == 1:
        node = parts(node)[0]
    return node.kind() in NAMES


def _is_for_nobody(node: SgNode) -> bool:
    """Say whether Go is told that a name is not read: `_ = it`."""
    left, right = node.field("left"), node.field("right")
    plain = right is not None and all(part.kind() in NAMES for part in _several(right))
    return plain and all(part.text() == "_" for part in _several(left))


def _places(node: SgNode) -> Iterator[SgNode]:
    """Give where a piece says what it puts something into, which reads nothing."""
    kind = node.kind()
    if kind in {"variable_declarator", "var_spec", "let_declaration"}:
        yield from (part for part in (node.field("name"), node.field("pattern")) if part is not None)
    elif kind in {"short_var_declaration", *_ASSIGNS} and all(_is_name(one) for one in _several(node.field("left"))):
        yield from (one for one in [node.field("left")] if one is not None)
        added = [f"({name}," for name, _ in _grown(node)]
        lists = (part for part in walk(node) if part.kind() == "argument_list")
        yield from (parts(part)[0] for part in lists if part.text().startswith(tuple(added)))
    elif _GROWS.fullmatch(called(node)) and (parent := node.parent()) and parent.kind() == "expression_statement":
        yield from (part for part in (node.field("function"), node.field("object")) if part is not None)


def _left_lying(source: Source, node: SgNode, *, calls: bool) -> Iterator[SgNode]:
    """Give what a statement works out and nobody takes; a call may be there for what it does."""
    inner = bare(node)
    if inner.kind() == "unary_expression" and inner.text().startswith("void"):
        yield bare(parts(inner)[-1])
    elif _FALLS.fullmatch(called(inner)):
        yield from arguments(inner)
    elif called(inner):
        quiet = source.table.noise.fullmatch(called(inner)) or source.table.fails.fullmatch(called(inner))
        yield from (inner,) if calls and not quiet else ()
    elif inner.kind() in _VALUES and not re.search(r"&&|\|\||\?\?", inner.text()):
        yield inner
        yield from (one for one in own(inner) if called(one))


def _passed_over(node: SgNode) -> Iterator[SgNode]:
    """Give what stands in a value and is not taken from it: `(worked, null)`, `worked && null`, `worked * 0`."""
    inner = bare(node)
    if inner.kind() == "sequence_expression":
        yield from parts(inner)[:-1]
    elif inner.kind() == "binary_expression":
        left, right = inner.field("left"), inner.field("right")
        how = inner.text()[len(left.text()) :] if left is not None else ""
        falls = {"&&": r"null|undefined|false|0", "*": "0", "&": "0"}
        for sign, values in falls.items():
            if right is not None and left is not None and re.fullmatch(rf"\s*{re.escape(sign)}\s*(?:{values})", how):
                yield left


def _is_settled(source: Source, node: SgNode, alive: Sequence[SgNode]) -> bool:
    inner = bare(node)
    if is_fixed(source, inner, set()) or any(True for _ in _passed_over(inner)):
        return True
    if called(inner) or inner.kind() in {*_BRANCHES, *_PLAIN}:
        return False
    constants = _constants(source, alive)
    if inner.kind() == "sequence_expression":
        return is_fixed(source, parts(inner)[-1], constants)
    if inner.kind() == "expression_list":
        return all(is_fixed(source, one, constants) for one in parts(inner))
    return is_fixed(source, inner, constants)


def _written_over(source: Source, alive: Sequence[SgNode]) -> list[SgNode]:
    """Give what is put into a name, and replaced by a constant before anybody read it."""
    lost: list[SgNode] = []
    for number, step in enumerate(alive):
        for name, value in _stored(bare(step)):
            if not is_fixed(source, value, set()) or bare(step).kind() in _ADDS:
                continue
            before = [one for other in alive[:number] for one in own(other)]
            worked = [found for one in before for known, found in (*_stored(one), *_grown(one)) if known == name]
            lost += worked if worked and name not in _read(source, alive[:number]) else []
    return lost


def _constants(source: Source, alive: Sequence[SgNode]) -> set[str]:
    """Give the names that hold what is known beforehand, as a body ends."""
    known: set[str] = set()
    for step in alive:
        pieces = list(own(step))
        stored = [found for one in pieces for found in _stored(one)]
        touched = {name for name, _ in stored} | {name for one in pieces for name, _ in _grown(one)}
        top = [found for one in (bare(step), *parts(step)) for found in _stored(one)]
        fixed = {name for name, value in top if is_fixed(source, value, known)}
        adds = any(one.kind() in _ADDS for one in pieces)
        known = (known - touched) | (set() if adds else fixed)
        if any(one.kind() in _INNER or _lends(one) for one in pieces):
            known -= {one.text() for one in walk(step) if one.kind() in NAMES}
    return known


def _lends(node: SgNode) -> bool:
    """Say whether a piece lends something out to be changed: `&mut it`, `&it` of Go."""
    return node.kind() == "mutable_specifier" or (node.kind() == "unary_expression" and node.text().startswith("&"))


def _is_put_away(source: Source, node: SgNode, names: set[str]) -> bool:
    """Say whether a piece puts something where others find it; `names` are the body's own."""
    if node.kind() in _OVER:
        place, value = node.field("left"), node.field("right")
        owner = re.match(r"\*?\w+", place.text()) if place is not None else None
        outside = owner is None or owner[0] not in {*names, "_"}
        return outside and (value is None or not is_fixed(source, value, set()))
    return any(name not in names for name, _ in _grown(node))


def _is_work(source: Source, node: SgNode) -> bool:
    """Say whether a value has to be worked out, from something that is not known beforehand."""
    inner = bare(node)
    plain = inner.kind() in NAMES or inner.kind() in _PLAIN or inner.kind() in _INNER
    return not plain and not is_fixed(source, inner, set())
