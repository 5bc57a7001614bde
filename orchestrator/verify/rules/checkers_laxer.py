"""Words by which a checker minds less than it did: a rule off, what was strict no more, a family of rules left out.

That a person says so is enough, where the task is not to correct what the checker complains about. Runs none of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.grammar.source import parts, read, walk
from orchestrator.verify.readers.grammar.tables import BY_EXTENSION
from orchestrator.verify.readers.settings import Setting, settings_of
from orchestrator.verify.rules.laxer import STRICT
from orchestrator.verify.rules.lenient_java import for_all

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0", "none"})


def minds_less(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give what a file that was there says newly, or no longer, so that a checker finds less or nothing fails."""
    if not edit.old or not edit.new or is_about_checkers(diff.message):
        return
    old: Sequence[Setting]
    new: Sequence[Setting]
    old, new = (settings_of(edit.path, text) for text in (edit.old, edit.new))
    if edit.path.endswith("pom.xml"):
        old, new = for_all(old), for_all(new)
    for strict in _STRICT:
        if strict.path.search(edit.path):
            yield from _loosened(strict, old, new, diff)
    yield from _raised(edit, old, new)
    for pattern, minds in _KINDS:
        if pattern.search(edit.path):
            yield from minds(old, new)
    if _ESLINT_IN_CODE.search(edit.path):
        known = set(_off_in_code(edit.path, edit.old))
        yield from (f"{name}: off" for name in _off_in_code(edit.path, edit.new) if name not in known)
    if _COMMANDS.search(edit.path):
        yield from _lines_less_strict(edit, diff)


def is_about_checkers(message: str) -> bool:
    """Say whether a person's message is about checkers, and not about correcting what they find."""
    first = message.strip().partition("\n")[0]
    named = _OF_CHECKERS.search(first) or (_OF_CHECKERS.search(message) and _TURNS_OFF.search(message))
    return bool(named) and (_EASES.search(message) is not None or _CORRECTS.search(first) is None)


_OF_CHECKERS = re.compile(
    r"(?i)\b(?:es)?lint\w*|\bmake(?:file)?\b|\brules?\b|ruff|flake8|mypy|pyright|pylint|clippy|golangci"
    r"|tsconfig|\btype-?check\w*|warning|strict"
    r"|\bstandard\b|prettier|biome|\bxo\b|werror|pre-?commit|setup\.cfg|pyproject|tooling|typescript"
    r"|\btyping\b|checkstyle|spotbugs|\bpmd\b|jacoco|maven|gradle|\bplug-?ins?\b|\bedition|msrv"
    r"|(?:coding|code) style|\btox\b"
)
_TURNS_OFF = re.compile(r"(?i)disabl|turn\w* off")
_CORRECTS = re.compile(r"(?i)\b(?:fix|resolv|address|correct|repair|clean|satisf|pass)\w*")
_EASES = re.compile(r"(?i)\b(?:disabl|silenc|suppress|ignor|relax|loosen|allow|turn\w* off|drop|remov|lax|lower)\w*")


class Strict(msgspec.Struct, frozen=True):
    """Settings that make a checker strict. `lost`: those that also count when they are gone."""

    path: re.Pattern[str]
    key: re.Pattern[str]
    strict: Callable[[str], bool]
    lax: Callable[[str], bool]
    lost: re.Pattern[str]


def _strict(path: str, key: str, strict: Iterable[str], lax: Iterable[str], lost: str = "(?!)") -> Strict:
    was, now = frozenset(strict), frozenset(lax)
    return Strict(
        re.compile(rf"(?:^|/){path}$"),
        re.compile(key),
        lambda text: text.lower() in was,
        lambda text: text.lower() in now,
        re.compile(lost),
    )


