"""What lines of shell make of the tests they run: whether anybody hears that one failed. Pure; runs nothing."""

import re
from collections.abc import Iterator

from orchestrator.verify.readers.surroundings import prefixed

_START = r"(?:^|[\s;&|({\"'@!-])"
_END = r"(?=\s|$|[;|&\"'])"
TESTS = re.compile(
    _START
    + r"(?:(?:py\.?test|nosetests|tox|nox|jest|vitest|mocha|ava|ctest|phpunit|rspec|gotestsum|ginkgo|karma|trial)"
    rf"{_END}|python[\d.]*\s+(?:-[bBEIOsSuvqxd]+\s+|-[WX]\s?\S+\s+)*-m\s+(?:pytest|unittest|nose)\b|(?:\$\(?\{{?GO\}}?\)?|go)\s+test\b"
    r"|(?:\$\(?\{?CARGO\}?\)?|cargo)\s+(?:\+\S+\s+)?(?:test|nextest)\b|(?:node|tsx)\s+(?:-\S+\s+)*--test(?=\s|$)"
    rf"|(?:npm|yarn|pnpm|bun|deno)\s+(?:run\s+|-s\s+)*t(?:est\S*)?{_END}|(?:\./)?mvnw?\s[^;|&]*\b(?:test|verify|install)\b"
    r"|(?:\./)?gradlew?\s[^;|&]*\b(?:test|check|build)\b|(?:\$\(MAKE\)|make)\s+(?:-\S+\s+)*(?:test|check)\b"
    r"|playwright\s+test\b|dotnet\s+test\b)"
)
"""What runs tests."""

_WELL = r"(?:true|:|exit\s+0|/(?:usr/)?bin/true|@?echo\b|printf\b|\$\(?\{?(?:TRUE|ECHO)\}?\)?|return\s+0|\(exit\s+0\))"
_NOTHING = (
    r"(?:node|deno eval|python[\d.]*|perl|ruby)\s+(?:-[cepE]\s+)?[\\'\"]*"
    r"(?:0|pass|None|(?:(?:process|sys|os)\.)?_?exit\((?:0)?\)|(?:print|console\.log)\([^()]*\))?;?[\\'\"]*(?=\s*(?:[;&|)]|$))"
)
"""A program that is given nothing to do, and ends well."""
_AFTER = re.compile(
    rf"\|\|\s*[{{(]?\s*(?:{_WELL}|{_NOTHING})(?![^;&]*[;&]+\s*(?:exit|return)\s+[1-9$])"
    r"|;\s*(?:true|:|exit\s+0|/(?:usr/)?bin/true|\(exit\s+0\))\s*[;)}\"']*\s*$|(?<!&)&\s*$"
    r"|\|\s*(?:cat|true|:)\s*[\"']?\s*$"
)
_BEFORE = re.compile(r"(?:^|[\s;&|])!\s+$|(?:^|[;&|@]\s*)(?:echo|printf|:|true|\#)\s(?:[^;&|]*\s)?$|\bif\s+!?\s*$")
_RUNS_NONE = re.compile(
    r"\s(?:-run[= ]['\"]?(?:\^\$|XXX|NONE|\^_)|--no-run\b|--collect-only\b|--co\b|--setup-(?:only|plan)\b|--dry-run\b"
    r"|-exec[= ]['\"]?(?:true|echo)\b|--list(?:Tests)?\b|-list[= ]|-DskipTests(?!=false)"
    r"|-Dmaven\.test\.(?:skip|failure\.ignore)(?!=false)|-fn\b|--fail-never\b|-x\s+test\b|--passWithNoTests\b"
    r"|--pass-with-no-tests\b|--suppress-tests-failed-exit-code\b|--exit-zero\b"
    r"|--test-?[fF]ailure-?[eE]xit-?[cC]ode[= ]0|--(?:version|help|fixtures|markers)\b)"
)
_CHOOSES = re.compile(
    r"\s(?:-k[= ]?['\"]?\s*\w|-m[= ]['\"]?\s*(?:not\b|\w+['\"]?(?:\s|$))|-f[= ]['\"]?\w|-t[= ]['\"]?\w|-g[= ]|-E\s"
    r"|--(?:deselect|ignore(?:-glob)?|f?grep|invert|testNamePattern|testPathPatterns?|testPathIgnorePatterns|exclude"
    r"|match|tests|lib|bins?|skip|test-(?:name|skip)-pattern)\b|--test\s+\w"
    r"|--(?:ignored|doc|only-?[cC]hanged|only-?[fF]ailures|lastCommit|changed(?:Since)?|findRelatedTests|last-failed|lf)\b"
    r"|-run[= ]|-skip[= ]|-short\b|-D(?:it\.)?test=|-Dgroups=|-DexcludedGroups=)"
)
"""What has a runner run some of the tests; `python -m` stands before it."""
_FILE = re.compile(r"['\"]?[\w./-]+\.(?:[cm]?[jt]sx?|py)(?:::\S+)?['\"]?")
_CHECKS_ONLY = re.compile(
    _START + r"(?:(?:\$\(?\{?GO\}?\)?|go)\s+(?:vet|build|fmt|list)\b|tsc\b|eslint\b|ruff\b|mypy\b|flake8\b"
    r"|(?:\$\(?\{?CARGO\}?\)?|cargo)\s+(?:check|build|fmt|clippy)\b|python[\d.]*\s+-m\s+(?:compileall|py_compile)\b"
    r"|node\s+(?:-c|--check|-e)\b|\S+\s+--(?:version|help)\b)"
)
_PIPED = re.compile(r"(?<!\|)\|\s*(?:tee|tail|head|grep|sed|awk|less|xargs|sort|cut)\b")
_ALOUD = re.compile(r"pipefail|PIPESTATUS|\$\?|rc=|exit_code|status=")


