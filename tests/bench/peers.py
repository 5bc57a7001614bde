"""What others take for the same work (`--peers`): the same agent, called by queues and loops that are installed for it.

They are installed into a folder of their own, from the registries of PyPI and npm. What cannot be had is said, and
left out. None of them keeps the work in git, checks it or lands it: what they save by that is a part of the ratio.
"""

import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.bench.gauge import Compared, Row, Size, compare, spread
from tests.bench.working import done_a_second, fresh
from tests.bench.workshop import AGENT, Call, Workshop, between, calls_in

PYTHON_PACKAGES = ("huey", "celery", "sqlalchemy", "dbos")
NODE_PACKAGES = ("ralph-tui", "bun")
PATIENCE_S = 120.0
_CALL = """
import subprocess
def call(number):
    env = {"ORCHESTRATOR_TASK": f"q/T-{number}", "ORCHESTRATOR_RUN_DIR": "."}
    subprocess.run(["./agent.sh"], env=env, check=True, stdout=subprocess.DEVNULL)
"""
_HUEY = """
from huey import SqliteHuey
from call import call
queue = SqliteHuey(filename="huey.db", fsync=True)
work = queue.task()(call)
"""
_CELERY = """
from celery import Celery
from call import call
queue = Celery("peer", broker="sqla+sqlite:///celery.db")
queue.conf.update(task_acks_late=True, worker_prefetch_multiplier=1, task_ignore_result=True)
work = queue.task(call, name="call")
"""
_ENQUEUE = """
import sys, peer
for number in range(int(sys.argv[1])):
    getattr(peer.work, "delay", peer.work)(number)
"""
_DBOS = """
import sys
from dbos import DBOS
import call
database = "sqlite:///dbos.sqlite"
DBOS(config={"name": "peer", "system_database_url": database, "run_admin_server": False, "log_level": "WARNING"})
step = DBOS.step()(call.call)
@DBOS.workflow()
def work(number):
    step(number)
if __name__ == "__main__":
    DBOS.launch()
    DBOS.register_queue("peer", concurrency=4, polling_interval_sec=0.01)
    for handle in [DBOS.enqueue_workflow("peer", work, number) for number in range(int(sys.argv[1]))]:
        handle.get_result()
    DBOS.destroy()
"""
_CLAUDE = """\
#!/bin/bash
began=$EPOCHREALTIME
case "$*" in *--version*) echo "1.0.0 (Claude Code)"; exit;; esac
echo '{"type":"assistant","message":{"content":[{"type":"text","text":"<promise>COMPLETE</promise>"}]}}'
printf '%s %s\\n' "$began" "$EPOCHREALTIME" >> scratch/ledger
"""


class Peer(NamedTuple):
    """A system that calls the agent some times, four at once, and at what share of its throughput we should be."""

    name: str
    least: float | None
    program: str
    """What must have been installed for it; empty: anything has it."""
    prepare: Mapping[str, str]
    commands: tuple[tuple[str, ...], ...]
    """Run in its folder one after another; `{tasks}` and `{bin}` are filled in. The last one works."""


QUEUES = (
    Peer("huey, SQLite with fsync", 0.8, "huey_consumer", {"peer.py": _HUEY, "enqueue.py": _ENQUEUE},
         (("{bin}/python", "enqueue.py", "{tasks}"), ("{bin}/huey_consumer", "peer.queue", "-w", "4", "-k", "thread"))),
    Peer("celery, SQLite, acks late, prefetch 1", 1.5, "celery", {"peer.py": _CELERY, "enqueue.py": _ENQUEUE},
         (("{bin}/python", "enqueue.py", "{tasks}"), ("{bin}/celery", "-A", "peer:queue", "worker", "-c", "4"))),
    Peer("DBOS, SQLite, polls every 10 ms", 4.0, "dbos", {"peer.py": _DBOS}, (("{bin}/python", "peer.py", "{tasks}"),)),
    Peer("`make -j4`, a stamp for each task", None, "", {
        "Makefile": "all: $(addprefix stamp-,$(shell seq {tasks}))\nstamp-%:\n\t"
        "@ORCHESTRATOR_TASK=q/T-$* ORCHESTRATOR_RUN_DIR=. ./agent.sh >$@\n"},
         (("make", "-j4"),)),
)  # fmt: skip


class Tools(NamedTuple):
    """Where peers were installed, and what could not be."""

    python: Path
    node: Path
    missing: tuple[str, ...]

    def has(self, program: str) -> bool:
        """Say whether a program was installed."""
        return not program or any((folder / program).exists() for folder in (self.python, self.node))


def install(folder: Path) -> Tools:
    """Install all peers that can be had into a folder."""
    missing = list[str]()
    python = folder / "venv" / "bin"
    venv.create(folder / "venv", with_pip=True)
    for package in PYTHON_PACKAGES:
        if not _went([str(python / "pip"), "install", "--quiet", package], folder):
            missing.append(package)
    node = folder / "node_modules" / ".bin"
    npm = shutil.which("npm")
    if npm is None or not _went([npm, "install", "--no-audit", "--no-fund", "--silent", *NODE_PACKAGES], folder):
        missing.extend(NODE_PACKAGES)
    return Tools(python, node, tuple(missing))


