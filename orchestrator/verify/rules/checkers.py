"""The honest rule for checkers and coverage that are told to look at nothing. Never runs any of them.

What a checker leaves out is ordinary; that it leaves nearly all of the code that is there is not.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import msgspec

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.leaving import Names, by_glob, by_regex, is_plain, left, lines, listed
from orchestrator.verify.readers.settings import Setting, settings_of
from orchestrator.verify.rules.checkers_java import leaves_all_of_java
from orchestrator.verify.rules.checkers_laxer import minds_less
from orchestrator.verify.rules.checkers_off import is_off
from orchestrator.verify.rules.commands import checks_dropped
from orchestrator.verify.rules.product import in_use, is_beside
from orchestrator.verify.rules.task_words import asks_to_silence
from orchestrator.verify.testpaths import is_vendored

_PY = re.compile(r"\.pyi?$")
_JS = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte)$")
_WRITTEN = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte|css|scss|md|json|ya?ml|html)$")
_GO, _RS, _JAVA = re.compile(r"\.go$"), re.compile(r"\.rs$"), re.compile(r"\.(?:java|kt)$")
_NEVER = re.compile(r"(?!)")


class Checker(msgspec.Struct, frozen=True):
    """A file that tells a checker where to look. `out` and `only`: keys of what it leaves, and of all it takes."""

    path: re.Pattern[str]
    of: re.Pattern[str]
    out: re.Pattern[str]
    only: re.Pattern[str] = _NEVER
    names: Names = by_glob


def _file(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|/){pattern}$")


_CHECKERS = (
    Checker(
        _file(r"\.?ruff\.toml"), _PY, re.compile(r"(?:(?:lint|format)\.)?(?:extend-)?exclude"), re.compile("include")
    ),
    Checker(
        _file(r"pyproject\.toml"),
        _PY,
        re.compile(r"tool\.(?:ruff(?:\.lint|\.format)?|pyright|flake8|ty\.src|bandit)\.(?:(?:extend-)?exclude\w*|ignore)"),
        re.compile(r"tool\.(?:ruff|pyright)\.include"),
    ),
    Checker(_file(r"pyproject\.toml"), _PY, re.compile(r"tool\.(?:black|mypy)\.(?:extend-)?exclude"), names=by_regex),
    Checker(
        _file(r"(?:\.flake8|setup\.cfg|tox\.ini)"),
        _PY,
        re.compile(r"flake8\.(?:extend-)?exclude"),
        re.compile(r"flake8\.filename"),
    ),
    Checker(_file(r"pyproject\.toml"), _PY, re.compile(r"tool\.isort\.(?:extend_)?skip(?:_glob)?")),
    Checker(_file(r"(?:\.?isort\.cfg|setup\.cfg)"), _PY, re.compile(r"(?:settings|isort)\.(?:extend_)?skip(?:_glob)?")),
    Checker(_file(r"pyproject\.toml"), _PY, _NEVER, re.compile(r"tool\.mypy\.files")),
    Checker(_file(r"(?:\.?mypy\.ini|setup\.cfg)"), _PY, _NEVER, re.compile(r"mypy\.files")),
    Checker(_file(r"(?:\.?mypy\.ini|setup\.cfg)"), _PY, re.compile(r"mypy\.exclude"), names=by_regex),
    Checker(_file(r"\.?pylintrc"), _PY, re.compile(r"(?i)(?:master|main)\.ignore-(?:patterns|paths)"), names=by_regex),
    Checker(_file(r"pyrightconfig\.json"), _PY, re.compile(r"exclude|ignore"), re.compile("include")),
    Checker(_file(r"\.bandit"), _PY, re.compile(r"bandit\.exclude\w*")),
    Checker(_file(r"(?:\.eslintrc(?:\.json|\.ya?ml|\.[cm]?js)?|\.oxlintrc\.json)"), _JS, re.compile("ignorePatterns")),
    Checker(_file(r"package\.json"), _JS, re.compile(r"(?:eslintConfig|xo|standard)\.ignore\w*")),
    Checker(
        _file(r"biome\.jsonc?"),
        _JS,
        re.compile(r"(?:files|linter)\.ignore"),
        re.compile(r"(?:files|linter)\.includes?"),
    ),
    Checker(_file(r"deno\.jsonc?"), _JS, re.compile(r"(?:lint\.)?exclude"), re.compile(r"lint\.include")),
    Checker(_file(r"tsconfig\.json"), _JS, re.compile("exclude")),
    Checker(
        _file(r"\.golangci\.(?:ya?ml|toml|json)"),
        _GO,
        re.compile(r".*\bexclusions\.paths|.*\b(?:exclude|skip)-(?:dirs|files)"),
        names=by_regex,
    ),
    Checker(_file(r"revive\.toml"), _GO, re.compile("exclude")),
    Checker(_file(r"\.?rustfmt\.toml"), _RS, re.compile("ignore")),
    Checker(_file(r"sonar-project\.properties"), re.compile(r"\.(?:[cm]?[jt]sx?|py|go|rs|java|kt)$"),
            re.compile(r"sonar\.(?:coverage\.)?exclusions")),
    Checker(_file(r"(?:\.coveragerc|setup\.cfg|tox\.ini)"), _PY, re.compile(r"(?:coverage:)?(?:run|report)\.omit"),
            re.compile(r"(?:coverage:)?(?:run|report)\.include|(?:coverage:)?run\.source")),
    Checker(_file(r"pyproject\.toml"), _PY, re.compile(r"tool\.coverage\.(?:run|report)\.omit"),
            re.compile(r"tool\.coverage\.(?:run|report)\.include|tool\.coverage\.run\.source")),
    Checker(_file(r"\.(?:nyc|c8)rc(?:\.json|\.ya?ml)?"), _JS, re.compile("exclude"), re.compile("include")),
    Checker(_file(r"package\.json"), _JS, re.compile(r"(?:nyc|c8)\.exclude"), re.compile(r"(?:nyc|c8)\.include")),
    Checker(_file(r"(?:jest\.config[^/]*|package\.json)"), _JS, _NEVER, re.compile(r"(?:jest\.)?collectCoverageFrom")),
    Checker(_file(r"(?:jest\.config[^/]*|package\.json)"), _JS, re.compile(r"(?:jest\.)?coveragePathIgnorePatterns"),
            names=by_regex),
    Checker(_file(r"vite(?:st)?\.config[^/]*"), _JS, re.compile(r".*coverage\.exclude"),
            re.compile(r".*coverage\.include")),
    Checker(_file(r"\.?codecov\.ya?ml"), re.compile(r"\.(?:[cm]?[jt]sx?|py|go|rs|java|kt)$"), re.compile("ignore")),
    Checker(_file(r"\.?tarpaulin\.toml"), _RS, re.compile(r".*exclude-files")),
)  # fmt: skip
_LISTS = (
    (_file(r"\.(?:es|ox)lintignore"), _JS),
    (_file(r"\.prettierignore"), _WRITTEN),
)
"""Files that are a list of what a checker leaves."""
_FEW = 0.2
"""Of the code that is there, where a checker still looks: no more is next to nothing."""


_OF_TESTS = re.compile(r"(?:^|/)tests?/")
"""Where a configuration is what is tested."""


def checkers_idle(diff: Diff) -> Iterable[Finding]:
    """Find settings, new in this snapshot, by which a checker looks at next to nothing, or complains of nothing."""
    for edit in () if asks_to_silence(diff.message) else in_use(diff):
        if _OF_TESTS.search(edit.path):
            continue
        for said in dict.fromkeys(_idle(edit, diff)):
            yield found(
                "checker-silenced",
                edit.path,
                f"`{said[:80]}` keeps a checker from nearly all of the code; correct what it complains about, or leave "
                "out what is not yours to correct",
                about=said,
            )


def _idle(edit: Edit, diff: Diff) -> Iterator[str]:
    yield from is_off(edit, diff)
    yield from minds_less(edit, diff)
    yield from checks_dropped(edit, diff)
    yield from leaves_all_of_java(edit, _code(diff, _JAVA))
    for checker in _CHECKERS:
        if not checker.path.search(edit.path):
            continue
        out, only = _told(edit, edit.new or "", checker)
        again = (out, only) == _told(edit, edit.old or "", checker)
        if not again and _leaves_all(edit, diff, checker.of, partial(_of, edit, checker)):
            yield ", ".join((*out, *(only or ()))) or "nothing is included"
    for path, of in _LISTS:
        if path.search(edit.path) and _leaves_all(edit, diff, of, lambda text: (lines(text), None, by_glob)):
            yield ", ".join(lines(edit.new or ""))


Told = Callable[[str], tuple[list[str], list[str] | None, Names]]


def _leaves_all(edit: Edit, diff: Diff, of: re.Pattern[str], told: Told) -> bool:
    """Say whether next to none of the code below a file is looked at any more, where more of it was."""
    folder = edit.path.rpartition("/")[0]
    paths = [
        path.removeprefix(f"{folder}/") for path in _code(diff, of) if path.startswith(f"{folder}/" if folder else "")
    ]
    now, was = (len(left(paths, *told(text))) if text else len(paths) for text in (edit.new or "", edit.old or ""))
    return bool(paths) and now <= _FEW * len(paths) < was


def _code(diff: Diff, of: re.Pattern[str]) -> list[str]:
    """Give the code of a kind that is no test, nor what a tool is told in code."""
    own = [path for path in diff.tree if of.search(path) and not is_vendored(path)]
    return [path for path in own if not is_beside(path) and not _TOLD_IN_CODE.search(path)]


_TOLD_IN_CODE = re.compile(r"(?:^|/)(?:[\w.-]+\.(?:config|conf|setup)\.\w+|\.[^/]+|package(?:-lock)?\.json)$")


def _of(edit: Edit, checker: Checker, text: str) -> tuple[list[str], list[str] | None, Names]:
    return (*_told(edit, text, checker), checker.names)


def _told(edit: Edit, text: str, checker: Checker) -> tuple[list[str], list[str] | None]:
    """Give what a checker leaves, and all it takes, where it is told; what cannot be followed may be all there is."""
    said = settings_of(edit.path, text) if text else ()
    only = [one for one in said if checker.only.fullmatch(one.key)]
    taken = _values(only, checker.only, checker.names)
    modules = [part.replace(".", "/") for part in taken if re.fullmatch(r"\w+(?:\.\w+)+", part)]
    known = bool(only) and all(map(is_plain, taken))
    return _values(said, checker.out, checker.names), [*taken, *modules] if known else None


def _values(said: Sequence[Setting], keys: re.Pattern[str], names: Names) -> list[str]:
    """Give the patterns that stand under keys; a regular expression may have blanks and commas in it."""
    values = [one.value for one in said if keys.fullmatch(one.key)]
    return [part for value in values for part in (value.splitlines() if names is by_regex else listed(value))]
