"""The honest rule for assertions of a project's own, in files of their own, that cannot fail. Never runs them."""

import re
from collections.abc import Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.rules.testing import HOW
from orchestrator.verify.testpaths import is_test_file

_FAILS = re.compile(
    r"\bthrow\b|\braise\b|(?m:^\s*assert\s)|\bpanic\b|\breject\b|\b(?:fail|exit|unwrap|expect)\(|\brequire\(|\bexit\b"
    r"|\.(?:Fatal|Error|Errorf|Fatalf|Fail|FailNow)\([^)]|\bsuper\b|\b(?:assert|compile_error)\w*!\s*\("
)
_DELEGATES = {
    "js": re.compile(r"(?m)^\s*(?:import|export)\b.*\bfrom\b|\brequire\("),
    "py": re.compile(r"(?m)^\s*(?:import|from)\s"),
}
_ASSERTIONS = re.compile(
    r"\b(?:assert(?:_?(?:[A-Z]|eq|ne|equal|true|that|close|raises|called)\w*)?|expect|toBe|toEqual"
    r"|(?:strict|deep|deepStrict)Equal|(?:Not|No)?(?:Equal|Error|Nil|True|False|Contains|Len)|equals?|ok)\b"
    r"\s*!?\s*[(:={]|\bfunction assert\w*|get:\s*\(\)\s*=>\s*\(\)\s*=>"
)
_THEIRS = re.compile(
    r"(?:^|/)(?:org/junit/|junit/framework/|org/assertj/|org/hamcrest/|org/testng/"
    r"|(?:testify/)?(?:assert|require)/[^/]+\.go$|node_modules/(?:assert|chai|expect)/)"
)
_IMPORTS = re.compile(
    r"^\s*(?:import|from|use|mod|pub\s+mod|(?:const|let|var)\b.*\brequire\()|^\s*(?:[\w.]+\s+)?\"[\w./-]+\"$"
)
_LIBRARY = re.compile(r"assert|chai|expect|should|junit|hamcrest|testify|unittest|pytest|testing|must|power")


def assertions_replaced(diff: Diff) -> Iterable[Finding]:
    """Find files, new in this snapshot, of assertions that cannot fail, which stand where a framework's do."""
    for edit in diff.edits:
        text = edit.new or ""
        if edit.old is None and edit.new is not None and _is_of_assertions(edit) and _is_used(edit, diff):
            at = next((n for n, line in enumerate(text.splitlines(), 1) if _ASSERTIONS.search(line)), 1)
            yield found(
                "test-emptied",
                edit.path,
                f"{edit.path} has assertions that cannot fail, in the place of those that can: let tests assert by "
                f"what fails {HOW}",
                line=at,
                about=edit.path,
            )


def _is_of_assertions(edit: Edit) -> bool:
    """Say whether all that a file has is called as assertions are, and none of it could fail."""
    text, language = edit.new or "", language_of(edit.path)
    kind = "py" if edit.path.endswith(".py") else "js" if re.search(r"\.[cm]?[jt]sx?$", edit.path) else ""
    if language is None or len(text) > _LONG or not _ASSERTIONS.search(text) or _FAILS.search(text):
        return False
    if kind and _DELEGATES[kind].search(text):
        return False
    return not any(test.is_test for test in (language.trials(text) or {}).values())


_LONG = 20_000


def _is_used(edit: Edit, diff: Diff) -> bool:
    """Say whether a file lies where a framework's does, or tests take from it what they took from one."""
    if _THEIRS.search(edit.path):
        return True
    folder, _, name = edit.path.rpartition("/")
    stem = name.partition(".")[0]
    names = {stem, folder.rpartition("/")[2]} - {"", "test", "tests", "src", "index", "mod", "main"}
    for other in diff.judged():
        if other is edit or not is_test_file(other.path) or other.old is None or other.new is None:
            continue
        gone, came = _changed(other)
        taken = any(re.search(rf"\b{re.escape(one)}\b", line) for line in came for one in names)
        if taken and (any(_LIBRARY.search(line) for line in gone) or not gone):
            return True
        if any(re.search(rf"\b{re.escape(stem)}\s*;", line) for line in gone):
            return True  # of that name, and of the same package now
    return False


def _changed(edit: Edit) -> tuple[list[str], list[str]]:
    """Give the lines that bring something in which a file lost, and those it got."""
    old, new = (list(_imports(text or "")) for text in (edit.old, edit.new))
    return [line for line in old if line not in new], [line for line in new if line not in old]


def _imports(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if _IMPORTS.search(line))
