"""A judgement in other tools' languages: SARIF for editors and code hosts, JUnit for CI. Never read back."""

from pathlib import PurePosixPath
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from orchestrator.model.verdicts import Finding, Judgement, Report, Verdict

_ROOT = "%SRCROOT%"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(judgement: Judgement) -> dict[str, object]:
    """Give the judgement as a SARIF 2.1.0 log: one run, a result for each finding that counts, and each fault."""
    excused = {finding.id for finding in judgement.pre_existing}
    pairs = [(report, finding) for report in judgement.checks for finding in report.findings]
    rules = sorted({finding.rule or report.name for report, finding in pairs})
    faults = [
        {"level": "error", "message": {"text": f"{report.name}: {report.fault}"}}
        for report in judgement.checks
        if report.fault
    ]
    run = {
        "tool": {"driver": {"name": "orchestrator", "rules": [_rule(rule) for rule in rules]}},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the root of the repository"}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not judgement.fault, "toolExecutionNotifications": faults}],
        "results": [_result(report, finding, old=finding.id in excused) for report, finding in pairs],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str) -> dict[str, object]:
    return {"id": name, "shortDescription": {"text": name.replace("-", " ")}}


def _result(report: Report, finding: Finding, *, old: bool) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.rule or report.name,
        "level": "note" if old or report.report is Verdict.PASS else "error",
        "message": {"text": finding.message},
        "baselineState": "unchanged" if old else "new",
        "partialFingerprints": {"orchestrator/v1": finding.id},
    }
    if finding.path:
        artifact = {"uri": quote(str(PurePosixPath(finding.path))), "uriBaseId": _ROOT}
        region = {"startLine": max(finding.line, 1)}  # a finding about a whole file is shown at its beginning
        result["locations"] = [{"physicalLocation": {"artifactLocation": artifact, "region": region}}]
    return result


def as_junit(judgement: Judgement) -> str:
    """Give the judgement as JUnit XML: a suite for each check, a case for each finding, one that passes if none."""
    excused = {finding.id for finding in judgement.pre_existing}
    suites = "".join(_suite(report, excused) for report in judgement.checks)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="orchestrator">{suites}</testsuites>'


def _suite(report: Report, excused: set[str]) -> str:
    counted = () if report.report is Verdict.PASS else tuple(one for one in report.findings if one.id not in excused)
    cases = "".join(_failure(report.name, finding) for finding in counted)
    if report.fault:
        cases = _case(report.name, report.name, f"<error message={_attribute(report.fault)}/>")
    failed = len(counted) if not report.fault else 0
    attributes = f'tests="{max(1, failed)}" failures="{failed}" errors="{int(bool(report.fault))}"'
    inner = cases or _case(report.name, report.name, "")
    return f'<testsuite name={_attribute(report.name)} {attributes} time="{report.seconds:.3f}">{inner}</testsuite>'


def _failure(check: str, finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}" if finding.path else check
    text = f"<failure type={_attribute(finding.rule)} message={_attribute(finding.message[:500])}>"
    return _case(check, f"{finding.rule} {place}".strip(), f"{text}{escape(_legal(finding.message))}</failure>")


def _case(check: str, name: str, inner: str) -> str:
    return f"<testcase classname={_attribute(check)} name={_attribute(name)}>{inner}</testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_legal(text))


def _legal(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(letter for letter in text if letter in "\t\n\r" or " " <= letter < "\ufffe" or letter > "\uffff")
