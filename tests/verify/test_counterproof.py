"""A report is believed only if it says of tests that were made to fail that they failed."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestrator.codec.junit import Case
from orchestrator.model.settings import CheckSettings
from orchestrator.model.verdicts import Verdict
from orchestrator.verify.counterproof import Choice, Chosen, Sources, alter, modules_of, runs_tests, weigh

SOURCE = '''\
"""Tests."""
import pytest, unittest


def test_plain():
    """What it says."""
    assert True


def test_short(): assert True


@pytest.fixture
def test_client():
    return 1


class TestMany:
    @pytest.mark.parametrize("x", [1, 2])
    async def test_each(self, x):
        @wraps
        def inner():
            pass


if True:
    class Old(unittest.TestCase):
        def test_old(self): pass; pass
'''
NAMES = {"test_plain", "test_short", "TestMany.test_each", "Old.test_old"}


def case(classname: str, name: str, outcome: Any = "passed") -> Case:
    return Case(id=f"{classname}::{name}", name=name, classname=classname, outcome=outcome)


def every(tmp_path: Path, *, keep_all: bool = False, **more: Any) -> tuple[Sources, Chosen]:
    (tmp_path / "tests").mkdir(exist_ok=True)
    (tmp_path / "tests/test_a.py").write_text(SOURCE)
    sources = Sources(tmp_path, {"tests/test_a.py", "src/a.py", "tests/gone.py", "tests/data.json"})
    return sources, Choice(passed=(), first=frozenset(), keep_all=keep_all, **more).of(sources)


def test_every_test_of_a_file_can_be_made_to_fail_and_the_file_stays_python(tmp_path: Path) -> None:
    sources, chosen = every(tmp_path)
    assert chosen == Chosen({"tests/test_a.py": frozenset(NAMES)}, {})
    assert alter(tmp_path, sources, chosen) == 4
    text = (tmp_path / "tests/test_a.py").read_text()
    compile(text, "test_a.py", "exec")
    assert len(re.findall(r"assert \d+ == \d+", text)) == 4
    assert re.search(r"def test_short\(\): assert \d+ == \d+; assert True", text)
    assert text.splitlines()[0] == '"""Tests."""'


def test_others_are_taken_out_unless_they_are_called_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.verify.counterproof._FEWEST", 1)
    sources, chosen = every(tmp_path)
    assert [len(names) for names in (chosen.failing["tests/test_a.py"], chosen.absent["tests/test_a.py"])] == [1, 3]
    alter(tmp_path, sources, chosen)
    assert (tmp_path / "tests/test_a.py").read_text().count("def off_test_") == 3
    assert every(tmp_path, keep_all=True)[1].absent == {}


def test_only_what_was_reported_as_passed_is_chosen_and_the_changed_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, _ = every(tmp_path)
    (tmp_path / "tests/test_b.py").write_text("def test_b(): pass\ndef test_c(): pass\n")
    sources = Sources(tmp_path, {*sources.paths, "tests/test_b.py"})
    passed = ("tests.test_a::test_plain", "tests.test_a.TestMany::test_each[1]", "tests.test_b::test_b")
    monkeypatch.setattr("orchestrator.verify.counterproof._FEWEST", 1)
    choice = Choice(passed=passed, first=frozenset({"tests/test_b.py"}), keep_all=False)
    chosen = choice.of(sources)
    assert chosen.failing == {"tests/test_b.py": {"test_b"}}
    others = {"test_plain", "TestMany.test_each", "test_short", "Old.test_old"}
    assert chosen.absent == {"tests/test_a.py": others, "tests/test_b.py": {"test_c"}}


def test_tests_count_by_their_cases_so_that_the_run_stays_short(tmp_path: Path) -> None:
    sources, _ = every(tmp_path)
    many = tuple(f"tests.test_a.TestMany::test_each[{number}]" for number in range(500))
    passed = (*many, "tests.test_a::test_plain", "tests.test_a::test_short")
    for few in (False, True):
        choice = Choice(passed=passed, first=frozenset(), keep_all=False, few=few)
        names = choice.of(sources).failing["tests/test_a.py"]
        assert names in ({"test_plain", "test_short"}, {"TestMany.test_each"})


def test_a_report_is_weighed_by_what_it_says_of_them() -> None:
    chosen = Chosen({"tests/test_a.py": frozenset({"test_a", "TestX.test_b"})}, {"t/test_c.py": frozenset({"test_c"})})
    honest = [case("tests.test_a", "test_a", "failed"), case("tests.test_a.TestX", "test_b[1]", "error")]
    assert weigh(honest, chosen) == ((), True)
    assert weigh([], chosen) == ((), False)
    assert weigh([*honest, case("tests.test_a.TestY", "test_b")], chosen) == ((), True)
    assert weigh([*honest, case("t.test_c", "test_c")], chosen) == ((("t/test_c.py", "test_c"),), True)
    assert weigh([case("tests.test_a", "test_a")], chosen) == ((("tests/test_a.py", "test_a"),), False)


def test_files_are_found_by_the_names_of_their_cases() -> None:
    paths = frozenset({"checks/it_works.py", "a.py"})
    assert modules_of(("checks.it_works.It::works", "nothing::x"), paths) == {"checks/it_works.py"}


@pytest.mark.parametrize(
    ("command", "known"),
    [
        ("pytest -q", True),
        (".venv/bin/py.test", True),
        ("python3 -m pytest", True),
        ("python -m unittest discover", True),
        ("sh -c 'pytest -q'", True),
        ("ruff check", False),
        ("mypy tests/pytest_plugin.py", False),
    ],
)
def test_commands_that_run_tests_are_known(command: str, known: Any) -> None:
    assert runs_tests(CheckSettings(name="t", command=tuple(command.split()))) is known


# -- with a real runner --------------------------------------------------------------------------------------------

BASE = {
    "calc.py": "def add(a, b):\n    return a + b\n",
    "test_calc.py": "import calc\ndef test_add():\n    assert calc.add(1, 2) == 3\n",
}
FORGE = """\
import os, sys
for word in sys.argv:
    if word.startswith("--junitxml="):
        with open(word[11:], "w") as file:
            file.write('<testsuite><testcase classname="test_calc" name="test_add"/></testsuite>')
        os._exit(0)
