"""A project as a person has one, and the product driven from outside: real processes, real git, real files.

Agents are shell scripts that play what a test wrote for their task: `plays/<queue>.<ID>`, beside the launcher in the
user's checkout and unknown to git. `gate NAME` in a play holds the agent until the test opens that gate. Nothing here
sleeps: waits are for the kernel's word that the journal has grown or that a process has ended.
"""

import contextlib
import hashlib
import json
import os
import select
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import pytest

from orchestrator.journal.file import FileJournal
from orchestrator.model.events import Event as JournalEvent
from tests.scenarios.waiting import PATIENCE_S, Wait

AGENT = """\
#!/bin/sh
# Plays what the test wrote for this task; the ledger counts every start.
here=$(dirname "$0")
id=${ORCHESTRATOR_TASK#*/}
attempt=$ORCHESTRATOR_ATTEMPT
iteration=$ORCHESTRATOR_ITERATION
echo "$ORCHESTRATOR_TASK $attempt $iteration" >> "$ORCHESTRATOR_RUN_DIR/scratch/ledger"
name=$(echo "$id" | tr -c 'A-Za-z0-9\\n' _)
gate() { read -r _ < "$here/gates/$1"; }
works() { echo "${name}_done = $iteration" >> "$name.py"; }
claims() { echo "<promise>DONE</promise>"; }
play="$here/plays/$ORCHESTRATOR_QUEUE.$id"
if [ -f "$play" ]; then . "$play"; else works; claims; fi
"""

CONFIG = """\
[project]
base = "main"
sandbox = "{sandbox}"
orphan_timeout = "60s"

[agents.script]
command = ["./agent.sh"]

[checks.green]
command = ["./green.sh"]
"""

GREEN = """\
#!/bin/sh
# The product is green while it holds no conflict marker and every part it lists is there.
grep -rl '^<<<<<<<' --include='*.py' --include='*.txt' . && exit 1
for part in $(cat parts.txt); do test -s "$part" || { echo "$part is missing"; exit 1; }; done
"""

Event = dict[str, Any]


class Answer(NamedTuple):
    """What a command said."""

    code: int
    out: str
    err: str