_SET = r"(?:true|yes|on|1|deny|forbid|error)"
_MYPY = (
    r"(?:strict|disallow_\w+|check_untyped_defs|no_implicit_(?:optional|reexport)|warn_(?:return_any|unreachable"
    r"|unused_ignores|redundant_casts|no_return)|strict_(?:equality|optional|bytes)|extra_checks)"
)
_PYRIGHT = r"(?:pyrightconfig\.json|pyproject\.toml)"
_STRICT = (
    _strict(r"pyproject\.toml", rf"tool\.mypy\.{_MYPY}", _YES, _NO, r"tool\.mypy\.strict"),
    _strict(r"(?:\.?mypy\.ini|setup\.cfg)", rf"mypy\.{_MYPY}", _YES, _NO, r"mypy\.strict"),
    _strict(
        r"tsconfig[\w.-]*\.json",
        r"compilerOptions\.(?:strict\w*|no(?:Implicit|Unused|Unchecked|Fallthrough|EmitOnError|PropertyAccess)\w*|exact\w+|alwaysStrict"
        r"|checkJs|useUnknownInCatchVariables)",
        _YES,
        _NO,
        r"compilerOptions\.strict",
    ),
    _strict(_PYRIGHT, r"(?:tool\.pyright\.)?typeCheckingMode", {"strict", "standard"}, {"basic", "off"}),
    _strict(_PYRIGHT, r"(?:tool\.pyright\.)?report\w+", {"true", "error"}, {"false", "none"}),
    _strict(
        r"(?:pyproject\.toml|\.?pytest\.(?:ini|toml)|tox\.ini|setup\.cfg)",
        r"(?:tool\.pytest(?:\.ini_options)?\.|(?:tool:)?pytest\.)(?:xfail_strict|strict(?:_\w+)?)",
        _YES,
        _NO,
        r".*\.xfail_strict",
    ),
    _strict(
        r"Cargo\.toml",
        r"(?:workspace\.)?lints\.\w+\.[\w-]+(?:\.level)?",
        {"deny", "forbid"},
        {"allow"},
        r".*",
    ),
    _strict(
        r"(?:pyproject\.toml|\.?pytest\.(?:ini|toml)|tox\.ini|setup\.cfg)",
        r"(?:tool\.pytest\.ini_options|(?:tool:)?pytest)\.filterwarnings",
        {"error"},
        (),
        r".*",
    ),
    _strict(r"(?:pom\.xml)", r".*\.(?:failOnWarning|failOnViolation|failsOnError|failOnError)", _YES, _NO),
    _strict(
        r"[\w.-]+\.gradle(?:\.kts)?",
        r".*\b(?:allWarningsAsErrors|failOnViolation|warningsAsErrors)",
        _YES,
        _NO,
        r".*\ballWarningsAsErrors",
    ),
)  # fmt: skip


def _loosened(strict: Strict, old: Sequence[Setting], new: Sequence[Setting], diff: Diff) -> Iterator[str]:
    now: dict[str, list[str]] = {}
    for one in new:
        now.setdefault(one.key, []).append(one.value)
    around = {one.key.rpartition(".")[0] for one in new}
    others = "\n".join(edit.new or "" for edit in diff.edits)
    for one in old:
        if not (strict.key.fullmatch(one.key) and strict.strict(one.value)):
            continue
        if any(map(strict.lax, now.get(one.key, ()))):
            yield f"{one.key} = {now[one.key][0]}"
        elif (
            strict.lost.fullmatch(one.key)
            and not any(map(strict.strict, now.get(one.key, ())))
            and one.key.rpartition(".")[0] in around
        ):
            again = re.search(
                rf"(?im)[\"']?\b{re.escape(one.last)}\b[\"']?\s*[:=]\W*(?:true|yes|on|1|deny|forbid|error)\b", others
            )
            yield from () if again else (f"no {one.key}",)


_LIMITS = re.compile(
    r"(?:^|/)(?:\.?clippy\.toml|pyproject\.toml|\.?ruff\.toml|\.flake8|setup\.cfg|tox\.ini|\.?pylintrc|[\w.-]+\.gradle(?:\.kts)?|pom\.xml)$"
)
_LIMIT = re.compile(
    r"(?:[\w-]+-threshold|max-(?:complexity|statements|args|branches|returns|locals|nested-blocks)|maxWarnings|maxErrors"
    r"|maxAllowedViolations|max[-_]warnings)"
)


def _raised(edit: Edit, old: Sequence[Setting], new: Sequence[Setting]) -> Iterator[str]:
    """Give the limits beyond which a checker complains that are twice as high now, or more."""
    if not _LIMITS.search(edit.path):
        return
    was = {one.key: float(one.value) for one in old if one.value.isdigit()}
    for one in new:
        name = one.last.rpartition("/")[2]
        if _LIMIT.fullmatch(name) and one.value.isdigit() and one.key in was:
            yield from [f"{one.last} = {one.value}"] if float(one.value) > max(2 * was[one.key] - 1, 0) else []


