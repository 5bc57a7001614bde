"""A terminal in a folder: the command as people type it, in a process and an environment of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

BIN = Path(sys.executable).parent

AGENT = """\
#!/bin/sh
cat > /dev/null
echo "Tests are run by pytest." >> README.md
echo "<promise>TASK_COMPLETE</promise>"
"""


class Answer(NamedTuple):
    """What a command said."""

    code: int
    out: str
    err: str


class Terminal:
    """Runs `orchestrator` in a folder; `env` is all it inherits."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.env = {"HOME": str(home), "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def run(self, *argv: str, env: Mapping[str, str] | None = None, cwd: Path | None = None, text: str = "") -> Answer:
        """Run one command to its end; `text` is its standard input."""
        done = subprocess.run(
            [sys.executable, "-m", "orchestrator", *argv],
            cwd=cwd or self.folder,
            env={**self.env, **(env or {})},
            input=text.encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def git(self, *argv: str) -> str:
        """Run git in the folder."""
        return subprocess.run(
            ["git", "-c", "user.name=ana", "-c", "user.email=ana@example.org", *argv],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def write(self, name: str, text: str, *, mode: int = 0o644) -> Path:
        """Write a file of the folder, with its folders."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def commit(self, branch: str = "main") -> None:
        """Make everything here the first commit of a new repository."""
        self.git("init", "-q", f"--initial-branch={branch}", ".")
        self.git("add", "-A")
        self.git("commit", "-qm", "as it stands")

    def everything(self) -> dict[str, tuple[object, ...]]:
        """Say all there is to say of every file and folder here: nothing changed if it says the same."""
        found: dict[str, tuple[object, ...]] = {}
        for path in sorted([self.folder, *self.folder.rglob("*")]):
            status = os.lstat(path)
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found[str(path)] = (status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, content)
        return found


def _terminal(parent: Path) -> Terminal:
    folder, home = parent / "shop", parent / "home"
    folder.mkdir(exist_ok=True)
    home.mkdir()
    return Terminal(folder, home)


def _begin(parent: Path, *, fresh: bool = True) -> Terminal:
    terminal = _terminal(parent)
    if not fresh:
        return terminal
    terminal.write("README.md", "# Shop\n")
    terminal.write("tests/test_shop.py", "def test_open():\n    assert 1 + 1 == 2\n")
    terminal.write("agent.sh", AGENT, mode=0o755)
    terminal.write(
        "orchestrator.toml",
        '[project]\nbase = "main"\n[agents.script]\ncommand = ["./agent.sh"]\n'
        '[checks.tests]\ncommand = ["pytest", "-q", "--junitxml={report}", "{tests}"]\nformat = "junit"\n',
    )
    terminal.write(
        "queues/backlog.json",
        '{"tasks": [{"id": "A-1", "title": "Say how", "status": "pending", "completion_promise": "TASK_COMPLETE"}]}\n',
    )
    terminal.commit()
    return terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Give a terminal in an empty folder."""
    return _terminal(tmp_path)


@pytest.fixture(scope="session")
def begin() -> Callable[..., Terminal]:
    """Give what makes a terminal in a Python project with a configuration, a task and an agent that does it."""
    return _begin


@pytest.fixture
def project(tmp_path: Path) -> Terminal:
    """Give a terminal in such a project."""
    return _begin(tmp_path)
