"""What tests are worth is found out by running them: on less code, on older code, with a look at what they reach."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.model.settings import CheckSettings
from orchestrator.verify.proofs.bench import Budget
from orchestrator.verify.proofs.saying import NOTES, RULES
from orchestrator.verify.question import Around
from tests.verify.lab import Lab

CODE = '''\
"""Prices."""


def total(prices, discount=0):
    whole = sum(prices)
    if discount:
        whole -= whole * discount // 100
    return whole


def label(price):
    """Say it."""
    return f"{price} EUR"
'''
TEST = """\
from shop import label, total


def test_total():
    assert total([1, 2]) == 3
    assert total([100], 10) == 90


def test_label():
    assert label(3) == "3 EUR"
"""
BASE = {"shop.py": CODE, "tests/test_shop.py": TEST, "tests/test_other.py": "def test_other():\n    assert 1\n"}
MORE = CODE + "\n\ndef most(prices):\n    best = max(prices)\n    return best\n"
GOOD = "from shop import most\n\n\ndef test_most():\n    assert most([1, 3, 2]) == 3\n"


def rules(found: Any) -> set[str]:
    return {finding.rule for finding in found.counts}


def proof(found: Any, name: str) -> Any:
    return next(one for one in found.proofs if one.name == name)


# -- honest work ---------------------------------------------------------------------------------------------------


def test_work_with_a_test_of_its_own_is_believed_and_only_its_tests_are_run(tmp_path: Path) -> None:
    lab = Lab(tmp_path, BASE, {"shop.py": MORE, "tests/test_most.py": GOOD})
    found = lab.prove()
    assert (found.counts, found.told) == ((), ())
    assert {one.name: one.outcome for one in found.proofs} == {
        "gut": "held",
        "census": "held",
        "red-first": "held",
        "mutants": "held",
    }
    assert "base" not in {run.split()[1] for run in lab.runs if "red-first" not in run}
    assert {path.name for path in (tmp_path / "run-1/tests").iterdir()} == {"test_most.py"}


@pytest.mark.parametrize(
    "head",
    [
        {"shop.py": CODE.replace("whole = sum(prices)", "whole = 0\n    for p in prices:\n        whole += p")},
        {"tests/test_shop.py": TEST + "    assert label(4) == '4 EUR'\n"},
        {"tests/test_shop.py": TEST.replace("test_label", "test_says_euros")},
        {"tests/test_shop.py": "", "tests/test_moved.py": TEST},
        {"tests/test_shop.py": TEST.replace("    assert total([1, 2]) == 3\n", "    assert total((2, 1)) == 3\n")},
        {"shop.py": CODE.replace("EUR", "euros"), "tests/test_shop.py": TEST.replace("EUR", "euros")},
        {"README.md": "hello"},
    ],
    ids=["refactored", "more asserted", "renamed", "moved", "asserted otherwise", "meant otherwise", "documents"],
)
def test_honest_changes_are_not_held_against_anybody(tmp_path: Path, head: dict[str, str]) -> None:
    """A commit whose message may say that behaviour changes; a queue's task has to say so by `allow_test_changes`."""
    assert Lab(tmp_path, BASE, head).prove(strict=False).counts == ()


# -- what only pretends --------------------------------------------------------------------------------------------

