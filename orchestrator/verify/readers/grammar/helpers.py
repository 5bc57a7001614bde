"""What the functions beside a file's tests assert, and whether they could, in every language but Python."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import Source, called, name_of, walk
from orchestrator.verify.readers.grammar.testing import Found, Reader, read_trial
from orchestrator.verify.readers.trials import Trial

_KEPT = 128
_IDLE = re.compile(
    r"(?:\w+\.)*(?:equals?|isEqual|deepEqual|DeepEqual|Helper|Logf?|String|toString|len|is|format!?|Sprint\w*|black_box|clone)"
)
_FAILS = frozenset({"throw_statement", "try_expression", "await_expression", "assert_statement", "yield_expression"})


@lru_cache(maxsize=_KEPT)
def found_in(source: Source, reader: Reader) -> tuple[Found | Trial, ...]:
    """Give the tests of a text, and what it says of all of them."""
    return tuple(reader.find(source))


def helpers_of(source: Source, reader: Reader) -> Mapping[str, Trial]:
    """Give the functions of a file that are no tests, by name; none of a name that several have."""
    tests = [one.node.range() for one in found_in(source, reader) if isinstance(one, Found)]
    spans = {(test.start.index, test.end.index) for test in tests}
    found = [
        (name, node, body)
        for node in walk(source.root)
        if node.kind() in source.table.named and (body := node.field("body")) is not None and (name := _name(node))
        if (node.range().start.index, node.range().end.index) not in spans
    ]
    names = Counter(name for name, _, _ in found)
    return {
        name: _read(source, Found(name=name, short=name, node=node, body=body), reader)
        for name, node, body in found
        if names[name] == 1
    }


def _read(source: Source, found: Found, reader: Reader) -> Trial:
    read = read_trial(source, found, reader)
    acts = any(_acts(source, one) for one in walk(found.body))
    return msgspec.structs.replace(read, is_test=False, hollow=not acts)


def _name(node: SgNode) -> str:
    own, holder = name_of(node), node.parent()
    return own or (name_of(holder) if holder is not None and holder.kind() == "variable_declarator" else "")


def _acts(source: Source, node: SgNode) -> bool:
    """Say whether a piece could fail, or does something nobody can see through."""
    if node.kind() in _FAILS:
        return True
    name = "".join(called(node).split())
    return bool(name) and not _IDLE.fullmatch(name) and not source.table.noise.fullmatch(name)
