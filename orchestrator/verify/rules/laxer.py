"""Whether a pipeline's checks are less strict now, or leave tests out: by a word of a command or variable. Pure."""

import re
from collections.abc import Iterator, Sequence

from orchestrator.verify.diff import Edit
from orchestrator.verify.readers.pipelines import Line, lines_of
from orchestrator.verify.readers.shell import TESTS
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
    return gone or any(_leaves_out(one, known, lost, new) for one in gained)


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
    whole = [one for one in new if one.is_run and TESTS.search(one.text) and not _LEAVES.search(one.text)]
    alike = [one for one in whole if _is_same(one, line) or all(map(_BUILDS_ONLY.match, said))]
    return bool(said and instead) and not alike


_BUILDS_ONLY = re.compile(r"-DskipTests|-Dmaven\.test\.skip|-x\s|--no-run")
"""What has a command build alone, where another runs the tests."""