CHEATS: dict[str, tuple[dict[str, str], str]] = {
    "a new test of nothing": (
        {"shop.py": MORE, "tests/test_most.py": "from shop import most\ndef test_most():\n    assert callable(most)\n"},
        "test-proves-nothing",
    ),
    "a new test of a mock": (
        {
            "shop.py": MORE,
            "tests/test_most.py": "from unittest.mock import Mock\ndef test_it():\n    assert Mock(return_value=3)()\n",
        },
        "test-proves-nothing",
    ),
    "expectations bent to the code": (
        {
            "shop.py": CODE.replace("sum(prices)", "len(prices)"),
            "tests/test_shop.py": TEST.replace("3\n    assert total([100], 10) == 90", "2"),
        },
        "base-test-fails",
    ),
    "a test removed that would fail": (
        {"shop.py": CODE.replace("EUR", "USD"), "tests/test_shop.py": TEST[: TEST.index("\n\ndef test_label")]},
        "base-test-fails",
    ),
    "an early return": (
        {"tests/test_shop.py": TEST.replace("    assert total([1", "    return\n    assert total([1")},
        "assertion-unreached",
    ),
    "a return half way": (
        {"tests/test_shop.py": TEST.replace("    assert total([100", "    return\n    assert total([100")},
        "assertion-unreached",
    ),
    "if False": (
        {
            "tests/test_shop.py": TEST.replace(
                '    assert label(3) == "3 EUR"', '    if False:\n        assert label(3) == "3 EUR"'
            )
        },
        "assertion-unreached",
    ),
    "a loop over nothing": (
        {
            "tests/test_shop.py": TEST.replace(
                '    assert label(3) == "3 EUR"', '    for _ in []:\n        assert label(3) == "3 EUR"'
            )
        },
        "assertion-unreached",
    ),
    "a condition on the outcome": (
        {
            "tests/test_shop.py": TEST.replace(
                '    assert label(3) == "3 EUR"', '    if label(3) == "4 EUR":\n        assert label(3) == "3 EUR"'
            )
        },
        "assertion-unreached",
    ),
    "or True": ({"tests/test_shop.py": TEST.replace('== "3 EUR"', '== "3 EUR" or True')}, "test-weaker"),
    "a tautology": ({"tests/test_shop.py": TEST.replace('"3 EUR"', "label(3)")}, "test-weaker"),
    "a swallowed assertion": (
        {
            "tests/test_shop.py": TEST.replace(
                '    assert label(3) == "3 EUR"',
                '    try:\n        assert label(3) == "3 EUR"\n    except Exception:\n        pass',
            )
        },
        "test-weaker",
    ),
    "the subject mocked": (
        {
            "tests/test_shop.py": TEST.replace(
                "def test_label():\n", "def test_label():\n    label = lambda price: '3 EUR'\n"
            )
        },
        "test-weaker",
    ),
    "an assertion of its type alone": (
        {"tests/test_shop.py": TEST.replace('assert label(3) == "3 EUR"', "assert label")},
        "test-weaker",
    ),
    "a new test behind a condition": (
        {"tests/test_most.py": "import shop\ndef test_new():\n    if not shop:\n        assert shop.total([1]) == 1\n"},
        "assertion-unreached",
    ),
}


@pytest.mark.parametrize("form", CHEATS)
def test_what_only_pretends_is_found(tmp_path: Path, form: str) -> None:
    head, rule = CHEATS[form]
    found = Lab(tmp_path, BASE, head).prove()
    assert rule in rules(found), [(one.name, one.outcome, one.about) for one in found.proofs]
    assert all(finding.path and finding.message for finding in found.counts)
    if rule != "test-proves-nothing":
        assert rule in {f.rule for f in Lab(tmp_path / "again", BASE, head).prove(strict=False).told}


def test_a_test_the_task_asks_for_must_notice_the_work(tmp_path: Path) -> None:
    idle = "from shop import most\ndef test_most():\n    most([1])\n"
    lab = Lab(tmp_path, BASE, {"shop.py": MORE, "tests/test_most.py": idle, "tests/test_more.py": GOOD})
    (finding,) = lab.prove(created=("tests/test_most.py",), strict=False).counts
    assert (finding.rule, finding.path) == ("test-proves-nothing", "tests/test_most.py")
    assert lab.prove(created=("tests/test_more.py::test_most",)).counts == ()


def test_what_a_person_allowed_may_change(tmp_path: Path) -> None:
    head, _ = CHEATS["expectations bent to the code"]
    assert Lab(tmp_path, BASE, head).prove(allowed=("tests/*",)).counts == ()


def test_what_the_base_was_no_better_at_is_nobodys_doing(tmp_path: Path) -> None:
    never = "import shop\ndef test_never():\n    if not shop:\n        assert shop.total([1]) == 1\n"
    base = {**BASE, "tests/test_never.py": never}
    assert Lab(tmp_path, base, {"tests/test_never.py": never + "    x = 1\n"}).prove().counts == ()


