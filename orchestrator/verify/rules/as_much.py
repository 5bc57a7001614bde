"""Whether what a pipeline came to say asks as much as what it no longer says: line by line, and of its checks. Pure."""

import re
from collections import Counter
from collections.abc import Sequence

from orchestrator.verify.diff import Edit
from orchestrator.verify.readers.pipelines import Line, lines_of, outside
from orchestrator.verify.rules.easing import CHECKS, DEAFENS, words_of
from orchestrator.verify.rules.task_words import asks_to_take_out, speaks_of
from orchestrator.verify.rules.widened import LEAVES_OUT, PREPARES, beyond

WORD = re.compile(r"\w+")
KEPT = 0.6
EXPRESSION = re.compile(r"\$\{\{(?:(?!secrets|github\.token)[^}])*\}\}")


def asks_as_much(added: Sequence[str], gone: Sequence[str]) -> bool:
    """Say whether of every line that CI lost most words are in one that it gained, and it gained no more."""
    return len(added) <= len(gone) and are_in(gone, added)


def are_in(gone: Sequence[str], added: Sequence[str]) -> bool:
    """Say whether each line has most of its words in another one, which asks no less."""
    return all(any(_is_in(one, other) for other in added) for one in gone if WORD.search(one))


def _is_in(line: str, other: str) -> bool:
    """Say whether most words of a line are in another one, which asks no less of tests."""
    words, others = (frozenset(WORD.findall(_RUN.sub("", one))) for one in (line, other))
    return len(words & others) >= KEPT * len(words) and not (_ASKS.search(line) and _asks_less(line, other))


def _asks_less(line: str, other: str) -> bool:
    """Say whether a command that tests names more than flags now, a part say, or nothing that it is strict about."""
    sides = [Counter(_RUN.sub("", EXPRESSION.sub("", one)).split()) for one in (line, other)]
    more, lost = set(sides[1] - sides[0]), set(sides[0] - sides[1])
    part = any(not _FLAG.fullmatch(word) for word in (more - _ALL_TARGETS if more >= _ALL_TARGETS else more))
    return part or any(_STRICT.search(word) for word in lost) or bool(_NOT_RUN.search(other))


_FOLDER = re.compile(r".*/(?=[\w.-]+$)")
_RUN = re.compile(r"(?<=--features)[= ](?:\"[^\"]*\"|\S+)|\s--(?:with|group|extra)[= ]\S+")
"""What is got for a command, and what features are called."""
_ASKS = re.compile(
    r"\b(?:pytest|unittest|jest|vitest|mocha|tests?|(?:gradlew|mvnw?)\b.*\b(?:build|check|verify|install))\b"
    r"|\b(?:ruff|flake8|mypy|pyright|pylint|eslint|tsc|clippy|golangci-lint|staticcheck|go vet)\b(?!.*\binstall\b)"
    r"|^(?!.*\binstall\b).*\b(?:tox|nox)\b"
)
_FLAG = re.compile(
    r"-[vqs]+|--(?:verbose|quiet|all|all-features|all-targets|workspace|locked|frozen|offline|frozen-lockfile|ci|coverage|strict"
    r"|strict-\w+|no-fail-fast|release|silent)|--(?:cov|tb|color|durations|junit-?xml|log-\w+|reporter|output-format)[\w-]*(?:=\S+)?"
    r"|run:|-race|-ra|-n|auto|-D|\.|-|python[\d.]*|(?:[\w-]+[@=]+)?v?\d[\d.]*"
)
"""What makes a command that tests ask no less: what is said, more of it, versions."""
_STRICT = re.compile(r"^-W|^-D$|^-race$|strict|error|warnings|fail|deny|pedantic|--(?:all|workspace|check|cov-)")
"""What makes a command find more."""
_NOT_RUN = re.compile(r"\s--?(?:version|help|dry-run|no-run|list|collect-only|setup-plan|co)\b|^bash -n\b")
"""What makes a program only tell of itself."""
_ALL_TARGETS = frozenset({"--lib", "--tests"})
"""Cargo's: each alone leaves tests out, both leave out what stands in documentation."""


def is_check(text: str) -> bool:
    """Say whether a command checks something, or is of the repository's own making and not said to do other work."""
    if PREPARES.match(text) or _NO_PROGRAM.match(text):
        return False
    return CHECKS.search(text) is not None or (_OWN.match(text) is not None and _ASIDE.search(text) is None)


_NO_PROGRAM = re.compile(r"[^\w./]|(?:test|export|echo|cd|mkdir|cat|set|source|git|sudo|apt\S*|brew|choco)\s")
_OWN = re.compile(r"(?:(?:ba|z)?sh |python3? |node |\./|\w[\w-]*/)[\w./-]*\.?(?:sh|py|[cm]?js|ts|rb|pl)\b|\./\w")
_ASIDE = re.compile(
    r"(?i)install|setup|set-up|prepare|deploy|release|publish|upload|docs?\b|doc|build|download|fetch|cache|version|notify"
    r"|change|clean|config|bootstrap|env|start|wait|gen|print|show|info|report|bench|push|tag|site|page|debug"
)
"""What a script's name says of other work than checking."""


