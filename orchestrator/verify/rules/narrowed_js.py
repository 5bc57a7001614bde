"""Which tests the runners of JavaScript look for, and whether a configuration has them look for fewer. Runs none."""

import re
from collections.abc import Iterator, Sequence

from orchestrator.policy.globs import matches
from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.leaving import by_glob, by_regex, is_named
from orchestrator.verify.readers.settings import Setting, settings_of
from orchestrator.verify.testpaths import is_named_test, is_test_file, is_vendored

_CONFIG = re.compile(
    r"(?:^|/)(?:(?:jest|vitest|ava|cypress|playwright)\.config\.(?:[cm]?[jt]s|json)|\.mocharc[^/]*|package\.json"
    r"|deno\.jsonc?|bunfig\.toml)$"
)
_WHERE = frozenset(
    ("include", "testMatch", "testRegex", "roots", "rootDir", "dir", "testDir", "files", "spec", "specPattern", "root")
)
_OUT = frozenset(("exclude", "testIgnore", "testPathIgnorePatterns", "excludeSpecPattern"))
_RUNNERS = frozenset(("jest", "vitest", "mocha", "ava", "test"))
_BESIDE = frozenset(
    ("coverage", "typecheck", "benchmark", "projects", "workspace", "optimizeDeps", "build", "server", "browser")
)
_SCRIPT = re.compile(r"\.[cm]?[jt]sx?$")
_UNREAD = re.compile(r"[(+@]|.!|\$\{|^\w+\(|^\.\.|^__|^process\.|^\w*[cC]onfig\w*\.|^[A-Z_]+$")
"""Patterns that are not followed, and what is worked out."""


def narrowed(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give what a runner of JavaScript is newly told of where its tests are, if it finds fewer than half of them so."""
    if not _CONFIG.search(edit.path) or not edit.new or (edit.path.endswith("package.json") and not edit.old):
        return
    folder = edit.path.rpartition("/")[0]
    tests = [path for path in diff.tree if _SCRIPT.search(path) and is_test_file(path) and not is_vendored(path)]
    tests = [path.removeprefix(f"{folder}/") for path in tests if path.startswith(f"{folder}/" if folder else "")]
    tests = [path for path in tests if is_named_test(path)] or tests
    before, after = (_told(edit.path, text or "") for text in (edit.old, edit.new))
    for key in {one.key for one in after} if tests else ():
        now = [one.value for one in after if one.key == key]
        was = [one.value for one in before if one.key == key]
        unread = not key.endswith("testRegex") and any(map(_UNREAD.search, (*now, *was)))
        if now == was or unread:
            continue
        left = sum(_is_taken(key, now, path) for path in tests)
        had = sum(_is_taken(key, was, path) for path in tests) if was else len(tests)
        if 2 * left < had:
            yield f"{key} = {now[0]}"


def _is_taken(key: str, values: Sequence[str], path: str) -> bool:
    """Say whether a test is found still, by what is taken in, or left out."""
    if key.rpartition(".")[2] in _OUT:
        by = by_regex if key.endswith("testPathIgnorePatterns") else by_glob
        return not is_named(path, values, by)
    taken = any(_finds(key, value, path) for value in values if not value.startswith("!"))
    return taken and not any(_finds(key, value[1:], path) for value in values if value.startswith("!"))


def _told(path: str, text: str) -> Sequence[Setting]:
    """Give the settings of where tests are; of `package.json` those of a runner."""
    asked = _WHERE | _OUT
    found = [one for one in settings_of(path, text) if one.last in asked and not _BESIDE & {*one.key.split(".")}]
    if path.endswith((".json", ".jsonc", ".toml")) and not re.search(r"(?:jest|vitest|ava)\.config|mocharc", path):
        return [one for one in found if one.key.partition(".")[0] in _RUNNERS]
    return found


def _finds(key: str, value: str, path: str) -> bool:
    """Say whether a pattern, or a folder, takes in a path."""
    bare = re.sub(r"^(?:<rootDir>/?|\./)", "", value).rstrip("/")
    if key.endswith("testRegex"):
        return _is_found(bare.replace("\\\\", "\\"), path)
    if bare in {"", ".", "<rootDir>"} or path == bare or path.startswith(f"{bare}/"):
        return True
    return matches(path, bare) or matches(path, f"{bare}/**")


def _is_found(pattern: str, path: str) -> bool:
    try:
        return re.search(pattern.strip("/"), path) is not None
    except re.error:
        return True
