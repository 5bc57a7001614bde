"""Projects that are worked by the real command line, with an agent that starts no program, and when it all happened.

The agent notes the clock as its first and last act, so that what lies between two agents is all that is not its own.
"""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

AGENT = """\
#!/bin/bash
began=$EPOCHREALTIME
echo "$ORCHESTRATOR_TASK" > "${ORCHESTRATOR_TASK#*/}.txt"
echo "<promise>DONE</promise>"
printf '%s %s\\n' "$began" "$EPOCHREALTIME" >> "$ORCHESTRATOR_RUN_DIR/scratch/ledger"
"""

CONFIG = """\
[project]
sandbox = "{sandbox}"
workspace = "{workspace}"

[agents.script]
command = ["./agent.sh"]

[checks.green]
command = ["true"]

[queues.q]
workers = {workers}
checks = ["green"]
"""

STEPS = (
    ("prepare", "task.claimed", "attempt.prepared"),
    ("agent", "iteration.started", "agent.finished"),
    ("capture", "agent.finished", "iteration.captured"),
    ("verify", "iteration.captured", "verdict.reached"),
    ("land", "verdict.reached", "task.merged"),
)
"""The parts of a task's way: what begins and what ends each."""


class Call(NamedTuple):
    """When an agent's call began and ended, in seconds."""

    began: float
    ended: float


class Workshop:
    """One project in a folder of its own."""

    def __init__(
        self,
        root: Path,
        tasks: int,
        *,
        chain: bool = False,
        workers: int = 1,
        sandbox: str = "none",
        workspace: str = "inplace",
    ) -> None:
        self.root, self.state = root, root / ".aibrain"
        (root / "queues").mkdir(parents=True)
        (root / "orchestrator.toml").write_text(CONFIG.format(sandbox=sandbox, workspace=workspace, workers=workers))
        (root / "agent.sh").write_text(AGENT)
        (root / "agent.sh").chmod(0o755)
        listed = [_task(number, chain=chain) for number in range(tasks)]
        (root / "queues" / "q.json").write_text(json.dumps({"tasks": listed}, indent=1))
        if workspace == "clone":
            self._git("init", "-q", "-b", "main")
            self._git("add", "agent.sh")
            self._git("commit", "-q", "-m", "as it was")

    def _git(self, *args: str) -> None:
        who = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
        subprocess.run(["git", *who, *args], cwd=self.root, check=True, env=environment())

    def start(self, *args: str, before: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """Start a run; its standard output is one commit a line."""
        argv = [*before, *orchestrator("run", "--output", "json", *args)]
        return subprocess.Popen(
            argv, cwd=self.root, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def run(self, *args: str, before: tuple[str, ...] = ()) -> None:
        """Work until nothing is left, or as far as the arguments let it."""
        with self.start(*args, before=before) as process:
            process.communicate()
        if process.returncode not in {0, 3}:
            raise RuntimeError(f"a run in {self.root} ended with {process.returncode}")

    def calls(self) -> list[Call]:
        """Give every call of an agent, in order."""
        return calls_in(*self.state.glob("runs/*/*/*/*/scratch/ledger"))

    def commits(self) -> Iterator[dict[str, Any]]:
        """Read the journal."""
        for path in sorted((self.state / "journal").glob("*.jsonl")):
            yield from map(json.loads, path.read_bytes().splitlines())

    def moments(self) -> dict[str, dict[str, float]]:
        """Give for each task the moment (seconds) of the last event of each type."""
        found: dict[str, dict[str, float]] = {}
        for commit in self.commits():
            clock = _seconds(commit["at"])
            for event in commit["events"]:
                if "task" in event:
                    found.setdefault(event["task"], {})[event["type"]] = clock
        return found

    def steps_s(self) -> dict[str, list[float]]:
        """Give what each step of each completed task took."""
        done = [moments for moments in self.moments().values() if "task.completed" in moments]
        return {name: [each[end] - each[begin] for each in done] for name, begin, end in STEPS}


def calls_in(*ledgers: Path) -> list[Call]:
    """Read what agents noted, in the order of their beginnings."""
    lines = [line for path in ledgers for line in path.read_text().splitlines()]
    return sorted(Call(*map(float, line.split())) for line in lines)


def between(calls: list[Call]) -> list[float]:
    """Give the gaps between one call's end and the next one's beginning."""
    return [after.began - before.ended for before, after in itertools.pairwise(calls)]


def apart(calls: list[Call]) -> list[float]:
    """Give how long after one call began the next one did."""
    return [after.began - before.began for before, after in itertools.pairwise(calls)]


def orchestrator(*args: str) -> list[str]:
    """Call the command line of this very checkout."""
    return [sys.executable, "-m", "orchestrator", *args]


def environment() -> Mapping[str, str]:
    """Give what everything runs with: no settings of the person who measures."""
    root = str(Path(__file__).resolve().parents[2])
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": root, "LC_ALL": "C"}


def _task(number: int, *, chain: bool) -> dict[str, Any]:
    name = {"id": f"T-{number}", "title": f"task {number}"}
    return {**name, "dependencies": [f"T-{number - 1}"]} if chain and number else name


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
