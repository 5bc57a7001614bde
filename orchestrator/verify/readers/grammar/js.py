"""The tests of JavaScript and TypeScript: jest, vitest, mocha, node:test, ava, playwright. Never runs them."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.asserting import says_to_assert
from orchestrator.verify.readers.grammar.emptiness import is_nothing
from orchestrator.verify.readers.grammar.js_asked import THROWS, as_equality, fails_anyhow, holds_anyway, leaves_open
from orchestrator.verify.readers.grammar.js_marks import SILENT, Chain, chain_of, marks_of, others_of
from orchestrator.verify.readers.grammar.js_requests import ends_told, expectations
from orchestrator.verify.readers.grammar.js_run import filled, marks_around, never_run
from orchestrator.verify.readers.grammar.skipping import Mark
from orchestrator.verify.readers.grammar.source import Source, arguments, line_of, parts, shallow, walk
from orchestrator.verify.readers.grammar.testing import Found, Reader, assertion, read_preparation
from orchestrator.verify.readers.grammar.values import is_fixed
from orchestrator.verify.readers.trials import LAX, NONE, STRICT, TRUTH, Assertion, Trial

_TESTS = frozenset({"it", "test", "specify", "xit", "xtest", "xspecify", "fit", "Deno"})
_SUITES = frozenset({"describe", "context", "suite", "xdescribe", "xcontext", "fdescribe"})
_FILLERS = frozenset(
    (
        "to",
        "be",
        "been",
        "is",
        "that",
        "which",
        "and",
        "has",
        "have",
        "with",
        "at",
        "of",
        "same",
        "but",
        "does",
        "still",
    )
)
_WAITS = frozenset({"resolves", "rejects", "deep", "soft", "poll", "element", "own", "nested", "a", "an"})
_STRICT = re.compile(
    r"toBe|toEqual|toStrictEqual|equals?|eq|eql|strictEqual|deepEqual|deepStrictEqual|is|(?:strictS|s)ame|to(?:Match|Throw\w*)\w*Snapshot"
)
_TRUTH = frozenset(
    (
        *("toBeTruthy", "toBeFalsy", "ok", "true", "false", "assert", "truthy", "falsy", "isTrue", "isFalse"),
        *("instanceOf", "instanceof"),
    )
)
_LAX = re.compile(
    r"doesNot(?:Throw|Reject|Match)|notThrows(?:Async)?|toBeDefined|toBeInstanceOf|(?:toBeG|g)reaterThan\w*|(?:toBeL|l)essThan\w*|[gl]te?|within|toBeTypeOf|exists?"
    r"|isDefined|isOk|isObject|isString|isArray|isNotNull|isNotEmpty|notEqual|notStrictEqual|notDeepEqual|defined|not|above|below|least|most"
)
_SKIPS = re.compile(r"(?:this|test|it|t|ctx|context)\.(?:skip|fixme|todo)")
_PLANS = frozenset({"t", "tt", "st", "plan"})
"""What a runner hands to a test to assert with, as it is commonly called."""
_PLANNED = frozenset(
    (
        "throws",
        "throwsAsync",
        "notThrows",
        "notThrowsAsync",
        "like",
        "regex",
        "notRegex",
        "not",
        "notDeepEqual",
        "snapshot",
        "matchSnapshot",
        "resolveMatchSnapshot",
    )
)
"""What they assert besides, in the words of ava and tap."""
_SNAPSHOTS = frozenset({"toMatchSnapshot", "matchSnapshot", "resolveMatchSnapshot"})
_NODE = frozenset(
    (name,)
    for name in (
        "strictEqual",
        "deepStrictEqual",
        "notStrictEqual",
        "notDeepStrictEqual",
        "doesNotReject",
        "doesNotThrow",
    )
)
"""Node's own assertions, whatever holds them."""
_ANYTHING = re.compile(r"expect\s?\.\s?(?:any|anything)\b")


