"""Honest rules for linters and type checkers that are told to look away. Never runs them.

A suppression that names its rule is ordinary work. What hides a whole file, or takes a complaint away from a line that
is otherwise as it was, is not.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.rules.task_words import asks_to_silence
from orchestrator.verify.testpaths import is_test_file

_FILE = re.compile(
    r"^\s*(?:#\s*(?:flake8|ruff)\s*:\s*noqa\s*$|#\s*mypy\s*:\s*ignore-errors|#\s*type:\s*ignore\s*$"
    r"|#\s*pylint\s*:\s*(?:skip-file|disable=all)|#\s*pyright\s*:\s*(?:ignore\s*$|basic\s*$)"
    r"|//\s*@ts-nocheck|/\*\s*eslint-disable\s*\*/|#!\[allow\((?:warnings|clippy::all|unused)\)\]"
    r"|//\s*nolint\s*$|@SuppressWarnings\(\"all\"\)"
    r"|(?://|/\*|#)\s*(?:deno-lint-ignore-file|tslint:disable(?!-)|lint:file-ignore|CHECKSTYLE[.: ]*OFF"
    r"|(?:biome|oxlint|standard|jshint|stylelint)[-: ](?:ignore-all|disable(?!-(?:next-)?line)|ignore:all)"
    r"|noinspection\s+ALL"
    r"|revive:disable\s*$|ktlint-disable|pyre-ignore-all-errors)"
    r"|#!\[(?:allow|expect)\((?:clippy::all|unused|warnings)\b"
    r"|//\s*nolint(?::\s*all)?\s*(?://.*)?$|/\*\s*eslint-disable\s+--|@(?:typing\.)?no_type_check\s*$"
    r"|#!?\[(?:cfg_attr\(\s*all\(\)\s*,\s*)?(?:allow|expect)\((?:[\w:]+\s*,\s*)*(?:clippy::all|warnings)\s*[,)]"
    r"|@SuppressWarnings\(\s*\{[^}]*\"all\")",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"(?i)eslint-enable|CHECKSTYLE[.: ]*ON\b|tslint:enable|(?:biome|oxlint)-ignore-end|jshint ignore:end"
)
"""What lets the checkers look again: then it was no whole file."""
_LINE = re.compile(
    r"(?:\s*#\s*(?:noqa\b(?!\s*:)|type:\s*ignore\b(?!\[)|pyright:\s*ignore\b(?!\[)|nosec\b).*"
    r"|\s*//\s*(?:eslint-disable|@ts-ignore|@ts-expect-error|nolint|NOSONAR).*)$"
)
_NAMED = re.compile(r"//\s*(?:eslint-disable(?:-next)?-line\s+(?!--)@?\w|nolint:\s*(?!all\b)\w)")
"""What names the rule it is about, as `# noqa: E501` does."""
_CODE = re.compile(r"\.(?:pyi?|[cm]?[jt]sx?|vue|svelte|go|rs|java|kt)$")
_MANY = 4


def file_silenced(diff: Diff) -> Iterable[Finding]:
    """Find comments that hide a whole file from a checker, new in this snapshot; of tests a person may announce it."""
    for edit in _code(diff):
        if (edit.old is None and not diff.whole) or (is_test_file(edit.path) and asks_to_silence(diff.message)):
            continue
        before = sum(bool(_FILE.match(line)) for line in (edit.old or "").splitlines())
        lines = [(number, line) for number, line in enumerate((edit.new or "").splitlines(), 1) if _FILE.match(line)]
        for number, line in lines[before:] if not _BACK.search(edit.new or "") else ():
            yield found(
                "checker-silenced",
                edit.path,
                f"`{line.strip()}` hides the whole file from a checker; correct what it complains about, or silence "
                "one line with its rule and reason",
                line=number,
                about=line.strip(),
            )


def lines_silenced(diff: Diff) -> Iterable[Finding]:
    """Find suppressions put onto lines that are otherwise as they were, where that is most of what was done."""
    if asks_to_silence(diff.message) or _is_tidying(diff):
        return
    for edit in _code(diff):
        if edit.old is None or edit.new is None:
            continue
        hushed = list(_hushed(edit.old, edit.new))
        changed = _changed(edit.old, edit.new)
        if diff.message:  # a person who names the rule says what is left as it is
            hushed = [one for one in hushed if _NAMED.search(one[1]) is None]
        if hushed and 2 * len(hushed) > changed:
            number, line = hushed[0]
            yield found(
                "checker-silenced",
                edit.path,
                f"`{line.strip()[-80:]}` silences a checker on a line that is otherwise as it was "
                f"({len(hushed)} in this file); correct what it complains about",
                line=number,
                about=line.strip(),
            )


def _is_tidying(diff: Diff) -> bool:
    """Say whether the snapshot brings a checker in: its configuration changes, or many files."""
    steering = re.compile(
        r"(?:^|/)(?:pyproject\.toml|setup\.cfg|tox\.ini|mypy\.ini|\.?ruff\.toml|\.flake8|\.pre-commit.*|.*requirements.*)$"
    )
    brought = any(_speaks_of_checkers(edit) for edit in diff.edits if steering.search(edit.path))
    return brought or sum(_is_hushed(edit) for edit in _code(diff)) >= _MANY


def _is_hushed(edit: Edit) -> bool:
    return any(_hushed(edit.old or "", edit.new or ""))


def _speaks_of_checkers(edit: Edit) -> bool:
    """Say whether what changed of a configuration is about a checker, or stands where one is told what to do."""
    sides = [Counter((text or "").splitlines()) for text in (edit.old, edit.new)]
    lines = [*(sides[0] - sides[1]), *(sides[1] - sides[0])]
    return _OF_CHECKERS.search(edit.path) is not None or any(map(_CHECKER.search, lines))


_OF_CHECKERS = re.compile(r"(?:mypy\.ini|ruff\.toml|\.flake8|\.pre-commit[^/]*)$")
_CHECKER = re.compile(
    r"(?i)mypy|ruff|flake8|pyright|pylint|pycodestyle|bandit|lint|\bstrict|disallow_|warn_|select|ignore|plugins"
    r"|target-version|python_version|\bty\b|\btypes-"
)


def _hushed(old: str, new: str) -> Iterator[tuple[int, str]]:
    before = Counter(line.rstrip() for line in old.splitlines())
    for number, line in enumerate(new.splitlines(), 1):
        match = _LINE.search(line)
        if match is None or before[line.rstrip()] > 0:
            continue
        bare = line[: match.start()].rstrip()
        if bare.strip() and before[bare] > 0:
            before[bare] -= 1
            yield number, line


def _changed(old: str, new: str) -> int:
    before, after = Counter(old.splitlines()), Counter(new.splitlines())
    return max(sum((before - after).values()), sum((after - before).values()))


def _code(diff: Diff) -> Iterator[Edit]:
    yield from (edit for edit in diff.edits if _CODE.search(edit.path) and edit.new is not None)
