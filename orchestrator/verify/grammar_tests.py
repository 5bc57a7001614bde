"""What the tests of every language but Python have in common: which statements run, what of them asserts. Never judges.

A family of languages (`js_tests`, `go_tests`, `rust_tests`, `java_tests`) finds its tests and reads its assertions.
"""

import re
from collections.abc import Callable, Iterator, Sequence

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.grammar import Source, arguments, bare, called, line_of, parts, statements, walk
from orchestrator.verify.grammar_code import hushes
from orchestrator.verify.grammar_flow import reachable
from orchestrator.verify.grammar_tables import BLOCKS
from orchestrator.verify.trials import Assertion, Trial

ASSERTING = re.compile(r"_*(?:assert|expect|verify|check|should|must|ensure)", re.IGNORECASE)
PLATFORM = re.compile(
    r"(?i)platform|version|windows|win32|linux|darwin|mac|posix|unix|arch|goos|\bci\b|env|short\(|root|uid|available|installed"
    r"|support|feature|has[A-Z_]|is[A-Z_]\w*|lookpath|err\b|network|docker|browser|node|deno|bun|jdk|java|slow"
)
_HELD = frozenset(
    ("variable_declarator", "short_var_declaration", "assignment_statement", "let_declaration", "expression_list")
)
_CALLBACKS = frozenset(
    ("arrow_function", "function_expression", "func_literal", "closure_expression", "lambda_expression")
)

Asserts = Callable[[Source, SgNode], Iterator[Assertion]]
Read = Callable[[Source, SgNode], Iterator[tuple[Assertion, bool]]]
"""Gives the assertions of a statement, and of each whether it is one that cannot fail."""


