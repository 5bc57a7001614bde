"""Proofs across time: the base's tests on the new code, new tests on the base's."""

from functools import partial
from pathlib import Path

import msgspec

from orchestrator.files.beneath import write_beneath
from orchestrator.verify.counterproof import by_path
from orchestrator.verify.proofs import saying
from orchestrator.verify.proofs.bench import Bench, Outcomes, tally
from orchestrator.verify.proofs.facts import Facts, Found, counted
from orchestrator.verify.proofs.narrowing import narrow
from orchestrator.verify.proofs.scope import Names, merged, pairs
from orchestrator.verify.question import Question
from orchestrator.verify.testpaths import is_test_file

OLD, FIRST = "base-tests", "red-first"


async def base_tests(bench: Bench, facts: Facts) -> Found:
    """Run tests that were changed or are gone, as the base has them: what an assertion of theirs says must hold."""
    tests = facts.judged(merged(facts.scope.changed, facts.scope.gone))
    if not tests:
        return Found()
    overlay = tuple(sorted({*facts.head.overlay, *tests}))
    now = await _ask(bench, msgspec.structs.replace(facts.head, overlay=overlay), tests)
    if now is None:
        return Found()
    red = tally(now).asserted
    then = await _ask(bench, facts.base, by_path(red)) if red else {}
    if then is None:
        return Found()
    broken = sorted(red & tally(then).green)
    said = {test: next(case.message for case in now[test] if case.outcome == "failed") for test in broken}
    found = (saying.base_test_fails(path, name, said[path, name]) for path, name in broken)
    return bench.told(OLD, "tests hold as the base has them", counted(found, strict=facts.strict))


async def _ask(bench: Bench, question: Question, tests: Names) -> Outcomes | None:
    alter = partial(narrow, paths=question.paths, keep=tests, argv=question.argv)
    said = await bench.look(OLD, question, alter, tests)
    return said.outcomes if said is not None else None


async def red_first(bench: Bench, facts: Facts) -> Found:
    """Run new tests on the base's code: what is green there says nothing of this work, and that is told."""
    tests = facts.scope.new
    if not tests or not facts.scope.functions:
        return Found()

    def older(root: Path) -> None:
        for path, text in facts.scope.texts.items():
            if is_test_file(path):
                write_beneath(root, path, text.encode())
        narrow(root, {*facts.base.paths, *tests}, tests, facts.base.argv)

    question = msgspec.structs.replace(facts.base, argv=facts.head.argv)
    said = await bench.look(FIRST, question, older, tests)
    if said is None:
        return Found()
    green = by_path(tally(said.outcomes).green)
    notes = Found(told=tuple(saying.green_before(path, name) for path, name in pairs(green)))
    return bench.told(FIRST, "new tests are red on the base's code", notes)
