"""What a finished run says: its exit, its report, its findings. Pure; never runs anything again.

Rules
1. Death by signal, exit 126 or 127, a timeout, too much output and a promised report that is missing or malformed are
   *trouble*: the run said nothing about the tree, and whether the tree is to blame is asked of the base.
2. Where a JUnit report was promised and written, `pass_rate` decides alone, but the task's own tests must pass.
3. A report in which no test ran is a FAIL, whatever the exit code.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from orchestrator.codec.junit import Case as JUnitCase
from orchestrator.codec.junit import JUnitReport, read_junit
from orchestrator.errors import InvalidInputError
from orchestrator.model.settings import CheckSettings
from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.verify.command import promises_report
from orchestrator.verify.said import find_said
from orchestrator.verify.sarif import read_sarif
from orchestrator.verify.testpaths import belongs, is_node

_EPSILON = 1e-9
_BESIDE = ".aibrain/"
_CANNOT_EXECUTE, _NOT_FOUND = 126, 127
_FULL_MESSAGES = 20
_LONG, _SHORT, _TAIL = 2000, 300, 3000
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Trouble(StrEnum):
    """How a run can fail to answer; the values complete "check NAME ..."."""

    NONE = ""
    SIGNAL = "died by a signal"
    CANNOT_RUN = "could not be started"
    TIMEOUT = "ran out of time"
    OUTPUT = "wrote too much"
    MEMORY = "took too much memory"
    PROCESSES = "started too many processes"
    NO_REPORT = "left no report"
    MALFORMED = "left a malformed report"
    LOST = "was lost"


_LIMITS = {"output": Trouble.OUTPUT, "memory": Trouble.MEMORY, "processes": Trouble.PROCESSES}


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """A finished run as it was seen from outside. Outputs are bounded; `report` is None if there is none."""

    code: int | None = None
    signal: int | None = None
    timeout: bool = False
    reason: str = ""
    stdout: str = ""
    stderr: str = ""
    report: bytes | None = None
    report_problem: str = ""
    witness: bytes | None = None
    seconds: float = 0.0
    root: str = ""
    """The checkout as the program saw it: absolute paths in reports start there."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a check says about a tree. `listed`: ids its structured report names; `own`: those of the task's tests.

    `passed`: entries of the task's `tests` of which at least one case ran and passed. `good`: ids of all that passed.
    """

    report: Verdict
    findings: tuple[Finding, ...] = ()
    structured: bool = False
    trouble: Trouble = Trouble.NONE
    listed: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    aside: tuple[Finding, ...] = ()
    """What else its report names, and nobody would be told: what weighs less than what made it a FAIL."""
    seconds: float = 0.0
    rerun: bool = False


Named: TypeAlias = Mapping[str, tuple[str, ...]]
"""The task's `tests` entries and the files each names."""


def read(check: CheckSettings, ran: Ran, named: Named) -> Answer:
    """Read what a run says."""
    return msgspec.structs.replace(_read(check, ran, named), seconds=ran.seconds)


def _read(check: CheckSettings, ran: Ran, named: Named) -> Answer:
    trouble = trouble_of(ran)
    if trouble:
        return _troubled(check, ran, trouble, _cause(check, ran, trouble))
    if check.protocol == "verdict":
        return _read_verdict(check, ran)
    if promises_report(check):
        return _read_report(check, ran, named)
    if check.format == "regex":
        return _weigh(check, ran, find_said(check.pattern, f"{ran.stdout}\n{ran.stderr}", ran.root))
    return _by_code(ran)


def trouble_of(ran: Ran) -> Trouble:
    """Say what kept a run from answering, by its end."""
    if ran.timeout:
        return Trouble.TIMEOUT
    if ran.reason in _LIMITS:
        return _LIMITS[ran.reason]
    if ran.reason.startswith("cannot start") or ran.code in {_CANNOT_EXECUTE, _NOT_FOUND}:
        return Trouble.CANNOT_RUN
    if ran.reason or (ran.signal is None and ran.code is None):
        return Trouble.LOST
    return Trouble.NONE if ran.signal is None else Trouble.SIGNAL


def _cause(check: CheckSettings, ran: Ran, trouble: Trouble) -> str:
    match trouble:
        case Trouble.TIMEOUT:
            return f"longer than {check.timeout_s:g} s; make it quicker or raise its `timeout`"
        case Trouble.SIGNAL:
            return f"signal {ran.signal}"
        case Trouble.CANNOT_RUN:
            known = ran.reason or f"exit code {ran.code}"
            return f"{known}; {check.command[0]} must be installed where checks run (`setup`, `share`, PATH)"
        case Trouble.OUTPUT:
            return f"more than {check.max_output} bytes; let it say less or raise its `max_output`"
        case Trouble.MEMORY:
            return f"more than {check.memory} bytes; let it use less or raise its `memory`"
        case Trouble.PROCESSES:
            return f"more than {check.processes} at a time; let it start fewer or raise its `processes`"
        case _:
            return ran.reason or "no exit status was recorded"


