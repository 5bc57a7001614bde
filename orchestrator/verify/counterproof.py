"""The counterproof: tests that are made to fail must be reported as failed. Never says what the tests are worth.

A report is written by the very process the code under judgement runs in, so nothing in it can be believed for its own
sake. It is put to the test instead: the same command runs once more on the same tree, in which a choice of tests
(nobody can know beforehand which) begins with an assertion that does not hold, and other tests are taken out. Whatever
makes up the report (a hook that flips outcomes, a module that writes the file and leaves, a `pytest.py` in the tree)
says of these tests what it always says, and has said too much.

Rules
1. Chosen are tests that were reported as passed: those of the task and of changed files first, then any.
2. A chosen test reported as passed, or one that was taken out and is reported at all, makes the report untrue; so does
   a run that is a PASS as a whole.
3. What the base does too is how this project's tests are, and nobody's forgery.
4. A share of all cases is chosen, for a failing test costs several that pass. Where that was too long, few; where
   taking tests out keeps all others from being run, the choice alone is made to fail.
5. No Python test can be found, or the command is not known to run tests: nothing is claimed, and that is said.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from orchestrator.codec.junit import Case as JUnitCase
from orchestrator.files.beneath import read_beneath, write_beneath
from orchestrator.model.settings import CheckSettings
from orchestrator.model.verdicts import Finding
from orchestrator.verify.surgery import MAX_SOURCE, Located, applied, in_front, is_fixture, parsed, renamed
from orchestrator.verify.testpaths import belongs, is_test_file

NAME = "counterproof"
_RUNS_TESTS = re.compile(
    r"(?:^|[\s/'\"])(?:py\.?test|nose2|stestr|trial)(?:$|[\s'\"])|-m\s+(?:pytest|unittest|nose2)\b"
)
_MAX_FILES = 4000
_FEWEST, _MOST = 30, 400
_SHARE = 0.02
"""A failing test, with its traceback, takes some five to ten times what a passing one takes."""


class Chosen(msgspec.Struct, frozen=True):
    """Tests by path: which begin with an assertion that does not hold, and which are taken out."""

    failing: Mapping[str, frozenset[str]]
    absent: Mapping[str, frozenset[str]]

    def __bool__(self) -> bool:
        """Say whether there is any test that fails now."""
        return any(self.failing.values())


def runs_tests(check: CheckSettings) -> bool:
    """Say whether a check is known to run tests: it promises a report of them, or starts a runner we know."""
    return check.format == "junit" or bool(_RUNS_TESTS.search(" ".join(check.command)))


class Sources:
    """The Python test files of a checkout, as text. `extra` are files that a report names besides."""

    def __init__(self, root: Path, paths: Iterable[str], extra: Iterable[str] = ()) -> None:
        self._root = root
        named = frozenset(extra)
        self.paths = tuple(
            path for path in sorted(paths) if path.endswith(".py") and (is_test_file(path) or path in named)
        )

    def functions(self, path: str) -> tuple[str, tuple[Located, ...]] | None:
        """Give a file's text and its functions."""
        return parsed(read_beneath(self._root, path, MAX_SOURCE))


def modules_of(cases: Iterable[str], paths: frozenset[str]) -> frozenset[str]:
    """Give the files that the class names of a report's cases (`tests.test_api.TestLogin::test_ok`) stand for."""
    found: set[str] = set()
    for place in {case.rpartition("::")[0] for case in cases}:
        parts = place.split(".")
        found.update("/".join(parts[:end]) + ".py" for end in range(1, len(parts) + 1))
    return frozenset(found & paths)


class Choice:
    """What is chosen among the tests of a checkout. `first` are files whose tests are chosen before others'."""

    def __init__(self, *, passed: tuple[str, ...], first: frozenset[str], keep_all: bool, few: bool = False) -> None:
        self._passed = _by_name(_as_case(case) for case in passed)
        self._first = first
        self._keep_all = keep_all
        self._limit = _FEWEST if few else max(_FEWEST, min(_MOST, int(len(passed) * _SHARE)))

    def of(self, sources: Sources) -> Chosen:
        """Choose, by chance, at most as many as the time allows."""
        known: list[tuple[str, str, int]] = []
        idle: list[tuple[str, str]] = []
        for path in sources.paths[:_MAX_FILES]:
            read = sources.functions(path)
            for one in read[1] if read else ():
                cases = self._cases(path, one)
                known += [(path, one.name, cases)] if cases else []
                # what was left out is left out again: it may be most of what there is to collect
                idle += [(path, one.name)] if not cases and one.last.startswith("test") and not is_fixture(one) else []
        chance = secrets.SystemRandom()
        chance.shuffle(known)
        known.sort(key=lambda test: test[0] not in self._first)
        chosen, total = set[tuple[str, str]](), 0
        for path, name, cases in known:
            if not chosen or total + cases <= self._limit:
                chosen.add((path, name))
                total += cases
        rest = () if self._keep_all else [*idle, *(test[:2] for test in known if test[:2] not in chosen)]
        return Chosen(by_path(chosen), by_path(rest))

    def _cases(self, path: str, function: Located) -> int:
        """Count the cases of a test that were reported as passed; one, where there is no report to go by."""
        if is_fixture(function):
            return 0
        if not self._passed:
            return int(function.last.startswith("test"))
        return sum(is_case(case, path, function.name) for case in self._passed.get(function.last, ()))


