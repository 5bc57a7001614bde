"""Which tests of Java a runner runs, and with what: classes, marks, conditions, cases. Never runs them."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.emptiness import is_nothing
from orchestrator.verify.readers.grammar.flags import known, settled
from orchestrator.verify.readers.grammar.skipping import ENVIRONMENT, Mark
from orchestrator.verify.readers.grammar.source import Source, bare, name_of, parts, statements, walk

CLASSES = frozenset({"class_declaration", "interface_declaration", "enum_declaration", "record_declaration"})
PREPARES = re.compile(r"@(?:\w+\.)*Before(?:Each|All|Class|Method|Suite|Test)?\b")
_ENCLOSED = re.compile(
    r"@(?:\w+\.)*(?:Nested|Enclosed|Suite\w*|RunWith|SelectClasses)\b|\bEnclosed\.class|HierarchicalContextRunner"
)
_OPENED = re.compile(r"\b(?:Enclosed|HierarchicalContextRunner|NestedRunner|JUnitPlatform)\b|@(?:\w+\.)*Suite\w*\b")
_FRAMEWORKS = re.compile(
    r"(?:org\.junit|junit|org\.testng|net\.jqwik|kotlin\.test|org\.spockframework|com\.carrotsearch)\b"
)
_IMPORT = re.compile(r"^\s*import\s+([\w.]+?)\.(\w+|\*)\s*;", re.MULTILINE)
_MARK = re.compile(r"@(\w+)\b(?!\.)")
NOBODY = "stands in a class that no runner looks into"
OWN = "is marked by something of its own, which no runner knows"


def modifiers(node: SgNode) -> str:
    """Give what stands before a declaration."""
    found = next((part for part in parts(node) if part.kind() == "modifiers"), None)
    return found.text() if found is not None else ""


def is_passed_by(source: Source, node: SgNode) -> bool:
    """Say whether no runner looks into a class or interface that stands within another, or in a method."""
    name, text, around = name_of(node), modifiers(node), node.parent()
    if node.kind() not in CLASSES or around is None or around.kind() == "program":
        return False
    if _ENCLOSED.search(text) or re.search(
        rf"\b(?:extends|implements)\b[^{{]*\b{name}\b|\b{name}\.class\b", source.text
    ):
        return False
    if (
        around.kind() == "class_body"
        and re.search(r"\bstatic\b", text)
        and not re.search(r"\bprivate\b|\babstract\b", text)
    ):
        return False
    return not any(_OPENED.search(modifiers(one)) for one in node.ancestors() if one.kind() in CLASSES)


def is_nameless(node: SgNode) -> bool:
    """Say whether a class is made and has no name."""
    return node.kind() == "object_creation_expression" and any(one.kind() == "class_body" for one in parts(node))


@lru_cache(maxsize=256)
def own_marks(text: str) -> frozenset[str]:
    """Give the marks of a file that are called as those of a framework and are none of theirs."""
    brought = _IMPORT.findall(text)
    declared = frozenset(re.findall(r"@interface\s+(\w+)", text))
    if not re.search(r"(?m)^\s*import\s", text) or any(
        name == "*" and _FRAMEWORKS.match(owner) for owner, name in brought
    ):
        return declared
    theirs = {name for owner, name in brought if _FRAMEWORKS.match(owner)}
    return declared | (frozenset({"Test"}) - theirs)


def is_marked_otherwise(source: Source, node: SgNode, marks: re.Pattern[str]) -> bool:
    """Say whether all that makes a method a test is a mark of the project's own."""
    own = own_marks(source.text)
    text = modifiers(node)
    found = [match[0] for match in marks.finditer(text)]
    plain = {one.removeprefix("@") for one in found}
    return bool(found) and bool(own) and plain <= own


