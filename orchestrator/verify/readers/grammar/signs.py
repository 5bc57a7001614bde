"""Places in code of other languages than Python that give away a trick. Looks at tokens, never at comments."""

import re
from collections.abc import Mapping
from functools import lru_cache

from orchestrator.verify.readers.grammar.between import MENTIONS as BETWEEN
from orchestrator.verify.readers.grammar.between import hands_on_nothing
from orchestrator.verify.readers.grammar.ending import MENTIONS, ends_well
from orchestrator.verify.readers.grammar.looking import LOOKS, looks_for_tests
from orchestrator.verify.readers.grammar.source import line_of, read
from orchestrator.verify.readers.grammar.tables import Table
from orchestrator.verify.readers.judges import OF_JS, names_of_js

_DETECTS = {
    "js": re.compile(
        r"process\.env(?:\.|\[['\"])(?:JEST_WORKER_ID|VITEST(?:_WORKER_ID|_POOL_ID|_MODE)?\b|NODE_TEST_CONTEXT|MOCHA\w*|PLAYWRIGHT_TEST\w*|TEST_WORKER_INDEX)"
        r"|process\.env(?:\.NODE_ENV|\[['\"]NODE_ENV['\"]\])\s*[!=]==?\s*['\"]test['\"]"
        r"|['\"]test['\"]\s*[!=]==?\s*process\.env\.NODE_ENV"
        r"|typeof\s+(?:jest|vi|vitest|describe|it|expect|mocha)\b|globalThis\.(?:jest|vi|(?:describe|expect)(?!\s*=[^=])|__vitest_(?:worker|environment|index)__)"
        r"|\b__vitest_(?:worker|environment|index)__|process\.env\.npm_lifecycle_event\s*[!=]==?\s*['\"]test"
        r"|process\.argv[^;\n]*['\"][^'\"\n]*(?:jest|vitest|mocha|ava)\b"
        r"|\.stack\b[^;\n]*(?:jest|vitest|mocha|\.test\.|\.spec\.)"
    ),
    "go": re.compile(
        r"\btesting\.Testing\(\)|flag\.Lookup\(\"test\.|os\.Args\[0\][^\n]*\.test\b|os\.Args[^\n]*\"-test\."
        r"|strings\.(?:HasSuffix|Contains)\(os\.Args\[0\],\s*\"[^\"]*test"
    ),
    "rust": re.compile(r"\bcfg!\(\s*(?:not\(\s*)?test\b|env::args\(\)[^;\n]*test|current_exe\(\)[^;\n]*deps"),
    "java": re.compile(
        r"getStackTrace\(\)[^;]*(?i:junit|testng|surefire|test)|Class\.forName\(\s*\"(?:org\.junit|junit|org\.testng)[^\"]*"
        r"|System\.getProperty\(\s*\"(?:surefire|java\.class\.path|sun\.java\.command)[^;\n]*(?i:junit|surefire|test)"
    ),
}
_EQUAL = {
    "js": re.compile(
        r"\bequals\s*\([^)]*\)\s*(?::\s*boolean\s*)?\{\s*return\s+true\s*;?\s*\}"
        r"|\b(?:asymmetricMatch|equals)\s*[:=]\s*(?:(?:async\s+)?function\s*\w*\s*)?(?:\([^)]*\)|_\w*)\s*(?:=>\s*)?"
        r"(?:true\b|!0|\(true\)|\{\s*return\s+(?:true|!0)\s*;?\s*\})|\basymmetricMatch\s*\([^)]*\)\s*\{\s*return\s+(?:true|!0)"
    ),
    "go": re.compile(r"\bfunc\s*\([^)]*\)\s*Equals?\([^)]*\)\s*bool\s*\{\s*return\s+true\s*\}"),
    "rust": re.compile(r"\bfn\s+eq\s*\([^)]*\)\s*->\s*bool\s*\{\s*(?:return\s+)?true\s*;?\s*\}"),
    "java": re.compile(r"\bboolean\s+equals\s*\([^,)]*\)\s*\{\s*return\s+true\s*;\s*\}"),
}
_LEAVES = {
    "js": re.compile(r"\bprocess\.(?:exit|reallyExit)\(\s*0?\s*\)|\bprocess\.abort\(\)"),
    "go": re.compile(r"\b(?:os|syscall)\.Exit\(\s*0\s*\)"),
    "rust": re.compile(r"\b(?:process|libc)::_?exit\(\s*0\s*\)"),
    "java": re.compile(r"\bSystem\.exit\(\s*0\s*\)|\.halt\(\s*0\s*\)"),
}
_FLIPS = {
    "js": re.compile(
        r"\bObject\.is\s*=(?!=)|process\.exitCode\s*=\s*0|\b(?:globalThis|global|window)\.(?:expect|it|test|describe)\s*=(?!=)"
        r"|\b(?:expect|assert)\.\w+\s*=\s*(?:\([^)]*\)|\w+)\s*=>\s*(?:\{\s*\}|true|undefined|null)"
    ),
    "go": re.compile(
        r"\bt\s*:?=\s*(?:&testing\.T\{|new\(testing\.T\))|\b(?:assert|require)\s*:?=(?!\s*(?:\w+\.)?New\b|=)"
    ),
    "rust": re.compile(r"macro_rules!\s*(?:debug_)?assert(?:_eq|_ne)?\b(?!_)"),
    "java": re.compile(
        r"\bhandle(?:Test|Before|After)\w*Exception\([^)]*\)\s*(?:throws[^{]*)?\{(?:(?!\bthrow\b)[^{}])*\}"
        r"|\.(?:evaluate|proceed|runTestMethod)\([^()]*\);(?:(?!\bcatch\b)[^{}])*\}\s*catch\s*\("
        r"(?:final\s+)?(?:Throwable|AssertionError|Exception|Error)\b[^)]*\)\s*\{(?:(?!\bthrow\b|=)[^{}])*\}"
        r"|\bsetStatus\(\s*(?:ITestResult\.)?(?:SUCCESS|SKIP)\b"
    ),
}
_JUDGES_OF_JS = (
    r"|\.state\s*=\s*['\"]pass(?:ed)?['\"]|\bnumFailed\w+\s*=\s*0|\b(?:Runner|Test|Runnable)\.prototype\.(?:fail|run|error)\s*="
    r"|\b(?:test|task|result)\.errors(?:\.length\s*=\s*0|\s*=\s*(?:\[\s*\]|undefined|null))"
)
"""What a test came to, settled by what its runner tells of it."""
_IN_TESTS = {
    **_FLIPS,
    "js": re.compile(
        r"^\s*(?:const|let|var)\s+(?:expect|assert|it|test|describe)\s*=\s*(?:new Proxy|(?:async\s*)?\(\s*\)\s*=>"
        r"|function\s*\(\s*\))"
        r"|^\s*(?:async\s+)?function\s+(?:expect|assert|it|test|describe)\s*\(\s*\)|"
        + _FLIPS["js"].pattern
        + _JUDGES_OF_JS,
        re.MULTILINE,
    ),
    "go": re.compile(
        _FLIPS["go"].pattern
        + r"|FieldByName\(\"(?:failed|ran|skipped)\"\)|\bflag\.(?:CommandLine\.)?Set\(\s*\"test\.(?:run|skip|list)\""
        r"|\bflag\.(?:CommandLine\.)?Set\(\s*\"test\.count\",\s*\"0\"|Lookup\(\"test\.(?:run|skip|list)\"\)\.Value\.Set\("
        r"|\bos\.Args\s*=(?!=)"
    ),
}
"""What a test must not do besides: a judge of its own that is given nothing, or answers anything."""
_AT_ONCE = {
    "js": re.compile(r"^process\.(?:exit|reallyExit|abort)\(\s*0?\s*\)", re.MULTILINE),
    "go": re.compile(r"^func init\(\)\s*\{[^}]*\bos\.Exit\(", re.MULTILINE),
    "rust": re.compile(r"(?!)"),
    "java": re.compile(r"\bstatic\s*\{[^}]*\bSystem\.exit\("),
}
_PATTERNS = {
    ("detects-tests", False): _DETECTS,
    ("always-equal", False): _EQUAL,
    ("leaves-early", True): _LEAVES,
    ("leaves-early", False): _AT_ONCE,
    ("flips-outcomes", True): _IN_TESTS,
    ("flips-outcomes", False): _FLIPS,
}


