"""What must hold while it storms and once it is calm, looked at from outside: journal, git, files, processes."""

import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from typing import Any

from orchestrator.journal.examine import examine
from tests.scenarios.conftest import Event
from tests.soak.ground import QUEUES, Ground

FOLLOWS = "main does not follow the target"


class Judge:
    """Remembers what the journal held, so that it sees what is taken back."""

    def __init__(self, ground: Ground, before: bytes = b"") -> None:
        self._ground, self._shop = ground, ground.shop
        self._before = before
        self.wrong: list[str] = []

    def look(self) -> None:
        """Look while it storms: what was stored stays as it was stored."""
        folder = self._shop.state / "journal"
        found = examine(folder)
        if found.unreadable:
            self.wrong.append(f"the journal cannot be read: {found.unreadable}")
        now = b"".join(path.read_bytes() for path in sorted(folder.glob("*.jsonl")))
        whole = now[: now.rfind(b"\n") + 1]
        if not whole.startswith(self._before):
            self.wrong.append(f"the journal's first {len(self._before)} bytes are not what they were")
        self._before = whole

    def conclude(self, tasks: Sequence[str]) -> list[str]:
        """Look once it is calm and everything asked for should be done."""
        self.look()
        found = examine(self._shop.state / "journal")
        if not found.chain_intact or found.torn:
            self.wrong.append(f"the journal is not whole: {found}")
        events = self._shop.events()
        self.wrong += _tasks(events, tasks)
        self.wrong += self._agents(events)
        self.wrong += self._target(events, tasks)
        self.wrong += self._files(tasks)
        self.wrong += self._rest()
        return self.wrong

    def _agents(self, events: Sequence[Event]) -> list[str]:
        """No agent is started more often than the journal says one was begun, and none before it says so."""
        begun = Counter(_run(event) for event in events if event["type"] == "iteration.started")
        started = Counter(line.removeprefix("start ") for line in self._ground.ledger.read_text().splitlines())
        ends = Counter(_run(e) for e in events if e["type"] == "agent.finished" and e.get("consumed", True))
        wrong = [f"the agent of {run} was started though nobody began it" for run in started if run not in begun]
        return [*wrong, *(f"{run} has {count} recorded ends" for run, count in ends.items() if count > 1)]

    def _target(self, events: Sequence[Event], tasks: Sequence[str]) -> list[str]:
        git = self._shop.git
        wrong: list[str] = []
        there = set(git("ls-tree", "-r", "--name-only", "orchestrator/main").splitlines())
        done = {event["task"] for event in events if event["type"] == "task.completed"}
        wrong += [f"{task} is completed and its work is not there" for task in done if _file(task) not in there]
        titles = Counter(git("log", "--first-parent", "--format=%s", "orchestrator/main").splitlines())
        wrong += [f"{task} landed {titles[_title(task)]} times" for task in tasks if titles[_title(task)] != 1]
        passed = {e["tree"] for e in events if e["type"] == "verdict.reached" and e["verdict"] == "PASS"}
        for event in events:
            if event["type"] == "task.merged" and event["tree"] not in passed:
                wrong.append(f"{event['task']} landed with a tree that no verdict calls PASS")
        if git("rev-parse", "orchestrator/main") != git("rev-parse", "main"):
            wrong.append(FOLLOWS)
        command = ["git", "fsck", "--no-dangling", "--no-progress"]
        if subprocess.run(command, cwd=self._shop.root, check=False, capture_output=True).returncode:
            wrong.append("git fsck complains")
        return wrong

    def _files(self, tasks: Sequence[str]) -> list[str]:
        wrong: list[str] = []
        for name in QUEUES:
            shown: dict[str, Any] = {task["id"]: task for task in self._document(name)["tasks"]}
            for task in (task for task in tasks if task.startswith(f"{name}/")):
                status = shown.get(task.partition("/")[2], {}).get("status", "gone")
                if status != "completed":
                    wrong.append(f"the file says of {task}: {status}")
        return wrong

    def _document(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self._shop.root / "queues" / f"{name}.json").read_text())
        return found

    def _rest(self) -> list[str]:
        shop, state = self._shop, self._shop.state
        left: dict[str, Sequence[object]] = {
            "processes of agents": shop.processes(),
            "guardians": shop.guardians(),
            "workspaces": [path for path in (state / "workspaces").glob("*/*/*") if path.name.isdigit()],
            "trash": list((state / "trash").glob("*")),
            "files beside the queues": [p for p in (shop.root / "queues").iterdir() if p.stem not in QUEUES],
        }
        return [f"left: {what}: {found[:5]}" for what, found in left.items() if found]


def _tasks(events: Sequence[Event], tasks: Sequence[str]) -> list[str]:
    wrong: list[str] = []
    for kind in ("task.added", "task.completed", "task.merged"):
        counts = Counter(event["task"] for event in events if event["type"] == kind)
        wrong += [f"{task}: {counts[task]} x {kind}" for task in tasks if counts[task] != 1]
        wrong += [f"{task}: {kind}, though nobody asked for it" for task in counts if task not in tasks]
    done: set[str] = set()
    for event in events:
        if event["type"] == "task.claimed" and event["task"] in done:
            wrong.append(f"{event['task']} was claimed after it was done")
        if event["type"] == "task.completed":
            done.add(event["task"])
    return wrong


def _run(event: Event) -> str:
    return f"{event['task']} {event['attempt']} {event['iteration']}"


def _file(task: str) -> str:
    return f"{task.partition('/')[2]}.py"


def _title(task: str) -> str:
    return f"{task}: make {task.partition('/')[2]}"