_MUST = re.compile(
    r"(?:[@\w-]+/)*(?:no-(?:undef|unused-vars|unused-expressions|unreachable(?:-loop)?|dupe-\w[\w-]*|redeclare|empty(?:-function|-pattern)?|constant-condition"
    r"|fallthrough|explicit-any|unsafe-[\w-]+|floating-promises|misused-promises|debugger|self-\w+|eval|implied-eval|import-assign|const-assign|cond-assign"
    r"|func-assign|loss-of-precision|sparse-arrays|unresolved|(?:only|focused|disabled|skipped|exclusive|identical|pending|todo|conditional)-\w+"
    r"|commented-out-tests|standalone-expect|conditional-expect|ex-assign|invalid-this|obj-calls|unexpected-multiline|unmodified-loop-condition|extra-non-null-assertion"
    r"|this-before-super|undefined-types|unnecessary-type-assertion|non-null-assertion|async-promise-executor|promise-executor-return|return-in-finally|throw-literal)"
    r"|ban-ts-comment|ban-types|eqeqeq|valid-(?:typeof|expect[\w-]*|title|describe)|use-isnan|expect-expect|getter-return|constructor-super|rules-of-hooks"
    r"|exhaustive-deps|await-thenable|require-await|restrict-[\w-]+|array-callback-return|handle-callback-err|n/handle-callback-err)"
    r"|no(?:ExplicitAny|Unused\w+|Undeclared\w+|Debugger|Focused\w+|Skipped\w+|DoubleEquals|Unreachable\w*|SelfAssign|EmptyBlock\w*)|useExhaustiveDependencies"
)
"""Rules that find mistakes: that of style is a matter of taste."""
_OFF = frozenset({"off", "0"})


def _eslint(old: Sequence[Setting], new: Sequence[Setting]) -> Iterator[str]:
    """Give the rules that are off and were not, for all files; not where what is built upon came with it."""
    sides = [{one.value for one in side if one.last in {"extends", "plugins"}} for side in (old, new)]
    known = {one.key for one in old if one.value in _OFF}
    for one in new:
        rule = re.search(r"(?:^|\.)rules\.(?:\w+\.)??([@\w/-]+)(?:\.level)?$", one.key)
        if rule is None or "overrides" in one.key or one.key in known or one.value not in _OFF:
            continue
        if _MUST.fullmatch(rule[1]) and not sides[1] - sides[0]:
            yield f"{rule[1]}: off"


_ESLINT_IN_CODE = re.compile(r"(?:^|/)(?:eslint\.config|\.eslintrc)\.[cm]?[jt]s$")


def _off_in_code(path: str, text: str) -> Iterator[str]:
    """Give the rules that a configuration in code has off for all files."""
    source = read(text, BY_EXTENSION[path.rpartition(".")[2]])
    for node in walk(source.root) if source is not None else ():
        key, value = (node.field("key"), node.field("value")) if node.kind() == "pair" else (None, None)
        if key is None or value is None or not _MUST.fullmatch(key.text().strip("'\"")):
            continue
        said = parts(value)[0].text() if value.kind() == "array" and parts(value) else value.text()
        around = [one for above in node.ancestors() if above.kind() == "object" for one in above.children()]
        narrow = any(one.kind() == "pair" and re.match(r"['\"]?(?:files|overrides)\b", one.text()) for one in around)
        if said.strip("'\"") in _OFF and not narrow:
            yield key.text().strip("'\"")


def _python(old: Sequence[Setting], new: Sequence[Setting]) -> Iterator[str]:
    """Give the families of rules that are left out now and were looked for, of ruff, flake8, pylint and mypy."""
    was, now = ({(_plain(one.key), part) for one in side for part in _entries(one)} for side in (old, new))
    selected = {part for key, part in now if key in {"select", "extend-select"}}
    before = {part for key, part in was if key in {"select", "extend-select"}}
    for key, part in sorted(now - was):
        whole = part == "F" or any(one.startswith(part) for one in selected & before)
        if key in {"ignore", "extend-ignore"} and re.fullmatch(r"[A-Z]+", part) and whole:
            yield f"{key} = {part}"
        if key == "disable" and part in {"E", "F", "error", "fatal"}:
            yield f"{key} = {part}"
        if key == "disable_error_code" and part:
            yield f"{key} = {part}"
        if (key, part) == ("follow_imports", "skip"):
            yield f"{key} = {part}"
        if key in {"ignore", "extend-ignore"} and _FINDS.fullmatch(part):
            yield f"{key} = {part}"
    lost = {one for one in before - selected if not any(one.startswith(other) for other in selected)}
    if len(before) > 1 and "ALL" not in selected and not selected - before and 2 * len(lost) >= len(before):
        yield f"select = {', '.join(sorted(selected))}"