@lru_cache(maxsize=512)
def signs(text: str, rule: str, testing: bool, table: Table) -> tuple[tuple[int, str], ...]:  # noqa: FBT001 - a key
    """Give the places a rule is about, in a test file or another."""
    patterns = _PATTERNS.get((rule, testing))
    ends = _ends(text, table, testing) if rule == "leaves-early" and MENTIONS.search(text) else ()
    looked = _looked(text, table) if (rule, testing) == ("detects-tests", False) else ()
    if rule == "agreeing":
        return _agreeing(text, table)
    between = _between(text, table) if rule == "flips-outcomes" and table.family == "java" else ()
    return (*ends, *between, *looked, *_matched(text, patterns, table))


_OWNERS = re.compile(r"\bimpl\b[^{;]*\bfor\s+(\w+)|\b(?:class|struct|record)\s+(\w+)|\bfunc\s*\(\s*(?:\w+\s+)?\*?(\w+)")
_MATCHER = re.compile(r"\b(?:asymmetricMatch|test|matches)\s*\([^)]*\)\s*\{\s*return\s+(?:true|!0)\s*;?\s*\}")


def _agreeing(text: str, table: Table) -> tuple[tuple[int, str], ...]:
    """Give the types of a file whose values are equal to whatever they are compared with."""
    patterns = (_EQUAL[table.family], *([_MATCHER] if table.family in {"js", "java"} else ()))
    source = read(text, table) if any(one.search(text) for one in patterns) else None
    code = source.code if source is not None else ""
    found: list[tuple[int, str]] = []
    for match in (one for pattern in patterns for one in pattern.finditer(code)):
        owners = [*_OWNERS.finditer(code, 0, match.end())]
        if owners:
            name = next((one for one in owners[-1].groups() if one), "")
            found.append((code.count("\n", 0, match.start()) + 1, name))
    return tuple(found)


