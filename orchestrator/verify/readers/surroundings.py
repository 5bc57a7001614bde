"""What files tell the programs that run tests through variables and arguments of theirs. Runs nothing, never judges."""

import re
from collections.abc import Iterator

CHOOSES_OF_PYTEST = re.compile(
    r"--deselect\b|--ignore(?:-glob)?\b|(?<![\w-])-k[ =]?\s*['\"]?\w|(?<![\w-])-m[ =]?\s*['\"]?(?!pytest|unittest)\w"
    r"|--co(?:llect-only)?\b|--setup-(?:only|plan)\b|--noconftest\b|(?<!\S)--(?:lf|last-failed|sw|stepwise)\b"
    r"|--suppress-(?:tests-failed|no-test)-exit-code|-p[ =]?no:(?:python|unittest|assertion)"
    r"|(?:-o|--override-ini)[ =]?\s*['\"]?(?:python_\w+|testpaths|norecursedirs)|--continue-on-collection-errors"
)
"""What pytest is told so that it runs some tests only, or minds less."""
_OF_GO = re.compile(
    r"-(?:test\.)?(?:run|skip|list|exec)\b|-(?:test\.)?short\b|-(?:test\.)?count=0|-vet=off|(?<!\S)-n\b"
)
_OF_NODE = re.compile(r"--test-(?:name|skip)-pattern|--test-only")
_OF_JAVA = re.compile(
    r"-D(?:skipTests|skipITs|maven\.test\.(?:skip|failure\.ignore)|surefire\.skip\w*)(?!\S*=false)"
    r"|-D(?:it\.)?test=|-D(?:excludedG|g)roups=|(?<!\S)-fn\b|--fail-never|-x\s+test\b|-Djunit\.\S*[dD]ry-?[rR]un\S*=true"
)
LAX_OF_RUST = re.compile(
    r"-A\s*(?:warnings|clippy::all)\b|--cap-lints|(?:debug-assertions|overflow-checks)=(?:no|off|n|false)\b"
)
_NO = re.compile(r"(?:false|no|off|0)\b")
_YES = re.compile(r"(?:true|yes|on|1|2)\b")
_IDLE = re.compile(r"(?:/(?:usr/)?bin/)?(?:true|echo|:)(?!\w)")

_TELLS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("PYTEST_ADDOPTS", CHOOSES_OF_PYTEST),
    ("GOFLAGS", _OF_GO),
    ("NODE_OPTIONS", _OF_NODE),
    ("MAVEN_OPTS|MAVEN_ARGS|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|GRADLE_OPTS|JAVA_OPTS", _OF_JAVA),
    (r"(?:CARGO_BUILD_)?RUST(?:DOC)?FLAGS|CARGO_ENCODED_RUSTFLAGS", LAX_OF_RUST),
    (r"CARGO_PROFILE_(?:TEST|DEV)_(?:DEBUG_ASSERTIONS|OVERFLOW_CHECKS)", _NO),
    (r"CARGO_TARGET_\w+_RUNNER", _IDLE),
    ("INSTA_FORCE_PASS", _YES),
)
_ALWAYS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("PYTHONOPTIMIZE", _YES),
    ("INSTA_UPDATE", re.compile("always|force")),
    ("TRYBUILD|SNAPSHOTS", re.compile("overwrite")),
    (r"UPDATE_(?:EXPECT|SNAPSHOTS?|GOLDENS?|GOLDEN_FILES)|SNAPSHOT_UPDATE", _YES),
)
"""What is of use for once, and settles what tests come to where it is set for good."""
_FOR_GOOD = re.compile(
    r"(?:^|/)(?:\.env(?:\.(?:test|ci|local|development))?|\.envrc|\.?mise\.toml|go\.env|devcontainer\.json"
    r"|\.cargo/config(?:\.toml)?|sitecustomize\.py|usercustomize\.py|conftest\.py|[^/]+\.pth|\.?pytest\.(?:ini|toml))$"
)
_ANYWHERE = re.compile(
    r"(?:^|/)(?:[^/]+\.(?:py|toml|ini|cfg|ya?ml|mk|env)|[\w.-]*[dD]ockerfile[\w.-]*|(?:GNUm|[Mm])akefile|\.?[Jj]ustfile)$"
)
_SCRIPT = re.compile(r"(?:^|/)[^/]*(?:test|check|ci|verify)[^/]*\.(?:sh|bash)$|(?:^|/)(?:run[-_])?tests?$")
_NAME = "|".join(f"(?:{name})" for name, _ in (*_TELLS, *_ALWAYS))
_SET = re.compile(rf"""(?<![\w.$-])(?P<name>{_NAME})['"]?\s*\]?\s*(?:[:+?]{{0,2}}=(?!=)|:(?!=)|,)\s*(?P<value>\S.*)""")
_BARE = re.compile(r"(?<=ENV )(?P<name>[A-Z_]+)\s+(?P<value>\S.*)")


def eases(name: str, value: str, *, for_good: bool = False) -> bool:
    """Say whether a variable has a runner of tests run fewer of them, or hear less of what they come to."""
    known = (*_TELLS, *(_ALWAYS if for_good else ()))
    bare = value.strip().lstrip("'\"`([ ")
    return any(
        re.fullmatch(names, name) and (wanted.search(bare) if wanted not in {_YES, _NO, _IDLE} else wanted.match(bare))
        for names, wanted in known
    )


def told(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Give the lines by which a file sets such a variable for whatever is run afterwards."""
    good, script = _FOR_GOOD.search(path) is not None, _SCRIPT.search(path) is not None
    if not (good or script or _ANYWHERE.search(path)):
        return
    recipes = re.search(r"(?i)(?:makefile|\.mk|justfile)$", path) is not None
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("#", "//", ";")) or (recipes and line[:1].isspace()):
            continue
        for match in (*_SET.finditer(line), *_BARE.finditer(line)):
            value = match["value"]
            value = _first(value) if script else value
            if eases(match["name"], value, for_good=good):
                yield number, line.strip()
                break


def _first(value: str) -> str:
    """Give a value as a shell takes it from a line: what stands in quotes, or the first word."""
    quoted = re.match(r"(['\"])(.*?)\1", value)
    return quoted[2] if quoted is not None else value.split(maxsplit=1)[0]


def prefixed(line: str) -> frozenset[str]:
    """Give the variables that a line sets for the one program it starts, and that have it run fewer tests."""
    return frozenset(match["name"] for match in _SET.finditer(line) if eases(match["name"], _first(match["value"])))
