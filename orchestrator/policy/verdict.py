"""What the reports on one tree come to: a fault, BLOCKED, FAIL or PASS, in that order. Never runs anything.

Rules
1. A check that could not answer is a fault, and a fault is no verdict: nobody is blamed, nothing is counted.
2. One BLOCKED report blocks.
3. A finding is pre-existing only if a structured report names it by its id, the base's report names the same id, and
   it does not concern the task's own tests. What an exit code alone says never is.
4. A FAIL counts unless every finding of it is pre-existing. A FAIL that names nothing counts.
   A finding the task is there to mend (`mends`) is not excused either, and a structured report that names one is no
   PASS, whatever it tolerates.
5. No report at all is FAIL: nothing was asked, so nothing was answered.
6. Where everything that fails on a merged tree fails on its base as well, the base is red and nobody is blamed.
"""

from collections.abc import Mapping

import msgspec

from orchestrator.model.event_parts import CheckSummary
from orchestrator.model.verdicts import Finding, Judgement, Report, Verdict, mends

NOTHING_RAN = Finding(
    rule="no-check",
    id="no-check",
    message="no check was run on this tree; name at least one in the task's or queue's `checks`",
)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What excuses a check's findings. `base`: the ids its report on the base names; `own`: ids never excused."""

    base: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


def conclude(tree: str, base: str, reports: tuple[Report, ...], known: Mapping[str, Known]) -> Judgement:
    """Conclude from all reports on `tree`; `known` is by check name and may lack names."""
    pre_existing, regressions = _sort(reports, known)
    failing = [r for r in reports if _fails(r, known.get(r.name, Known())) or r.report is Verdict.BLOCKED]
    red_base = tuple(report.name for report in failing) if all(report.on_base for report in failing) else ()
    fault = "; ".join(f"{report.name}: {report.fault}" for report in reports if report.fault)
    return Judgement(
        verdict=Verdict.FAIL if fault else _verdict(reports, known),
        tree=tree,
        base=base,
        checks=reports,
        regressions=regressions if reports else (NOTHING_RAN,),
        pre_existing=pre_existing,
        fault=fault,
        red_base=red_base,
    )


def insisted(report: Report, known: Known, named: frozenset[str]) -> tuple[Report, Known]:
    """Excuse nothing of what the task is there to mend."""
    left = tuple(finding for finding in report.findings if mends(named, finding))
    if not left or not report.structured or report.fault:
        return report, known
    known = msgspec.structs.replace(known, own=known.own | {finding.id for finding in left})
    if report.report is Verdict.PASS:
        return msgspec.structs.replace(report, report=Verdict.FAIL, findings=left), known
    return report, known


def excused(report: Report, known: Known) -> tuple[Finding, ...]:
    """Give the findings of a report that the base already had."""
    if not report.structured or report.own:
        return ()
    ids = known.base - known.own
    return tuple(finding for finding in report.findings if finding.id and finding.id in ids)


def _verdict(reports: tuple[Report, ...], known: Mapping[str, Known]) -> Verdict:
    if any(report.report is Verdict.BLOCKED for report in reports):
        return Verdict.BLOCKED
    if not reports or any(_fails(report, known.get(report.name, Known())) for report in reports):
        return Verdict.FAIL
    return Verdict.PASS


def _fails(report: Report, known: Known) -> bool:
    if report.report is not Verdict.FAIL:
        return False
    return not report.findings or len(excused(report, known)) < len(report.findings)


def _sort(reports: tuple[Report, ...], known: Mapping[str, Known]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Split what the reports that do not pass found into pre-existing and new; a faulty report found nothing."""
    old: list[Finding] = []
    new: list[Finding] = []
    for report in reports:
        if report.fault or report.report is Verdict.PASS:
            continue
        there = excused(report, known.get(report.name, Known())) if report.report is Verdict.FAIL else ()
        ids = {finding.id for finding in there}
        old.extend(there)
        new.extend(finding for finding in report.findings if finding.id not in ids)
    return tuple(old), tuple(new)


def summaries(judgement: Judgement) -> tuple[CheckSummary, ...]:
    """Give what the journal keeps of each check."""
    return tuple(
        CheckSummary(name=r.name, report=r.report.value, summary=r.summary, seconds=r.seconds, cached=r.cached)
        for r in judgement.checks
    )


def findings_of(judgement: Judgement, verdict: Verdict) -> tuple[Finding, ...]:
    """Give the findings the journal keeps: none of a PASS."""
    return () if verdict is Verdict.PASS else judgement.regressions[:MAX_FINDINGS]


MAX_FINDINGS = 50
"""More than this an agent does not read, and the journal need not carry: all are in `verdict.json`."""