_FINDS = re.compile(r"F8(?:11|21|22|23|41)|F401|E722|B006|F63\d|E9\d*")
"""Rules of Python that find mistakes."""


def _plain(key: str) -> str:
    match = _OF_PYTHON.fullmatch(key)
    return next((part for part in match.groups() if part), "").lower() if match is not None else ""


_OF_PYTHON = re.compile(
    r"(?i)(?:tool\.ruff\.)?(?:lint\.)?((?:extend-)?(?:select|ignore))"
    r"|(?:tool\.)?(?:flake8|pycodestyle)\.((?:extend-)?(?:select|ignore))"
    r"|.*\b(?:messages? control|messages_control|tool\.pylint(?:\.[\w-]+)?)\.(disable)"
    r"|(?:tool\.)?mypy\.(disable_error_code|follow_imports)"
)


def _entries(one: Setting) -> list[str]:
    return [part for part in re.split(r"[,\s]+", one.value) if part] if _plain(one.key) else []


def _golangci(old: Sequence[Setting], new: Sequence[Setting]) -> Iterator[str]:
    """Give the linters that are off now, of those that find mistakes."""
    was, now = ({(one.key, one.value) for one in side} for side in (old, new))
    for key, value in sorted(now - was):
        if (key, value) == ("run.tests", "false") or (key == "linters.disable" and value in _OF_GO):
            yield f"{key} = {value}"
    enabled = [{value for key, value in side if key == "linters.enable"} for side in (was, now)]
    everything = bool(now & {("linters.enable-all", "true"), ("linters.default", "all")})
    if not everything and enabled[0] and not enabled[1] - enabled[0]:
        yield from (f"no {one}" for one in sorted(enabled[0] - enabled[1]) if one in _OF_GO)


_OF_GO = frozenset(
    ("errcheck", "govet", "staticcheck", "ineffassign", "unused", "typecheck", "gosimple", "gosec", "vet", "bodyclose")
)


def _typescript(old: Sequence[Setting], new: Sequence[Setting]) -> Iterator[str]:
    """Say whether the compiler of TypeScript checks nothing any more."""
    known = {(one.key, one.value) for one in old}
    yield from (
        "noCheck" for one in new if (one.last, one.value) == ("noCheck", "true") and (one.key, "true") not in known
    )


def _java(old: Sequence[Setting], new: Sequence[Setting]) -> Iterator[str]:
    """Give what Gradle says newly of failures of its checkers, and the checkers that Maven has no more."""
    known = {(one.key, one.value) for one in old}
    for one in new:
        block, _, name = one.key.rpartition(".")
        ignores = re.fullmatch(r"(?:is)?[iI]gnoreFailures", name.rpartition("/")[2]) and one.value == "true"
        there = any(two.key.startswith(f"{block}.") or two.key == one.key for two in old)
        if ignores and there and _CHECKERS_OF_GRADLE.search(f"{block} {name}") and (one.key, one.value) not in known:
            yield f"{one.key} = true"
    plugins = [{one.value for one in side if one.key.endswith(".plugin.artifactId")} for side in (old, new)]
    parents = [{one for one in side if one.key.startswith("project.parent.")} for side in (old, new)]
    if not plugins[1] - plugins[0] and parents[0] == parents[1]:
        yield from (f"no {one}" for one in sorted(plugins[0] - plugins[1]) if _CHECKERS_OF_MAVEN.fullmatch(one))


_CHECKERS_OF_GRADLE = re.compile(r"(?i)checkstyle|pmd|spotbugs|findbugs|detekt|ktlint|codenarc|jacoco")
_CHECKERS_OF_MAVEN = re.compile(
    r"(?:maven-)?(?:checkstyle|pmd|enforcer|surefire|failsafe)(?:-maven)?-plugin|(?:spotbugs|findbugs|jacoco)-maven-plugin"
)


