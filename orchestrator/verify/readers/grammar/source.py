"""Texts as syntax trees, for every language but Python, through ast-grep's grammars. Never runs what it reads.

Imported only when a diff holds such a file. A node is compared by its tokens, so that layout and comments say nothing.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property, lru_cache

from ast_grep_py import SgNode, SgRoot

from orchestrator.verify.readers.grammar.tables import BLOCKS, FUNCTIONS, Table

_KEPT = 128
NAME = re.compile(r"[#$]?[^\W\d]\w*")
_WRAPPED = frozenset({"expression_statement", "parenthesized_expression", "await_expression"})


class Source:
    """One text and its tree. `tokens` are its leaves in order, without comments."""

    def __init__(self, text: str, table: Table) -> None:
        self.text = text
        self.table = table
        self.root = SgRoot(text, table.name).root()
        self.tokens: list[str] = []
        self.comments: list[tuple[int, int]] = []
        self._starts: list[int] = []
        self._collect(self.root)

    def _collect(self, root: SgNode) -> None:
        pending = [root]
        while pending:
            node = pending.pop()
            children = node.children()
            if "comment" in node.kind():
                place = node.range()
                self.comments.append((place.start.index, place.end.index))
            elif children:
                pending.extend(reversed(children))
            elif (text := node.text()).strip():
                self._starts.append(node.range().start.index)
                self.tokens.append(text)

    def dump(self, node: SgNode) -> str:
        """Give a node's tokens in one line."""
        return " ".join(self._of(node))

    def words(self, node: SgNode) -> frozenset[str]:
        """Give the identifiers in a node, those in its texts too."""
        return frozenset(word for token in self._of(node) if len(token) < _LONG for word in NAME.findall(token))

    def _of(self, node: SgNode) -> list[str]:
        place = node.range()
        first, last = (bisect_left(self._starts, where.index) for where in (place.start, place.end))
        return self.tokens[first:last]

    @cached_property
    def code(self) -> str:
        """The text with its comments blanked out, so that lines stay where they are."""
        parts: list[str] = []
        at = 0
        for start, end in sorted(self.comments):
            if start >= at:
                parts += [self.text[at:start], re.sub(r"[^\n]", " ", self.text[start:end])]
                at = end
        return "".join([*parts, self.text[at:]])


_LONG = 200
"""A name, an option, a path; no prose."""


@lru_cache(maxsize=_KEPT)
def read(text: str, table: Table) -> Source | None:
    """Read a text; None if most of it is not of that language, or it is nested beyond reason."""
    try:
        source = Source(text, table)
    except RecursionError:
        return None
    return None if source.root.kind() == "ERROR" else source


def places(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Give where a name stands in a text as a word of its own; a pattern for it would be tried at every letter."""
    at = text.find(name) if name else -1
    while at >= 0:
        end = at + len(name)
        if not _LETTER.match(text[at - 1 : at]) and not _LETTER.match(text[end : end + 1]):
            yield at, end
        at = text.find(name, at + 1)


_LETTER = re.compile(r"[\w$]")


def line_of(node: SgNode) -> int:
    """Give the line a node begins at, from 1."""
    return node.range().start.line + 1


def parts(node: SgNode) -> list[SgNode]:
    """Give what stands in a node: its named children, comments and marks left out."""
    return [child for child in node.children() if child.is_named() and not is_beside_the_point(child)]


def is_beside_the_point(node: SgNode) -> bool:
    """Say whether a node is a comment or an attribute: it does nothing."""
    kind = node.kind()
    return "comment" in kind or kind in {"attribute_item", "inner_attribute_item", "label", "empty_statement"}


def bare(node: SgNode) -> SgNode:
    """Take off what wraps an expression: the statement, parentheses, `await`."""
    while node.kind() in _WRAPPED and len(parts(node)) == 1:
        node = parts(node)[0]
    return node


def statements(node: SgNode) -> list[SgNode]:
    """Give the statements of a block; a statement is its own only one."""
    if node.kind() == "else_clause":
        return [one for part in parts(node) for one in statements(part)]
    if node.kind() not in BLOCKS:
        return [node]
    return [one for part in parts(node) for one in (parts(part) if part.kind() == "statement_list" else [part])]


def walk(node: SgNode) -> Iterator[SgNode]:
    """Give a node and everything below it."""
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        pending.extend(reversed(one.children()))


def shallow(node: SgNode) -> Iterator[SgNode]:
    """Give the parts of a statement without those of the statements in it."""
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        children = [
            part for part in one.children() if part.kind() not in BLOCKS and not part.kind().endswith("_statement")
        ]
        pending.extend(reversed(children))


def own(node: SgNode) -> Iterator[SgNode]:
    """Give a node and everything below it, without what stands in functions and classes defined there."""
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        if one.kind() not in FUNCTIONS:
            pending.extend(reversed(one.children()))


def name_of(node: SgNode) -> str:
    """Give the text of a node's name, or nothing."""
    found = node.field("name")
    return found.text() if found is not None else ""


def called(node: SgNode) -> str:
    """Give what a call calls, as it is written: `fmt.Errorf`, `expect`, `todo!`; nothing if it is no call."""
    match node.kind():
        case "call_expression":
            found = node.field("function")
            return found.text() if found is not None else ""
        case "macro_invocation":
            found = node.field("macro")
            return f"{found.text()}!" if found is not None else ""
        case "method_invocation":
            owner = node.field("object")
            return (f"{owner.text()}." if owner is not None else "") + name_of(node)
        case "type_conversion_expression":  # `made[Kind](it)` of Go, which may be either
            found = node.field("type")
            return parts(found)[0].text() if found is not None and found.kind() == "generic_type" else ""
        case _:
            return ""


def arguments(node: SgNode) -> list[SgNode]:
    """Give a call's arguments."""
    found = node.field("arguments")
    if found is None and node.kind() == "type_conversion_expression":
        return node.field_children("operand")
    return parts(found) if found is not None else []