def _between(text: str, table: Table) -> tuple[tuple[int, str], ...]:
    """Give what stands between Java's runners and a test, and hands on nothing."""
    source = read(text, table) if BETWEEN.search(text) else None
    found = hands_on_nothing(source) if source is not None else ()
    return tuple((line_of(node), said) for node, said in found)


def _looked(text: str, table: Table) -> tuple[tuple[int, str], ...]:
    """Give what looks for tests in what tells a program of itself."""
    source = read(text, table) if LOOKS[table.family].search(text) else None
    found = looks_for_tests(source) if source is not None else ()
    return tuple((line_of(node), said) for node, said in found)


def _ends(text: str, table: Table, testing: bool) -> tuple[tuple[int, str], ...]:  # noqa: FBT001 - as asked
    """Give the places that settle how the process ends."""
    source = read(text, table)
    found = ends_well(source, testing=testing) if source is not None else ()
    return tuple((line_of(node), said) for node, said in found)


def _matched(text: str, patterns: Mapping[str, re.Pattern[str]] | None, table: Table) -> tuple[tuple[int, str], ...]:
    """Give the places that look like what a rule is about."""
    twins = patterns is _DETECTS and table.family == "rust" and _NOT_FOR_TESTS.search(text) is not None
    emptied = patterns in (_FLIPS, _IN_TESTS) and table.family == "js" and _MAY_EMPTY.search(text) is not None
    if patterns is None or not (twins or emptied or patterns[table.family].search(text)):
        return ()
    source = read(text, table)
    code = source.code if source is not None else ""
    found = [*patterns[table.family].finditer(code), *(_twins(code) if twins else ())]
    if patterns in (_FLIPS, _IN_TESTS) and table.family == "js":
        found += _emptied(code)
    if patterns is _IN_TESTS and table.family == "js":
        found = [match for match in found if _is_runners(code, match[0])]
    if patterns is _IN_TESTS and table.family == "go" and not _chooses(code):
        found = [match for match in found if not match[0].startswith("os.Args")]
    if patterns is _LEAVES and table.family == "go":
        found = [match for match in found if not _is_another_process(code, match.start())]
    if patterns is _LEAVES and table.family == "js" and _is_thread(code):
        found = [match for match in found if not code[: match.start()].rpartition("\n")[2]]
    return tuple((code.count("\n", 0, match.start()) + 1, " ".join(match[0].split())) for match in found)


