"""Asks one check about one tree: from what was answered before, else by running it. Never concludes."""

from collections.abc import Mapping
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.model.settings import CheckSettings
from orchestrator.model.verdicts import Finding, Report, Verdict, mends
from orchestrator.policy.verdict import Known, excused
from orchestrator.ports.runner import Runner
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import Trees
from orchestrator.verify.answers import Answers
from orchestrator.verify.command import (
    ASKS_REPORT,
    Fill,
    digest,
    environment,
    fill,
    promises_report,
    starts_pytest,
    wary,
)
from orchestrator.verify.counterproof import runs_tests
from orchestrator.verify.doubting import Doubter
from orchestrator.verify.execution import Order, execute
from orchestrator.verify.guard import Guarded
from orchestrator.verify.question import Around, Question
from orchestrator.verify.reading import Answer, Ran, read
from orchestrator.verify.testpaths import expand, named_by

TESTS = "{tests}"
PLAIN = Around()
"""A run as it is."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Tests that passed, for proofs to ask further: the check as asked of the tree and of its base, and its key.

    `spent_s` is what the counterproof took.
    """

    head: Question
    base: Question
    key: str
    seconds: float
    spent_s: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A report and what policy needs beside it. `tells_tests`: a JUnit report that says which tests ran."""

    report: Report
    known: Known = Known()
    tells_tests: bool = False
    passed: tuple[str, ...] = ()
    evidence: Evidence | None = None


class Asker:
    """Asks checks for one case. `surroundings` is what else the answers depend on: setup and shared folders."""

    def __init__(
        self,
        trees: Trees,
        runner: Runner,
        answers: Answers,
        environ: Mapping[str, str],
        folder: Path,
        surroundings: tuple[object, ...] = (),
    ) -> None:
        self._trees = trees
        self._runner = runner
        self._answers = answers
        self._environ = environ
        self._folder = folder
        self._surroundings = surroundings

    async def ask(self, check: CheckSettings, case: Case, guarded: Guarded) -> Outcome:
        """Ask a check about the case's tree, and of its base what is needed to be fair."""
        question = _about_tree(check, case, guarded)
        answer, cached = await self._answer(question, fresh=case.fresh)
        if case.merged and answer.report is Verdict.FAIL and not answer.rerun:
            answer, cached = await self._again(question, answer), False
        report = Report(
            name=check.name,
            report=answer.report,
            findings=(*answer.findings, *(one for one in answer.aside if mends(frozenset(case.mends), one))),
            structured=answer.structured,
            own=TESTS in check.command and bool(case.tests),
            seconds=answer.seconds,
            cached=cached,
        )
        if answer.trouble:
            return Outcome(report=await self._suspect(report, answer, case, guarded, check))
        tells = promises_report(check) and check.format == "junit"
        known = await self._known(report, answer, case, guarded, check)
        if case.merged and await self._is_on_base(report, question, case, guarded):
            report = msgspec.structs.replace(report, on_base=True)
        evidence: Evidence | None = None
        if runs_tests(check) and case.base != case.commit and lets_pass(report, known):
            report = await self._doubted(report, question, answer, case, guarded)
            evidence = self._evidence(report, question, answer, case, guarded)
        return Outcome(report=report, known=known, tells_tests=tells, passed=answer.passed, evidence=evidence)

    def _evidence(
        self, report: Report, question: Question, answer: Answer, case: Case, guarded: Guarded
    ) -> Evidence | None:
        """Give what proofs can go by, if the report held."""
        if not case.base or any(proof.outcome != "held" for proof in report.proofs):
            return None
        return Evidence(
            head=question,
            base=_about_base(question.check, case, guarded),
            key=self._key(question),
            seconds=answer.seconds,
            spent_s=sum(proof.seconds for proof in report.proofs),
        )

    async def _doubted(
        self, report: Report, question: Question, answer: Answer, case: Case, guarded: Guarded
    ) -> Report:
        """Put a report that would count as a pass to the counterproof."""
        base = _about_base(question.check, case, guarded) if case.base else None
        doubter = Doubter(self.ran, self._answers, guarded.head_paths, guarded.changed)
        doubt = await doubter.doubt(question, self._key(question), answer, base)
        answered = Verdict.FAIL if doubt.findings else report.report
        findings = (*report.findings, *doubt.findings)
        return msgspec.structs.replace(report, report=answered, findings=findings, proofs=(doubt.proof,))

    async def _answer(self, question: Question, *, fresh: bool = False) -> tuple[Answer, bool]:
        key = self._key(question)
        kept = None if fresh else self._answers.find(key)
        if kept is not None:
            return kept, True
        answer = await self._run(question)
        if not answer.trouble:
            self._answers.keep(key, answer)
        return answer, False

    async def _run(self, question: Question) -> Answer:
        return read(question.check, await self.ran(question), question.named)

    async def ran(self, question: Question, around: Around = PLAIN) -> Ran:
        """Run a check on a checkout of its own, with what is to be done around it."""
        env = environment(question.check, self._environ)
        checkout = self._trees.checkout(question.queue, question.commit, question.base, question.overlay)
        async with checkout as place:
            if around.alter is not None:
                await anyio.to_thread.run_sync(around.alter, Path(place.workspace))
            order = Order(
                check=question.check,
                argv=question.argv,
                env=wary({**env, **around.env}, place.seen_as, question.paths),
                folder=str(self._folder),
                label=".".join(part for part in (question.label, around.label) if part),
                witness=around.witness,
                report=around.report or question.tells_tests,
                timeout_s=around.time_s(question.check, anyio.current_time()),
            )
            return await execute(self._runner, order, place)

    def _key(self, question: Question) -> str:
        """Name everything the answer depends on; base and overlaid paths say which blobs protect it."""
        env = sorted(environment(question.check, self._environ).items())
        surroundings = (env, self._runner.level(), self._surroundings)
        asked = (question.check, question.argv, sorted(question.named.items()))
        return digest(question.tree, question.base, question.overlay, asked, surroundings)

    async def _again(self, question: Question, first: Answer) -> Answer:
        """Ask the same question once more, to tell a flake from a defect; recorded as such."""
        second = await self._run(msgspec.structs.replace(question, label=f"{question.label}.again".lstrip(".")))
        if second.report is Verdict.PASS:
            chosen = msgspec.structs.replace(second, findings=(*second.findings, *map(_flake, first.findings)))
        else:
            chosen = second if first.trouble and not second.trouble else first
        chosen = msgspec.structs.replace(chosen, rerun=True)
        if not chosen.trouble:
            self._answers.keep(self._key(question), chosen)
        return chosen

    async def _suspect(
        self, report: Report, answer: Answer, case: Case, guarded: Guarded, check: CheckSettings
    ) -> Report:
        """Tell whether the tree or the environment is to blame for a run that gave no answer."""
        if not case.base:
            return report
        if case.base != case.commit:
            there, _ = await self._answer(_about_base(check, case, guarded))
            if there.trouble is not answer.trouble:
                return report
        said = answer.findings[0].message.partition("\n")[0]
        return msgspec.structs.replace(report, findings=(), fault=f"{said} (the same on the base, so no task's doing)")

    async def _is_on_base(self, report: Report, question: Question, case: Case, guarded: Guarded) -> bool:
        """Say whether what a merged tree stands on fails the check as well, where only the exit code speaks.

        It did pass before the merge, so the target has turned red. Nothing of it is remembered: the next look is fresh.
        """
        if report.report is not Verdict.FAIL or report.structured or report.own or not case.base:
            return False
        about_base = _about_base(question.check, case, guarded)
        there, _ = await self._answer(about_base)
        if there.report is not Verdict.FAIL:
            return False
        self._answers.forget(self._key(about_base))
        self._answers.forget(self._key(question))
        return True

    async def _known(self, report: Report, answer: Answer, case: Case, guarded: Guarded, check: CheckSettings) -> Known:
        """Ask the base for what it already had, where that could excuse anything."""
        hopeless = report.own or not report.structured or not set(answer.listed) - set(answer.own)
        if report.report is not Verdict.FAIL or hopeless or not case.base or case.base == case.commit:
            return Known()
        there, _ = await self._answer(_about_base(check, case, guarded))
        return Known(base=frozenset(there.listed), own=frozenset(answer.own))


