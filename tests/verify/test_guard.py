"""A snapshot that changes what judges it is sent back; what protects it comes from the base."""

from typing import Any

import pytest

from orchestrator.model.verdicts import Verdict
from orchestrator.verify.runner_config import RunnerConfig, governed

OLD = {"src/a.py": "x = 1\n", "tests/test_a.py": "def test_a(): assert 1 == 1\n"}


def tampered(court: Any, **more: object) -> list[tuple[str, str]]:
    judgement = court.judge(**more)
    rules = {"base-test-changed", "runner-config-changed", "runner-replaced"}
    found = [(f.rule, f.path) for f in judgement.regressions if f.rule in rules]
    assert (judgement.verdict is Verdict.FAIL) is bool(found)
    return found


@pytest.fixture
def court(court: Any) -> Any:
    court.check("ok", "true")
    court.base(OLD)
    court.head({"src/a.py": "x = 2\n"})
    return court


@pytest.mark.parametrize("text", ["def test_a(): pass\n", ""])
def test_a_changed_or_deleted_named_test_is_to_be_restored_and_nothing_runs(court: Any, text: str) -> None:
    court.head({"tests/test_a.py": text})
    judgement = court.judge(tests=("tests/test_a.py",))
    assert judgement.verdict is Verdict.FAIL
    (finding,) = judgement.regressions
    assert finding.message.startswith("restore tests/test_a.py")
    assert court.runner.launches == []
    assert judgement.checks[0].summary == "FAIL(1)"


def test_the_honest_check_speaks_even_when_nothing_runs(court: Any) -> None:
    court.check("honest", builtin="honest")
    court.head({"tests/test_a.py": "def test_a(): pass\n", ".github/x.yml": "a"})
    judgement = court.judge(tests=("tests/test_a.py",))
    assert judgement.verdict is Verdict.BLOCKED
    assert {report.name for report in judgement.checks} == {"restore", "honest"}


def test_a_test_the_task_does_not_name_may_change(court: Any) -> None:
    court.head({"tests/test_a.py": "def test_a(): assert 2 == 2\n"})
    assert tampered(court) == []


def test_a_named_test_may_change_where_the_task_allows_it(court: Any) -> None:
    court.head({"tests/test_a.py": "def test_a(): assert 2 == 2\n"})
    assert tampered(court, tests=("tests/test_a.py",), allow_test_changes=("tests/**",)) == []


def test_a_folder_or_node_among_the_tests_protects_the_files_it_names(court: Any) -> None:
    court.head({"tests/test_a.py": "def test_a(): assert 2 == 2\n"})
    for entry in ("tests", "tests/", "tests/test_a.py::test_a", "tests/*.py", "./tests/test_a.py"):
        assert tampered(court, tests=(entry,)) == [("base-test-changed", "tests/test_a.py")]


@pytest.mark.parametrize(
    "path", ["conftest.py", "tests/conftest.py", "pytest.ini", "web/jest.config.js", "vitest.config.mts", ".coveragerc"]
)
def test_changed_or_deleted_runner_configuration_is_to_be_restored(court: Any, path: str) -> None:
    court.base({**OLD, path: "old\n"})
    court.head({path: "new\n"})
    assert tampered(court) == [("runner-config-changed", path)]
    court.head({path: ""})
    assert tampered(court) == [("runner-config-changed", path)]


@pytest.mark.parametrize("path", ["conftest.py", "tests/conftest.py", "pytest.ini"])
def test_added_runner_configuration_that_steers_existing_tests_is_to_be_removed(court: Any, path: str) -> None:
    court.head({path: "new\n"})
    (finding,) = court.judge().regressions
    assert finding.message.startswith(f"remove {path}")


@pytest.mark.parametrize(
    "path", ["pytest.py", "src/sitecustomize.py", "_pytest/__init__.py", "lib/pluggy.cpython-311.so"]
)
def test_a_module_that_would_be_taken_for_the_runners_is_to_be_removed(court: Any, path: str) -> None:
    court.head({path: "new\n"})
    assert tampered(court) == [("runner-replaced", path)]
    court.base({**OLD, path: "old\n"})
    court.head({path: "new\n"})
    assert court.judge().regressions[0].message.startswith(f"restore {path}")


def test_a_module_within_a_package_is_not_taken_for_the_runners(court: Any) -> None:
    court.head({"src/app/__init__.py": "x\n", "src/app/pytest.py": "x\n", "src/app/_pytest/__init__.py": "x\n"})
    assert tampered(court) == []


def test_added_runner_configuration_for_new_tests_only_is_ordinary_work(court: Any) -> None:
    court.head({"tests/api/conftest.py": "new\n", "tests/api/test_b.py": "1\n"})
    assert tampered(court) == []


def test_a_project_without_tests_may_set_up_its_runner(court: Any) -> None:
    court.base({"README.md": "hello\n"})
    court.head({"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-q'\n", "tests/conftest.py": "x\n"})
    assert tampered(court) == []


