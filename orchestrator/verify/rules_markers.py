"""Honest rules for tests in other languages than Python, by the words that silence a test. Never parses."""

import re
from collections import Counter
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.test_files import is_test_file

_JS = re.compile(
    r"\b(?:it|test|describe|context|suite|bench)(?:\.\w+)*?\.(?:skip|only|todo|fixme|fails)\b|\b[xf](?:it|describe|test|context)\s*\("
    r"|\bthis\.skip\(\)"
)
_JVM = re.compile(r"@(?:Disabled|Ignore|Ignored)\b|\bAssumptions\.abort\(")
_BY_EXTENSION = {
    "go": re.compile(r"\b[tb]\.(?:Skip|SkipNow|Skipf)\("),
    "rs": re.compile(r"#\[\s*ignore\b"),
    "java": _JVM,
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
_SCRIPTS = ("js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte")


def test_silenced(diff: Diff) -> Iterable[Finding]:
    """Find words that skip tests, or all but one, which the base did not have."""
    for edit in diff.judged():
        pattern = _pattern(edit.path)
        if pattern is None or edit.new is None or not (is_test_file(edit.path) or edit.path.endswith(".rs")):
            continue
        for line, text in _added(edit, pattern):
            yield found(
                "test-skipped",
                edit.path,
                f"`{text}` silences tests, so their passing says nothing; let them run and make the code satisfy them "
                "(`allow_test_changes` can name the file, if a person wants it)",
                line=line,
                about=text,
            )


_UNFINISHED = {
    "rs": re.compile(
        r"^(?!\s*//).*?\b(?:todo!|unimplemented!)\s*\(|^(?!\s*//).*?\bpanic!\(\s*\"[^\"]*not (?:yet )?implemented"
    ),
    "go": re.compile(
        r"^(?!\s*//).*?\bpanic\(\s*[\"`][^\"`]*(?i:not (?:yet )?implemented|todo)"
        r"|errors\.New\(\"not (?:yet )?implemented"
    ),
    "java": re.compile(
        r"throw new \w*(?:Exception|Error)\(\s*\"[^\"]*(?i:not (?:yet )?implemented|todo\b)"
        r"|throw new NotImplementedException\("
    ),
    "kt": re.compile(r"^(?!\s*//).*?\bTODO\(|NotImplementedError\("),
    "cs": re.compile(r"throw new NotImplementedException\("),
}
_UNFINISHED_JS = re.compile(
    r"throw (?:new )?\w*Error\(\s*[\"'`][^\"'`]*(?i:not (?:yet )?implemented|\btodo\b|unimplemented)"
)


def code_unfinished(diff: Diff) -> Iterable[Finding]:
    """Find code in other languages than Python that says its work is still to be done, which the base did not have."""
    for edit in diff.edits:
        extension = edit.path.rpartition(".")[2]
        pattern = _UNFINISHED_JS if extension in _SCRIPTS else _UNFINISHED.get(extension)
        if pattern is None or edit.new is None or is_test_file(edit.path):
            continue
        for line, text in _added(edit, pattern):
            yield found(
                "stub-added",
                edit.path,
                f"`{text[-80:]}` stands where work was asked for: whoever calls it gets an error; write what it "
                "is to do",
                line=line,
                about=text,
            )


def _pattern(path: str) -> re.Pattern[str] | None:
    extension = path.rpartition(".")[2]
    return _JS if extension in _SCRIPTS else _BY_EXTENSION.get(extension)


def _added(edit: Edit, pattern: re.Pattern[str]) -> Iterable[tuple[int, str]]:
    """Give line and word of every marker beyond those the base has, by the text of their lines."""
    before = Counter(line.strip() for line in (edit.old or "").splitlines() if pattern.search(line))
    for number, line in enumerate((edit.new or "").splitlines(), start=1):
        match = pattern.search(line)
        if match is None:
            continue
        if before[line.strip()] > 0:
            before[line.strip()] -= 1
        else:
            yield number, match[0].strip()