def _about_tree(check: CheckSettings, case: Case, guarded: Guarded) -> Question:
    paths = guarded.head_paths | frozenset(guarded.overlay)
    return Question(
        check=check,
        queue=queue_of(case.task),
        commit=case.commit,
        tree=case.tree,
        base=case.base,
        overlay=guarded.overlay,
        argv=_argv(check, Fill(base=case.base, tests=expand(case.tests, paths), files=case.files)),
        named={entry: named_by(entry, paths) for entry in case.tests},
        label="merged" if case.merged else "",
        paths=guarded.head_paths,
    )


def _about_base(check: CheckSettings, case: Case, guarded: Guarded) -> Question:
    """Ask the base as it is; tests it does not have yet cannot be asked for there."""
    tests = expand(guarded.on_base, guarded.base_paths)
    return Question(
        check=check,
        queue=queue_of(case.task),
        commit=case.base,
        tree=case.base,
        base=case.base,
        overlay=(),
        argv=_argv(check, Fill(base=case.base, tests=tests, files=case.files)),
        named={},
        label="base",
        paths=guarded.base_paths,
    )


def _argv(check: CheckSettings, values: Fill) -> tuple[str, ...]:
    return (*fill(check.command, values), *((ASKS_REPORT,) if starts_pytest(check) else ()))


def lets_pass(report: Report, known: Known) -> bool:
    """Say whether a report counts as a pass: it is one, or all it found stood there before."""
    if report.report is Verdict.PASS:
        return True
    return bool(report.findings) and len(excused(report, known)) == len(report.findings)


def _flake(finding: Finding) -> Finding:
    message = f"failed once and passed when asked again of the same tree: {finding.message}"
    return msgspec.structs.replace(finding, severity="flake", message=message)
