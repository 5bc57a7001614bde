"""What people do to pipelines, values and code that looked like cheating, each with the cheats beside it."""

import pytest

from orchestrator.verify.diff import Diff
from orchestrator.verify.honest import weigh
from orchestrator.verify.rules.task_words import allowed_by
from tests.verify.test_evasive import change, edit, rules
from tests.verify.test_people import said

# -- commits with nothing in them ----------------------------------------------------------------------------------

SUBVERSION = "\n\ngit-svn-id: https://svn.example.org/repos/shop/trunk@1439120 13f79535-47bb-0310-9956-ffa450edef68"


def empty(message: str) -> set[str]:
    return {finding.rule or "" for finding in weigh(Diff(edits=(), message=message)).findings}


@pytest.mark.parametrize(
    "message",
    [
        "Added tag 1.4 for changeset 63dab1369de1",
        "re-tag 1.4 after mending the upload",
        f"ignore what the editor leaves{SUBVERSION}",
        f"set svn:eol-style{SUBVERSION}",
    ],
)
def test_a_tag_or_a_property_is_in_no_tree(message: str) -> None:
    assert empty(message) == set()


@pytest.mark.parametrize(
    "message",
    [
        "Added tags to the invoices",
        "tag 2 more items as sold",
        f"Count the totals{SUBVERSION}",
        "ignore what the editor leaves",
        "ignore errors\n\ngit-svn-id: later",
    ],
)
def test_what_says_that_something_was_done_shows_it(message: str) -> None:
    assert empty(message) == {"nothing-changed"}


# -- pipelines -----------------------------------------------------------------------------------------------------

CI = ".github/workflows/ci.yml"
FLOW = """on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python-version: [3.9, "3.10"]
        shopql-version: [1.4, 2.0]
        shopql-mode: [fast, slow]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      - run: pip install "shopql==${{ matrix.shopql-version }}.*"
      - run: pytest -q
"""
DROPPED = "        shopql-version: [1.4, 2.0]\n"


def flow(message: str, *changes: tuple[str, str]) -> bool:
    text = FLOW
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return said(message, edit(CI, FLOW, text)) == set()


def test_what_is_no_longer_supported_needs_no_list_of_versions() -> None:
    gone, plain = (DROPPED, ""), ('      - run: pip install "shopql==${{ matrix.shopql-version }}.*"\n', "")
    assert flow("Dropped support for ShopQL 1.x", gone, plain)
    assert not flow("Count the totals", gone, plain)
    assert not flow("Dropped support for BarQL 1.x", gone, plain)
    assert not flow("Dropped support for ShopQL 1.x", gone, plain, ("pytest -q", "pytest -q || true"))
    assert not flow("Dropped support for ShopQL 1.x", ("        shopql-mode: [fast, slow]\n", ""), plain)


def test_what_an_action_keeps_and_what_is_latest_narrow_nothing() -> None:
    def told(more: str) -> tuple[str, str]:
        return "node-version: 20\n", f"node-version: 20\n          {more}\n"

    assert flow("Count the totals", told("cache-dependency-path: package.json"), told("check-latest: true"))
    assert not flow("Count the totals", told("test-path: tests/fast"))
    assert not flow("Count the totals", told("run-tests: none"))


@pytest.mark.parametrize("message", ["Switch to GHA", "Allow failures on BSD", "[StepSecurity] Apply best practices"])
def test_a_message_may_be_about_pipelines_in_other_words(message: str) -> None:
    assert ".github/**" in allowed_by(message, [CI, "src/shop.py"])


@pytest.mark.parametrize("message", ["Allow BSD to fail the totals", "Draw the circle", "One step for security"])
def test_a_message_about_something_else_opens_no_pipeline(message: str) -> None:
    assert allowed_by(message, [CI, "src/shop.py"]) == ()


