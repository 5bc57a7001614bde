"""The honest rule for configuration that keeps tests from running. Never runs a test runner.

What is new in how tests are run is ordinary; what leaves some of them out, or lets failures pass, is not.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from orchestrator.model.verdicts import Finding
from orchestrator.policy.globs import matches
from orchestrator.verify.diff import Diff, Edit, found, fresh_lines
from orchestrator.verify.runner_config import RunnerConfig
from orchestrator.verify.testpaths import is_named_test, is_test_file, is_vendored

_CONFIG = RunnerConfig([("npm", "test"), ("npm", "run", "test", "tests", "unit", "test:unit", "ci", "check")])
_LEFT_OUT = re.compile(
    r"--ignore(?:-glob)?\b|--deselect\b"
    r"|(?<![\w-])-k[ =]['\"]?\s*(?:not\b)?|--co(?:llect-only)?\b|norecursedirs|collect_ignore"
    r"|(?:testPath|modulePath|coveragePath)IgnorePatterns"
    r"|passWithNoTests|--pass-with-no-tests|--testPathPattern"
    r"|\|\|\s*(?:true|exit 0|:)(?!\w)|;\s*(?:true|exit 0)(?!\w)|--exclude\b|-p[ =]no:(?:python|unittest|assertion)"
)
_SCRIPT = re.compile(r"\s*(?:echo\b.*|true|:|exit 0|node -e ['\"]{2})\s*")
_WHERE = frozenset(
    ("testpaths", "python_files", "python_functions", "python_classes", "testMatch", "testRegex", "roots", "spec")
)
_WHOLE = re.compile(
    r"(?:^|/)(?:(?:jest|vitest|karma|playwright|cypress|ava|wdio)\.(?:config|conf)[^/]*|\.mocharc[^/]*)$"
)
_LEAVES_OUT = re.compile(
    r"IgnorePatterns|passWithNoTests\s*:\s*true|\bexclude\s*:|testIgnore\s*:|\bbail\s*:|grepInvert"
    r"|dangerouslyIgnore\w*\s*:\s*true"
)
_FINDS_NOTHING = re.compile(
    r"\b(?:exclude|testIgnore|testPathIgnorePatterns)\s*:\s*\[?\s*['\"](?:\*\*(?:/\*)?|\.\*|/)['\"]"
    r"|\b(?:include|testMatch|spec|files)\s*:\s*\[\s*\]"
)
_LAUNCHED = re.compile(r"(?:^|/)(?:GNUm|[Mm])akefile$|(?:^|/)\.?[Jj]ustfile$|(?:^|/)noxfile\.py$")
_HUSHED = re.compile(
    r"(?:pytest|\btests?\b|jest|vitest|mocha|go test|cargo test|mvn|gradle)[^\n]*\|\|\s*(?:true|exit 0|:)(?!\w)"
)


def tests_deselected(diff: Diff) -> Iterable[Finding]:
    """Find configuration that leaves tests out, looks for them in fewer places, or lets their failures pass."""
    for edit in diff.judged():
        if edit.new is None:
            continue
        for line, text in dict.fromkeys(_seen(edit, diff) if edit.old is not None else _misses(edit, diff)):
            yield found(
                "tests-deselected",
                edit.path,
                f"`{text[:80]}` keeps tests from running or from failing, so that "
                "the others' passing says less; take it out and make the code satisfy them "
                "(`allow_test_changes` can name the file, if a person wants it)",
                line=line,
                about=text,
            )


def _misses(edit: Edit, diff: Diff) -> Iterator[tuple[int, str]]:
    """Give what a new configuration file says that keeps most tests there are from being found, or from counting."""
    new = edit.new or ""
    if _WHOLE.search(edit.path):
        yield from ((number, match.string.strip()) for number, match in fresh_lines("", new, _FINDS_NOTHING))
    if not _CONFIG.has_section(edit.path) and not edit.path.endswith(("pytest.ini", "pytest.toml")):
        return
    for key, value in _flat(_CONFIG.section(edit.path, new)).items():
        last = key.rpartition(".")[2]
        if last == "testpaths" and value.strip():
            tests = [path for path in diff.tree if path.endswith(".py") and is_named_test(path)]
            within = [path for path in tests if any(_lies_in(path, folder) for folder in value.split())]
            if 2 * len(within) < len(tests):
                yield _line(new, value.strip()), f"{last} = {value.strip()}"
        moved = any(_moved(key, value, other) for other in diff.edits if other is not edit)
        if last == "addopts" and not moved and not _leaves_all(key, "", value, {}, diff.tree):
            yield from ((_line(new, match[0]), match[0].strip()) for match in _LEFT_OUT.finditer(value))


def _finds_all(key: str, old: str, new: str, tree: Collection[str]) -> bool:
    """Say whether pytest finds every test file there is by the names a setting says now, if it did before."""
    tests = [path for path in tree if path.endswith(".py") and is_named_test(path) and not is_vendored(path)]
    if key == "python_files" and tests:
        named = [
            {path for path in tests if any(fnmatchcase(path.rpartition("/")[2], one) for one in value.split())}
            for value in (old or "test_*.py *_test.py", new)
        ]
        return bool(new) and named[0] <= named[1]
    return key in _AS_USUAL and not old and new in _AS_USUAL[key]


_AS_USUAL = {"python_functions": frozenset({"test", "test*", "test_*"}), "python_classes": frozenset({"Test", "Test*"})}
"""What names of functions and classes are commonly said to be found that are found anyway."""


def _leaves_all(
    key: str, old: str, new: str, said: Mapping[str, str], tree: Sequence[str], before: Collection[str] = ()
) -> bool:
    """Say whether every test by its name there is, is looked for still: in the folders named, beside those ignored.

    `before`: what was set; where that had examples in documentation run, they are tests that have no file.
    """
    last = key.rpartition(".")[2]
    tests = [path for path in tree if path.endswith(".py") and (is_named_test(path) or is_test_file(path))]
    tests = [path for path in tests if not is_vendored(path)]
    named = any(part.rpartition(".")[2] == "python_files" for part in said)
    if not tests or named or any("--doctest" in text for text in before):
        return False
    if last == "testpaths":
        return not old and all(any(_lies_in(path, folder) for folder in new.split()) for path in tests)
    return last == "addopts" and _ignores_no_test(old, new, tests, tree)


def _ignores_no_test(old: str, new: str, tests: Sequence[str], tree: Sequence[str]) -> bool:
    """Say whether all that options came to leave out are places that are there, and hold no test."""
    known = _IGNORED.findall(old)
    places = [place.strip("'\"") for place in _IGNORED.findall(new) if place not in known]
    more = Counter(_LEFT_OUT.findall(_IGNORED.sub("", new))) - Counter(_LEFT_OUT.findall(_IGNORED.sub("", old)))
    there = all(re.match(r"\w", place) and any(_lies_in(path, place) for path in tree) for place in places)
    return bool(places) and there and not more and not any(_lies_in(one, place) for one in tests for place in places)


_IGNORED = re.compile(r"(?<!\S)--ignore(?:=|\s+)(\S+)")


def _lies_in(path: str, folder: str) -> bool:
    bare = folder.strip("\"'").removeprefix("./").rstrip("/")
    return bare in {"", "."} or path == bare or path.startswith(f"{bare}/") or matches(path, f"{bare}/**")


def _takes_over(edit: Edit, before: Iterable[str], after: Iterable[str]) -> bool:
    """Say whether a file tells pytest something for the first time, and another runner nothing any more."""
    gone = [_OTHER_RUNNER.search(text or "") is not None for text in (edit.old, edit.new)] == [True, False]
    return gone and any(map(_PYTEST.match, after)) and not any(map(_PYTEST.match, before))


_PYTEST = re.compile(r"(?:tool:)?pytest\.")
_OTHER_RUNNER = re.compile(r"(?m)^\[(?:nosetests|unittest)\]")


def _moved(key: str, value: str, other: Edit) -> bool:
    """Say whether another file of the snapshot said the same before."""
    said, old = (" ".join(text.split()) for text in (value, other.old or ""))
    return other.old is not None and said in old and key.rpartition(".")[2] in old


def _seen(edit: Edit, diff: Diff) -> Iterator[tuple[int, str]]:
    new, old, asked = edit.new or "", edit.old or "", diff.message
    others = [other for other in diff.edits if other is not edit]
    if _CONFIG.has_section(edit.path) or edit.path.endswith(("pytest.ini", "pytest.toml")):
        before, after = _flat(_CONFIG.section(edit.path, old)), _flat(_CONFIG.section(edit.path, new))
        if _takes_over(edit, before, after):
            yield from _misses(edit, diff)
            after = {key: value for key, value in after.items() if not _PYTEST.match(key)}
        moved = {key.rpartition(".")[2]: value for key, value in before.items() if key not in after}
        for key, value in after.items():
            if key not in before and any(_moved(key, value, other) for other in others):
                continue
            was = before.get(key, moved.get(key.rpartition(".")[2], ""))
            told = _leaves_all(key, was, value, before | after, diff.tree, before.values())
            if not told and not _finds_all(key.rpartition(".")[2], was, value, diff.tree):
                yield from ((_line(new, text), text) for text in _narrowed(key, was, value))
    pattern = _LEAVES_OUT if _WHOLE.search(edit.path) else _HUSHED if _LAUNCHED.search(edit.path) else None
    if pattern is not None:
        said = _bare(old)
        for number, match in fresh_lines(old, new, pattern):
            setting = _setting(new, number)
            same = _bare(setting) in said or _HARMLESS.search(setting) is not None
            announced = "coverage" in match.string.lower() and "coverage" in asked.lower()
            aside = _is_run_elsewhere(new, number, match) or _is_of_coverage(new, number)
            if not same and not announced and not aside:
                yield number, match.string.strip()


def _is_of_coverage(text: str, number: int) -> bool:
    """Say whether a line stands in a block that only says what coverage is counted of."""
    above = "\n".join(text.splitlines()[: number - 1])
    opened = list(_COVERAGE.finditer(above))
    within = above[opened[-1].end() :] if opened else ""
    return bool(opened) and within.count("{") >= within.count("}")


_COVERAGE = re.compile(r"\bcoverage\s*:\s*\{")


def _setting(text: str, number: int) -> str:
    """Give a setting that begins on a line, with its list to the end."""
    rest = "\n".join(text.splitlines()[number - 1 :])
    line = rest.partition("\n")[0]
    return f"{rest.partition(']')[0]}]" if "[" in line and "]" not in line else line


def _bare(text: str) -> str:
    """Give a text without what only its layout is."""
    return re.sub(r",(?=[\]})])", "", re.sub(r"\s+", "", text)).rstrip(",")


_HARMLESS = re.compile(r""":\s*\[?\s*(?:['"][*/]*node_modules[*/]*['"],?\s*)+\]?,?\s*$""")
"""Leaves out what every runner leaves out."""


def _is_run_elsewhere(text: str, number: int, match: re.Match[str]) -> bool:
    """Say whether all that one project of a configuration leaves out by name is taken in by another."""
    if "exclude" not in match[0]:
        return False
    rest = "\n".join(text.splitlines()[number - 1 :])
    left_out = _QUOTED.findall(rest[match.start() :].partition("]")[0])
    included = [name for block in _INCLUDE.findall(text) for name in _QUOTED.findall(block)]
    return bool(left_out) and all(name in included for name in left_out)


_QUOTED = re.compile(r"""['"]([^'"]+)['"]""")
_INCLUDE = re.compile(r"\b(?:include|testMatch)\s*:\s*\[([^\]]*)\]")


def _flat(section: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in section.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return found


def _narrowed(key: str, old: str, new: str) -> Iterator[str]:
    """Give what a setting has that leaves tests out and had not before."""
    last = key.rpartition(".")[2]
    if old == new:
        return
    lost = [word for word in old.split() if not any(_takes_in(last, wide, word) for wide in new.split())]
    if last in _WHERE and new and (lost or not old):
        yield new.strip().partition("\n")[0]
    if last in {"fail_under", "lines", "branches", "functions", "statements"} and _number(new) < _number(old):
        yield f"{last} = {new}"
    if key.startswith("scripts.") and _SCRIPT.fullmatch(new) and not _SCRIPT.fullmatch(old):
        yield new
    before = Counter(match[0] for match in _LEFT_OUT.finditer(f"{last} {old}" if old else ""))
    if "IgnorePatterns" in last and all(_NO_TESTS.search(word) for word in set(new.split()) - set(old.split())):
        return
    for match in _LEFT_OUT.finditer(f"{last} {new}"):
        if before[match[0]] > 0:
            before[match[0]] -= 1
        elif old or last in {"addopts", "norecursedirs"} or "Ignore" in last:
            yield match[0].strip()


_NO_TESTS = re.compile(
    r"node_modules|(?:^|[/>])\.?(?:dist|build|lib|out|coverage|target|fixtures?|e2e|cache|yarn|git)\b"
)
"""Where no tests are, or what they are made of."""


def _takes_in(key: str, wide: str, word: str) -> bool:
    """Say whether all that one word of a setting finds is found by another: a shorter prefix, the folder above."""
    if key in {"python_functions", "python_classes"}:
        return wide == word or (wide.isidentifier() and word.startswith(wide)) or fnmatchcase(word, wide)
    return wide == word or (key == "testpaths" and _lies_in(word, wide))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _line(text: str, what: str) -> int:
    """Give the line something stands on, or the first."""
    at = text.find(what)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
