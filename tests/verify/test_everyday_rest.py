"""What people's own commits were accused of by the rules about code, pipelines and values, each with cheats beside it."""

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
