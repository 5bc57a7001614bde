"""A test report is read as it is, in every runner's dialect, and never trusted."""

import pytest

from orchestrator.codec import junit
from orchestrator.codec.junit import read_junit
from orchestrator.errors import InvalidInputError

PYTEST = b"""<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="2" tests="5" time="0.1">
<testcase classname="tests.test_a" name="test_one" time="0.001" />
<testcase classname="tests.test_a" name="test_two[a&lt;b]" time="0.002"><failure message="assert 1 == 2">def test_two():
&gt;  assert 1 == 2</failure></testcase>
<testcase classname="tests.test_a" name="test_three" file="tests/test_a.py" line="12" time="1,000.5">
  <skipped type="pytest.skip" message="not here">tests/test_a.py:12: not here</skipped></testcase>
<testcase classname="tests.test_b" name="" time="0">
<error message="collection failure">ImportError: nope</error></testcase>
<testcase classname="tests.test_b" name="gtest" status="notrun"/>
</testsuite></testsuites>"""


def test_every_outcome_is_read_with_its_place_and_message() -> None:
    report = read_junit(PYTEST)
    assert [case.outcome for case in report.cases] == ["passed", "failed", "skipped", "error", "skipped"]
    assert (report.tests, report.failures, report.errors, report.skipped) == (5, 1, 1, 2)
    failed, skipped, error = report.cases[1:4]
    assert failed.id == "tests.test_a::test_two[a<b]"
    assert failed.message == "assert 1 == 2\ndef test_two():\n>  assert 1 == 2"
    assert (skipped.file, skipped.line, skipped.seconds) == ("tests/test_a.py", 12, 1000.5)
    assert error.message == "collection failure\nImportError: nope"


def test_a_single_suite_as_root_and_nested_suites_are_read() -> None:
    data = (
        b'<testsuite name="o"><testsuite name="i" failures="1"><testcase name="t'
        b'"><failure/></testcase></testsuite></testsuite>'
    )
    (case,) = read_junit(data).cases
    assert (case.id, case.outcome, case.message) == ("t", "failed", "")


def test_the_worst_of_several_outcomes_counts_and_keeps_its_message() -> None:
    data = (
        b'<testsuite><testcase name="t"><failure message="f"/><error message="e"'
        b'/><skipped message="s"/></testcase></testsuite>'
    )
    (case,) = read_junit(data).cases
    assert (case.outcome, case.message) == ("error", "e")


def test_a_failure_that_is_counted_but_not_listed_becomes_an_error() -> None:
    data = (
        b'<testsuites failures="1" errors="0"><testsuite name="ui" tests="1" err'
        b'ors="1"><testcase name="t"/></testsuite></testsuites>'
    )
    report = read_junit(data)
    assert [(case.id, case.outcome) for case in report.cases] == [("t", "passed"), ("ui", "error")]
    assert "does not list" in report.cases[1].message


def test_a_suite_that_could_not_run_is_an_error_of_its_own() -> None:
    report = read_junit(b'<testsuites><testsuite name="x"><error message="boom"/></testsuite></testsuites>')
    assert [(case.id, case.outcome, case.message) for case in report.cases] == [("x", "error", "boom")]


def test_reruns_that_passed_in_the_end_and_output_are_no_failures() -> None:
    data = (
        b'<testsuite><testcase name="t"><flakyFailure message="m">x</flakyFailur'
        b"e><system-out>failure</system-out></testcase></testsuite>"
    )
    assert [case.outcome for case in read_junit(data).cases] == ["passed"]


def test_elements_in_odd_places_are_passed_over() -> None:
    data = b"""<testsuite><properties><failure/></properties><skipped/>
    <testcase name="t"/></testsuite>"""
    assert [(case.name, case.outcome) for case in read_junit(data).cases] == [("t", "passed")]


def test_nonsense_in_numbers_is_zero() -> None:
    (case,) = read_junit(b'<testsuite failures="x"><testcase name="t" time="nan" line="-3"/></testsuite>').cases
    assert (case.seconds, case.line) == (0.0, 0)
    assert read_junit(b'<testsuite><testcase name="t" time="soon"/></testsuite>').cases[0].seconds == 0.0


def test_endless_messages_are_cut() -> None:
    data = b'<testsuite><testcase name="t"><failure>' + b"x" * 100_000 + b"</failure></testcase></testsuite>"
    assert len(read_junit(data).cases[0].message) == junit.MAX_MESSAGE


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<testsuite>", "line 1, column 12"),
        (b"<testsuite><testcase></testsuite>", "mismatched tag"),
        (b"<html/>", "root is <html>"),
        (b"not xml", "line 1"),
        (b'<testsuite><testcase name="a"><failure/><testcase name="b"/></testcase></testsuite>', "inside another"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><testsuite name="&a;"/>', "document types"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite/>', "document types"),
        (b"<testsuite>" * 100, "nested deeper"),
        (b'<?xml version="1.0" encoding="klingon"?><testsuite/>', "encoding"),
    ],
)
def test_a_malformed_or_hostile_report_is_refused_with_its_place(data: bytes, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        read_junit(data)


def test_a_report_beyond_the_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit, "MAX_CASES", 2)
    with pytest.raises(InvalidInputError, match="more than 2 cases"):
        read_junit(b"<testsuite>" + b'<testcase name="t"/>' * 3 + b"</testsuite>")
    monkeypatch.setattr(junit, "MAX_BYTES", 10)
    with pytest.raises(InvalidInputError, match="at most 10"):
        read_junit(PYTEST)
