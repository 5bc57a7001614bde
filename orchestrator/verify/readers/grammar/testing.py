"""What the tests of every language but Python have in common: which statements run, what of them asserts. Never judges.

A family of languages (`js`, `go`, `rust`, `java`) finds its tests and reads its assertions.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.aside import Asserts, caught_by, detached
from orchestrator.verify.readers.grammar.asserting import HELD
from orchestrator.verify.readers.grammar.copies import uncopied
from orchestrator.verify.readers.grammar.flow import IFS, reachable
from orchestrator.verify.readers.grammar.holding import about, are_lengths
from orchestrator.verify.readers.grammar.quiet import hushes, recovers
from orchestrator.verify.readers.grammar.skipping import Mark, left_early, left_quietly, skips_of
from orchestrator.verify.readers.grammar.source import (
    Source,
    bare,
    called,
    line_of,
    parts,
    shallow,
    statements,
    walk,
)
from orchestrator.verify.readers.grammar.stands_in import depends_on, stand_ins
from orchestrator.verify.readers.grammar.tables import BLOCKS
from orchestrator.verify.readers.grammar.unheard import unheard
from orchestrator.verify.readers.trials import NONE, TRUTH, Assertion, Trial

_CALLBACKS = frozenset(
    ("arrow_function", "function_expression", "func_literal", "closure_expression", "lambda_expression")
)

Read = Callable[[Source, SgNode], Iterator[tuple[Assertion, bool]]]
"""Gives the assertions of a statement, and of each whether it is one that cannot fail."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One test as its family found it. `marks` stand before it, `expects` is what it asserts there.

    `never` says why no runner runs it.
    """

    name: str
    short: str
    node: SgNode
    body: SgNode
    marks: tuple[Mark, ...] = ()
    cases: tuple[str, ...] = ()
    replaced: frozenset[str] = frozenset()
    expects: tuple[Assertion, ...] = ()
    never: str = ""
    told: tuple[int, int] = (0, 0)


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
    made, done = _made(source, steps), _done(source, inner, reader)
    asserts = tuple(
        _placed(one, guards, made, done)
        for step in inner
        for guards in [_guards(step, found.body)]
        for one in reader.asserts(source, step)
    )
    asserts = (*asserts, *found.expects)
    skips = (*skips_of(inner, reader.skips), *left_early(steps))
    lost = len(asserts) if any(recovers(source, bare(step)) for step in inner) else 0
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
        swallowed=sum(_swallowed(source, step, found.body, reader) for step in inner)
        + detached(source, found.body, inner, reader.asserts)
        + lost,
        unheard=unheard(source, found.body, reader.asserts),
        cases=found.cases,
        replaced=found.replaced,
        never=found.never,
        told=found.told,
        leaves=tuple(left_quietly(steps)),
        bound=stand_ins(source, found.body),
        judged=depends_on(asserts, made, source.dump(found.body)),
        markers=tuple(mark.name for mark in marks),
        unconditional=tuple(mark.name for mark in marks if mark.always),
    )


def read_preparation(source: Source, name: str, node: SgNode, body: SgNode, skips: re.Pattern[str]) -> Trial:
    """Read what goes before tests: it may skip them all."""
    marks = tuple(skips_of(list(deep(source, statements(body), body)), skips))
    return Trial(
        name=name,
        line=line_of(node),
        goes_first=True,
        markers=tuple(mark.name for mark in marks),
        unconditional=tuple(mark.name for mark in marks if mark.always),
    )


def _placed(
    one: Assertion, guards: tuple[str, ...], made: Mapping[str, tuple[str, int]], done: Sequence[int]
) -> Assertion:
    """Add what an assertion stands under, and see through a name, unless something is done since it got its value."""
    still = (name for name, (_, line) in made.items() if not any(line < at < one.line for at in done))
    known = {name: uncopied(made[name][0]) for name in still}
    told = [{side, known.get(side, side)} for side in one.sides]
    same = len(told) == _COMPARED and bool(told[0] & told[1]) and one.strength > NONE
    same = same and not _UNLIKE.match(one.dump)
    return msgspec.structs.replace(one, guards=guards, strength=NONE if same else one.strength)


_UNLIKE = re.compile(r"(?:\w+ \. )*[nN]ot(?:Deep|Strict)?(?:Equal|Same)\w* ")  # of one thing twice it never holds


def _done(source: Source, steps: Sequence[SgNode], reader: Reader) -> list[int]:
    """Give the lines of the calls that stand by themselves and assert nothing."""
    return [
        line_of(step)
        for step in steps
        if called(bare(step)) and not any(True for _ in (*reader.asserts(source, step), *reader.vacuous(source, step)))
    ]


def _made(source: Source, steps: Sequence[SgNode]) -> Mapping[str, tuple[str, int]]:
    """Give what the names of a body stand for, and on which line, where they are given one value, or one anew."""
    values: dict[str, list[tuple[str, int]]] = {}
    anew: set[str] = set()
    for step in steps:
        for node in walk(step):
            if node.kind() not in _HOLDING:
                continue
            name = node.field("name") or node.field("pattern") or node.field("left")
            value = node.field("value") or node.field("right")
            if name is not None and value is not None:
                values.setdefault(source.dump(name), []).append((source.dump(value), line_of(node)))
                (anew.add if node.kind() in _ANEW else anew.discard)(source.dump(name))
    lent = {name for step in steps for name in _LENT.findall(step.text())} if source.table.family == "go" else set()
    return {name: found[-1] for name, found in values.items() if (len(found) == 1 or name in anew) and name not in lent}


_LENT = re.compile(r"\w\([^()]*(?<!&)&(\w+)\s*[,)]")
"""What is handed to somebody who may write to it."""


_HOLDING = frozenset(
    {"variable_declarator", "let_declaration", "short_var_declaration", "assignment_expression", "assignment_statement"}
)
_ANEW = frozenset({"assignment_statement", "let_declaration"})
_COMPARED = 2


def _guards(step: SgNode, whole: SgNode) -> tuple[str, ...]:
    """Give the conditions a statement stands under that let it be left out with nothing in its place."""
    found: list[str] = []
    edge = whole.range().start.index
    for one in step.ancestors():
        if one.range().start.index <= edge:
            break
        condition = one.field("condition")
        plain = condition is not None and not _ASSERTS.search(condition.text())
        if one.kind() in IFS and condition is not None and plain and one.field("alternative") is None:
            found.append(" ".join(condition.text().split()))
        if one.kind() == "match_expression" and (arm := _only_arm(one, step)):
            found.append(arm)
    return tuple(found)


def _only_arm(match: SgNode, step: SgNode) -> str:
    """Give what a `match` of Rust asks for, as `if let` would say it, where its other arms do nothing."""
    asked, arms = match.field("value"), [one for one in walk(match) if one.kind() == "match_arm"]
    at = step.range().start.index
    here = [one for one in arms if one.range().start.index <= at < one.range().end.index]
    others = [one.field("value") for one in arms if one not in here]
    pattern = here[0].field("pattern") if here else None
    if asked is None or pattern is None or not all(one is not None and one.text() in {"{}", "()"} for one in others):
        return ""
    return f"let {' '.join(pattern.text().split())} = {' '.join(asked.text().split())}"


_ASSERTS = re.compile(r"(?i)\b(?:assert|require|expect)(?:\w*\s*!?\(|\.\w+\()")
"""A condition that is an assertion itself lets nothing be left out unheard: Go's `if assert.NoError(t, err)`."""


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
    if node.kind() not in _CALLBACKS or holder is None or holder.kind() not in HELD:
        return False
    if holder.kind() == "expression_list":
        holder = holder.parent() or holder
    named = holder.field("name") or holder.field("left") or holder.field("pattern")
    name = named.text() if named is not None else ""
    return name == "_" or (name.isidentifier() and source.dump(whole).split(" ").count(name) <= 1)