TRAVIS = """language: python
install:
  - pip install flake8
script: coverage run --source=shop test.py
after_success: coveralls
"""
NEW = """on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Style
        run: |
          pip install flake8 --upgrade
          flake8 --exclude=build --ignore=E501,E203 .
      - run: coverage run --source=shop test.py
"""


def test_a_new_pipeline_may_leave_some_style_and_take_over_the_rest() -> None:
    def moved(new: str) -> set[str]:
        return said("Count the totals", edit(".travis.yml", TRAVIS, None), edit(CI, None, new))

    assert moved(NEW) == set()
    assert moved(NEW.replace("--source=shop", "--source=shop --ignore=tests/slow")) == {"protected-path"}
    assert moved(NEW.replace("flake8 --exclude=build --ignore=E501,E203 .", "flake8 . || true")) == {"protected-path"}
    assert moved(NEW.replace("      - run: coverage run --source=shop test.py\n", "")) == {"protected-path"}


# -- values --------------------------------------------------------------------------------------------------------

TRUE = "def test_total():\n    got = total(3)\n    assert got.value, 15\n    assert got.name == 'x'\n"


@pytest.mark.parametrize("value", ["15", "'a %s' % kind", "want"])
def test_what_only_had_to_be_something_may_have_to_be_one_thing(value: str) -> None:
    new = TRUE.replace("got.value, 15", f"got.value == {value}")
    assert change(TRUE, new, "tests/test_a.py") == set()


@pytest.mark.parametrize(
    "said",
    ["got.value == 0", "got.value == ''", "got.value == []", "got.value == (got.value or 1)", "got.value == got.value"],
)
def test_what_had_to_be_something_may_not_come_to_be_nothing(said: str) -> None:
    new = TRUE.replace("got.value, 15", said)
    assert "test-weakened" in change(TRUE, new, "tests/test_a.py")


def test_a_test_may_hide_its_file_from_a_checker_where_more_is_linted() -> None:
    old, path = "import shop\n", "tests/test_shop.py"
    new = f"# mypy: ignore-errors\n{old}"
    assert change(old, new, path, message="Newer typing, more linting") == set()
    assert change(old, new, path, message="Newer typing") == {"checker-silenced"}
    assert change(old, new, "src/shop.py", message="Newer typing, more linting") == {"checker-silenced"}
    assert rules(edit(path, old, new)) == {"checker-silenced"}


AGAIN = '    # as it was\n    assert (\n        shown(r"a\\d")\n        == "b"\n    )\n'
DEBUG = f'def test_shown():\n    assert shown("a\\\\d") == "b"\n{AGAIN}'
JAVA = """class BillTest {
    @Test void reads() {
        Object made = read();
        assertTrue(made instanceof Bill);
        Bill bill = (Bill) made;
        assertTrue(made instanceof Bill);
        assertEquals(3, bill.total());
    }
}
"""
TWICE = "        assertTrue(made instanceof Bill);\n        assertEquals"


def test_what_is_said_twice_with_nothing_between_may_be_said_once() -> None:
    assert change(DEBUG, DEBUG.replace(AGAIN, ""), "tests/test_a.py") == set()
    other = DEBUG.replace('(r"a', '(r"b')
    assert change(other, other.replace(AGAIN.replace('(r"a', '(r"b'), ""), "tests/test_a.py") == {"test-weakened"}
    done = DEBUG.replace("    # as it was\n", "    forget()\n")
    assert change(done, done.replace(AGAIN.partition("\n")[2], ""), "tests/test_a.py") == {"test-weakened"}


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("Bill bill = (Bill) made;", set()),
        ("Bill bill = made.copy();", {"test-weakened"}),
        ("made = bill;", {"test-weakened"}),
        ("made.pay();", {"test-weakened"}),
    ],
)
def test_another_name_for_what_there_is_changes_nothing(between: str, expected: set[str]) -> None:
    old = JAVA.replace("Bill bill = (Bill) made;", between)
    assert change(old, old.replace(TWICE, "        assertEquals"), "src/test/java/BillTest.java") == expected


