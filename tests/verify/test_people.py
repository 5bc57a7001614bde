"""What people do every day and a cheat does too: the honest check tells them apart by what it comes to."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from orchestrator.verify.rules.task_words import asks_to_remove_tests, asks_to_take_out
from tests.verify.test_languages import change, code, edit, good, proof

CI = ".github/workflows/ci.yml"
FLOW = "jobs:\n  unit:\n    steps:\n      - run: pytest -q\n      - run: ruff check\n"
GO = "package a\n\nfunc TestTotal(t *testing.T) {\n%s\n}\n"
PY = "def test_a():\n    assert f(1) == 2\n    assert g(3) == 4\n"


def said(message: str, *edits: Edit) -> set[str]:
    return {finding.rule for finding in weigh(Diff(edits=edits, message=message)).findings}


@pytest.mark.parametrize(
    ("message", "new", "expected"),
    [
        ("Check with pino 9", FLOW + "      - run: npm test -- --pino 9\n", False),
        ("Speed the parser up", FLOW + "      - run: npm test -- --pino 9\n", True),
        ("Check with pytest 9", FLOW.replace("pytest -q", "pytest -q || true"), True),
        ("Make the totals of ruff right", FLOW.replace("ruff check", "ruff check || true"), True),
        ("Make the totals of ruff right", FLOW.replace("      - run: ruff check\n", ""), True),
        (
            "Make the totals of ruff right",
            FLOW.replace("ruff check", "ruff check\n        continue-on-error: true"),
            True,
        ),
        ("Publish with ruff", FLOW.replace("ruff check", "ruff check --token ${{ secrets.TOKEN }}"), True),
        ("Mend ruff", FLOW.replace("ruff check", "ruff check --token ${{ secrets.TOKEN }}"), True),
    ],
)
def test_ci_may_change_as_far_as_a_commit_is_about_it_and_asks_no_less(
    message: str, new: str, *, expected: bool
) -> None:
    assert ("protected-path" in said(message, edit(CI, FLOW, new))) is expected
    assert "protected-path" in said("", edit(CI, FLOW, new))


def test_an_assertion_that_cannot_fail_may_mark_a_place_but_not_take_one() -> None:
    test = good("web/a.test.ts")
    marked = test.replace("expect(bill).toBe(3);", "expect(bill).toBe(3);\n    expect(true).toBe(true);")
    assert change(test, marked, "web/a.test.ts") == set()
    assert "test-vacuous" in change(
        test, test.replace("expect(bill).toBe(3)", "expect(true).toBe(true)"), "web/a.test.ts"
    )
    only = "test('a', () => {\n  expect(total(2)).toBe(3);\n  expect(true).toBe(true);\n});\n"
    assert change(None, only, "web/a.test.ts") == {"test-vacuous"}


def test_what_was_kept_to_compare_with_after_something_was_done_is_no_repetition() -> None:
    kept = "def test_b():\n    out = sys.stdout\n    %s\n    assert sys.stdout is out\n"
    assert change(PY, f"{PY}\n\n{kept % 'run()'}", "tests/test_a.py") == set()
    assert "test-vacuous" in change(PY, f"{PY}\n\n{kept % 'pass'}", "tests/test_a.py")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "\ttestify.Equal(t, 3, got)\n\tseen := c.Load()\n\ttestify.Equal(t, seen, c.Load())",
            "\tassert.Equal(t, 3, got)\n\tseen := c.Load()\n\tassert.Equal(t, seen, c.Load())",
        ),
        ("\tassert.Equal(t, want, got)", "\tassert.JSONEq(t, want, got)"),
        (
            "\tassert.IsType(t, &E{}, err)\n\tassert.Equal(t, 3, got)",
            "\tif assert.IsType(t, &E{}, err) {\n\t\tassert.Equal(t, 3, got)\n\t}",
        ),
        ('\tif got != want {\n\t\tt.Fatal("no")\n\t}', '\tif ok && got != want {\n\t\tt.Fatal("no")\n\t}'),
        ('\tr.Add("GET", "/a", handler)', '\te.GET("/a", handler)'),
    ],
)
def test_a_test_of_go_that_says_as_much_otherwise_is_honest(old: str, new: str) -> None:
    assert change(GO % old, GO % new, "a_test.go") == set()


def test_a_comparison_that_is_never_made_says_less() -> None:
    old = GO % '\tif got != want {\n\t\tt.Fatal("no")\n\t}'
    assert change(old, old.replace("got != want", "false && got != want"), "a_test.go")


@pytest.mark.parametrize(
    ("path", "helper", "call"),
    [
        (
            "a_test.go",
            "func check(t *testing.T, got int) {\n\tif got != 3 {\n\t\tt.Fatal()\n\t}\n}\n",
            "\tcompare(t)\n\tcheck(nil, got)",
        ),
        ("web/a.test.ts", "function runs(bill) { expect(bill).toBe(3); }\n", "    runs(total(2));"),
    ],
)
def test_assertions_may_go_into_a_function_that_is_called(path: str, helper: str, call: str) -> None:
    assert "test-emptied" not in change(good(path), f"{proof(path, call)}\n{helper}", path)
    assert "test-emptied" in change(
        good(path), proof(path, call.replace("check", "run").replace("compare(t)", "f()")), path
    )


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        ('#[cfg(feature = "server")]', False),
        ('#[cfg(feature = "never")]', True),
        ("#[cfg_attr(miri, ignore)]", False),
        ('#[cfg_attr(not(panic = "unwind"), ignore)]', False),
        ("#[cfg_attr(all(), ignore)]", True),
    ],
)
def test_a_test_of_rust_may_depend_on_what_there_is(mark: str, *, found: bool) -> None:
    whole = '#[cfg(feature = "server")]\nuse server;\n\n' + good("src/lib.rs")
    marked = whole.replace("    #[test]\n", f"    {mark}\n    #[test]\n")
    assert ("test-skipped" in change(whole, marked, "src/lib.rs")) is found
    declared = edit("Cargo.toml", "[features]\n", "[features]\nnever = []\n")
    assert "test-skipped" not in said(
        "",
        edit("src/lib.rs", whole, whole.replace("    #[test]\n", '    #[cfg(feature = "never")]\n    #[test]\n')),
        declared,
    )


def test_a_panic_that_is_wanted_is_not_swallowed() -> None:
    body = "        let got = std::panic::catch_unwind(|| total(2))%s;\n        assert_eq!(got, 3);"
    assert change(good("src/lib.rs"), proof("src/lib.rs", body % '.expect_err("no")'), "src/lib.rs") == set()
    assert "test-swallowed" in change(
        good("src/lib.rs"), proof("src/lib.rs", body % ".unwrap_or_default()"), "src/lib.rs"
    )


def test_a_test_of_rust_that_is_only_compiled_takes_nothing_away() -> None:
    test = "\n    #[test]\n    #[ignore]\n    fn sends() {\n%s    }\n}\n"
    whole = good("src/lib.rs")
    more = whole.rstrip("}\n") + "\n    }\n"
    assert change(whole, more + test % "        spawn(run(2));\n", "src/lib.rs") == set()
    assert "test-skipped" in change(whole, more + test % "        assert_eq!(total(3), 4);\n", "src/lib.rs")


def test_a_checker_may_be_silenced_where_that_is_the_task() -> None:
    hushed = edit("src/a.py", "x = f()\n", "x = f()  # noqa\n")
    assert said("Silence a flake8 warning", hushed) == set()
    assert said("Mend f", hushed) == {"checker-silenced"}


def test_a_function_that_is_given_less_may_give_back_less() -> None:
    old = code("src/a.js", "  const found = load(items);\n  note(found, rate);\n  return found;")
    cut = old.replace("\n  note(found, rate);\n  return found;", "")
    assert "code-halved" in change(old, cut, "src/a.js")
    assert "code-halved" not in change(old, cut.replace("(items, rate)", "(items)"), "src/a.js")


def test_one_of_two_tests_of_a_name_may_go() -> None:
    one = "test('is a function', () => {\n  const made = build({ parser: 10 });\n  expect(made.message).toBe('no function');\n});\n"
    two = one.replace("parser", "router").replace("10", "{ parser: 10 }")
    assert change(one + two, one, "web/a.test.ts") == set()
    assert change(one + two.replace("is a", "was a"), one, "web/a.test.ts") in (set(), {"test-deleted"})
    assert change(
        one + "test('is a function', () => {\n  expect(total(items, rate)).toEqual([2, 3]);\n});\n",
        one,
        "web/a.test.ts",
    ) == {"test-deleted"}


def test_git_and_the_conventions_say_what_is_taken_out() -> None:
    assert asks_to_remove_tests("Use less memory\n\nThis reverts commit 2377b893f6e64ca9878e4f25d1472b96baa7e3ea.\n")
    assert not asks_to_remove_tests("Use less memory\n\nIt reverts a change.\n")
    assert asks_to_take_out("Rework upgrades\n\nBREAKING CHANGE: no executors of one's own\n")
    assert not asks_to_take_out("Rework upgrades\n\nNo breaking change\n")


def test_a_test_file_nobody_reads_may_move_with_most_of_its_lines() -> None:
    lines = "".join(f"  assertEquals({number}, total({number}))\n" for number in range(9))
    gone = edit("jvmTest/ZipTest.kt", f"class ZipTest {{\n{lines}}}\n", None)
    assert said("Run everywhere", gone) == {"test-deleted"}
    moved = edit("commonTest/ZipTest.kt", None, f"class ZipTest : Base {{\n{lines}}}\n")
    assert "test-deleted" not in said("Run everywhere", gone, moved)
    assert "test-deleted" in said("Run everywhere", gone, edit("commonTest/ZipTest.kt", None, "class ZipTest\n"))
    assert "test-deleted" not in said("Remove zip", gone)


def test_settings_of_pytest_may_move_to_their_new_table() -> None:
    old = '[tool.pytest.ini_options]\naddopts = "-p no:trio"\ntestpaths = "tests"\n'
    new = '[tool.pytest]\naddopts = ["-p", "no:trio"]\ntestpaths = ["tests"]\n'
    assert change(old, new, "pyproject.toml") == set()
    assert change(old, new.replace('["tests"]', '["tests/unit"]'), "pyproject.toml") == {"tests-deselected"}


def test_what_asserts_by_a_context_asserts() -> None:
    group = PY + "\n\ndef test_b():\n    with pytest.raises(TypeError):\n        h()\n"
    assert (
        change(group, group.replace("pytest.raises(TypeError)", "pytest.RaisesGroup(TypeError)"), "tests/test_a.py")
        == set()
    )
