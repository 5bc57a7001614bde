"""What a file asks its surroundings for by names of its own, in every language but Python. Never judges."""

import re
from collections.abc import Mapping
from functools import lru_cache

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.flags import is_given_once
from orchestrator.verify.readers.grammar.source import bare, name_of, parts, read, statements, walk
from orchestrator.verify.readers.grammar.tables import BLOCKS, FUNCTIONS, RETURNS, Table

ASKS = re.compile(
    r"process\.(?:env|argv|execArgv)|import\.meta\.env|\.env\.(?:get|has)\(|\bexistsSync\(|globalThis\.\w*[A-Z]{2}"
    r"|os\.(?:Getenv|LookupEnv|Stat|Lstat|Open|ReadFile)\(|flag\.Lookup|\benv::var|option_env!|\bcfg\b|\bPath\w*::|fs::"
    r"|getenv\(|getProperty\(|\bgetBoolean\(|getInteger\(|\bFile\(|Files\.|desiredAssertionStatus"
)
"""What a text says that asks what it runs in."""


VARIABLE = re.compile(
    r"(?:(?:globalThis\.)?process|import\.meta|Bun)\.env(?:$|\??\.(?!NODE_ENV)\w+|(?:\?\.)?\[(?!.NODE_ENV)[\"'`]\w+[\"'`]\])"
    r"|globalThis\.(?:__\w+|[A-Z][A-Z_]+)"
)


@lru_cache(maxsize=128)
def asking(text: str, table: Table) -> Mapping[str, SgNode]:
    """Give what a file knows of its surroundings by name: what is given once, and functions that do nothing else."""
    source = read(text, table) if ASKS.search(text) else None
    found: dict[str, SgNode] = {}
    pending = [source.root] if source is not None else []
    while pending:
        node = pending.pop()
        value = node.field("value")
        if node.kind() in FUNCTIONS and node.kind() not in {"class_declaration", "class"}:
            _keep(found, name_of(node), _given(node))
            continue
        if node.kind() in {"variable_declarator", "var_spec", "const_spec", "const_item", "static_item"} and value:
            held = parts(value)[0] if value.kind() == "expression_list" else value
            held_in = node.field("name")
            if held_in is not None and held_in.kind() == "object_pattern":
                found.update(dict.fromkeys(words(held_in) if VARIABLE.fullmatch(held.text()) else (), held))
                continue
            if held.kind() in FUNCTIONS:
                _keep(found, name_of(node), _given(held))
                continue
            for one in parts(held) if held.kind() == "object" else ():
                key, inner = one.field("key"), one.field("value")
                _keep(found, f"{name_of(node)}.{key.text()}" if key is not None else "", inner)
            if ASKS.search(held.text()) and is_given_once(name_of(node), text):
                _keep(found, name_of(node), held)
        pending += node.children()
    return found


def _keep(found: dict[str, SgNode], name: str, value: SgNode | None) -> None:
    if name and value is not None and ASKS.search(value.text()):
        found[name] = value


def _given(node: SgNode) -> SgNode | None:
    """Give what a function gives that takes nothing, and does nothing but give it."""
    body, held = node.field("body"), node.field("parameters")
    if body is None or (held is not None and parts(held)):
        return None
    inner = statements(body) if body.kind() in BLOCKS else [body]
    last = bare(inner[0]) if len(inner) == 1 else None
    while last is not None and (last.kind() in RETURNS or last.kind() == "expression_list"):
        last = parts(last)[0] if len(parts(last)) == 1 else None
    return last


def words(node: SgNode) -> list[str]:
    """Give the names an object is taken apart into."""
    return [one.text() for one in walk(node) if one.kind().endswith("identifier_pattern")]
