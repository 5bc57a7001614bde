"""Real, small stand-ins: commits are folders of text, programs are plain subprocesses."""

import difflib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from hashlib import sha1
from pathlib import Path

import anyio
import pytest

from orchestrator.errors import FaultError
from orchestrator.model.settings import CheckSettings, Settings
from orchestrator.model.verdicts import Judgement
from orchestrator.ports.agents import Life
from orchestrator.ports.runner import End, Launch, Level, Place, Process, Watch, Watchdog
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import AttemptKey, Change
from orchestrator.verify.checks import CheckVerifier

Files = dict[str, str]


class FolderTrees:
    """Trees over commits that are dicts of path and text. `checkouts` tells what was handed out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.commits: dict[str, Files] = {}
        self.checkouts: list[tuple[str, tuple[str, ...]]] = []
        self.fault = ""
        self.unreadable = ""
        (root / "user").mkdir()

    def commit(self, name: str, files: Files) -> str:
        self.commits[name] = files
        return name

    async def changes(self, queue: str, base: str, commit: str) -> tuple[Change, ...]:
        if self.unreadable:
            raise FaultError(self.unreadable)
        old, new = self.commits[base] if base else {}, self.commits[commit]
        found: list[Change] = []
        for path in sorted({*old, *new}):
            if old.get(path) != new.get(path):
                status = "A" if path not in old else "D" if path not in new else "M"
                found.append(
                    Change(path=path, status=status, old_blob=blob(old.get(path)), new_blob=blob(new.get(path)))
                )
        return tuple(found)

    async def read(self, queue: str, commit: str, path: str) -> bytes | None:
        text = self.commits[commit].get(path)
        return None if text is None else text.encode()

    async def patch(self, queue: str, base: str, commit: str) -> bytes:
        old, new = self.commits[base], self.commits[commit]
        rows: list[str] = []
        for path in sorted({*old, *new}):
            rows += difflib.unified_diff(old.get(path, "").splitlines(), new.get(path, "").splitlines(), path, path)
        return "\n".join(rows).encode()

    async def paths(self, queue: str, commit: str) -> tuple[str, ...]:
        return tuple(sorted(self.commits[commit]))

    def place(self, key: AttemptKey, run_dir: str) -> Place:
        raise NotImplementedError

    @asynccontextmanager
    async def checkout(
        self, queue: str, commit: str, overlay_from: str, overlay: tuple[str, ...]
    ) -> AsyncGenerator[Place, None]:
        if self.fault:
            raise FaultError(self.fault)
        self.checkouts.append((commit, overlay))
        folder = self.root / f"checkout-{len(self.checkouts)}"
        files = dict(self.commits[commit])
        for path in overlay:
            files.pop(path, None)
            if path in self.commits[overlay_from]:
                files[path] = self.commits[overlay_from][path]
        folder.mkdir()
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        yield Place(
            workspace=str(folder),
            seen_as=str(folder),
            project=str(self.root / "user"),
            checkout=str(self.root / "user"),
        )


def blob(text: str | None) -> str:
    return "" if text is None else sha1(text.encode(), usedforsecurity=False).hexdigest()


class PlainRunner:
    """Runs programs as they are (L0). `launches` tells what was run; `before` may act first, with the count so far."""

    def __init__(self) -> None:
        self.launches: list[Launch] = []
        self.before: Callable[[Launch, int], None] | None = None
        self.limit: int = 1 << 20
        self.pids: list[int] = []

    def level(self) -> Level:
        return Level.L0

    async def run(self, launch: Launch, *, timeout_s: float) -> tuple[Watch, End]:
        self.launches.append(launch)
        if self.before is not None:
            self.before(launch, len(self.launches))
        env = {**launch.env, "HOME": launch.home, "TMPDIR": launch.tmp}
        started = time.monotonic()
        with Path(launch.stdout).open("wb") as out, Path(launch.stderr).open("wb") as err:
            try:
                process = await anyio.open_process(
                    launch.argv,
                    cwd=launch.place.workspace,
                    env=env,
                    stdout=out,
                    stderr=err,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError as error:
                return Watch.ENDED, End(reason=f"cannot start: {error}")
        self.pids.append(process.pid)
        watch = Watch.TIMEOUT
        try:
            with anyio.move_on_after(timeout_s):
                await process.wait()
                watch = Watch.ENDED
        finally:
            with anyio.CancelScope(shield=True):
                if process.returncode is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    await process.wait()
        code = process.returncode or 0
        seconds = time.monotonic() - started
        size = Path(launch.stdout).stat().st_size
        if size > self.limit:
            return Watch.ENDED, End(signal=9, seconds=seconds, reason="output")
        return watch, End(code=code, seconds=seconds) if code >= 0 else End(signal=-code, seconds=seconds)

    async def start(self, launch: Launch) -> None:
        raise NotImplementedError

    async def wait(
        self, run_dir: str, *, timeout_s: float | None = None, watchdog: Watchdog | None = None
    ) -> tuple[Watch, End | None]:
        raise NotImplementedError

    async def processes(self, run_dir: str) -> tuple[Process, ...]:
        return ()

    async def stop(self, run_dir: str, *, grace_s: float = 3.0) -> End:
        raise NotImplementedError

    async def life(self, run_dir: str) -> Life:
        raise NotImplementedError


class Court:
    """Everything one story needs: commits, checks, and `judge`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / "state"
        self.state.mkdir()
        self.trees = FolderTrees(root)
        self.runner = PlainRunner()
        self.environ = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "SECRET": "s3cret"}
        self.settings = Settings()

    def base(self, files: Files) -> None:
        self.trees.commit("base", files)

    def head(self, files: Files) -> None:
        """Make the head: the base with changes; an empty text deletes."""
        merged = {**self.trees.commits.get("base", {}), **files}
        self.trees.commit("head", {path: text for path, text in merged.items() if text})

    def script(self, name: str, text: str) -> str:
        """Put a program into the user's own checkout, named as a check names it."""
        path = self.root / "user" / name
        path.write_text(text)
        path.chmod(0o755)
        return f"./{name}"

    def check(self, name: str, *command: str, **more: object) -> None:
        check = CheckSettings(name=name, command=command, **more)  # type: ignore[arg-type]
        self.settings = Settings(checks={**self.settings.checks, name: check})

    def case(self, **more: object) -> Case:
        values: dict[str, object] = {
            "task": "backend/T-1",
            "attempt": 1,
            "iteration": 2,
            "commit": "head",
            "tree": "tree-of-head",
            "base": "base",
            "checks": tuple(self.settings.checks),
        }
        return Case(**(values | more))  # type: ignore[arg-type]

    def verifier(self) -> CheckVerifier:
        return CheckVerifier(self.settings, self.trees, self.runner, self.state, self.environ)

    def judge(self, **more: object) -> Judgement:
        return anyio.run(self.verifier().judge, self.case(**more))

    @property
    def folder(self) -> Path:
        return self.state / "runs" / "backend" / "T-1" / "1" / "2"


@pytest.fixture
def court(tmp_path: Path) -> Court:
    made = Court(tmp_path)
    made.base({"src/a.py": "x = 1\n"})
    made.head({"src/a.py": "x = 2\n"})
    return made
