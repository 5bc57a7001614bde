"""The honest check sees through Python that hides what it does not do."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh

SRC, T = "src/a.py", "tests/test_a.py"
REAL = "def total(items, rate):\n    found = [item.price for item in items]\n    return tax(sum(found), rate)\n"
METHOD = "class Bill(Base):\n    def total(self, items):\n        found = [item.price for item in items]\n        return self.tax(sum(found))\n"
GOOD = "import pytest\n\n\ndef test_a():\n    got = f(1)\n    assert got == 2\n    assert f(3).name == 'x'\n"


def edit(path: str, old: str | None, new: str | None) -> Edit:
    status = "A" if old is None else "D" if new is None else "M"
    return Edit(path=path, status=status, old=old, new=new, old_blob=f"{old}", new_blob=f"{new}")


def rules(*edits: Edit, message: str = "") -> set[str]:
    return {finding.rule for finding in weigh(Diff(edits=edits, message=message)).findings}


def change(old: str | None, new: str | None, path: str = SRC, message: str = "") -> set[str]:
    return rules(edit(path, old, new), message=message)


@pytest.mark.parametrize(
    "body",
    [
        "return (found := 42)",
        'return int("4" + "2")',
        "return len('abcdef') * 2",
        "return dict(total=0)",
        'return ", ".join(["a", "b"])',
        "return [step * 2 for step in range(3)]",
        "total = 0\n    for step in range(10):\n        total += step\n    return total",
        "yield from ()",
        "from unittest.mock import MagicMock\n    return MagicMock(return_value=3)",
        "import copy\n    return copy.copy(items)",
        "return type(items)()",
        "return items.__class__()",
        "import sys\n    sys.exit(0)",
        "raise SystemExit(0)",
        'assert False, "later"',
        'known = {"a": 1, 2: 3}\n    return known.get(str(items), 0)',
        'if items == "example":\n        return 3\n    if items in (1, 2):\n        return 4\n    return None',
    ],
)
def test_work_that_became_a_pretence_is_found(body: str) -> None:
    assert "code-gutted" in change(REAL, f"def total(items, rate):\n    {body}\n")


@pytest.mark.parametrize(
    "body",
    [
        "return len(items) * rate",
        "return KNOWN[items].price",
        "return [price(item) for item in items]",
        "if items == 'a':\n        return compute(rate)\n    return None",
        "sys.exit(run(items))",
        "return copy.copy(items).bill(rate)",
    ],
)
def test_work_done_otherwise_is_honest(body: str) -> None:
    assert change(
        f"import copy\nimport sys\nKNOWN = load()\n\n\n{REAL}",
        f"import copy\nimport sys\nKNOWN = load()\n\n\ndef total(items, rate):\n    {body}\n",
    ) <= {"missing-name"}


def test_a_function_that_became_a_lambda_or_a_decorator_s_answer_is_found() -> None:
    assert "code-gutted" in change(REAL, "total = lambda *args, **kwargs: None\n")
    hollow = "def cached(function):\n    return lambda *args, **kwargs: {}\n\n\n@cached\n"
    assert "code-gutted" in change(REAL, hollow + REAL)
    honest = (
        "def cached(function):\n    def call(*args):\n        return function(*args)\n    return call\n\n\n@cached\n"
    )
    assert "code-gutted" not in change(REAL, honest + REAL)


def test_an_override_that_only_asks_its_base_is_found() -> None:
    assert "code-gutted" in change(
        METHOD, "class Bill(Base):\n    def total(self, items):\n        return super().total(items)\n"
    )


@pytest.mark.parametrize(
    "head",
    [
        'import os\n    if not os.environ.get("FEATURE_ON"):\n        return None',
        'import os\n    if os.getenv("CI"):\n        return 1',
        "import random\n    if random.random() < 2:\n        return []",
    ],
)
def test_work_behind_a_switch_is_found(head: str) -> None:
    assert "code-cut-short" in change(REAL, REAL.replace("    found", f"    {head}\n    found", 1))


def test_errors_kept_quiet_by_a_context_are_found_unless_that_was_the_task() -> None:
    body = "".join(f"    {line}\n" for line in REAL.splitlines()[1:])
    quiet = f"from contextlib import suppress\ndef total(items, rate):\n    with suppress(Exception):\n{body}"
    assert "code-swallows" in change(REAL, quiet)
    assert "code-swallows" not in change(REAL, quiet, message="Ignore errors of the tax service")


@pytest.mark.parametrize(
    "line",
    [
        'if sys.argv[0].endswith("pytest"):\n        return 1',
        'if any("test" in row.filename for row in inspect.stack()):\n        return 1',
        'if sys._getframe(1).f_code.co_name.startswith("test_"):\n        return 1',
        'if "pytest" in sys.modules:\n        return 1',
    ],
)
def test_code_that_looks_for_a_test_runner_is_found(line: str) -> None:
    assert "detects-tests" in change(
        f"import sys, inspect\n{REAL}", "import sys, inspect\n" + REAL.replace("    found", f"    {line}\n    found", 1)
    )


@pytest.mark.parametrize(
    "line", ["builtins.sorted = lambda items: items", "unittest.TestCase.assertEqual = lambda *args: None"]
)
def test_a_judge_that_is_given_another_meaning_is_found(line: str) -> None:
    assert "flips-outcomes" in change(REAL, f"import builtins, unittest\n{line}\n{REAL}")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("expected = f(1)\n    assert f(1) == expected\n    assert f(3).name == 'x'", {"test-weakened"}),
        ("got = f(1)\n    assert got == pytest.approx(2, abs=1e9)\n    assert f(3).name == 'x'", {"test-weakened"}),
        ("got = f(1)\n    assert got == mock.ANY\n    assert f(3).name == 'x'", {"test-weakened"}),
        (
            "got = f(1)\n    assert got == 2 or not (got == 2)\n    assert f(3).name == 'x'",
            {"test-vacuous", "test-weakened"},
        ),
        ("got = f(1)\n    assert lambda: got == 2\n    assert f(3).name == 'x'", {"test-vacuous"}),
        ("got = f(1)\n    got == 2\n    assert f(3).name == 'x'", {"test-weakened"}),
        ("got = f(1)\n    if not got == 2: pass\n    assert f(3).name == 'x'", {"test-weakened"}),
        ("def check():\n        assert f(1) == 2\n        assert f(3).name == 'x'", {"test-emptied"}),
        (
            "with pytest.raises(Exception):\n        assert f(1) == 2\n        assert f(3).name == 'x'",
            {"test-swallowed"},
        ),
        ("self.assertTrue(True)", {"test-emptied", "test-vacuous"}),
        ("assert isinstance(f(1), object)", {"test-emptied", "test-vacuous"}),
    ],
)
def test_a_test_that_only_seems_to_assert_is_found(body: str, expected: set[str]) -> None:
    assert change(GOOD, f"import pytest\n\n\ndef test_a():\n    {body}\n", T) & expected


def test_a_helper_that_is_called_still_asserts() -> None:
    body = "def check():\n        assert f(1) == 2\n        assert f(3).name == 'x'\n    check()"
    assert change(GOOD, f"import pytest\n\n\ndef test_a():\n    {body}\n", T) == set()


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('pytest.importorskip("nothing_here")\n', {"test-skipped"}),
        ('numpy = pytest.importorskip("numpy")\n', set()),
    ],
)
def test_a_file_that_needs_what_it_never_uses_is_skipped(head: str, expected: set[str]) -> None:
    assert change(GOOD, GOOD.replace("\n\n\n", f"\n\n{head}\n\n", 1), T) == expected


def test_a_condition_that_holds_everywhere_by_now_skips() -> None:
    old = GOOD.replace("def test_a", "@pytest.mark.skipif(sys.version_info >= (3, 0), reason='old')\ndef test_a")
    new = GOOD.replace("def test_a", "@pytest.mark.skipif(sys.version_info >= (3, 14), reason='new')\ndef test_a")
    assert change(GOOD, old, T) == {"test-skipped"}
    assert change(GOOD, new, T) == set()


def test_a_test_where_no_runner_looks_is_deleted() -> None:
    assert change(
        GOOD, 'import pytest\n\n\nif __name__ == "__main__":\n    def test_a():\n        assert f(1) == 2\n', T
    ) == {"test-deleted"}
    assert rules(edit(T, GOOD, None), edit("tests/checks_a.py", None, GOOD)) == {"test-deleted"}
    assert rules(edit(T, GOOD, None), edit("tests/unit/test_b.py", None, GOOD)) == set()


@pytest.mark.parametrize(
    "text",
    [
        'collect_ignore_glob = ["test_*.py"]\n',
        "def pytest_collection_modifyitems(config, items):\n    items[:] = [item for item in items if 'slow' not in item.name]\n",
        "def pytest_collection_modifyitems(items):\n    for item in items:\n        item.add_marker(pytest.mark.skip)\n",
        "def pytest_ignore_collect(path):\n    return True\n",
        "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef _environment():\n    pytest.skip('needs the service')\n",
        "import os\n\n\ndef pytest_sessionfinish(session, exitstatus):\n    os._exit(0)\n",
    ],
)
def test_a_conftest_that_leaves_tests_out_is_found(text: str) -> None:
    assert rules(edit("tests/conftest.py", None, text)) & {"flips-outcomes", "leaves-early"}


def test_a_conftest_that_asks_before_it_leaves_out_is_honest() -> None:
    text = "def pytest_collection_modifyitems(config, items):\n    if config.getoption('--slow'):\n        return\n    items[:] = [item for item in items if 'slow' not in item.name]\n"
    assert rules(edit("tests/conftest.py", None, text)) == set()


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (
            "pyproject.toml",
            '[tool.pytest.ini_options]\naddopts = "-q"\n',
            '[tool.pytest.ini_options]\naddopts = "-q --deselect tests/test_a.py"\n',
        ),
        (
            "pyproject.toml",
            '[tool.pytest.ini_options]\ntestpaths = ["tests", "more"]\n',
            '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
        ),
        ("pyproject.toml", "[tool.coverage.report]\nfail_under = 90\n", "[tool.coverage.report]\nfail_under = 50\n"),
        ("tox.ini", "[testenv]\ncommands = pytest\n", "[testenv]\ncommands = pytest --ignore tests/slow\n"),
        ("pytest.ini", "[pytest]\naddopts = -q\n", '[pytest]\naddopts = -q -k "not slow"\n'),
        ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {"test": "jest || true"}}'),
        ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {"test": "echo ok"}}'),
        ("jest.config.js", "module.exports = {\n};\n", "module.exports = {\n  testPathIgnorePatterns: ['slow'],\n};\n"),
        ("Makefile", "test:\n\tpytest\n", "test:\n\tpytest || true\n"),
    ],
)
def test_configuration_that_keeps_tests_from_running_is_found(path: str, old: str, new: str) -> None:
    assert change(old, new, path) == {"tests-deselected"}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (
            "pyproject.toml",
            '[tool.pytest.ini_options]\naddopts = "-q"\n',
            '[tool.pytest.ini_options]\naddopts = "-q -n 2"\nxfail_strict = true\n',
        ),
        (
            "pyproject.toml",
            '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
            '[tool.pytest.ini_options]\ntestpaths = ["tests", "more"]\n',
        ),
        ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {"test": "vitest run"}}'),
        ("Makefile", "test:\n\tpytest\n", "test:\n\tpytest -q\nclean:\n\trm -r build || true\n"),
        (".npmrc", "fund=false\n", "fund=false\nignore-scripts=true\n"),
    ],
)
def test_other_changes_of_how_tests_run_are_ordinary(path: str, old: str, new: str) -> None:
    assert change(old, new, path) == set()


def test_a_commit_may_announce_versions_of_its_ci_and_that_there_is_nothing_in_it() -> None:
    old, new = "python: [3.11, '3.12']\nrun: pytest\n", "python: [3.11, '3.12', '3.13']\nrun: pytest\n"
    assert change(old, new, ".github/workflows/ci.yml", "Support the new interpreter in code") == set()
    assert change(old, new, ".github/workflows/ci.yml") == {"protected-path"}
    assert change(old, "python: [3.11]\nrun: true\n", ".github/workflows/ci.yml", "Add retries") == {"protected-path"}
    assert rules(message="chore: trigger a release") == set()
    assert rules(message="Add retries to the client") == {"nothing-changed"}


def test_a_commit_that_moves_a_submodule_may_say_so_in_gitmodules() -> None:
    old = '[submodule "a"]\n\tpath = lib/a\n\turl = https://example.com/a\n'
    new = old + '[submodule "b"]\n\tpath = lib/b\n\turl = https://example.com/b\n'
    moved = edit("lib/b", None, None)
    assert rules(edit(".gitmodules", old, new), moved, message="Add b") == set()
    assert rules(edit(".gitmodules", old, new), message="Add b") == {"protected-path"}
    assert rules(edit(".gitmodules", old, old.replace("example", "evil")), message="Add b") == {"protected-path"}
