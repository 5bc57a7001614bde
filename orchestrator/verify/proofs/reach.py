"""Proofs of what is reached: assertions of the tests that were written, new lines of the code."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import msgspec

from orchestrator.files.beneath import write_beneath
from orchestrator.model.verdicts import Finding
from orchestrator.verify.counterproof import by_path
from orchestrator.verify.proofs import saying
from orchestrator.verify.proofs.bench import Bench, Said, tally
from orchestrator.verify.proofs.facts import Facts, Found, counted
from orchestrator.verify.proofs.mutants import Mutant, mutants_of
from orchestrator.verify.proofs.narrowing import narrow, read_text, tests_about
from orchestrator.verify.proofs.probes import Probes, Spot
from orchestrator.verify.proofs.scope import Names, merged
from orchestrator.verify.question import Question

NAME = "census"
MOST_ABOUT = 200
"""Tests that are run for what they mention alone."""


class Census(msgspec.Struct, frozen=True):
    """What was reached: spots with a probe and those come to, in tests and in the code; the tests that ran.

    `defects` are all that could be planted into what was written.
    """

    asserted: frozenset[Spot] = frozenset()
    lines: frozenset[Spot] = frozenset()
    reached: frozenset[Spot] = frozenset()
    about: Names = {}
    defects: tuple[Mutant, ...] = ()


async def census(bench: Bench, facts: Facts) -> tuple[Found, Census]:
    """Look what is reached; where an assertion is not, look whether the base came to it."""
    tests = facts.judged(facts.scope.tests)
    if not tests and not facts.scope.functions:
        return Found(), Census()
    said, now = await _count(bench, facts.head, facts, tests)
    if said is None:
        return Found(), Census()
    green = tally(said.outcomes).green
    lost = [spot for spot in now.asserted - now.reached if (spot.path, spot.function) in green]
    hushed = [spot for spot in lost if spot.function in facts.scope.changed.get(spot.path, ())]
    then = Census()
    if hushed:
        there, then = await _count(bench, facts.base, facts, by_path((spot.path, spot.function) for spot in hushed))
        if there is None:
            return Found(), now
    changed = counted(_hushed(hushed, now, then), strict=facts.strict)
    new = counted(_silent(lost, now, facts.scope.new), strict=facts.strict)
    notes = Found(told=tuple(_unreached(now)))
    return bench.told(NAME, "assertions and new lines are reached", changed, new, notes), now


async def _count(bench: Bench, question: Question, facts: Facts, tests: Names) -> tuple[Said | None, Census]:
    """Run tests with probes in front of their assertions, and of what is new in the code."""
    laid = _Laid(Probes(f"seen-{secrets.token_hex(6)}"), question, tests)
    functions = facts.scope.functions if question is facts.head else {}
    alter = partial(laid.lay, functions=functions, lines=facts.scope.lines)
    said = await bench.look(NAME, question, alter, lambda: laid.ran, witness=laid.probes.file)
    reached = laid.probes.reached(said.witness) if said else frozenset[Spot]()
    spots = laid.probes.spots
    return said, Census(
        frozenset(spots[: laid.border]), frozenset(spots[laid.border :]), reached, laid.ran, tuple(laid.defects)
    )


class _Laid:
    """Probes as they are laid into one checkout: first into tests, from `border` on into the code."""

    def __init__(self, probes: Probes, question: Question, tests: Names) -> None:
        self.probes = probes
        self.ran = self._tests = tests
        self.border = 0
        self.defects: list[Mutant] = []
        self._question = question

    def lay(self, root: Path, functions: Names, lines: Mapping[str, frozenset[int]]) -> None:
        """Leave the tests that are about it, and put probes in front of what is to be counted."""
        self.ran = merged(self._tests, tests_about(root, self._question.paths, functions, MOST_ABOUT))
        self.defects = mutants_of(root, functions)
        narrow(root, self._question.paths, self.ran, self._question.argv)
        for path, text in _texts(root, self._tests):
            _put(root, path, self.probes.into_tests(path, text, self._tests[path]))
        self.border = len(self.probes.spots)
        for path, text in _texts(root, functions):
            _put(root, path, self.probes.into_lines(path, text, functions[path], lines.get(path, frozenset())))


def _texts(root: Path, names: Names) -> Iterator[tuple[str, str]]:
    for path in sorted(names):
        read = read_text(root, path)
        if read is not None:
            yield path, read[0]


def _put(root: Path, path: str, content: bytes | None) -> None:
    if content is not None:
        write_beneath(root, path, content)


def _hushed(lost: Iterable[Spot], now: Census, then: Census) -> Iterator[Finding]:
    """Find assertions the base reached, by what they say."""
    before = {(spot.path, spot.function, spot.text) for spot in then.reached & then.asserted}
    left = {(spot.path, spot.function) for spot in now.reached & now.asserted}
    kept = {(spot.path, spot.function, spot.text) for spot in now.reached}
    for spot in sorted(lost, key=lambda one: (one.path, one.line)):
        said = (spot.path, spot.function, spot.text)
        if said in before and said not in kept:
            yield saying.unreached(spot, (spot.path, spot.function) in left)


def _silent(lost: Iterable[Spot], now: Census, new: Names) -> Iterator[Finding]:
    """Find new tests that pass and come to none of their assertions."""
    left = {(spot.path, spot.function) for spot in now.reached}
    seen: set[tuple[str, str]] = set()
    for spot in sorted(lost, key=lambda one: (one.path, one.line)):
        test = (spot.path, spot.function)
        if spot.function in new.get(spot.path, ()) and test not in left and test not in seen:
            seen.add(test)
            yield saying.never_reached(spot.path, spot.line, spot.function)


def _unreached(now: Census) -> Iterator[Finding]:
    for path in sorted({spot.path for spot in now.lines}):
        there = [spot for spot in now.lines if spot.path == path]
        missed = sorted(spot.line for spot in there if spot not in now.reached)
        if missed:
            yield saying.lines_unreached(path, missed, len(there))
