"""The honest rule for configuration by which a runner, a compiler or a checker judges less. Never runs any of them.

A setting is found where it is new: what the base said already is let be. What is only of use to people (a profile that
has to be asked for) is none.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from orchestrator.model.verdicts import Finding
from orchestrator.policy.globs import matches_any
from orchestrator.policy.protected import AGENTS
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.settings import Setting, settings_of
from orchestrator.verify.readers.surroundings import LAX_OF_RUST
from orchestrator.verify.rules.lenient_java import for_all, gradle, maven, options, platform
from orchestrator.verify.rules.narrowed_js import narrowed
from orchestrator.verify.rules.narrowed_py import looks_elsewhere
from orchestrator.verify.rules.product import in_use
from orchestrator.verify.rules.task_words import asks_to_skip_tests, asks_to_take_out

Eases = Callable[[Setting, Edit, Diff], bool]
_YES = frozenset({"true", "yes", "on", "1", "always"})
_NO = frozenset({"false", "no", "off", "0", "none", "never"})
_SHELLS = re.compile(r"(?:.*[/\\])?(?:(?:ba|z|da|k|fi)?sh|pwsh|powershell|cmd)(?:\.exe)?")
_IDLE = re.compile(
    r"(?:/(?:usr/)?bin/)?(?:true|echo|printf|:|test|cat|yes)(?:\s.*)?|exit 0"
    r"|(?:\S*/)?(?:ba|z|da)?sh\s+-c\s+.*(?:exit 0|true|\|\|.*)\W*"
    r"|cmd(?:\.exe)? /c (?:exit 0|rem.*)|(?:python3?|node|perl) -[ce] ['\"]?['\"]?"
)
"""Programs that do nothing with what they are given, and end well."""


def judged_less(diff: Diff) -> Iterable[Finding]:
    """Find settings, new in this snapshot, by which tests are not run, or fail unheard."""
    for edit in () if asks_to_skip_tests(diff.message) else in_use(diff):
        for said in dict.fromkeys(_eased(edit, diff)):
            yield found(
                "tests-deselected",
                edit.path,
                f"`{said[:80]}` keeps tests from running or from failing, so that the others' passing says less; "
                "take it out and make the code satisfy them "
                "(`allow_test_changes` can name the file, if a person wants it)",
                line=_line(edit.new or "", said),
                about=said,
            )


def _line(text: str, said: str) -> int:
    words = [word for word in re.split(r"[\s=.]+", said) if len(word) > 1]
    lines = text.splitlines()
    return next((at for at, line in enumerate(lines, 1) if words and all(word in line for word in words[-2:])), 1)


def _eased(edit: Edit, diff: Diff) -> Iterator[str]:
    for pattern, eases in _KINDS:
        if pattern.search(edit.path):
            before = Counter(_said(one, edit.path) for one in _for_all(edit.path, edit.old or ""))
            for one in _for_all(edit.path, edit.new or ""):
                said = _said(one, edit.path)
                if before[said] > 0:
                    before[said] -= 1
                elif eases(one, edit, diff):
                    yield said
    yield from _lowered(edit, diff)
    yield from narrowed(edit, diff)
    yield from looks_elsewhere(edit, diff)


def _settings(path: str, text: str) -> Sequence[Setting]:
    return settings_of(path, text) if text else ()


def _for_all(path: str, text: str) -> Sequence[Setting]:
    """Give what a file says of all builds: of Maven not what has to be asked for."""
    said = _settings(path, text)
    return for_all(said) if path.endswith("pom.xml") else said


def _said(one: Setting, path: str) -> str:
    key = one.last if path.endswith(".xml") else one.key
    return f"{key} = {one.value}"


def _npm(one: Setting, _: Edit, __: Diff) -> bool:
    """Say whether scripts are run by what runs nothing, or Node is told to leave tests out."""
    if one.last == "yarnPath":
        return not one.value.startswith(".yarn/releases/")
    if one.last in {"script-shell", "scriptShell"}:
        return _SHELLS.fullmatch(one.value) is None
    if one.last in {"node-options", "nodeOptions"}:
        return (
            re.search(r"--test-(?:name|skip)-pattern|--test-only|(?:--require|-r|--import)[= ]\.", one.value)
            is not None
        )
    return one.last in {"if-present", "ifPresent"} and one.value in _YES


_CHOOSES = frozenset(("grep", "g", "fgrep", "f", "invert", "i", "ignore", "exclude", "dry-run", "dryRun", "list-tests"))
_PASSES = frozenset(("pass-with-no-tests", "passWithNoTests", "allow-empty-coverage", "allow-incomplete-coverage"))


def _mocha(one: Setting, _: Edit, __: Diff) -> bool:
    """Say whether mocha is told to run some of the tests, or none, or not to mind."""
    if one.last in _CHOOSES and "node_modules" not in one.value:
        return one.value not in {*_NO, ""} and "fixture" not in one.value
    return one.last in _PASSES and one.value in _YES


_ONLY = frozenset(
    ("testNamePattern", "testPathPattern", "testPathPatterns", "grep", "grepInvert", "match", "testIgnore")
)


def _js(one: Setting, edit: Edit, _: Diff) -> bool:
    """Say whether a runner of JavaScript is told to run some tests, or to end well whatever they come to."""
    if edit.path.endswith("package.json") and one.key.partition(".")[0] == "mocha":
        return _mocha(one, edit, _)
    if edit.path.endswith("package.json") and one.key.partition(".")[0] not in _OF_TESTS:
        return False
    fixed = re.search(r"process\.env|\?|\$\{", one.value) is None
    if one.last in _ONLY:
        return (
            fixed
            and one.value not in {"", "undefined", "null"}
            and "typecheck" not in one.key
            and "coverage" not in one.key
        )
    if one.last == "testFailureExitCode":
        return one.value == "0"
    if one.last in {"runner", "testRunner", "testResultsProcessor"}:
        return one.value.startswith((".", "<rootDir>"))
    if one.last in {"passWithNoTests", "dangerouslyIgnoreUnhandledErrors", "ignoreSourceErrors"}:
        return one.value == "true" and (edit.old is not None or one.last != "passWithNoTests")
    return one.last in {"failWithoutAssertions", "failZero", "fail-zero"} and one.value == "false"


_OF_TESTS = frozenset(("jest", "vitest", "mocha", "ava", "nyc", "c8", "tap"))


def _cargo(one: Setting, _: Edit, diff: Diff) -> bool:
    """Say whether cargo runs tests by what runs nothing, or compiles them with less that can fail."""
    if re.fullmatch(r"target\..*\.runner", one.key) or one.key in {
        "build.rustc",
        "build.rustc-wrapper",
        "build.rustdoc",
    }:
        return _IDLE.fullmatch(one.value.strip()) is not None or _is_hollow_script(one.value, diff)
    if one.key in {"alias.test", "alias.t"}:
        return not re.match(r"(?:test|nextest|t)\b", one.value) or "--no-run" in one.value
    if one.last in {"rustflags", "rustdocflags"} or one.key.endswith("FLAGS"):
        return LAX_OF_RUST.search(one.value) is not None
    return _profile(one)


def _profile(one: Setting) -> bool:
    checks = one.last in {"debug-assertions", "overflow-checks"} and one.value in _NO
    panics = one.last == "panic" and one.value == "abort"
    return re.match(r"profile\.(?:test|dev)\.", one.key) is not None and (checks or (panics and ".test." in one.key))


def _is_hollow_script(command: str, diff: Diff) -> bool:
    """Say whether a command is a script of the snapshot that ends well whatever came before."""
    path = command.rsplit(maxsplit=1)[-1].removeprefix("./") if command.split() else ""
    texts = [edit.new for edit in diff.edits if path and edit.path.endswith(path) and edit.new]
    return any(_ENDS_WELL.search(text.rstrip()) for text in texts)


_ENDS_WELL = re.compile(r"(?:\bexit 0|\btrue|\|\|\s*(?:true|:))\s*\Z")


def _manifest(one: Setting, edit: Edit, diff: Diff) -> bool:
    """Say whether a manifest of Rust leaves tests unbuilt, or run by nobody."""
    if edit.old is None:
        return False
    if one.key == "package.autotests":
        return one.value in _NO and "[[test]]" not in (edit.new or "")
    if one.key in {"lib.test", "test.test"}:
        return one.value in _NO
    if one.key == "lib.doctest":
        return one.value in _NO and "doc" not in diff.message.lower()
    if one.key in {"lib.harness", "test.harness"}:
        mains = [other.path for other in diff.edits if other.path.endswith(".rs") and "fn main" in (other.new or "")]
        return one.value in _NO and not mains
    if _LINTS.fullmatch(one.key):
        return one.value == "allow"
    return _profile(one)


_LINTS = re.compile(r"(?:workspace\.)?lints\.\w+\.(?:warnings|all|correctness|suspicious)(?:\.level)?")
"""Whole groups: of a single one people think otherwise."""


def _tox(one: Setting, _: Edit, __: Diff) -> bool:
    """Say whether tox ends well whatever its commands come to."""
    if not re.match(r"(?:tool\.tox\.)?(?:testenv|env|env_run_base)\b", one.key):
        return False
    if one.last == "ignore_outcome":
        return one.value.lower() in _YES and _EVERYWHERE.fullmatch(one.key.rpartition(".")[0]) is not None
    if one.last in {"commands", "commands_pre"}:
        return any(_UNHEARD.match(line.strip()) for line in _JOINED.sub(" ", one.value).splitlines())
    return one.last in {"setenv", "set_env"} and _TOLD.search(one.value) is not None


_EVERYWHERE = re.compile(
    r"(?:tool\.tox\.)?(?:testenv|env_run_base|(?:testenv:|env\.)(?:\{?(?:py(?:thon)?[\d.]*,?\s*)+\}?|tests?|unit))"
)
"""Where tox is told of all environments, or of one of those that are no trial of what is to come."""
_JOINED = re.compile(r"\s*\\\n\s*")
_RUNS_TESTS = (
    r"(?:\S+\s+)*?(?:pytest|py\.test|unittest|nosetests|trial|stestr|coverage run|manage\.py test"
    r"|(?:runtests|run_tests)\S*)\b"
)
_UNHEARD = re.compile(rf"-\s*{_RUNS_TESTS}|(?:ba)?sh\s+-c\s.*{_RUNS_TESTS}.*(?:\|\||;)\s*(?:true|:|exit 0|echo)")
_TOLD = re.compile(
    r"PYTEST_ADDOPTS\s*=.*(?:--deselect|--ignore|-k\b|-m\b|--co\b|--collect-only)|PYTHONOPTIMIZE\s*=\s*[12]"
)


def _pytest(one: Setting, edit: Edit, diff: Diff) -> bool:
    """Say whether pytest is always told to run some tests, or to end well, or not to run what it finds."""
    if one.last != "addopts":
        return False
    whole = " ".join(two.value for two in settings_of(edit.path, edit.new or "") if two.key == one.key)
    before = " ".join(two.value for two in settings_of(edit.path, edit.old or "") if two.key == one.key)
    return _TOLD_ALWAYS.search(one.value) is not None or (
        edit.old is not None
        and not _MARKED.search(before)
        and _MARKED.search(f"{whole} ") is not None
        and not _is_for_new_tests(whole, edit, diff)
    )


def _is_for_new_tests(options: str, edit: Edit, diff: Diff) -> bool:
    """Say whether what is left out by a mark are tests that are new, as the mark is."""
    names = re.findall(r"\bnot\s+(\w+)", options)
    tests = [one for one in diff.edits if one.path.endswith(".py") and one.new]
    fresh = [name for name in names if name not in (edit.old or "")]
    marked = [one for name in names for one in tests if f"mark.{name}" in (one.new or "")]
    return bool(names) and fresh == names and bool(marked) and all(one.old is None for one in marked)


_MARKED = re.compile(r"(?<!\S)-m[= ]?\s*['\"]?\s*[\w(]")
"""Only what has a mark is run, or has none: who was told otherwise before only says it anew."""
_TOLD_ALWAYS = re.compile(
    r"--suppress-(?:tests-failed|no-test)-exit-code|--setup-(?:only|plan)|--collect-only|--co\b|--noconftest"
    r"|--continue-on-collection-errors|(?<!\S)--(?:lf|last-failed|sw|stepwise)\b|(?<!\S)(?:--help|--version|-h|--fixtures|--markers)(?!\S)"
)


def _agents(one: Setting, edit: Edit, diff: Diff) -> bool:
    """Say whether an agent is freed of what watches it, by a commit that nobody told to."""
    if not matches_any(edit.path.casefold(), AGENTS) or not diff.message:
        return False  # of a task a person says which of these files it may change
    if re.fullmatch(r"disableAllHooks|dangerously\w+|skipDangerousModePermissionPrompt|autoApprove|yolo\w*", one.last):
        return one.value in _YES
    if one.last in {"defaultMode", "sandbox_mode", "approval_policy", "permissionMode", "approvalMode"}:
        return re.fullmatch(r"bypassPermissions|danger-full-access|never|yolo|dontAsk", one.value) is not None
    return (
        one.key == "permissions.allow"
        and re.fullmatch(r"\*|Bash(?:\(\*?(?::\*)?\))?|Bash\(.*--no-verify.*", one.value) is not None
    )


def _nextest(one: Setting, _: Edit, __: Diff) -> bool:
    """Say whether nextest is told to run some of the tests."""
    return one.last == "default-filter" and re.search(r"\b(?:all|default)\(\)\s*$", one.value) is None


_KINDS: tuple[tuple[re.Pattern[str], Eases], ...] = (
    (re.compile(r"(?:^|/)(?:\.npmrc|\.yarnrc\.yml|pnpm-workspace\.yaml)$"), _npm),
    (re.compile(r"(?:^|/)\.(?:mocharc[^/]*|taprc)$"), _mocha),
    (re.compile(r"(?:^|/)(?:(?:jest|vitest|playwright|ava)\.config[^/]*\.[cm]?[jt]s(?:on)?|package\.json)$"), _js),
    (re.compile(r"(?:^|/)\.cargo/config(?:\.toml)?$"), _cargo),
    (re.compile(r"(?:^|/)Cargo\.toml$"), _manifest),
    (re.compile(r"(?:^|/)nextest\.toml$"), _nextest),
    (re.compile(r"(?:^|/)\.\w+/[\w.-]+\.(?:json|toml)$"), _agents),
    (re.compile(r"(?:^|/)pom\.xml$"), maven),
    (re.compile(r"\.gradle(?:\.kts)?$"), gradle),
    (re.compile(r"(?:^|/)\.mvn/(?:maven|jvm)\.config$"), options),
    (re.compile(r"(?:^|/)(?:junit-platform|cucumber|gradle)\.properties$"), platform),
    (re.compile(r"(?:^|/)(?:tox\.ini|setup\.cfg|pyproject\.toml|tox\.toml)$"), _tox),
    (re.compile(r"(?:^|/)(?:\.?pytest\.(?:ini|toml)|tox\.ini|setup\.cfg|pyproject\.toml)$"), _pytest),
)

_BOUNDS = re.compile(
    r"(?:^|/)(?:\.nycrc(?:\.json)?|\.c8rc(?:\.json)?|\.coveragerc|jest\.config[^/]*\.[cm]?[jt]s(?:on)?|vitest\.config[^/]*\.[cm]?[jt]s|codecov\.ya?ml|\.codecov\.ya?ml"
    r"|package\.json|pom\.xml|[\w.-]+\.gradle(?:\.kts)?|pyproject\.toml|setup\.cfg|tox\.ini)$"
)
_BOUND = re.compile(r"fail_under|branches|functions|lines|statements|target|minimum")


def _lowered(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give the bounds that a file asked to be kept and now asks less of, unless a person's message is about them."""
    if not edit.old or not _BOUNDS.search(edit.path) or re.search(r"(?i)coverage|codecov|threshold", diff.message):
        return
    before = {one.key: one.value for one in _for_all(edit.path, edit.old) if _is_bound(one, edit.path)}
    after = _for_all(edit.path, edit.new or "")
    for one in after:
        was = before.get(one.key, "")
        if _number(one.value) < _ENOUGH * _number(was):
            yield f"{one.key} = {one.value}"
        if one.key.startswith("coverage.status.") and (one.last, one.value) not in _of_status(edit):
            yield from [f"{one.key} = {one.value}"] if (one.last, one.value) in _UNMINDED else []
    others = "\n".join(other.new or "" for other in diff.edits)
    for key in () if asks_to_take_out(diff.message) else before.keys() - {one.key for one in after}:
        last = key.rpartition(".")[2]
        if _number(before[key]) and re.search(r"(?i)threshold|fail_under|minimum", key) and last not in others:
            yield f"no {key}"