SECTIONED = {
    "pyproject.toml": (
        "[project]\ndependencies = ['a']\n[tool.pytest.ini_options]\naddopts = '-q'\n",
        "[project]\ndependencies = ['a', 'b']\n[tool.pytest.ini_options]\naddopts = '-q'\n",
        "[project]\ndependencies = ['a']\n[tool.pytest.ini_options]\naddopts = '-q --deselect tests/test_a.py'\n",
    ),
    "setup.cfg": (
        "[metadata]\nname = a\n[tool:pytest]\naddopts = -q\n",
        "[metadata]\nname = b\n[tool:pytest]\naddopts = -q\n",
        "[metadata]\nname = a\n[tool:pytest]\naddopts = -k nothing\n",
    ),
    "tox.ini": (
        "[flake8]\nmax = 1\n[pytest]\naddopts = -q\n",
        "[flake8]\nmax = 2\n[pytest]\naddopts = -q\n",
        "[flake8]\nmax = 1\n[pytest]\n",
    ),
    "package.json": (
        '{"dependencies": {}, "jest": {"bail": 1}}',
        '{"dependencies": {"a": "1"}, "jest": {"bail": 1}}',
        '{"dependencies": {}, "jest": {"passWithNoTests": true}}',
    ),
}


@pytest.mark.parametrize("path", SECTIONED)
def test_only_the_runners_section_of_a_shared_file_is_protected(court: Any, path: str) -> None:
    before, harmless, harmful = SECTIONED[path]
    court.base({**OLD, path: before})
    court.head({path: harmless})
    assert tampered(court) == []
    assert all(path not in overlay for _, overlay in court.trees.checkouts)
    court.head({path: harmful})
    assert tampered(court) == [("runner-config-changed", path)]
    court.head({path: ""})
    assert tampered(court) == [("runner-config-changed", path)]
    court.head({path: "[[[ {"})
    assert tampered(court) == [("runner-config-changed", path)]


def test_a_runner_section_added_over_existing_tests_is_named(court: Any) -> None:
    court.head({"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-k nothing'\n"})
    assert "[pytest] in pyproject.toml" in court.judge().regressions[0].message


def test_a_plugin_that_pytest_would_load_counts_as_runner_configuration(court: Any) -> None:
    court.head({"pyproject.toml": "[project.entry-points.pytest11]\nx = 'x'\n"})
    assert tampered(court) == [("runner-config-changed", "pyproject.toml")]


def test_what_a_check_starts_its_run_with_is_runner_configuration() -> None:
    plain = RunnerConfig([("pytest",)])
    assert not plain.is_whole("Makefile")
    assert RunnerConfig([("make", "test")]).is_whole("Makefile")
    assert RunnerConfig([("nox",), ()]).is_whole("noxfile.py")
    assert governed("web/jest.config.js") == "web/"
    assert governed("web/.config/nextest.toml") == "web/"
    assert governed("pytest.ini") == governed(".config/nextest.toml") == ""
    package = '{"scripts": {"pretest": "x", "test": "y", "build": "z"}}'
    assert plain.section("package.json", package) == {}
    assert set(RunnerConfig([("npm", "test")]).section("package.json", package)) == {"scripts.pretest", "scripts.test"}
    assert set(RunnerConfig([("pnpm", "run", "build")]).section("package.json", package)) == {"scripts.build"}


@pytest.mark.parametrize("text", ["[]", "3", '{"scripts": 3}', "[" * 100_000])
def test_a_package_file_of_another_shape_is_read_without_a_crash(text: str) -> None:
    RunnerConfig([("npm", "test")]).section("package.json", text)


def test_named_tests_and_runner_configuration_are_overlaid_from_the_base(court: Any) -> None:
    court.base({**OLD, "conftest.py": "c\n", "tests/helpers/test_h.py": "1\n", "tests/helpers/conftest.py": "1\n"})
    court.head({"src/a.py": "x = 3\n", "tests/helpers/test_h.py": "2\n", "tests/helpers/conftest.py": "2\n"})
    judgement = court.judge(tests=("tests",), allow_test_changes=("tests/helpers/**",))
    assert judgement.verdict is Verdict.PASS
    assert court.trees.checkouts == [("head", ("conftest.py", "tests/test_a.py"))]


def test_a_tree_without_a_base_is_judged_by_itself(court: Any) -> None:
    court.head({"conftest.py": "new\n"})
    assert tampered(court, base="") == []
    court.check("gone", "no-such-program-here")
    assert court.judge(base="").verdict is Verdict.FAIL


def test_declared_outputs_must_be_there_and_not_empty(court: Any) -> None:
    court.head({"src/a.py": "x = 2\n", "docs/api.md": "\n", "out/x.json": "{}"})
    judgement = court.judge(outputs=("docs/api.md", "docs/none.md", "out/*.json"))
    assert judgement.verdict is Verdict.FAIL
    assert [(f.rule, f.path) for f in judgement.regressions] == [
        ("output-empty", "docs/api.md"),
        ("output-missing", "docs/none.md"),
    ]
    assert judgement.regressions[1].message.startswith("create docs/none.md")
    court.head({"docs/api.md": "said\n", "docs/none.md": "said\n"})
    assert court.judge(outputs=("docs/api.md", "docs/none.md")).verdict is Verdict.PASS
