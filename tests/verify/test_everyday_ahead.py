"""What people do that is like a cheat and none: versions ahead, single lints, formatters, errors of tests' own."""

import pytest

from orchestrator.verify.rules.as_much import is_heard_less
from orchestrator.verify.rules.widened import hangs_on_more
from tests.verify.test_evasive import change
from tests.verify.test_everyday_others import CI, judged
from tests.verify.test_languages import edit

JOB = """on: [push]
jobs:
  tests:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python-version: ['pypy3.10', '3.12', '3.13', '3.14']
#    TODO: when it is there
#    continue-on-error: ${{ matrix.python-version == '3.15-dev' }}
    steps:
    - run: pytest
"""
FORMAT = "on: [push]\njobs:\n  fmt:\n    runs-on: ubuntu-latest\n    steps:\n    - run: cargo fmt --all --check\n"
CARGO = '[package]\nname = "ours"\n\n[lints.clippy]\ndbg_macro = "warn"\n'
GO = "package ours\n\nfunc TestNew(t *testing.T) {\n"
GO += '\tif got := New("a").Error(); got != "a" {\n\t\tt.Errorf("got %q", got)\n\t}\n}\n'


def of_ci(old: str, new: str, message: str) -> set[str]:
    return judged(edit(CI, old, new), edit("a.py", "x = 1\n", "x = 2\n"), message=message)


def test_what_is_not_released_yet_may_fail() -> None:
    ahead = JOB.replace("'3.14']", "'3.14', '3.15-dev']").replace("#    continue", "    continue")
    for said, less in (("== '3.15-dev'", False), ("== '3.14'", True), ("!= '3.15-dev'", True)):
        now = edit(CI, JOB, ahead.replace("== '3.15-dev'", said))
        assert (hangs_on_more(now), is_heard_less(now)) == (less, less)


def test_a_formatter_may_be_asked_in_another_way() -> None:
    other = FORMAT.replace("cargo fmt --all --check", "rustfmt --check $(git ls-files '*.rs')")
    assert of_ci(FORMAT, other, "rustfmt: sort the imports") == set()
    assert of_ci(FORMAT, other.replace("--check ", ""), "Sort the imports") == {"protected-path"}
    assert of_ci(FORMAT, other.replace("$(git ls-files '*.rs')", "src/a.rs"), "Sort the imports") == {"protected-path"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('manual_map = "allow"\n', set()),
        ('manual_map = { level = "allow", priority = 1 }\n', set()),
        ('all = "allow"\n', {"tests-deselected"}),
        ('all = { level = "allow", priority = -1 }\n', {"tests-deselected"}),
    ],
)
def test_a_single_lint_is_a_matter_of_taste(line: str, expected: set[str]) -> None:
    assert change(CARGO, CARGO + line, "Cargo.toml") == expected


def test_an_error_of_a_tests_own_is_no_assertion() -> None:
    mine = 'type none struct{}\n\nfunc (none) Error() string { return "" }\n'
    assert change(GO, GO + mine, "a_test.go") == set()
    deaf = "type quiet struct{ *testing.T }\n\nfunc (quiet) Errorf(format string, args ...any) {}\n"
    new = GO.replace("t *testing.T) {\n", "tt *testing.T) {\n\tt := quiet{tt}\n")
    assert change(GO, new + deaf, "a_test.go") & {"test-emptied"}
