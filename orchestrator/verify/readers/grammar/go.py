"""The tests of Go: `testing`, testify and the like. Never runs them.

What fails a test is a call (`t.Errorf`); how strict it is says the `if` around it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.asserting import says_to_assert
from orchestrator.verify.readers.grammar.flags import known
from orchestrator.verify.readers.grammar.go_asked import holds_anyway
from orchestrator.verify.readers.grammar.here import is_built_nowhere
from orchestrator.verify.readers.grammar.holding import never_holds
from orchestrator.verify.readers.grammar.skipping import Mark
from orchestrator.verify.readers.grammar.source import (
    Source,
    arguments,
    bare,
    called,
    name_of,
    parts,
    shallow,
    statements,
    walk,
)
from orchestrator.verify.readers.grammar.tables import BUILDS_OF_GO
from orchestrator.verify.readers.grammar.testing import Found, Reader, assertion, split
from orchestrator.verify.readers.trials import LAX, NONE, STRICT, TRUTH, Assertion, Trial

_FAILS = re.compile(r"\w+\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)")
_NEVER_BUILT = re.compile(r"^//(?:go:build|\s*\+build)\s+(?:ignore|never|none|false)\b", re.MULTILINE)
_FIRST_ONLY = re.compile(r"range \w+\[:\d+\]")
"""A table of which only the first rows are run."""

_ASKS_NOTHING = re.compile(r"testenv\.(?:MustHave|Needs)\w*|(?:assert|require)\.New")
"""Calls that leave a test out where it cannot run, or make what asserts."""

_NEVER = "never"
_HELPERS = frozenset({"t.Run", "t.Helper", "t.Cleanup", "t.Log", "t.Logf", "t.Setenv", "t.Parallel"})
_TAKEN = frozenset({"t", "tb", "assert", "require", "c", "s"})
_STRICT = re.compile(
    r"(?:Equal|EqualValues|Exactly|Same|JSONEq|YAMLEq|ElementsMatch|ErrorIs|EqualError|Len|Empty|Nil|NoError|Eq|DeepEqual"
    r"|Zero|Panics\w*|ErrorAs|InDelta|Assert|Check)f?$"
)
_TRUTH = frozenset({"True", "False"})
_VACUOUS = {"True": "true", "False": "false", "Nil": "nil"}


def _find(source: Source) -> Iterator[Found | Trial]:
    head = source.text.partition("package ")[0]
    told = re.search(r"(?m)^//go:build\s+(.*)$", head)
    if _NEVER_BUILT.search(head) or (told is not None and is_built_nowhere(told[1])):
        yield Trial(name="", line=1, markers=("go:build ignore",), unconditional=("go:build ignore",))
    else:
        asked = _asked_for(head)
        yield Trial(name="", line=1, markers=tuple(f"go:build {tag}" for tag in asked))
    for node in parts(source.root):
        name, body = name_of(node), node.field("body")
        if node.kind() not in {"function_declaration", "method_declaration"} or body is None:
            continue
        if re.match(r"Test(?![a-z])", name) and "testing." in node.text()[: node.text().find("{")] + "testing.":
            first = (Mark(match[0], always=False) for match in _FIRST_ONLY.finditer(body.text()))
            yield Found(
                name=name,
                short=name,
                node=node,
                body=body,
                marks=(*first, *_skipped_first(source, body)),
                cases=tuple(_cases(source, body)),
                never="belongs to a type, where no runner calls it" if _is_called_by_nobody(source, node) else "",
            )


def _skipped_first(source: Source, body: SgNode) -> Iterator[Mark]:
    """Give the skips of functions of the file that a test calls, on no condition."""
    skipping = _skipping(source.text) if ".Skip" in source.text else frozenset()
    for step in statements(body) if skipping else ():
        name = called(bare(step))
        if name in skipping:
            yield Mark("Skip")


@lru_cache(maxsize=128)
def _skipping(text: str) -> frozenset[str]:
    """Give the functions of a file, besides tests, that skip whatever test calls them."""
    found = _ALONE.findall(text)
    return frozenset(name for name, body in found if _SKIPS_AT_ONCE.search(body) and not name.startswith("Test"))


_ALONE = re.compile(r"^func (\w+)\([^)]*\btesting\.TB?\b[^)]*\)[^{\n]*\{\n((?:[^}\n].*\n|\n)*)\}", re.MULTILINE)
_SKIPS_AT_ONCE = re.compile(r"(?m)^(?:\t|    )\w+\.Skip(?:Now|f)?\(")


def _is_called_by_nobody(source: Source, node: SgNode) -> bool:
    """Say whether a method is called as a test is, of a type of the file that no suite runs."""
    receiver = node.field("receiver")
    kind = re.search(r"\*?(\w+)\s*\)$", receiver.text()) if receiver is not None else None
    if kind is None or re.search(r"\bsuite\b|\bcheck\.", source.text):
        return False
    declared = re.search(rf"(?m)^type\s+{kind[1]}\b", source.text) is not None
    return declared and re.search(rf"\.{name_of(node)}\b", source.text) is None


def _asked_for(head: str) -> list[str]:
    """Give the tags a file is built with that are no system's: who runs the tests has to ask for them."""
    lines = [
        *re.findall(r"^//go:build\s+(.*)$", head, re.MULTILINE),
        *re.findall(r"^//\s*\+build\s+(\S+)$", head, re.MULTILINE),
    ]
    tags = [word for line in lines if "||" not in line for word in re.findall(r"(?<![\w!.])[a-zA-Z_][\w.]*", line)]
    return [tag for tag in dict.fromkeys(tags) if not BUILDS_OF_GO.fullmatch(tag)]