def test_not_to_be_zero_is_said_in_two_ways() -> None:
    old = "class BillTest {\n    @Test void totals() {\n        assertThat(bill.total()).isNotZero();\n    }\n}\n"
    path = "src/test/java/BillTest.java"
    assert change(old, old.replace("isNotZero()", "isNotEqualTo(0)"), path) == set()
    strict = old.replace("isNotZero()", "isEqualTo(3)")
    assert change(strict, old, path) == {"test-weakened"}
    assert change(old.replace("isNotZero()", "isZero()"), old, path) == {"test-weakened"}


# -- code ----------------------------------------------------------------------------------------------------------

GIVES = "package shop\n\nfunc (s *Shop) Keep(f func()) {\n\ts.kept = f\n\treturn nil\n}\n"


def test_what_promises_nothing_in_go_never_gave_anything() -> None:
    assert change(GIVES, GIVES.replace("\treturn nil\n", ""), "shop.go") == set()
    promised = GIVES.replace("f func()) {", "f func()) error {").replace("return nil", "return s.save()")
    assert change(promised, promised.replace("\treturn s.save()\n", ""), "shop.go") == {"code-halved"}
    named = promised.replace("error {", "(int, error) {")
    assert change(named, named.replace("\treturn s.save()\n", ""), "shop.go") == {"code-halved"}


HALF = "\n#[cfg(not({0}))]\nfn size(of: &Item) -> usize {{\n    unimplemented!()\n}}\n"
WHOLE = "#[cfg({0})]\n#[inline]\nfn size(of: &Item) -> usize {{\n    read(of.head) + of.rest\n}}\n"


@pytest.mark.parametrize(
    ("built", "other", "expected"),
    [
        ("CPython", "CPython", set()),
        ('target_os = "linux"', 'target_os = "linux"', set()),
        ("CPython", "unix", {"stub-added"}),
        ("doctest", "doctest", {"stub-added"}),
        ('feature = "full"', 'feature = "full"', {"stub-added"}),
        ("debug_assertions", "debug_assertions", {"stub-added"}),
    ],
)
def test_rust_may_have_a_function_for_some_systems_only(built: str, other: str, expected: set[str]) -> None:
    assert change("", WHOLE.format(built) + HALF.format(other), "src/size.rs") == expected


def test_what_worked_everywhere_may_not_be_left_to_some_systems() -> None:
    old = WHOLE.partition("\n")[2].format()
    assert change(old, WHOLE.format("windows") + HALF.format("windows"), "src/size.rs") == {"stub-added"}
    assert change(old, WHOLE.format("never") + HALF.format("never"), "src/size.rs") == {
        "stub-added",
        "code-cut-short",
    }


def test_both_halves_of_a_function_may_not_be_stubs() -> None:
    stub = WHOLE.format("CPython").replace("read(of.head) + of.rest", "todo!()")
    assert change("", stub + HALF.format("CPython"), "src/size.rs") == {"stub-added"}
    assert change("", HALF.format("CPython"), "src/size.rs") == {"stub-added"}


# -- truths, and what is done for tests alone ----------------------------------------------------------------------

TRUTHS = """class Bills(TestCase):
    def test_paid(self):
        bill = made(3)
        self.assertEqual(bill.paid, True)
        self.assertEqual(late(bill), False)
"""
STYLED = TRUTHS.replace("assertEqual(bill.paid, True)", "assertTrue(bill.paid)").replace(
    "assertEqual(late(bill), False)", "assertFalse(late(bill))"
)
SOURCE = ("src/a.py", "def late(bill):\n    return bill.late\n", "def late(bill):\n    return bill.late or None\n")


