"""Code that looks for tests in what it runs in: frames, loaded modules, how it was built. Never runs what it reads."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import Source, name_of, own, parts, walk
from orchestrator.verify.readers.grammar.tables import FUNCTIONS, NAMES

LOOKS = {
    "js": re.compile(
        r"require\.(?:cache|main)|module\.(?:children|parent)|process\.(?:mainModule|title|moduleLoadList)|\.stack\b"
        r"|\bstack\b[^=;\n]*\}\s*=\s*new Error|Error\.(?:captureStackTrace|prepareStackTrace)|process\._\w+"
    ),
    "go": re.compile(
        r"debug\.(?:ReadBuildInfo|Stack|PrintStack)|runtime\.(?:Callers?|CallersFrames|FuncForPC|Stack)\b|os\.Executable"
        r"|flag\.(?:CommandLine|VisitAll|Visit)\b|pprof\.Lookup"
    ),
    "rust": re.compile(
        r"Backtrace::|\bbacktrace::|\bcurrent_exe\b|thread::current|module_path!|any::type_name|Location::caller"
    ),
    "java": re.compile(
        r"getStackTrace|StackWalker|getInputArguments|ProcessHandle|getAllStackTraces|getThreadGroup|getAllLoadedClasses"
        r"|Thread\.currentThread|getPackages\(|getRuntimeMXBean"
    ),
}
"""What tells a program of itself, as it runs."""
_TESTS = re.compile(
    r"(?i)(?:^|[^a-z]|(?<=[a-z])(?-i:(?=[TS])))(?:test(?:s|ing)?|specs?|jest|mocha|vitest|jasmine|tape?|ava|junit\d?|testng|surefire"
    r"|libtest|nextest|gotest)(?:[^a-z]|$)"
)
_TEXTS = frozenset(
    (
        *("string", "regex", "template_string", "interpreted_string_literal", "raw_string_literal", "string_literal"),
        *("char_literal", "byte_string_literal"),
    )
)
_BINDS = frozenset(
    (
        *("variable_declarator", "short_var_declaration", "var_spec", "let_declaration", "range_clause"),
        *(
            "assignment_expression",
            "assignment_statement",
            "for_in_statement",
            "enhanced_for_statement",
            "for_expression",
        ),
        "let_condition",
    )
)
_ENDS = re.compile(r".*_(?:statement|declaration|declarator)|(?:if|match|while|ternary)_expression|let_condition")
_TELLS = frozenset({"expression_statement", "throw_statement"})


def looks_for_tests(source: Source) -> Iterator[tuple[SgNode, str]]:
    """Give the texts that speak of tests and are looked for in what tells a program of itself."""
    pattern = LOOKS[source.table.family]
    for node in walk(source.root):
        body = node.field("body")
        if node.kind() not in FUNCTIONS or body is None or not pattern.search(body.text()):
            continue
        inner = not node.kind().endswith(("_declaration", "_item", "_definition"))
        held = inner and any(one.kind() in FUNCTIONS and pattern.search(one.text()) for one in node.ancestors())
        yield from _within(source, body, pattern) if not held else ()


def _within(source: Source, body: SgNode, pattern: re.Pattern[str]) -> Iterator[tuple[SgNode, str]]:
    known = _told(body, pattern)
    for one in walk(body):
        if one.kind() in _TEXTS and _TESTS.search(one.text().strip("\"'`/")):
            asked = next((above for above in one.ancestors() if _ENDS.fullmatch(above.kind())), body)
            said = _condition(asked, one)
            words = {leaf.text() for leaf in walk(said) if leaf.kind() in NAMES or leaf.kind().endswith("identifier")}
            if asked.kind() not in _TELLS and (words & known or pattern.search(said.text())):
                yield one, source.dump(said)[:_LONG]


_LONG = 120


def _condition(asked: SgNode, node: SgNode) -> SgNode:
    """Give the part of a statement a text stands in: of a branch, its condition."""
    at = node.range().start.index
    for place in ("condition", "initializer", "value", "right"):
        part = asked.field(place)
        if part is not None and part.range().start.index <= at < part.range().end.index:
            return part
    return asked


def _told(body: SgNode, pattern: re.Pattern[str]) -> set[str]:
    """Give the names of a body that hold what tells it of itself, or something of that."""
    pairs: list[tuple[set[str], set[str], str]] = []
    for one in (part for part in own(body) if part.kind() in _BINDS):
        held = one.field("value") or one.field("right")
        places = [part for name in ("name", "pattern", "left") for part in one.field_children(name)]
        if held is not None:
            pairs.append((_names(places), _names([held]), one.text()))
    known: set[str] = set()
    while True:
        found = {name for names, words, text in pairs if words & known or pattern.search(text) for name in names}
        if found <= known:
            return known
        known |= found


def _names(nodes: list[SgNode]) -> set[str]:
    known = {*NAMES, "shorthand_property_identifier_pattern"}
    found = {leaf.text() for node in nodes for leaf in walk(node) if leaf.kind() in known}
    return (found | {name_of(node) for node in nodes if not parts(node)}) - {""}