def _cases(source: Source, body: SgNode) -> Iterator[str]:
    """Give the rows of the tables in a test."""
    for node in walk(body):
        if node.kind() == "composite_literal":
            kind, rows = node.field("type"), node.field("body")
            if kind is not None and rows is not None and kind.kind() in {"slice_type", "map_type"}:
                yield from (source.dump(row) for row in parts(rows) if "{" in row.text())


def _read(source: Source, step: SgNode) -> Iterator[tuple[Assertion, bool]]:
    for node in shallow(step):
        name = called(node)
        if not name or _ASKS_NOTHING.fullmatch(name):
            continue
        last = name.rpartition(".")[2]
        given = [part for part in arguments(node) if part.text() not in _TAKEN]
        panics = name == "panic" and any(one.kind() == "if_statement" for one in node.ancestors())
        if panics or (_FAILS.fullmatch(name) and name.partition(".")[0] in {"t", "tb", "b", "c", "f"}):
            made = _judged(source, node)
            yield made, made.subjects == frozenset({_NEVER})
        elif _is_asserting(node, name, last):
            yield _testified(source, node, last, given)
        elif name not in _HELPERS and (says_to_assert(node, last) or last.startswith("Require") or _is_left_to(node)):
            yield assertion(source, node, given[:2], STRICT, last), False


def _is_asserting(node: SgNode, name: str, last: str) -> bool:
    """Say whether a call is one of an assertion library, under whatever name that was imported or is held."""
    owner = name.rpartition(".")[0]
    if owner in {"assert", "require"} or "Assert()" in name:
        return True
    return _KNOWN.fullmatch(last) is not None and (owner in _HOLDERS or (owner.isidentifier() and _takes_test(node)))


_HOLDERS = frozenset({"is", "check", "qt", "must", "a", "r"})
_KNOWN = re.compile(
    r"(?:Not|No)?(?:Equal\w*|Nil|Empty|True|False|Errors?\w*|Contains|Len|Panics\w*|Zero|IsType|Implements|Same|Exactly|Greater\w*"
    r"|Less\w*|InDelta\w*|InEpsilon\w*|ElementsMatch|Subset|Regexp|Eventually\w*|\w+Eq|\w+Exists|Positive|Negative|Condition"
    r"|Fail\w*|Within\w*|Never|Is|DeepEquals?|Matches|HTTP\w+|Assert|Check|That|OK)f?"
)


def _is_left_to(node: SgNode) -> bool:
    """Say whether a test is handed to a function for nothing but what it finds; one that gives something made it."""
    holder = node.parent()
    return _takes_test(node) and holder is not None and holder.kind() == "expression_statement"


