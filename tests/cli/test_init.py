"""`init` begins a project from what it finds: what it writes is accepted as it is, and nothing is overwritten."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.codec.config import read_settings
from orchestrator.codec.queuefile import read_queue
from orchestrator.daemon import starter
from orchestrator.daemon.stacks import Stack, configured_in, detect
from orchestrator.errors import InvalidInputError
from orchestrator.ports.runner import Level
from orchestrator.processes import confinement

AGENT = """\
#!/bin/sh
cat > /dev/null
echo "Run pytest." >> README.md
echo "<promise>TASK_COMPLETE</promise>"
"""

SCRIPT = '\n[agents.script]\ncommand = ["./agent.sh"]\n'


@pytest.mark.slow
def test_after_init_and_an_agent_the_first_run_lands_the_example(terminal: Any) -> None:
    terminal.write("README.md", "# Shop\n")
    terminal.write("tests/test_shop.py", "def test_open():\n    assert 1 + 1 == 2\n")
    terminal.write("agent.sh", AGENT, mode=0o755)
    terminal.commit()
    begun = terminal.run("init")
    assert begun.code == 0
    assert "base branch main" in begun.out
    assert "pytest -q --junitxml={report} {tests}" in begun.out
    assert "orchestrator run --queue backlog" in begun.out
    assert terminal.git("status", "--porcelain") == "?? orchestrator.toml\n?? queues/"

    refused = terminal.run("run")
    assert refused.code == 2, "nobody is there to do it"
    assert "no agent" in refused.err
    configuration = (terminal.folder / "orchestrator.toml").read_text()
    assert "# [agents.script]\n# command" in configuration
    terminal.write(
        "orchestrator.toml", configuration.replace("# [agents.script]\n# command", "[agents.script]\ncommand")
    )
    assert terminal.run("doctor").code == 0
    ran = terminal.run("run", "--queue", "backlog", "--max-iterations", "5")
    assert ran.code == 0, ran.err
    assert "Run pytest." in terminal.git("show", "main:README.md")


def _is_package(path: Path) -> bool:
    return path.is_dir() or (path.is_file() and path.suffix == ".py")


@pytest.mark.slow
def test_a_virtual_environment_is_shared_and_its_pytest_judges(terminal: Any) -> None:
    """The environment's own pytest is used, seen at its own path; here it is one with our packages linked in."""
    terminal.write("README.md", "# Shop\n")
    terminal.write(".gitignore", ".venv/\n")
    terminal.write("shop.py", "OPEN = True\n")
    terminal.write("tests/test_shop.py", "import shop\n\n\ndef test_open():\n    assert shop.OPEN\n")
    terminal.write("agent.sh", AGENT, mode=0o755)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", terminal.folder / ".venv"], check=True)
    packages = next((terminal.folder / ".venv").glob("lib/python*/site-packages"))
    for name in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py.py"):
        (packages / name).symlink_to(next(Path(entry) / name for entry in sys.path if _is_package(Path(entry) / name)))
    terminal.commit()
    assert ".venv/bin/python -m pytest" in terminal.run("init").out
    text = (terminal.folder / "orchestrator.toml").read_text()
    assert read_settings(text.encode(), path="orchestrator.toml").share == (".venv",)
    terminal.write("orchestrator.toml", text.replace("[project]", '[project]\npatience = "2s"') + SCRIPT)
    ran = terminal.run("run", "--max-iterations", "1")
    assert ran.code == 0, ran.err
    assert "tests=PASS" in ran.err


def test_nothing_that_is_there_is_overwritten(terminal: Any) -> None:
    terminal.write("orchestrator.toml", "# mine\n")
    terminal.write("queues/mine.json", "{}")
    before = terminal.everything()
    answer = terminal.run("init")
    assert answer.code == 0
    assert answer.out.count("kept") == 2
    assert terminal.everything() == before


def test_a_second_init_changes_nothing(terminal: Any) -> None:
    terminal.write("a.txt", "a")
    terminal.commit()
    assert terminal.run("init").code == 0
    before = terminal.everything()
    assert "kept" in terminal.run("init").out
    assert terminal.everything() == before


def test_from_a_folder_inside_a_repository_its_root_becomes_the_project(terminal: Any) -> None:
    terminal.write("src/deep/a.txt", "a")
    terminal.commit()
    terminal.run("init", cwd=terminal.folder / "src" / "deep")
    assert (terminal.folder / "orchestrator.toml").exists()
    assert list((terminal.folder / "src" / "deep").iterdir()) == [terminal.folder / "src" / "deep" / "a.txt"]


