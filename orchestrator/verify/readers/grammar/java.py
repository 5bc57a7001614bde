"""The tests of Java: JUnit 3 to 5, TestNG, AssertJ, Hamcrest, Truth. Never runs them."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.asserting import says_to_assert
from orchestrator.verify.readers.grammar.java_asked import fails_itself, holds_anyway, is_broad
from orchestrator.verify.readers.grammar.java_run import (
    CLASSES,
    NOBODY,
    OWN,
    is_marked_otherwise,
    is_nameless,
    is_passed_by,
    marks_of_cases,
    marks_of_class,
    marks_of_conditions,
    modifiers,
    preparations,
)
from orchestrator.verify.readers.grammar.skipping import Mark
from orchestrator.verify.readers.grammar.source import Source, arguments, called, line_of, name_of, parts, shallow
from orchestrator.verify.readers.grammar.testing import Found, Reader, assertion, read_preparation, split
from orchestrator.verify.readers.grammar.values import is_fixed
from orchestrator.verify.readers.trials import LAX, NONE, STRICT, TRUTH, Assertion, Trial

_TEST = re.compile(
    r"@(?:\w+\.)*(?:(?:Parameterized|Repeated|Retrying|Cartesian)?Test|TestFactory|TestTemplate|Theory|Property)\b"
)
_SILENT = re.compile(r"@(?:\w+\.)*(Disabled|Ignore|Ignored)\b(?!\w)")
_ALWAYS = re.compile(r"@(?:\w+\.)*((?:Disabled|Enabled)If\w+)\(.*matches\s*=\s*\"\.\*\"", re.DOTALL)
_SELDOM = re.compile(r"@(?:\w+\.)*(EnabledOnOs)\(\s*\{?\s*(?:OS\.)?(?:AIX|SOLARIS|FREEBSD|OPENBSD|OTHER)\b")
_ASKED = re.compile(r"@(?:\w+\.)*((?:Disabled|Enabled)If(?:EnvironmentVariable|SystemProperty))\(")
_ABSTRACT = re.compile(r"\babstract\b")
_HIDDEN = re.compile(r"(?:^|\s)(private|static)\b")
_OPTIONS = re.compile(
    r"enabled\s*=\s*false|expected\s*=\s*(?:Throwable|Exception|Error|RuntimeException|AssertionError)\.class"
)
_STRICT = re.compile(
    r"assert(?:Equals|Same|ArrayEquals|IterableEquals|LinesMatch|Null|Throws\w*)|isEqualTo|isSameAs|isNull"
)
_LAX = re.compile(
    r"assert(?:NotNull|NotEquals|NotSame|InstanceOf|DoesNotThrow|Timeout\w*)|isNotNull|isInstanceOf|isNotEqualTo|isNotEmpty"
    r"|isN(?:ot|on)Zero|hasSame(?:Class|Size)As|isNotSameAs|isPresent|isGreaterThan\w*|isLessThan\w*"
)
_COMPARED = 2
_SKIPS = re.compile(r"(?:\w+\.)*(?:abort|assume(?:True|False|NotNull|That))")
_TRUTH = frozenset({"assertTrue", "assertFalse", "isTrue", "isFalse"})
_PARTLY = re.compile(
    r"(?:CoreMatchers\.|Matchers\.)?(?:(?:contains|starts|ends|has)\w*\("
    r"|(?:(?:is|equalTo)\()*(?:(?:\w+\.)?empty\w*\(\)|true\)|false\)))"
)
"""Matchers of Hamcrest that ask for a part, or for a yes or no."""
_OPEN = re.compile(
    r"(?:(?:CoreMatchers\.|Matchers\.)?is\()?(?:CoreMatchers\.|Matchers\.)?"
    r"(?:not\w*\(|instanceOf\(|isA\(|greaterThan\w*\(|lessThan\w*\(|any\w*\()"
)
"""Those that leave most open, as `assertNotNull` does."""
_BEHAVIOUR = re.compile(r"(?:\w*(?:[sS]oftly|Assertions?|BDDMockito)\.)?then(?:[A-Z]\w*)?")
"""What AssertJ and Mockito call an assertion where tests are told as behaviour."""
_OF_ERRORS = re.compile(r"(?:assertThat|then)(?:ThrownBy|ExceptionOfType|Code)")


_NAMED, _LEGACY = re.compile(r"(?!)"), re.compile(r"(?:.*\s)?test\w*$", re.DOTALL)
_EACH = re.compile(r"public \w+$")
"""Which methods are tests without a mark of their own: none, JUnit 3's, or each public one of a class marked so."""


