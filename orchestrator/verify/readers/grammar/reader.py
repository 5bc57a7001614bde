"""JavaScript, TypeScript, Go, Rust and Java, for the rules: through ast-grep's grammars. Never runs what it reads."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.code import functions, is_for_tests
from orchestrator.verify.readers.grammar.go import GO
from orchestrator.verify.readers.grammar.helpers import found_in, helpers_of
from orchestrator.verify.readers.grammar.java import JAVA
from orchestrator.verify.readers.grammar.js import JS
from orchestrator.verify.readers.grammar.rust import RUST
from orchestrator.verify.readers.grammar.signs import signs
from orchestrator.verify.readers.grammar.source import NAME, called, name_of, parts, read, statements, walk
from orchestrator.verify.readers.grammar.tables import BY_EXTENSION, Table
from orchestrator.verify.readers.grammar.testing import Found, Reader, read_trial
from orchestrator.verify.readers.language import Language
from orchestrator.verify.readers.trials import Trial

_READERS: Mapping[str, Reader] = {"js": JS, "go": GO, "rust": RUST, "java": JAVA}
_KEPT = 128


def reader_of(extension: str) -> Language:
    """Give the language of a file name's extension."""
    table = BY_EXTENSION[extension]
    return Language(
        name=table.name,
        functions=partial(functions, table=table),
        trials=partial(_trials, table=table),
        asserting=partial(_asserting, table=table),
        defines=partial(_words, table=table),
        mentions=partial(_words, table=table),
        scopes=partial(_scopes, table=table),
        missing=_none,
        signs=partial(_signs, table=table),
        helpers=partial(_helpers, table=table),
        tests_inside=table.family == "rust",
        pair=partial(_pair, table=table),
    )


@lru_cache(maxsize=_KEPT)
def _trials(text: str, table: Table) -> Mapping[str, Trial] | None:
    source, reader = read(text, table), _READERS[table.family]
    if source is None:
        return None
    found = [
        (one.name, read_trial(source, one, reader) if isinstance(one, Found) else one)
        for one in found_in(source, reader)
    ]
    return dict(found)


@lru_cache(maxsize=_KEPT)
def _pair(old: str, new: str, table: Table) -> tuple[Mapping[str, Trial], Mapping[str, Trial]] | None:
    sources, reader = [read(text, table) for text in (old, new)], _READERS[table.family]
    before, after = ({one.name: one for one in found_in(source, reader)} if source else {} for source in sources)
    if None in sources:
        return None
    apart = {_plain(name) for name in before.keys() ^ after.keys()}  # those of one name are told apart by their words
    same = {
        name
        for name, one in before.items()
        if name in after and _plain(name) not in apart and _is_same(one, after[name])
    }
    first, second = (
        {
            name: read_trial(source, one, reader) if isinstance(one, Found) else one
            for name, one in tests.items()
            if name not in same and source is not None
        }
        for source, tests in zip(sources, (before, after), strict=True)
    )
    return first, second


def _plain(name: str) -> str:
    return name.partition("#")[0]


def _is_same(one: Found | Trial, other: Found | Trial) -> bool:
    """Say whether a test stands in both texts as it is."""
    if not isinstance(one, Found) or not isinstance(other, Found):
        return False
    beside = [(test.marks, test.cases, [wanted.dump for wanted in test.expects], test.never) for test in (one, other)]
    return beside[0] == beside[1] and one.node.text() == other.node.text()


@lru_cache(maxsize=_KEPT)
def _asserting(text: str, table: Table) -> frozenset[str]:
    source, reader = read(text, table), _READERS[table.family]
    if source is None:
        return frozenset()
    tests = [one.node.range() for one in found_in(source, reader) if isinstance(one, Found)]
    spans = [(test.start.index, test.end.index) for test in tests]
    modules = [node for node in walk(source.root) if node.kind() == "mod_item" and is_for_tests(node)]
    named = [
        node
        for root in modules or [source.root]  # in Rust what is tested stands in the same file, and may assert too
        for node in walk(root)
        if node.kind() in source.table.named and name_of(node) and not _is_within(node, spans)
    ]
    made = [(name_of(node), node.field("body")) for node in named]
    made += [(name_of(node), node.field("value")) for node in _macros(source.root)]
    return frozenset(
        name
        for name, body in made
        if body is not None
        and any(True for step in statements(body) for part in walk(step) for _ in reader.asserts(source, part))
    )


def _macros(root: SgNode) -> Iterator[SgNode]:
    """Give the macros of ava that a file defines at its top."""
    for node in (part for one in parts(root) if one.kind() == "lexical_declaration" for part in parts(one)):
        value = node.field("value")
        if value is not None and called(value) == "test.macro":
            yield node


def _is_within(node: SgNode, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether a function is a test, or stands in one, where nobody else can call it."""
    at = node.range().start.index
    return any(start <= at < end for start, end in spans)


@lru_cache(maxsize=_KEPT)
def _words(text: str, table: Table) -> frozenset[str]:
    source = read(text, table)
    nodes = [node for node in parts(source.root) if not is_for_tests(node)] if source is not None else []
    return frozenset[str]().union(*(source.words(node) for node in nodes if source is not None))


@lru_cache(maxsize=_KEPT)
def _scopes(text: str, table: Table) -> Mapping[str, frozenset[str]]:
    found = functions(text, table) or {}
    return {name: frozenset(NAME.findall(" ".join(function.steps))) for name, function in found.items()}


@lru_cache(maxsize=_KEPT)
def _helpers(text: str, table: Table) -> Mapping[str, Trial]:
    source = read(text, table)
    return helpers_of(source, _READERS[table.family]) if source is not None else {}


def _none(text: str) -> Mapping[str, int]:  # noqa: ARG001 - the signature of every language
    return {}


def _signs(text: str, rule: str, testing: bool, *, table: Table) -> tuple[tuple[int, str], ...]:  # noqa: FBT001 - a key
    return signs(text, rule, testing, table)