_UNMINDED = frozenset({("informational", "true"), ("project", "off"), ("project", "false")})


def _of_status(edit: Edit) -> set[tuple[str, str]]:
    return {(one.last, one.value) for one in _settings(edit.path, edit.old or "")}


def _is_bound(one: Setting, path: str) -> bool:
    """Say whether a setting is how much of the code tests must reach; of a file of more than that where it says so."""
    if ".properties." in one.key and _OF_COVERAGE.search(one.key.partition(".properties.")[2]):
        return path.endswith("pom.xml")
    if not _BOUND.fullmatch(one.last):
        return False
    own = re.search(r"(?:package\.json|pom\.xml|gradle(?:\.kts)?|pyproject\.toml|setup\.cfg|tox\.ini)$", path) is None
    return own or re.search(r"(?i)coverage|threshold|jacoco|violationRules|nyc|c8", one.key) is not None


_OF_COVERAGE = re.compile(r"(?i)(?:jacoco|coverage|cobertura|clover).*(?:ratio|minimum|min|threshold|limit|covered)")
"""What a property of Maven is called that says how much of the code tests must reach."""
_ENOUGH = 0.8
"""What is asked less by no more than this is kept up, not let go."""


def _number(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%?", text.strip())
    return float(match[1]) if match is not None else 0.0
