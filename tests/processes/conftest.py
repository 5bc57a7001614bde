"""What tests of real processes share: a project on disk, launches in it, and a look at what still lives."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from orchestrator.ports.runner import Launch, Place
from orchestrator.processes import GuardedRunner
from orchestrator.processes.sandbox import complaint
from orchestrator.processes.system import landlock_complaint

ISOLATIONS = ("bwrap", "pidns", "userns", "subreaper")
_HOME_GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}


TREE = """
sleep {u} &
setsid sleep {u} &
(setsid sh -c 'sleep {u} & sleep {u}' &) &
sh -c 'trap "" TERM INT; while :; do sleep {u}; done' &
python3 -c '
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: time.sleep({u})
' &
echo ready
wait
"""


class Ground:
    """A project, a clone for one attempt, and run folders."""

    def __init__(self, root: Path) -> None:
        self.project = root / "project"
        self.state = self.project / ".aibrain"
        self.work = self.state / "workspaces" / "one"
        self.work.mkdir(parents=True)
        (self.state / ".gitignore").write_text("*\n")
        self.unique = f"{os.getpid()}{time.monotonic_ns()}"

    def place(self) -> Place:
        return Place(
            workspace=str(self.work),
            seen_as=str(self.project),
            project=str(self.project),
            checkout=str(self.project),
        )

    def run_dir(self, name: str = "run") -> Path:
        return self.state / "runs" / name

    def launch(self, *argv: str, name: str = "run", place: Place | None = None, **changes: object) -> Launch:
        run_dir = self.run_dir(name)
        launch = Launch(
            run_dir=str(run_dir),
            argv=argv,
            env={"PATH": os.environ["PATH"]},
            place=place or self.place(),
            home=str(run_dir / "home"),
            tmp=str(run_dir / "tmp"),
            stdout=str(run_dir / "out"),
            stderr=str(run_dir / "err"),
            orphan_timeout_s=30.0,  # what a failing test leaves behind goes soon
        )
        return msgspec.structs.replace(launch, **changes)

    def tree(self) -> Launch:
        """Make a program with every kind of child: in sessions of their own, forked twice, deaf to signals."""
        return self.shell(TREE.replace("{u}", self.mark))

    def is_up(self) -> bool:
        """Say whether the whole tree lives."""
        return len(living(self.mark)) >= 8

    @property
    def mark(self) -> str:
        """What the command lines of this test's processes carry."""
        return self.unique[-9:]

    def guardian_pid(self) -> int:
        return int(json.loads((self.run_dir() / "guardian.json").read_bytes())["pid"])

    def shell(self, script: str, **changes: object) -> Launch:
        return self.launch("/bin/sh", "-c", script, **changes)  # type: ignore[arg-type]  # changes are fields of Launch

    def out(self, name: str = "run") -> str:
        return (self.run_dir(name) / "out").read_text()

    def repository(self) -> None:
        """Make the project a repository with one commit, and the workspace its shared clone, as attempts have it."""
        self.git(self.project, "init", "-q", "-b", "main")
        (self.project / "code.py").write_text("here = 'the checkout'\n")
        self.git(self.project, "add", "code.py")
        self.git(self.project, "commit", "-q", "-m", "the first commit")
        self.work.rmdir()
        self.git(self.project, "clone", "-q", "--shared", str(self.project), str(self.work))
        (self.state / "objects").symlink_to("../.git/objects")
        (self.work / ".git" / "objects" / "info" / "alternates").write_text(f"{self.state}/objects\n")

    def git(self, folder: Path, *args: str) -> str:
        name = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        done = subprocess.run(
            ["git", *name, *args], cwd=folder, env=_HOME_GIT, check=True, capture_output=True, text=True
        )
        return done.stdout

    def repository_place(self) -> Place:
        objects = {"objects": str(self.project / ".git" / "objects"), "objects_as": str(self.state / "objects")}
        return msgspec.structs.replace(self.place(), **objects)


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def living(needle: str) -> list[int]:
    """List live processes with a word in their command line; those that only wait to be collected have none."""
    pids = [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [int(pid) for pid in pids if needle.encode() in _command(pid)]


def until(condition: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait for a condition of the system to hold."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


@pytest.fixture(name="living")
def _living() -> Callable[[str], list[int]]:
    return living


@pytest.fixture(name="until")
def _until() -> Callable[..., None]:
    return until


def needs(isolation: str) -> None:
    """Skip where the system does not have a way to hold a tree."""
    if isolation == "bwrap" and complaint():
        pytest.skip("bubblewrap does not work here")
    if isolation == "landlock" and landlock_complaint():
        pytest.skip("landlock does not work here")
    if isolation in ("pidns", "userns"):
        flags = ["--user", "--map-current-user"] if isolation == "userns" else []
        probe = subprocess.run(
            ["unshare", *flags, "--pid", "--fork", "--mount-proc", "true"], check=False, capture_output=True
        )
        if probe.returncode:
            pytest.skip(f"{isolation} does not work here")


@pytest.fixture(params=ISOLATIONS)
def isolation(request: pytest.FixtureRequest) -> str:
    needs(request.param)
    return str(request.param)


@pytest.fixture
def runner(isolation: str) -> GuardedRunner:
    """Give a runner that holds its trees one way, forced."""
    return GuardedRunner("bwrap" if isolation == "bwrap" else "none", isolation=isolation)


@pytest.fixture
def bare() -> GuardedRunner:
    return GuardedRunner("none")


@pytest.fixture
def confined() -> GuardedRunner:
    needs("bwrap")
    return GuardedRunner("bwrap")


@pytest.fixture
def caged() -> GuardedRunner:
    needs("landlock")
    return GuardedRunner("landlock")
