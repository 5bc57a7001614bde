"""What a sixteenth set of people's own commits was accused of, each with the cheat beside it."""

from orchestrator.verify.diff import Edit
from tests.verify.test_evasive import change
from tests.verify.test_everyday_fifteenth import judged

FLOW = """on:
  push:
    branches: [main]
jobs:
  test:
    strategy:
      matrix:
        rust: [
          1.60.0,
          stable,
        ]
    steps:
      - run: npm install
      - name: Run mocha tests
        run: npm run test
"""
CI = ".github/workflows/ci.yml"


def test_ci_may_run_with_one_more_of_them() -> None:
    more = FLOW.replace("          stable,\n", "          1.74.0, # has_saturating\n          stable,\n")
    assert change(FLOW, more, CI, "Check availability of `Saturating`") == set()
    swapped = FLOW.replace("          1.60.0,\n", "          ${{ secrets.ALL }},\n")
    assert change(FLOW, swapped, CI, "Check availability of `Saturating`") == {"protected-path"}


def test_ci_may_run_by_the_clock_too_and_more_of_what_it_runs() -> None:
    daily = FLOW.replace("jobs:", "  schedule:\n    - cron: '0 2 * * *'\njobs:")
    assert change(FLOW, daily, CI, "Fix new warnings") == set()
    lint = FLOW.replace("      - name: Run mocha tests\n", "      - run: npm run lint\n      - name: Run tests\n")
    assert change(FLOW, lint, CI, "Remove eslint") == set()
    other = FLOW.replace("      - name: Run mocha tests\n", "      - run: ./mine.sh\n      - name: Run tests\n")
    assert change(FLOW, other, CI, "Remove eslint") == {"protected-path"}


def test_the_tests_of_other_peoples_code_are_theirs() -> None:
    text = 'package unix\n\nfunc init() {\n\tos.Exit(0)\n}\n\nvar child = exec.Command(os.Args[0], "-test.run=x")\n'
    assert judged(Edit(path="vendor/golang.org/x/sys/unix/a_test.go", status="A", old=None, new=text)) == set()
    gone = Edit(path="vendor/github.com/mattn/go-isatty/example_test.go", status="D", old=text, new=None)
    assert judged(gone) == set()
    assert "detects-tests" in judged(Edit(path="vendor/golang.org/x/sys/unix/a.go", status="A", old=None, new=text))
    assert judged(Edit(path="unix/a_test.go", status="A", old=None, new=text)) != set()


def test_a_default_may_be_picked_in_fewer_words() -> None:
    old = "export function pick<T>(given: T, other: T): T {\n  return given === undefined ? other : given;\n}\n"
    picked = old.replace("given === undefined ? other : given", "given ?? other")
    assert change(old, picked, "src/pick.ts") == set()
    assert change(old, picked.replace("given ?? other", "given"), "src/pick.ts") == {"code-gutted"}
    worked = old.replace("given === undefined ? other : given", "merged(given, other)")
    assert change(worked, picked, "src/pick.ts") == {"code-gutted"}


MOCHA = """import { expect } from 'chai';

it('makes a watcher', () => {
  expect(made()).instanceOf(Watcher);
});
"""


def test_assertions_are_seen_by_the_names_they_were_imported_by() -> None:
    node = MOCHA.replace("{ expect } from 'chai'", "{ ok as yes, equal } from 'node:assert/strict'")
    node = node.replace("expect(made()).instanceOf(Watcher);", "yes(made() instanceof Watcher);")
    assert change(MOCHA, node, "test/watch.test.js") == set()
    said = "yes(made() instanceof Watcher);"
    assert change(node, node.replace(said, "made();"), "test/watch.test.js") == {"test-emptied"}
    assert change(node, node.replace(said, "yes(true);"), "test/watch.test.js") == {"test-emptied"}
    value = MOCHA.replace("instanceOf(Watcher)", "equal(5)")
    assert change(value, MOCHA.replace("Watcher", "Number"), "test/watch.test.js") == {"test-weakened"}


def test_what_was_skipped_in_the_file_it_came_from_is_skipped() -> None:
    old = "describe.skip('failing: it sees', () => {\n  it('sees', () => {\n    expect(see()).toBe(1);\n  });\n});\n"
    new = f"import {{ see }} from './see.js';\n// as it was\n// and more\n// and more of it\n// and more\n// yes\n{old}"
    came = Edit(path="src/see.test.ts", status="A", old=None, new=new)
    assert judged(came, Edit(path="test.mjs", status="D", old=old, new=None)) == set()
    ran = old.replace("describe.skip", "describe")
    assert "test-skipped" in judged(came, Edit(path="test.mjs", status="D", old=ran, new=None))


PARTS = """
#[test]
fn converts() {
    check!(u8 u16);
    assert_eq!(one(), 1);
}

#[test]
fn converts_wide() {
    check!(u128 i128);
}
"""


def test_a_test_may_become_part_of_the_one_it_is_called_after() -> None:
    whole = PARTS.partition("\n#[test]\nfn converts_wide")[0]
    assert change(PARTS, whole.replace("u8 u16", "u8 u16 u128 i128"), "tests/bytes.rs") == set()
    assert change(PARTS, whole, "tests/bytes.rs") == {"test-deleted"}


def test_a_truth_may_be_asked_by_its_name() -> None:
    old = "class ATest {\n  @Test\n  void shows() {\n    assertThat(value().active()).isEqualTo(false);\n  }\n}\n"
    assert change(old, old.replace("isEqualTo(false)", "isFalse()"), "src/test/java/ATest.java") == set()
    count = old.replace("isEqualTo(false)", "isEqualTo(3)")
    assert change(count, count.replace("isEqualTo(3)", "isNotNull()"), "src/test/java/ATest.java") == {"test-weakened"}
