"""Where the probes are let loose: a person's home and project, one victim, one run; and what can be seen from outside.

A probe that writes is believed only if what it wrote is found where it should not be: inside, another file may stand at
the same path.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import msgspec

from orchestrator.agents.redact import redaction
from orchestrator.model.egress import Allowed
from orchestrator.ports.runner import End, Launch, Place
from orchestrator.processes import GuardedRunner, system
from tests.escapes import victim
from tests.escapes.expected import ALONE, L0, L1, L2, Got

GROUPS = ("reading", "writing", "processes", "sockets", "kernel")
_HERE = Path(__file__).resolve().parent
_STARTED = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("tests.escapes.inside", run_name="__main__", alter_sys=True)
"""
_PATIENCE_S = 10.0
_HOME = (
    *(".ssh/id_ed25519", ".ssh/movable", ".aws/credentials", ".docker/config.json", ".claude/.credentials.json"),
    *(".bash_history", ".git-credentials", ".npmrc", ".bashrc", ".local/bin/git", ".config/autostart/x.desktop"),
)
_STATE = ("journal/1.jsonl", "runs/other/transcript.jsonl", "runs/other/exit.json", "workspaces/other/code.py")
_JOURNALS = ("hard", "cut", "cut2", "delete", "take", "swap", "mapped")
_WRITTEN = "as it was\n"
_LAST, _WAYS = "that is all", 4


