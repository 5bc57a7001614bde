"""What lines of shell make of the tests they run: whether anybody hears that one failed. Pure; runs nothing."""

import re
from collections.abc import Iterator

_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")
_START = r"(?:^|[\s;&|({\"'@!-])"
_END = r"(?=\s|$|[;|&\"'])"
TESTS = re.compile(
    _START
    + r"(?:(?:py\.?test|nosetests|tox|nox|jest|vitest|mocha|ava|ctest|phpunit|rspec|gotestsum|ginkgo|karma|trial)"
    rf"{_END}|python[\d.]*\s+-m\s+(?:pytest|unittest|nose)\b|(?:\$\(?\{{?GO\}}?\)?|go)\s+test\b"
    r"|(?:\$\(?\{?CARGO\}?\)?|cargo)\s+(?:\+\S+\s+)?(?:test|nextest)\b|node\s+(?:--\S+\s+)*--test\b"
    rf"|(?:npm|yarn|pnpm|bun|deno)\s+(?:run\s+|-s\s+)*t(?:est\S*)?{_END}|(?:\./)?mvnw?\s[^;|&]*\b(?:test|verify|install)\b"
    r"|(?:\./)?gradlew?\s[^;|&]*\b(?:test|check|build)\b|(?:\$\(MAKE\)|make)\s+(?:-\S+\s+)*(?:test|check)\b"
    r"|playwright\s+test\b|dotnet\s+test\b)"
)
"""What runs tests."""

_WELL = r"(?:true|:|exit\s+0|/(?:usr/)?bin/true|@?echo\b|printf\b|\$\(?\{?(?:TRUE|ECHO)\}?\)?|return\s+0|\(exit\s+0\))"
_AFTER = re.compile(
    rf"\|\|\s*[{{(]?\s*{_WELL}(?![^;&]*[;&]+\s*(?:exit|return)\s+[1-9$])"
    r"|;\s*(?:true|:|exit\s+0|/(?:usr/)?bin/true|\(exit\s+0\))\s*[;)}\"']*\s*$|(?<!&)&\s*$"
    r"|\|\s*(?:cat|true|:)\s*[\"']?\s*$"
)
_BEFORE = re.compile(r"(?:^|[\s;&|])!\s+$|(?:^|[;&|@]\s*)(?:echo|printf|:|true|\#)\s(?:[^;&|]*\s)?$|\bif\s+!?\s*$")
_RUNS_NONE = re.compile(
    r"\s(?:-run[= ]['\"]?(?:\^\$|XXX|NONE|\^_)|--no-run\b|--collect-only\b|--co\b|--setup-(?:only|plan)\b|--dry-run\b"
    r"|-exec[= ]['\"]?(?:true|echo)\b|--list(?:Tests)?\b|-list[= ]|-DskipTests(?!=false)"
    r"|-Dmaven\.test\.(?:skip|failure\.ignore)(?!=false)|-fn\b|--fail-never\b|-x\s+test\b|--passWithNoTests\b"
    r"|--pass-with-no-tests\b|--suppress-tests-failed-exit-code\b|--exit-zero\b"
    r"|--test-?[fF]ailure-?[eE]xit-?[cC]ode[= ]0)"
)
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
    return bool(prefix) or _AFTER.search(rest) is not None or _RUNS_NONE.search(rest) is not None


def _spoken(line: str) -> str:
    """Give a line without what a comment says, and without the texts that are only shown."""
    bare = re.sub(r"(?:^|\s)#.*", "", line)
    return _SHOWN.sub(lambda match: match[1] + " ", bare)


_SHOWN = re.compile(r"((?:^|[\s;&|@])(?:echo|printf))\s+(?:\"(?:\\.|[^\"\\])*\"|'[^']*')")


def units(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Give the lines of a file that shells run, each with the goal it is of: of a Makefile, a justfile, a script."""
    name = path.rpartition("/")[2]
    joined = re.sub(r"\\\n\s*", " ", text)
    if name.endswith((".sh", ".bash")):
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
