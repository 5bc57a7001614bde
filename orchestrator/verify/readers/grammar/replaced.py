"""Functions of JavaScript in whose place their file puts something hollow behind them. Never runs what it reads."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.quiet import is_idle
from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, parts, statements
from orchestrator.verify.readers.grammar.tables import BLOCKS, FUNCTIONS, RETURNS
from orchestrator.verify.readers.grammar.values import is_fixed

_DEFINES = re.compile(r"(?:Object|Reflect)\.defineProperty")
_ASSIGNS = re.compile(r"Object\.(?:assign|defineProperties)")
_GETTER = re.compile(r"(.+)\.__defineGetter__")
_EXPORTS = re.compile(r"(?:module\.)?exports|this|globalThis")


def replaced(source: Source) -> Iterator[tuple[str, str]]:
    """Give whose functions are replaced by ones that do nothing, and their names; nobody's are the file's."""
    for step in parts(source.root) if source.table.family == "js" else ():
        node = bare(step)
        if step.kind() != "expression_statement":
            continue
        left, right = node.field("left"), node.field("right")
        if node.kind() == "assignment_expression" and left is not None and right is not None:
            owner, _, name = left.text().rpartition(".")
            gone = bool(owner) and right.text() in {"undefined", "null", "void 0", "{}"}
            if re.fullmatch(r"[\w$]+", name) and (gone or _is_hollow(source, right)):
                yield _owner(owner), name
        elif node.kind() == "unary_expression" and node.text().startswith("delete "):
            owner, _, name = node.text().removeprefix("delete ").strip().rpartition(".")
            yield _owner(owner), name
        else:
            yield from _defined(source, called(node), arguments(node))


def _defined(source: Source, name: str, given: list[SgNode]) -> Iterator[tuple[str, str]]:
    getter = _GETTER.fullmatch(name)
    if getter is not None and len(given) > 1 and _is_hollow(source, given[1]):
        yield _owner(getter[1]), _plain(given[0])
    elif _DEFINES.fullmatch(name) and len(given) > 2:  # noqa: PLR2004 - of whom, what, and as what
        if any(_is_hollow(source, value) for key, value in _pairs(given[2]) if key in {"value", "get"}):
            yield _owner(given[0].text()), _plain(given[1])
    elif _ASSIGNS.fullmatch(name) and given:
        pairs = [pair for one in given[1:] for pair in _pairs(one)]
        yield from ((_owner(given[0].text()), key) for key, value in pairs if _gives_hollow(source, value))


def _gives_hollow(source: Source, value: SgNode) -> bool:
    return _is_hollow(source, value) or any(
        _is_hollow(source, inner) for key, inner in _pairs(value) if key in {"value", "get"}
    )


def _pairs(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    for one in parts(node) if node.kind() == "object" else ():
        key, value = one.field("key"), one.field("value")
        if key is not None and value is not None:
            yield _plain(key), value
        elif one.kind() == "method_definition" and (name := one.field("name")) is not None:
            yield name.text(), one


def _plain(node: SgNode) -> str:
    return node.text().strip("'\"`")


def _owner(text: str) -> str:
    return "" if _EXPORTS.fullmatch(text) else text.removesuffix(".prototype")


def _is_hollow(source: Source, node: SgNode) -> bool:
    """Say whether something is a function that does nothing: it gives what is fixed, or another such."""
    body = node.field("body") if node.kind() in FUNCTIONS else None
    if body is None:
        return False
    if body.kind() not in BLOCKS:
        return is_fixed(source, bare(body), set()) or _is_hollow(source, bare(body))
    for step in statements(body):
        inner = bare(step)
        if inner.kind() in RETURNS:
            return all(is_fixed(source, one, set()) or _is_hollow(source, one) for one in parts(inner))
        if not is_idle(source, inner):
            return False
    return True
