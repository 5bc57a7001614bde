"""Honest rules for tests that do as they did and ask less: fewer rounds, wide tolerances, another try. Runs none."""

import re
from collections.abc import Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found, fresh_lines
from orchestrator.verify.readers.trials import STRICT, Assertion, Trial
from orchestrator.verify.rules.sides import sides
from orchestrator.verify.rules.testing import HOW
from orchestrator.verify.testpaths import is_test_file


def test_eased(diff: Diff) -> Iterable[Finding]:
    """Find tests that go fewer rounds, accept what is only near or one of several, or catch what fails in them."""
    slow, near = (sign.search(diff.message) is not None for sign in (_SLOW, _NEAR))
    for side in sides(diff):
        for name, before, after in side.kept():
            if before.body == after.body or before.unconditional:
                continue
            why = "" if slow else _fewer_rounds(before, after)
            why = why or ("" if near else _near(before, after))
            why = why or (_caught(before, after) if side.path.endswith(".rs") else "")
            if why:
                yield _found(side.path, f"{name} {why}", after.line, name)
    for edit in () if slow else diff.judged():
        for line, said in _counts_lowered(edit) if edit.old and edit.new and is_test_file(edit.path) else ():
            yield _found(edit.path, f"`{said}` has tests go far fewer rounds", line, said)


def tried_again(diff: Diff) -> Iterable[Finding]:
    """Find tests that stood there and are now tried again until they pass."""
    for edit in () if _UNSTEADY.search(diff.message) else diff.judged():
        marks = _MARKS if is_test_file(edit.path) else _SETTINGS if _TOLD.search(edit.path) else None
        if marks is None or not edit.old or not edit.new:
            continue
        if len(marks.findall(edit.new)) <= len(marks.findall(edit.old)):
            continue
        for line, match in fresh_lines(edit.old, edit.new, marks):
            if not _is_of_new_test(edit, line):
                said = f"`{match[0].strip()}` has tests run again until they pass"
                yield _found(edit.path, said, line, match[0].strip())


def matchers_patched(diff: Diff) -> Iterable[Finding]:
    """Find what a framework asserts by, put aside for something of the test's own."""
    for edit in diff.edits:
        if edit.new is None or not re.search(r"\.[cm]?[jt]sx?$", edit.path) or not is_test_file(edit.path):
            continue
        for line, match in fresh_lines(edit.old or "", edit.new, _PATCHED):
            said = f"`{match[0].strip()}` puts something else in the place of what the framework asserts by"
            yield _found(edit.path, said, line, match[0].strip())


def _found(path: str, said: str, line: int, about: str) -> Finding:
    told = f"{said}: what it proved before it no longer proves; let it ask what it asked {HOW}"
    return found("test-weakened", path, told, line=line, about=about)


_SLOW = re.compile(
    r"(?i)\b(?:slow\w*|time-?outs?|timed? out|timing out|speed\W?up|faster|quick\w*|miri|valgrind|memory|oom|reduc\w*"
    r"|fewer|shorten\w*|shrink\w*|lower\w*|smaller|decreas\w*|iterations?|rounds?|loops?|cut down|run ?time|ci time)\b"
)
"""What a person says of tests that take too long."""
_N = r"(\d[\d_]*)(?:[ui](?:8|16|32|64|128|size)|L|n)?"
_ROUNDS = re.compile(
    rf"\b[\w$.]+ <=? {_N} ;|\.\.=? ?{_N}\b|\brange (?:int \( )?{_N} (?:\) )?\{{"
    rf"|\b(?:range|rangeClosed) \( (?:\d+ , )?{_N} \)"
    rf"|Name\('x?range', \), \[(?:Constant\(\d+, \), )?Constant\({_N}, \), \]"
    rf"|\b(?:repeat|times|take|limit|Array|with_cases) \( {_N} [,)]|\blength : {_N} \}}|; {_N} \]|, {_N} \) ; for\b"
)
"""How often something is done in a test, or how much is made for it."""
_MUCH = 4
"""How many times less is far less."""


def _fewer_rounds(before: Trial, after: Trial) -> str:
    """Say whether a test is as it was, but for how often it does it, or of how much."""
    if not before.asserts or _but_rounds(before.body) != _but_rounds(after.body):
        return ""
    for was, now in zip(_rounds(before.body), _rounds(after.body), strict=True):
        if now * _MUCH <= was:
            return f"goes {now} rounds where it went {was}"
    return ""


