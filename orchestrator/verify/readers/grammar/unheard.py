"""Assertions of a test that fail unheard: nobody runs them, they run aside, or what they throw is caught.

Of every language but Python. Never runs what it reads.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from ast_grep_py import SgNode

from orchestrator.verify.readers.golden import reads_back, written_down
from orchestrator.verify.readers.grammar.aside import Asserts
from orchestrator.verify.readers.grammar.emptiness import is_nothing, without_iterating
from orchestrator.verify.readers.grammar.flags import known
from orchestrator.verify.readers.grammar.flow import IFS, LOOPS, throws_away
from orchestrator.verify.readers.grammar.hushing import CAUGHT, keeps_quiet, quiet_functions
from orchestrator.verify.readers.grammar.skipping import leaves
from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, line_of, parts, statements, walk
from orchestrator.verify.readers.grammar.tables import BLOCKS
from orchestrator.verify.readers.grammar.used import NEVER, OTHER_T, Fates, names_told
from orchestrator.verify.readers.trials import Assertion

Unheard = tuple[Assertion, str]
_FUNCTIONS = frozenset(
    (
        *("arrow_function", "function_expression", "func_literal", "closure_expression", "lambda_expression"),
        *(
            "function_declaration",
            "function_item",
            "generator_function",
            "generator_function_declaration",
            "async_block",
        ),
        "method_definition",
    )
)
_CLASSES = frozenset({"class_declaration", "class", "object_creation_expression"})
_ASKED = re.compile(
    r"(?i:getenv|lookupenv|process\.env|env::var|option_env)|getInteger\(|getProperty\(|getBoolean\(|getLong\(|testing\.Verbose"
    r"|os\.Args|process\.argv|cfg!\((?:not\(\s*test|feature\s*=\s*\"never)"
)
_GIVEN = re.compile(
    r"(?:\|\||\?\?)\s*['\"]?[1-9]|unwrap_or\(\s*[1-9]|\"\s*,\s*\"?[1-9]|Math\.max\(1|max\(1|_OS\b|(?i:windows)|\bOS\b"
)
_OVER = re.compile(
    r"forEach|for_each|ifPresent|map|flatMap|every|some|reduce|filter|each|forEachOrdered|allMatch|anyMatch"
)
_ADDS = r"\.\s*(?:push|add\w*|append|insert|put\w*|extend\w*|unshift|set|offer|concat)\b"


def unheard(source: Source, body: SgNode, asserts: Asserts) -> tuple[Unheard, ...]:
    """Give the assertions of a test whose failure nobody would hear of, each with why."""
    reading = _Reading(source, body, asserts)
    return tuple(reading.found())


class _Reading:
    """Reads one body."""

    def __init__(self, source: Source, body: SgNode, asserts: Asserts) -> None:
        self._source = source
        self._body = body
        self._asserts = asserts
        self._quiet = quiet_functions(source.text, source.table)
        told = names_told(body) if source.table.family == "js" else ()
        self._fates = Fates(source, body, self._quiet, told)
        self._cache: dict[tuple[int, int, str], str] = {}

    @cached_property
    def _given(self) -> Mapping[str, str]:
        return _given(self._source, self._body)

    def found(self) -> Iterator[Unheard]:
        """Give them."""
        wrapped = self._wrapped()
        seen: set[tuple[str, int]] = set()
        for step in _steps(self._body):
            for one in self._asserts(self._source, step):
                if (one.dump, one.line) in seen:
                    continue
                seen.add((one.dump, one.line))
                node = self._place(step, one)
                why = wrapped or self._why(node) or self._left_before(node, one) or self._read_back(node, one)
                if why:
                    yield one, why

    def _wrapped(self) -> str:
        """Say whether the function of the test is handed to one that keeps failures quiet."""
        function = self._body.parent()
        if function is not None and function.kind() == "generator_function":
            return "is a generator that nobody runs"
        if any(_is_another(step) for step in statements(self._body)):
            return "asserts with a `t` of its own"
        holder = function.parent() if function is not None else None
        call = holder.parent() if holder is not None and holder.kind() == "arguments" else None
        return CAUGHT if call is not None and called(call) in self._quiet else ""

    def _place(self, step: SgNode, one: Assertion) -> SgNode:
        """Give where in a statement an assertion stands."""
        if not any(sign in step.text() for sign in ("=>", "->", "|", "&&", "func", "function")):
            return step
        same = (part for part in walk(step) if line_of(part) == one.line and self._source.dump(part) == one.dump)
        return next(same, step)

    def _why(self, node: SgNode) -> str:
        """Say why what stands somewhere in the body fails unheard."""
        edge = self._body.range()
        child = node
        if lost := self._lost(node):
            return lost
        if node.kind() == "go_statement":
            return self._fates.aside(node, node)
        promised = self._promised(node)
        if promised:
            return promised
        while (one := child.parent()) is not None:
            place = one.range()
            if place.start.index <= edge.start.index and place.end.index >= edge.end.index:
                return ""
            key = (place.start.index, place.end.index, one.kind()) if one.kind() in {*_FUNCTIONS, *_CLASSES} else None
            why = self._cache.get(key) if key is not None else None
            if why is None:
                why = self._step(one, child)
                if key is not None:
                    self._cache[key] = why
            if why:
                return why
            child = one
        return ""

    def _lost(self, node: SgNode) -> str:
        """Say whether what an assertion finds goes to something nobody asks: a `t` of its own, soft assertions."""
        text, family = self._body.text(), self._source.table.family
        if family == "go" and "testing.T" in text:
            own = {name for name, value in self._given.items() if OTHER_T.fullmatch(value)}
            given = [one.text() for call in walk(node) if called(call) for one in arguments(call)[:1]]
            own |= {match[1] for match in _NEW_T.finditer(text)}
            if any(OTHER_T.fullmatch(one) or one in own for one in given):
                return "asserts with a `t` of its own"
        soft = re.search(r"(\w+)\s*=\s*new (?:\w*Soft)Assertions\(\)", text) if family == "java" else None
        if soft is not None and "assertAll" not in text and node.text().startswith(f"{soft[1]}."):
            return "is collected by soft assertions that never say it"
        return ""

    def _promised(self, node: SgNode) -> str:
        """Say whether an assertion is itself a promise, and nobody waits for it."""
        if self._source.table.family != "js" or not re.search(r"\.\s*(?:resolves|rejects)\b", node.text()):
            return ""
        inner = bare(node)
        if (
            inner.kind() != "call_expression"
            or node.text().startswith("await")
            or not re.match(r"expect|assert", inner.text())
        ):
            return ""
        return self._fates.promise(inner)

    def _step(self, one: SgNode, child: SgNode) -> str:  # noqa: C901 - a table of what can stand around
        kind = one.kind()
        if kind in _FUNCTIONS:
            return self._fates.of_function(one) or self._over_nothing(one)
        if kind in _CLASSES:
            return self._fates.of_class(one) if _has_body(one, child) else ""
        if kind == "try_statement" and _is(one.field("body"), child):
            if throws_away(self._source, one):
                return "stands before a `finally` that returns, which loses its failure"
            return CAUGHT if keeps_quiet(self._source, one, self._body) else ""
        if kind in LOOPS and _is(one.field("body"), child):
            return self._no_times(one)
        if kind in IFS and _is(one.field("consequence"), child) and one.field("alternative") is None:
            return self._asked(one.field("condition"))
        if kind == "binary_expression":
            return self._behind(one, child)
        if kind == "go_statement" and called(child) and child.kind() == "call_expression":
            return self._fates.aside(child, child)
        if kind in {"block", "expression_statement"} and self._source.table.family == "rust":
            before = one.prev()
            cut = before is not None and before.kind() == "attribute_item" and _CUT.search(before.text())
            return NEVER if cut else ""
        if kind == "default_case" or (kind == "communication_case" and _NEVER_COMES.search(one.text())):
            return NEVER if kind == "communication_case" else ""
        return ""

    def _over_nothing(self, function: SgNode) -> str:
        """Say whether a callback is for each of nothing."""
        holder = function.parent()
        call = holder.parent() if holder is not None and holder.kind() in {"arguments", "argument_list"} else None
        name = called(call) if call is not None else ""
        if call is None or not _OVER.fullmatch(re.split(r"::|\.", name)[-1].strip()):
            return ""
        owner = call.field("object")
        inner = call.field("function")
        owner = owner or (inner.field("object") or inner.field("value") if inner is not None else None)
        return self._of_nothing(owner.text()) if owner is not None else ""

    def _of_nothing(self, text: str) -> str:
        plain = without_iterating(self._filled(without_iterating(text)))
        if _COUNTS.match(plain):
            plain = _WORD.sub(lambda name: self._filled(name[0]), plain)
        if is_nothing(plain):
            return "stands in a loop over nothing"
        return self._as_often(plain)

    def _as_often(self, text: str) -> str:
        asked = _ASKED.search(text) and not _GIVEN.search(text)
        return f"runs only as `{' '.join(text.split())[:60]}` says" if asked else ""

    def _asked(self, condition: SgNode | None) -> str:
        return self._as_often(condition.text()) if condition is not None else ""

    def _behind(self, one: SgNode, child: SgNode) -> str:
        operator, left = one.field("operator"), one.field("left")
        if operator is None or left is None or operator.text() != "&&" or _is(left, child):
            return ""
        return NEVER if known(left.text()) is False else self._as_often(left.text())

    def _no_times(self, loop: SgNode) -> str:
        over = loop.field("right") or loop.field("value")
        condition, first = loop.field("condition"), loop.field("init") or loop.field("initializer")
        for part in parts(loop):
            if part.kind() == "range_clause":
                over = part.field("right")
            elif part.kind() == "for_clause":
                condition, first = part.field("condition"), part.field("initializer")
        if over is not None:
            return self._of_nothing(over.text())
        if condition is None:
            head = loop.text().partition("{")[0].strip()
            return NEVER if head == "for false" else ""
        text = condition.text().rstrip(";")
        begun = re.search(r"(\w+)\s*:?=\s*(\d+)", first.text()) if first is not None else None
        told = re.sub(rf"\b{begun[1]}\b", begun[2], text) if begun is not None else text
        told = _WORD.sub(lambda name: self._filled(name[0]), told)
        return "stands in a loop over nothing" if known(told) is False else self._as_often(told)

    def _filled(self, name: str) -> str:
        """Give what a name stands for, where it is given one value and nothing is added to it."""
        if not re.fullmatch(r"&?[A-Za-z_$][\w$]*", name):
            return name
        name = name.removeprefix("&")
        value = self._given.get(name)
        return name if value is None or _is_changed(name, self._source.code) else value

    def _read_back(self, node: SgNode, one: Assertion) -> str:
        """Say whether an assertion compares with a file that the test has just written itself."""
        values = self._given if _FILES.search(self._body.text()) else {}
        if not one.words & (written_down(self._body.text(), values) if values else frozenset()):
            return ""
        told = " ".join((node.text(), *(values.get(word, "") for word in one.words)))
        return "compares with what the test itself has written down" if reads_back(told) else ""

    def _left_before(self, node: SgNode, one: Assertion) -> str:
        """Say whether the test is left where what an assertion says does not hold, before it can say so."""
        if len(one.sides) != _COMPARED or one.sides[0] == one.sides[1]:
            return ""
        for step in statements(self._body):
            inner = bare(step)
            if (
                step.range().start.index >= node.range().start.index
                or inner.range().end.index > node.range().start.index
            ):
                break
            assumed = _ASSUMES.fullmatch(called(inner)) is not None
            if assumed and all(f" {side} " in self._source.dump(inner) for side in one.sides):
                return "is only assumed before it is asserted"
            condition, body = inner.field("condition"), inner.field("consequence")
            if inner.kind() not in IFS or condition is None or body is None or inner.field("alternative") is not None:
                continue
            said = f" {self._source.dump(bare(condition))} "
            same = (
                all(f" {side} " in said for side in one.sides)
                and len(said) < _LONGER * sum(map(len, one.sides)) + _MORE
            )
            if same and _DIFFER.search(said) and all(map(leaves, statements(body))):
                return "is left out where it would fail"
        return ""


_WORD = re.compile(r"(?<![\w$])(?<![\w$)]\.)[A-Za-z_$][\w$]*(?![\w$(.])")
_COUNTS = re.compile(r"\(?\s*\d+\s*\.\.")
_COMPARED = 2
_NEW_T = re.compile(r"\bvar (\w+) testing\.T\b|(\w+) := testing\.T\{")
_ASSUMES = re.compile(r"(?:.*\.)?assume(?:True|That)")
_FILES = re.compile(r"\b(?:writeFile\w*|WriteFile|writeString|fs::write|Files\.write\w*)\(")
_LONGER, _MORE = 1, 30
_DIFFER = re.compile(r"!=|! |(?i:not)")
_CUT = re.compile(r"cfg\(\s*(?:any\(\)|FALSE|never|none|not\(\s*(?:test|all\(\))\s*\))")
_NEVER_COMES = re.compile(r"case\s+<-\s*make\(chan")


def _is_another(step: SgNode) -> bool:
    """Say whether a test of Go gives the name of what it asserts with to something else, or takes back its panics."""
    if step.kind() in {"short_var_declaration", "assignment_statement"}:
        left, right = step.field("left"), step.field("right")
        return left is not None and right is not None and left.text() == "t" and _OWN_T.match(right.text()) is not None
    text = step.text() if step.kind() == "defer_statement" else ""
    return "recover()" in text and not re.search(r"panic\(|Fatal|Error|Fail|assert|require|[^:]=\s*r\b|expect|==", text)


_OWN_T = re.compile(r"&?[\w.]+\{|new\(")


def _is(one: SgNode | None, other: SgNode) -> bool:
    if one is None:
        return False
    return one.range().start.index == other.range().start.index and one.range().end.index == other.range().end.index


def _has_body(one: SgNode, child: SgNode) -> bool:
    return one.kind() != "object_creation_expression" or child.kind() == "class_body"


def _steps(body: SgNode) -> Iterator[SgNode]:
    """Give everything that stands as a statement in a body, however deep."""
    seen: set[tuple[int, int]] = set()
    for node in walk(body):
        inner = statements(node) if node.kind() in BLOCKS else [node] if node.kind().endswith("_statement") else []
        for one in inner:
            place = (one.range().start.index, one.range().end.index)
            if place not in seen and one.kind() not in BLOCKS:
                seen.add(place)
                yield one
    if body.kind() not in BLOCKS:
        yield body


_GIVES = frozenset(
    (
        *("variable_declarator", "let_declaration", "short_var_declaration", "var_spec", "const_spec", "const_item"),
        "static_item",
    )
)


def _given(source: Source, body: SgNode) -> Mapping[str, str]:
    """Give what names of a test, or of its file's constants, are given as they are declared, where it is one value."""
    found: dict[str, list[str]] = {}
    for node in (*walk(body), *_around(source)):
        if node.kind() not in _GIVES:
            continue
        name = node.field("name") or node.field("pattern") or node.field("left")
        value = node.field("value") or node.field("right")
        if name is None:
            continue
        for one in re.findall(r"[\w$]+", name.text()):
            kind = node.field("type")
            none = "[]" if kind is not None and "[" in kind.text() and source.table.family == "go" else ""
            found.setdefault(one, []).append(value.text() if value is not None else none)
    return {name: held[0] for name, held in found.items() if len(set(held)) == 1 and held[0]}


def _around(source: Source) -> Iterator[SgNode]:
    """Give the declarations of a file outside its functions."""
    for node in parts(source.root):
        if node.kind() not in {"function_declaration", "function_item", "class_declaration", "method_declaration"}:
            yield from (one for one in walk(node) if one.kind() in _GIVES) if len(node.text()) < _SHORT else ()


_SHORT = 2000


def _is_changed(name: str, text: str) -> bool:
    """Say whether something is put into what a name stands for."""
    word = rf"(?<![\w$.]){re.escape(name)}\b"
    if re.search(rf"{word}\s*(?:{_ADDS}|\+\+|--|[-+*/|&]=|\[[^\]]*\]\s*=[^=])|append\({word}|&mut\s+{word}", text):
        return True
    lent = re.search(rf"\w\([^()]*(?<![\w.])&?{re.escape(name)}\s*[,)]", text)
    return lent is not None or len(re.findall(rf"{word}(?:\s*:\s*[\w<>]+)?\s*:?=(?![=>])", text)) > 1