def _find(source: Source) -> Iterator[Found | Trial]:
    seen: Counter[str] = Counter()
    others, macros = others_of(source.text), frozenset(_MACROS.findall(source.text))
    pending = [(source.root, "")]
    while pending:
        node, prefix = pending.pop()
        where = prefix
        if node.kind() == "call_expression":
            chain = chain_of(node)
            if chain.root in others:
                chain = Chain("test", (*others[chain.root], *chain.members), chain.calls)
            callback = _callback(node)
            body = callback.field("body") if callback is not None else None
            if (hook := _hook(chain)) and body is not None:
                yield read_preparation(source, f"{prefix}<{hook}>", node, body, _SKIPS)
            title = _title(source, node)
            name = f"{prefix}{title}"
            if chain.root in _SUITES and callback is not None:
                marks = tuple(marks_of(chain, node))
                yield Trial(
                    name=name,
                    line=line_of(node),
                    markers=tuple(mark.name for mark in marks),
                    unconditional=tuple(mark.name for mark in marks if mark.always),
                    words=_of_loops(source, node),
                )
                where = f"{name} > "
            elif chain.root in _TESTS and title and _is_test(chain, node, macros):
                seen[name] += 1
                yield _found(source, node, chain, f"{name}#{seen[name]}" if seen[name] > 1 else name, callback)
                continue
        pending.extend((child, where) for child in reversed(node.children()))


def _hook(chain: Chain) -> str:
    """Give what a runner calls that which runs before tests; nothing where a call is no such thing."""
    last = chain.members[-1] if chain.root in {"test", "t", "it"} and chain.members else chain.root
    return last if last in _HOOKS and len(chain.calls) == 1 else ""


_HOOKS = frozenset({"beforeEach", "before", "beforeAll", "setup", "suiteSetup"})


def _of_loops(source: Source, node: SgNode) -> frozenset[str]:
    """Give the words of what the loops around a suite go through: what it is about, time by time."""
    gone_through = (one.field("right") for one in node.ancestors() if one.kind() == "for_in_statement")
    return frozenset[str]().union(*(source.words(part) for part in gone_through if part is not None))


_MACROS = re.compile(r"^(?:const|let|var)\s+(\w+)\s*=\s*test\.macro\(", re.MULTILINE)
"""What a file's tests do under several titles, in ava's words."""


def _is_test(chain: Chain, node: SgNode, macros: frozenset[str]) -> bool:
    if chain.members[:1] == ("mock",) or (chain.root == "Deno" and chain.members[:1] != ("test",)):
        return False
    if _callback(node) is not None or bool(SILENT & set(chain.members)):
        return True
    return any(part.kind() == "identifier" and part.text() in macros for part in arguments(node)[1:2])


def _found(source: Source, node: SgNode, chain: Chain, name: str, callback: SgNode | None) -> Found:
    body = callback.field("body") if callback is not None else None
    return Found(
        name=name,
        short=name.rpartition(" > ")[2],
        node=node,
        body=body or callback or node,
        marks=(*marks_of(chain, node), *marks_around(node), *_without_cases(source, chain)),
        never=never_run(source, node, chain.root, callback),
        cases=tuple(_cases(source, chain)),
        replaced=frozenset(_replaced(body)) if body is not None else frozenset(),
        told=ends_told(source, body) if body is not None else (0, 0),
    )


def _without_cases(source: Source, chain: Chain) -> Iterator[Mark]:
    """Give what says that a test has no case to run with: `it.each(cases)`, where there are none."""
    given = chain.given(0) if "each" in chain.members else []
    if len(given) == 1 and given[0].kind() != "array" and is_nothing(filled(source, given[0].text())):
        yield Mark("each([])")


def _title(source: Source, node: SgNode) -> str:
    given = arguments(node)
    if not given or given[0].kind() not in {
        "string",
        "template_string",
        "identifier",
        "member_expression",
        "binary_expression",
    }:
        return ""
    return given[0].text().strip("'\"`") if given[0].kind() == "string" else source.dump(given[0])


def _callback(node: SgNode) -> SgNode | None:
    kinds = {"arrow_function", "function_expression", "generator_function"}
    found = [part for part in arguments(node) if part.kind() in kinds]
    if found:
        return found[-1]
    inner = [part for part in arguments(node)[1:] if part.kind() == "call_expression"]  # `it('x', wrap(() => ...))`
    return next((made for part in inner if (made := _callback(part)) is not None), None)


def _cases(source: Source, chain: Chain) -> Iterator[str]:
    if "each" in chain.members:
        for part in chain.given(0):
            if part.kind() == "array":
                yield from (source.dump(case) for case in parts(part))