def _but_rounds(body: str) -> str:
    return _ROUNDS.sub(lambda match: re.sub(r"\d[\d_]*(?!.*\d)", "N", match[0]), body)


def _rounds(body: str) -> list[int]:
    numbers = (next(one for one in match.groups() if one) for match in _ROUNDS.finditer(body))
    return [int(one.replace("_", "")) for one in numbers]


_COUNT = re.compile(
    r"(?i)^\s*(?:(?:pub|const|static|final|private|public|let|var|int|long)\s+)*"
    r"(\w*(?:rounds|iterations|iters?|repeats?|repetitions|loops|trials|samples|runs|attempts|workers|goroutines|threads))"
    r"\s*(?::\s*\w+\s*|\s+int\s*)?:?=\s*(\d[\d_]*)\b"
    r"|(max_examples|numRuns|MaxCount|with_cases|RepeatedTest|num_runs)\s*[=:(]\s*(\d[\d_]*)\b"
)


def _counts_lowered(edit: Edit) -> Iterator[tuple[int, str]]:
    """Give the lines that say how often tests do something, and say far less than the base did of the same."""
    was: dict[str, list[int]] = {}
    for line in (edit.old or "").splitlines():
        if match := _COUNT.search(line):
            was.setdefault(match[1] or match[3], []).append(int((match[2] or match[4]).replace("_", "")))
    for at, said in fresh_lines(edit.old or "", edit.new or "", _COUNT):
        before = was.get(said[1] or said[3], [])
        if len(before) == 1 and int((said[2] or said[4]).replace("_", "")) * _MUCH <= before[0]:
            yield at, said[0].strip()


_NEAR = re.compile(
    r"(?i)\b(?:float\w*|precis\w*|round(?:ing|ed)?|toleran\w*|approx\w*|epsilon|inexact|platform|flak\w*|unstable"
    r"|intermittent\w*|timing|jitter|either|several|accept(?:s|ed|ing)?|allow(?:s|ed|ing)?|relax\w*|loosen\w*|racy?)\b"
)
"""What a person says of results that are not the same every time."""
_TOLERANT = re.compile(
    r"(?i)\b(?:math \. )?f?abs(?:_diff)?\b|\bName\('abs'|\bapprox\b|isclose|almost_?equal|toBeCloseTo|closeTo\b"
    r"|approximately|InDelta|InEpsilon|WithinDuration|relative_eq|abs_diff_eq|isCloseTo|\bwithin\b"
)
_WHOLE = re.compile(r"Constant\(-?\d+, \)|-? ?\d[\d_]*(?:[ui](?:8|16|32|64|size)|L)?")
_FRACTION = re.compile(r"Constant\(-?\d+\.\d+, \)|-? ?\d+ ?\. ?\d+(?:f32|f64|[fFdD])?")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?")
_WIDE = 0.1


def _near(before: Trial, after: Trial) -> str:
    """Say what of a test that wanted one value lets it be near that, or one of several, or in a range."""
    kept = {one.dump for one in after.asserts}
    known = {one.dump for one in before.asserts}
    lost = [one for one in before.asserts if one.dump not in kept and one.strength == STRICT]
    fresh = [one for one in after.asserts if one.dump not in known]
    for one in lost if after.assertions <= before.assertions else ():
        for other in fresh:
            why = _is_near(one, other)
            if why:
                return why
    status = [match[1] for one in lost if (match := _STATUS.fullmatch(one.dump))]
    for match in _LISTED.finditer(after.body) if status else ():
        listed = set(re.findall(r"\b\d{3}\b", match[0]))
        if match[0] not in before.body and len(listed) > 1 and listed & {*status}:
            return f"takes any of {', '.join(sorted(listed))} where it wanted one"
    if status and _RANGE.search(after.body) and not _RANGE.search(before.body):
        return "takes a range of answers where it wanted one"
    return ""


_STATUS = re.compile(r"expect \( (\d{3}) \)")
_LISTED = re.compile(r"\[ \d{3}(?: , \d{3})+ \] \. includes \( [\w. ]*status\w* \)")
_RANGE = re.compile(r"\bstatus(?:Code)? (?:[<>]=?) \d{3}")