def drops_checks(edit: Edit, message: str, idle: frozenset[str]) -> bool:
    """Say whether a pipeline lost a command that checked something, and has none in its place that asks as much.

    What a message takes out by its name may be checked by others, as many at least. `idle` are jobs that have nothing
    left to check.
    """
    if not (edit.old and edit.new and re.search(r"\.ya?ml$", edit.path)):
        return False
    old, new = outside(lines_of(edit.old), idle), lines_of(edit.new)
    gained = [one for one in beyond(new, old) if one.is_run]
    known = {one.text for one in new if one.is_run}
    lost = [one for one in beyond(old, new) if one.text not in known and _is_checked(one)]
    left = [one for one in lost if not any(_takes_over(one, other) for other in gained)]
    as_many = asks_to_take_out(message) and sum(map(_is_checked, gained)) >= len(lost)
    return bool(left) and not (as_many and all(speaks_of(message, (one.text,)) for one in left))


def is_heard_less(edit: Edit) -> bool:
    """Say whether the failure of a check that a pipeline ran is let pass now, or it runs no check any more."""
    if not (edit.old and edit.new and re.search(r"\.ya?ml$", edit.path)):
        return False
    sides = [[one for one in lines_of(text) if _is_checked(one)] for text in (edit.old, edit.new)]
    deaf = [sum(map(_is_deaf, lines)) for lines in sides]
    heard = [len(lines) - count for lines, count in zip(sides, deaf, strict=True)]
    own = [sum(DEAFENS.search(one.text) is not None for one in lines) for lines in sides]
    if own[0] < own[1] and len(sides[1]) - own[1] < len(sides[0]) - own[0]:
        return True
    acts = any(one.key == "uses" and CHECKS.search(one.text) for one in lines_of(edit.new))
    nothing = heard[1] == 0 and not acts and _WORKFLOW.search(edit.path) is not None
    return heard[1] < heard[0] and (deaf[1] > deaf[0] or nothing)


_WORKFLOW = re.compile(r"(?:^|/)\.github/workflows/")


def _is_deaf(line: Line) -> bool:
    """Say whether the failure of a check is let pass, by its own words or the settings of where it stands."""
    return any(DEAFENS.search(said) for said in (line.text, *line.guards))


def _is_checked(line: Line) -> bool:
    beside = {line.key, *line.keys} & {"install", "before_install", "before_script", "after_success", "after_script"}
    return line.is_run and not beside and is_check(line.text) and not _NOT_RUN.search(line.text)


def _takes_over(was: Line, now: Line) -> bool:
    """Say whether a command asks what another asked, or is a checker of style in another's place that sees as much."""
    if was.place == now.place and relieves(was.text, now.text):
        return True
    if _OWN.match(was.text):  # what it takes is its own: nothing is known of its flags
        words = [{_FOLDER.sub("", word) for word in words_of(text)} for text in (was.text, now.text)]
        return words[0] <= words[1] and not _NOT_RUN.search(now.text)
    before = {was.text, LEAVES_OUT.sub("", was.text)}
    return any(_is_in(one, part) for one in before for part in (now.text, *now.text.split(" && ")))


def relieves(was: str, now: str) -> bool:
    """Say whether a checker of style has another in its place, which looks at as much and only looks."""
    was, now = (_ALL_FILES.sub(".", text) for text in (was, now))
    if not (_STYLE.match(was) and _STYLE.match(now)) or _NOT_RUN.search(now) or _PARTLY.search(now):
        return False
    if not _LOOKS.search(now) and (_LOOKS.search(was) or not _WRITES.match(was)):
        return False
    places = [{word for word in _STYLE.sub("", text).split() if _PLACE.fullmatch(word)} for text in (was, now)]
    return not places[1] or "." in places[1] or places[0] <= places[1]


_STYLE = re.compile(
    r"(?:(?:python3? -m|uvx?(?: run)?|npx|pipx run|poetry run) )?"
    r"(?:black|ruff(?: format| check)?|flake8|isort|pycodestyle|prettier|eslint|biome|gofmt|yapf|cargo fmt|rustfmt)"
    r"(?=\s|$)"
)
_WRITES = re.compile(r"(?:\S+ )*(?:black|ruff format|isort|prettier|yapf|gofmt|cargo fmt|rustfmt)\b")
_LOOKS = re.compile(
    r"\s(?:--(?:check(?:-only)?|diff|list-different)|-[cdl])(?=\s|$)"
    r"|\b(?:ruff(?: check)?|flake8|pycodestyle|eslint|biome)\b(?! format| version| rule| clean)"
)
_ALL_FILES = re.compile(r"\$\(git ls-files [^|;&()]*\)")
_PARTLY = re.compile(r"--(?:select|fix|exit-zero|ignore|exclude|extend-\w+|write)\b|\s-[ei]\b")
_PLACE = re.compile(r"[\w./*-]*\w[\w./*-]*|\.")
"""What names a file or folder, and no flag."""
