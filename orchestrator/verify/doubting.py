"""Runs the counterproof of a check that would count as a pass, and of its base where that is to be fair."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import anyio
import msgspec

from orchestrator.errors import InvalidInputError
from orchestrator.model.verdicts import Finding, Proof, Verdict
from orchestrator.verify.answers import Answers
from orchestrator.verify.command import digest, promises_report
from orchestrator.verify.counterproof import (
    NAME,
    Choice,
    Chosen,
    Sources,
    alter,
    modules_of,
    silent,
    unmoved,
    untrue,
    weigh,
)
from orchestrator.verify.question import Around, Question
from orchestrator.verify.reading import Answer, Ran, Trouble, read, tests_of

Run: TypeAlias = Callable[[Question, Around], Awaitable[Ran]]
_SHOWN = 20
_LEAST_S = 20.0
"""A run may take as long as the check itself did, and in any case this long."""

_NOTHING_RAN = frozenset({2, 3, 4, 5})
"""What pytest ends with where tests could not be collected, or none was found."""


class _NothingChosenError(Exception):
    """There is no test that could be made to fail, so nothing is run."""


class Doubt(msgspec.Struct, frozen=True):
    """What a counterproof came to: findings where the report is untrue, and what was asked."""

    proof: Proof
    findings: tuple[Finding, ...] = ()


class _Seen(msgspec.Struct, frozen=True):
    """One counterproof run: tests it lied about, whether it passed as a whole, what kept it from an answer.

    `reached`: tests that were made to fail were run, as far as can be told.
    """

    lies: tuple[tuple[str, str], ...] = ()
    unmoved: bool = False
    reached: bool = False
    silent: str = ""
    late: bool = False
    seconds: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.lies or self.unmoved or self.silent)


class Doubter:
    """Doubts answers about one tree, whose files are `paths`; tests of `changed` ones are chosen first."""

    def __init__(self, run: Run, answers: Answers, paths: frozenset[str], changed: frozenset[str]) -> None:
        self._run = run
        self._answers = answers
        self._paths = paths
        self._changed = changed
        self._time_s = _LEAST_S

    async def doubt(self, question: Question, key: str, answer: Answer, base: Question | None) -> Doubt:
        """Ask the same question of the tree with failing tests. What was answered before is not asked again."""
        key = digest(NAME, key)
        kept = self._answers.find(key)
        if kept is not None:
            return Doubt(_proof(bool(kept.findings), kept.seconds), kept.findings)
        chosen, seen = await self._look(question, answer)
        if not chosen:
            return Doubt(Proof(name=NAME, outcome="cut", about="no Python test of this tree was reported"))
        if seen and base is not None:
            seen, cut = _new(seen, await self._again(base, chosen))
            if cut:
                about = "the base passes with failing tests too: this check does not tell of them"
                return Doubt(Proof(name=NAME, outcome="cut", about=about, seconds=seen.seconds))
        findings = _findings(question, seen)
        said = Verdict.FAIL if findings else Verdict.PASS
        self._answers.keep(key, Answer(report=said, findings=findings, seconds=seen.seconds))
        return Doubt(_proof(bool(findings), seen.seconds), findings)

    async def _look(self, question: Question, answer: Answer) -> tuple[Chosen, _Seen]:
        """Ask with most tests taken out, which is quick; where that keeps the rest from running, with all there."""
        spare = any("::" in word for word in question.argv)
        chosen, seen = await self._try(question, answer, keep_all=spare)
        if chosen and (seen.late or not (seen.reached or seen or spare)):
            first_s = seen.seconds
            chosen, seen = await self._try(question, answer, keep_all=spare or not seen.late, few=seen.late)
            seen = msgspec.structs.replace(seen, seconds=first_s + seen.seconds, silent=seen.silent or _unreached(seen))
        return chosen, seen

    async def _try(
        self, question: Question, answer: Answer, *, keep_all: bool, few: bool = False
    ) -> tuple[Chosen, _Seen]:
        first = self._changed | {path for paths in question.named.values() for path in paths}
        self._time_s = max(_LEAST_S, answer.seconds)
        choice = Choice(passed=answer.good, first=first, keep_all=keep_all, few=few)
        extra = modules_of(answer.good, self._paths)
        found = Chosen({}, {})

        def change(root: Path) -> None:
            nonlocal found
            sources = Sources(root, self._paths, extra)
            found = choice.of(sources)
            if not found:
                raise _NothingChosenError
            alter(root, sources, found)

        try:
            seen = await self._see(question, change, lambda: found)
        except _NothingChosenError:
            return Chosen({}, {}), _Seen()
        return found, seen

    async def _again(self, base: Question, chosen: Chosen) -> _Seen:
        """Do the same to the base, where the tests are there; without any of them it tells nothing."""
        made = 0

        def change(root: Path) -> None:
            nonlocal made
            made = alter(root, Sources(root, self._paths), chosen)

        seen = await self._see(base, change, lambda: chosen)
        return seen if made else _Seen(reached=True, seconds=seen.seconds)

    async def _see(self, question: Question, change: Callable[[Path], None], chosen: Callable[[], Chosen]) -> _Seen:
        around = Around(alter=change, label=NAME, timeout_s=self._time_s)
        began = anyio.current_time()
        ran = await self._run(msgspec.structs.replace(question, named={}), around)
        seconds = anyio.current_time() - began  # with its checkout: proofs have so much less
        answer = read(question.check, ran, {})
        if answer.trouble:
            late = answer.trouble is Trouble.TIMEOUT
            return _Seen(silent=answer.findings[0].message, late=late, seconds=seconds)
        passed = answer.report is Verdict.PASS
        if not question.tells_tests or (ran.report is None and not promises_report(question.check)):
            return _Seen(unmoved=passed, reached=ran.code not in _NOTHING_RAN, seconds=seconds)
        try:
            told, reached = weigh(tests_of(ran), chosen())
        except InvalidInputError as error:
            return _Seen(silent=str(error), seconds=seconds)
        by_code = passed and question.check.format != "junit"
        return _Seen(lies=told, unmoved=by_code or (passed and not reached), reached=reached, seconds=seconds)


def _unreached(seen: _Seen) -> str:
    return "" if seen.reached or seen else "none of the tests that were made to fail was run"


def _new(seen: _Seen, base: _Seen) -> tuple[_Seen, bool]:
    """Take away what the base does too, and say whether nothing can be told of this check at all."""
    told = tuple(lie for lie in seen.lies if lie not in base.lies)
    same = bool((seen.silent and (base.silent or not base.reached)) or (seen.unmoved and base.unmoved))
    return msgspec.structs.replace(seen, lies=told, seconds=seen.seconds + base.seconds), same


def _findings(question: Question, seen: _Seen) -> tuple[Finding, ...]:
    if seen.silent:
        return (silent(question.check, seen.silent),)
    if seen.lies:
        return tuple(untrue(question.check, path, name) for path, name in sorted(seen.lies)[:_SHOWN])
    return (unmoved(question.check),) if seen.unmoved else ()


def _proof(failed: bool, seconds: float) -> Proof:  # noqa: FBT001 - one of two outcomes
    return Proof(
        name=NAME,
        outcome="failed" if failed else "held",
        about="tests that were made to fail are reported as such",
        seconds=seconds,
    )