def marks_of_cases(source: Source, node: SgNode) -> Iterator[Mark]:
    """Give what leaves a test without a single case to run with."""
    text = modifiers(node)
    for match in _SOURCE.finditer(text):
        names = re.findall(r'"([\w.#$]+)"', match[1] or "") or [name_of(node)]
        if all(_gives_nothing(source, name.rpartition("#")[2]) for name in names):
            yield Mark("no cases")
    provider = re.search(r'dataProvider\s*=\s*"(\w+)"', text)
    if provider is not None and _gives_nothing(source, _provider(source, provider[1])):
        yield Mark("no cases")
    if "TestFactory" in text and _gives_nothing(source, name_of(node)):
        yield Mark("no cases")
    if re.search(
        r"@(?:\w+\.)*(?:Value|Csv)Source\(\s*(?:\w+\s*=\s*)?\{\s*\}\s*\)|@(?:\w+\.)*RepeatedTest\(\s*(?:value\s*=\s*)?0\s*\)",
        text,
    ):
        yield Mark("no cases")


_SOURCE = re.compile(r"@(?:\w+\.)*MethodSource\b(?:\(([^)]*)\))?")


def _provider(source: Source, name: str) -> str:
    """Give the method that provides the cases of a name (TestNG)."""
    for node in _methods(source):
        if re.search(rf'DataProvider\([^)]*"{name}"', modifiers(node)):
            return name_of(node)
    return name


def marks_of_class(source: Source, node: SgNode) -> Iterator[Mark]:
    """Give what leaves the tests of a class without a single case to run with (JUnit 4)."""
    for one in _methods(source) if "Parameterized" in modifiers(node) else ():
        if re.search(r"@(?:\w+\.)*Parameters\b", modifiers(one)):
            yield from (Mark("no cases"),) if _gives_nothing(source, name_of(one)) else ()


def marks_of_conditions(source: Source, node: SgNode) -> Iterator[Mark]:
    """Give the conditions a test or class is run under that always say no, or ask whoever runs it."""
    for match in _CONDITION.finditer(modifiers(node)):
        wanted, name = match[1] == "Enabled", match[2].rpartition("#")[2]
        if name in {"true", "false"}:
            yield from (Mark(f"{match[1]}If"),) if (name == "true") is not wanted else ()
            continue
        given = _given_by(source, name)
        text = settled(given, source.text) if given is not None else ""
        truth = known(text)
        if truth is not None and truth is not wanted:
            yield Mark(f"{match[1]}If")
        elif text and ENVIRONMENT.search(text):
            yield Mark(f"{match[1]}If", always=False)


_CONDITION = re.compile(r'@(?:\w+\.)*(Enabled|Disabled)If\(\s*(?:value\s*=\s*)?"([\w.#$]+)"')


def _gives_nothing(source: Source, name: str) -> bool:
    given = _given_by(source, name)
    return given is not None and is_nothing(given.text())


def _given_by(source: Source, name: str) -> SgNode | None:
    """Give what a method of a file gives back, where that is all it does."""
    found = [node for node in _methods(source) if name_of(node) == name]
    body = found[0].field("body") if len(found) == 1 else None
    steps = statements(body) if body is not None else []
    if len(steps) != 1 or steps[0].kind() != "return_statement" or not parts(steps[0]):
        return None
    return bare(parts(steps[0])[0])


def _methods(source: Source) -> Iterator[SgNode]:
    return (node for node in walk(source.root) if node.kind() == "method_declaration")


def preparations(node: SgNode, *, legacy: bool) -> Iterator[tuple[str, SgNode]]:
    """Give what runs before the tests of a class: marked methods, initializers, constructors."""
    body = node.field("body")
    for one in parts(body) if body is not None else ():
        if one.kind() == "method_declaration" and (inner := one.field("body")) is not None:
            if PREPARES.search(modifiers(one)) or (legacy and name_of(one) == "setUp"):
                yield name_of(one), inner
        elif one.kind() == "constructor_declaration" and (inner := one.field("body")) is not None:
            yield "constructor", inner
        elif one.kind() in {"block", "static_initializer"}:
            inner = (
                one if one.kind() == "block" else next((part for part in parts(one) if part.kind() == "block"), None)
            )
            if inner is not None:
                yield "initializer", inner
