"""Which tests pytest looks for, and whether a configuration has it look for fewer. Never runs it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.leaving import by_glob, listed
from orchestrator.verify.readers.settings import settings_of
from orchestrator.verify.testpaths import is_named_test, is_vendored

_CONFIG = re.compile(r"(?:^|/)(?:\.?pytest\.(?:ini|toml)|tox\.ini|setup\.cfg|pyproject\.toml)$")
_OURS = re.compile(r"(?:tool:pytest|pytest|tool\.pytest(?:\.ini_options)?)\.(\w+)")
_SET_THERE = re.compile(r"(?:-o|--override-ini)[ =]?\s*['\"]?(\w+)=(?:\"([^\"]*)\"|'([^']*)'|(\S+))")
_FILES = "test_*.py *_test.py"


def looks_elsewhere(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give what pytest is newly told of how tests are called and where they are, if it finds fewer than half so."""
    if not _CONFIG.search(edit.path) or not edit.new:
        return
    below = edit.path[: edit.path.rfind("/") + 1]
    tests = [path.removeprefix(below) for path in diff.tree if path.endswith(".py") and path.startswith(below)]
    tests = [path for path in tests if is_named_test(path) and not is_vendored(path)]
    before, after = (_told(edit.path, text or "") for text in (edit.old, edit.new))
    was = _found(before, tests, diff.tree)
    for key in ("python_files", "norecursedirs", "addopts"):
        if before.get(key) != after.get(key) and key in after:
            there = _overridden(after[key]) if key == "addopts" else {}
            now = _found({**before, key: after[key], **there}, tests, diff.tree)
            if 2 * len(now) < len(was) or (key == "addopts" and not there and len(now) < len(was)):
                yield f"{key} = {' '.join(after[key].split())}"
    functions = after.get("python_functions", "")
    if tests and functions and not _are_tests(functions) and _are_tests(before.get("python_functions", "test")):
        yield f"python_functions = {functions}"
    if edit.old is None and tests and _ONLY_MARKED.search(after.get("addopts", "")):
        yield f"addopts = {after['addopts']}"


_ONLY_MARKED = re.compile(r"(?<!\S)-m[= ]?\s*(?:['\"]\s*)?(?!['\"]?\s*not\b)[A-Za-z]")
"""What has a mark is run alone, by a file that is new: nothing had one before, or it did not count."""


def _told(path: str, text: str) -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    for one in settings_of(path, text) if text else ():
        if (match := _OURS.fullmatch(one.key)) is not None:
            found.setdefault(match[1], []).append(one.value)
    told = {key: " ".join(values) for key, values in found.items()}
    return told | _overridden(told.get("addopts", ""))


def _overridden(options: str) -> dict[str, str]:
    return {match[1]: match[2] or match[3] or match[4] for match in _SET_THERE.finditer(options)}


def _found(told: Mapping[str, str], tests: Sequence[str], tree: Sequence[str]) -> list[str]:
    """Give the tests that are called as they are to be, stand where they are looked for, and are not all that is."""
    named = listed(told.get("python_files") or _FILES)
    passed = listed(told.get("norecursedirs", ""))
    given = [one for one in _given(told.get("addopts", "")) if any(_is_in(path, one) for path in tree)]
    return [
        path
        for path in tests
        if any(fnmatchcase(path.rpartition("/")[2], one) or fnmatchcase(path, one) for one in named)
        and not any(by_glob(path.rpartition("/")[0] + "/x", one) for one in passed)
        and (not given or any(_is_in(path, one) for one in given))
    ]


def _is_in(path: str, place: str) -> bool:
    bare = place.partition("::")[0].removeprefix("./").rstrip("/")
    return path == bare or path.startswith(f"{bare}/")


_VALUED = re.compile(r"-[kmpnocWr]|--[\w-]+")


def _given(options: str) -> list[str]:
    """Give the places among options: words that are neither one, nor the value of one."""
    words = [word.strip("'\"") for word in options.split()]
    return [
        word
        for at, word in enumerate(words)
        if not word.startswith("-") and not (at and _VALUED.fullmatch(words[at - 1])) and re.search(r"[/.]|::", word)
    ]


def _are_tests(names: str) -> bool:
    """Say whether functions that are called as tests usually are, are found by a name."""
    return any("test".startswith(one) or one.startswith("test") or fnmatchcase("test_a", one) for one in listed(names))
