"""Which paths are tests, and which of them a task's `tests` entry names. Pure; never opens a file.

An entry is a path, a folder, a glob, or any of them with `::node` behind it.
"""

import re
from collections.abc import Collection, Iterable

from orchestrator.codec.junit import Case as JUnitCase
from orchestrator.policy.globs import matches

_BY_NAME = re.compile(
    r"(?:test_[^/]*|[^/]*_test|tests?)\.py$|tests\.rs$"
    r"|[^/]*[._-](?:test|spec|cy|e2e)\.(?:[cm]?[jt]sx?|vue|svelte)$"
    r"|[^/]*_test\.(?:go|rb|exs|cc|cpp|dart|c)$|[^/]*_spec\.(?:rb|lua)$|test_[^/]*\.(?:rb|c|cc|cpp)$"
    r"|[^/]*(?:Test|Tests|IT|Spec|TestCase)\.(?:java|kt|scala|groovy|cs|php|swift)$"
    r"|[^/]*\.(?:bats|feature)$"
)
_AT_THE_TOP = re.compile(r"tests?\.[cm]?[jt]sx?")
"""What runners of JavaScript take for tests beside the manifest; deeper it may be about tests."""
_BY_FOLDER = re.compile(r"(?:^|/)(?:tests?|test-?suite|__tests__|spec|specs|e2e)/")
_DATA = re.compile(
    r"(?:^|/)(?:changelog(?:\.d)?|changes|news(?:fragments)?|fixtures?|__fixtures__|test-?data|test_data|testdata|tests?/data|__snapshots__|(?:\w+-)?snapshots)/"
)
"""Folders of what tests are given: it looks like tests at most."""

_VENDORED = re.compile(r"(?:^|/)(?:_?vendor(?:ed)?|node_modules|third[-_]party)/")
"""Folders of other people's code: their tests are theirs, and nobody here runs them."""

_SOURCE = re.compile(r"\.(?:py|[cm]?[jt]sx?|go|rs|rb|exs?|java|kt|scala|cs|php|swift|sh|c|cc|cpp|dart|lua)$")


_COLLECTED = re.compile(r"(?:test_.*|.*_tests?|tests?|conftest)\.py")
_LEFT_OUT = re.compile(
    r"(?:^|/)[._][^/]*\.go$|_(?:plan9|aix|solaris|illumos|dragonfly|netbsd|zos|js|wasip1|wasm|s390x|ppc64(?:le)?|mips\w*|riscv64|loong64)_test\.go$"
    r"|(?:^|/)src/test/(?:java|kotlin)[^/]+/.*\.java$|(?:^|/)_[^/]*/(?:.*/)?[^/]*\.go$"
)
"""What Go's names build nowhere or on seldom systems only, and folders beside the one Java's tests are built from."""


def is_named_test(path: str) -> bool:
    """Say whether a file's name says that it holds tests."""
    return _BY_NAME.match(path.rpartition("/")[2]) is not None


def is_test_file(path: str) -> bool:
    """Say whether a path holds tests, by the conventions of the common runners."""
    if _DATA.search(path) or is_vendored(path) or path.endswith((".d.ts", ".d.mts", ".d.cts")):
        return False
    if is_named_test(path):
        return True
    return bool(_BY_FOLDER.search(path) and _SOURCE.search(path))


def may_hold_tests(path: str) -> bool:
    """Say whether a path holds tests, or may beside other code: runners of JavaScript take `test.js` for one."""
    return is_test_file(path) or _AT_THE_TOP.fullmatch(path) is not None


def is_vendored(path: str) -> bool:
    """Say whether a file is other people's, kept in a folder of theirs."""
    return _VENDORED.search(path) is not None


def is_shown(path: str) -> bool:
    """Say whether a file lies where files are there to be read, or tested on: what it sets, it sets for nobody."""
    return _FOR_READERS.search(path) is not None