def alter(root: Path, sources: Sources, chosen: Chosen) -> int:
    """Make the chosen tests of a checkout fail and take the others out; count those that fail now."""
    count = 0
    for path in {*chosen.failing, *chosen.absent}:
        read = sources.functions(path)
        if read is None:
            continue
        text, functions = read
        failing, absent = chosen.failing.get(path, frozenset()), chosen.absent.get(path, frozenset())
        edits = [in_front(text, one.node.body[0], _untrue()) for one in functions if one.name in failing]
        edits += [renamed(text, one, f"off_{one.last}") for one in functions if one.name in absent]
        write_beneath(root, path, applied(text, edits))
        count += sum(one.name in failing for one in functions)
    return count


def weigh(cases: Iterable[JUnitCase], chosen: Chosen) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Give the path and name of every test a report lies about, and whether any that fails now is told to.

    A lie is a test that fails now and is called passed, or one that is absent and called so.
    """
    told = _by_name(case for case in cases if case.outcome != "skipped")
    lies: list[tuple[str, str]] = []
    reached = False
    for tests in (chosen.failing, chosen.absent):
        for path, name in ((path, name) for path, names in tests.items() for name in names):
            said = [case for case in told.get(name.rpartition(".")[2], ()) if is_case(case, path, name)]
            lies += [(path, name)] if any(case.outcome == "passed" for case in said) else []
            reached |= tests is chosen.failing and any(case.outcome != "passed" for case in said)
    return tuple(lies), reached


def untrue(check: CheckSettings, path: str, name: str) -> Finding:
    """Say of one test that its report is made up."""
    return Finding(
        path=path,
        rule="report-untrue",
        id=f"report-untrue:{path}:{name}",
        message=f"{path}::{name} was made to fail, and check {check.name} still reports that it passed: what this tree "
        "reports of its tests is made up. Take out whatever writes, changes or replaces the report, its runner or the "
        "outcomes of tests (hooks, plugins, modules called as the runner's, code that ends the process)",
    )


def unmoved(check: CheckSettings) -> Finding:
    """Say that a check passes whatever its tests do."""
    return Finding(
        rule="report-untrue",
        id=f"report-untrue:{check.name}",
        message=f"check {check.name} passes although its tests were made to fail: the tree decides what its tests come "
        "to, not the tests. Take out whatever ends the process, replaces the runner or changes outcomes",
    )


def silent(check: CheckSettings, why: str) -> Finding:
    """Say that a check answers nothing once its tests fail, and answered before."""
    return Finding(
        rule="report-untrue",
        id=f"report-untrue:{check.name}",
        message=f"check {check.name} reports nothing any more when its tests are made to fail, as they do on the base: "
        f"let the runner end by itself and write its own report\n{why}",
    )


def is_case(case: JUnitCase, path: str, name: str) -> bool:
    """Say whether a reported case is the test of that qualified name in that file."""
    *classes, last = name.split(".")
    if case.name.partition("[")[0] != last or not belongs(case, path):
        return False
    return not classes or classes[-1] in re.split(r"[.:]+", case.classname)


def _as_case(case: str) -> JUnitCase:
    classname, _, name = case.rpartition("::")
    return JUnitCase(id=case, name=name, classname=classname, outcome="passed")


def _untrue() -> str:
    one, other = secrets.randbelow(900) + 100, secrets.randbelow(900) + 1000
    return f"assert {one} == {other}"


def _by_name(cases: Iterable[JUnitCase]) -> Mapping[str, list[JUnitCase]]:
    found: dict[str, list[JUnitCase]] = {}
    for case in cases:
        found.setdefault(case.name.partition("[")[0], []).append(case)
    return found


def by_path(tests: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    """Put tests in order by their files."""
    found: dict[str, set[str]] = {}
    for path, name in tests:
        found.setdefault(path, set()).add(name)
    return {path: frozenset(names) for path, names in found.items()}
