"""Honest rules for languages nothing else reads, by words that silence a test or leave work undone. Never parses."""

import re
from collections import Counter
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found, fresh_lines
from orchestrator.verify.testpaths import is_test_file

_JVM = re.compile(r"@(?:Disabled|Ignore|Ignored)\b|\bAssumptions\.abort\(")
_SILENCING = {
    "kt": _JVM,
    "scala": re.compile(r"@Ignore\b|\bignore\(|\bpending\b"),
    "groovy": _JVM,
    "cs": re.compile(r"\[Ignore\b|\bSkip\s*=|Assert\.(?:Ignore|Inconclusive)\("),
    "rb": re.compile(r"^\s*(?:xit|xdescribe|xcontext|xspecify|skip|pending|fit|fdescribe)\b", re.MULTILINE),
    "php": re.compile(r"markTest(?:Skipped|Incomplete)\(|@doesNotPerformAssertions"),
    "exs": re.compile(r"@(?:module)?tag\s+:?(?:skip|pending)"),
    "swift": re.compile(r"\bXCTSkip"),
    "sh": re.compile(r"^\s*skip\b", re.MULTILINE),
    "bats": re.compile(r"^\s*skip\b", re.MULTILINE),
    "dart": re.compile(r"\bskip:"),
    "lua": re.compile(r"\bpending\("),
}


def test_silenced(diff: Diff) -> Iterable[Finding]:
    """Find words that skip tests, in languages nothing else reads, which the base did not have."""
    for edit in diff.judged():
        pattern = _SILENCING.get(edit.path.rpartition(".")[2])
        if pattern is None or edit.new is None or not is_test_file(edit.path):
            continue
        if _is_no_less(edit, diff, pattern):
            continue
        for line, match in fresh_lines(edit.old or "", edit.new, pattern):
            text = match[0].strip()
            yield found(
                "test-skipped",
                edit.path,
                f"`{text}` silences tests, so their passing says nothing; let them run and make the code satisfy them "
                "(`allow_test_changes` can name the file, if a person wants it)",
                line=line,
                about=text,
            )


def _is_no_less(edit: Edit, diff: Diff, pattern: re.Pattern[str]) -> bool:
    """Say whether as much was silent before, in other words or another place; or most tests of a new file run."""
    silent, moved = len(pattern.findall(edit.new or "")), _moved(edit, diff)
    before = sum(len(pattern.findall(one.old or "")) for one in (edit, *moved))
    return silent <= before or (edit.old is None and not moved and (edit.new or "").count("@Test") >= _TWICE * silent)


def _moved(edit: Edit, diff: Diff) -> list[Edit]:
    """Give what was taken out under the same name elsewhere: the file may have been moved."""
    name = edit.path.rpartition("/")[2]
    return [one for one in diff.edits if one.status == "D" and one.path.rpartition("/")[2] == name]


_TWICE = 2
_UNFINISHED = {
    "kt": re.compile(r"^(?!\s*//).*?\bTODO\(|NotImplementedError\("),
    "cs": re.compile(r"throw new NotImplementedException\("),
}


def code_unfinished(diff: Diff) -> Iterable[Finding]:
    """Find code, in languages nothing else reads, that says its work is still to be done and did not on the base."""
    for edit in diff.edits:
        pattern = _UNFINISHED.get(edit.path.rpartition(".")[2])
        if pattern is None or edit.new is None or is_test_file(edit.path):
            continue
        before: Counter[str] = Counter()
        for one in (edit, *_moved(edit, diff)):
            before += _unfinished(one.old or "", pattern)
        if not _unfinished(edit.new, pattern) - before:  # moved, or on lines of its own now
            continue
        for line, match in fresh_lines(edit.old or "", edit.new, pattern):
            text = match[0].strip()
            yield found(
                "stub-added",
                edit.path,
                f"`{text[-80:]}` stands where work was asked for: whoever calls it gets an error; write what it "
                "is to do",
                line=line,
                about=text,
            )


def _unfinished(text: str, pattern: re.Pattern[str]) -> Counter[str]:
    """Count what says that it is unfinished, by the declaration it stands in."""
    found: Counter[str] = Counter()
    name = ""
    for line in text.splitlines():
        for match in _DECLARED.finditer(line):
            name = match[1] or match[2]
        found[name] += pattern.search(line) is not None
    return found


_DECLARED = re.compile(
    r"\b(?:fun(?:\s*<[^>]*>)?\s+(?:[\w<>?]+\.)?|va[lr]\s+|class\s+|object\s+)(\w+)"
    r"|\b(?!TODO\b|NotImplemented)(\w+)\s*\([^()]*\)\s*(?:\{|=>|$)"
)
"""The head of a function, value or class of Kotlin, or of a method of C#."""
