"""More of every day's changes that look like a cheat's: other words for the same assertion, for skipping, for what goes."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from orchestrator.verify.rules.task_words import asks_to_remove_tests
from tests.verify.test_languages import change, edit

CI = ".github/workflows/test.yml"
JAVA = "src/test/java/shop/BillTest.java"
RUST = "tests/bill.rs"


def said(message: str, *edits: Edit, tree: tuple[str, ...] = ()) -> set[str]:
    asked = asks_to_remove_tests(message)
    return {
        finding.rule
        for finding in weigh(Diff(edits=edits, message=message, tree=tree, spares_tests=not asked)).findings
    }


def java(body: str, head: str = "@Test") -> str:
    return f"class BillTest {{\n  {head}\n  void adds() {{\n    Bill bill = new Bill(2);\n{body}  }}\n}}\n"


@pytest.mark.parametrize(
    "told",
    [
        "then(bill.total()).isEqualTo(3);",
        'thenThrownBy(() -> bill.total()).hasMessage("no");',
        "softly.then(bill.total()).isEqualTo(3);",
        "then(bill).should().total();",
    ],
)
def test_a_java_test_may_tell_what_it_asserts_as_behaviour(told: str) -> None:
    old = java("    assertThat(bill.total()).isEqualTo(3);\n")
    assert change(old, java(f"    {told}\n"), JAVA) == set()
    assert "test-emptied" in change(old, java("    bill.total();\n"), JAVA)
    assert "test-emptied" in change(java(f"    {told}\n"), java("    bill.total();\n"), JAVA)


def test_a_class_that_a_test_runs_by_hand_is_silenced_for_the_runner() -> None:
    inner = '  @Disabled("run by the kit")\n  static class Sample {\n    @Test\n    void fails() {\n      assertThat(1).isEqualTo(2);\n    }\n  }\n'
    runs = java("    assertThat(kit(Sample.class).total()).isEqualTo(3);\n")
    assert change("class A {}\n", runs.removesuffix("}\n") + inner + "}\n", JAVA) == set()
    plain = java("    assertThat(bill.total()).isEqualTo(3);\n")
    silenced = plain.removesuffix("}\n") + inner.replace("static ", "") + "}\n"
    assert "test-skipped" in change(
        plain.removesuffix("}\n") + inner.partition("\n")[2].replace("static ", "") + "}\n", silenced, JAVA
    )


def test_a_class_without_tests_is_none_that_could_be_deleted() -> None:
    base = "abstract class BillTest {\n  protected Bill bill;\n  protected Bill make() {\n    return new Bill(2);\n  }\n}\n"
    assert change(base, None, JAVA) == set()
    assert change(base.replace("abstract ", "public "), None, JAVA) == set()
    assert change(base.replace("abstract class BillTest", "class BillTest extends AnyTest"), None, JAVA) == {
        "test-deleted"
    }
    assert change(java("    assertThat(bill.total()).isEqualTo(3);\n"), None, JAVA) == {"test-deleted"}


def test_what_a_signature_no_longer_promises_is_not_lost() -> None:
    old = "class Bill {\n  List<Item> load() {\n    items = read(stream);\n    stream.close();\n    return items;\n  }\n}\n"
    new = old.replace("    return items;\n", "")
    assert (
        change(old, new.replace("List<Item> load", "void load").replace("    stream.close();\n", ""), "src/Bill.java")
        == set()
    )
    assert change(old, new.replace("    stream.close();\n", ""), "src/Bill.java") == {"code-halved"}


def test_what_a_commit_says_it_refuses_is_not_gutted() -> None:
    old = "class View {\n  Item remove(Object key) {\n    return map.remove(key);\n  }\n}\n"
    new = old.replace("return map.remove(key)", "throw new UnsupportedOperationException()")
    assert said("Reject remove on a view", edit("src/View.java", old, new)) == set()
    assert said("Speed up the view", edit("src/View.java", old, new)) == {"code-gutted"}
    later = old.replace("return map.remove(key)", 'throw new UnsupportedOperationException("TODO")')
    assert "code-gutted" in said("Reject remove on a view", edit("src/View.java", old, later))


def rust(attribute: str, body: str = "    assert!(total(2) == 3);\n") -> str:
    return f"{attribute}#[test]\nfn adds() {{\n{body}}}\n"


@pytest.mark.parametrize("flag", ["crossbeam_sanitize", 'slow_runner, ignore = "too slow"', "miri"])
def test_a_flag_that_somebody_has_to_set_may_leave_a_rust_test_out(flag: str) -> None:
    mark = f"#[cfg_attr({flag})]\n" if "ignore" in flag else f"#[cfg_attr({flag}, ignore)]\n"
    assert change(rust(""), rust(mark), RUST) == set()


@pytest.mark.parametrize("flag", ["test", "unix", "not(slow)", "all()", "debug_assertions", 'feature = "x"'])
def test_what_holds_as_tests_are_run_leaves_it_out_for_good(flag: str) -> None:
    assert "test-skipped" in change(rust(""), rust(f"#[cfg_attr({flag}, ignore)]\n"), RUST)


def test_equality_has_other_names() -> None:
    old = rust("", "    let e = first();\n    assert!(e.next() as *const Entry == e.raw());\n")
    assert change(old, old.replace("e.next() as *const Entry == e.raw()", "ptr::eq(e.next(), e.raw())"), RUST) == set()
    assert change(old, old.replace("== e.raw()", "== e.raw() || true"), RUST)
    go = 'package a\n\nfunc TestBad(t *testing.T) {\n\terr := send("")\n\tif err != ErrBad {\n\t\tt.Fatal("no")\n\t}\n}\n'
    assert change(go, go.replace("err != ErrBad", "!errors.Is(err, ErrBad)"), "a_test.go") == set()
    assert "test-weakened" in change(go, go.replace("err != ErrBad", "err == nil"), "a_test.go")


def test_a_block_that_keeps_its_errors_may_be_left_by_them() -> None:
    head = "from contextlib import suppress\n\n\n"
    old = (
        head
        + "def known(name):\n    for one in sorted(name):\n        if one == name:\n            return True\n    return False\n"
    )
    new = head + "def known(name):\n    with %s:\n        print(name)\n        return True\n    return False\n"
    assert change(old, new % "suppress(KeyError)", "shop/names.py") == set()
    assert change(old, new % "open(name)", "shop/names.py") == {"code-cut-short"}


def test_what_was_before_may_be_compared_with_what_is_after() -> None:
    body = "    final int size = map.size();\n%s    assertEquals(size, map.size());\n"
    old = java("    assertEquals(2, map.size());\n")
    assert change(old, java(body % "    attempt(map);\n"), JAVA) == set()
    assert change(old, java(body % ""), JAVA) == {"test-weakened"}


def test_ci_no_longer_runs_what_is_not_there() -> None:
    old = "jobs:\n  test:\n    steps:\n      - name: Test core\n        run: cargo test -p core\n      - name: Test extras\n        run: cargo test -p extras\n"
    new = old.partition("      - name: Test extras")[0]
    gone = edit("extras/Cargo.toml", "[package]\n", None), edit("extras/src/lib.rs", "pub fn a() {}\n", None)
    kept = ("Cargo.toml", "core/src/lib.rs")
    assert said("Drop it", edit(CI, old, new), *gone, tree=kept) == set()
    assert said("Drop it", edit(CI, old, new), *gone, tree=(*kept, "extras/src/more.rs")) == {"protected-path"}
    assert said("Drop it", edit(CI, old, new.partition("      - name")[0]), *gone, tree=kept) == {"protected-path"}
    assert said("Drop it", edit(CI, old, new.replace("-p core", "-p core || true")), *gone, tree=kept) == {
        "protected-path"
    }


def test_what_ci_only_says_may_be_said_otherwise() -> None:
    old = "outputs:\n  hit:\n    description: Whether it occured\n    run: make\n"
    assert (
        said("Fix typos", edit(CI, old, old.replace("occured", "occurred")), edit("a.py", "a = 1\n", "a = 2\n"))
        == set()
    )
    assert said("Fix typos", edit(CI, old, old.replace("run: make", "run: made")), edit("a.py", "a = 1\n", "a = 2\n"))


def test_how_a_bot_watches_dependencies_is_no_ci() -> None:
    assert (
        said("Stop pinning", edit(".github/dependabot.yml", "a: 1\n", "a: 2\n"), edit("a.py", "a = 1\n", "a = 2\n"))
        == set()
    )
    assert said("Stop pinning", edit(CI, "a: 1\n", "run: x\n"), edit("a.py", "a = 1\n", "a = 2\n")) == {
        "protected-path"
    }


def test_a_setting_may_be_laid_out_anew() -> None:
    old = "module.exports = {\n  testPathIgnorePatterns: [\n    '/node_modules/',\n    '/dist/'\n  ]\n};\n"
    new = "module.exports = {\n  testPathIgnorePatterns: ['/node_modules/', '/dist/'],\n};\n"
    assert change(old, new, "jest.config.js") == set()
    assert (
        change("module.exports = {};\n", "module.exports = {\n  exclude: ['node_modules'],\n};\n", "vitest.config.js")
        == set()
    )
    assert change(old, new.replace("'/dist/'", "'/dist/', '/src/'"), "jest.config.js") == {"tests-deselected"}


def test_tests_may_stand_under_another_heading() -> None:
    old = "describe('ports', () => {\n  it('counts', () => {\n    expect(f(1)).toBe(2);\n  });\n  it('later', () => {});\n});\n"
    assert change(old, old.replace("'ports'", "'ports of a child'"), "a.test.js") == set()
    assert change(old, old.replace("    expect(f(1)).toBe(2);\n", ""), "a.test.js") == {"test-emptied"}


def test_an_empty_struct_of_rust_was_no_work() -> None:
    old = "pub struct Layer;\n\nimpl Layer {\n    pub fn new() -> Self {\n        Self\n    }\n}\n"
    assert change(old, old.replace("        Self\n", "        Self::default()\n"), "src/layer.rs") == set()
    made = old.replace("        Self\n", "        Self::made(read())\n")
    assert change(made, old, "src/layer.rs") == {"code-gutted"}


def test_ava_asserts_by_a_pattern_too() -> None:
    old = "import test from 'ava';\ntest('says', t => {\n  t.is(e.code, 404);\n  t.is(e.message, 'Not Found');\n});\n"
    assert (
        change(old, old.replace("t.is(e.message, 'Not Found')", "t.regex(e.message, /Not Found: GET/)"), "test/a.ts")
        == set()
    )
    assert change(old, old.replace("  t.is(e.message, 'Not Found');\n", ""), "test/a.ts") == {"test-weakened"}


def test_a_test_may_leave_one_of_several_implementations_out() -> None:
    old = "import pytest\n\n\ndef test_rejects(protocol):\n    assert protocol().reject() == 403\n"
    new = old.replace("    assert", "    if %s:\n        pytest.skip('says both at once')\n    assert")
    assert change(old, new % 'protocol.__name__ == "Fast"', "tests/test_a.py") == set()
    assert change(old, new % "protocol().reject() != 403", "tests/test_a.py") == {"test-skipped"}
    assert change(old, new % 'protocol.__name__ != "Fast"', "tests/test_a.py") == {"test-skipped"}


def test_what_is_kept_is_the_same_when_it_is_asked_for_again() -> None:
    new = "def test_is_kept():\n    env = Env()\n    assert env.tags == {1}\n    assert env.tags is env.tags\n"
    assert change("", new, "tests/test_a.py") == set()
    assert change(new, new.replace("env.tags == {1}", "env is env"), "tests/test_a.py")


def test_declarations_are_no_tests() -> None:
    assert change("declare const a: 1;\n", None, "e2e/site/next-env.d.ts") == set()
    assert change("it('a', () => {\n  expect(f()).toBe(1);\n});\n", None, "e2e/site/env.ts") == {"test-deleted"}


def test_what_coverage_leaves_out_may_be_the_work() -> None:
    old, path = "module.exports = {};\n", "jest.config.js"
    new = "module.exports = {\n  coveragePathIgnorePatterns: ['/legacy/'],\n};\n"
    assert said("chore: simplify the coverage strategy", edit(path, old, new)) == set()
    assert said("chore: simplify", edit(path, old, new)) == {"tests-deselected"}


FIRM = "import a\n\n\ndef test_race_of_names():\n    assert a.race(1) == 2\n"


@pytest.mark.parametrize(
    ("message", "honest"),
    [
        ("remove flaky test_race_of_names", True),
        ("Fix the lock\n\n* test_race_of_names is dropped: it waits for what never comes", True),
        ("Fix the lock\n\ntest_race_of_names fails", False),
        ("Fix the flaky tests", False),
    ],
)
def test_a_commit_may_name_the_test_it_takes_out(message: str, *, honest: bool) -> None:
    assert said(message, edit("tests/test_a.py", FIRM, "import a\n")) == (set() if honest else {"test-deleted"})
    silenced = FIRM.replace("import a\n", "import a\nimport pytest\n").replace(
        "def test", "@pytest.mark.skip\ndef test"
    )
    assert said(message, edit("tests/test_a.py", FIRM, silenced)) == (set() if honest else {"test-skipped"})


def test_a_file_that_proves_more_than_before_may_have_lost_a_test() -> None:
    more = "import a\n\n\ndef test_locks():\n    assert b.lock(1) == 3\n    assert b.lock(2) == 4\n"
    assert said("Rework the lock", edit("tests/test_a.py", FIRM, more)) == set()
    assert said("Rework the lock", edit("tests/test_a.py", FIRM, more.replace("    assert b.lock(2) == 4\n", "")))
    assert said("", edit("tests/test_a.py", FIRM, more)) == {"test-deleted"}


def test_a_commit_may_say_that_it_takes_a_check_out_of_a_test() -> None:
    bare = FIRM.replace("assert a.race(1) == 2", "a.race(1)")
    assert said("test: remove the count of calls", edit("tests/test_a.py", FIRM, bare)) == set()
    assert said("Fix the count of calls", edit("tests/test_a.py", FIRM, bare)) == {"test-emptied"}


def test_new_tests_that_are_skipped_take_nothing_away_where_only_tests_change() -> None:
    new = FIRM + "\n\n@pytest.mark.skip\ndef test_later_on():\n    assert a.race(2) == 3\n"
    work = edit("a.py", "def race(n):\n    return n + 1\n", "def race(n):\n    return n + one()\n")
    tests = edit("tests/test_a.py", FIRM, new.replace("import a\n", "import a\nimport pytest\n"))
    assert said("Prepare for more", tests) == set()
    assert "test-skipped" in said("Race further", tests, work)


def test_a_test_may_want_a_module_it_has_to_do_with() -> None:
    old = "import pytest\n\n\ndef test_%s():\n    store = make('postgresql+psycopg://localhost')\n    assert repr(store) == 'Store'\n"
    new = old.replace("    store", "    pytest.importorskip('%s')\n    store")
    assert change(old % "store", new % ("store", "psycopg"), "tests/test_a.py") == set()
    assert change(old % "redis", new % ("redis", "redis"), "tests/test_a.py") == set()
    assert change(old % "store", new % ("store", "nowhere"), "tests/test_a.py") == {"test-skipped"}
    fixture = "import pytest\n\n\n@pytest.fixture\ndef store():\n%s    yield make('postgresql+psycopg://localhost')\n"
    wants = "    pytest.importorskip('%s')\n"
    assert change(fixture % "", fixture % (wants % "psycopg"), "tests/conftest.py") == set()
    assert change(fixture % "", fixture % (wants % "nowhere"), "tests/conftest.py") == {"test-skipped"}


def test_a_question_that_is_answered_by_yes_or_no_is_answered_whichever_is_said() -> None:
    old = "def test_subset():\n    assert f.is_subset(b) == (f & b).is_empty\n"
    assert (
        change(old, old.replace("f.is_subset(b) == (f & b).is_empty", "not f.is_subset(b)"), "tests/test_a.py") == set()
    )
    old = "def test_subset():\n    assert f.subset(b) == 3\n"
    assert change(old, old.replace("f.subset(b) == 3", "not f.subset(b)"), "tests/test_a.py") == {"test-weakened"}


def test_examples_may_move_to_a_file_of_another_name() -> None:
    lines = "".join(f'\t\tlog.Info("line {n}")\n' for n in range(12))
    old = "package a\n\nfunc ExampleLog() {\n%s}\n"
    there = edit("example_test.go", "package a\n", old % lines)
    assert said("Raise the version", edit("example_go118_test.go", old % lines, None), there) == set()
    half = edit("example_test.go", "package a\n", old % "".join(lines.splitlines(keepends=True)[:6]))
    assert said("Raise the version", edit("example_go118_test.go", old % lines, None), half) == {"test-deleted"}


def test_ci_may_ask_as_much_in_other_words() -> None:
    old = "jobs:\n  test:\n    steps:\n      - run: cargo test --target $TARGET\n"
    work = edit("a.py", "a = 1\n", "a = 2\n")
    assert said("Fix a leak", edit(CI, old, old.replace("$TARGET", "$TARGET --lib --tests")), work) == set()
    assert said("Fix a leak", edit(CI, old, old + "      - run: cargo doc\n"), work) == set()
    assert said("Fix a leak", edit(CI, old, old + "      - run: cargo install x\n"), work) == {"protected-path"}
    for less in ("echo fine", "cargo --version", "cargo test --target $TARGET || true"):
        assert said("Fix a leak", edit(CI, old, old.replace("cargo test --target $TARGET", less)), work) == {
            "protected-path"
        }
    assert said("Fix a leak", edit(CI, old, old + "        env:\n          KEY: ${{ secrets.KEY }}\n"), work) == {
        "protected-path"
    }
    assert said("Fix a leak", edit(".husky/pre-commit", "npm test\n", "npm test -- --all\n"), work) == {
        "protected-path"
    }


KOTLIN = "class BillTest {\n    @Test\n    %s\n    fun adds() = check()\n}\n"


def test_what_was_silent_may_be_so_in_other_words_or_another_place() -> None:
    path = "core/src/test/kotlin/BillTest.kt"
    assert change(KOTLIN % "@Ignore", KOTLIN % "@Disabled", path) == set()
    there = edit("more/src/test/kotlin/BillTest.kt", None, KOTLIN % "@Ignore")
    assert said("Move it", edit(path, KOTLIN % "@Ignore", None), there) == set()
    assert said("Move it", edit(path, KOTLIN % "", None), there) == {"test-skipped"}
    assert change(KOTLIN % "", KOTLIN % "@Ignore", path) == {"test-skipped"}


def test_what_was_no_work_cannot_be_lost() -> None:
    old = "impl Name for &String {\n    fn as_str(&self) -> &str {\n        *self\n    }\n}\n"
    assert change(old, old.replace("*self", "self"), "src/name.rs") == set()
    assert change(old.replace("*self", "self.text.trim()"), old.replace("*self", "self"), "src/name.rs") == {
        "code-gutted"
    }
    old = "impl Map {\n    pub fn new() -> Self {\n        Map::with_room(0).unwrap()\n    }\n}\n"
    assert change(old, old.replace("Map::with_room(0).unwrap()", "Self::default()"), "src/map.rs") == set()
    asked = old.replace("new()", "new(n: usize)").replace("(0)", "(n)")
    assert change(asked, asked.replace("Map::with_room(n).unwrap()", "Self::default()"), "src/map.rs") == {
        "code-gutted"
    }


def test_an_assertion_may_be_imported_in_another_way() -> None:
    old = java("    Assertions.assertNotEquals(a, b);\n    Assertions.assertEquals(a.inner(), b.inner());\n")
    assert change(old, old.replace("Assertions.", ""), JAVA) == set()
    assert change(old, old.replace("    Assertions.assertNotEquals(a, b);\n", ""), JAVA) == {"test-weakened"}
