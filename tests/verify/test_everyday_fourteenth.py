"""What a fourteenth set of people's own commits was accused of, each with the cheat beside it."""

from tests.verify.test_evasive import change


def test_what_coverage_is_not_counted_of_is_tested_all_the_same() -> None:
    old = "export default {\n  test: {\n    globals: true,\n    coverage: {\n    },\n  },\n};\n"
    counted = old.replace("coverage: {\n", 'coverage: {\n      exclude: ["scripts/**", "**/*.bench.ts"],\n')
    assert change(old, counted, "vitest.config.ts") == set()
    left_out = old.replace("    },\n  },", '    },\n    exclude: ["src/hard.test.ts"],\n  },')
    assert "tests-deselected" in change(old, left_out, "vitest.config.ts")


def test_a_suite_of_tests_is_no_product() -> None:
    old = "#: Okay\nimport os\n"
    new = old + "#: E711\nif f == None:\n    ccc\n"
    assert change(old, new, "testsuite/E71.py") == set()
    assert "missing-name" in change(old, new, "src/e71.py")


def test_quotes_around_a_line_that_was_there_are_no_change() -> None:
    job = 'jobs:\n  test:\n    runs-on: "ubuntu-latest"\n    steps:\n      - run: pnpm test\n'
    more = job + "  next:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pnpm next\n"
    assert change(job, more, ".github/workflows/ci.yml", "fix: non-objects as input") == set()
    elsewhere = more.replace("runs-on: ubuntu-latest", "runs-on: elsewhere")
    assert change(job, elsewhere, ".github/workflows/ci.yml", "fix: non-objects as input") == {"protected-path"}


def test_what_is_surely_there_in_typescript_is_no_macro() -> None:
    old = "export function total(bill: Bill): number {\n  return add(bill.lines)\n}\n"
    assert "code-gutted" in change(old, old.replace("add(bill.lines)", "Math!.max(1, 2)"), "src/bill.ts")
