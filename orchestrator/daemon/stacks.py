"""What a folder is written in, and how its tests are run. Looks at files and at the PATH; runs nothing, writes nothing.

A suite is only reported where there is something to run: a command that cannot work is worse than none.
"""

import json
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

VENVS = (".venv", "venv")
_NODE_DEFAULT = "no test specified"
_NODE_TOOLS = (("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lock", "bun"), ("bun.lockb", "bun"))
_PYTHON_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "pytest.ini", "Pipfile", "requirements.txt")
_TEST_FOLDERS = ("tests", "test")
_TARGET = re.compile(rb"^test\s*:", re.MULTILINE)
_MOST_BYTES = 4 << 20


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """One way to run tests: a check of the configuration. `why` says what it was told from."""

    name: str
    command: tuple[str, ...]
    why: str
    format: str = ""
    env: dict[str, str] = {}


class Stack(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a folder. `hints` are whole sentences for a person."""

    languages: tuple[str, ...] = ()
    suites: tuple[Suite, ...] = ()
    shared: tuple[str, ...] = ()
    """Folders of installed dependencies that stand here."""
    hints: tuple[str, ...] = ()


def detect(root: Path, environ: Mapping[str, str]) -> Stack:
    """Look at a folder."""
    found = [stack for look in _LOOKS if (stack := look(root, environ)) is not None]
    suites = [suite for stack in found for suite in stack.suites]
    return Stack(
        languages=tuple(name for stack in found for name in stack.languages),
        suites=tuple(_named(suite, first=number == 0) for number, suite in enumerate(suites)),
        shared=tuple(path for stack in found for path in stack.shared),
        hints=tuple(hint for stack in found for hint in stack.hints),
    )


def _named(suite: Suite, *, first: bool) -> Suite:
    """Call the first suite `tests`, as people do, and the others by their language."""
    return msgspec.structs.replace(suite, name="tests") if first else suite


# -- Python --------------------------------------------------------------------------------------------------------


def _python(root: Path, environ: Mapping[str, str]) -> Stack | None:
    venv = next((name for name in VENVS if (root / name / "pyvenv.cfg").is_file()), "")
    marks = [name for name in _PYTHON_FILES if (root / name).is_file()]
    tests = _python_tests(root)
    if not (marks or tests or venv or any(root.glob("*.py"))):
        return None
    shared = (venv,) if venv else ()
    base = Stack(languages=("Python",), shared=shared)
    if not tests and not _names_pytest(root, marks):
        return msgspec.structs.replace(base, hints=("no Python tests were found.",))
    why = f"{tests}/" if tests not in {"", "."} else next(iter(marks), "test files")
    pytest = _pytest(root, venv, environ)
    if pytest:
        command = (*pytest, "-q", "--junitxml={report}", "{tests}")
        return msgspec.structs.replace(
            base, suites=(Suite(name="tests-python", command=command, format="junit", why=f"pytest, from {why}"),)
        )
    hint = (
        f"pytest is neither in {venv or '.venv'} nor on the PATH: install it and run `orchestrator init` again, or "
        "define [checks.tests] by hand."
    )
    return msgspec.structs.replace(base, hints=(hint,))


def _python_tests(root: Path) -> str:
    """Name the folder that holds Python tests, `.` for the root, or nothing."""
    for name in (*_TEST_FOLDERS, "src", "."):
        folder = root / name
        depth = ("*.py",) if name == "." else ("*.py", "*/*.py", "*/*/*.py", "*/*/*/*.py")
        if folder.is_dir() and any(_is_test(path) for pattern in depth for path in folder.glob(pattern)):
            return name
    return ""


def _is_test(path: Path) -> bool:
    return path.name.startswith("test_") or path.name.endswith("_test.py")


def _names_pytest(root: Path, marks: list[str]) -> bool:
    return any(b"pytest" in _read(root / name) for name in marks) or (root / "conftest.py").is_file()


def _pytest(root: Path, venv: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Say how pytest is started: from the project's own environment where it has one, else from the PATH."""
    if venv and any((root / venv).glob("lib*/python*/site-packages/pytest/__init__.py")):
        return (f"{venv}/bin/python", "-m", "pytest")
    return ("pytest",) if not venv and _which("pytest", environ) else ()


# -- others --------------------------------------------------------------------------------------------------------


def _node(root: Path, environ: Mapping[str, str]) -> Stack | None:
    if not (root / "package.json").is_file():
        return None
    shared = ("node_modules",) if (root / "node_modules").is_dir() else ()
    base = Stack(languages=("Node",), shared=shared)
    script = _test_script(root)
    if not script or _NODE_DEFAULT in script:
        return msgspec.structs.replace(base, hints=('package.json has no "test" script.',))
    tool = next((tool for lock, tool in _NODE_TOOLS if (root / lock).is_file()), "npm")
    suite = Suite(name="tests-node", command=(tool, "run", "test"), why=f'"test" of package.json: {script[:60]}')
    hints = _missing(tool, environ)
    if not shared:
        install = f"{tool} ci" if tool == "npm" and (root / "package-lock.json").is_file() else f"{tool} install"
        hints += (f'node_modules is not here: run `{install}` and share it, or say setup = "{install}".',)
    return msgspec.structs.replace(base, suites=(suite,), hints=hints)


def _test_script(root: Path) -> str:
    try:
        package: Any = json.loads(_read(root / "package.json") or b"{}")
    except (ValueError, RecursionError):
        return ""
    scripts = cast("dict[str, Any]", package).get("scripts") if isinstance(package, dict) else None
    script = cast("dict[str, Any]", scripts).get("test") if isinstance(scripts, dict) else None
    return script if isinstance(script, str) else ""


def _rust(root: Path, environ: Mapping[str, str]) -> Stack | None:
    if not (root / "Cargo.toml").is_file():
        return None
    rustup = environ.get("RUSTUP_HOME") or str(Path(environ.get("HOME", "/nonexistent")) / ".rustup")
    env = {"RUSTUP_HOME": rustup} if Path(rustup).is_dir() else {}  # HOME is private where checks run
    suite = Suite(name="tests-rust", command=("cargo", "test"), why="Cargo.toml", env=env)
    return Stack(languages=("Rust",), suites=(suite,), hints=_missing("cargo", environ))


def _go(root: Path, environ: Mapping[str, str]) -> Stack | None:
    if not (root / "go.mod").is_file():
        return None
    suite = Suite(name="tests-go", command=("go", "test", "./..."), why="go.mod")
    return Stack(languages=("Go",), suites=(suite,), hints=_missing("go", environ))


def _make(root: Path, environ: Mapping[str, str]) -> Stack | None:
    """Fall back on `make test` where nothing else is known."""
    known = any((root / name).is_file() for name in (*_PYTHON_FILES, "package.json", "Cargo.toml", "go.mod"))
    if known or not _TARGET.search(_read(root / "Makefile")):
        return None
    suite = Suite(name="tests-make", command=("make", "test"), why="the target `test` of Makefile")
    return Stack(suites=(suite,), hints=_missing("make", environ))


_LOOKS: tuple[Callable[[Path, Mapping[str, str]], Stack | None], ...] = (_python, _node, _rust, _go, _make)


def _missing(program: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    return () if _which(program, environ) else (f"{program} is not on the PATH: install it before the first run.",)


def _which(program: str, environ: Mapping[str, str]) -> str | None:
    return shutil.which(program, path=environ.get("PATH", os.defpath))


def _read(path: Path) -> bytes:
    """Give the beginning of a file; nothing where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""


def configured_in(root: Path) -> str:
    """Name the file that holds a configuration of ours already, or nothing."""
    if os.path.lexists(root / "orchestrator.toml"):
        return "orchestrator.toml"
    try:
        tool = tomllib.loads(_read(root / "pyproject.toml").decode("utf-8", "replace")).get("tool")
    except (ValueError, RecursionError):
        return ""
    return "pyproject.toml" if isinstance(tool, dict) and "orchestrator" in tool else ""