class Scene:
    """One project with everything a probe might want, made anew for each level."""

    def __init__(self, root: Path, setuid: str = "") -> None:
        self.home, self.project = root / "person", root / "project"
        self.state = self.project / ".aibrain"
        self.work = self.state / "workspaces" / "one"
        self.run = self.state / "runs" / "t" / "1" / "1"
        self.noted = root / "noted"
        self.setuid = setuid
        mark = f"{os.getpid()}-{time.monotonic_ns()}"
        self.planted, self.agent = Path(f"/tmp/orchestrator-planted-{mark}"), f"/tmp/orchestrator-agent-{mark}.sock"
        self.posix = f"/dev/shm/orchestrator-{mark}"
        self.bus = f"/run/orchestrator-bus-{mark}" if os.access("/run", os.W_OK) else f"/tmp/orchestrator-bus-{mark}"
        self.system_file = Path("/etc/orchestrator-probe")

    def make(self) -> None:
        """Write everything down."""
        for path in (*(self.home / name for name in _HOME), *(self.state / name for name in _STATE)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_WRITTEN)
        for path in self.state.glob("journal/1.jsonl"):
            for name in _JOURNALS:
                shutil.copy(path, path.with_name(f"{name}.jsonl"))
        (self.home / ".ssh" / "id_ed25519").chmod(0o600)
        (self.state / "runs" / "other" / "guardian.lock").touch()
        (self.state / ".gitignore").write_text("*\n")
        (self.project / "queues").mkdir()
        for name in ("queues/q.json", "orchestrator.toml", "code.py", "untouched.py"):
            (self.project / name).write_text(_WRITTEN)
        _git(self.project, "init", "-q", "-b", "main")
        _git(self.project, "add", "code.py", "untouched.py")
        _git(self.project, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "first")
        _git(self.project, "clone", "-q", "--shared", str(self.project), str(self.work))
        (self.state / "objects").symlink_to("../.git/objects")
        (self.work / ".git" / "objects" / "info" / "alternates").write_text(f"{self.state}/objects\n")
        self.run.mkdir(parents=True)
        inside = self.run / "tree" / "tests" / "escapes" / "inside"
        shutil.copytree(_HERE / "inside", inside, ignore=shutil.ignore_patterns("__pycache__"))

    def context(self, has: dict[str, Any]) -> None:
        """Tell the probes what there is."""
        told = {
            **has,
            **{name: str(getattr(self, name)) for name in ("home", "project", "state", "run", "planted", "setuid")},
            "agent": self.agent,
            "bus": self.bus,
            "posix": self.posix,
            "secret": victim.SECRET,
            "untouched": str(self.project / "untouched.py"),
            "address": _own_address(),
            **{name: str(Path(f"/proc/self/ns/{name}").readlink()) for name in ("net", "uts")},
        }
        (self.run / "context.json").write_text(json.dumps(told))

    def launch(self, egress: tuple[Allowed, ...] | None, *groups: str) -> Launch:
        """Start the probes as an agent is started."""
        python = str(Path(sys.executable).resolve())
        place = Place(
            workspace=str(self.work),
            seen_as=str(self.project),
            project=str(self.project),
            checkout=str(self.project),
            objects=str(self.project / ".git" / "objects"),
            objects_as=str(self.state / "objects"),
            readable=(str(self.run), str(self.home)),
        )
        return Launch(
            run_dir=str(self.run),
            argv=(python, "-I", "-S", "-c", _STARTED, str(self.run / "tree"), str(self.run / "context.json"), *groups),
            env={"PATH": os.environ["PATH"]},
            place=place,
            home=str(self.run / "home"),
            tmp=str(self.run / "tmp"),
            stdout=str(self.run / "out"),
            stderr=str(self.run / "err"),
            egress=egress,
            redact=redaction(()),
        )

    def traces(self) -> dict[str, Callable[[], bool]]:
        """Say of probes that leave something behind how it shows."""
        journal = self.state / "journal"
        written = {
            "write-checkout": self.project / "code.py",
            "write-queue-file": self.project / "queues" / "q.json",
            "write-configuration": self.project / "orchestrator.toml",
            "write-git-configuration": self.project / ".git" / "config",
            "write-git-hook": self.project / ".git" / "hooks" / "post-merge",
            "write-git-reference": self.project / ".git" / "refs" / "heads" / "main",
            "write-journal": journal / "1.jsonl",
            "write-guardian-record": self.run / "guardian.json",
            "write-verdict": self.run / "verdict.json",
            "write-transcript-by-name": self.run / "out",
            "write-record-of-another-run": self.state / "runs" / "other" / "exit.json",
            "write-workspace-of-another-attempt": self.state / "workspaces" / "other" / "code.py",
            "write-shell-start-up": self.home / ".bashrc",
            "write-program-on-the-path": self.home / ".local" / "bin" / "git",
            "write-start-up-of-sessions": self.home / ".config" / "autostart" / "x.desktop",
            "plant-in-tmp": self.planted,
            "write-system-file": self.system_file,
            "write-journal-through-a-link": journal / "linked.jsonl",
            "write-journal-through-a-hard-link": journal / "hard.jsonl",
        }
        changed = {
            "cut-journal-short-by-name": "cut",
            "cut-journal-short-while-reading": "cut2",
            "delete-journal": "delete",
            "take-journal-away": "take",
            "swap-journal": "swap",
            "map-file-writable": "mapped",
        }
        heard = {
            "signal-another": "signalled",
            "send-datagram-to-loopback": "udp to the loopback",
            "send-datagram-to-own-address": "udp to the address",
            "send-to-socket-by-a-pair": "datagram by a pair",
            "write-to-terminal-of-another": "terminal escaped",
        }
        return {
            **{name: partial(_holds, path, "escaped") for name, path in written.items()},
            **{name: partial(_is_changed, journal / f"{part}.jsonl") for name, part in changed.items()},
            **{name: partial(_holds, self.noted, words) for name, words in heard.items()},
            "put-a-file-among-the-journal": (journal / "put.jsonl").exists,
            "change-mode-of-key": lambda: (self.home / ".ssh" / "id_ed25519").stat().st_mode & 0o777 != 0o600,
            "change-times-of-checkout": lambda: (self.project / "untouched.py").stat().st_mtime == 1,
            "cut-own-transcript-short": lambda: not _text(self.run / "out").startswith("begun"),
        }

    def forget(self) -> None:
        """Remove what lies elsewhere."""
        for path in (self.planted, Path(self.agent), Path(self.bus), Path(self.posix), self.system_file):
            with suppress(OSError):
                path.unlink()

    @contextmanager
    def inhabited(self) -> Generator[None]:
        """Have the victim live beside the run."""
        sockets = [f"{self.home}/.docker/run/docker.sock", f"{self.home}/.app/app.sock", self.agent, self.bus]
        asked = {"noted": str(self.noted), "sockets": sockets, "posix": self.posix}
        asked |= {"file": str(self.home / ".ssh" / "id_ed25519"), "datagrams": f"{self.home}/.app/log.sock"}
        argv = [sys.executable, "-I", "-S", str(_HERE / "victim.py"), json.dumps(asked)]
        env = {"VICTIM_SECRET": victim.SECRET, "PATH": os.environ["PATH"]}
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            self.context(json.loads(process.stdout.readline()))
            try:
                yield
            finally:
                process.stdin.close()
                process.wait(_PATIENCE_S)
                self.forget()


