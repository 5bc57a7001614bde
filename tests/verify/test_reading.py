"""What a run says: SARIF, text, and which reported test comes from which file."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

import orchestrator
from orchestrator.codec.junit import Case as JUnitCase
from orchestrator.model.settings import CheckSettings
from orchestrator.model.verdicts import Verdict
from orchestrator.verify.reading import Answer, Ran, Trouble, plain, printable, read, tail
from orchestrator.verify.testpaths import belongs, is_node, is_test_file


def sarif(*results: tuple[str, str, str]) -> bytes:
    """Make a log of (rule, level, uri) results."""
    rows = [
        {
            "ruleId": rule,
            "level": level,
            "message": {"text": f"{rule} is bad"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 7}}}],
        }
        for rule, level, uri in results
    ]
    return msgspec.json.encode({"version": "2.1.0", "runs": [{"tool": {}, "results": rows}]})


def lint(data: bytes | None, code: int = 0, **limits: int) -> Answer:
    check = CheckSettings(name="lint", command=("l", "{report}"), format="sarif", max=limits)
    return read(check, Ran(code=code, report=data, root="/work space/p"), {})


def test_sarif_findings_are_named_by_rule_path_and_message() -> None:
    answer = lint(sarif(("E1", "error", "file:///work%20space/p/src/a.py")), code=1)
    assert answer.report is Verdict.FAIL
    (finding,) = answer.findings
    assert (finding.path, finding.line, finding.rule) == ("src/a.py", 7, "E1")
    assert answer.listed == ("E1:src/a.py:E1 is bad",) == (finding.id,)
    assert answer.structured


def test_without_limits_the_linters_exit_code_decides() -> None:
    assert lint(sarif(("E1", "error", "a.py"))).report is Verdict.PASS
    assert lint(sarif(("W1", "warning", "a.py")), code=1).findings[0].rule == "W1"
    silent = lint(sarif(), code=1)
    assert silent.report is Verdict.FAIL
    assert not silent.structured


def test_a_level_that_is_not_said_is_the_rules_own_and_what_is_no_problem_does_not_count() -> None:
    said = {"message": {"text": "m"}, "ruleId": "E1"}
    results = [said, {**said, "kind": "pass"}, {**said, "baselineState": "absent"}, {**said, "ruleId": "X"}]
    driver = {"rules": [{"id": "E1", "defaultConfiguration": {"level": "error"}}]}
    data = msgspec.json.encode({"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]})
    assert [(f.rule, f.severity) for f in lint(data, code=0).findings] == [("E1", "error"), ("X", "warning")]


def test_what_is_said_twice_of_a_file_is_two_findings() -> None:
    """So that the base's one does not excuse the second."""
    answer = lint(sarif(("E1", "error", "a.py"), ("E1", "error", "a.py"), ("E1", "error", "b.py")), code=1)
    assert answer.listed == ("E1:a.py:E1 is bad", "E1:a.py:E1 is bad #2", "E1:b.py:E1 is bad")


PATTERN = r"^(?P<path>[^:]+):(?P<line>\d+): (?P<severity>\w+): (?P<message>.*?)(?: \[(?P<rule>[\w-]+)\])?$"


def compiler(said: str, code: int = 0, *, report: bool = False, **limits: int) -> Answer:
    command = ("cc", "{report}") if report else ("cc",)
    check = CheckSettings(name="cc", command=command, format="regex", pattern=PATTERN, max=limits)
    ran = Ran(code=code, report=said.encode() if report else None, stderr="" if report else said, root="/p")
    return read(check, ran, {})


@pytest.mark.parametrize("report", [True, False])
def test_a_tool_without_a_report_is_read_by_an_expression(report: Any) -> None:
    said = (
        "In file included:\n/p/src/a.c:3: \x1b[31merror\x1b[0m: bad thing [-Wbad]\n./b.c:x: error\nb.c:4: Info: meh\n"
    )
    answer = compiler(said, code=1, report=report)
    assert answer.report is Verdict.FAIL
    (finding,) = answer.findings
    assert (finding.path, finding.line, finding.rule, finding.severity) == ("src/a.c", 3, "-Wbad", "error")
    assert (answer.structured, answer.listed) == (True, ("-Wbad:src/a.c:bad thing",))
    assert [f.severity for f in compiler(said, report=report).findings] == ["error", "note"]
    assert compiler(said, report=report, error=0, note=9).report is Verdict.FAIL
    assert compiler(said, code=1, report=report, error=1).report is Verdict.PASS
    assert not compiler("all is lost", code=1, report=report).structured


