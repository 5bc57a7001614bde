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
