"""Values that are the same whatever a function is given, in every language but Python. Never runs what it reads."""

import re

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.macros import idle_macros
from orchestrator.verify.readers.grammar.source import Source, arguments, called, parts, walk

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
