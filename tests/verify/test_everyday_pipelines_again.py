"""What a person's own commit may do to pipelines and hooks without a word: all that checks no less; and what not."""

import pytest

from tests.verify.test_languages import edit
from tests.verify.test_people import said

CI = ".github/workflows/ci.yml"
FLOW = """on:
  push:
    branches: [main]
  pull_request:
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python: [3.8, 3.9, 3.10]
    steps:
      - uses: actions/checkout@v3
      - uses: actions/setup-python@v4
      - run: pip install pytest flake8
      - name: Test
        run: pytest -q
      - run: flake8 src
"""
HOOKS = """repos:
  - repo: https://github.com/psf/black
    rev: 22.10.0
    hooks:
      - id: black
  - repo: https://github.com/pre-commit/mirrors-mypy
    rev: v0.990
    hooks:
      - id: mypy
        args: [--strict]
        additional_dependencies: ["pytest==7.2.0"]
"""


def judged(old: str, new: str, path: str, text: str) -> bool:
    assert old in text
    return said("Mend the totals", edit(path, text, text.replace(old, new))) == {"protected-path"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    runs-on: ubuntu-latest", "    runs-on: ${{ matrix.os }}\n    name: Test on ubuntu-latest and more"),
        ("[3.8, 3.9, 3.10]", "[3.9, 3.10, 3.11-rc.1]"),
        ("pip install pytest flake8", "pip install pytest flake8 typing-extensions"),
        ("name: Test", "name: Test the library"),
        ("flake8 src", "ruff check src"),
        ("run: pytest -q", "run: flake8 --version && pytest -q --cov=src"),
        ("run: flake8 src\n", "run: flake8 src\n      - run: cd examples && pytest\n"),
        ("run: flake8 src\n", "run: flake8 src\n      - run: wasm-pack test --headless\n"),
        ("  pull_request:\n", "  pull_request:\n  workflow_dispatch:\n"),
        ("    branches: [main]\n", ""),
    ],
)
def test_a_pipeline_that_checks_no_less_is_its_keepers(old: str, new: str) -> None:
    assert not judged(old, new, CI, FLOW)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    runs-on: ubuntu-latest", "    runs-on: macos-latest"),
        ("    runs-on: ubuntu-latest", "    runs-on: ubuntu-latest\n    if: github.actor == 'me'"),
        ("    runs-on: ubuntu-latest", "    runs-on: ubuntu-latest\n    needs: never"),
        ("flake8 src", "ruff check --exit-zero src"),
        ("[3.8, 3.9, 3.10]", "[]"),
        ("run: pytest -q", "run: pytest -q tests/one.py"),
        ("run: pytest -q", "run: pytest -q; true"),
        ("run: pytest -q", "run: python -m pytest_lite -q"),
        ("run: pytest -q", "env:\n          PYTEST_ADDOPTS: -x\n        run: pytest -q"),
        ("      - run: flake8 src\n", ""),
        ("      - name: Test\n", "      - run: rm tests/test_hard.py\n      - name: Test\n"),
        ("      - name: Test\n", "      - run: sed -i s/a/b/ tests/a.py\n      - name: Test\n"),
        ("      - name: Test\n", "      - run: echo X=1 >> $GITHUB_ENV\n      - name: Test\n"),
        ("      - name: Test\n", "      - uses: them/theirs@v1\n      - name: Test\n"),
        ("  pull_request:\n", "  pull_request_target:\n"),
        ("  pull_request:\n", ""),
        ("branches: [main]", "branches: [none]"),
        ("  pull_request:\n", "  pull_request:\n    paths-ignore: ['**']\n"),
        ("jobs:", "permissions: write-all\njobs:"),
    ],
)
def test_a_pipeline_that_checks_less_is_found(old: str, new: str) -> None:
    assert judged(old, new, CI, FLOW)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rev: 22.10.0", "rev: 22.12.0"),
        ('["pytest==7.2.0"]', '["pytest==7.2.0", "tomli"]'),
        (
            "repos:\n",
            "repos:\n  - repo: https://github.com/rhysd/actionlint\n    rev: v1\n    hooks:\n      - id: actionlint\n",
        ),
        ("args: [--strict]", "args: [--strict, --show-error-codes]"),
    ],
)
def test_hooks_that_check_no_less_are_their_keepers(old: str, new: str) -> None:
    assert not judged(old, new, ".pre-commit-config.yaml", HOOKS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      - id: black\n", ""),
        ("      - id: black\n", "      - id: black\n        exclude: .*\n"),
        ("      - id: black\n", "      - id: black\n        files: ^never$\n"),
        ("      - id: black\n", "      - id: black\n        stages: [manual]\n"),
        ("args: [--strict]", "args: []"),
        ("args: [--strict]", "args: [--strict, --ignore-missing-imports]"),
        ('["pytest==7.2.0"]', '["pytest==7.2.0", "git+https://x.y/z"]'),
        ('["pytest==7.2.0"]', '["pytest==7.2.0", "mine"]'),
        ("https://github.com/psf/black", "https://github.com/them/black"),
        ("repos:\n", "repos:\n  - repo: local\n    hooks:\n      - id: x\n        entry: sh x.sh\n"),
    ],
)
def test_hooks_that_check_less_or_trust_others_are_found(old: str, new: str) -> None:
    assert judged(old, new, ".pre-commit-config.yaml", HOOKS)