def _is_idle(source: Source, step: SgNode, reader: Reader) -> bool:
    """Say whether a statement of a test does nothing, or asserts what cannot fail."""
    inner = bare(step)
    if inner.kind() in {"return_statement", "return_expression"}:
        return not parts(inner)
    if any(True for _ in reader.vacuous(source, step)):
        return True
    return inner.kind() in {"empty_statement", "identifier"} or inner.kind() in source.table.literals


def _skeleton(source: Source, steps: Sequence[SgNode], reader: Reader) -> Iterator[str]:
    """Give the statements of a body that assert nothing, a block's head and what stands in it one by one."""
    for step in steps:
        if _is_idle(source, step, reader):
            continue
        within = _within(step)
        if not any(True for one in (step, *_inner_steps(step)) for _ in reader.asserts(source, one)):
            head = source.dump(step)
            for one in within:
                head = head.replace(source.dump(one), "", 1)
            yield " ".join(head.split())
        yield from _skeleton(source, within, reader)


def _within(step: SgNode) -> list[SgNode]:
    """Give the statements that stand in the blocks of another, not those within these."""
    found: list[SgNode] = []
    pending = step.children()[::-1]
    while pending:
        node = pending.pop()
        if node.kind() in BLOCKS:
            found += statements(node)
        elif node.kind().endswith("_statement"):
            found.append(node)
        else:
            pending.extend(reversed(node.children()))
    return found


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
    if _DROPPED.match(step.text()):
        return sum(
            1
            for part in walk(step)
            if part.kind() in BLOCKS
            for one in statements(part)
            for _ in reader.asserts(source, one)
        )
    caught = [part for part in shallow(step) if "catch_unwind" in called(part)]
    return (
        caught_by(source, caught[0], step, whole, reader.asserts)
        if caught and not _DEMANDED.search(whole.text())
        else 0
    )


_DROPPED = re.compile(r"let _\w* = (?:std::)?thread::spawn\(.*\)\s*\.join\(\);?$", re.DOTALL)
"""A thread of Rust that fails, and nobody hears how it ended."""
_DEMANDED = re.compile(r"\b(?:expect_err|unwrap_err|is_err|resume_unwind|downcast\w*)\b")
"""What Rust does with a panic it wants, or hands on."""


def assertion(
    source: Source,
    node: SgNode,
    subjects: Sequence[SgNode],
    strength: int,
    name: str = "",
    against: Sequence[SgNode] = (),
) -> Assertion:
    """Make an assertion about expressions; constants are no subjects. `against` is what they are compared with."""
    calls = frozenset(called(one) for part in subjects for one in walk(part) if called(one))
    named = frozenset(source.dump(part) for part in subjects if part.kind() not in source.table.literals)
    under = (about(one) for one in named)
    told = tuple(source.dump(part) for part in (*subjects, *against)[:_COMPARED])
    return Assertion(
        dump=source.dump(node),
        subjects=named.union(*under) or frozenset({name}),
        strength=min(strength, TRUTH) if are_lengths(told) else strength,
        line=line_of(node),
        calls=calls,
        words=source.words(node),
        sides=told,
    )
