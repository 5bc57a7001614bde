"""The real-git run from outside: processes that are killed at their git commands, and what must hold in the end.

The `git` on their PATH counts its calls and kills whoever called it at some of them, before or after the real git has
done the work. Another process starts in its place, until everything has landed.
"""

import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from orchestrator.journal.segments import Segments
from orchestrator.model import events as e
from orchestrator.model.verdicts import Verdict
from tests.train.lorry import Load, files_of, number, red, shared_file

ROOT = Path(__file__).resolve().parents[2]
SHIM = """#!/bin/sh
# Counts the calls of one process; from one of them on, each is the last thing that process does.
echo "$*" >> {calls}
[ "$(wc -l < {calls})" -ge {at} ] || exec {git} "$@"
[ {moment} = after ] && {git} "$@" > /dev/null 2>&1
kill -9 $PPID
"""
LIMIT_S = 120.0
MOST_LIVES = 5000
TARGET = "orchestrator/main"
_OPTIONS = re.compile(r"^(-c \S+|--git-dir=\S+|-C \S+) ")


@dataclass
class Hauled:
    """What the run came to."""

    lives: int = 0
    deaths: Counter[str] = field(default_factory=Counter[str])
    """By moment and command: `before update-ref`."""
    events: list[e.Event] = field(default_factory=list[e.Event])
    problems: list[str] = field(default_factory=list[str])

    def count(self, kind: type[e.Event]) -> int:
        """Count the events of a kind."""
        return sum(isinstance(event, kind) for event in self.events)


class Haulage:
    """One project, and the processes that work on it, one after another or side by side."""

    def __init__(self, folder: Path, *, changes: int, seed: int, apart: int, processes: int = 2) -> None:
        self.folder, self.project = folder, folder / "project"
        self.git = shutil.which("git") or "git"
        self.load = Load(changes, self.git)
        self.dice = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self.apart, self.processes = apart, processes
        self.hauled = Hauled()
        self._make()

    def _make(self) -> None:
        for name in ("project", "bin", "ends", "calls"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "load.json").write_bytes(msgspec.json.encode(self.load))
        self.ask("init", "-q", "-b", "main")
        (self.project / "README").write_text("a project\n")
        self.ask("add", ".")
        self.ask("-c", "user.name=Ana", "-c", "user.email=ana@example.org", "commit", "-qm", "first")

    def ask(self, *args: str) -> str:
        """Ask the real git."""
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run([self.git, *args], cwd=self.project, env=env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def run(self) -> Hauled:
        """Work until all has landed, then look at everything."""
        living: list[tuple[subprocess.Popen[bytes], str, Path]] = []
        done = False
        while not done or living:
            while not done and len(living) < self.processes:
                living.append(self._start())
            process, moment, calls = living.pop(0)
            code = process.wait(timeout=LIMIT_S)
            if code == -9:
                last = calls.read_text().splitlines()[-1]
                self.hauled.deaths[f"{moment} {_verb(last)}"] += 1
            elif code == 0:
                done = True
            else:
                self.hauled.problems.append(f"a process ended with {code}")
                done = True
            if self.hauled.lives > MOST_LIVES:
                raise AssertionError("it never comes to its end")
        self._look()
        return self.hauled

    def _start(self) -> "tuple[subprocess.Popen[bytes], str, Path]":
        self.hauled.lives += 1
        moment, calls = self.dice.choice(("before", "after")), self.folder / "calls" / str(self.hauled.lives)
        at = self.dice.randint(_AT_LEAST, _AT_LEAST + 2 * self.apart)
        shim = self.folder / "bin" / str(self.hauled.lives) / "git"
        shim.parent.mkdir()
        shim.write_text(SHIM.format(git=self.git, calls=calls, at=at, moment=moment))
        shim.chmod(0o755)
        env = {
            **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
            "PATH": f"{shim.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "tests.train.lorry", str(self.folder)]
        with (self.folder / "err").open("ab") as err:
            return subprocess.Popen(command, cwd=ROOT, env=env, stdout=err, stderr=err), moment, calls

    # -- what must hold --------------------------------------------------------------------------------------------

    def _look(self) -> None:
        segments = Segments(self.project / ".aibrain" / "journal", read_only=True)
        try:
            segments.skim()
            commits = segments.read(0, segments.head)
        finally:
            segments.close()
        self.hauled.events = [event for commit in commits for event in commit.events]
        self._never_red()
        self._nothing_lost()

    def _never_red(self) -> None:
        problems, events = self.hauled.problems, self.hauled.events
        passed = {v.tree for v in events if isinstance(v, e.VerdictReached) and v.verdict is Verdict.PASS}
        merges = {m.commit: m for m in events if isinstance(m, e.TaskMerged)}
        for commit in self.ask("rev-list", "--first-parent", TARGET).splitlines()[:-1]:
            files = files_of(self.git, self.project / ".git", commit)
            problems += [f"{commit[:12]} is red: {what}" for what in red(files, self.load)]
            tree = self.ask("rev-parse", f"{commit}^{{tree}}")
            if tree not in passed:
                problems.append(f"{commit[:12]} landed and its tree was never called PASS")
            if commit not in merges:
                problems.append(f"{commit[:12]} is on the target and no task.merged says so")

    def _nothing_lost(self) -> None:
        problems, events = self.hauled.problems, self.hauled.events
        landed = Counter(event.task for event in events if isinstance(event, e.TaskMerged))
        if landed != Counter(self.load.refs):
            problems.append(f"not every change is recorded as landed once: {landed}")
        files = files_of(self.git, self.project / ".git", TARGET)
        for ref in self.load.refs:
            if files.get(f"done/T{number(ref)}") != "right\n":
                problems.append(f"the work of {ref} is not on the target")
            if (path := shared_file(ref)) and files.get(path, "").splitlines().count(ref) != 1:
                problems.append(f"{path} does not have the line of {ref} once")
        rows = (row.split() for row in self.ask("show-ref").splitlines())
        refs = {name: commit for commit, name in rows}
        for event in events:
            if isinstance(event, e.IterationCaptured) and refs.get(event.ref) != event.commit:
                problems.append(f"{event.ref} does not hold the captured {event.commit}")
        if broken := self.ask("fsck", "--no-dangling", "--no-progress", "--connectivity-only"):
            problems.append(f"git fsck: {broken}")
        if self.ask("rev-parse", "main") != self.ask("rev-parse", TARGET):
            problems.append("main does not follow the target")
        if self.ask("status", "--porcelain", "--untracked-files=no"):
            problems.append("the person's checkout is not clean")


_AT_LEAST = 16
"""Calls of git a process makes before its first commit: looking at the repository."""


def _verb(call: str) -> str:
    """Name what a call of git was for: the command, and its first option where that says more."""
    while found := _OPTIONS.match(call):
        call = call[found.end() :]
    words = call.split()
    if words[:1] != ["update-ref"]:
        return words[0] if words else "nothing"
    goal = "the target" if f"refs/heads/{TARGET}" in words else "the base" if "refs/heads/main" in words else "our refs"
    return f"update-ref of {goal}"