def _takes_test(node: SgNode) -> bool:
    given = arguments(node)
    return bool(given) and given[0].text() in {"t", "tb"} and not called(node).startswith(("t.", "context"))


def _testified(source: Source, node: SgNode, last: str, given: list[SgNode]) -> tuple[Assertion, bool]:
    same = len(given) > 1 and source.dump(given[0]) == source.dump(given[1]) and not last.startswith("Not")
    strength = NONE if same else STRICT if _STRICT.match(last) else TRUTH if last in _TRUTH else LAX
    if strength == STRICT and any(side.text() in {"true", "false"} for side in given[:2]):
        strength = TRUTH  # the same as `True`
    if last == "Panics" or (last in {"Error", "Errorf"} and given):
        strength = LAX
    first = given[0].text() if given else ""
    constant = bool(given) and given[0].kind() in source.table.literals
    vacuous = (
        _VACUOUS.get(last) == first
        or (same and constant and last.startswith(("Equal", "Exactly", "Same")))
        or first.endswith("|| true")
        or holds_anyway(source, last.removesuffix("f"), given)
    )
    made = assertion(source, node, given[:2], strength, last)
    if made.dump.startswith("require . "):  # which of both asserts says only what happens next
        made = msgspec.structs.replace(made, dump=f"assert{made.dump.removeprefix('require')}")
    return made, vacuous and bool(given)


def _judged(source: Source, node: SgNode) -> Assertion:
    """Read `if got != want { t.Errorf(...) }`; one that stands alone always fails."""
    for one in node.ancestors():
        if one.kind() == "if_statement":
            condition = one.field("condition")
            if condition is not None and _is_direct(one, node):
                if known(condition.text()) is False or never_holds(source.dump(condition)):
                    return assertion(source, one, [], NONE, _NEVER)
                subjects, strength = _sides(source, bare(condition))
                if any(known(part.text()) is False for part in _parts(bare(condition))):
                    subjects, strength = _compared(bare(condition)), NONE
                return assertion(source, one.field("condition") or one, subjects, strength, "if")
        if one.kind() in {"function_declaration", "func_literal", "method_declaration"}:
            break
    return assertion(source, node, [], STRICT, "fails")


def _compared(condition: SgNode) -> list[SgNode]:
    """Give what a condition that never holds would compare."""
    sides = [side for part in _parts(condition) for side in (part.field("left"), part.field("right"))]
    return [side for side in sides if side is not None]


def _is_direct(branch: SgNode, node: SgNode) -> bool:
    body = branch.field("consequence")
    return body is not None and body.range().start.index <= node.range().start.index < body.range().end.index


def _sides(source: Source, condition: SgNode) -> tuple[list[SgNode], int]:
    operator = condition.field("operator")
    if condition.kind() == "binary_expression" and operator is not None and operator.text() in {"!=", "=="}:
        sides = [side for side in (condition.field("left"), condition.field("right")) if side is not None]
        if operator.text() == "==":
            return sides, LAX
        return sides, NONE if source.dump(sides[0]) == source.dump(sides[1]) else STRICT
    compared = [one for one in _parts(condition) if one.kind() == "binary_expression" and " != " in one.text()]
    if len(compared) == 1 and not any(known(one.text()) is False for one in _parts(condition)):
        return _sides(source, compared[0])
    if condition.kind() == "unary_expression" and _EQUALS.search(condition.text()):
        return [part for one in walk(condition) for part in (arguments(one) if called(one) else [])], STRICT
    return [condition], LAX


_EQUALS = re.compile(r"Equal|\berrors\.(?:Is|As)\(")


def _parts(condition: SgNode) -> list[SgNode]:
    """Give what is asked for together, where a condition is such a list: `ok && got != want`."""
    operator = condition.field("operator")
    if condition.kind() != "binary_expression" or operator is None or operator.text() != "&&":
        return []
    sides = [bare(side) for side in (condition.field("left"), condition.field("right")) if side is not None]
    return [part for side in sides for part in (_parts(side) or [side])]


GO = Reader(
    find=_find,
    asserts=split(_read, vacuous=False),
    vacuous=split(_read, vacuous=True),
    skips=re.compile(r"[tb]b?\.Skip(?:Now|f)?"),
)
