"""A project on disk with a real git repository, and the workspace over it."""

import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import anyio
import pytest

from orchestrator.model.settings import RepoSettings
from orchestrator.ports.workspace import AttemptKey, Capture, Head, Merged
from orchestrator.workspace.clones import GitWorkspace
from orchestrator.workspace.ground import Furnishing, Ground
from orchestrator.workspace.trees import GitTrees

T = TypeVar("T")


class StillClock:
    """A clock that stands."""

    def now(self) -> int:
        return 1_700_000_000_000

    async def sleep_until(self, at: int) -> None:
        raise AssertionError("nothing here waits for a time")


class Yard:
    """The person's project and what a test does in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.furnishing = Furnishing()
        self.queues: dict[str, RepoSettings] = {}
        self.open()

    def begin(self) -> None:
        """Make the repository every story starts from."""
        self.path.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ana")
        self.git("config", "user.email", "ana@example.org")
        self.commit({"a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n", "src/code.py": "x = 1\n", "gone.txt": "old\n"})

    def open(self) -> None:
        """Start over, as a new process would."""
        self.ground = Ground(
            self.path, self.path / ".aibrain", clock=StillClock(), queues=self.queues, furnishing=self.furnishing
        )
        self.workspace = GitWorkspace(self.ground)
        self.trees = GitTrees(self.ground)

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        return anyio.run(work)

    def git(self, *args: str, at: Path | None = None, check: bool = True) -> str:
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *args], cwd=at or self.path, env=env, check=False, capture_output=True, encoding="utf-8"
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, files: dict[str, str], message: str = "work", at: Path | None = None) -> str:
        """Write files as the person and commit them."""
        for name, text in files.items():
            path = (at or self.path) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            self.git("add", "-f", name, at=at)
        self.git("commit", "-q", "-m", message, at=at)
        return self.git("rev-parse", "HEAD", at=at)

    def fill(self, count: int) -> None:
        """Commit many files to main without writing them to the checkout."""
        parent = self.git("rev-parse", "main")
        rows = [f"commit refs/heads/main\ncommitter A <a> 1700000000 +0000\ndata 4\nmanyfrom {parent}"]
        rows += [f"M 644 inline many/{n % 40}/{n}.txt\ndata {len(str(n))}\n{n}" for n in range(count)]
        subprocess.run(["git", "fast-import", "--quiet"], cwd=self.path, input="\n".join(rows).encode(), check=True)

    def folder(self, key: AttemptKey) -> Path:
        return self.ground.folder(key)

    async def start(self, task: str = "q/T-1", attempt: int = 1) -> tuple[AttemptKey, Head, Path]:
        """Prepare an attempt from the target as it is."""
        key = AttemptKey(task, attempt)
        base = await self.workspace.target("q")
        await self.workspace.prepare(key, base.commit, "")
        return key, base, self.folder(key)

    async def keep(self, key: AttemptKey, base: Head, iteration: int = 1) -> Capture:
        return await self.workspace.capture(key, iteration, base.commit)

    async def land(self, key: AttemptKey, base: Head, iteration: int = 1) -> Merged:
        """Capture, merge and advance, all expected to work."""
        captured = await self.keep(key, base, iteration)
        merged = await self.workspace.combine(key, captured.commit, base.commit, "landed\n")
        assert isinstance(merged, Merged)
        assert await self.workspace.advance(key, merged.commit, merged.onto)
        return merged


@pytest.fixture(scope="session")
def first_yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository once; stories work on copies."""
    yard = Yard(tmp_path_factory.mktemp("yards") / "first")
    yard.begin()
    return yard.path


@pytest.fixture
def make_yard(first_yard: Path, tmp_path: Path) -> Callable[[str], Yard]:
    def make(name: str) -> Yard:
        shutil.copytree(first_yard, tmp_path / name)
        return Yard(tmp_path / name)

    return make


@pytest.fixture
def yard(make_yard: Callable[[str], Yard]) -> Yard:
    return make_yard("project")
