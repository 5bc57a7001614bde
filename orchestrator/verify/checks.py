"""The verifier: runs every check of a case on a clean checkout and hands the reports to policy for the conclusion.

Theory of operation
1. `guard` compares the tree with its base. One that changed a named base test or runner configuration is sent back
   before anything runs; the built-in checks speak all the same, so that one answer says everything.
2. Every other check gets a checkout, a HOME and a tmp of its own: what one check's code leaves cannot mislead another.
3. A run that gave no answer (`Trouble`) is repeated on the base: the same trouble there is a fault, else the tree's.
4. A structured FAIL is compared with the base's answer, asked once: what stood there before is pre-existing.
5. A merged tree that fails is asked once more, to tell a flake from a defect.
6. Tests that pass are put to the counterproof; where all is well, the honest check asks on what they are worth.
7. A review is asked for last, and only where nothing else says no.
8. Answers are kept by everything they depend on; a fault never is.
Whatever goes wrong in here becomes a fault of that check, never a PASS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio
import msgspec

from orchestrator.errors import OrchestratorError
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import CheckSettings, Settings
from orchestrator.model.verdicts import Finding, Judgement, Report, Verdict
from orchestrator.policy.verdict import conclude, insisted
from orchestrator.ports.checks import Plugins
from orchestrator.ports.reviewer import Reviewer
from orchestrator.ports.runner import Runner
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import Trees
from orchestrator.verify.answers import Answers
from orchestrator.verify.asking import Asker, Outcome, lets_pass
from orchestrator.verify.documents import run_folder, summarised, write_verdict
from orchestrator.verify.guard import MISSING, OUTPUTS, TAMPERED, Guarded, guard
from orchestrator.verify.honest import HONEST, judge_honestly
from orchestrator.verify.plugged import PluggedChecks
from orchestrator.verify.proven import proven
from orchestrator.verify.reading import printable
from orchestrator.verify.reviewing import Reviews
from orchestrator.verify.runner_config import RunnerConfig
from orchestrator.verify.testpaths import path_of


@dataclass(frozen=True)
class Others:
    """Who else may answer: agents that review, checks that other packages bring."""

    reviewer: Reviewer | None = None
    plugins: Plugins | None = None


NOBODY = Others()


class CheckVerifier:
    """Implements the Verifier port. `environ` is the environment checks may inherit from, by an allow-list."""

    def __init__(
        self,
        settings: Settings,
        trees: Trees,
        runner: Runner,
        state_dir: Path,
        environ: Mapping[str, str],
        others: Others = NOBODY,
    ) -> None:
        self._settings = settings
        self._trees = trees
        self._runner = runner
        self._state = state_dir
        self._environ = dict(environ)
        self._answers = Answers(state_dir / "reports")
        self._reviews = Reviews(trees, self._answers, others.reviewer)
        self._plugged = PluggedChecks(trees, self._answers, others.plugins)
        self._config = RunnerConfig(check.command for check in settings.checks.values())

    async def judge(self, case: Case) -> Judgement:
        """Run every check of the case and conclude; `verdict.json` is written before this returns."""
        outcomes = await self._outcomes(case)
        reports = tuple(_printable(summarised(outcome.report)) for outcome in outcomes)
        known = {outcome.report.name: outcome.known for outcome in outcomes}
        judgement = conclude(case.tree, case.base, reports, known)
        try:
            write_verdict(self._state, case, judgement)
        except OSError as error:
            return msgspec.structs.replace(judgement, verdict=Verdict.FAIL, fault=f"verdict.json: {_why(error)}")
        return judgement

    async def _outcomes(self, case: Case) -> tuple[Outcome, ...]:
        try:
            guarded = await guard(self._trees, case, self._config)
        except Exception as error:  # noqa: BLE001 - a verifier that crashes must not pass, nor take its lane down
            return (_faulty("checkout", _why(error)),)
        checks = [self._settings.checks.get(name) or _undefined(name) for name in case.checks]
        outcomes = [_objection(name, found) for name, found in _objections(guarded) if found]
        asked = [check for check in checks if check.builtin or not guarded.tampered]
        told: dict[str, Outcome] = {}
        for check in sorted(asked, key=_rank):
            if not check.reviews or all(map(_lets_pass, (*outcomes, *told.values()))):
                outcome = await self._ask(check, case, guarded, tuple(told.values()))
                told[check.name] = _insisting(outcome, frozenset(case.mends))
        outcomes.extend(told[check.name] for check in asked if check.name in told)
        return _demand_named(tuple(outcomes), guarded)

    async def _ask(self, check: CheckSettings, case: Case, guarded: Guarded, told: tuple[Outcome, ...]) -> Outcome:
        try:
            if check.builtin == HONEST:
                return await self._honest(check, case, guarded, told)
            if check.reviews:
                return await self._review(check, case)
            if check.plugin:
                report, known = await self._plugged.ask(check, case)
                return Outcome(report=report, known=known)
            if check.builtin or not check.command:
                return _faulty(check.name, f"nothing is defined to run: give [checks.{check.name}] a command")
            return await self._asker(case).ask(check, case, guarded)
        except Exception as error:  # noqa: BLE001 - a verifier that crashes must not pass, nor take its lane down
            return _faulty(check.name, _why(error))

    def _asker(self, case: Case) -> Asker:
        furnished = (self._settings.setup, self._settings.share, self._settings.copy)
        folder = run_folder(self._state, case)
        return Asker(self._trees, self._runner, self._answers, self._environ, folder, furnished)

    async def _review(self, check: CheckSettings, case: Case) -> Outcome:
        started = anyio.current_time()
        report = await self._reviews.ask(check, case, run_folder(self._state, case))
        return Outcome(report=msgspec.structs.replace(report, seconds=anyio.current_time() - started))

    async def _honest(self, check: CheckSettings, case: Case, guarded: Guarded, told: tuple[Outcome, ...]) -> Outcome:
        started = anyio.current_time()
        report = await judge_honestly(self._trees, queue_of(case.task), case, check.name)
        if all(map(_lets_pass, told)):
            stores = self._trees, self._answers
            report = await proven(report, self._asker(case).ran, stores, (case, guarded), told, began_s=started)
        return Outcome(report=msgspec.structs.replace(report, seconds=anyio.current_time() - started))


def _insisting(outcome: Outcome, named: frozenset[str]) -> Outcome:
    report, known = insisted(outcome.report, outcome.known, named)
    return msgspec.structs.replace(outcome, report=report, known=known)


def _undefined(name: str) -> CheckSettings:
    """Give a check nobody configured: one that is built in, else a plug-in's."""
    return CheckSettings(name=name, builtin=name) if name == HONEST else CheckSettings(name=name, plugin=name)


