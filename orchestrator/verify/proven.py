"""Adds to an honest report what running tests proves. Never runs anything where the report already says no."""

from collections.abc import Iterable

import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.model.verdicts import Finding, Proof, Report, Verdict
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import Change, Trees
from orchestrator.verify.answers import Answers
from orchestrator.verify.asking import Outcome
from orchestrator.verify.command import digest
from orchestrator.verify.diff import Edit
from orchestrator.verify.guard import Guarded
from orchestrator.verify.proofs.bench import Budget, Run
from orchestrator.verify.proofs.facts import Facts
from orchestrator.verify.proofs.proving import Proved, prove
from orchestrator.verify.proofs.scope import Scope, scope_of

NAME = "proofs"
NO_TESTS = "no check that passed runs Python tests we could ask further"


async def proven(
    report: Report,
    run: Run,
    stores: tuple[Trees, Answers],
    asked: tuple[Case, Guarded],
    outcomes: Iterable[Outcome],
    *,
    began_s: float,
) -> Report:
    """Prove what the tests of the case are worth; a finding that counts makes the report a FAIL.

    `began_s` is when the honest check began by the clock: what its rules took comes off the time there is.
    """
    (trees, answers), (case, guarded) = stores, asked
    if report.report is not Verdict.PASS or case.merged or case.base in {"", case.commit}:
        return report
    scope = await _scope(trees, case)
    if not scope.tests and not scope.gone and not scope.functions:
        return report
    evidence = next((outcome.evidence for outcome in outcomes if outcome.evidence is not None), None)
    if evidence is None:
        return msgspec.structs.replace(report, proofs=(Proof(name=NAME, outcome="cut", about=NO_TESTS),))
    facts = Facts(
        head=evidence.head,
        base=evidence.base,
        scope=scope,
        created=guarded.created,
        allowed=case.allow_test_changes,
        strict=not case.words,
    )
    budget = Budget(evidence.seconds, evidence.spent_s, began_s)
    return _with(report, await _proved(run, budget, answers, evidence.key, facts))


async def _proved(run: Run, budget: Budget, answers: Answers, about: str, facts: Facts) -> Proved:
    """Ask, or give what was proved before of the same question."""
    key = digest(NAME, about, facts.created, facts.allowed, facts.strict)
    kept = answers.find_as(key, Proved)
    if kept is not None:
        return kept
    found = await prove(run, budget, facts)
    answers.keep(key, found)
    return found


def _with(report: Report, found: Proved) -> Report:
    answer = Verdict.FAIL if found.counts else Verdict.PASS
    told: tuple[Finding, ...] = found.counts or found.told
    return msgspec.structs.replace(report, report=answer, findings=(*report.findings, *told), proofs=found.proofs)


async def _scope(trees: Trees, case: Case) -> Scope:
    queue = queue_of(case.task)
    changes = [c for c in await trees.changes(queue, case.base, case.commit) if c.path.endswith(".py")]
    return scope_of([await _edit(trees, queue, case, change) for change in changes])


async def _edit(trees: Trees, queue: str, case: Case, change: Change) -> Edit:
    async def text(commit: str) -> str | None:
        data = await trees.read(queue, commit, change.path)
        return data.decode("utf-8", "replace") if data is not None else None

    old = await text(case.base) if change.status != "A" else None
    new = await text(case.commit) if change.status != "D" else None
    return Edit(path=change.path, status=change.status, old=old, new=new)