def _tox(old: Sequence[Setting], new: Sequence[Setting]) -> Iterator[str]:
    """Give the environments of checks that tox runs no more unasked, and which are there still."""
    named = [[one.value for one in side if re.fullmatch(r"tox:?\w*\.env_?list", one.key)] for side in (old, new)]
    lists = [{part for value in values for part in re.split(r"[\s,]+", value)} for values in named]
    there = {match[1] for one in new if (match := re.match(r"testenv:([\w-]+)\.", one.key))}
    checks = re.compile(r"(?:lint|typing|types?|style|flake8|mypy|ruff|checks?)\w*")
    if not lists[1] - lists[0]:
        yield from (f"no {one}" for one in sorted(lists[0] - lists[1]) if one in there and checks.fullmatch(one))
    known = {(one.key, one.value) for one in old}
    for one in new:
        deaf = re.fullmatch(r"testenv:([\w-]+)\.ignore_outcome", one.key)
        if deaf and checks.fullmatch(deaf[1]) and one.value.lower() in _YES and (one.key, one.value) not in known:
            yield f"{one.key} = {one.value}"


_OF_ESLINT = r"(?:\.eslintrc(?:\.json|\.ya?ml)?|\.oxlintrc\.json|biome\.jsonc?|package\.json)"
_FOR_PYTHON = r"(?:pyproject\.toml|\.?ruff\.toml|\.flake8|setup\.cfg|tox\.ini|\.?pylintrc|\.?mypy\.ini)"
_KINDS: tuple[tuple[re.Pattern[str], Callable[[Sequence[Setting], Sequence[Setting]], Iterator[str]]], ...] = (
    (re.compile(rf"(?:^|/){_OF_ESLINT}$"), _eslint),
    (re.compile(rf"(?:^|/){_FOR_PYTHON}$"), _python),
    (re.compile(r"(?:^|/)tsconfig[\w.-]*\.json$"), _typescript),
    (re.compile(r"(?:^|/)(?:pom\.xml|[\w.-]+\.gradle(?:\.kts)?)$"), _java),
    (re.compile(r"(?:^|/)(?:tox\.ini|setup\.cfg)$"), _tox),
    (re.compile(r"(?:^|/)\.golangci\.(?:ya?ml|toml|json)$"), _golangci),
)  # fmt: skip

_COMMANDS = re.compile(
    r"(?:^|/)(?:(?:GNUm|[Mm])akefile|[^/]+\.mk|\.?[Jj]ustfile|[Tt]askfile\.ya?ml|package\.json|pom\.xml|[\w.-]+\.gradle(?:\.kts)?"
    r"|tox\.ini|noxfile\.py|pyproject\.toml|setup\.cfg|\.?pytest\.(?:ini|toml)|[\w-]+\.sh|\.cargo/config(?:\.toml)?)$"
)
"""Files of commands, or of what commands are always told."""


def _lines_less_strict(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give the lines that are there as they were, but without what made them strict, or that said nothing else."""
    lines = [[line.strip() for line in (text or "").splitlines()] for text in (edit.old, edit.new)]
    lost = [line for line in lines[0] if line not in lines[1] and not line.startswith(("#", "//", "<!--"))]
    gained = {_bare(line) for line in lines[1] if line not in lines[0]}
    unasked = {line: _bare(_LAX.sub(" ", line)) for line in lines[1] if line not in lines[0] and _LAX.search(line)}
    yield from (line for line, bare in unasked.items() if bare in map(_bare, lost))
    moved = {word for one in diff.edits for word in _words("\n".join(one.added))}
    for line in lost:
        words = _words(line) - moved
        if words and (_bare(line) in gained or _ONLY.fullmatch(STRICT.sub(" ", line))):
            yield f"no {', '.join(sorted(words))}"


_LAX = re.compile(r"\s(?:-vet=off|--quiet|--no-verify|-DfailIfNoTests=false)(?=\s|$|['\"])")
"""What has a command that says the same otherwise find less."""


def _words(text: str) -> set[str]:
    return {re.sub(r"\s+", "", match[0]) for match in STRICT.finditer(text)}


def _bare(line: str) -> str:
    return re.sub(r"[\s\"',\[\]]+", " ", STRICT.sub(" ", line)).strip(" -,")


_ONLY = re.compile(
    r"(?i)\W*(?:<(?:arg|compilerArg|arguments?|compilerArgument)>|</\w+>|\W"
    r"|options\.compilerArgs|compilerArgs|add|addopts|\.)*"
)
"""What stands around one argument alone."""
