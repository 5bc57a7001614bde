"""Skips with a condition: one over where tests run is ordinary, one that is settled beforehand is none."""

import pytest

from tests.verify.test_evasive import change

PATH = "tests/test_a.py"
TEST = "def test_add():\n    assert add(2, 3) == 5\n"
HEAD = "import sys\n\nimport pytest\n\nfrom src.a import add\n\n"
FOUND = "try:\n    import numpy\n\n    HAS_IT = True\nexcept ImportError:\n    HAS_IT = False\n"


@pytest.mark.parametrize("flag", ["HAS_IT = False", "HAS_IT = bool(0)", "HAS_IT: bool = not True", "HAS_IT = None"])
@pytest.mark.parametrize(
    "skipped",
    [
        f"@pytest.mark.skipif(not HAS_IT, reason='it is not there')\n{TEST}",
        f"@pytest.mark.skipif(reason='it is not there', condition=not HAS_IT)\n{TEST}",
        f"@unittest.skipUnless(HAS_IT, 'it is not there')\n{TEST}",
        TEST.replace("    assert", "    if not HAS_IT:\n        pytest.skip('it is not there')\n    assert"),
        f"pytestmark = pytest.mark.skipif(not HAS_IT, reason='it is not there')\n\n\n{TEST}",
    ],
)
def test_a_skip_by_a_flag_that_is_settled_in_the_file_is_a_skip(flag: str, skipped: str) -> None:
    assert change(f"{HEAD}\n{TEST}", f"{HEAD}{flag}\n\n\n{skipped}", PATH) == {"test-skipped"}


@pytest.mark.parametrize("mark", ["@pytest.mark.xfail('windows fails')", "@unittest.skipIf(slow(), 'windows')"])
def test_a_reason_is_no_condition(mark: str) -> None:
    assert change(f"{HEAD}\n{TEST}", f"{HEAD}\n{mark}\n{TEST}", PATH) == {"test-skipped"}


@pytest.mark.parametrize(
    "mark",
    [
        "@pytest.mark.skipif(reason='no fork', condition=sys.platform == 'win32')",
        "@pytest.mark.skipif(not HAS_IT, reason='it is not there')",
        "@pytest.mark.skipif(not _HAS_IT, reason='it is not there')",
        "@pytest.mark.skipif(SUPPORTS_LESS, reason='it is not there')",
    ],
)
def test_a_skip_by_where_it_runs_is_ordinary(mark: str) -> None:
    assert change(f"{HEAD}\n{TEST}", f"{HEAD}{FOUND}\n\n{mark}\n{TEST}", PATH) == set()


JS = "const isNever = true;\n\ntest('adds', () => {\n  assert.equal(add(2, 3), 5);\n});\n"


@pytest.mark.parametrize("given", ["skip: true", "skip: 'later'", "todo: true", "'skip': isNever", "skip: !!later"])
def test_a_test_of_javascript_may_be_skipped_by_what_it_is_given(given: str) -> None:
    assert change(JS, JS.replace("'adds', ", f"'adds', {{ {given} }}, "), "test/a.test.js") == {"test-skipped"}


@pytest.mark.parametrize("given", ["skip: false", "timeout: 100", "skip: process.platform === 'win32'", "todo: false"])
def test_what_else_a_test_of_javascript_is_given_is_ordinary(given: str) -> None:
    assert change(JS, JS.replace("'adds', ", f"'adds', {{ {given} }}, "), "test/a.test.js") == set()


GO = 'package a\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n\tif add(2, 3) != 5 {\n\t\tt.Fatal("no")\n\t}\n}\n'
JAVA = "class ATest {\n  @Test\n  void adds() {\n    assertEquals(5, add(2, 3));\n  }\n}\n"
VITEST = "it('adds', () => {\n  expect(add(2, 3)).toBe(5);\n});\n"
GO_SKIP = ("T) {\n", "T) {\n\tif isWindows {\n\t\tt.Skip()\n\t}\n")
JAVA_SKIP = ("{\n    a", "{\n    assumeFalse(HAS_NO);\n    a")
SKIPPED = {
    "go": ("a_test.go", GO, "func T", "var isWindows = {}\n\nfunc T", GO_SKIP),
    "java": ("src/test/java/ATest.java", JAVA, "  @T", "  static final boolean HAS_NO = {};\n  @T", JAVA_SKIP),
    "vitest": ("a.test.ts", VITEST, "it.", "const isWindows = {};\nit.", ("it('", "it.skipIf(isWindows)('")),
}


@pytest.mark.parametrize("language", SKIPPED)
@pytest.mark.parametrize(("value", "found"), [("true", {"test-skipped"}), ("isOn(platform)", set())])
def test_a_condition_that_its_file_settles_is_none_in_other_languages(
    language: str, value: str, found: set[str]
) -> None:
    path, text, place, flag, skip = SKIPPED[language]
    assert change(text, text.replace(*skip, 1).replace(place, flag.format(value), 1), path) == found