_FOR_READERS = re.compile(r"(?:^|/)(?:examples?|docs?|fixtures?|__fixtures__|testdata|templates?)/")


def is_run_by_nobody(path: str) -> bool:
    """Say whether a test is other people's and their runner passes its folder by."""
    return _PASSED_BY.search(path) is not None


_PASSED_BY = re.compile(r"(?:^|/)node_modules/|(?:^|/)vendor/(?:.*/)?[^/]*_test\.go$")


def is_recorded(path: str) -> bool:
    """Say whether a file is what a runner wrote down of its tests: they miss it themselves, as long as they are run."""
    return _RECORDED.search(path) is not None


_RECORDED = re.compile(r"(?:^|/)(?:__snapshots__|(?:\w+-)?snapshots)/")


def is_found(path: str) -> bool:
    """Say whether a runner looks for tests in a test file: Python's and Go's go by the name, Java's by its folder."""
    name = path.rpartition("/")[2]
    if path.endswith(".py"):
        return _COLLECTED.fullmatch(name) is not None
    return not _LEFT_OUT.search(path if path.endswith((".java", ".go")) else name)


def is_built(path: str) -> bool:
    """Say whether tests of Rust and Java are built where a file lies, without being told."""
    pattern = _OF_RUST if path.endswith(".rs") else _OF_JAVA if path.endswith(".java") else None
    return pattern is None or pattern.search(path) is not None


_OF_RUST = re.compile(r"(?:^|/)(?:src|benches|examples)/|(?:^|/)tests/[^/]+\.rs$|(?:^|/)tests/[^/]+/main\.rs$")
_OF_JAVA = re.compile(
    r"(?:^|/)src/(?:test|\w*[tT]est|it|main)/(?!resources/)|(?:^|/)(?:javatests|tests?)/(?!(?:.*/)?resources/)"
)


def path_of(entry: str) -> str:
    """Give the path or pattern of a `tests` entry, without its node."""
    return entry.partition("::")[0].removeprefix("./")


def named_by(entry: str, paths: Collection[str]) -> tuple[str, ...]:
    """Give the paths an entry names."""
    wanted = path_of(entry)
    if wanted in paths:
        return (wanted,)
    return tuple(sorted(path for path in paths if matches(path, wanted)))


def expand(entries: Iterable[str], paths: Collection[str]) -> tuple[str, ...]:
    """Give the arguments `{tests}` stands for: globs become the files they name, other entries stay as they are."""
    arguments: list[str] = []
    for entry in entries:
        wild = any(letter in path_of(entry) for letter in "*?[{")
        arguments.extend(named_by(entry, paths) if wild and path_of(entry) not in paths else (entry,))
    return tuple(dict.fromkeys(arguments))


def belongs(case: JUnitCase, path: str) -> bool:
    """Say whether a reported test case lives in the file `path` (relative to the checkout)."""
    if case.file:
        return _same_file(case.file.replace("\\", "/").removeprefix("./"), path)
    place = case.classname or case.name
    return path in place or path in case.name or _in_module(place, path)


def is_node(case: JUnitCase, entry: str) -> bool:
    """Say whether the case is the node an entry names; an entry without a node names every case of its file."""
    node = entry.partition("::")[2].rpartition("::")[2].partition("[")[0]
    return not node or case.name.partition("[")[0] == node or node in case.classname.split(".")


def _same_file(reported: str, path: str) -> bool:
    return reported == path or reported.endswith("/" + path) or path.endswith("/" + reported)


def _in_module(place: str, path: str) -> bool:
    """Match `tests.test_api.TestLogin` or `com.acme.ApiTest` with the file it comes from."""
    stem = path.rpartition(".")[0] or path
    module = stem.replace("/", ".").replace("-", "_")
    parts = place.split(".")
    last = module.rpartition(".")[2]
    if last not in parts:
        return False
    prefix = ".".join(parts[: parts.index(last) + 1])
    return module == prefix or module.endswith("." + prefix)