def _is_near(one: Assertion, other: Assertion) -> str:
    if _is_wider(one, other):
        return "lets what it compares be far wider of it"
    wanted = [side for side in one.sides if _WHOLE.fullmatch(side) or _FRACTION.fullmatch(side)]
    about = [side for side in one.sides if side not in wanted]
    if len(one.sides) != _COMPARED or not all(_has(other.dump, side) for side in one.sides):
        return ""
    if _TOLERANT.search(other.dump) and not _TOLERANT.search(one.dump):
        numbers = [float(number) for number in _NUMBER.findall(other.dump)]
        for number in (float(number) for number in _NUMBER.findall(one.dump)):
            if number in numbers:
                numbers.remove(number)
        digits = re.search(r"(?i)toBeCloseTo|almost_?equal", other.dump) is not None
        wide = any(number <= 1 if digits else number >= _WIDE for number in numbers)
        if (wanted and _WHOLE.fullmatch(wanted[0])) or wide:
            return "takes what is only near where it wanted one value"
    if wanted and about and _ONE_OF.search(other.dump) and not _ONE_OF.search(one.dump):
        return "takes any of several values where it wanted one"
    return ""


def _is_wider(one: Assertion, other: Assertion) -> bool:
    """Say whether the last number of an assertion is a tolerance, and was far smaller, or was not there."""
    match = _DELTA.fullmatch(other.dump)
    if match is None or not (_TOLERANT.search(other.dump) or _EQUALS.match(other.dump)):
        return False
    number = float(match[2].replace(" ", ""))
    digits = re.search(r"(?i)toBeCloseTo|almost_?equal", other.dump) is not None
    if _EQUALS.match(other.dump) and one.dump == f"{match[1].rstrip(' ,')} )":
        return number >= _WIDE
    was = _DELTA.fullmatch(one.dump)
    if was is None or was[1] != match[1] or was[3] != match[3] or not _COMMA.search(match[1]):
        return False
    before = float(was[2].replace(" ", ""))
    return number <= 1 < before if digits else number >= max(_TEN * before, _LEAST)


_DELTA = re.compile(r"(.*?)((?<![\w.])\d+(?: ?\. ?\d+)?(?:e-?\d+)?)([dDfF]?[ ,)\]]*)", re.DOTALL)
_EQUALS = re.compile(r"(?:\w+ \. )?assertEquals \(")
_COMMA = re.compile(r",.*,|<|toBeCloseTo.*,", re.DOTALL)
_TEN, _LEAST = 10, 1e-6
_ONE_OF = re.compile(r"\[ [^\[\]]+ , [^\[\]]+ \] \) \. (?:toContain|toInclude|to \. include)|\boneOf\b|isOneOf|isIn\b")
_COMPARED = 2


def _has(dump: str, side: str) -> bool:
    bare = re.sub(r"[() ]", "", side)
    return side in dump or (len(bare) > 0 and bare in re.sub(r"[() ]", "", dump))


_CATCHES = re.compile(r"\bcatch_unwind \(")


def _caught(before: Trial, after: Trial) -> str:
    """Say whether a test of Rust catches what fails in it, as it did not, and nobody hears of that."""
    body = after.body
    if len(_CATCHES.findall(body)) <= len(_CATCHES.findall(before.body)) or not before.asserts:
        return ""
    for match in _CATCHES.finditer(body):
        end = _closed(body, match.end())
        inner, tail = body[match.end() : end], body[end:]
        lead = re.split(r"[;{}]", body[: match.start()])[-1]
        name = re.search(r"\blet (?:mut )?(\w+)", lead)
        if "assert" not in inner or "assert" in lead or _HEARD.match(tail) or _PANICS.search(tail):
            continue
        if name is None or name[1] == "_" or not _is_asked(name[1], tail):
            return "catches what fails in it, and tells nobody"
    return ""


_HEARD = re.compile(r"\s*(?:\. (?:map_err|expect|unwrap|unwrap_err|expect_err)\b|\?|\}\s*$|$)(?!_or)")
_PANICS = re.compile(r"resume_unwind|\b(?:panic|unreachable|todo) !|\bexit \(")


