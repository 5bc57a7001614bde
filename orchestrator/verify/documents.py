"""`verdict.json`: a judgement as people and scripts read it. Never read back by the product."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from orchestrator.files.atomic import private_dir, write_atomic
from orchestrator.model.ids import id_of, queue_of
from orchestrator.model.verdicts import Finding, Judgement, Report, Verdict
from orchestrator.ports.verifier import Case


def run_folder(state: Path, case: Case) -> Path:
    """Give the folder of a case's iteration."""
    names = [name for name in (queue_of(case.task), id_of(case.task)) if name]
    return state.joinpath("runs", *names, str(case.attempt), str(case.iteration))


def write_verdict(state: Path, case: Case, judgement: Judgement) -> Path:
    """Write the judgement into its run folder, synced."""
    path = private_dir(run_folder(state, case)) / ("verdict-merged.json" if case.merged else "verdict.json")
    document = msgspec.json.encode(as_document(judgement))
    write_atomic(path, msgspec.json.format(document, indent=2) + b"\n")
    return path


def as_document(judgement: Judgement) -> dict[str, object]:
    """Give the shape of `verify --json` and `verdict.json`. `verdict` is FAULT where there is none.

    `cut` lists what could not be asked beside the checks, and why.
    """
    return {
        "verdict": "FAULT" if judgement.fault else judgement.verdict.value,
        "tree": judgement.tree,
        "base": judgement.base,
        "fault": judgement.fault or None,
        "checks": [_check(report) for report in judgement.checks],
        "regressions": [_finding(finding) for finding in judgement.regressions],
        "pre_existing": [_finding(finding) for finding in judgement.pre_existing],
        "cut": [
            f"{report.name}: {proof.name}: {proof.about}"
            for report in judgement.checks
            for proof in report.proofs
            if proof.outcome == "cut"
        ],
    }


def summarised(report: Report) -> Report:
    """Fill in the short form for one log line: `FAIL(3)`."""
    if report.fault:
        text = "FAULT"
    elif report.report is Verdict.PASS:
        text = "PASS(flake)" if any(finding.severity == "flake" for finding in report.findings) else "PASS"
    else:
        text = f"{report.report.value}({len(report.findings)})"
    return msgspec.structs.replace(report, summary=text)


def _check(report: Report) -> Mapping[str, object]:
    return {
        "name": report.name,
        "report": report.report.value,
        "findings": [_finding(finding) for finding in report.findings],
        "seconds": round(report.seconds, 3),
        "cached": report.cached,
        "fault": report.fault or None,
        **({"agent": report.agent, "usd": report.usd, "tokens": report.tokens} if report.agent else {}),
        "proofs": [
            {"name": proof.name, "outcome": proof.outcome, "about": proof.about, "seconds": round(proof.seconds, 3)}
            for proof in report.proofs
        ],
    }


def _finding(finding: Finding) -> Mapping[str, object]:
    return {name: getattr(finding, name) for name in ("path", "line", "rule", "message", "severity", "id")}
