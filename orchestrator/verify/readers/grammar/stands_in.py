"""What a test puts in the place of what it is about, and what its assertions depend on. Not of Python. Never judges."""

import re
from collections.abc import Iterable, Iterator, Mapping

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import Source, arguments, called, name_of, parts, walk
from orchestrator.verify.readers.trials import Assertion

_MOCKS = re.compile(
    r"(?:jest|vi)\s?\.\s?fn\b|sinon\s?\.\s?(?:stub|fake)|mock\s?\.\s?fn\b|td\s?\.\s?func|createSpy|\.\s?mock(?:Return|Resolved)"
)
_FUNCTIONS = frozenset(
    (
        *("arrow_function", "function_expression", "func_literal", "closure_expression", "function_declaration"),
        "function_item",
    )
)
_NAMES = frozenset({"variable_declarator", "short_var_declaration", "let_declaration", "var_spec"})
_CALLED = re.compile(r"(?<![\w.] )(?<![\w.])\b([A-Za-z_$][\w$]*) \(")
_OWNER = re.compile(r"(?<![\w.] )(?<![\w.])\b([a-z_$][\w$]*) \. \w")
_MOCKED = re.compile(r"\b(?:jest|vi)\.(?:mock|doMock)\(\s*['\"]([^'\"]+)['\"]\s*,")


def stand_ins(source: Source, body: SgNode) -> frozenset[str]:
    """Give the names that a test gives to functions that only answer something fixed, or to mocks."""
    return frozenset((*_bound(source, body), *_stubbed(source, body), *_mocked(source.text)))


def _bound(source: Source, body: SgNode) -> Iterator[str]:
    for node in walk(body):
        if node.kind() in {"function_declaration", "function_item"} and _is_canned(node):
            yield name_of(node)
        if node.kind() not in _NAMES:
            continue
        name = node.field("name") or node.field("pattern") or node.field("left")
        value = node.field("value") or node.field("right")
        if name is None or value is None:
            continue
        inner = next((one for one in walk(value) if one.kind() != "expression_list"), value)
        if _MADE_UP.search(inner.text()) or _is_made_up(source, inner):
            yield f"{name.text()}."
        mock = source.table.family == "js" and _MOCKS.match(source.dump(inner)) is not None
        if mock or (inner.kind() in _FUNCTIONS and _is_canned(inner)):
            yield name.text()


_MADE_UP = re.compile(
    r"^(?:(?:[\w.]+(?:::|\.))?(?:mock|createMock|niceMock|createNiceMock|strictMock|spy|createStubInstance|mocked|mockDeep"
    r"|fn)|new \w*(?:Mock|Fake|Stub|Dummy)\w*)(?:<[^()]*>)?\("
    r"|^&?(?:[\w.]+(?:::|\.))?(?:[nN]ew)?_?(?:[mM]ock|[fF]ake|[sS]tub|[dD]ummy)\w*|^(?:mocks?|fakes?|stubs?)\b"
)
"""What makes, by its name, something that stands in for something else."""


def _is_made_up(source: Source, value: SgNode) -> bool:
    """Say whether an object is written out whose methods only answer something fixed."""
    if value.kind() == "object_creation_expression":
        bodies = [part for part in parts(value) if part.kind() == "class_body"]
        methods = [one for body in bodies for one in parts(body) if one.kind() == "method_declaration"]
        return bool(methods) and all(map(_is_canned, methods))
    if source.table.family != "js" or value.kind() != "object":
        return False
    held = [pair.field("value") or pair for pair in parts(value)]
    functions = [one for one in held if one.kind() in {*_FUNCTIONS, "method_definition"}]
    return bool(functions) and all(map(_is_canned, functions))


def _is_canned(function: SgNode) -> bool:
    """Say whether a function asks nobody for anything."""
    body = function.field("body")
    return body is not None and bool(body.text().strip("{} \n;")) and not any(called(one) for one in walk(body))


def _stubbed(source: Source, body: SgNode) -> Iterator[str]:
    """Give the calls that Mockito is told the answer to."""
    for node in walk(body) if source.table.family == "java" else ():
        if name_of(node) in {"when", "given"} and called(node):
            yield from (called(one) for one in arguments(node) if called(one))


def _mocked(text: str) -> Iterator[str]:
    """Give what a file imports from modules it has put others in the place of."""
    for path in _MOCKED.findall(text):
        for names in re.findall(rf"\{{([^}}]*)\}}\s*(?:from|=\s*require\()\s*['\"]{re.escape(path)}['\"]", text):
            yield from re.findall(r"[\w$]+", names)


def depends_on(asserts: Iterable[Assertion], made: Mapping[str, tuple[str, int]], body: str = "") -> frozenset[str]:
    """Give the functions that what is asserted came from: called in an assertion, or for a name in one.

    For whose methods are called that is its name and a dot. Where a test fails by itself, it is whatever it did.
    """
    found: set[str] = set()
    for one in asserts:
        said = [one.dump, *(made[word][0] for word in one.words if word in made)]
        found |= {name for text in said for name in _CALLED.findall(text)} | one.calls
        found |= {f"{name}." for name in _OWNER.findall(body if _FAILS.match(one.dump) else "")}
        found |= {f"{name}." for name in _owners(one, made)}
    return frozenset(found)


_FAILS = re.compile(r"(?:\w+ \. )*fail \(")
_DEEP = 3


def _owners(one: Assertion, made: Mapping[str, tuple[str, int]]) -> frozenset[str]:
    """Give the names whose methods what is asserted came from, through other names."""
    texts, known = [one.dump], set[str]()
    found: set[str] = set()
    for _ in range(_DEEP):
        found |= {name for text in texts for name in _OWNER.findall(text)}
        names = {word for text in texts for word in _WORD.findall(text) if word in made} - known
        known |= names
        texts = [made[name][0] for name in names]
    return frozenset(found)


_WORD = re.compile(r"[A-Za-z_$][\w$]*")