def _find(source: Source) -> Iterator[Found | Trial]:
    pending = [(source.root, "", _NAMED, "")]
    while pending:
        node, prefix, counts, never = pending.pop()
        where = prefix
        if is_passed_by(source, node) or is_nameless(node):
            never = NOBODY
        if node.kind() in CLASSES:
            where = f"{prefix}{name_of(node)}."
            heritage = node.field("superclass")
            counts = _LEGACY if heritage is not None and "TestCase" in heritage.text() else _NAMED
            counts = _EACH if _TEST.search(modifiers(node)) else counts
            marks = () if _run_by_hand(source, node) else tuple(_marks(source, node))
            yield Trial(
                name=where[:-1],
                line=line_of(node),
                markers=tuple(mark.name for mark in marks),
                unconditional=tuple(mark.name for mark in marks if mark.always),
            )
            for first, inner in preparations(node, legacy=counts is _LEGACY):
                yield read_preparation(source, f"{where}<{first}>", inner, inner, _SKIPS)
        elif node.kind() == "method_declaration":
            body, name = node.field("body"), name_of(node)
            if body is not None and (_TEST.search(modifiers(node)) or counts.match(f"{modifiers(node)} {name}")):
                otherwise = is_marked_otherwise(source, node, _TEST) and not counts.match(f"{modifiers(node)} {name}")
                yield Found(
                    name=f"{prefix}{name}",
                    short=name,
                    node=node,
                    body=body,
                    marks=(*_marks(source, node), *marks_of_cases(source, node)),
                    cases=tuple(_cases(source, node)),
                    never=never or (OWN if otherwise else ""),
                )
            if body is None or not _HOLDS_CLASSES.search(body.text()):
                continue
        pending.extend((child, where, counts, never) for child in reversed(node.children()))


_HOLDS_CLASSES = re.compile(r"@(?:\w+\.)*\w*Test\b")
"""What a class within a method could hold."""


def _run_by_hand(source: Source, node: SgNode) -> bool:
    """Say whether a class within another is for a test to run: silenced for the runner, and handed to somebody."""
    holder = node.parent()
    inner = holder is not None and holder.kind() == "class_body" and "static" in modifiers(node)
    return inner and f"{name_of(node)}.class" in source.root.text()


def _marks(source: Source, node: SgNode) -> Iterator[Mark]:
    text = modifiers(node)
    hidden = (_HIDDEN,) if node.kind() == "method_declaration" else ()  # no runner calls it
    for pattern in (_SILENT, _ALWAYS, _SELDOM, *hidden):
        yield from (Mark(match[1]) for match in pattern.finditer(text))
    if not _ALWAYS.search(text):
        yield from (Mark(match[1], always=False) for match in _ASKED.finditer(text))
    if node.kind() == "class_declaration" and _ABSTRACT.search(text) and _TEST.search(node.text()):
        yield Mark("abstract", always=False)
    yield from marks_of_conditions(source, node)
    if node.kind() == "class_declaration":
        yield from marks_of_class(source, node)
    yield from (Mark(match[0], match[0].startswith("enabled")) for match in _OPTIONS.finditer(text))


def _cases(source: Source, node: SgNode) -> Iterator[str]:
    for part in parts(node):
        for mark in parts(part) if part.kind() == "modifiers" else ():
            if re.match(r"@(?:\w+\.)*(?:Value|Csv|Enum)Source", mark.text()):
                yield from (token for one in mark.children() for token in source.dump(one).split(" , "))


