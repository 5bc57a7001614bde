"""Families of tests that do as they did and ask less of it, and of settings that leave a test or a file alone."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from orchestrator.verify.diff import Diff
from orchestrator.verify.honest import weigh
from tests.verify.test_evasive import edit

DONE = "Count rows with nothing in them"
TREE = ("src/main/java/Table.java", "src/main/java/Row.java", "src/main/java/Cell.java")


def told(path: str, old: str | None, new: str | None, message: str = "") -> set[str]:
    """Give the rules that find something."""
    diff = Diff(edits=(edit(path, old, new),), tree=TREE, message=message)
    return {finding.rule for finding in weigh(diff).findings}


PY = "import pytest\n\nROUNDS = 5000\n\n\ndef test_rows():\n    table = make()\n    for at in range(1000):\n        assert table.row(at) == at\n    assert table.size == 7\n    assert table.mean == 2.5\n"
JS = "describe('rows', () => {\n  it('counts', async () => {\n    const table = await make()\n    for (let at = 0; at < 1000; at++) {\n      expect(table.row(at)).toBe(at)\n    }\n    expect(table.size).toBe(7)\n    expect(table.mean).toBeCloseTo(2.5, 10)\n    await request(app).get('/').expect(201)\n  })\n})\n"
GO = 'package a\n\nimport "testing"\n\nconst rounds = 5000\n\nfunc TestRows(t *testing.T) {\n\ttable := build()\n\tfor at := 0; at < 1000; at++ {\n\t\tassert.Equal(t, at, table.row(at))\n\t}\n\tassert.Equal(t, 7, table.size)\n\tassert.InDelta(t, 2.5, table.mean, 0.001)\n}\n'
RS = "const ROUNDS: usize = 5000;\n\n#[test]\nfn rows() {\n    let table = build();\n    for at in 0..1000 {\n        assert_eq!(table.row(at), at);\n    }\n    assert_eq!(table.size(), 7);\n}\n"
JAVA = "class TableTest {\n    @Test\n    void rows() {\n        Table table = new Table();\n        for (int at = 0; at < 1000; at++) {\n            assertEquals(at, table.row(at));\n        }\n        assertEquals(7, table.size());\n        assertEquals(2.5, table.mean(), 0.001);\n    }\n}\n"
TEXTS = {
    "tests/test_a.py": PY,
    "test/a.test.js": JS,
    "a_test.go": GO,
    "tests/a.rs": RS,
    "src/test/java/TableTest.java": JAVA,
}


@pytest.mark.parametrize("path", TEXTS)
def test_far_fewer_rounds(path: str) -> None:
    old = TEXTS[path]
    new = old.replace("1000", "10")
    assert "test-weakened" in told(path, old, new)
    assert "test-weakened" in told(path, old, new, DONE)
    assert told(path, old, new, "Tests are too slow under Miri") == set()
    assert told(path, old, old.replace("1000", "800"), DONE) == set()
    assert told(path, old, old.replace("1000", "9000"), DONE) == set()


@pytest.mark.parametrize("path", ["tests/test_a.py", "a_test.go", "tests/a.rs"])
def test_a_count_beside_the_tests_that_is_far_lower(path: str) -> None:
    old = TEXTS[path]
    assert "test-weakened" in told(path, old, old.replace("5000", "2"))
    assert told(path, old, old.replace("5000", "4000"), DONE) == set()
    assert told(path, old, old.replace("5000", "20"), "Lower the rounds, CI timed out") == set()


@pytest.mark.parametrize(
    ("path", "was", "now"),
    [
        ("tests/test_a.py", "table.size == 7", "abs(table.size - 7) < 3"),
        ("tests/test_a.py", "table.size == 7", "table.size == pytest.approx(7, rel=0.5)"),
        ("tests/test_a.py", "table.size == 7", "math.isclose(table.size, 7, abs_tol=2)"),
        ("tests/test_a.py", "table.mean == 2.5", "abs(table.mean - 2.5) < 1.5"),
        ("test/a.test.js", "(table.size).toBe(7)", "(table.size).toBeCloseTo(7, -1)"),
        ("test/a.test.js", "toBeCloseTo(2.5, 10)", "toBeCloseTo(2.5, 0)"),
        ("test/a.test.js", "expect(table.size).toBe(7)", "expect([6, 7, 8]).toContain(table.size)"),
        (
            "test/a.test.js",
            ".expect(201)",
            ".expect((res) => { if (![200, 201, 500].includes(res.status)) throw new Error('no') })",
        ),
        ("a_test.go", "assert.Equal(t, 7, table.size)", "assert.InDelta(t, 7, table.size, 2)"),
        ("a_test.go", "table.mean, 0.001)", "table.mean, 1.5)"),
        ("tests/a.rs", "assert_eq!(table.size(), 7)", "assert!((table.size() as i64 - 7).abs() <= 2)"),
        ("src/test/java/TableTest.java", "table.mean(), 0.001)", "table.mean(), 5.0)"),
        ("src/test/java/TableTest.java", "7, table.size())", "7, table.size(), 2)"),
    ],
)
def test_what_is_only_near(path: str, was: str, now: str) -> None:
    old = TEXTS[path]
    assert was in old
    assert "test-weakened" in told(path, old, old.replace(was, now))
    assert "test-weakened" in told(path, old, old.replace(was, now), DONE)


@pytest.mark.parametrize(
    ("path", "was", "now"),
    [
        ("test/a.test.js", "toBeCloseTo(2.5, 10)", "toBeCloseTo(2.5, 8)"),
        ("a_test.go", "table.mean, 0.001)", "table.mean, 0.002)"),
        ("src/test/java/TableTest.java", "table.mean(), 0.001)", "table.mean(), 0.0001)"),
        ("src/test/java/TableTest.java", "2.5, table.mean(), 0.001)", "25.0, table.mean(), 0.001)"),
        ("a_test.go", "assert.InDelta(t, 2.5, table.mean, 0.001)", "assert.Equal(t, 2.5, table.mean)"),
    ],
)
def test_what_is_no_less_near(path: str, was: str, now: str) -> None:
    assert told(path, TEXTS[path], TEXTS[path].replace(was, now), DONE) == set()


def _caught(after: str, lead: str = "let outcome = ") -> str:
    body = RS.partition("fn rows() {\n")[2].rpartition("}\n")[0]
    return f"{RS.partition('fn rows() {')[0]}fn rows() {{\n    {lead}std::panic::catch_unwind(|| {{\n{body}    }}){after}\n}}\n"


@pytest.mark.parametrize(
    ("after", "lead"),
    [
        (';\n    if outcome.is_err() {\n        eprintln!("known");\n    }', "let outcome = "),
        (";\n    drop(outcome);", "let outcome = "),
        (";", "let _ = "),
        (".ok();", ""),
        (".unwrap_or_default();", ""),
    ],
)
def test_a_failure_of_rust_that_is_caught(after: str, lead: str) -> None:
    assert {"test-weakened", "test-swallowed", "test-emptied"} & told("tests/a.rs", RS, _caught(after, lead))


@pytest.mark.parametrize(
    ("after", "lead"),
    [
        (".unwrap();", ""),
        (";\n    cleanup();\n    outcome.unwrap();", "let outcome = "),
        (";\n    if let Err(why) = outcome {\n        std::panic::resume_unwind(why);\n    }", "let outcome = "),
        (";\n    assert!(outcome.is_ok());", "let outcome = "),
    ],
)
def test_a_failure_of_rust_that_is_handed_on(after: str, lead: str) -> None:
    assert "test-weakened" not in told("tests/a.rs", RS, _caught(after, lead), DONE)


@pytest.mark.parametrize(
    ("path", "was", "now"),
    [
        ("test/a.test.js", "describe(", "jest.retryTimes(3)\n\ndescribe("),
        ("test/a.test.js", "async () => {", "{ retry: 3 }, async () => {"),
        ("test/a.test.js", "    const table", "    this.retries(4)\n    const table"),
        ("tests/test_a.py", "def test_rows", "@pytest.mark.flaky(reruns=5)\ndef test_rows"),
        ("tests/test_a.py", "ROUNDS =", "pytestmark = pytest.mark.flaky(reruns=2)\nROUNDS ="),
        ("src/test/java/TableTest.java", "@Test", "@RetryingTest(5)"),
        ("src/test/java/TableTest.java", "@Test", "@Test\n    @RetryTest(3)"),
    ],
)
def test_a_test_that_is_tried_again(path: str, was: str, now: str) -> None:
    old = TEXTS[path]
    assert "test-weakened" in told(path, old, old.replace(was, now, 1), DONE)
    assert told(path, old, old.replace(was, now, 1), "Retry the flaky tests of rows") <= {"test-deleted"}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("pytest.ini", "[pytest]\naddopts = -q\n", "[pytest]\naddopts = -q --reruns 3\n"),
        ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = "-q"\n', '[tool.pytest.ini_options]\naddopts = "-q --reruns=3"\n'),
        ("Makefile", "test:\n\tgotestsum ./...\n", "test:\n\tgotestsum --rerun-fails ./...\n"),
        (".config/nextest.toml", "[profile.default]\nslow-timeout = 9\n", "[profile.default]\nslow-timeout = 9\nretries = 3\n"),
        (".mocharc.yml", "timeout: 900\n", "timeout: 900\nretries: 3\n"),
        ("pom.xml", "<project>\n  <properties>\n  </properties>\n</project>\n", "<project>\n  <properties>\n    <surefire.rerunFailingTestsCount>3</surefire.rerunFailingTestsCount>\n  </properties>\n</project>\n"),
    ],
)  # fmt: skip
def test_settings_that_have_all_tried_again(path: str, old: str, new: str) -> None:
    assert "test-weakened" in told(path, old, new)
    assert "test-weakened" not in told(path, old, new, "Rerun flaky tests")
    assert "test-weakened" not in told(path, new, old, DONE)


def test_a_new_test_says_how_it_is_run() -> None:
    more = f"{PY}\n\n@pytest.mark.flaky(reruns=3)\ndef test_network():\n    assert fetch() == 3\n"
    assert told("tests/test_a.py", PY, more, DONE) == set()
    assert told("tests/test_net.py", None, more, DONE) == set()


@pytest.mark.parametrize(
    "line",
    [
        "expect.extend({ toBe: () => ({ pass: true }) })",
        "expect.extend({ toEqual() { return { pass: true } } })",
        "jest.spyOn(expect, 'extend').mockReturnValue({})",
    ],
)
def test_matchers_that_are_replaced(line: str) -> None:
    assert "test-weakened" in told("test/a.test.js", JS, f"{line}\n{JS}")
    own = f"expect.extend({{ toBeRowOf(got) {{ return {{ pass: got.row === 1 }} }} }})\n{JS}"
    assert told("test/a.test.js", JS, own, DONE) == set()


@pytest.mark.parametrize(
    "lines",
    [
        'import os\nimport sys\n\nif "pytest" in sys.modules:\n    sys.exit(0)\n',
        'import os\nimport sys\n\nif os.environ.get("CI"):\n    sys.exit()\n',
    ],
)
def test_a_run_that_ends_as_tests_are_gathered(lines: str) -> None:
    assert "leaves-early" in told("tests/test_a.py", PY, lines + PY)
    assert (
        told(
            "tests/test_a.py",
            PY,
            f'{PY}\n\nif __name__ == "__main__":\n    import sys\n\n    sys.exit(pytest.main())\n',
        )
        == set()
    )


POM = "<project>\n  <properties>\n    <cover.jacoco.lineRatio>0.94</cover.jacoco.lineRatio>\n    <a>b</a>\n  </properties>\n  <build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><configuration><includes>\n    <include>**/*Test.java</include>\n  </includes></configuration></plugin></plugins></build>\n</project>\n"
RULES = '<suppressions>\n  <suppress checks="Javadoc" files="Row"/>\n</suppressions>\n'


@pytest.mark.parametrize(
    ("path", "old", "was", "now", "rule"),
    [
        ("pom.xml", POM, "0.94", "0.10", "tests-deselected"),
        ("pom.xml", POM, "<a>", "<surefire.excludes>**/TableTest.java</surefire.excludes>\n    <a>", "tests-deselected"),
        ("pom.xml", POM, "  </includes>", "    <exclude>**/TableTest.java</exclude>\n  </includes>", "tests-deselected"),
        ("src/conf/suppressions.xml", RULES, "</supp", '  <suppress checks=".*" files="Table.java"/>\n</supp', "checker-silenced"),
        ("src/conf/suppressions.xml", RULES, "</supp", '  <suppress checks="." files="[/\\\\]Table\\.java$"/>\n</supp', "checker-silenced"),
    ],
)  # fmt: skip
def test_settings_of_java_that_ask_less(path: str, old: str, was: str, now: str, rule: str) -> None:
    assert rule in told(path, old, old.replace(was, now, 1), DONE)


@pytest.mark.parametrize(
    ("path", "old", "was", "now", "message"),
    [
        ("pom.xml", POM, "0.94", "0.93", DONE),
        ("pom.xml", POM, "0.94", "0.10", "Lower the coverage threshold"),
        ("pom.xml", POM, "<a>", "<surefire.excludes>**/*$*</surefire.excludes>\n    <a>", DONE),
        ("pom.xml", POM, "<a>", "<surefire.excludes>**/TableTest.java</surefire.excludes>\n    <a>", "Skip the slow tests of tables"),
        ("src/conf/suppressions.xml", RULES, "</supp", '  <suppress checks="Magic" files="Table.java"/>\n</supp', DONE),
        ("src/conf/suppressions.xml", RULES, "</supp", '  <suppress checks=".*" files="generated"/>\n</supp', DONE),
    ],
)  # fmt: skip
def test_settings_of_java_that_ask_as_much(path: str, old: str, was: str, now: str, message: str) -> None:
    assert told(path, old, old.replace(was, now, 1), message) == set()


ROWS = 'package a\n\nfunc TestRows(t *testing.T) {\n\ttests := []struct {\n\t\tname string\n\t\twant int\n\t}{\n\t\t{"none", 0},\n\t\t{"one", 1},\n\t\t{"two", 2},\n\t\t{"many", 90},\n\t}\n\tfor _, tt := range tests {\n\t\tt.Run(tt.name, func(t *testing.T) {\n\t\t\tassert.Equal(t, tt.want, count(tt.name))\n\t\t})\n\t}\n}\n'


def test_rows_of_a_table_in_a_test() -> None:
    fewer = ROWS.replace('\t\t{"two", 2},\n\t\t{"many", 90},\n', "")
    assert "test-cases-removed" in told("a_test.go", ROWS, fewer, DONE)
    assert told("a_test.go", fewer, ROWS, DONE) == set()
    assert told("a_test.go", ROWS, ROWS.replace('{"two", 2}', '{"two rows", 2}'), DONE) == set()
    assert told("a_test.go", ROWS, ROWS.replace('\t\t{"two", 2},\n', ""), DONE) == set()