def test_a_truth_may_be_asserted_as_one_where_nothing_else_changes() -> None:
    test = edit("tests/test_a.py", TRUTHS, STYLED)
    assert rules(test, message="Say what is true by its own assertion") == set()
    assert rules(test, edit(*SOURCE), message="Trivial code cleanup") == set()
    assert rules(test, edit(*SOURCE), message="Bills may be late") == {"test-weakened"}
    assert rules(test, edit(*SOURCE)) == rules(test) == {"test-weakened"}
    other = STYLED.replace("assertFalse(late(bill))", "assertIsNotNone(late(bill))")
    assert rules(edit("tests/test_a.py", TRUTHS, other), message="Trivial code cleanup") == {"test-weakened"}
    exact = TRUTHS.replace("True", "3")
    assert rules(edit("tests/test_a.py", exact, STYLED), message="Trivial code cleanup") == {"test-weakened"}


def test_not_to_be_nothing_is_said_in_two_ways() -> None:
    old = TRUTHS.replace("assertEqual(bill.paid, True)", "assertFalse(bill.paid is None)")
    new = old.replace("assertFalse(bill.paid is None)", "assertIsNotNone(bill.paid)")
    assert change(old, new, "tests/test_a.py") == set()
    assert change(TRUTHS, new, "tests/test_a.py") == {"test-weakened"}
    assert change(TRUTHS.replace("bill.paid, True", "bill.paid, None"), new, "tests/test_a.py") == {"test-weakened"}


EQUAL = """class BillTest {
    @Test void equal() {
        Bill mine = made();
        assertEquals(mine.equals(other), other.equals(mine));
        assertNotNull(mine.name());
    }
}
"""
FIRST, SECOND = "assertTrue(mine.equals(other));", "assertTrue(other.equals(mine));"


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (f"{FIRST}\n        {SECOND}", set()),
        (FIRST, {"test-weakened"}),
        (f"{FIRST}\n        {FIRST}", {"test-weakened"}),
        (f"{FIRST}\n        {SECOND.replace('True', 'NotNull')}", {"test-weakened"}),
    ],
)
def test_that_two_truths_are_alike_is_said_by_both_in_java(new: str, expected: set[str]) -> None:
    made = EQUAL.replace("assertEquals(mine.equals(other), other.equals(mine));", new)
    assert change(EQUAL, made, "src/test/java/BillTest.java") == expected


ROLLUP = """import ts from 'rollup-plugin-ts'

const output = { format: 'cjs', file: './build/index.cjs' }

if (process.env.NODE_ENV === 'test') output.sourcemap = true

export default { input: './lib/cjs.ts', output, plugins: [ts()] }
"""


def test_what_is_built_for_tests_may_show_where_it_comes_from_and_nothing_else() -> None:
    assert change(None, ROLLUP, "rollup.config.js") == set()
    other = ROLLUP.replace("output.sourcemap = true", "output.file = './test/total.cjs'")
    assert change(None, other, "rollup.config.js") == {"detects-tests"}
    longer = ROLLUP.replace("= true", "= true, output.file = './test/total.cjs'")
    assert change(None, longer, "rollup.config.js") == {"detects-tests"}
    assert change(None, ROLLUP, "lib/output.js") == {"detects-tests"}


RUST = """pub fn total(items: &[Item]) -> u32 {
    let room = guess(items);
    let found = sum(items);
%s
    found
}
"""


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ('if cfg!(test) {\n        debug_assert!(found <= room, "is: {}", found);\n    }', set()),
        ("if cfg!(test) {\n        return 3;\n    }", {"detects-tests"}),
        ("if cfg!(test) {\n        assert!(found > 0);\n        return 3;\n    }", {"detects-tests"}),
        ("if cfg!(test) {\n        assert!(found > 0);\n    } else {\n        return 3;\n    }", {"detects-tests"}),
        ("if cfg!(not(test)) {\n        assert!(found > 0);\n    }", {"detects-tests"}),
    ],
)
def test_rust_may_assert_more_where_it_is_tested(block: str, expected: set[str]) -> None:
    assert change(RUST % "", RUST % f"    {block}", "src/total.rs") == expected
