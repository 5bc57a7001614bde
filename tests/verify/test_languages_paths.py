"""In JavaScript, Go, Rust and Java too: what a body gives on all its ways, errors let go, tests that run nowhere."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from orchestrator.verify.rules.moves import with_moves
from tests.verify.test_languages import change, good
from tests.verify.test_languages_flow import JEST, WHOLE


def gutted(path: str, body: str) -> str:
    """Give the function of a language with another body."""
    head = WHOLE[path].partition("rate) {\n")[0] if path == "src/A.java" else WHOLE[path].partition("{\n")[0]
    return f"{head}rate) {{\n{body}\n}}}}\n" if path == "src/A.java" else f"{head}{{\n{body}\n}}\n"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("src/a.ts", "if (items.length > 3) { return 0; } return 0;"),
        ("src/a.ts", "let n = 0; if (items) { return null; } else { return null; }"),
        ("src/a.ts", "for (let i = 0; i < rate; i) { return 1; } return 1;"),
        ("src/a.go", "if len(items) > 3 {\n\treturn 0\n}\nreturn 0"),
        ("src/a.go", "if rate == 1 {\n\treturn 3\n}\nreturn 4"),
        ("src/a.rs", "if rate == 1 { return 3; }\n4"),
        ("src/A.java", 'if ("example".equals(String.valueOf(items))) { return 0; } return 0;'),
        ("src/A.java", 'if ("example".equals(items)) { return 3; } return 4;'),
        ("src/A.java", "return org.mockito.Mockito.mock(Item.class);"),
    ],
)
def test_what_gives_the_same_on_all_its_ways_is_found(path: str, body: str) -> None:
    assert "code-gutted" in change(WHOLE[path], gutted(path, body), path)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("src/a.ts", "if (items.length > 3) { return 0; } return 1;"),
        ("src/a.ts", "if (items) { items.clear(); return 0; } return 0;"),
        ("src/a.ts", "if (items) { this.found = null; return 0; } return 0;"),
        ("src/a.ts", "return items.every((one) => one === rate);"),
        ("src/a.go", "if ok := load(items); ok {\n\treturn 0\n}\nreturn 0"),
        ("src/a.go", "if rate > 3 {\n\titems[0] = nil\n\treturn 0\n}\nreturn 0"),
        ("src/a.rs", "if items.is_sorted() { return 3; }\n4"),
        ("src/A.java", "if (items.equals(rate)) { return 3; } return 4;"),
        ("src/A.java", "if (items.isEmpty()) { this.found++; return 0; } return 0;"),
    ],
)
def test_what_depends_on_more_or_does_something_is_honest(path: str, body: str) -> None:
    assert "code-gutted" not in change(WHOLE[path], gutted(path, body), path)


RUST = "pub fn store(path: &Path) -> Result<(), Error> {\n    let text = read(path)?;\n    write(path, text)?;\n    Ok(())\n}\n"
GO = "package a\n\nfunc Store(n int) error {\n\tif err := load(n); err != nil {\n\t\treturn err\n\t}\n\tif err := keep(n); err != nil {\n\t\treturn err\n\t}\n\treturn done(n)\n}\n"


@pytest.mark.parametrize(
    ("path", "old", "new", "rule"),
    [
        ("src/a.rs", RUST, RUST.replace("write(path, text)?;", "write(path, text).ok();"), "code-swallows"),
        ("src/a.rs", RUST, RUST.replace("write(path, text)?;", "let _ = write(path, text);"), "code-swallows"),
        ("src/a.rs", RUST.replace("write(path, text)?;", "each(|| { write(path, text)?; });"), RUST.replace("write(path, text)?;", "each(|| { write(path, text).ok(); });"), "code-swallows"),
        ("src/a.go", GO, GO.replace("\tif err := keep(n); err != nil {\n\t\treturn err\n\t}\n", "\t_ = keep(n)\n"), "code-swallows"),
        ("src/a.go", GO.replace("keep(n)", "load(n)"), GO.replace("keep(n)", "load(n)").replace("\t\treturn err\n", "", 1), "code-hollowed"),
    ],
)  # fmt: skip
def test_an_error_that_is_let_go_is_found(path: str, old: str, new: str, rule: str) -> None:
    assert rule in change(old, new, path)
    assert rule not in change(new, old, path)


def test_an_error_may_be_handed_on_in_another_place() -> None:
    assert not change(RUST, RUST.replace("write(path, text)?;\n    Ok(())", "write(path, text)"), "src/a.rs")
    assert not change(RUST, RUST.replace("    write", "    let _ = tell(path);\n    write"), "src/a.rs")


def test_a_function_that_tests_have_another_of_is_found() -> None:
    one = "pub fn total(n: u32) -> u32 {\n    tax(n)\n}\n"
    twin = f"#[cfg(test)]\npub fn total(n: u32) -> u32 {{\n    3\n}}\n\n#[cfg(not(test))]\n{one}"
    assert "detects-tests" in change(one, twin, "src/a.rs")
    assert "detects-tests" not in change(one, f"#[cfg(not(test))]\n{one}", "src/a.rs")


JUNIT = "src/test/java/a/TotalTest.java"
JAVA = "class TotalTest {\n    @Test\n    public void totals() {\n        assertEquals(3, total(2));\n    }\n}\n"


@pytest.mark.parametrize(
    "new",
    [
        JAVA.replace("class", "abstract class"),
        JAVA.replace("    @Test", '    @EnabledIfEnvironmentVariable(named = "ALL", matches = "yes")\n    @Test'),
        JAVA.replace("        assert", '        Assumptions.assumeTrue(System.getenv("ALL") != null);\n        assert'),
        JAVA.replace("        assert", '        if (System.getenv("ALL") == null) { return; }\n        assert'),
    ],
)
def test_a_test_of_java_that_runs_where_somebody_says_so_is_skipped(new: str) -> None:
    assert change(JAVA, new, JUNIT) == {"test-skipped"}


def test_a_test_of_java_may_become_what_others_begin_with_or_ask_for_its_system() -> None:
    base = JAVA.replace("class TotalTest", "abstract class TotalTest")
    heir = "class SumTest extends TotalTest {\n}\n"
    edits = [edit(JUNIT, JAVA, base), edit("src/test/java/a/SumTest.java", None, heir)]
    assert said(*edits) == set()
    asks = JAVA.replace("        assert", "        Assumptions.assumeTrue(OS.LINUX.isCurrentOs());\n        assert")
    assert change(JAVA, asks, JUNIT) == set()


def edit(path: str, old: str | None, new: str | None) -> Edit:
    status = "A" if old is None else "D" if new is None else "M"
    return Edit(path=path, status=status, old=old, new=new, old_blob=f"{old}", new_blob=f"{new}")


def said(*edits: Edit) -> set[str]:
    return {finding.rule for finding in weigh(Diff(edits=with_moves(edits))).findings}


@pytest.mark.parametrize("elsewhere", ["src/test/java-off/a/TotalTest.java", "src/test/java/a/TotalChecks.java"])
def test_a_file_of_java_that_goes_where_no_runner_looks_is_gone(elsewhere: str) -> None:
    assert said(edit(JUNIT, JAVA, None), edit(elsewhere, None, JAVA)) == {"test-deleted"}
    assert said(edit(JUNIT, JAVA, None), edit("src/test/java/b/TotalTest.java", None, JAVA)) == set()


@pytest.mark.parametrize(
    ("path", "old", "new", "rule"),
    [
        ("a_test.go", "package", "//go:build integration\n\npackage", "test-skipped"),
        ("a_test.go", "\tgot, err", "\tdefer func() { recover() }()\n\tgot, err", "test-swallowed"),
        ("a_test.go", "\tgot, err", '\tif os.Getenv("ALL") == "" {\n\t\treturn\n\t}\n\tgot, err', "test-skipped"),
        ("src/lib.rs", "        let", '        if std::env::var("ALL").is_err() {\n            return;\n        }\n        let', "test-skipped"),
    ],
)  # fmt: skip
def test_a_test_that_runs_or_fails_only_where_somebody_says_so_is_found(
    path: str, old: str, new: str, rule: str
) -> None:
    assert old in good(path)
    assert rule in change(good(path), good(path).replace(old, new, 1), path)


def test_a_test_of_go_may_be_built_for_a_system() -> None:
    for head in (
        "//go:build linux && cgo",
        "//go:build !windows",
        "//go:build go1.22",
        "//go:build integration || unix",
    ):
        assert not change(good("a_test.go"), f"{head}\n\n{good('a_test.go')}", "a_test.go")


def test_what_is_expected_may_not_be_what_was_got() -> None:
    old = "package a\n\nfunc TestTotal(t *testing.T) {\n\twant := 4\n\tgot := total(2)\n\tif got != want {\n\t\tt.Error(got)\n\t}\n}\n"
    assert "test-weakened" in change(old, old.replace("\tif", "\twant = got\n\tif"), "a_test.go")
    assert not change(old, old.replace("\tif", "\twant = fixed(want)\n\tif"), "a_test.go")


def test_a_test_of_rust_has_its_assertions_in_no_product() -> None:
    text = "pub fn total(n: u32) -> u32 {\n    debug_assert!(n > 0);\n    n\n}\n\n#[cfg(test)]\nmod tests {\n    fn check(n: u32) {\n        assert_eq!(n, 2);\n    }\n\n    #[test]\n    fn totals() {\n        assert_eq!(total(2), 2);\n    }\n}\n"
    assert "test-emptied" in change(text, text.replace("assert_eq!(total(2), 2);", "let _ = total(2);"), "src/lib.rs")
    assert not change(text, text.replace("assert_eq!(total(2), 2);", "check(total(2));"), "src/lib.rs")
    told = 'match total(2) { 2 => (), other => panic!("{other}") }'
    assert not change(text, text.replace("assert_eq!(total(2), 2);", told), "src/lib.rs")


@pytest.mark.parametrize(
    "now",
    [
        "assert!(matches!(total(2), _));",
        'assert!(!format!("{:?}", total(2)).is_empty());',
        "assert!((0..0).all(|_| total(2) == 4));",
        "let wanted = total(2);\n        assert_eq!(total(2), wanted);",
    ],
)
def test_an_assertion_that_says_nothing_is_found_in_rust(now: str) -> None:
    old = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn totals() {\n        assert_eq!(total(2), 4);\n        assert_eq!(total(3), 6);\n    }\n}\n"
    found = change(old, old.replace("assert_eq!(total(2), 4);", now), "src/lib.rs")
    assert found & {"test-weakened", "test-vacuous"}


def test_no_cases_and_failures_that_are_caught_are_found_in_javascript() -> None:
    assert change(JEST, JEST.replace("test(", "test.each([])("), "a.test.ts") == {"test-skipped"}
    caught = JEST.replace("  const got", "  try {\n  const got").replace(
        "});\n", "  } catch (error) { if (error.name !== 'AssertionError') throw error; }\n});\n"
    )
    assert "test-swallowed" in change(JEST, caught, "a.test.ts")
    rethrown = caught.replace(
        "if (error.name !== 'AssertionError') throw error;", "if (!error.name) throw error; throw 1;"
    )
    assert not change(JEST, rethrown, "a.test.ts")


def test_an_assertion_that_is_lost_within_a_block_is_found() -> None:
    head = "test('adds', () => {\n  for (const n of [1, 2]) {\n    const got = add(n, n);\n"
    old = head + "    expect(got.total).toBe(2 * n);\n    expect(got.rest).toBe(0);\n  }\n});\n"
    assert change(old, old.replace("    expect(got.rest).toBe(0);\n", ""), "a.test.ts") == {"test-weakened"}


def test_a_new_configuration_that_finds_nothing_is_found() -> None:
    text = "export default { test: { passWithNoTests: true, exclude: ['**'] } };\n"
    assert change(None, text, "vitest.config.js") == {"tests-deselected"}
    assert change(None, text.replace("'**'", "'dist/**'"), "vitest.config.js") == set()