def _rank(check: CheckSettings) -> int:
    """Put what costs most last: the honest check asks on where others have ended, and reviewers are paid."""
    return 2 if check.reviews else 1 if check.builtin == HONEST else 0


def _lets_pass(outcome: Outcome) -> bool:
    return lets_pass(outcome.report, outcome.known) and not outcome.report.fault


def _objections(guarded: Guarded) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
    return (TAMPERED, guarded.tampered), (MISSING, guarded.missing), (OUTPUTS, guarded.owed)


def _objection(name: str, findings: tuple[Finding, ...]) -> Outcome:
    return Outcome(report=Report(name=name, report=Verdict.FAIL, findings=findings))


def _why(error: Exception) -> str:
    """Say what went wrong: a known refusal in its own words, the system's with the file, a bug as what it is."""
    match error:
        case OrchestratorError():
            return str(error)
        case OSError():
            return f"{error.strerror or error} ({error.filename or 'the state folder'}); make room or give access"
        case _:
            return f"the verifier crashed ({type(error).__name__}: {error}); report it"


def _faulty(name: str, why: str) -> Outcome:
    return Outcome(report=Report(name=name, report=Verdict.FAIL, fault=why))


def _demand_named(outcomes: tuple[Outcome, ...], guarded: Guarded) -> tuple[Outcome, ...]:
    """See to it that tests the task was to create were collected and passed, where a report could tell."""
    telling = [outcome for outcome in outcomes if outcome.tells_tests and not outcome.report.fault]
    if not telling or guarded.tampered:
        return outcomes
    passed = {entry for outcome in telling for entry in outcome.passed}
    absent = {finding.path for finding in guarded.missing}
    wanted = [entry for entry in guarded.created if entry not in passed and path_of(entry) not in absent]
    if not wanted:
        return outcomes
    blamed = next((outcome for outcome in telling if outcome.report.own), telling[0])
    extra = tuple(_not_run(entry) for entry in wanted)
    report = msgspec.structs.replace(blamed.report, report=Verdict.FAIL, findings=(*_errors(blamed.report), *extra))
    changed = msgspec.structs.replace(blamed, report=report)
    return tuple(changed if outcome is blamed else outcome for outcome in outcomes)


def _errors(report: Report) -> tuple[Finding, ...]:
    return report.findings if report.report is not Verdict.PASS else ()


def _not_run(entry: str) -> Finding:
    return Finding(
        path=path_of(entry),
        rule="named-test-not-run",
        id=f"named-test-not-run:{entry}",
        message=f"{entry} is named by the task, but no check reports a test of it that ran and passed; "
        "let it hold tests that are collected, not skipped, and pass",
    )


def _printable(report: Report) -> Report:
    findings = tuple(
        msgspec.structs.replace(
            finding, path=printable(finding.path), message=printable(finding.message), id=printable(finding.id)
        )
        for finding in report.findings
    )
    return msgspec.structs.replace(report, findings=findings)
