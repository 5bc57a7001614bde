"""The tests of Rust, which stand in the sources too. Never runs them."""

import re
from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.asserting import says_to_assert
from orchestrator.verify.readers.grammar.here import cfg_holds_nowhere
from orchestrator.verify.readers.grammar.holding import about, are_lengths, holds
from orchestrator.verify.readers.grammar.skipping import Mark
from orchestrator.verify.readers.grammar.source import Source, called, line_of, name_of, shallow, statements
from orchestrator.verify.readers.grammar.testing import Found, Reader, assertion, split
from orchestrator.verify.readers.trials import LAX, NONE, STRICT, TRUTH, Assertion, Trial

_TEST = re.compile(r"#\[\s*(?:\w+::)*(?:test|rstest|test_case|quickcheck|proptest|wasm_bindgen_test)\b(?!_)")
_SILENT = re.compile(
    r"#!?\[\s*(ignore|should_panic|cfg\(\s*(?:any\(\)|FALSE|never|none|false|not\(\s*test\s*\)|(?:(?:any|all)\(\s*)?feature)|cfg_attr\([^\]]*\bignore\b"
    r"|cfg\(\s*target_os\s*=\s*\"(?!linux|macos|windows|android|ios)[^\]]*)"
)
_ELSEWHERE = re.compile(
    r"cfg_attr\(\s*(?:(?:any|all)\(\s*)?(?:not\(\s*(?:panic|target_\w+\s*=\s*\"(?:linux|macos|windows|32|64|x86_64|aarch64))|miri|loom|windows|target_|panic\s*=)"
)
"""Where a test of Rust is left out by what it is run with; nobody is judged there."""
_BY_FLAG = re.compile(r"cfg_attr\(\s*(?!(?:test|unix|debug_assertions|doc\w*|all|any|not|feature)\b)[a-z]\w*\s*,")
"""A flag that somebody has to set, as a sanitizer's or that of a slow machine."""
_EQUALS = re.compile(r"(?:\w+ :: )*(?:ptr_eq|eq) \(.*\)|[^|&]*\. eq \([^|&]*\)")
_OF_A_FORM = re.compile(r"matches ! \(.* , (?!(?:Err|Ok|Some) \( (?:_|\.\.) \) ,? ?\)|_).*\)")
"""A form is asked for that says more than that there is something."""
_EXPECTS = re.compile(r"#\[\s*should_panic\s*(?:=|\(\s*expected\s*=)\s*\"(?!assert|[^\"]*\b(?:left|right)\b)[^\"]{8,}")
"""A panic that is told from others by its words is what the test asserts."""
_PANICS = re.compile(r"(?:\w+::)*panic!\s*[({]")
_COMPARED = 2
_OR = re.compile(r" \|\|? ")


def _find(source: Source) -> Iterator[Found | Trial]:
    of_file = [one.text() for one in source.root.children() if one.kind() == "inner_attribute_item"]
    yield Trial(name="", line=1, markers=tuple(mark.name for mark in _marks(of_file)))
    pending = [(source.root, "")]
    while pending:
        node, prefix = pending.pop()
        where = prefix
        if node.kind() == "mod_item":
            where = f"{prefix}{name_of(node)}::"
            attributes = (
                _attributes(node) if "test" in node.text() else []
            )  # else it holds no test that could be silenced
            silent = [mark for mark in _marks(attributes) if mark.name != "should_panic"]
            yield Trial(
                name=f"{prefix}{name_of(node)}",
                line=line_of(node),
                markers=tuple(mark.name for mark in silent),
                unconditional=tuple(mark.name for mark in silent if mark.always),
            )
        elif node.kind() == "function_item":
            marks, body = _attributes(node), node.field("body")
            if body is not None and any(_TEST.match(mark) for mark in marks):
                yield _found(node, body, f"{prefix}{name_of(node)}", marks)
            continue
        pending.extend((child, where) for child in reversed(node.children()))


def _attributes(node: SgNode) -> list[str]:
    found: list[str] = []
    before = node.prev()
    while before is not None and (before.kind() == "attribute_item" or "comment" in before.kind()):
        if before.kind() == "attribute_item":
            found.append(before.text())
        before = before.prev()
    return found


def _found(node: SgNode, body: SgNode, name: str, attributes: list[str]) -> Found:
    cases = tuple(mark for mark in attributes if re.match(r"#\[\s*(?:test_case|case)\b", mark))
    panics = any(_PANICS.match(step.text()) for step in statements(body))  # nobody then hears what else it does
    told = [mark for mark in attributes if _EXPECTS.match(mark)]
    expects = tuple(_expected(mark, node) for mark in told if not panics)
    marks = (*_marks(attributes), *((Mark("should_panic"),) if told and panics else ()))
    return Found(name=name, short=name_of(node), node=node, body=body, marks=marks, cases=cases, expects=expects)


def _expected(mark: str, node: SgNode) -> Assertion:
    return Assertion(dump=mark, subjects=frozenset({mark}), strength=STRICT, line=line_of(node))


