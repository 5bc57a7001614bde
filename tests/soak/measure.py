"""What a long run takes, against time: memory, descriptors, disk, journal, refs."""

import os
import time
from pathlib import Path
from typing import NamedTuple

from orchestrator.daemon.clearing import size_of
from tests.scenarios.conftest import Terminal
from tests.soak.ground import Ground


class Sample(NamedTuple):
    """One look. `rss` and `descriptors` are the steady run's, 0 where it does not live."""

    seconds: float
    commits: int
    journal: int
    state: int
    refs: int
    loose: int
    rss: int
    descriptors: int
    age: float
    """How long the steady run has lived."""


class Gauge:
    """Looks now and then."""

    def __init__(self, ground: Ground, every_s: float) -> None:
        self._ground, self._every_s = ground, every_s
        self._began = self._next = time.monotonic()
        self._since: dict[int, float] = {}
        self.samples: list[Sample] = []

    def look(self, steady: Terminal | None) -> bool:
        """Take a sample if it is time; says whether it was."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._every_s
        self.samples.append(self._sample(steady, now))
        return True

    def _sample(self, steady: Terminal | None, now: float) -> Sample:
        state, git = self._ground.shop.state, self._ground.shop.root / ".git"
        lives = steady is not None and steady.alive
        born = self._since.setdefault(steady.pid, now) if steady is not None else now
        journal = [path.read_bytes() for path in sorted((state / "journal").glob("*.jsonl"))]
        return Sample(
            seconds=now - self._began,
            commits=sum(text.count(b"\n") for text in journal),
            journal=sum(map(len, journal)),
            state=size_of(state),
            refs=sum(len(files) for _, _, files in os.walk(git / "refs" / "orchestrator")),
            loose=sum(len(files) for _, _, files in os.walk(git / "objects")),
            rss=_rss(steady.pid) if lives and steady is not None else 0,
            descriptors=_count(Path("/proc", str(steady.pid), "fd")) if lives and steady is not None else 0,
            age=now - born,
        )


def _rss(pid: int) -> int:
    try:
        text = Path("/proc", str(pid), "status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("VmRSS")), 0)


def _count(folder: Path) -> int:
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return 0