def _read(source: Source, step: SgNode) -> Iterator[tuple[Assertion, bool]]:
    taken: set[int] = set()
    for node in shallow(step):
        if node.kind() != "method_invocation" or node.range().start.index in taken:
            continue
        root = _root(node)
        name = name_of(root)
        if (
            name == "assertThat"
            and root.range().end.index == node.range().end.index
            and len(arguments(node)) < _COMPARED
        ):
            continue  # asked about and not said
        if (
            not says_to_assert(node, name)
            and name not in {"fail", "andExpect"}
            and not _BEHAVIOUR.fullmatch(called(root))
        ):
            continue
        taken.add(node.range().start.index)
        fluent = root.range().end.index != node.range().end.index
        yield _fluent(source, node, root) if fluent else _plain(source, node, name)


def _root(node: SgNode) -> SgNode:
    """Give what a chain of calls begins with."""
    while (owner := node.field("object")) is not None and owner.kind() == "method_invocation":
        node = owner
    return node


def _plain(source: Source, node: SgNode, name: str) -> tuple[Assertion, bool]:
    given = arguments(node)
    sides = [part for part in given if part.kind() != "string_literal"][:2] or given[:2]
    same = len(sides) > 1 and source.dump(sides[0]) == source.dump(sides[1])
    if name.startswith("assertThrows"):
        strength = LAX if given and is_broad(given[0].text()) else STRICT
        return assertion(source, node, given[1:], strength, "throws"), fails_itself(source, given[1:])
    matcher = sides[-1].text() if name == "assertThat" and len(sides) > 1 else ""
    strength = TRUTH if _PARTLY.match(matcher) else LAX if _OPEN.match(matcher) else _strength(name)
    if strength == STRICT and any(side.text() in {"true", "false"} for side in sides):
        strength = TRUTH  # the same as `assertTrue`
    vacuous = (
        (name == "assertTrue" and bool(sides) and (sides[0].text() == "true" or sides[0].text().endswith("|| true")))
        or (name == "assertFalse" and bool(sides) and sides[0].text() == "false")
        or (same and _STRICT.fullmatch(name) is not None and is_fixed(source, sides[0], set()))
        or (name == "assertNull" and bool(sides) and sides[0].text() == "null")
        or holds_anyway(source, name, given)
    )
    return assertion(source, node, sides, NONE if same else strength, name), vacuous


def _strength(name: str) -> int:
    if _LAX.fullmatch(name):
        return LAX
    return TRUTH if name in _TRUTH else STRICT


def _fluent(source: Source, node: SgNode, root: SgNode) -> tuple[Assertion, bool]:
    subjects, against = arguments(root)[:1], arguments(node)[:1]
    same = bool(subjects) and bool(against) and source.dump(subjects[0]) == source.dump(against[0])
    strength = NONE if same and name_of(node) == "isEqualTo" else _strength(name_of(node))
    truth = bool(against) and against[0].text() in {"true", "false"}
    if truth and name_of(node) in {"isEqualTo", "isSameAs"}:  # as strict as `isTrue`
        strength = min(strength, TRUTH)
    if name_of(node) == "isTrue" and subjects and "||" in subjects[0].text():
        strength = LAX  # one of several may hold
    constant = bool(subjects) and is_fixed(source, subjects[0], set())
    vacuous = constant and (same or (name_of(node) == "isTrue" and subjects[0].text() == "true"))
    vacuous = vacuous or holds_anyway(source, name_of(node), [*subjects, *against])
    if _OF_ERRORS.fullmatch(name_of(root)):
        strength = LAX if any(is_broad(one.text()) for one in (*against, *subjects)) else STRICT
        vacuous = vacuous or fails_itself(source, subjects)
    return assertion(source, node, subjects, strength, called(root), against), vacuous


JAVA = Reader(
    find=_find,
    asserts=split(_read, vacuous=False),
    vacuous=split(_read, vacuous=True),
    skips=_SKIPS,
)