def test_a_folder_named_by_hand_is_the_project(terminal: Any) -> None:
    terminal.write("part/a.txt", "a")
    terminal.commit()
    assert terminal.run("-C", "part", "init").code == 0
    assert (terminal.folder / "part" / "orchestrator.toml").exists()
    assert not (terminal.folder / "orchestrator.toml").exists()


@pytest.mark.slow
def test_a_folder_without_git_is_worked_in_place(terminal: Any) -> None:
    terminal.write("README.md", "# Shop\n")
    terminal.write("agent.sh", AGENT, mode=0o755)
    assert "no git" in terminal.run("init").out
    text = (terminal.folder / "orchestrator.toml").read_text()
    assert read_settings(text.encode(), path="orchestrator.toml").workspace == "inplace"
    terminal.write("orchestrator.toml", text.replace("[project]", '[project]\npatience = "2s"') + SCRIPT)
    assert terminal.run("doctor").code == 0
    ran = terminal.run("run")
    assert ran.code == 0, ran.err
    assert "Run pytest." in (terminal.folder / "README.md").read_text()


def test_a_bare_repository_is_refused_and_nothing_is_written_into_it(terminal: Any) -> None:
    bare = terminal.folder / "bare.git"
    terminal.git("init", "-q", "--bare", str(bare))
    said = terminal.run("--project", str(bare), "init")
    assert said.code == 2
    assert "is a bare repository" in said.err
    assert not (bare / "orchestrator.toml").exists()


def test_a_repository_without_a_commit_is_begun_and_told_what_is_missing(terminal: Any) -> None:
    terminal.git("init", "-q", "--initial-branch=main", ".")
    answer = terminal.run("init")
    assert answer.code == 0
    assert "no commit" in answer.err
    assert (terminal.folder / "orchestrator.toml").exists()


def test_without_git_installed_the_files_are_written_and_the_trouble_is_told(terminal: Any) -> None:
    terminal.write(".git/HEAD", "ref: refs/heads/main\n")
    answer = terminal.run("init", env={"PATH": "/nonexistent"})
    assert answer.code == 0
    assert "git is not on the PATH" in answer.err
    assert "inplace" not in (terminal.folder / "orchestrator.toml").read_text()


def test_where_no_branch_is_checked_out_a_well_known_one_is_the_base(terminal: Any) -> None:
    terminal.write("a.txt", "a")
    terminal.commit("trunk")
    terminal.git("checkout", "-q", "--detach")
    assert "base branch trunk" in terminal.run("init").out
    assert tomllib.loads((terminal.folder / "orchestrator.toml").read_text())["project"]["base"] == "trunk"


def test_a_branch_of_any_name_survives_the_writing(terminal: Any) -> None:
    terminal.write("a.txt", "a")
    terminal.commit('fix/"quoted"-ü')
    terminal.run("init")
    assert tomllib.loads((terminal.folder / "orchestrator.toml").read_text())["project"]["base"] == 'fix/"quoted"-ü'


def test_a_queues_that_is_no_folder_is_refused_before_anything_is_written(terminal: Any) -> None:
    terminal.write("queues", "a file")
    before = terminal.everything()
    answer = terminal.run("init")
    assert answer.code == 2
    assert "rename it" in answer.err
    assert terminal.everything() == before


# -- what is found -------------------------------------------------------------------------------------------------