_HOLLOW = (
    r"(?:(?:async\s*)?(?:\([^()]*\)|\w+)\s*=>\s*(?:\{\s*\}|true\b|undefined\b|null\b|void 0|\(\{\s*\}\))"
    r"|function\s*\w*\s*\([^()]*\)\s*\{\s*(?:return\s*(?:true|this)?\s*;?)?\s*\}|noop\b)"
)
_MADE_HOLLOW = re.compile(rf"(?P<whose>[\w$]+)(?:\.[\w$]+)*(?:\.[\w$]+|\[[^\]\n]+\])\s*=\s*{_HOLLOW}")


_LOADS = re.compile(r"\b(?:Module|module\.constructor)\.(?:_load|_resolveFilename|prototype\.require)\s*=(?!=)")
_MAY_EMPTY = re.compile(rf"{_LOADS.pattern}|{_MADE_HOLLOW.pattern}")
_TEXT = re.compile(r"""['"]([\w@:/.-]+)['"]""")


def _emptied(code: str) -> list[re.Match[str]]:
    """Give where a part of what judges is made to do nothing, by its name or by each of its names."""
    if _LOADS.search(code) and any(OF_JS.fullmatch(text) for text in _TEXT.findall(code)):
        return [*_LOADS.finditer(code)]
    names = names_of_js(code)
    return [match for match in _MADE_HOLLOW.finditer(code) if match["whose"] in names]


def _chooses(code: str) -> bool:
    """Say whether code of Go names an option by which tests are chosen, and not for a program that it starts."""
    return any(_CHOOSES.search(line) and "exec.Command" not in line for line in code.splitlines())


_CHOOSES = re.compile(r"\"-{1,2}test\.(?:run|skip|list|count=0)")
_OWN = re.compile(r"(?:function|const|let|var)\s+(it|test|describe)\b")


def _is_runners(code: str, text: str) -> bool:
    """Say whether a function takes the place of the runner's: then it is given a name and a body somewhere."""
    own = _OWN.search(text)
    return own is None or re.search(rf"\b{own[1]}(?:\.\w+)?\(\s*['\"`]", code) is not None


def _is_thread(code: str) -> bool:
    """Say whether a file is what a thread of Node runs, and no test: there `process.exit` ends the thread alone."""
    asks = re.search(r"['\"](?:node:)?worker_threads['\"]", code) and re.search(r"\bparentPort\.\w+\(", code)
    return bool(asks) and _HAS_TESTS.search(code) is None


_HAS_TESTS = re.compile(r"(?m)^\s*(?:await )?(?:test|it|describe|suite|t)(?:\.\w+)*\(")
_OTHERWISE = re.compile(
    r"\bif\s+os\.Getenv\(|\bswitch\s+(?:[^{]*os\.Args|os\.Getenv\()|\bif\b[^{\n]*os\.(?:Getenv\(|Args)"
)


def _is_another_process(code: str, at: int) -> bool:
    """Say whether what ends there is a program that a test starts anew: itself, told so by its surroundings."""
    function = code[code.rfind("\nfunc ", 0, at) : at]
    asked = _OTHERWISE.search(function)
    worked = re.search(r"\w\(", function[asked.end() :].partition("{")[2]) if asked is not None else None
    return worked is not None


_FN = r"(?:\s*#\[[^\]]*\])*\s*(?:pub(?:\([^)]*\))?\s+)?(?:(?:const|unsafe|async|extern\s+\"\w+\")\s+)*fn\s+(\w+)"
_FOR_TESTS = re.compile(r"#\[cfg\(test\)\]" + _FN)
_NOT_FOR_TESTS = re.compile(r"#\[cfg\(not\(test\)\)\]" + _FN)


def _twins(code: str) -> list[re.Match[str]]:
    """Give the functions of Rust in whose place tests call another of the same name."""
    for_tests = {match[1] for match in _FOR_TESTS.finditer(code)}
    return [match for match in _NOT_FOR_TESTS.finditer(code) if match[1] in for_tests]
