"""Values that are the same whatever a function is given, in every language but Python. Never runs what it reads."""

import re
from functools import lru_cache

from ast_grep_py import SgNode

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
from orchestrator.verify.readers.grammar.tables import BY_EXTENSION

BINDS = frozenset(
    (
        *("lexical_declaration", "variable_declaration", "short_var_declaration", "var_declaration"),
        *("const_declaration", "let_declaration", "local_variable_declaration"),
    )
)
UNWRAPPED = frozenset({"as_expression", "satisfies_expression", "non_null_expression", "type_assertion"})


def fixes(source: Source, node: SgNode, constants: set[str]) -> bool:
    """Say whether a statement only puts constants into variables, and remember which."""
    if node.kind() not in BINDS:
        return False
    names, values = _bound(node)
    if not all(is_fixed(source, value, constants) for value in values):
        return False
    constants.update(names)
    return True


def _bound(node: SgNode) -> tuple[list[str], list[SgNode]]:
    inner = [one for one in walk(node) if one.kind() in {"variable_declarator", "var_spec", "const_spec"}] or [node]
    names: list[str] = []
    values: list[SgNode] = []
    for one in inner:
        for place in ("name", "pattern", "left"):
            names += [
                leaf.text() for part in one.field_children(place) for leaf in walk(part) if leaf.kind() == "identifier"
            ]
        values += [part for place in ("value", "right") if (part := one.field(place)) is not None]
    return names, values


def called_within(node: SgNode) -> bool:
    """Say whether an expression calls anything."""
    return any(called(one) for one in walk(node))


def is_fixed(source: Source, node: SgNode, constants: set[str]) -> bool:
    """Say whether a value is the same whatever the arguments."""
    table, kind, text = source.table, node.kind(), node.text()
    if kind in table.literals or text in table.words or text in {"void 0", "<></>"}:
        return True
    if kind in {"identifier", "shorthand_property_identifier"}:
        return text in constants
    if kind in UNWRAPPED:
        return is_fixed(source, parts(node)[0], constants)
    if kind in table.gathers or kind in {"keyed_element", "literal_element"}:
        return all(is_fixed(source, part, constants) for part in parts(node) if not _is_type(part))
    if kind in {"new_expression", "object_creation_expression"}:
        made = node.field("constructor") or node.field("type")
        fits = made is not None and table.made.fullmatch(made.text()) is not None
        return fits and all(is_fixed(source, part, constants) for part in arguments(node))
    if kind == "array_creation_expression":
        return not called_within(node)
    return _is_made(source, node, constants)


_ANSWERS = re.compile(r"(?:java\.lang\.reflect\.)?Proxy\.newProxyInstance|(?:Mockito\.)?mock")
"""What makes something that answers by a function, whatever it is asked."""


def _is_made(source: Source, node: SgNode, constants: set[str]) -> bool:
    name = called(node)
    if not name:
        return node.kind() == "struct_expression" and not any(
            called(one) or one.kind() in {"identifier", "self"} for one in walk(node)
        )
    function = node.field("function")
    if function is not None and function.kind() == "field_expression":
        owner, field = function.field("value"), function.field("field")
        turned = field is not None and field.text() in {"into", "to_string", "to_owned", "clone", "assume_init"}
        return turned and owner is not None and is_fixed(source, owner, constants)
    if name.endswith("!") and name[:-1] in idle_macros(source.text):
        return True
    if _ANSWERS.fullmatch(name):
        body = arguments(node)[-1].field("body") if arguments(node) else None
        return body is not None and is_fixed(source, body, constants)
    if not source.table.makers.fullmatch(name):
        return False
    if name.endswith("!"):
        return not any(part.kind() == "identifier" for part in walk(node) if part.text() != name[:-1])
    return all(is_fixed(source, part, constants) for part in arguments(node) if not _is_type(part))


def _is_type(node: SgNode) -> bool:
    return node.kind().endswith("_type") or node.kind() in {"type_identifier", "field_identifier"}


_REPEATED = re.compile(r"\$\(|\)\s*[,;]?\s*[*+?]")
_NAMED = re.compile(r"\$(\w+)")


@lru_cache(maxsize=128)
def idle_macros(text: str) -> frozenset[str]:
    """Give the macros that a file of Rust defines of which no arm does any work, whatever it is given."""
    source = read(text, BY_EXTENSION["rs"]) if "macro_rules!" in text else None
    found: dict[str, bool] = {}
    for node in walk(source.root) if source is not None else ():
        if node.kind() == "macro_definition":
            arms = [arm.field("right") for arm in parts(node) if arm.kind() == "macro_rule"]
            found[name_of(node)] = bool(arms) and all(arm is not None and _comes_to_nothing(arm.text()) for arm in arms)
    return frozenset(name for name, idle in found.items() if idle)


def _comes_to_nothing(arm: str) -> bool:
    """Say whether an arm, read as a function's body, gives nothing, something fixed, or up."""
    inside = arm.strip()[1:-1]
    body = _NAMED.sub(r"\1", _REPEATED.sub("", inside) if "$(" in inside else inside)
    source = read(f"fn it() -> T {{\n{body}\n}}\n", BY_EXTENSION["rs"])
    whole = parts(source.root)[0].field("body") if source is not None and parts(source.root) else None
    if source is None or whole is None:
        return False
    steps = statements(whole)
    while len(steps) == 1 and bare(steps[0]).kind() == "block":
        steps = statements(bare(steps[0]))
    inner = [bare(step) for step in steps]
    if any(one.kind() not in BINDS or called_within(one) for one in inner[:-1]):
        return False
    last = inner[-1] if inner else None
    return last is None or source.table.fails.fullmatch(called(last)) is not None or is_fixed(source, last, set())
