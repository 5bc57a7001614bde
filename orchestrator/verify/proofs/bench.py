"""One run of some tests of a tree, within the time that is left. Never reads meaning into an outcome."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import anyio
import msgspec

from orchestrator.codec.junit import Case as JUnitCase
from orchestrator.errors import InvalidInputError
from orchestrator.model.verdicts import Proof
from orchestrator.verify.counterproof import is_case
from orchestrator.verify.proofs.facts import Found
from orchestrator.verify.proofs.scope import Names, pairs
from orchestrator.verify.question import Around, Question
from orchestrator.verify.reading import Ran, Trouble, tests_of, trouble_of

Run: TypeAlias = Callable[[Question, Around], Awaitable[Ran]]
Outcomes: TypeAlias = Mapping[tuple[str, str], tuple[JUnitCase, ...]]
"""What a run says of the tests asked for: cases by path and name; tests it does not name are not there."""

SMALL_S, TIMES = 10.0, 6.0
_LEAST_S, _PART = 0.2, 1 / 3


class Budget:
    """The time proofs may take: that of the check; some times that of a quick one, which is mostly its start.

    What the counterproof took (`spent_s`) comes off it, and what the rules took since the honest check began. Until
    there is a run to go by, one is expected to take a third of the counterproof, which starts the same runner on the
    tests of every file where a proof has those of a few.
    """

    def __init__(self, seconds: float, spent_s: float, began_s: float) -> None:
        self.allowed_s = max(seconds, min(SMALL_S, TIMES * seconds)) - spent_s
        self._began = began_s
        self._last_s = spent_s * _PART

    @property
    def ends_s(self) -> float:
        """Say by the clock when it is used up."""
        return self._began + self.allowed_s

    @property
    def left_s(self) -> float:
        """Say what is left."""
        return self.ends_s - anyio.current_time()

    def suffices(self) -> bool:
        """Say whether one more run, as long as the last, fits."""
        return self.left_s > max(_LEAST_S, self._last_s)

    def note(self, seconds: float) -> None:
        """Remember how long a run took."""
        self._last_s = seconds


class Said(msgspec.Struct, frozen=True):
    """What a run said of the tests asked for, and what it left as a witness."""

    outcomes: Outcomes
    witness: bytes | None = None


class Bench:
    """Runs proofs and keeps the list of them, those that were cut included."""

    def __init__(self, run: Run, budget: Budget) -> None:
        self._run = run
        self._budget = budget
        self.proofs: list[Proof] = []
        self._spent_s = 0.0

    async def look(
        self,
        name: str,
        question: Question,
        alter: Callable[[Path], object],
        tests: Names | Callable[[], Names],
        *,
        witness: str = "",
    ) -> Said | None:
        """Run the altered tree, and give what it says of the tests (asked for afterwards, if they are a function).

        None, and noted, where it says nothing.
        """
        if not self._budget.suffices():
            self.cut(name, "no time was left for it: all proofs together may take as long as the check itself")
            return None
        began = anyio.current_time()
        ran = await self._run(question, _around(question, name, alter, witness, self._budget.ends_s))
        seconds = anyio.current_time() - began
        self._budget.note(seconds)
        self._spent_s += seconds
        trouble = trouble_of(ran)
        if trouble:
            why = "it took longer than the time left" if trouble is Trouble.TIMEOUT else f"the run {trouble}"
            self.cut(name, why, self._taken())
            return None
        try:
            return Said(_sorted(tests_of(ran), tests() if callable(tests) else tests), ran.witness)
        except InvalidInputError as error:
            self.cut(name, f"the run left no report: {error}", self._taken())
            return None

    def cut(self, name: str, why: str, seconds: float = 0.0) -> Found:
        """Note a proof that was not asked, or not answered."""
        self.proofs.append(Proof(name=name, outcome="cut", about=why, seconds=seconds))
        return Found()

    def told(self, name: str, about: str, *parts: Found) -> Found:
        """Note a proof that was answered, and put together what it found."""
        found = Found(tuple(f for part in parts for f in part.counts), tuple(f for part in parts for f in part.told))
        outcome = "failed" if found.counts else "held"
        self.proofs.append(Proof(name=name, outcome=outcome, about=about, seconds=self._taken()))
        return found

    def _taken(self) -> float:
        """Say what the runs since the last proof took."""
        spent, self._spent_s = self._spent_s, 0.0
        return spent


def _around(question: Question, name: str, alter: Callable[[Path], object], witness: str, ends_s: float) -> Around:
    def change(root: Path) -> None:
        alter(root)

    tells = question.tells_tests
    options = f"{question.check.env.get('PYTEST_ADDOPTS', '')} --junitxml='{{report}}'".strip()
    return Around(
        alter=change,
        label=name,
        witness=witness,
        ends_s=ends_s,
        env={} if tells else {"PYTEST_ADDOPTS": options},
        report=not tells,
    )


def _sorted(cases: tuple[JUnitCase, ...], tests: Names) -> Outcomes:
    by_name: dict[str, list[JUnitCase]] = {}
    for case in cases:
        by_name.setdefault(case.name.partition("[")[0], []).append(case)
    found = {
        (path, name): tuple(c for c in by_name.get(name.rpartition(".")[2], ()) if is_case(c, path, name))
        for path, name in pairs(tests)
    }
    return {test: said for test, said in found.items() if said}


class Tally(msgspec.Struct, frozen=True):
    """Tests by what became of them: red by their own body, green, or neither (an error around them, a skip)."""

    red: frozenset[tuple[str, str]] = frozenset()
    asserted: frozenset[tuple[str, str]] = frozenset()
    """Of the red ones those an assertion turned red."""

    green: frozenset[tuple[str, str]] = frozenset()


def tally(outcomes: Outcomes) -> Tally:
    """Sort tests by their outcomes; one red case makes a test red, and it takes only green ones to be green."""
    red = {test for test, cases in outcomes.items() if any(case.outcome == "failed" for case in cases)}
    asserted = {test for test in red if any(_by_assertion(case) for case in outcomes[test])}
    green = {test for test, cases in outcomes.items() if all(case.outcome == "passed" for case in cases)}
    return Tally(frozenset(red), frozenset(asserted), frozenset(green))


def _by_assertion(case: JUnitCase) -> bool:
    said = case.message.lstrip()
    return case.outcome == "failed" and said.startswith(("assert ", "AssertionError", "Failed: "))
