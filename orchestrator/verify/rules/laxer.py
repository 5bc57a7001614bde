"""Whether a pipeline's checks are less strict now, or leave tests out: by a word of a command or variable. Pure."""

import re
from collections.abc import Iterator, Sequence

from orchestrator.verify.diff import Edit
from orchestrator.verify.readers.pipelines import Line, lines_of
from orchestrator.verify.readers.shell import TESTS, choices, files, program, runs_tests
from orchestrator.verify.rules.easing import CHECKS, words_of
from orchestrator.verify.rules.widened import beyond

STRICT = re.compile(
    r"(?<![\w-])(?:-D\s*(?:warnings|clippy::\w+|rustdoc::\w+|unsafe_code)|-W\s?error(?![\w:])|-(?:Xlint:)?Werror\b"
    r"|--(?:deny|fail|error)-?(?:on-?)?warn(?:ing)?s?\b|--(?:fatal|deny)[-= ]warnings|--max-warnings[= ]\d+|-race\b"
    r"|--strict(?:-[\w-]+)?(?![\w-])|--(?:cov-)?fail-under[= ]\S+|--forbid-only|--fail-on-\S+|--check-coverage"
    r"|--fail-zero|--errorOnDeprecated|-warnaserror\b|--warnings-as-errors)"
)
"""What has a check find more, or a finding fail."""
_LEAVES = re.compile(
    r"\s(?:--skip\b|-skip[= ]|--deselect\b|--ignore(?:-glob)?[= ]|-k[= ]?['\"]?\s*(?:not\b|\()|--test-skip-pattern\b"
    r"|--(?:testPath|modulePath)IgnorePatterns?\b|--invert\b|-DskipTests(?!=false)|-Dmaven\.test\.skip(?!=false)|-Dtest=['\"]?!"
    r"|-x\s+:?[\w:]*[tT]est\b|--exclude[= ]\S*tests?\b|-short\b|--no-run\b|--collect-only\b|--passWithNoTests\b)"
)
"""What has a runner leave tests out that are there."""


def is_laxer(edit: Edit) -> bool:
    """Say whether a check that a pipeline runs lost what made it strict, or came to leave tests out."""
    if not (edit.old and edit.new and re.search(r"\.ya?ml$", edit.path)):
        return False
    old, new = lines_of(edit.old), lines_of(edit.new)
    lost, gained = beyond(old, new), beyond(new, old)
    kept = {word for one in gained for word in _strict(one.text)}
    gone = any(set(_strict(one.text)) - kept and _is_there_still(one, new, gained) for one in lost)
    known = {match[0].strip() for one in lost for match in _LEAVES.finditer(one.text)}
    return (
        gone
        or any(_leaves_out(one, known, lost, new) or _lets_go(one, new) for one in gained)
        or _tests_no_more(old, new, gained)
        or _never_starts(old, new)
    )


def _lets_go(line: Line, new: Sequence[Line]) -> bool:
    """Say whether a line has the shell go on, or end well, whatever the tests beside it come to."""
    if not (line.is_run and _GOES_ON.fullmatch(line.text)):
        return False
    beside = [one.text for one in new if one.is_run and (one.keys, one.entries) == (line.keys, line.entries)]
    return any(map(TESTS.search, beside)) and not re.search(r"\$\?|PIPESTATUS|exit [1-9$]", "\n".join(beside))


_GOES_ON = re.compile(r"set \+\w*e\w*(?: \+o pipefail)?|exit 0|true")


def _tests_no_more(old: Sequence[Line], new: Sequence[Line], gained: Sequence[Line]) -> bool:
    """Say whether a pipeline that ran tests runs none, and nothing came that could check in their place."""
    tests = [[one for one in side if one.is_run and runs_tests(one.text)] for side in (old, new)]
    instead = [one for one in gained if one.key == "uses" or (one.is_run and not _NO_CHECK.match(one.text))]
    return bool(tests[0]) and not tests[1] and not instead


_NO_CHECK = re.compile(
    r"(?:echo|printf|true|:|exit|python[\d.]* -m (?:compileall|py_compile)|\S+ (?:--version|build|compile))\b"
)


def _never_starts(old: Sequence[Line], new: Sequence[Line]) -> bool:
    """Say whether a pipeline that was started by changes waits to be asked, or leaves changes to all files."""
    started = [{part for one in side for part in _starts(one)} for side in (old, new)]
    by_others = _BY_CHANGES | {"schedule", "workflow_call"}
    idle = [
        any("paths-ignore" in {one.key, *one.keys} and _ALL.search(one.text) for one in side) for side in (old, new)
    ]
    asked = bool(started[0] & _BY_CHANGES) and bool(started[1]) and not started[1] & by_others
    return asked or idle == [False, True]


def _starts(line: Line) -> list[str]:
    """Give what starts a pipeline, as far as a line says it."""
    if line.key == "on":
        return re.findall(r"[\w-]+", line.text)
    return [line.key or line.text] if line.keys == ("on",) else []


_BY_CHANGES = frozenset(("push", "pull_request", "merge_group", "pull_request_target"))
_ALL = re.compile(r"^\[?['\"]?\*\*?(?:/\*)?['\"]?\]?$")


def _strict(text: str) -> Iterator[str]:
    for match in STRICT.finditer(text):
        said = re.sub(r"\s+", "", match[0])
        yield re.sub(r"[= ]?\d[\d.]*$", "", said)


def _is_there_still(line: Line, new: Sequence[Line], gained: Sequence[Line]) -> bool:
    """Say whether what was strict is run as before but for that, or the variable says something else, or is gone."""
    if line.is_run:
        return any(one.is_run and one.place == line.place and _is_same(line, one) for one in gained)
    if "env" not in {*line.keys} or "include" in line.keys:
        return False
    job = line.keys[: line.keys.index("env")]
    return any(one.is_run and one.keys[: len(job)] == job and CHECKS.search(one.text) for one in new)


def _is_same(line: Line, other: Line) -> bool:
    """Say whether two commands have the same program do the same."""
    words = [words_of(STRICT.sub(" ", _LEAVES.sub(" --- ", one.text))) for one in (line, other)]
    heads = [[word for word in said if not word.startswith("-")][:_HEAD] for said in words]
    return bool(heads[1]) and heads[0][: len(heads[1])] == heads[1][: len(heads[0])]


_HEAD = 2
"""Words that say what a command is: the program, and what it is to do."""


def _leaves_out(line: Line, known: set[str], lost: Sequence[Line], new: Sequence[Line]) -> bool:
    """Say whether a command that runs tests came to leave some out, in the place of one that did not."""
    if not line.is_run or not TESTS.search(line.text):
        return False
    said = {match[0].strip() for match in _LEAVES.finditer(line.text)} - known
    instead = [one for one in lost if one.is_run and _is_same(one, line)]
    whole = [one for one in new if one.is_run and TESTS.search(one.text) and not choices(one.text)]
    alike = [one for one in whole if _is_same(one, line) or all(map(_BUILDS_ONLY.match, said))]
    alike = [one for one in alike if not _LEAVES.search(one.text)]
    before = [one for one in lost if one.is_run and program(one.text) == program(line.text) != ""]
    single = bool(files(line.text)) and bool(before) and not any(files(one.text) for one in before)
    whole = [one for one in whole if not files(one.text)]
    return (bool(said and instead) and not alike) or (single and not whole)


_BUILDS_ONLY = re.compile(r"-DskipTests|-Dmaven\.test\.skip|-x\s|--no-run")
"""What has a command build alone, where another runs the tests."""