def runs_tests(line: str) -> bool:
    """Say whether a line runs tests."""
    found = TESTS.search(_spoken(line))
    return found is not None and not _BEFORE.search(_spoken(line)[: found.start() + 1])


def is_unheard(line: str) -> bool:
    """Say whether a line runs tests so that nobody hears of a failure, or runs none of those there are."""
    said = _spoken(line)
    found = TESTS.search(said)
    if found is None or _ALOUD.search(said):
        return False
    rest = said[found.end() :]
    rest = rest if rest[:1] not in {'"', "'"} else rest[1:]
    prefix = re.match(r"\s*@?-@?\s*(?=[\w.$])", line)
    if _ASKED.search(said[: found.start() + 1]) and re.search(r"\bfi\b", rest):
        return not re.search(r"\b(?:exit|return|false)\b(?!\s+0)", rest)
    if prefix or _NO_ASSERT.search(found[0]):
        return True
    return _AFTER.search(rest) is not None or _RUNS_NONE.search(rest) is not None


_ASKED = re.compile(r"\bif\s+!?\s*$")
_NO_ASSERT = re.compile(r"\s-\w*O")
"""Python that leaves assertions out."""


_CHECKER = (
    r"(?:ruff|flake8|pylint|mypy|pyright|black|isort|bandit|eslint|tsc|vue-tsc|prettier|biome|stylelint|xo|standard|oxlint"
    r"|golangci-lint|staticcheck|revive|errcheck|clippy-driver|checkstyle|ktlint|detekt|shellcheck|yamllint)"
)
CHECKERS = re.compile(
    rf"{_START}(?:(?:npx|uvx|bunx|uv run|poetry run|pnpm exec|yarn|python[\d.]* -m)\s+)?(?:{_CHECKER}{_END}"
    r"|(?:\$\(?\{?GO\}?\)?|go)\s+vet\b|(?:\$\(?\{?CARGO\}?\)?|cargo)\s+(?:\+\S+\s+)?(?:clippy|fmt|deny|audit)\b"
    r"|(?:npm|yarn|pnpm|bun)\s+(?:run\s+)?(?:lint|typecheck|type-check|check)\b)"
)
"""What checks code, and runs no test."""
_NO_FAULT = re.compile(
    r"\s(?:--exit-zero|--issues-exit-code[= ]0|--no-error-on-unmatched-pattern|--no-errors?)(?=\s|$|['\"])"
)


def is_check_unheard(line: str) -> bool:
    """Say whether a line checks code so that nobody hears of what is found."""
    said = _spoken(line)
    found = CHECKERS.search(said)
    if found is None or _ALOUD.search(said):
        return False
    prefix = re.match(r"\s*@?-@?\s*(?=[\w.$])", line)
    rest = said[found.end() :]
    return bool(prefix) or _AFTER.search(rest) is not None or _NO_FAULT.search(rest) is not None


def runs_check(line: str) -> bool:
    """Say whether a line checks code."""
    found = CHECKERS.search(_spoken(line))
    return found is not None and not _BEFORE.search(_spoken(line)[: found.start() + 1])


def is_talked_over(line: str) -> bool:
    """Say whether the last that a line does, when its tests have run, is to say something."""
    said = re.sub(r"(?:^|\s)#.*", "", line)
    found = TESTS.search(said)
    if found is None or _ALOUD.search(said) or re.search(r"\bset -\w*e", said):
        return False
    return re.search(r";\s*@?(?:echo|printf)\b[^;&|]*$", said[found.end() :]) is not None


