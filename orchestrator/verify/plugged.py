"""Asks checks that other packages bring. Whatever goes wrong in one is a fault of that check, never a PASS."""

from collections.abc import Iterable, Mapping
from typing import cast

import anyio
import anyio.from_thread
import anyio.to_thread
import msgspec

from orchestrator.errors import FaultError
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import CheckSettings
from orchestrator.model.verdicts import Finding, Report, Verdict
from orchestrator.policy.verdict import Known
from orchestrator.ports.checks import Plugin, Plugins, Said
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import Change, Trees
from orchestrator.verify.answers import Answers
from orchestrator.verify.command import digest
from orchestrator.verify.sarif import numbered


class PluggedChecks:
    """Asks installed checks about cases; `plugins` is None where none are looked for."""

    def __init__(self, trees: Trees, answers: Answers, plugins: Plugins | None) -> None:
        self._trees = trees
        self._answers = answers
        self._plugins = plugins

    async def ask(self, check: CheckSettings, case: Case) -> tuple[Report, Known]:
        """Give a check's report, and what the base already had of it."""
        if self._plugins is None:
            raise FaultError(f"nothing is defined to run: give [checks.{check.name}] a command")
        plugin = self._plugins.find(check.plugin)
        report = await self._answer(plugin, check, case)
        if report.report is not Verdict.FAIL or case.base in {"", case.commit}:
            return report, Known()
        there = await self._answer(plugin, check, msgspec.structs.replace(case, commit=case.base, tree=case.base))
        return report, Known(base=frozenset(finding.id for finding in there.findings))

    async def _answer(self, plugin: Plugin, check: CheckSettings, case: Case) -> Report:
        words = (case.title, case.description, case.words)
        key = digest("plugin", plugin.release, check, case.tree, case.base, words)
        kept = self._answers.find_as(key, Report)
        if kept is not None:
            return msgspec.structs.replace(kept, cached=True)
        began = anyio.current_time()
        subject = _Subject(self._trees, check, case)
        try:
            with anyio.fail_after(check.timeout_s):
                found = await anyio.to_thread.run_sync(lambda: _said(plugin, subject), abandon_on_cancel=True)
        except TimeoutError:
            raise FaultError(f"plug-in {check.plugin} took longer than {check.timeout_s:g} s") from None
        report = Report(
            name=check.name,
            report=found.verdict,
            findings=found.findings,
            structured=True,
            seconds=anyio.current_time() - began,
        )
        self._answers.keep(key, report)
        return report


def _said(plugin: Plugin, subject: "_Subject") -> Said:
    """Call the plug-in and read what it gives; whatever else it gives is its fault."""
    try:
        answer = plugin.check(subject)
        if isinstance(answer, Said):
            return Said(verdict=Verdict(answer.verdict), findings=_findings(answer.findings))
        findings = _findings(answer)
    except Exception as error:
        raise FaultError(f"plug-in {plugin.release or plugin.check!r}: {type(error).__name__}: {error}") from error
    failed = any(finding.severity == "error" for finding in findings)
    return Said(verdict=Verdict.FAIL if failed else Verdict.PASS, findings=findings)


def _findings(given: object) -> tuple[Finding, ...]:
    if not isinstance(given, Iterable):
        raise TypeError(f"gave {given!r}; a check is a plain function that gives findings")
    found = list(cast("Iterable[object]", given))
    wrong = next((one for one in found if not isinstance(one, Finding)), None)
    if wrong is not None:
        raise TypeError(f"gave {wrong!r}, which is no Finding")
    return numbered(one if one.id else _identified(one) for one in cast("list[Finding]", found))


def _identified(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, id=f"{finding.rule}:{finding.path}:{finding.message}")


class _Subject:
    """Implements `ports.checks.Subject` for a function in a thread of its own."""

    def __init__(self, trees: Trees, check: CheckSettings, case: Case) -> None:
        self._trees = trees
        self._case = case
        self._queue = queue_of(case.task)
        self._options = check.options

    @property
    def task(self) -> str:
        return self._case.task

    @property
    def title(self) -> str:
        return self._case.title

    @property
    def description(self) -> str:
        return self._case.description or self._case.words

    @property
    def options(self) -> Mapping[str, object]:
        return self._options

    def changes(self) -> tuple[Change, ...]:
        return anyio.from_thread.run(self._trees.changes, self._queue, self._case.base, self._case.commit)

    def paths(self) -> tuple[str, ...]:
        return anyio.from_thread.run(self._trees.paths, self._queue, self._case.commit)

    def read(self, path: str) -> bytes | None:
        return anyio.from_thread.run(self._trees.read, self._queue, self._case.commit, path)

    def before(self, path: str) -> bytes | None:
        if not self._case.base:
            return None
        return anyio.from_thread.run(self._trees.read, self._queue, self._case.base, path)