def _troubled(check: CheckSettings, ran: Ran, trouble: Trouble, cause: str) -> Answer:
    said = tail(ran)
    message = f"check {check.name} {trouble}: {cause}" + (f"\n{said}" if said else "")
    rule = f"check-{trouble.name.lower().replace('_', '-')}"
    finding = Finding(rule=rule, id=f"{rule}:{check.name}", message=message)
    return Answer(report=Verdict.FAIL, findings=(finding,), trouble=trouble)


def _by_code(ran: Ran) -> Answer:
    """Let the exit code decide; what a report that was asked for besides says of tests is only remembered."""
    if ran.code != 0:
        return Answer(report=Verdict.FAIL, findings=(_exit(ran),))
    try:
        told = tests_of(ran) if ran.report is not None else ()
    except InvalidInputError:
        told = ()
    return Answer(report=Verdict.PASS, good=tuple(case.id for case in told if case.outcome == "passed"))


def _exit(ran: Ran) -> Finding:
    said = tail(ran)
    return Finding(
        rule="exit-code",
        id=f"exit-code:{ran.code}",
        message=f"exit code {ran.code}" + (f"\n{said}" if said else ", without a word on stdout or stderr"),
    )


# -- one JSON line -------------------------------------------------------------------------------------------------


class _SaidFinding(msgspec.Struct):
    message: str
    path: str | None = None
    line: int | None = None
    rule: str | None = None
    severity: str | None = None
    id: str | None = None


class _Said(msgspec.Struct):
    verdict: Verdict
    findings: tuple[_SaidFinding, ...] = ()


def _read_verdict(check: CheckSettings, ran: Ran) -> Answer:
    lines = [line.strip() for line in ran.stdout.splitlines() if line.lstrip().startswith("{") and '"verdict"' in line]
    if not lines:
        return _troubled(check, ran, Trouble.NO_REPORT, "no JSON line with a verdict on stdout")
    try:
        said = msgspec.json.decode(lines[-1].encode(), type=_Said)
    except (msgspec.DecodeError, RecursionError) as error:
        return _troubled(check, ran, Trouble.MALFORMED, f"the last verdict line: {error}")
    findings = tuple(_identified(finding) for finding in said.findings)
    if said.verdict is Verdict.PASS and ran.code != 0:
        return Answer(report=Verdict.FAIL, findings=(_exit(ran),))
    if said.verdict is not Verdict.PASS and not findings:
        findings = (Finding(rule="said", id=f"said:{said.verdict}", message=f"said {said.verdict} and named nothing"),)
        return Answer(report=said.verdict, findings=findings)
    return Answer(
        report=said.verdict, findings=findings, structured=True, listed=tuple(finding.id for finding in findings)
    )


def _identified(said: _SaidFinding) -> Finding:
    path, rule, message = said.path or "", said.rule or "", plain(said.message)[:_LONG]
    return Finding(
        message=message,
        path=path,
        line=said.line or 0,
        rule=rule,
        severity=said.severity or "error",
        id=said.id or f"{rule}:{path}:{message}",
    )


# -- reports -------------------------------------------------------------------------------------------------------


def _read_report(check: CheckSettings, ran: Ran, named: Named) -> Answer:
    if ran.report is None:
        return _troubled(check, ran, Trouble.NO_REPORT, ran.report_problem or "it promised one at {report}")
    try:
        match check.format:
            case "sarif":
                return _weigh(check, ran, read_sarif(ran.report, ran.root))
            case "regex":
                return _weigh(check, ran, find_said(check.pattern, ran.report.decode("utf-8", "replace"), ran.root))
            case _:
                return _judge_tests(check, tests_of(ran), named)
    except InvalidInputError as error:
        return _troubled(check, ran, Trouble.MALFORMED, str(error))


def _weigh(check: CheckSettings, ran: Ran, findings: tuple[Finding, ...]) -> Answer:
    """Let `max` decide, else the exit code; of what was found, what made it a FAIL is told.

    What is shown of the project beside the tree is none of it: some tools look there too.
    """
    findings = tuple(finding for finding in findings if not finding.path.startswith(_BESIDE))
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if check.max:
        over = {level: limit for level, limit in check.max.items() if _count(findings, level) > limit}
        counted = tuple(finding for finding in findings if finding.severity in over)
        report = Verdict.FAIL if over else Verdict.PASS
    else:
        counted = errors or findings
        report = Verdict.PASS if ran.code == 0 else Verdict.FAIL
    if report is Verdict.FAIL and not counted:
        return Answer(report=report, findings=(_exit(ran),))
    kept = counted if report is Verdict.FAIL else findings
    aside = tuple(finding for finding in findings if finding not in kept) if len(kept) < len(findings) else ()
    listed = tuple(finding.id for finding in kept)
    return Answer(report=report, findings=kept, structured=True, listed=listed, aside=aside)