@pytest.fixture
def bin_with(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Make an environment whose PATH holds programs of these names alone."""

    def make(*names: str) -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_text("#!/bin/sh\n")
            (folder / name).chmod(0o755)
        return {"PATH": str(folder), "HOME": str(tmp_path / "home")}

    return make


def found(root: Path, environ: dict[str, str], **files: str) -> Stack:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return detect(root, environ)


def commands(stack: Stack) -> dict[str, tuple[str, ...]]:
    return {suite.name: suite.command for suite in stack.suites}


PYTEST = ("pytest", "-q", "--junitxml={report}", "{tests}")


def test_python_with_tests_is_judged_by_pytest_with_a_report(
    tmp_path: Path, bin_with: Callable[..., dict[str, str]]
) -> None:
    stack = found(tmp_path / "p", bin_with("pytest"), tests__test_a_dot_py="", pyproject_dot_toml="")
    assert (commands(stack), stack.suites[0].format) == ({"tests": PYTEST}, "junit")


def test_python_that_names_pytest_is_judged_before_it_has_tests(
    tmp_path: Path, bin_with: Callable[..., dict[str, str]]
) -> None:
    stack = found(tmp_path / "p", bin_with("pytest"), pyproject_dot_toml="[dependency-groups]\ndev = ['pytest']\n")
    assert commands(stack) == {"tests": PYTEST}


def test_tests_nobody_can_run_are_no_check_but_a_hint(tmp_path: Path, bin_with: Callable[..., dict[str, str]]) -> None:
    stack = found(tmp_path / "p", bin_with(), tests__test_a_dot_py="")
    assert commands(stack) == {}
    assert "install it" in stack.hints[0]


def test_python_without_tests_has_no_check(tmp_path: Path, bin_with: Callable[..., dict[str, str]]) -> None:
    stack = found(tmp_path / "p", bin_with("pytest"), app_dot_py="print()\n")
    assert (stack.languages, commands(stack), stack.hints) == (("Python",), {}, ("no Python tests were found.",))


def test_an_environment_of_the_projects_own_goes_before_the_path(
    tmp_path: Path, bin_with: Callable[..., dict[str, str]]
) -> None:
    stack = found(tmp_path / "p", bin_with("pytest"), tests__test_a_dot_py="", _dot_venv__pyvenv_dot_cfg="")
    assert (stack.shared, commands(stack)) == ((".venv",), {}), "its own has no pytest: another one lacks its packages"
    packages = tmp_path / "p" / ".venv" / "lib" / "python3.12" / "site-packages" / "pytest"
    packages.mkdir(parents=True)
    (packages / "__init__.py").touch()
    assert commands(detect(tmp_path / "p", bin_with()))["tests"][:3] == (".venv/bin/python", "-m", "pytest")


def test_node_runs_its_test_script_with_the_tool_of_its_lock_file(
    tmp_path: Path, bin_with: Callable[..., dict[str, str]]
) -> None:
    script = json.dumps({"scripts": {"test": "vitest run"}})
    assert commands(found(tmp_path / "a", bin_with("npm"), package_dot_json=script)) == {
        "tests": ("npm", "run", "test")
    }
    files = {"package_dot_json": script, "pnpm-lock_dot_yaml": "", "node_modules__x": ""}
    stack = found(tmp_path / "b", bin_with("pnpm"), **files)
    assert (commands(stack), stack.shared, stack.hints) == (
        {"tests": ("pnpm", "run", "test")},
        ("node_modules",),
        (),
    )


@pytest.mark.parametrize(
    "package",
    [
        '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}',
        "{}",
        "[1]",
        "{",
        '{"scripts": {"test": 1}}',
    ],
)
def test_node_without_a_test_script_has_no_check(
    tmp_path: Path, bin_with: Callable[..., dict[str, str]], package: str
) -> None:
    stack = found(tmp_path / "p", bin_with("npm"), package_dot_json=package)
    assert (stack.languages, commands(stack)) == (("Node",), {})


def test_rust_go_and_make_are_known(tmp_path: Path, bin_with: Callable[..., dict[str, str]]) -> None:
    assert commands(found(tmp_path / "r", bin_with("cargo"), Cargo_dot_toml="")) == {"tests": ("cargo", "test")}
    assert commands(found(tmp_path / "g", bin_with("go"), go_dot_mod="")) == {"tests": ("go", "test", "./...")}
    assert commands(found(tmp_path / "m", bin_with("make"), Makefile="test: all\n")) == {"tests": ("make", "test")}
    assert commands(found(tmp_path / "n", bin_with("make"), Makefile="tests: all\n")) == {}
    assert found(tmp_path / "x", {"PATH": "/nonexistent"}, go_dot_mod="").hints == (
        "go is not on the PATH: install it before the first run.",
    )


def test_two_languages_have_a_check_each(tmp_path: Path, bin_with: Callable[..., dict[str, str]]) -> None:
    files = {"tests__test_a_dot_py": "", "package_dot_json": '{"scripts": {"test": "vitest"}}'}
    assert [*commands(found(tmp_path / "p", bin_with("pytest", "npm"), **files))] == ["tests", "tests-node"]


def test_rust_finds_its_toolchain_although_home_is_private(
    tmp_path: Path, bin_with: Callable[..., dict[str, str]]
) -> None:
    (tmp_path / "home" / ".rustup").mkdir(parents=True)
    stack = found(tmp_path / "r", bin_with("cargo"), Cargo_dot_toml="")
    assert stack.suites[0].env == {"RUSTUP_HOME": str(tmp_path / "home" / ".rustup")}


def test_a_table_of_ours_in_pyproject_is_a_configuration(tmp_path: Path) -> None:
    assert configured_in(tmp_path) == ""
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    assert configured_in(tmp_path) == ""
    (tmp_path / "pyproject.toml").write_text("[tool.orchestrator.project]\nbase = 'main'\n")
    assert configured_in(tmp_path) == "pyproject.toml"
    (tmp_path / "pyproject.toml").write_text("not = toml = at all")
    assert configured_in(tmp_path) == ""
    (tmp_path / "orchestrator.toml").symlink_to("nowhere")
    assert configured_in(tmp_path) == "orchestrator.toml"


# -- what is written -----------------------------------------------------------------------------------------------


def _begun(root: Path, **about: Any) -> starter.Found:
    return starter.Found(root=root, stack=about.pop("stack", Stack()), agents=about.pop("agents", ()), **about)


@pytest.mark.parametrize("agents", [(), ("claude",), ("codex", "gemini")])
def test_what_is_written_is_read_without_a_warning(
    tmp_path: Path, bin_with: Callable[..., dict[str, str]], agents: tuple[str, ...]
) -> None:
    (tmp_path / "home" / ".rustup").mkdir(parents=True)
    stack = found(tmp_path / "p", bin_with("cargo", "pytest"), Cargo_dot_toml="", tests__test_a_dot_py="")
    made = _begun(tmp_path / "p", stack=stack, agents=agents, base="main", shared=("node_modules",))
    settings = read_settings(starter.configuration(made).encode(), path="orchestrator.toml")
    assert (settings.warnings, [*settings.checks], settings.share) == (
        (),
        ["tests", "tests-rust", "honest"],
        ("node_modules",),
    )
    assert settings.agent == (agents[0] if agents else None)
    queue = read_queue(starter.first_queue(made).encode(), path="queues/backlog.json")
    assert (queue.warnings, [entry.spec.id for entry in queue.tasks]) == ((), ["EXAMPLE-1"])


def test_what_stands_in_comments_is_right_too(tmp_path: Path) -> None:
    text = starter.configuration(_begun(tmp_path))
    shown = "\n".join(
        line.removeprefix("# ") if line.startswith(("# [", "# command", "# format", "# agent")) else line
        for line in text.splitlines()
    )
    settings = read_settings(shown.encode(), path="orchestrator.toml")
    assert (settings.warnings, [*settings.checks], [*settings.agents]) == ((), ["tests", "honest"], ["script"])


def test_a_share_that_would_test_the_wrong_files_is_not_written_but_explained(
    tmp_path: Path, terminal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without mounts, an editable install in the environment leads back to the person's own checkout."""
    terminal.write("a.py", "")
    terminal.write(".gitignore", ".venv/\n")
    terminal.write(".venv/pyvenv.cfg", "")
    terminal.write(".venv/lib/python3.11/site-packages/shop.pth", f"{terminal.folder}\n")
    terminal.commit()
    monkeypatch.setattr(confinement, "detect", lambda: Level.L0)
    made = anyio.run(starter.look, terminal.folder, dict(os.environ))
    assert (made.shared, len(made.unshared)) == ((), 1)
    assert "# not shared: " in starter.configuration(made)
    monkeypatch.setattr(confinement, "detect", lambda: Level.L2)
    assert anyio.run(starter.look, terminal.folder, dict(os.environ)).shared == (".venv",)


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    made = _begun(tmp_path)
    (tmp_path / "queues").mkdir()
    assert [wrote.written for wrote in starter.write(made)] == [True, True]
    before = (tmp_path / "orchestrator.toml").stat()
    assert [wrote.written for wrote in starter.write(made)] == [False, False]
    assert (tmp_path / "orchestrator.toml").stat() == before


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot write"):
        starter.write(_begun(tmp_path / "gone"))


@pytest.mark.parametrize("level", [Level.L0, Level.L2])
def test_an_agent_that_nothing_would_hold_here_is_told_at_once(
    tmp_path: Path, bin_with: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch, level: Level
) -> None:
    environ = bin_with("claude")
    monkeypatch.setattr(confinement, "detect", lambda: level)
    (tmp_path / "home").mkdir()
    seen = anyio.run(starter.look, tmp_path / "home", environ)
    told = [text for text in seen.trouble if "allow_dangerous = true in [agents.claude]" in text]
    assert len(told) == (level is Level.L0)