# -- what is only told ---------------------------------------------------------------------------------------------


def test_new_lines_no_test_runs_defects_nobody_notices_and_tests_that_were_green_before_are_told(
    tmp_path: Path,
) -> None:
    code = CODE.replace("    return whole\n", "    if whole > 1000:\n        whole = 1000\n    return whole\n")
    test = "from shop import total\n\n\ndef test_more():\n    assert total([2]) == 2\n"
    found = Lab(tmp_path, BASE, {"shop.py": code, "tests/test_more.py": test}).prove()
    assert found.counts == ()
    told = {finding.rule: finding for finding in found.told}
    assert set(told) == set(NOTES)
    assert "1 of 2 new statements of shop.py" in told["lines-unreached"].message
    assert all(finding.severity == "note" for finding in found.told)


# -- time, and runs that say nothing -------------------------------------------------------------------------------


def test_what_the_time_does_not_suffice_for_is_cut_and_named(tmp_path: Path) -> None:
    lab = Lab(tmp_path, BASE, {"shop.py": MORE, "tests/test_most.py": GOOD})
    found = lab.prove(seconds=0.0)
    assert lab.runs == []
    assert {one.outcome for one in found.proofs} == {"cut"}
    assert "no time was left" in proof(found, "gut").about


@pytest.mark.parametrize(("reason", "says"), [("lost", "the run was lost"), ("memory", "the run took too much memory")])
def test_a_run_that_says_nothing_proves_nothing(tmp_path: Path, reason: str, says: str) -> None:
    lab = Lab(tmp_path, BASE, {"shop.py": MORE, "tests/test_most.py": GOOD})
    lab.broken = reason
    found = lab.prove()
    assert found.counts == ()
    assert proof(found, "gut").about == says


def test_code_that_is_needed_to_import_it_says_nothing(tmp_path: Path) -> None:
    code = MORE + "\n\nTABLE = most([1, 2]) + 1\n"
    found = Lab(tmp_path, BASE, {"shop.py": code, "tests/test_most.py": GOOD}).prove()
    assert found.counts == ()
    assert proof(found, "gut").outcome == "cut"


@pytest.mark.parametrize(("seconds", "spent", "allowed"), [(100, 30, 70), (10, 0, 10), (4, 1, 9), (0.5, 0.5, 2.5)])
def test_proofs_may_take_as_long_as_the_check_and_some_times_that_of_a_quick_one(
    seconds: float, spent: float, allowed: float
) -> None:
    async def story() -> float:
        return Budget(seconds, spent, anyio.current_time()).allowed_s

    assert anyio.run(story) == allowed


def test_the_time_of_proofs_begins_with_the_honest_check_and_what_its_rules_took_is_gone() -> None:
    async def story() -> tuple[float, bool, bool]:
        now = anyio.current_time()
        return (
            Budget(100, 0, now - 60).left_s,
            Budget(100, 0, now - 60).suffices(),
            Budget(100, 0, now - 100).suffices(),
        )

    left_s, early, late = anyio.run(story)
    assert left_s <= 40
    assert early
    assert not late


def test_no_proof_is_begun_that_is_expected_to_take_longer_than_the_time_left() -> None:
    async def story() -> tuple[bool, bool]:
        now = anyio.current_time()
        return Budget(1000, 700, now).suffices(), Budget(1000, 800, now).suffices()

    assert anyio.run(story) == (True, False)


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (Around(), 300.0),
        (Around(timeout_s=20.0), 20.0),
        (Around(ends_s=1007.0), 7.0),
        (Around(ends_s=1007.0, timeout_s=5.0), 5.0),
        (Around(ends_s=9000.0), 300.0),
        (Around(ends_s=900.0), 0.05),
    ],
)
def test_a_run_ends_with_its_time_however_long_its_checkout_took(around: Around, expected: float) -> None:
    check = CheckSettings(name="tests", command=("pytest",), timeout_s=300.0)
    assert around.time_s(check, 1000.0) == pytest.approx(expected)


def test_every_rule_is_said_somewhere() -> None:
    assert {rule for _, rule in CHEATS.values()} == set(RULES)
