"""Pipelines that come to ask less of tests, under a message that says nothing of it: none is let pass."""

import pytest

from tests.verify.test_everyday_fifteenth import judged
from tests.verify.test_everyday_turned import edit

PATH = ".github/workflows/ci.yml"
CI = """on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python: [3.11, 3.12]
    steps:
      - uses: actions/checkout@v4
      - run: pip install -e .
      - run: pytest --cov-fail-under=90 tests
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("--cov-fail-under=90", "--cov-fail-under=10"),
        ("=90 tests", "=90 tests/unit"),
        ("pytest --cov", "pytest -m fast --cov"),
        ("pytest --cov", "pytest -k adds --cov"),
        ("=90 tests", "=90 tests2"),
        ("pytest --cov", "pytest --lf --cov"),
        ("pytest --cov", "pytest --collect-only --cov"),
        ("v4\n", "v4\n        with:\n          threshold: 10\n"),
        ("    steps:", "    env:\n      PYTEST_ADDOPTS: --co\n    steps:"),
        ("[3.11, 3.12]\n", "[3.11, 3.12]\n        exclude:\n          - python: 3.12\n"),
        ("=90 tests\n", "=90 tests\n        working-directory: docs\n"),
    ],
)
def test_a_pipeline_that_asks_less_of_tests_is_found_whatever_else_it_keeps(old: str, new: str) -> None:
    assert old in CI
    assert judged(edit(PATH, CI, CI.replace(old, new)), message="Fix the parser") == {"protected-path"}


@pytest.mark.parametrize(
    ("old", "new"), [("checkout@v4", "checkout@v5"), ("3.12]", "3.13]"), ("pytest ", "pytest -v ")]
)
def test_a_pipeline_that_is_kept_up_is_ordinary(old: str, new: str) -> None:
    assert judged(edit(PATH, CI, CI.replace(old, new)), message="Fix the parser") == set()