def _replaced(body: SgNode) -> Iterator[str]:
    """Give what a test replaces by a mock, as it would be called: `owner.name`."""
    for node in walk(body):
        if node.kind() != "call_expression":
            continue
        chain = chain_of(node)
        if chain.members[:1] == ("spyOn",) and set(chain.members) & {
            "mockReturnValue",
            "mockImplementation",
            "mockResolvedValue",
        }:
            given = chain.given(0)
            if len(given) == 2 and given[1].kind() == "string":  # noqa: PLR2004 - the object and the name
                yield f"{given[0].text()}.{given[1].text()[1:-1]}"


def _asserts(source: Source, step: SgNode) -> Iterator[Assertion]:
    for chain, node in _chains(source, step):
        requested = expectations(source, chain, node)
        if requested is not None:
            yield from requested
            continue
        read = _read(source, chain, node)
        if read is not None and not _cannot_fail(source, chain):
            yield read


def _vacuous(source: Source, step: SgNode) -> Iterator[Assertion]:
    for chain, node in _chains(source, step):
        read = _read(source, chain, node)
        if read is not None and _cannot_fail(source, chain):
            yield read


def _chains(source: Source, step: SgNode) -> Iterator[tuple[Chain, SgNode]]:
    """Give the outermost chains of a statement that say that they assert."""
    names = _imported(source.text)
    taken: set[tuple[int, int]] = set()
    for node in shallow(step):
        if node.kind() not in {"call_expression", "member_expression"}:
            continue
        place = (node.range().start.index, node.range().end.index)
        if any(start == place[0] and end >= place[1] for start, end in taken):
            continue
        chain = chain_of(node)
        if chain.root in names and not chain.members and chain.calls:
            taken.add(place)
            yield Chain("assert", (names[chain.root],), chain.calls), node
        elif _says_so(chain, node):
            taken.add(place)
            yield chain, node


_IMPORTS = re.compile(
    r"^(?:import|const|let|var)\s*(?:\w+\s*,\s*)?\{([^}]*)\}\s*(?:from|=\s*require\()\s*['\"](?:node:)?assert(?:/strict)?['\"]",
    re.MULTILINE,
)


@lru_cache(maxsize=256)
def _imported(text: str) -> dict[str, str]:
    """Give the functions of Node's `assert` that a file calls by a name of their own: that name, and theirs."""
    found: dict[str, str] = {}
    for match in _IMPORTS.finditer(text):
        for part in match[1].split(","):
            theirs, _, ours = re.sub(r"\s+as\s+", ":", part.strip()).partition(":")
            if _ASSERTS_ALONE.fullmatch(theirs.strip()) and not _bound_again(text, ours.strip() or theirs.strip()):
                found[ours.strip() or theirs.strip()] = _BY_DEFAULT.get(theirs.strip(), theirs.strip())
    return found


_BY_DEFAULT = {"strict": "ok", "default": "ok"}
_ASSERTS_ALONE = re.compile(
    r"strict|default|ok|match|throws|rejects|fail|doesNot\w+"
    r"|(?:not)?(?:[eE]qual|[dD]eepEqual|[sS]trictEqual|[dD]eepStrictEqual)"
)


def _bound_again(text: str, name: str) -> bool:
    """Say whether a file gives a name of its own another meaning somewhere."""
    return re.search(rf"\b(?:const|let|var|function)\s+{name}\b(?!\s*:)|\(\s*{name}\s*[,)][^;\n]*=>", text) is not None


_UNCALLED = re.compile(r"to[A-Z]\w*|equals?|eql|strictEqual|deepEqual|include|resolves|rejects|not|to|be")
"""Matchers that ask nothing until they are called."""


def _says_so(chain: Chain, node: SgNode) -> bool:
    if not chain.calls:
        return False
    if chain.root == "console" or (node.kind() == "member_expression" and _UNCALLED.fullmatch(chain.members[-1])):
        return False
    if chain.root in {"expect", "expectTypeOf"}:
        return len(chain.members) > 0
    if chain.root in _PLANS and chain.members:
        return bool(_STRICT.fullmatch(chain.members[0]) or chain.members[0] in _TRUTH or chain.members[0] in _PLANNED)
    if "should" in chain.members or chain.root in {"assert", "should"} or chain.members[:1] in _NODE:
        return True
    if chain.root == "done" and not chain.members:  # mocha's way to fail later
        return bool(chain.given(0)) and chain.given(0)[0].kind() == "new_expression"
    last = chain.members[-1] if chain.members else chain.root
    return says_to_assert(node, last)