def _went(argv: list[str], folder: Path) -> bool:
    return subprocess.run(argv, cwd=folder, check=False, capture_output=True).returncode == 0


def peers(size: Size, folder: Path) -> Iterator[Row]:
    """Measure what we get done with four workers, and between two agents, against each peer that can be had."""
    tools = install(folder)
    for peer in QUEUES:
        if tools.has(peer.program):
            yield _against(peer, tools, size, folder)
    if tools.has("ralph-tui") and tools.has("bun"):
        for waiting in (size.tasks, max(size.tasks, size.pending)):
            yield _against_ralph(tools, size, folder, waiting)
    if tools.missing:
        sys.stderr.write(f"could not be installed, and left out: {', '.join(tools.missing)}\n")


def _against(peer: Peer, tools: Tools, size: Size, folder: Path) -> Row:
    tasks = 10 * size.tasks
    compared = compare(
        size, lambda: done_a_second(folder, 2 * size.tasks), lambda: peer_a_second(peer, tools, fresh(folder), tasks)
    )
    return Row(
        goal=2 if not peer.program else 6,
        name="tasks a second with four workers, in clones, no sandbox",
        value=compared.ratio,
        least=peer.least,
        took=f"{compared.row.text()} a second",
        against=f"{peer.name}: {compared.baseline.text()} a second",
        note="it keeps, checks and lands nothing",
    )


def peer_a_second(peer: Peer, tools: Tools, root: Path, tasks: int) -> float:
    """Let a peer call the agent some times, and say how many calls a second it came to."""
    (root / "scratch").mkdir(parents=True)
    for name, text in {**peer.prepare, "call.py": _CALL, "agent.sh": AGENT}.items():
        (root / name).write_text(text.replace("{tasks}", str(tasks)) if name == "Makefile" else text)
    (root / "agent.sh").chmod(0o755)
    *before, last = ([part.format(bin=tools.python, tasks=tasks) for part in each] for each in peer.commands)
    for argv in before:
        subprocess.run(argv, cwd=root, env=_environment(root, tools), check=True, stdout=subprocess.DEVNULL)
    calls = _until(last, root, tools, tasks)
    return tasks / (max(call.ended for call in calls) - min(call.began for call in calls))


def _until(argv: list[str], root: Path, tools: Tools, tasks: int) -> list[Call]:
    """Run a command until all calls were noted, and end it with all it started."""
    ledger, until = root / "scratch" / "ledger", time.monotonic() + PATIENCE_S
    with (root / "said").open("wb") as said:
        process = subprocess.Popen(
            argv, cwd=root, env=_environment(root, tools), stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
        try:
            while not ledger.exists() or ledger.read_bytes().count(b"\n") < tasks:
                if time.monotonic() > until:
                    raise RuntimeError(f"{argv[0]} did not call its agent {tasks} times: see {root / 'said'}")
                time.sleep(0.02)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return calls_in(ledger)


def _against_ralph(tools: Tools, size: Size, folder: Path, waiting: int) -> Row:
    def ours() -> float:
        shop = Workshop(fresh(folder), max(size.tasks, waiting))
        shop.run("--max-tasks", str(size.tasks))
        return statistics.median(between(shop.calls()))

    def theirs() -> float:
        return statistics.median(between(ralph(tools, fresh(folder), size.tasks, waiting)))

    compared: Compared = compare(size, theirs, ours)
    millis = (spread([1000 * value for value in each]).text("ms") for each in (compared.baseline, compared.row))
    took, against = millis
    return Row(
        goal=5,
        name=f"ralph-tui's gap between two agents over ours, {waiting:,} stories waiting",
        value=compared.ratio,
        least=1.5 if waiting <= 1000 else 8.0,
        took=took,
        against=f"ralph-tui: {against}",
        note="it keeps, checks and lands nothing",
    )


def ralph(tools: Tools, root: Path, tasks: int, waiting: int) -> list[Call]:
    """Let ralph-tui call an agent for the first of many stories."""
    for name in ("bin", "scratch", ".ralph-tui"):
        (root / name).mkdir(parents=True)
    (root / "bin" / "claude").write_text(_CLAUDE)
    (root / "bin" / "claude").chmod(0o755)
    settings = f'agent = "claude"\ntracker = "json"\niterationDelay = 0\nmaxIterations = {tasks}\n'
    (root / ".ralph-tui" / "config.toml").write_text(settings)
    (root / "prd.json").write_text(json.dumps({"name": "x", "branchName": "main", "userStories": _stories(waiting)}))
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    asked = ("run", "--prd", "prd.json", "--headless", "--no-setup", "--agent", "claude", "--iterations", str(tasks))
    return _until([str(tools.node / "ralph-tui"), *asked], root, tools, tasks)


def _stories(count: int) -> list[dict[str, object]]:
    same = {"description": "d", "acceptanceCriteria": ["c"], "passes": False, "dependsOn": list[str]()}
    return [{"id": f"US-{number}", "title": f"story {number}", "priority": number, **same} for number in range(count)]


def _environment(root: Path, tools: Tools) -> Mapping[str, str]:
    path = os.pathsep.join((str(root / "bin"), str(tools.node), str(tools.python), "/usr/bin", "/bin"))
    return {"PATH": path, "HOME": str(root), "PYTHONPATH": str(root), "LC_ALL": "C"}
