"""Proofs on less code: functions give nothing back, and tests about them should notice."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from orchestrator.model.verdicts import Finding
from orchestrator.verify.counterproof import by_path
from orchestrator.verify.proofs import saying
from orchestrator.verify.proofs.bench import Bench, Outcomes, tally
from orchestrator.verify.proofs.facts import Facts, Found, counted
from orchestrator.verify.proofs.narrowing import functions_named, gut, narrow, read_text, words_of
from orchestrator.verify.proofs.scope import Names, merged
from orchestrator.verify.question import Question
from orchestrator.verify.surgery import parsed
from orchestrator.verify.testpaths import named_by, path_of

NEW, CHANGED = "gut", "weaker"


async def gut_what_is_new(bench: Bench, facts: Facts) -> Found:
    """Let what was written give nothing back: new tests that stay green prove nothing of it."""
    functions, tests = facts.scope.functions, facts.scope.new
    if not tests or not functions:
        return Found()

    def less(root: Path) -> None:
        narrow(root, facts.head.paths, tests, facts.head.argv)
        gut(root, functions)

    said = await bench.look(NEW, facts.head, less, tests)
    if said is None:
        return Found()
    if not tally(said.outcomes).red | tally(said.outcomes).green:
        return bench.cut(NEW, "no new test could be run without what was written")
    named = frozenset(path for entry in facts.created for path in named_by(entry, facts.head.paths))
    entries = tuple(_idle_entries(said.outcomes, facts, functions))
    rest = {} if tally(said.outcomes).red else {t: cases for t, cases in said.outcomes.items() if t[0] not in named}
    found = counted(entries), counted(_idle(rest, functions), strict=facts.strict)
    return bench.told(NEW, "new tests go red when what was written gives nothing back", *found)


def _idle_entries(outcomes: Outcomes, facts: Facts, functions: Names) -> Iterator[Finding]:
    """Find entries of the task's own tests none of whose tests notices."""
    for entry in facts.created:
        files = named_by(entry, facts.head.paths)
        about = {test: cases for test, cases in outcomes.items() if test[0] in files and _is_named(entry, test[1])}
        if about and len(tally(about).green) == len(about):
            yield saying.proves_nothing(path_of(entry), entry, functions)


def _is_named(entry: str, name: str) -> bool:
    node = entry.partition("::")[2].replace("::", ".").partition("[")[0]
    return not node or name == node or name.startswith(f"{node}.")


def _idle(outcomes: Outcomes, functions: Names) -> Iterator[Finding]:
    green = sorted(tally(outcomes).green)
    if green and len(green) == len(outcomes):
        yield saying.prove_nothing(green, functions)


async def gut_what_is_named(bench: Bench, facts: Facts) -> Found:
    """Let what changed tests name give nothing back: who noticed on the base must notice now."""
    tests = facts.judged(facts.scope.changed)
    if not tests:
        return Found()
    taken: Names = {}

    def less(root: Path, paths: frozenset[str], argv: tuple[str, ...]) -> None:
        nonlocal taken
        taken = merged(taken, functions_named(root, paths, _words(root, facts, tests)))
        narrow(root, paths, tests, argv)
        gut(root, taken)

    async def ask(question: Question, asked: Names) -> Outcomes | None:
        alter = partial(less, paths=question.paths, argv=question.argv)
        said = await bench.look(CHANGED, question, alter, asked)
        return said.outcomes if said is not None else None

    now = await ask(facts.head, tests)
    if now is None:
        return Found()
    still = by_path(tally(now).green)
    then = await ask(facts.base, still) if still and taken else {}
    if then is None:
        return Found()
    lost = sorted(tally(then).red & tally(now).green)
    found = counted((saying.weaker(path, name, taken) for path, name in lost), strict=facts.strict)
    return bench.told(CHANGED, "changed tests still go red when what they name gives nothing back", found)


def _words(root: Path, facts: Facts, tests: Names) -> frozenset[str]:
    """Give what the tests mention, as they are in the checkout and as the base has them."""
    found: set[str] = set()
    for path, names in tests.items():
        for read in (read_text(root, path), parsed(facts.scope.before.get(path, "").encode())):
            found.update(word for one in (read[1] if read else ()) if one.name in names for word in words_of(one))
    return frozenset(found)