@pytest.mark.parametrize("reason", ["memory", "processes", "output"])
def test_a_check_that_took_too_much_says_what_to_raise(reason: str) -> None:
    check = CheckSettings(name="t", command=("t",), memory=5, processes=6, max_output=7)
    answer = read(check, Ran(signal=9, reason=reason), {})
    assert (
        answer.trouble is {"memory": Trouble.MEMORY, "processes": Trouble.PROCESSES, "output": Trouble.OUTPUT}[reason]
    )
    assert f"{reason}`" in answer.findings[0].message


@pytest.mark.parametrize(
    ("limits", "verdict"),
    [({"error": 1}, Verdict.PASS), ({"error": 0}, Verdict.FAIL), ({"error": 1, "warning": 0}, Verdict.FAIL)],
)
def test_with_limits_the_counts_decide_whatever_the_exit_code(limits: dict[str, int], verdict: Verdict) -> None:
    data = sarif(("E1", "error", "a.py"), ("W1", "warning", "a.py"))
    assert lint(data, code=0, **limits).report is verdict
    assert lint(data, code=1, **limits).report is verdict


def test_only_what_is_over_its_limit_is_a_finding_of_the_failure() -> None:
    data = sarif(("E1", "error", "a.py"), ("W1", "warning", "a.py"))
    assert [f.rule for f in lint(data, error=1, warning=0).findings] == ["W1"]


def test_a_suppressed_result_does_not_count() -> None:
    result = {"ruleId": "E1", "level": "error", "message": {"text": "x"}, "suppressions": [{"kind": "inSource"}]}
    assert lint(msgspec.json.encode({"runs": [{"results": [result]}]}), error=0).report is Verdict.PASS
    assert lint(msgspec.json.encode({"runs": [{"results": None}]}), error=0).report is Verdict.PASS


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"runs": 3}', b'{"runs": [{"results": [{"message": 1}]}]}'])
def test_what_is_no_sarif_is_malformed(data: bytes) -> None:
    assert lint(data).trouble is Trouble.MALFORMED


def test_a_run_whose_end_nobody_recorded_is_no_answer() -> None:
    check = CheckSettings(name="c", command=("c",))
    assert read(check, Ran(reason="lost"), {}).trouble is Trouble.LOST
    assert read(check, Ran(), {}).trouble is Trouble.LOST
    assert read(check, Ran(code=0, reason="stopped"), {}).trouble is Trouble.LOST


def test_a_report_that_names_no_place_counts_for_the_tests_that_were_asked_for() -> None:
    data = b"<testsuites><testsuite name='s'><testcase classname='adds' name='adds two'/></testsuite></testsuites>"
    named = {"web/a.test.js": ("web/a.test.js",)}
    asked = CheckSettings(name="c", command=("jest", "{tests}", "{report}"), format="junit")
    assert read(asked, Ran(code=0, report=data), named).passed == ("web/a.test.js",)
    unasked = CheckSettings(name="c", command=("jest", "{report}"), format="junit")
    assert read(unasked, Ran(code=0, report=data), named).passed == ()


def test_absolute_paths_in_a_report_start_at_the_checkout() -> None:
    data = b"<testsuite><testcase name='a' file='/co/tests/test_a.py'><failure/></testcase></testsuite>"
    check = CheckSettings(name="c", command=("t", "{report}"), format="junit")
    answer = read(check, Ran(code=1, report=data, root="/co"), {"tests/test_a.py": ("tests/test_a.py",)})
    assert answer.findings[0].path == "tests/test_a.py"
    assert answer.own == ("a",)