def rewrites(line: str) -> bool:
    """Say whether a line has its runner write down what tests come to, in the place of what was expected."""
    for step in re.split(r"&&|;|\|\|", _spoken(line)):
        found = TESTS.search(step)
        by_letter = found is not None and re.search(r"jest|vitest|ava|tap|playwright", found[0]) is not None
        if found is not None and (_REWRITES_BY_LETTER if by_letter else _REWRITES).search(step, found.end()):
            return True
    return False


_REWRITES = re.compile(
    r"\s(?:--update(?:-?[sS]napshots?)?|--snapshot-update|--inline-snapshot[= ]\S*fix\S*|--force-regen|--regen-all"
    r"|-update(?:=true)?|--accept)(?=\s|$|['\"])"
)
_REWRITES_BY_LETTER = re.compile(rf"{_REWRITES.pattern}|\s-u(?=\s|$|['\"])")


def does_nothing(line: str) -> bool:
    """Say whether a line only says something, or does nothing, and ends well."""
    bare = line.strip().lstrip("@+-").strip()
    return _DOES_NOTHING.fullmatch(bare) is not None


_DOES_NOTHING = re.compile(
    rf"(?:(?:echo|printf)\b[^|&;`$(]*|true|:|exit(?: 0)?|/(?:usr/)?bin/true|set [-+].*|#.*|@echo off|exit /b 0"
    rf"|{_NOTHING})?"
)


def choices(line: str) -> frozenset[str]:
    """Give what makes a line run some of the tests only: options that choose; nothing if a step of it runs all."""
    found = [{match[0].strip() for match in _CHOOSES.finditer(f" {rest}")} for rest in _rests(line)]
    if runs_tests(line) and (told := prefixed(line)):
        return told
    return frozenset().union(*found) if all(found) else frozenset()


def files(line: str) -> frozenset[str]:
    """Give the single files that a line has its runner run; nothing if a step of it names none."""
    found = [
        {word for at, word in enumerate(words) if _FILE.fullmatch(word) and not (at and words[at - 1].startswith("-"))}
        for words in (rest.split() for rest in _rests(line))
    ]
    return frozenset().union(*found) if all(found) else frozenset()


def _rests(line: str) -> list[str]:
    """Give what stands behind the runner in each step of a line that runs tests."""
    steps = [(step, TESTS.search(step)) for step in re.split(r"&&|;|\|\|", _spoken(line))]
    return [step[found.end() :] for step, found in steps if found is not None]


def is_piped(line: str) -> bool:
    """Say whether what comes out of tests is handed on, so that a shell answers for who took it."""
    said = _spoken(line)
    found = TESTS.search(said)
    return found is not None and _PIPED.search(said, found.end()) is not None and not _ALOUD.search(said)


def is_wide(line: str) -> bool:
    """Say whether a line of Go tests all packages: `./...`."""
    return re.search(r"\stest\b.*\s\./\.\.\.", _spoken(line)) is not None


def only_checks(line: str) -> bool:
    """Say whether all that a line does is to build or check what there is, and it runs no test."""
    steps = [step.strip(" @-()") for step in re.split(r"&&|;|\|\|", _spoken(line)) if step.strip(" @-()")]
    return bool(steps) and not runs_tests(line) and all(_CHECKS_ONLY.match(step) for step in steps)


def program(line: str) -> str:
    """Give what runs the tests of a line."""
    found = TESTS.search(_spoken(line))
    return found[0].strip(" ;&|({\"'@!-") if found is not None else ""


def _spoken(line: str) -> str:
    """Give a line without what a comment says, and without the texts that are only shown."""
    bare = re.sub(r"(?:^|\s)#.*", "", line)
    return _SHOWN.sub(lambda match: match[1] + " ", bare)


_SHOWN = re.compile(r"((?:^|[\s;&|@])(?:echo|printf))\s+(?:\"(?:\\.|[^\"\\])*\"|'[^']*')")


def is_script(path: str, text: str) -> bool:
    """Say whether a file is a script of a shell, by its name or by what it says of itself."""
    return path.endswith((".sh", ".bash", ".zsh")) or re.match(r"#!.*\b(?:ba|z|da|k)?sh\b", text) is not None


def units(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Give the lines of a file that shells run, each with the goal it is of: of a Makefile, a justfile, a script."""
    joined = re.sub(r"\\\n\s*", " ", text)
    if is_script(path, text):
        yield from (("", line) for line in joined.splitlines())
        return
    goal = ""
    for line in joined.splitlines():
        head = re.match(r"@?([\w./%-]+)(?:\s[^:=]*)?:(?![=:])\s*([^;]*)(;.*)?$", line)
        if head is not None and not line[:1].isspace():
            goal = head[1]
            yield goal, head[3] or ""
        elif line[:1].isspace() and goal:
            yield goal, line.strip()
        elif line.strip() and not line.startswith("#"):
            goal = ""
