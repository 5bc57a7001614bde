"""Asks for reviews: of what was not reviewed before, and of nothing that other checks already say no to."""

import secrets
from pathlib import Path

import msgspec

from orchestrator.errors import FaultError
from orchestrator.files.atomic import private_dir, write_atomic
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import CheckSettings
from orchestrator.model.verdicts import Report, Verdict
from orchestrator.ports.reviewer import Reviewer, ReviewOrder
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import Trees
from orchestrator.verify.answers import Answers
from orchestrator.verify.command import digest
from orchestrator.verify.execution import safe_name
from orchestrator.verify.review import compose, ill_formed, read_review

_WORD, _FIRST, _SECOND = "word", 1, 2
_MARK = 12


class Reviews:
    """The reviews of one project. `reviewer` is None where nobody was brought to review."""

    def __init__(self, trees: Trees, answers: Answers, reviewer: Reviewer | None) -> None:
        self._trees = trees
        self._answers = answers
        self._reviewer = reviewer

    async def ask(self, check: CheckSettings, case: Case, folder: Path) -> Report:
        """Give the review of a case's change; the same change for the same task is not reviewed twice."""
        if self._reviewer is None:
            raise FaultError(f"check {check.name} is a review, and nobody here can run agents")
        diff = (await self._trees.patch(queue_of(case.task), case.base, case.commit)).decode("utf-8", "replace")
        async with self._trees.checkout(queue_of(case.task), case.commit, case.base, ()) as place:
            order = ReviewOrder(
                task=case.task,
                attempt=case.attempt,
                iteration=case.iteration,
                folder="",
                number=_FIRST,
                prompt="",
                place=place,
                agent=check.agent,
                author=case.author,
                timeout_s=check.timeout_s,
            )
            key = digest("review", diff, check, case.title, case.description, case.words, self._reviewer.name(order))
            kept = self._answers.find_as(key, Report)
            if kept is not None:
                return msgspec.structs.replace(kept, cached=True, usd=0.0, tokens=0, priced=True)
            own = str(folder / f"review-{safe_name(check.name)}-{key[:_MARK]}")
            report = await self._review(check, case, diff, msgspec.structs.replace(order, folder=own))
        if report.report is not Verdict.BLOCKED:
            self._answers.keep(key, report)
        return report

    async def _review(self, check: CheckSettings, case: Case, diff: str, order: ReviewOrder) -> Report:
        """Ask, and once more where the answer is none."""
        assert self._reviewer is not None  # noqa: S101 - asked above
        word = _word(Path(order.folder))
        asked = msgspec.structs.replace(order, prompt=compose(case, check.prompt, diff, word))
        first = await self._reviewer.review(asked)
        report = read_review(check.name, first, word)
        if report is not None:
            return report
        second = await self._reviewer.review(msgspec.structs.replace(asked, number=_SECOND))
        report = read_review(check.name, second, word) or ill_formed(check.name, second)
        return msgspec.structs.replace(
            report,
            usd=report.usd + first.usd,
            tokens=report.tokens + first.tokens,
            priced=report.priced and first.priced,
        )


def _word(folder: Path) -> str:
    """Give the word of a review: the one it has, where it is gone on with, else one nobody can know."""
    path = private_dir(folder) / _WORD
    try:
        return path.read_text()
    except FileNotFoundError:
        word = f"review-{secrets.token_hex(8)}"
        write_atomic(path, word.encode())
        return word