@pytest.mark.parametrize(
    ("classname", "file", "path"),
    [
        ("tests.test_a", "", "tests/test_a.py"),
        ("tests.test_a.TestX", "", "tests/test_a.py"),
        ("test_a.TestX", "", "tests/test_a.py"),
        ("com.acme.ApiTest", "", "src/test/java/com/acme/ApiTest.java"),
        ("web/a.test.ts", "", "web/a.test.ts"),
        ("anything", "tests/test_a.py", "tests/test_a.py"),
        ("anything", "./tests/test_a.py", "tests/test_a.py"),
        ("anything", "/co/tests/test_a.py", "tests/test_a.py"),
        ("anything", "test_a.py", "tests/test_a.py"),
        ("anything", "tests\\test_a.py", "tests/test_a.py"),
    ],
)
def test_a_reported_test_is_found_in_its_file(classname: str, file: str, path: str) -> None:
    assert belongs(JUnitCase(id="x", name="a", classname=classname, outcome="passed", file=file), path)


@pytest.mark.parametrize(
    ("classname", "file", "path"),
    [
        ("tests.test_ab", "", "tests/test_a.py"),
        ("other.test_a", "", "tests/test_a.py"),
        ("tests.test_a", "tests/test_b.py", "tests/test_a.py"),
        ("", "", "tests/test_a.py"),
        ("x", "ytest_a.py", "tests/test_a.py"),
    ],
)
def test_a_reported_test_is_not_taken_for_another_files(classname: str, file: str, path: str) -> None:
    assert not belongs(JUnitCase(id="x", name="a", classname=classname, outcome="passed", file=file), path)


def test_a_module_that_could_not_be_collected_belongs_to_its_file() -> None:
    assert belongs(JUnitCase(id="x", name="tests.test_a", classname="", outcome="error"), "tests/test_a.py")


def test_an_entry_may_name_a_node_of_a_file() -> None:
    case = JUnitCase(id="x", name="test_b[1-2]", classname="tests.test_a.TestX", outcome="passed")
    assert is_node(case, "tests/test_a.py")
    assert is_node(case, "tests/test_a.py::TestX::test_b")
    assert is_node(case, "tests/test_a.py::TestX")
    assert not is_node(case, "tests/test_a.py::test_c")


@pytest.mark.parametrize(
    "path",
    [
        "test_a.py",
        "a_test.py",
        "x/tests.py",
        "tests/helper.py",
        "a.test.tsx",
        "a.spec.js",
        "x/__tests__/a.js",
        "a_test.go",
        "src/FooTest.java",
        "spec/a_spec.rb",
        "tests/it.rs",
        "checks/a.bats",
    ],
)
def test_conventional_test_files_are_known(path: str) -> None:
    assert is_test_file(path)


@pytest.mark.parametrize(
    "path", ["src/a.py", "contest.py", "latest.js", "docs/tests/a.md", "attest/a.py", "src/a.spec"]
)
def test_other_files_are_no_tests(path: str) -> None:
    assert not is_test_file(path)


def test_what_a_run_said_is_told_without_escapes_and_not_in_full() -> None:
    assert plain("\x1b[31mred\x1b[0m\x1b]52;c;AAAA\x07 \x00done\n") == "red done\n"
    said = tail(Ran(stdout="a" * 100_000 + "end", stderr="why"))
    assert said.endswith("end\nwhy")
    assert len(said) < 4000


def test_a_path_that_is_no_utf8_can_be_written_down() -> None:
    assert printable("a\udcffb") == "a\\udcffb"


def test_what_weighs_less_is_kept_aside_for_a_task_that_is_to_mend_it() -> None:
    data = sarif(("E1", "error", "a.py"), ("W1", "warning", "a.py"))
    answer = lint(data, code=1)
    assert [f.rule for f in answer.findings] == ["E1"]
    assert [f.rule for f in answer.aside] == ["W1"]
    assert lint(data).aside == ()


def test_what_a_tool_finds_beside_the_tree_is_not_the_trees() -> None:
    data = sarif(("E1", "error", ".aibrain/project/a.py"), ("E1", "error", "a.py"))
    assert [f.path for f in lint(data, code=1).findings] == ["a.py"]


def test_no_file_of_the_product_is_taken_for_a_test() -> None:
    product = Path(orchestrator.__file__).parent
    paths = [f"orchestrator/{path.relative_to(product).as_posix()}" for path in product.rglob("*.py")]
    assert len(paths) > 100
    assert not [path for path in paths if is_test_file(path)]