def _read(source: Source, chain: Chain, node: SgNode) -> Assertion | None:
    told = [member for member in chain.members if member not in _FILLERS and member not in _WAITS and member != "not"]
    if chain.root in {"expect", "expectTypeOf", "should"} or "should" in chain.members:
        subjects, against = chain.given(0)[:1], chain.given(-1) if len(chain.calls) > 1 else []
        strength = _strength(source, chain, told, subjects, against)
        return assertion(source, node, subjects, strength, "expect", against[:1])
    given = chain.given(-1)[:2]
    if chain.root in {"assert", *_PLANS} or chain.members[:1] in _NODE:
        told = told or list(chain.members[-1:])  # ava's and tap's `same` is no filler
        asked = as_equality(source, node, given[0]) if given and (not told or told[-1] in _HOLDS) else None
        if asked is not None:
            return asked
        return assertion(
            source, node, given, _strength(source, chain, told or ["assert"], given[:1], given[1:]), "assert"
        )
    return assertion(source, node, given, STRICT, chain.root)


def _strength(source: Source, chain: Chain, told: list[str], subjects: list[SgNode], against: list[SgNode]) -> int:
    if subjects and against and source.dump(subjects[0]) == source.dump(against[0]):
        return NONE
    last = told[-1] if told else ""
    if last in THROWS and fails_anyhow(source, against, fluent=chain.root not in {"assert", *_PLANS}):
        return LAX
    if last in {"toBe", "toEqual", "toStrictEqual"} and subjects and subjects[0].text().startswith("typeof "):
        return LAX  # as `toBeTypeOf`
    if told and last in _TRUTH | {"toBe", "toEqual", "toStrictEqual"} and subjects and leaves_open(source, subjects[0]):
        return LAX
    anything = bool(against) and _ANYTHING.match(against[0].text()) is not None
    if last in _SNAPSHOTS or (last == "toMatchObject" and against and against[0].text() == "{}"):
        return LAX
    if "not" in chain.members or anything or _LAX.fullmatch(last):
        return LAX
    if chain.members[-1:] in _KINDS and against and against[0].kind() == "string":
        return TRUTH  # chai's for `typeof`
    return TRUTH if last in _TRUTH else STRICT


_HOLDS = frozenset({"ok", "true", "isTrue", "truthy", "assert"})
_KINDS = frozenset({("a",), ("an",)})
_FALSY = frozenset({"false", "0", "null", "undefined", "''", '""', "``", "NaN", "void 0"})


def _cannot_fail(source: Source, chain: Chain) -> bool:
    """Say whether both sides are constants that agree: `expect(true).toBe(true)`, `assert(true)`."""
    first = chain.given(0) if chain.root == "expect" else chain.given(-1)
    if not first or chain.root not in {"expect", "assert", *_PLANS}:
        return False
    if chain.members[:1] == ("fail",):  # whatever it is given
        return False
    if holds_anyway(source, chain):
        return True
    if chain.members[:1] == ("assertions",):  # so many must follow
        return first[0].text() == "0"
    if first[0].kind() == "binary_expression" and re.search(r"\|\|\s*true\s*$", first[0].text()):
        return True
    if first[0].kind() == "identifier" or not is_fixed(source, first[0], set()):
        return False
    second = chain.given(-1) if chain.root == "expect" and len(chain.calls) > 1 else first[1:]
    same = [source.dump(part) for part in second[:1]] == [source.dump(first[0])]
    truth = first[0].text() in {"true", "1"} and not second
    asked = chain.root == "assert" and chain.members in {(), ("ok",)} and first[0].kind() != "unary_expression"
    truth = truth or (asked and first[0].text() not in _FALSY)
    return (same or truth) and "not" not in chain.members


JS = Reader(
    find=_find,
    asserts=_asserts,
    vacuous=_vacuous,
    skips=_SKIPS,
)
