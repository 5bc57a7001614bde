"""A person saves the queue file again and again, in every editor's manner, while it is worked.

Each save adds a task, and every fourth is made from a copy read a while ago. Then everything is looked at from the
outside: each task added once, done once, landed once; nothing removed, refused or begun anew once it was done.
"""

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.scenarios.conftest import Shop
from tests.scenarios.waiting import PATIENCE_S

_TRIES = 20
_PACE = 4
"""Of so many saves the last waits until it was read; the others follow at once."""
_WORK = 10
"""Of so many saves the first adds a task to be worked, the others one that is to be skipped."""
_FILE = "queues/work.json"
_FIRST = ("HOLD", "A", "B")


def in_place(_shop: Shop, path: Path, text: str) -> None:
    path.write_text(text)


def beside_and_renamed(_shop: Shop, path: Path, text: str) -> None:
    beside = path.with_name(".work.json.part")
    beside.write_text(text)
    beside.replace(path)


def with_a_backup(_shop: Shop, path: Path, text: str) -> None:
    path.rename(path.with_name("work.json~"))
    path.write_text(text)


def deleted_and_made_anew(_shop: Shop, path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


def in_two_halves(_shop: Shop, path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text[: len(text) // 2])
        file.flush()
        os.fsync(file.fileno())
        file.write(text[len(text) // 2 :])


def stashed_and_popped(shop: Shop, path: Path, text: str) -> None:
    """Save, put it away with git, which brings the committed file back, and take it out again."""
    path.write_text(text)
    _insist(shop, "stash", "push", "-q", "--", _FILE, done=lambda: bool(shop.git("stash", "list")))
    _insist(shop, "stash", "pop", "-q", done=lambda: not shop.git("stash", "list"), clear=True)


def on_a_branch_and_merged(shop: Shop, path: Path, text: str) -> None:
    """Save on a branch, look at main, whose file is older, come back, and merge."""
    _insist(shop, "switch", "-q", "-C", "side")
    path.write_text(text)
    _insist(shop, "commit", "-q", "-m", "more work", "--", _FILE)
    for branch in ("main", "side", "main"):
        _insist(shop, "switch", "-q", branch, clear=True)
    _insist(shop, "merge", "-q", "--no-edit", "side", clear=True)


def _insist(shop: Shop, *argv: str, done: Callable[[], bool] | None = None, clear: bool = False) -> None:
    """Let git do something although another git is at work just now; `clear`: or the file was rendered meanwhile."""
    until = time.monotonic() + PATIENCE_S
    while True:
        said = subprocess.run(["git", *argv], cwd=shop.root, env=shop.env, capture_output=True, text=True, check=False)
        if done() if done else said.returncode == 0:
            return
        assert time.monotonic() < until, f"{argv} in vain: {said.stderr}"
        if clear:
            shop.git("checkout", "-q", "--", _FILE, check=False)


MANNERS: tuple[Callable[[Shop, Path, str], None], ...] = (
    in_place,
    beside_and_renamed,
    with_a_backup,
    deleted_and_made_anew,
    in_two_halves,
    stashed_and_popped,
    on_a_branch_and_merged,
)


def saved_often(shop: Shop, count: int) -> list[str]:
    """Play it with so many saves; gives what did not hold."""
    shop.config("[queues.work]\nworkers = 3\n")
    path = shop.queue("work", *_FIRST)
    shop.hold("end")
    shop.play("work/HOLD", "gate end; works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/HOLD")
    kept: list[str] = []
    for number in range(count):
        _save(shop, path, number, kept)
        if number % _PACE == _PACE - 1:
            shop.until("task.added", task=f"work/S{number}")
    shop.until("task.added", count=count + len(_FIRST))
    shop.open("end")
    for done in range(len(_worked(count))):
        shop.until("task.completed", count=done + 1)
    answer = run.wait()
    return [*([f"the run left with {answer.code}: {answer.err}"] if answer.code else []), *wrongs(shop, count)]


def _save(shop: Shop, path: Path, number: int, kept: list[str]) -> None:
    """Save once more; every fourth time what was opened long before."""
    fresh = _text(path)
    stale = number % _PACE == 0 and bool(kept)
    document = json.loads(kept[-1] if stale else fresh)
    if number % _PACE == 0:
        kept.append(fresh)
    status = "pending" if number % _WORK == 0 else "skipped"
    task = {"id": f"S{number}", "title": f"save {number}", "status": status, "completion_promise": "DONE"}
    document["tasks"].append(task)
    MANNERS[number % len(MANNERS)](shop, path, json.dumps(document, indent=2) + "\n")


def _text(path: Path) -> str:
    for _ in range(_TRIES):
        text = path.read_text()
        if text:
            return text
    raise AssertionError("the queue file stays empty")


def wrongs(shop: Shop, count: int) -> list[str]:
    """Look at everything from outside; gives what is lost, doubled or undone."""
    worked = _worked(count)
    skipped = [f"work/S{number}" for number in range(count) if f"work/S{number}" not in worked]
    events = shop.events()
    found = [
        f"{kind} {times} times: {task}"
        for kind, asked in (
            ("task.added", [*worked, *skipped]),
            ("task.completed", worked),
            ("task.merged", worked),
        )
        for task, times in _counted(events, kind, asked).items()
        if times != 1
    ]
    found += [f"{event['type']}: {event}" for event in events if event["type"] in {"task.removed", "edit.refused"}]
    done: set[str] = set()
    for event in events:
        if event["type"] == "task.claimed" and event["task"] in done:
            found.append(f"claimed after it was done: {event['task']}")
        if event["type"] == "task.completed":
            done.add(event["task"])
    shown = shop.saved("work")["by_id"]
    wanted = {**dict.fromkeys(worked, "completed"), **dict.fromkeys(skipped, "skipped")}
    found += [f"not {status} in the file: {task}" for task, status in wanted.items() if _status(shown, task) != status]
    beside = {file.name for file in (shop.root / "queues").iterdir()} - {"work.json", "work.json~"}
    return [*found, *(f"left beside: {name}" for name in beside)]


def _worked(count: int) -> list[str]:
    return [f"work/{name}" for name in (*_FIRST, *(f"S{number}" for number in range(0, count, _WORK)))]


def _counted(events: list[dict[str, Any]], kind: str, asked: list[str]) -> Counter[str]:
    seen = Counter(event["task"] for event in events if event["type"] == kind)
    return Counter({task: seen[task] for task in {*asked, *seen}})


def _status(shown: dict[str, Any], task: str) -> str:
    return str(shown.get(task.partition("/")[2], {}).get("status", "gone"))