def _is_asked(name: str, tail: str) -> bool:
    """Say whether something fails where what was caught is an error."""
    demands = rf"\b{name} (?:\. (?:as_ref \( \) \. )?(?:unwrap|expect|unwrap_err|expect_err) |\?|\}}\s*$)"
    handed = rf"\b(?!drop\b|println\b|eprintln\b|print\b|dbg\b|if\b|match\b|Ok\b|Err\b)\w+ !? ?\( [^;{{}}]*\b{name}\b"
    return re.search(f"{demands}|{handed}|\\breturn {name}\\b", tail) is not None


def _closed(text: str, at: int) -> int:
    """Give where what was opened before a place is closed."""
    depth = 1
    for number in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[number], 0)
        if not depth:
            return number + 1
    return len(text)


_UNSTEADY = re.compile(
    r"(?i)\b(?:flak\w*|retr(?:y|ies|ied|ying)\w*|re-?runs?|unstable|intermittent\w*|unreliable|racy?)\b"
)
_MARKS = re.compile(
    r"\bthis\.retries\(\s*[1-9]\d*\s*\)|\b(?:jest|vi)\.retryTimes\(\s*[1-9]|\.configure\(\{[^}]*\bretries:\s*[1-9]"
    r"|\b(?:it|test|describe)\b.*\{[^}]*\b(?:retry|retries|repeats):\s*[1-9]|\bdescribe\b.*\.retries\(\s*[1-9]"
    r"|^\s*\}?\)\.retries\(\s*[1-9]|^\s*@(?:pytest\.mark\.flaky|flaky|flaky\.flaky)\b.*|^\s*pytestmark\s*=.*\bflaky\b.*"
    r"|^\s*@(?:retry|tenacity\.retry|retrying|backoff\.\w+)\b.*"
    r"|^\s*@(?:RetryingTest|RepeatedIfExceptionsTest|Retry|RetryTest|RetryOnFailure|Flaky)\b.*|\bretryAnalyzer\s*="
    r"|@Rule\b.*\bRetry\w*\(|#\[(?:flaky_test|retry)\b[^\]]*\]",
    re.MULTILINE,
)
_TOLD = re.compile(
    r"(?:^|/)(?:pytest\.ini|pyproject\.toml|setup\.cfg|tox\.ini|pom\.xml|[\w.-]+\.gradle(?:\.kts)?|nextest\.toml"
    r"|\.mocharc[^/]*|package\.json|(?:jest|vitest|playwright|cypress)\.config[^/]*|(?:GNUm|[Mm])akefile|[Jj]ustfile"
    r"|\.github/workflows/[^/]+)$"
)
_SETTINGS = re.compile(
    r"--reruns[= ]\s*[1-9]\d*|(?:^|[\s<.])rerunFailingTestsCount>\s*[1-9]|-Dsurefire\.rerunFailingTestsCount=[1-9]"
    r"|\bmaxRetries(?:\.set\(|\s*=)\s*[1-9]|^\s*[\"']?reruns[\"']?\s*[:=]\s*[1-9]|--rerun-fails(?:=[1-9]\d*)?\b"
    r"|\b(?:mocha|vitest|playwright|nextest|jest)\b.*--retr(?:y|ies)[= ][1-9]"
    r"|^\s*[\"']?retr(?:y|ies)[\"']?\s*[:=]\s*[1-9]",
    re.MULTILINE,
)


def _is_of_new_test(edit: Edit, line: int) -> bool:
    """Say whether what a mark stands at is a test that was not there: who writes one says how it is run."""
    rows = (edit.new or "").splitlines()
    for row in [*rows[line - 1 : line + 4], *reversed(rows[max(0, line - 6) : line - 1])]:
        match = re.search(r"\bdef (test\w*)|\b(?:it|test|describe)(?:\.\w+)*\((.+?),|\bvoid (\w+)\(|\bfn (\w+)", row)
        if match is not None:
            return next(one for one in match.groups() if one) not in (edit.old or "")
    return False


_PATCHED = re.compile(
    r"\bexpect\.extend\(\{.*?\b(?:toBe|toEqual|toStrictEqual|toThrow|toBeTruthy|toBeFalsy|toContain|toMatch\w*|toHave\w+)\b"
    r"\s*(?:[:(]|\basync\b)"
    r"|\bAssertion\.(?:overwriteMethod|overwriteProperty|overwriteChainableMethod)\("
    r"|\b(?:jest|vi|sinon)\.(?:spyOn|stub)\((?:expect|assert|chai)\b"
)
