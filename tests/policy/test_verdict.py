"""What the reports on one tree come to."""

import msgspec
import pytest

from orchestrator.model.verdicts import Finding, Report, Verdict
from orchestrator.policy.verdict import NOTHING_RAN, Known, conclude, insisted

# One check a word: NAME=ANSWER, then its findings in brackets; `~` before the brackets: no structured report;
# `!` before them: the task's own tests. On the right what the base's report names and what it comes to.
TABLE = """
tests=PASS                                    | -                 | PASS     new:                old:
tests=PASS lint=PASS                          | -                 | PASS     new:                old:
tests=PASS[slow]                              | -                 | PASS     new:                old:
tests=FAIL[a]                                 | -                 | FAIL     new: a              old:
tests=FAIL[a]                                 | tests:a           | PASS     new:                old: a
tests=FAIL[a,b]                               | tests:a           | FAIL     new: b              old: a
tests=FAIL[a,b]                               | tests:a,b,c       | PASS     new:                old: a b
tests=FAIL[a]                                 | other:a           | FAIL     new: a              old:
tests=FAIL~[a]                                | tests:a           | FAIL     new: a              old:
tests=FAIL![a]                                | tests:a           | FAIL     new: a              old:
tests=FAIL[]                                  | tests:a           | FAIL     new:                old:
tests=FAIL[a] lint=PASS                       | tests:a           | PASS     new:                old: a
tests=FAIL[a] lint=FAIL~[x]                   | tests:a           | FAIL     new: x              old: a
honest=BLOCKED[p]                             | -                 | BLOCKED  new: p              old:
honest=BLOCKED[p]                             | honest:p          | BLOCKED  new: p              old:
tests=FAIL[a] honest=BLOCKED[p]               | -                 | BLOCKED  new: a p            old:
honest=BLOCKED[p] tests=FAULT                 | -                 | FAULT    new: p              old:
tests=FAULT lint=FAIL~[x]                     | -                 | FAULT    new: x              old:
tests=FAULT[a] lint=PASS                      | -                 | FAULT    new:                old:
"""


def read(word: str) -> Report:
    name, _, answer = word.partition("=")
    answer, _, inside = answer.partition("[")
    findings = tuple(Finding(id=x, message=x) for x in inside.rstrip("]").split(",") if x)
    kind = answer.rstrip("~!")
    return Report(
        name=name,
        report=Verdict.FAIL if kind == "FAULT" else Verdict(kind),
        findings=findings,
        structured="~" not in answer,
        own="!" in answer,
        fault="no pytest" if kind == "FAULT" else "",
    )


def known(text: str) -> dict[str, Known]:
    pairs = [word.partition(":") for word in text.split() if ":" in word]
    return {name: Known(base=frozenset(ids.split(","))) for name, _, ids in pairs}


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_the_table(row: str) -> None:
    reports, base, expected = (part.strip() for part in row.split("|"))
    judgement = conclude("t", "b", tuple(map(read, reports.split())), known(base))
    answer = "FAULT" if judgement.fault else judgement.verdict.value
    new = " ".join(f.id for f in judgement.regressions)
    old = " ".join(f.id for f in judgement.pre_existing)
    assert f"{answer} new: {new} old: {old}".split() == expected.split()


def test_no_report_at_all_is_a_fail_that_says_what_to_do() -> None:
    judgement = conclude("t", "b", (), {})
    assert judgement.verdict is Verdict.FAIL
    assert judgement.regressions == (NOTHING_RAN,)


def test_a_finding_about_the_tasks_own_tests_is_never_excused() -> None:
    excuses = {"tests": Known(base=frozenset({"a", "b"}), own=frozenset({"b"}))}
    judgement = conclude("t", "b", (read("tests=FAIL[a,b]"),), excuses)
    assert judgement.verdict is Verdict.FAIL
    assert [f.id for f in judgement.regressions] == ["b"]
    assert [f.id for f in judgement.pre_existing] == ["a"]


def test_a_finding_without_an_id_is_never_excused() -> None:
    report = Report(name="t", report=Verdict.FAIL, structured=True, findings=(Finding(message="x"),))
    judgement = conclude("t", "b", (report,), {"t": Known(base=frozenset({""}))})
    assert judgement.verdict is Verdict.FAIL


def test_a_fault_is_no_verdict_and_says_which_check_could_not_answer() -> None:
    judgement = conclude("t", "b", (read("tests=FAULT"), read("lint=PASS")), {})
    assert judgement.fault == "tests: no pytest"
    assert judgement.verdict is not Verdict.PASS


@pytest.mark.parametrize(
    ("reports", "red"),
    [
        ("tests=FAIL~[x]@", ("tests",)),
        ("tests=FAIL~[x]@ lint=PASS", ("tests",)),
        ("tests=FAIL~[x]@ lint=FAIL~[y]@", ("tests", "lint")),
        ("tests=FAIL~[x]@ lint=FAIL~[y]", ()),
        ("tests=FAIL~[x]@ honest=BLOCKED[p]", ()),
        ("tests=FAIL~[x]@ unit=FAIL[a]", ("tests",)),
        ("tests=PASS", ()),
    ],
)
def test_the_base_is_red_where_all_that_fails_fails_there_too(reports: str, red: tuple[str, ...]) -> None:
    found = tuple(
        msgspec.structs.replace(read(word.rstrip("@")), on_base=word.endswith("@")) for word in reports.split()
    )
    assert conclude("t", "b", found, {"unit": Known(base=frozenset({"a"}))}).red_base == red


def test_the_judgement_names_the_tree_and_the_base_it_is_about() -> None:
    judgement = conclude("tree-1", "base-1", (read("tests=PASS"),), {})
    assert (judgement.tree, judgement.base) == ("tree-1", "base-1")
    assert judgement.checks[0].name == "tests"


def finding(rule: str, path: str = "a.py") -> Finding:
    return Finding(rule=rule, path=path, message="wrong", id=f"{rule}:{path}:wrong")


@pytest.mark.parametrize("named", ["E1:a.py", "E1:a.py:wrong"])
@pytest.mark.parametrize("answer", [Verdict.FAIL, Verdict.PASS])
def test_what_a_task_is_there_to_mend_is_never_excused_nor_tolerated(named: str, answer: Verdict) -> None:
    found = (finding("E1"), finding("E2"))
    report = Report(name="lint", report=answer, structured=True, findings=found)
    known = Known(base=frozenset(f.id for f in found))
    asked, less = insisted(report, known, frozenset({named}))
    judgement = conclude("t", "b", (asked,), {"lint": less})
    assert judgement.verdict is Verdict.FAIL
    assert judgement.regressions == (found[0],)


def test_what_a_task_is_not_there_to_mend_is_as_it_was() -> None:
    report = Report(name="lint", report=Verdict.PASS, structured=True, findings=(finding("E1"),))
    assert insisted(report, Known(), frozenset()) == (report, Known())
    assert insisted(report, Known(), frozenset({"E1:b.py"})) == (report, Known())
    by_code = msgspec.structs.replace(report, structured=False)
    assert insisted(by_code, Known(), frozenset({"E1:a.py"})) == (by_code, Known())