"""
FLIP = """\
import _pytest.reports as reports
def flip(original):
    def made(item, call):
        report = original(item, call)
        report.outcome, report.longrepr = "passed", None
        return report
    return made
reports.TestReport.from_item_and_call = flip(reports.TestReport.from_item_and_call)
"""


def pytest_check(court: Any, *, report: bool) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "-p", "no:xdist"]
    if report:
        court.check("tests", *command, "--junitxml={report}", format="junit")
    else:
        court.check("tests", *command)
    court.base(BASE)


@pytest.mark.slow
@pytest.mark.parametrize(("trick", "report"), [(FORGE, True), (FLIP, True), ("import os; os._exit(0)\n", False)])
def test_a_report_made_up_by_the_tree_is_no_pass(court: Any, trick: str, report: Any) -> None:
    pytest_check(court, report=report)
    court.head({"calc.py": f"{trick}def add(a, b):\n    return 7\n"})
    judgement = court.judge()
    assert judgement.verdict is Verdict.FAIL
    assert [finding.rule for finding in judgement.regressions] == ["report-untrue"]
    assert judgement.checks[0].proofs[0].outcome == "failed"


@pytest.mark.slow
@pytest.mark.parametrize("report", [True, False])
def test_true_reports_hold_and_are_not_doubted_twice(court: Any, report: Any) -> None:
    pytest_check(court, report=report)
    court.head({"calc.py": "def add(a, b):\n    return sum([a, b])\n"})
    assert [court.judge().verdict for _ in range(2)] == [Verdict.PASS] * 2
    (first,) = court.judge().checks[0].proofs
    assert (first.name, first.outcome) == ("counterproof", "held")
    assert len(court.runner.launches) == 2


@pytest.mark.slow
def test_a_project_whose_tests_swallow_everything_is_told_apart_from_a_forgery(court: Any) -> None:
    """Its base says the same of failing tests, so nobody made anything up, and nothing is proved."""
    pytest_check(court, report=False)
    court.base({**BASE, "conftest.py": "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"})
    court.head({"calc.py": "def add(a, b):\n    return sum([a, b])\n"})
    judgement = court.judge()
    assert judgement.verdict is Verdict.PASS
    (proof,) = judgement.checks[0].proofs
    assert (proof.outcome, "base" in proof.about) == ("cut", True)


def test_a_report_without_a_python_test_says_that_it_could_not_be_doubted(court: Any) -> None:
    program = court.script("t.sh", '#!/bin/sh\necho \'<testsuite><testcase name="a"/></testsuite>\' > "$1"\n')
    court.check("tests", program, "{report}", format="junit")
    judgement = court.judge()
    assert judgement.verdict is Verdict.PASS
    assert [(proof.outcome, proof.about) for proof in judgement.checks[0].proofs] == [
        ("cut", "no Python test of this tree was reported")
    ]
