"""What leaves a test out from within, in every language but Python: skips, assumptions, early returns. Never judges."""

import re
from collections.abc import Iterator, Sequence

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.flags import known, settled
from orchestrator.verify.readers.grammar.flow import IFS
from orchestrator.verify.readers.grammar.here import holds_everywhere, holds_nowhere
from orchestrator.verify.readers.grammar.source import (
    arguments,
    bare,
    called,
    line_of,
    parts,
    shallow,
    statements,
    walk,
)

_PLATFORM = re.compile(
    r"(?i)platform|version|windows|win32|linux|darwin|mac|posix|unix|arch|goos|root|uid|(?<!!)testing\.short\(|available|installed"
    r"|support|feature|has[A-Z_]|is[A-Z_]\w*|lookpath|err\b|network|docker|browser|node|deno|bun|jdk|java"
)


class Mark(msgspec.Struct, frozen=True):
    """What silences a test; `always`: whatever the circumstances."""

    name: str
    always: bool = True


def skips_of(inner: Sequence[SgNode], skips: re.Pattern[str]) -> Iterator[Mark]:
    """Give what skips in statements: calls of the runner's words for it, but where they say on which system."""
    for step in inner:
        if step.kind() == "throw_statement" and _ABORTS.match(step.text()) and not _is_platform(step, step):
            yield Mark("abort")
        for part in shallow(step):
            name = called(part)
            if name and skips.fullmatch(name) and not _is_platform(part, step):
                yield Mark(name.rpartition(".")[2])


_ABORTS = re.compile(r"throw new (?:\w+\.)*(?:TestAborted|Skip|TestSkipped|AssumptionViolated)\w*\(")


def left_early(steps: Sequence[SgNode]) -> Iterator[Mark]:
    """Give the branches of a test that end it at once where whoever runs it has not said something."""
    for step in steps:
        inner = bare(step)
        condition, body = inner.field("condition"), inner.field("consequence")
        other = inner.field("alternative") if inner.kind() == "let_declaration" else None
        if other is not None and ENVIRONMENT.search(inner.text()) and all(map(_is_bare_return, statements(other))):
            yield Mark(f"let {' '.join(inner.text().split())[:60]}", always=False)
        if inner.kind() not in IFS or condition is None or body is None or inner.field("alternative") is not None:
            continue
        always = holds_everywhere(bare(condition).text())
        if (always or ENVIRONMENT.search(condition.text())) and all(_is_bare_return(one) for one in statements(body)):
            yield Mark(f"if {' '.join(condition.text().split())[:60]}", always=always)


def _is_bare_return(step: SgNode) -> bool:
    inner = bare(step)
    given = parts(inner)
    ends = not given or re.fullmatch(r"done\(\)|next\(\)|null|undefined|Ok\(\(\)\)", given[0].text()) is not None
    return inner.kind() in {"return_statement", "return_expression"} and ends


ENVIRONMENT = re.compile(
    r"(?i:getenv|lookupenv|process\.env|env::var|\benv\.get\b|option_env)"
    r"|\bget(?:Property|Boolean|Integer|Long)\(\s*\"(?!(?:os|java|user|file|sun|line|path)\.)"
)


def _is_platform(call: SgNode, step: SgNode) -> bool:
    """Say whether a skip depends on where the test runs, which is ordinary."""
    given = arguments(call)[:1]
    if "assume" in called(call):  # JUnit's own word for it; a constant that is never so switches the test off
        denied = called(call).endswith("False")
        constant = bool(given) and settled(given[0]) == str(denied).lower()
        constant = constant or (bool(given) and (holds_everywhere if denied else holds_nowhere)(given[0].text()))
        return not constant and not any(ENVIRONMENT.search(part.text()) for part in given)
    if any(depends(part) for part in given):
        return True
    for one in step.ancestors():
        if one.kind() == "if_statement":
            condition = one.field("condition")
            text = settled(condition) if condition is not None else ""
            return known(text) is None and not _ELSEWHERE.search(text) and not holds_everywhere(text)
        if one.kind() in {"catch_clause", "function_declaration", "method_declaration"}:
            return one.kind() == "catch_clause"
    return False


_ELSEWHERE = re.compile(
    r"(?:GOOS|GOARCH|process\.platform|platform\(\))\s*!==?\s*['\"](?!linux|darwin|windows|win32|amd64|arm64)"
    r"|!\s*testing\.Short|(?i:getenv|lookupenv|process\.env|env::var|\bCI\b)|getProperty|Math\.random|rand\."
)
"""A condition that holds on every common system, or that whoever runs the tests can make hold."""


def depends(condition: SgNode) -> bool:
    """Say whether a condition, which is no text, speaks of a platform."""
    return "string" not in condition.kind() and _PLATFORM.search(settled(condition)) is not None


def leaves(step: SgNode) -> bool:
    """Say whether a statement ends a test with nothing said, or is one that only tells something before."""
    inner = bare(step)
    if inner.kind() in {"return_statement", "return_expression"}:
        return not [one for one in parts(inner) if one.text() not in {"nil", "undefined", "null", "Ok(())"}]
    return (
        re.fullmatch(
            r"(?:\w+\.)*(?:Skip\w*|skip|pending|abort)|(?:e?println!)|.*\.Logf?|console\.\w+", called(inner) or "?"
        )
        is not None
    )


def left_quietly(steps: Sequence[SgNode]) -> Iterator[tuple[int, str]]:
    """Give where a body is left with nothing said, and on what that hangs, but for systems and what they have."""
    for step in steps:
        asked = _left_on(step)
        if asked and not _OF_SYSTEMS.search(asked) and not ENVIRONMENT.search(asked):
            yield line_of(step), " ".join(asked.split())


def _left_on(step: SgNode) -> str:
    """Give what it hangs on that a statement ends the body; nothing where it does not."""
    inner = bare(step)
    condition, body, other = inner.field("condition"), inner.field("consequence"), inner.field("alternative")
    if inner.kind() in IFS and condition is not None and body is not None and other is None:
        return condition.text() if _ends_quietly(statements(body)) else ""
    value = inner.field("value") if inner.kind() == "let_declaration" else inner
    if value is None:
        return ""
    if inner.kind() == "let_declaration" and other is not None:
        return value.text() if _ends_quietly(statements(other)) else ""
    if value.kind() == "match_expression":
        arms = [arm.field("value") for arm in walk(value) if arm.kind() == "match_arm"]
        asked = value.field("value")
        ended = any(arm is not None and _ends_quietly(statements(arm)) for arm in arms)
        return asked.text() if asked is not None and ended else ""
    last = value.field("alternative") if value.kind() in IFS and value is not inner else None
    asked = value.field("condition")
    return asked.text() if last is not None and asked is not None and _ends_quietly(statements(last)) else ""


def _ends_quietly(steps: Sequence[SgNode]) -> bool:
    return bool(steps) and _is_bare_return(steps[-1]) and all(map(leaves, steps))


_OF_SYSTEMS = re.compile(
    r"(?i:platform|version|windows|win32|linux|darwin|\bmac|posix|\bunix|\barch|goos|\broot|\buid|available|installed|support"
    r"|feature|network|docker|browser|\bnode\b|deno|\bbun\b|\bjdk|\bjava|short\(|lookpath|which\(|exists\b)"
    r"|\bhas[A-Z_]|\bcan[A-Z_]|\bHAS_|\bis_(?!err|none|ok|some|empty|null)|\bis(?!Present|Empty|Null|Nil|NaN|Err)[A-Z]|cfg!|\bmiri"
)
"""What tests are rightly left for: a system, a version, something that is not there."""
