"""`scripts/soak`: the real thing, worked for hours while everything goes wrong that can; and the page.

Bounded by --hours or --minutes. What the machine does not offer (a disk of its own to fill) is left out
and said. Ends with 1 where something did not hold; the project is kept then.
"""

import argparse
import shutil
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.proofs import ROOT, commit, today
from tests.soak.ground import Ground, ground
from tests.soak.judge import Judge
from tests.soak.measure import Gauge, Sample
from tests.soak.storm import Storm

_PAGE = ROOT / "docs" / "proofs" / "soak.md"
_ROWS = 16
CALM_RUNS = 6
"""Starts within which everything must be done once it is calm."""
_INTRODUCTION = """A project with two queues is worked by up to three runs at once, one of them steady (`run --watch`),
with scripted agents that take their time, say nothing now and then, fail, or leave a process behind (`tests/soak`).
Meanwhile runs, guardians and agents are killed, stopped and continued, ended by signals; the disk (a real one, small)
fills up; runs live by a clock that jumps by up to two hours; people edit the queue files, from copies opened long
before too, and ask questions. Records and refs go after two minutes. Then it is calm, and `run` must finish everything.

Looked at from outside, the journal's past every few seconds and the rest at the end: what was stored stays; every task
that was asked for was added, completed and landed once, each landed tree was judged PASS; no recorded end of an agent
twice, no agent nobody began; the files say so; `git fsck` is content; no process, workspace or half-written file is
left."""


class Soak(NamedTuple):
    """How it went."""

    storm: Storm
    samples: list[Sample]
    wrong: list[str]
    calm_s: float


def soak(here: Ground, seconds: float, seed: int, every_s: float) -> Soak:
    """Let it storm, then be calm, then judge."""
    storm, judge, gauge = Storm(here, seed), Judge(here), Gauge(here, every_s)

    def look() -> None:
        if gauge.look(storm.steady):
            judge.look()
            (here.shop.state / "cleared").unlink(missing_ok=True)  # as if an hour had gone by

    storm.blow(time.monotonic() + seconds, look)
    began = time.monotonic()
    storm.calm()
    for run in storm.runs:
        run.signal(signal.SIGTERM)
    for run in storm.runs:
        run.wait()
    codes: list[int] = []
    for _ in range(CALM_RUNS):
        answer = here.shop.start("run").wait()
        codes.append(answer.code)
        if answer.code == 0:
            break
    else:
        judge.wrong.append(f"once it was calm, run left with {codes}: {answer.out[-600:]} {answer.err[-600:]}")
    gauge.look(None)
    return Soak(storm, gauge.samples, judge.conclude(storm.tasks), time.monotonic() - began)


def main(argv: Sequence[str] | None = None) -> int:
    """Soak; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--disk", type=int, default=600, help="MiB of the small disk; 0: none is filled")
    parser.add_argument("--no-page", action="store_true", help="write no page")
    asked = parser.parse_args(argv)
    seconds = asked.hours * 3600 + asked.minutes * 60 or 600.0
    base = Path(tempfile.mkdtemp(prefix="soak-"))
    with ground(base, asked.disk) as here:
        found = soak(here, seconds, asked.seed, every_s=max(5.0, seconds / 200))
        text = "\n".join(page(found, here, asked.seed, seconds))
        if not asked.no_page:
            _PAGE.write_text(text)
        sys.stdout.write(text)
        sys.stdout.flush()  # what was found is told before anything else can go wrong
        if found.wrong:
            keep(here.shop.root, base / "kept")
    if found.wrong:
        sys.stdout.write(f"the project is kept in {base / 'kept'}\n")
        return 1
    shutil.rmtree(base, ignore_errors=True)
    return 0


def keep(project: Path, goal: Path) -> None:
    """Copy a project to look into, its small disk being taken away."""
    shutil.copytree(project, goal, symlinks=True, ignore=_sockets)


def _sockets(folder: str, names: list[str]) -> list[str]:
    """Name what of a folder cannot be copied: sockets of guardians, pipes of gates."""
    return [name for name in names if not _copied((Path(folder) / name).lstat().st_mode)]


def _copied(mode: int) -> bool:
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)


def page(found: Soak, here: Ground, seed: int, seconds: float) -> list[str]:
    """Write down what happened and what came of it."""
    step = max(1, len(found.samples) // _ROWS)
    happened = ", ".join(f"{count} {what}" for what, count in sorted(found.storm.happened.items()))
    ends = ", ".join(f"{count} x {what}" for what, count in sorted(found.storm.ends.items()))
    skipped = [] if here.room else ["a full disk (none could be mounted)"]
    return [
        "# Proof: long runs while everything goes wrong",
        "",
        _INTRODUCTION,
        "",
        f"- command: `scripts/soak --minutes {seconds / 60:g} --seed {seed}`",
        f"- date: {today()}, commit: {commit()}",
        f"- left out here: {', '.join(skipped) or 'nothing'}",
        f"- happened: {happened}",
        f"- how runs and questions ended (exit codes): {ends}",
        f"- tasks: {len(found.storm.tasks)}; calm until all was done and judged: {found.calm_s:.0f} s",
        f"- what did not hold: {len(found.wrong)}",
        *(f"  - {line}" for line in found.wrong[:60]),
        "",
        "The steady run's age starts anew when the storm ended it. Sizes in KiB.",
        "",
        "| s | commits | journal | `.aibrain` | refs | loose objects | steady: age (s) | memory | descriptors |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_row(sample) for sample in [*found.samples[::step], *found.samples[-1:]]),
        "",
    ]


def _row(s: Sample) -> str:
    cells = (
        f"{s.seconds:.0f}",
        s.commits,
        s.journal >> 10,
        s.state >> 10,
        s.refs,
        s.loose,
        f"{s.age:.0f}",
        s.rss >> 10,
        s.descriptors,
    )
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main())