def runner_of(column: str, home: Path) -> GuardedRunner:
    """Give the runner of a column of the table."""
    settings = {
        L0: ("none", "subreaper"),
        ALONE: ("landlock", "subreaper"),
        L1: ("landlock", None),
        L2: ("bwrap", None),
    }
    sandbox, isolation = settings[column]
    return GuardedRunner(sandbox, isolation=isolation, home=str(home))


def play(column: str, root: Path, *, setuid: str = "", network: bool = True) -> dict[str, Got]:
    """Let all probes loose at a level, and give what each got."""
    scene = Scene(root, setuid)
    scene.make()
    found: dict[str, Got] = {}
    real = system.found
    if column == ALONE:
        without = msgspec.structs.replace(system.found(), network="not tried", namespaces="not tried")
        system.found = lambda: without  # type: ignore[assignment]
    try:
        with scene.inhabited():
            rounds = [(None, GROUPS), *([(None if column == L0 else (), ("network",))] if network else [])]
            for egress, groups in rounds:
                found |= _round(runner_of(column, scene.home), scene, scene.launch(egress, *groups))
    finally:
        system.found = real
    return found


def _round(runner: GuardedRunner, scene: Scene, launch: Launch) -> dict[str, Got]:
    async def story() -> End:
        return (await runner.run(launch, timeout_s=120))[1]

    end = anyio.run(story)
    said = [line for line in _text(scene.run / "out").splitlines() if line.startswith('{"probe"')]
    assert (end.code, end.reason) == (0, ""), _text(scene.run / "err")
    found: dict[str, Got] = {line["probe"]: line["got"] for line in map(json.loads, said)}
    _settle(scene)
    traces = scene.traces()
    for name in traces.keys() & found.keys():
        if found[name] != "none":
            found[name] = "out" if traces[name]() else "held"
    return found


def _settle(scene: Scene) -> None:
    """Send a last word each way, and wait until the victim has written them all down."""
    has = json.loads((scene.run / "context.json").read_bytes())
    before = scene.noted.read_text().count(_LAST)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as two,
    ):
        one.sendto(_LAST.encode(), ("127.0.0.1", has["udp"]))
        two.sendto(_LAST.encode(), has["datagrams"])
    terminal = os.open(has["terminal"], os.O_WRONLY | os.O_NOCTTY)
    os.write(terminal, f"{_LAST}\n".encode())
    os.close(terminal)
    os.kill(has["victim"], signal.SIGUSR2)
    deadline = time.monotonic() + _PATIENCE_S
    while scene.noted.read_text().count(_LAST) < before + _WAYS and time.monotonic() < deadline:
        time.sleep(0.005)


def _holds(path: Path, words: str) -> bool:
    return words in _text(path)


def _is_changed(path: Path) -> bool:
    return _text(path) != _WRITTEN


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _own_address() -> str:
    """Give this system's address on a network, or nothing; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        return str(one.getsockname()[0])


def _git(folder: Path, *args: str) -> None:
    env = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    subprocess.run(["git", *args], cwd=folder, env=env, check=True, capture_output=True)