def _count(findings: tuple[Finding, ...], level: str) -> int:
    return sum(finding.severity == level for finding in findings)


def _judge_tests(check: CheckSettings, cases: tuple[JUnitCase, ...], named: Named) -> Answer:
    bad = tuple(case for case in cases if case.outcome in {"failed", "error"})
    good = sum(case.outcome == "passed" for case in cases)
    own = tuple(case for case in bad if any(_is_named(case, entry, paths) for entry, paths in named.items()))
    passed = tuple(entry for entry, paths in named.items() if _has_passed(cases, entry, paths))
    if "{tests}" in check.command and _is_blind(cases):
        passed = tuple(named) if good and not bad else ()
    if not good and not bad:
        return Answer(report=Verdict.FAIL, structured=True, findings=(_nothing_ran(len(cases)),))
    enough = good >= check.pass_rate * (good + len(bad)) - _EPSILON
    counted = own if enough and own else bad
    report = Verdict.PASS if enough and not own else Verdict.FAIL
    return Answer(
        report=report,
        findings=_failures(counted, "warning" if report is Verdict.PASS else "error"),
        structured=True,
        listed=tuple(case.id for case in bad),
        own=tuple(case.id for case in own),
        passed=passed,
        good=tuple(case.id for case in cases if case.outcome == "passed"),
    )


def failures(report: JUnitReport, root: str) -> tuple[Finding, ...]:
    """Give a report's tests that failed or could not run, paths relative to `root`."""
    cases = _relative(report.cases, root)
    return _failures(tuple(case for case in cases if case.outcome in {"failed", "error"}), "error")


def tests_of(ran: Ran) -> tuple[JUnitCase, ...]:
    """Give every test of a run's JUnit report, paths relative to the checkout. Raises InvalidInputError."""
    return _relative(read_junit(ran.report or b"").cases, ran.root)


def _relative(cases: tuple[JUnitCase, ...], root: str) -> tuple[JUnitCase, ...]:
    inside = root.rstrip("/") + "/"
    return tuple(
        msgspec.structs.replace(case, file=case.file.removeprefix(inside)) if case.file.startswith(inside) else case
        for case in cases
    )


def _is_named(case: JUnitCase, entry: str, paths: tuple[str, ...]) -> bool:
    return is_node(case, entry) and any(belongs(case, path) for path in paths)


def _has_passed(cases: tuple[JUnitCase, ...], entry: str, paths: tuple[str, ...]) -> bool:
    return any(case.outcome == "passed" and _is_named(case, entry, paths) for case in cases)


def _is_blind(cases: tuple[JUnitCase, ...]) -> bool:
    """Say whether the report names no place at all, as some runners' do: then what was asked for is what ran."""
    return not any(
        case.file or {"/", ".", "::"} & {*case.classname, "::" if "::" in case.name else ""} for case in cases
    )


def _nothing_ran(skipped: int) -> Finding:
    why = f"all {skipped} tests were skipped" if skipped else "the report holds no test"
    return Finding(rule="no-test-ran", id="no-test-ran", message=f"no test ran: {why}; what is not run proves nothing")


def _failures(cases: tuple[JUnitCase, ...], severity: str) -> tuple[Finding, ...]:
    limit = _LONG if len(cases) <= _FULL_MESSAGES else _SHORT
    return tuple(
        Finding(
            path=case.file,
            line=case.line,
            rule=f"test-{case.outcome}",
            severity=severity,
            id=case.id,
            message=f"{case.id}: {plain(case.message)[:limit] or case.outcome}",
        )
        for case in cases
    )


# -- text ----------------------------------------------------------------------------------------------------------


def tail(ran: Ran) -> str:
    """Give the end of what a run said, for a person or the next prompt."""
    said = [plain(text).strip() for text in (ran.stdout, ran.stderr)]
    each = _TAIL // max(1, sum(bool(text) for text in said))
    return "\n".join(text[-each:] for text in said if text)


def printable(text: str) -> str:
    """Make a name from the file system fit for JSON: bytes that are no UTF-8 are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def plain(text: str) -> str:
    """Take terminal escapes and control characters out."""
    return _ESCAPES.sub("", text)