def _marks(attributes: Sequence[str]) -> Iterator[Mark]:
    for attribute in attributes:
        match = _SILENT.match(attribute)
        if match is not None and not _is_elsewhere(attribute) and not _EXPECTS.match(attribute):
            feature = "feature" in match[1]
            name = "".join(attribute.strip("#![] \n").split()) if feature else match[1].partition("(")[0]
            yield Mark(name, match[1] != "should_panic" and not feature)
        elif match is None:
            yield from _built_for(attribute)


def _built_for(attribute: str) -> Iterator[Mark]:
    """Give what a test or a file is built for, where that is nothing common, or a flag's absence."""
    match = _CFG.fullmatch(attribute.strip())
    asked = "".join(match[1].split()) if match is not None else ""
    if asked and cfg_holds_nowhere(asked):
        yield Mark(f"cfg({asked})", always=False)
    elif asked:
        flags = (flag for flag in re.findall(r"not\((\w+)\)", asked) if cfg_holds_nowhere(flag))
        yield from (Mark(f"built without {flag}", always=False) for flag in flags)


_CFG = re.compile(r"#!?\[\s*cfg\((.*)\)\s*\]", re.DOTALL)


def _is_elsewhere(attribute: str) -> bool:
    return bool(_ELSEWHERE.search(attribute) or _BY_FLAG.search(attribute))


def _read(source: Source, step: SgNode) -> Iterator[tuple[Assertion, bool]]:
    for node in shallow(step):
        name = called(node)
        last = re.split(r"::|\.", name)[-1]
        if (
            not name
            or last == "AssertUnwindSafe"
            or not (says_to_assert(node, last) or last.startswith("debug_assert"))
        ):
            continue
        if node.kind() == "macro_invocation":
            yield _macro(source, node, last)
        elif last != "expect" and not last.startswith("expect_"):
            yield assertion(source, node, [], STRICT, last), False


def _macro(source: Source, node: SgNode, name: str) -> tuple[Assertion, bool]:
    sides = _arguments(source, node)
    subjects = frozenset(side for side in sides[:_COMPARED] if side and not _is_constant(side))
    first = sides[0] if sides else ""
    compared = name.endswith("assert!") and " == " in f" {first} " and not _OR.search(first)
    if compared:
        sides = [side.strip() for side in first.split(" == ", 1)]
        subjects = frozenset(side for side in sides if not _is_constant(side)) | {first}
    same = len(sides) >= _COMPARED and sides[0] == sides[1]
    asked = name.endswith("assert!") and not (compared or _EQUALS.fullmatch(first))
    asked = asked and not _OF_A_FORM.fullmatch(first)
    strict = not asked and not name.endswith("_ne!")
    strength = NONE if same and strict else STRICT if strict else TRUTH if first.startswith("!") else LAX
    if strength == STRICT and {"true", "false"} & {*sides[:_COMPARED]}:
        strength = TRUTH if "false" in sides[:_COMPARED] else LAX  # the same as to assert it, or that it is not so
    strength = min(strength, TRUTH) if are_lengths(sides[:_COMPARED]) else strength
    calls = frozenset(re.findall(r"(\w+) \(", first))
    made = Assertion(
        dump=source.dump(node),
        subjects=subjects.union(*map(about, subjects)) or frozenset({name}),
        strength=strength,
        line=line_of(node),
        calls=calls,
        words=source.words(node),
        sides=tuple(sides[:_COMPARED]) if strict and len(sides) >= _COMPARED else (),
    )
    known = name in {"assert!", "assert_eq!", "debug_assert!", "debug_assert_eq!"}
    constant = known and _is_constant(first) and (first == "true" if not strict else same)
    return made, constant or _holds_anyway(name, _arguments(source, node))


def _holds_anyway(name: str, given: Sequence[str]) -> bool:
    """Say whether a macro asserts what holds whatever it is asked of."""
    if name.endswith("assert!"):
        return bool(given) and holds(given[0])
    return name.endswith("assert_ne!") and len(given) >= _COMPARED and holds(f"( {given[0]} ) != {given[1]}")


def _arguments(source: Source, node: SgNode) -> list[str]:
    """Give the arguments of a macro, whose tokens no grammar takes apart."""
    tree = next((part for part in node.children() if part.kind() == "token_tree"), None)
    parts: list[list[str]] = [[]]
    for child in tree.children()[1:-1] if tree is not None else ():
        if child.text() == ",":
            parts.append([])
        else:
            parts[-1].append(source.dump(child))
    return [" ".join(part) for part in parts if part]


def _is_constant(text: str) -> bool:
    return bool(re.fullmatch(r"true|false|-? ?[\d_.]+\w*|\" .*\"|\"\"|None|\( \)", text))


RUST = Reader(
    find=_find, asserts=split(_read, vacuous=False), vacuous=split(_read, vacuous=True), skips=re.compile(r"(?!)")
)