class Terminal:
    """A command under way in a process of its own."""

    def __init__(self, shop: "Shop", argv: tuple[str, ...], env: Mapping[str, str], under: tuple[str, ...]) -> None:
        self.name = " ".join(argv)
        self._out, self._err = shop.tape(), shop.tape()
        with self._out.open("wb") as out, self._err.open("wb") as err:
            command = [*under, sys.executable, "-m", "orchestrator", *argv]
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, cwd=shop.root
            )
        self.pid = self._process.pid

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would: nothing of it runs once more."""
        self._process.kill()
        self._process.wait()

    def wait(self) -> Answer:
        """Wait for its end; give what it said."""
        if self.alive:
            handle = os.pidfd_open(self.pid)
            try:
                if not select.select([handle], [], [], PATIENCE_S)[0]:
                    raise AssertionError(f"{self.name} has not ended\n{self.out}\n{self.err}")
            finally:
                os.close(handle)
        return Answer(self._process.wait(), self.out, self.err)

    def says(self, words: str) -> None:
        """Wait until it has said so on stderr."""
        if not Wait(self._err.parent, lambda: words in self.err, [self]).is_over():
            raise AssertionError(f"{self.name} never said {words!r}, but\n{self.err}")

    def prints(self, words: str) -> None:
        """Wait until it has said so on stdout."""
        if not Wait(self._out.parent, lambda: words in self.out, [self]).is_over():
            raise AssertionError(f"{self.name} never printed {words!r}, but\n{self.out}\n{self.err}")


class Shop:
    """One project and everything that works in it."""

    def __init__(self, base: Path, *, sandbox: str = "none") -> None:
        self.base, self.root = base, base / "shop"
        self.state = self.root / ".aibrain"
        self._tapes = base / "tapes"
        self._count = 0
        self._terminals: list[Terminal] = []
        self._gates: dict[str, int] = {}
        for folder in (self.root / "queues", self.root / "plays", self.root / "gates", self._tapes, base / "home"):
            folder.mkdir(parents=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ORCHESTRATOR_", "GIT_"))}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.env = {**kept, "PATH": path, "HOME": str(base / "home"), "GIT_CONFIG_NOSYSTEM": "1"}
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ana")
        self.git("config", "user.email", "ana@shop.example")
        (self.root / ".git" / "info" / "exclude").write_text("plays/\ngates/\n")
        self.write("agent.sh", AGENT, mode=0o755)
        self.write("green.sh", GREEN, mode=0o755)
        self.write("parts.txt", "main.py\n")
        self.write("main.py", "open = True\n")
        self.config(sandbox=sandbox)

    # -- making it -------------------------------------------------------------------------------------------------

    def write(self, path: str, text: str, *, mode: int = 0o644) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def config(self, more: str = "", *, sandbox: str = "none", project: str = "") -> None:
        """Write the configuration: `project` are further lines of [project], `more` further tables."""
        text = CONFIG.format(sandbox=sandbox)
        self.write("orchestrator.toml", text.replace("[agents", f"{project}\n[agents", 1) + more)

    def queue(self, name: str, *tasks: dict[str, Any] | str, **fields: Any) -> Path:
        """Write a queue file; a task that is only a name gets a title and nothing else."""
        full = [{"id": t, "title": f"make {t}"} if isinstance(t, str) else {"title": t["id"], **t} for t in tasks]
        whole = {"project": "shop", **fields, "tasks": [{"completion_promise": "DONE", **task} for task in full]}
        return self.write(f"queues/{name}.json", json.dumps(whole, indent=2) + "\n")

    def play(self, task: str, script: str) -> None:
        """Write what the agent of `queue/ID` does."""
        self.write(f"plays/{task.replace('/', '.')}", script)

    def hold(self, gate: str) -> None:
        """Make a gate that is shut."""
        path = self.root / "gates" / gate
        os.mkfifo(path)
        self._gates[gate] = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def open(self, gate: str) -> None:
        """Let one agent that waits at a gate, or comes to it, go on."""
        os.write(self._gates[gate], b"\n")

    def git(self, *argv: str, check: bool = True) -> str:
        done = subprocess.run(
            ["git", *argv], cwd=self.root, env=self.env, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout.strip()

    def commit(self, message: str = "by hand") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    # -- driving it ------------------------------------------------------------------------------------------------

    def tape(self) -> Path:
        self._count += 1
        path = self._tapes / f"{self._count}"
        path.touch()
        return path

    def start(self, *argv: str, env: Mapping[str, str] | None = None, under: tuple[str, ...] = ()) -> Terminal:
        """Start a command in a terminal of its own, `under` a program that changes what it sees."""
        terminal = Terminal(self, argv, {**self.env, **(env or {})}, under)
        self._terminals.append(terminal)
        return terminal

    def ask(self, *argv: str, env: Mapping[str, str] | None = None, under: tuple[str, ...] = ()) -> Answer:
        """Run a command to its end."""
        return self.start(*argv, env=env, under=under).wait()

    def run(self, *argv: str) -> Answer:
        """Run `orchestrator run` to its end."""
        return self.ask("run", *argv)

    # -- looking at it ---------------------------------------------------------------------------------------------

    def events(self, kind: str = "", **wanted: Any) -> list[Event]:
        """Give the journal's events of a kind with these fields, each with its commit's `seq`, `at` and `by`."""
        found: list[Event] = []
        for path in sorted((self.state / "journal").glob("*.jsonl")):
            for line in path.read_bytes().split(b"\n")[:-1]:
                commit = json.loads(line)
                head = {key: commit[key] for key in ("seq", "at", "by")}
                found += [{**head, **event} for event in commit["events"]]
        return [e for e in found if kind in {"", e["type"]} and all(e.get(k) == v for k, v in wanted.items())]

    def until(self, kind: str, *, count: int = 1, **wanted: Any) -> list[Event]:
        """Wait until the journal holds so many events of this kind with these fields."""
        folder = self.state / "journal"
        self.wait_for(lambda: len(self.events(kind, **wanted)) >= count, folder, f"{count} {kind} {wanted}")
        return self.events(kind, **wanted)

    def started(self, task: str, attempt: int = 1, iteration: int = 1) -> None:
        """Wait until the agent of a task has begun to play."""
        self.until("iteration.started", task=task, attempt=attempt, iteration=iteration)
        folder = self.run_dir(task, attempt, iteration)
        ledger = folder / "scratch" / "ledger"
        self.wait_for(ledger.exists, folder / "scratch", f"the agent of {task} starts")

    def wait_for(self, done: Callable[[], bool], folder: Path, what: str) -> None:
        """Wait until something is so that a change in a folder makes so."""
        if not Wait(folder, done, self._terminals).is_over():
            raise AssertionError(f"in vain: {what}\n{self._story()}")

    def wait_alive(self) -> None:
        """Wait until a run has sat down at the journal."""
        folder = self.state / "workers"
        self.wait_for(lambda: any(folder.glob("*.lock")), folder, "a run starts")

    def note(self, event: JournalEvent) -> None:
        """Append an event as another process would."""

        async def append() -> None:
            journal = await FileJournal.open(self.state / "journal")
            try:
                head = len(await journal.read(0))
                now = int(time.time_ns() // 1_000_000)  # noqa: TID251 - the test plays a process of the real world
                await journal.append([event], expected=head, by="elsewhere", at=now, commit_id=f"note-{head}")
            finally:
                journal.close()

        anyio.run(append)

    def run_dir(self, task: str, attempt: int = 1, iteration: int = 1) -> Path:
        return self.state / "runs" / task / str(attempt) / str(iteration)

    def ledger(self, task: str) -> list[str]:
        """Give the starts of a task's agents, as `attempt iteration`."""
        folder = self.state / "runs" / task
        lines = [line for path in sorted(folder.rglob("ledger")) for line in path.read_text().splitlines()]
        return [line.removeprefix(f"{task} ") for line in lines]

    def status(self) -> dict[str, Any]:
        answer = self.ask("status", "--json")
        assert answer.code == 0, answer.err
        found: dict[str, Any] = json.loads(answer.out)
        return found

    def task(self, ref: str) -> dict[str, Any]:
        """Give what status says of a task."""
        return self.tasks()[ref]

    def tasks(self) -> dict[str, dict[str, Any]]:
        return {f"{queue['name']}/{task['id']}": task for queue in self.status()["queues"] for task in queue["tasks"]}

    def saved(self, queue: str) -> dict[str, Any]:
        """Read a queue file: its document, with the tasks by id under `by_id`."""
        document: dict[str, Any] = json.loads((self.root / "queues" / f"{queue}.json").read_text())
        document["by_id"] = {task["id"]: task for task in document["tasks"]}
        return document

    def listing(self) -> dict[str, str]:
        """Give every path of the project with its kind and content."""
        return {
            str(path.relative_to(self.root)): _print(path)
            for path in sorted(self.root.rglob("*"))
            if path.parent.name != "gates"
        }

    def _story(self) -> str:
        lines = [json.dumps({k: v for k, v in e.items() if k not in {"spec", "findings"}})[:300] for e in self.events()]
        ends = [f"--- {t.name} ({'alive' if t.alive else 'ended'})\n{t.err[-2000:]}" for t in self._terminals[-6:]]
        return "\n".join([*lines[-40:], *ends])

    # -- leaving it ------------------------------------------------------------------------------------------------

    def guardians(self) -> list[int]:
        """Give the guardians of this project that live."""
        records = [json.loads(path.read_bytes()) for path in self.state.glob("runs/*/*/*/*/guardian.json")]
        return [record["pid"] for record in records if _born(record["pid"]) == record["start"]]

    def processes(self) -> list[int]:
        """Give the processes that agents of this project have started and that live."""
        mark = f"ORCHESTRATOR_PROJECT={self.root}\0".encode()
        return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if mark in _read(path)]

    def close(self) -> None:
        """End what this project started and leave nothing behind."""
        for terminal in self._terminals:
            if terminal.alive:
                terminal.kill()
        for pid in self.guardians():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for handle in self._gates.values():
            os.close(handle)


def _print(path: Path) -> str:
    status = path.lstat()
    if path.is_symlink():
        return f"link to {path.readlink()}"
    if not stat.S_ISREG(status.st_mode):
        return f"{stat.S_IFMT(status.st_mode):o}"
    return f"{status.st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _born(pid: int) -> int | None:
    """Give the start time of a process, or None when it is gone or a zombie."""
    try:
        fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


@pytest.fixture
def make_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Make projects; what they started is ended with the test."""
    shops: list[Shop] = []

    def make(name: str = "one", *, sandbox: str = "none") -> Shop:
        shops.append(Shop(tmp_path / name, sandbox=sandbox))
        return shops[-1]

    yield make
    for shop in shops:
        shop.close()


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """Make one project without a sandbox: the quickest."""
    return make_shop()