class Mark(msgspec.Struct, frozen=True):
    """What silences a test; `always`: whatever the circumstances."""

    name: str
    always: bool = True


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One test as its family found it. `marks` stand before it, `skips` tells a call that skips from within."""

    name: str
    short: str
    node: SgNode
    body: SgNode
    marks: tuple[Mark, ...] = ()
    cases: tuple[str, ...] = ()
    replaced: frozenset[str] = frozenset()


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """How a family reads its tests. `vacuous` gives the assertions that cannot fail."""

    find: Callable[[Source], Iterator[Found | Trial]]
    asserts: Asserts
    vacuous: Asserts
    skips: re.Pattern[str]


def split(read: Read, *, vacuous: bool) -> Asserts:
    """Give those of the assertions read that cannot fail, or all others."""
    return lambda source, step: (one for one, idle in read(source, step) if idle == vacuous)


def read_trial(source: Source, found: Found, reader: Reader) -> Trial:
    """Read one test."""
    steps = statements(found.body)
    inner = list(deep(source, steps, found.body))
    asserts = tuple(one for step in inner for one in reader.asserts(source, step))
    skips = tuple(_skips(inner, reader))
    marks = (*found.marks, *skips)
    return Trial(
        name=found.short,
        line=line_of(found.node),
        is_test=True,
        asserts=asserts,
        hollow=not inner or all(_is_idle(source, step, reader) for step in inner),
        body=source.dump(found.body),
        skeleton="\n".join(_skeleton(source, steps, reader)),
        words=source.words(found.node),
        vacuous=sum(1 for step in inner for _ in reader.vacuous(source, step)),
        swallowed=sum(_swallowed(source, step, found.body, reader) for step in inner),
        cases=found.cases,
        replaced=found.replaced,
        markers=tuple(mark.name for mark in marks),
        unconditional=tuple(mark.name for mark in marks if mark.always),
    )


def deep(source: Source, steps: Sequence[SgNode], whole: SgNode) -> Iterator[SgNode]:
    """Give every statement that can be reached, blocks before what stands in them; callbacks run, if they are used."""
    for step in reachable(source, steps):
        yield step
        yield from _inside(source, step, whole)


def _inside(source: Source, node: SgNode, whole: SgNode) -> Iterator[SgNode]:
    for child in node.children():
        if child.kind() in BLOCKS:
            yield from deep(source, statements(child), whole)
        elif child.kind().endswith("_statement"):
            yield from deep(source, [child], whole)
        elif not _is_never_called(source, child, whole):
            yield from _inside(source, child, whole)


def _is_never_called(source: Source, node: SgNode, whole: SgNode) -> bool:
    """Say whether a function is put into a variable that nobody looks at."""
    holder = node.parent()
    if node.kind() not in _CALLBACKS or holder is None or holder.kind() not in _HELD:
        return False
    if holder.kind() == "expression_list":
        holder = holder.parent() or holder
    named = holder.field("name") or holder.field("left") or holder.field("pattern")
    name = named.text() if named is not None else ""
    return name == "_" or (name.isidentifier() and source.dump(whole).split(" ").count(name) <= 1)


def shallow(node: SgNode) -> Iterator[SgNode]:
    """Give the parts of a statement without those of the statements in it."""
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        children = [
            part for part in one.children() if part.kind() not in BLOCKS and not part.kind().endswith("_statement")
        ]
        pending.extend(reversed(children))


def _is_idle(source: Source, step: SgNode, reader: Reader) -> bool:
    """Say whether a statement of a test does nothing, or asserts what cannot fail."""
    inner = bare(step)
    if inner.kind() in {"return_statement", "return_expression"}:
        return not parts(inner)
    if any(True for _ in reader.vacuous(source, step)):
        return True
    return inner.kind() in {"empty_statement", "identifier"} or inner.kind() in source.table.literals


def _skeleton(source: Source, steps: Sequence[SgNode], reader: Reader) -> Iterator[str]:
    for step in steps:
        asserts = any(True for one in (step, *_inner_steps(step)) for _ in reader.asserts(source, one))
        if not asserts and not _is_idle(source, step, reader):
            yield source.dump(step)


def _inner_steps(step: SgNode) -> list[SgNode]:
    """Give the statements of an `if`, which in Go asserts."""
    branch = step.field("consequence") if step.kind() == "if_statement" else None
    return statements(branch) if branch is not None else []


def _swallowed(source: Source, step: SgNode, whole: SgNode, reader: Reader) -> int:
    """Count the assertions of a `try` whose failure nobody would hear of."""
    if step.kind() == "try_statement" and hushes(source, step):
        body = step.field("body")
        inner = deep(source, statements(body), whole) if body is not None else iter(())
        return sum(1 for one in inner for _ in reader.asserts(source, one))
    if any("catch_unwind" in called(part) for part in shallow(step)):
        return 1
    return 0


def _skips(inner: Sequence[SgNode], reader: Reader) -> Iterator[Mark]:
    for step in inner:
        for part in shallow(step):
            name = called(part)
            if name and reader.skips.fullmatch(name) and not _is_platform(part, step):
                yield Mark(name.rpartition(".")[2])


def _is_platform(call: SgNode, step: SgNode) -> bool:
    """Say whether a skip depends on where the test runs, which is ordinary."""
    given = arguments(call)[:1]
    if "assume" in called(call):  # JUnit's own word for it; a constant that is never so switches the test off
        return not given or given[0].text() != str(called(call).endswith("False")).lower()
    if any(_depends(part) for part in given):
        return True
    for one in step.ancestors():
        if one.kind() == "if_statement":
            condition = one.field("condition")
            return condition is not None and PLATFORM.search(condition.text()) is not None
        if one.kind() in {"catch_clause", "function_declaration", "method_declaration"}:
            return one.kind() == "catch_clause"
    return False


def _depends(condition: SgNode) -> bool:
    """Say whether a condition, which is no text, speaks of a platform."""
    return "string" not in condition.kind() and PLATFORM.search(condition.text()) is not None


def assertion(source: Source, node: SgNode, subjects: Sequence[SgNode], strength: int, name: str = "") -> Assertion:
    """Make an assertion about expressions; constants are no subjects."""
    calls = frozenset(called(one) for part in subjects for one in walk(part) if called(one))
    about = frozenset(source.dump(part) for part in subjects if part.kind() not in source.table.literals)
    return Assertion(
        dump=source.dump(node),
        subjects=about or frozenset({name}),
        strength=strength,
        line=line_of(node),
        calls=calls,
        words=source.words(node),
    )
